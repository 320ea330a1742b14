package ibkrsim_test

import (
	"testing"
	"time"
)

// Nights by the clock: at midnight in New York the session is gone and cannot
// be opened at once; on Saturday evening nothing answers.
func TestNights(t *testing.T) {
	newYork := inNewYork(t)
	clock := newClock()
	clock.now = time.Date(2026, 7, 10, 23, 59, 0, 0, newYork) // a Friday
	opt := quiet()
	opt.Now, opt.Nights = clock.Now, newYork
	c := start(t, opt).login()
	ready := func() bool { return c.call("GET", "/iserver/accounts", "").status == 200 }
	clock.add(61 * time.Second)
	eventually(t, "the session is gone at midnight", func() bool { return !ready() })
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	if ready() {
		t.Error("a session right after the reset")
	}
	clock.add(3 * time.Minute)
	eventually(t, "a session after the reset", func() bool {
		c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
		return ready()
	})
	clock.add(20*time.Hour - 2*time.Minute)
	eventually(t, "maintenance on Saturday evening", func() bool { return c.call("POST", "/tickle", "").status == 503 })
	clock.add(time.Hour)
	eventually(t, "the end of the maintenance", func() bool { return c.call("POST", "/tickle", "").status == 200 })
}
