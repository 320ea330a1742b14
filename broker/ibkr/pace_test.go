package ibkr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sent lets n requests of a class through and returns when each went.
func sent(t *testing.T, p *pacer, c class, endpoint string, n int) (at []time.Duration) {
	t.Helper()
	start := time.Now()
	for range n {
		if err := p.wait(t.Context(), &request{method: http.MethodGet, class: c, pattern: endpoint}); err != nil {
			t.Fatal(err)
		}
		at = append(at, time.Since(start))
	}
	return at
}

// Over the documented rate an address is shut out for minutes.
func TestPaceRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		if at := sent(t, p, classPoll, "/x", 61); at[60].Round(100*time.Millisecond) != 9800*time.Millisecond {
			t.Errorf("61 requests took %s, want 59 at 6 a second", at[60])
		}
		p = newPacer(Pacing{})
		for endpoint, want := range map[string]time.Duration{
			pathOrders: 5 * time.Second, pathTrades: 5 * time.Second, pathPortfolioAccounts: 5 * time.Second,
			pathTickle: time.Second, pathValidate: time.Minute,
		} {
			if at := sent(t, p, classPoll, endpoint, 2); at[1]-at[0] < want {
				t.Errorf("%s asked again after %s, want %s", endpoint, at[1]-at[0], want)
			}
		}
	})
}

// However full the queue, a cancel finds a slot, and orders that wait together
// wait for one question at most.
func TestPacePriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		ctx, stop := context.WithCancel(t.Context())
		for range 50 {
			go p.wait(ctx, &request{class: classPoll, pattern: "/x"})
		}
		synctest.Wait()
		start := time.Now()
		var orders sync.WaitGroup
		for range 6 {
			orders.Go(func() {
				if err := p.wait(t.Context(), &request{class: classOrder}); err != nil {
					t.Error(err)
				}
			})
		}
		orders.Wait()
		if took := time.Since(start); took > 1500*time.Millisecond {
			t.Errorf("6 orders before 50 questions took %s, want 7 slots of a sixth second", took)
		}
		start = time.Now()
		sent(t, p, classCancel, "", 2)
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("2 cancels took %s", took)
		}
		stop()
		synctest.Wait()
	})
}

// One 429 pauses questions, a second within a minute everything but cancels.
func TestPaceBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		p.paced(classPoll)
		if at := sent(t, p, classPoll, "/x", 1); at[0] < time.Second {
			t.Errorf("asked %s after a 429, want a second", at[0])
		}
		if at := sent(t, p, classOrder, "", 1); at[0] > 200*time.Millisecond {
			t.Errorf("an order waited %s for one 429", at[0])
		}
		time.Sleep(2 * time.Minute)
		p.paced(classPoll)
		sent(t, p, classOrder, "", 1)
		p.paced(classOrder)
		for _, c := range []class{classPoll, classOrder} {
			if err := p.wait(t.Context(), &request{class: c, pattern: "/x"}); !errors.Is(err, errPenalty) {
				t.Errorf("class %d during the penalty: %v", c, err)
			}
		}
		sent(t, p, classCancel, "", 1)
		select {
		case <-p.broken:
		default:
			t.Error("the session was not told")
		}
		time.Sleep(15 * time.Minute)
		sent(t, p, classPoll, "/x", 1)
	})
}

// Questions that were under way together and are all refused are one offence:
// an engine that is started again soon after a stop must not be shut out.
func TestPaceTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		p.paced(classPoll)
		p.paced(classPoll)
		sent(t, p, classOrder, "", 1)
		sent(t, p, classPoll, "/x", 1)
		p.paced(classPoll)
		if err := p.wait(t.Context(), &request{class: classPoll, pattern: "/x"}); !errors.Is(err, errPenalty) {
			t.Errorf("a second offence: %v", err)
		}
	})
}

// A question that waits its turn when the caller gives up leaves at once.
func TestPaceGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pacing{})
		p.turn <- struct{}{}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := p.wait(ctx, &request{class: classPoll, pattern: "/x"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

// The whole client obeys: a second 429 stops orders before they are sent.
func TestPacePenaltyStopsOrders(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	g.answers(placeRoute, reply{429, "", `{"error":"slow down"}`, false})
	for i := range 3 {
		r.Submit(buyLimit(fmt.Sprint("x-", i)))
	}
	eventually(t, "three refusals", func() bool { return len(r.reports(0)) == 3 })
	if n := g.count(placeRoute); n != 2 {
		t.Errorf("%d orders were sent, want none after the second 429", n)
	}
	eventually(t, "not ready", func() bool { s := r.states(); return !s[len(s)-1].Ready })
	r.Cancel(buyLimit("x-9"))
	o := buyLimit("x-9")
	o.VenueOrderID = "77"
	r.Cancel(o)
	eventually(t, "a cancel on the wire", func() bool { return g.count(cancelRoute) == 1 })
}
