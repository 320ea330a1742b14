package ibkr

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// The table as IBKR prints it: method, path, calls, span, at once.
var documented = []string{
	"GET /iserver/marketdata/snapshot 10 1s 0",
	"GET /iserver/marketdata/history 0 0s 5",
	"GET /iserver/account/orders 1 5s 0",
	"GET /iserver/account/trades 1 5s 0",
	"GET /iserver/account/pnl/partitioned 1 5s 0",
	"GET /portfolio/accounts 1 5s 0",
	"GET /portfolio/subaccounts 1 5s 0",
	"GET /iserver/scanner/params 1 15m0s 0",
	"POST /iserver/scanner/run 1 1s 0",
	"POST /pa/performance 1 15m0s 0",
	"POST /pa/summary 1 15m0s 0",
	"POST /pa/transactions 1 15m0s 0",
	" /fyi/* 1 1s 0",
	" /tickle 1 1s 0",
	"GET /sso/validate 1 1m0s 0",
	" /gw/api/v1/* 10 1s 0",
}

func TestLimitsAsDocumented(t *testing.T) {
	var got []string
	for _, l := range Limits() {
		path := l.Path
		if l.Service == Management {
			path = prefixes[Management] + path
		}
		got = append(got, fmt.Sprintf("%s %s %d %s %d", l.Method, path, l.Calls, l.Every, l.Concurrent))
	}
	if !slices.Equal(got, documented) {
		t.Errorf("limits %q, want %q", got, documented)
	}
}

// kinds of requests that the property draws from.
var paced = []request{
	{method: http.MethodGet, pattern: "/iserver/contract/{conid}/info"},
	{method: http.MethodPost, pattern: pathPlace, class: classOrder},
	{method: http.MethodDelete, pattern: pathOrder, class: classCancel},
	{method: http.MethodGet, pattern: pathSnapshot},
	{method: http.MethodGet, pattern: pathOrders},
	{method: http.MethodGet, pattern: pathTrades},
	{method: http.MethodGet, pattern: "/portfolio/subaccounts"},
	{method: http.MethodGet, pattern: "/iserver/scanner/params"},
	{method: http.MethodPost, pattern: "/iserver/scanner/run"},
	{method: http.MethodPost, pattern: "/pa/performance"},
	{method: http.MethodGet, pattern: "/fyi/settings"},
	{method: http.MethodPut, pattern: "/fyi/deliveryoptions/email"},
	{method: http.MethodPost, pattern: pathTickle},
	{method: http.MethodGet, pattern: pathValidate},
	{method: http.MethodGet, pattern: "/accounts/{accountId}/status", service: Management},
	{method: http.MethodPost, pattern: "/statements", service: Management, class: classOrder},
}

type sending struct {
	of int // in paced
	at time.Duration
}

// However requests come, no window of time holds more of them than IBKR
// allows: not of all, not of one endpoint.
func TestPaceWindows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type arrival struct{ of, ms int }
		list := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) arrival {
			return arrival{rapid.IntRange(0, len(paced)-1).Draw(rt, "request"), rapid.IntRange(0, 20_000).Draw(rt, "ms")}
		}), 1, 60).Draw(rt, "arrivals")
		perSecond := rapid.SampledFrom([]float64{0, 3, 9, 10, 49, 50}).Draw(rt, "a second")
		var sent []sending
		synctest.Test(t, func(t *testing.T) {
			p, start := newPacer(Pacing{PerSecond: perSecond}), time.Now()
			var mu sync.Mutex
			var all sync.WaitGroup
			for _, one := range list {
				all.Go(func() {
					time.Sleep(time.Duration(one.ms) * time.Millisecond)
					r := paced[one.of]
					if p.wait(t.Context(), &r) == nil {
						mu.Lock()
						defer mu.Unlock()
						sent = append(sent, sending{one.of, time.Since(start)})
					}
				})
			}
			all.Wait()
		})
		if len(sent) != len(list) {
			rt.Fatalf("%d of %d requests were let through", len(sent), len(list))
		}
		checkWindows(rt, sent, map[bool]int{false: 10, true: 50}[perSecond > 10])
	})
}

func checkWindows(rt *rapid.T, sent []sending, all int) {
	most := func(every time.Duration, calls int, what string, fits func(*request) bool) {
		var at []time.Duration
		for _, s := range sent {
			if r := paced[s.of]; fits(&r) {
				at = append(at, s.at)
			}
		}
		slices.Sort(at)
		for i := calls; i < len(at); i++ {
			if span := at[i] - at[i-calls]; span < every {
				rt.Fatalf("%s: %d requests within %s, allowed are %d in %s", what, calls+1, span, calls, every)
			}
		}
	}
	most(time.Second, all, "all", func(*request) bool { return true })
	for _, one := range paced {
		limit := limitOf(&one)
		if limit == nil || limit.Calls == 0 {
			continue
		}
		most(limit.Every, limit.Calls, one.pattern, func(r *request) bool {
			return limit.Covers(r.service, r.method, r.pattern) && r.method == one.method && r.pattern == one.pattern
		})
	}
}

