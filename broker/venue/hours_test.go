package venue

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"gannet/market"
)

// The remembered answer is the session's own, in whatever order it is asked,
// also over weekends, holidays and changes of the clock.
func TestHoursAgreeWithSession(t *testing.T) {
	nyc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, session := range []market.Session{market.USEquity(nyc), market.NYSE(nyc), market.Globex(nyc), market.ForexWeek(nyc), {}} {
		rapid.Check(t, func(t *rapid.T) {
			h := hours{session: session}
			base := market.NanosOf(time.Date(2024, 3, 7, 0, 0, 0, 0, time.UTC)) // the clock changes on the 10th
			if rapid.Bool().Draw(t, "Christmas") {
				base = market.NanosOf(time.Date(2024, 12, 20, 0, 0, 0, 0, time.UTC))
			}
			for range 50 {
				at := base + market.Nanos(rapid.Int64Range(0, 7*24*60).Draw(t, "minute"))*market.Minute
				if got, want := h.isOpen(at), session.IsOpen(at); got != want {
					t.Fatalf("open at %s: %v, want %v", at, got, want)
				}
				if open, _ := session.Bounds(at); h.open && h.from != open {
					t.Fatalf("at %s: opened at %s, want %s", at, h.from, open)
				}
			}
		})
	}
}
