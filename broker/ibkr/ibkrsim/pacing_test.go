package ibkrsim_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
)

// paced are options with the pacing table on, over a clock of the test's.
func paced(clock *clock) ibkrsim.Options {
	opt := quiet()
	opt.Now, opt.Pacing, opt.Pace = clock.Now, true, ibkrsim.Pace{Gateway: 1000}
	return opt
}

// Every row of the pacing table: as many calls as it admits, one more is too
// many, and another goes through when its time has passed. That other endpoints
// have their own limits shows in that all rows share one server.
func TestPacingTable(t *testing.T) {
	clock := newClock()
	c := start(t, paced(clock)).login()
	clock.add(time.Hour)
	for _, one := range []struct {
		method, pattern string
		burst           int
		every           time.Duration
	}{
		{"GET", "/iserver/marketdata/snapshot", 10, time.Second / 10},
		{"GET", "/iserver/account/orders", 2, 5 * time.Second},
		{"GET", "/iserver/account/trades", 2, 5 * time.Second},
		{"GET", "/iserver/account/pnl/partitioned", 2, 5 * time.Second},
		{"GET", "/iserver/scanner/params", 1, 15 * time.Minute},
		{"POST", "/iserver/scanner/run", 1, time.Second},
		{"GET", "/portfolio/accounts", 2, 5 * time.Second},
		{"GET", "/portfolio/subaccounts", 2, 5 * time.Second},
		{"POST", "/pa/performance", 1, 15 * time.Minute},
		{"POST", "/pa/summary", 1, 15 * time.Minute},
		{"POST", "/pa/transactions", 1, 15 * time.Minute},
		{"GET", "/fyi/unreadnumber", 1, time.Second},
		{"GET", "/fyi/settings", 1, time.Second},
		{"PUT", "/fyi/deliveryoptions/email", 1, time.Second},
		{"POST", "/tickle", 2, time.Second},
		{"GET", "/sso/validate", 2, time.Minute},
		{"GET", "/gw/api/v1/accounts", 10, time.Second / 10},
		{"POST", "/gw/api/v1/accounts", 10, time.Second / 10},
	} {
		for n := range one.burst {
			if got := c.srv.Paced(one.method, one.pattern, "gateway", "simuser"); got != 0 {
				t.Errorf("%s %s: call %d: %d", one.method, one.pattern, n+1, got)
			}
		}
		if got := c.srv.Paced(one.method, one.pattern, "gateway", "simuser"); got != 429 {
			t.Errorf("%s %s: call %d: %d, want 429", one.method, one.pattern, one.burst+1, got)
		}
		clock.add(one.every - time.Millisecond)
		if got := c.srv.Paced(one.method, one.pattern, "gateway", "simuser"); got != 429 {
			t.Errorf("%s %s: a moment too early: %d", one.method, one.pattern, got)
		}
		clock.add(time.Millisecond)
		if got := c.srv.Paced(one.method, one.pattern, "gateway", "simuser"); got != 0 {
			t.Errorf("%s %s: after %s: %d", one.method, one.pattern, one.every, got)
		}
	}
}

// Ten requests a second for a user of the gateway, fifty with a token, each
// user for himself; a watchlist that comes too often is a 503.
func TestPacingByUser(t *testing.T) {
	clock := newClock()
	opt := paced(clock)
	opt.Pace = ibkrsim.Pace{}
	c := start(t, opt)
	admitted := func(login, user string) (n int) {
		for n < 1000 && c.srv.Paced("GET", "/iserver/contract/{conid}/info", login, user) == 0 {
			n++
		}
		return n
	}
	got := fmt.Sprint(admitted("gateway", "one"), admitted("gateway", "two"), admitted("oauth1a", "one"), admitted("sso", "one"))
	if got != "10 10 50 50" {
		t.Errorf("requests admitted at once: %s, want 10 10 50 50", got)
	}
	if got := c.srv.Paced("GET", "/iserver/watchlists", "gateway", "one"); got != 503 {
		t.Errorf("a watchlist too many: %d, want 503", got)
	}
	opt.Pace = ibkrsim.Pace{Gateway: 3, OAuth: -1}
	c = start(t, opt)
	if got := fmt.Sprint(admitted("gateway", "one"), admitted("oauth1a", "one")); got != "3 1000" {
		t.Errorf("with other limits: %s, want 3 1000", got)
	}
}

// At most five requests for history run at once; a sixth is refused until one
// of them is over, as when its client has gone.
func TestPacingOfHistory(t *testing.T) {
	const path = "/iserver/marketdata/history?conid=756733&period=1h&bar=1min"
	opt := paced(newClock())
	opt.Manual = false
	c := start(t, opt).login()
	if err := c.srv.Fault(ibkrsim.Fault{On: "GET /iserver/marketdata/history", Count: 5, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 5)
	for range 5 {
		request, err := http.NewRequestWithContext(ctx, "GET", c.srv.URL()+"/v1/api"+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			answer, err := c.web.Do(request)
			if err == nil {
				err = answer.Body.Close()
			}
			gone <- err
		}()
	}
	eventually(t, "five run", func() bool { return c.srv.RunningHistory("simuser") == 5 })
	got := c.call("GET", path, "")
	if got.status != http.StatusTooManyRequests || got.text != `{"error":"Too many requests"}` {
		t.Errorf("the sixth: %d %s", got.status, got.text)
	}
	leave()
	for range 5 {
		if err := <-gone; err == nil {
			t.Error("a request was answered that should have waited")
		}
	}
	eventually(t, "none runs", func() bool { return c.srv.RunningHistory("simuser") == 0 })
	if got := c.call("GET", path, ""); got.status != 200 {
		t.Errorf("when they are over: %d %s", got.status, got.text)
	}
}