// Six requests for history at once are answered with 429, five are not.
func TestPaceHistoryAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		r := request{method: http.MethodGet, pattern: pathHistory}
		var done []func()
		for range 5 {
			end, err := p.enter(t.Context(), &r)
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, end)
		}
		in := make(chan struct{})
		go func() {
			end, err := p.enter(t.Context(), &r)
			if err == nil {
				end()
			}
			close(in)
		}()
		synctest.Wait()
		select {
		case <-in:
			t.Fatal("a sixth request for history runs")
		default:
		}
		done[0]()
		<-in
		gone, stop := context.WithCancel(t.Context())
		stop()
		if end, err := p.enter(t.Context(), &r); err == nil {
			defer end()
		}
		if _, err := p.enter(gone, &r); err == nil {
			t.Error("a place for a caller that has gone")
		}
	})
}

// What Delay says is how long the request then waits.
func TestPaceDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		c := &Client{pace: p}
		for _, one := range []struct{ method, path string }{
			{http.MethodGet, "/iserver/contract/1/info"}, {http.MethodGet, pathOrders}, {http.MethodPost, "/pa/performance"},
			{http.MethodGet, "/iserver/scanner/params"}, {http.MethodGet, "/fyi/settings"}, {http.MethodPost, "/iserver/reply/r1"},
			{http.MethodPost, "/iserver/account/DU1/orders"}, {http.MethodDelete, "/iserver/account/DU1/order/7"},
			{http.MethodGet, "/gw/api/v1/accounts"}, {http.MethodGet, pathValidate},
		} {
			for range 4 {
				said, start := c.Delay(one.method, one.path), time.Now()
				r := requestOf(one.method, one.path)
				if err := p.wait(t.Context(), &r); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); (took - said).Abs() > 2*time.Millisecond {
					t.Errorf("%s %s: said %s, waited %s", one.method, one.path, said, took)
				}
			}
		}
		p.paced(classPoll)
		if got := c.Delay(http.MethodGet, "/x"); got != time.Second || c.Pace().Quiet != time.Second {
			t.Errorf("after a 429 a read is said to wait %s (%+v)", got, c.Pace())
		}
		p.paced(classOrder)
		if got := c.Delay(http.MethodPost, "/iserver/account/DU1/orders"); got != 15*time.Minute || c.Pace().Penalty != got {
			t.Errorf("in the penalty box an order is said to wait %s (%+v)", got, c.Pace())
		}
		time.Sleep(time.Minute)
		if got := c.Delay(http.MethodDelete, "/iserver/account/DU1/order/7"); got != 0 {
			t.Errorf("in the penalty box a cancel is said to wait %s", got)
		}
		time.Sleep(14*time.Minute + time.Second)
		if c.Pace() != (PaceState{}) {
			t.Errorf("after the penalty: %+v", c.Pace())
		}
		p.paced(classPoll)
		if c.Pace().Penalty == 0 {
			t.Error("the first 429 after the penalty box did not open the breaker again")
		}
	})
}

// A queue of reads is part of what Delay says.
func TestPaceDelayQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		ctx, stop := context.WithCancel(t.Context())
		for range 20 {
			go p.wait(ctx, &request{method: http.MethodGet, pattern: "/x"})
		}
		synctest.Wait()
		c := &Client{pace: p}
		if d := c.Delay(http.MethodGet, "/x"); d < 2*time.Second || d > 4*time.Second || c.Pace().Waiting < 15 {
			t.Errorf("behind 20 reads: %s (%+v)", d, c.Pace())
		}
		if d := c.Delay(http.MethodPost, "/iserver/account/DU1/orders"); d > 500*time.Millisecond {
			t.Errorf("an order is said to wait %s for reads", d)
		}
		stop()
		synctest.Wait()
	})
}

func TestSecdefChunks(t *testing.T) {
	var sizes []int
	for part := range SecdefChunks(make([]int64, 401)) {
		sizes = append(sizes, len(part))
	}
	if !slices.Equal(sizes, []int{200, 200, 1}) {
		t.Errorf("chunks of %v", sizes)
	}
}

// A server that may be asked more often than IBKR allows is not IBKR's.
func TestLimitsOfOthers(t *testing.T) {
	fast := Pacing{PerSecond: 1000}.withDefaults()
	for i := range limits {
		l := &limits[i]
		if got := l.span(&fast); (got > 0) != (l.source != nil) {
			t.Errorf("%s: %s between requests to a simulator", l.Path, got)
		}
	}
}
