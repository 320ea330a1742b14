package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gannet/bus/natsbus"
	"gannet/engine"
	"gannet/market"
)

// order finds an order of the engine.
func (e *trader) order(is func(orderRow) bool) (orderRow, bool) {
	e.t.Helper()
	all := e.orders()
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return orderRow{}, false
	}
	return all[i], true
}

// restingOrder is the first order of strategy file, once it works.
func (e *trader) restingOrder() (o orderRow) {
	e.t.Helper()
	e.await("an order rests", func() bool {
		var ok bool
		o, ok = e.order(func(o orderRow) bool { return o.Strategy == "file" && o.Status == "Submitted" })
		return ok
	})
	return o
}

// ticksPass waits until the market has moved on by so many ticks: long enough
// for strategies to have wanted something.
func (e *trader) ticksPass(n uint64) {
	e.t.Helper()
	ticks := func() uint64 { return decoded[struct{ Ticks uint64 }](e.t, e.must("status")).Ticks }
	before := ticks()
	e.await("ticks", func() bool { return ticks() >= before+n })
}

// fails asks for something that must be refused in these words.
func (e *trader) fails(words string, args ...string) {
	e.t.Helper()
	if d := e.verb(args...); d.code != 1 || !strings.Contains(d.log, words) || d.out != "" {
		e.t.Errorf("%v: exit code %d, %q on stderr, %q on stdout; want 1 and %q", args, d.code, d.log, d.out, words)
	}
}

// received is every order that has reached the broker.
func (s *simulator) received() []string {
	s.t.Helper()
	return slices.Sorted(maps.Keys(s.truth().Received))
}

// What an operator does from another terminal works on the running engine,
// and what is acknowledged holds at the broker.
func TestOperator(t *testing.T) {
	t.Parallel()
	sim := newSimulator(t)
	e := newTrader(t, config{sim: sim, instruments: 4, strategies: append([]string{resting(t)}, busy...)}.yaml())
	e.fails("no engine runs with data folder "+e.folder, "status")
	e.run()
	e.trading()
	e.await("fills", func() bool { return e.logs(`"message":"fill"`) >= 5 })
	if s := e.status(); !s.Ready || !s.Reconciled || s.Broker != "Brokerage" || s.Orders.Submitted < 5 || s.Fills < 5 {
		t.Errorf("status %+v", s)
	}
	if len(e.orders()) < 5 || len(e.fills()) < 5 || len(e.held()) == 0 {
		t.Errorf("orders %v\nfills %v\npositions %v", e.orders(), e.fills(), e.held())
	}
	rests := e.restingOrder()
	t.Run("halt", func(t *testing.T) { haltHolds(t, e, sim) })
	t.Run("cancel", func(t *testing.T) {
		e.fails(`order "no-such-order": there is none of that id`, "cancel", "no-such-order")
		e.must("cancel", rests.ID)
		e.await("the order is canceled", func() bool {
			o, _ := e.order(func(o orderRow) bool { return o.ID == rests.ID })
			return o.Status == "Canceled"
		})
		for _, o := range sim.truth().Orders {
			if o.COID == rests.ID && o.Status != "Cancelled" {
				t.Errorf("canceled here, %s at the broker", o.Status)
			}
		}
	})
	t.Run("resume", func(t *testing.T) { resumes(t, e) })
	t.Run("flatten", func(t *testing.T) {
		e.must("flatten", "--reason", "test")
		e.await("nothing is held", func() bool {
			state := sim.truth()
			return len(e.held()) > 0 && flat(e.held()) && flat(heldAt(&state)) && e.status().Working == 0
		})
		haltHolds(t, e, sim)
		if state := sim.truth(); !flat(e.held()) || !flat(heldAt(&state)) {
			t.Errorf("held again after flatten: %v", e.held())
		}
	})
	t.Run("resume after flatten", func(t *testing.T) { resumes(t, e) })
	e.signal(os.Interrupt)
	agreed(t, e.report())
	e.fails("no engine runs", "halt")
}

// haltHolds halts the engine: strategies go on to want things, and nothing
// reaches the broker.
func haltHolds(t *testing.T, e *trader, sim *simulator) {
	t.Helper()
	status := decoded[statusRow](t, e.must("halt", "--reason", "test"))
	before := sim.received()
	if len(status.States) != 1 || status.States[0].State != "Halted" || !strings.Contains(status.States[0].Reason, "test") {
		t.Errorf("states after halt: %+v", status.States)
	}
	denied := e.status().Orders.Denied
	e.ticksPass(60)
	e.await("a strategy is denied", func() bool { return e.status().Orders.Denied > denied })
	if after := sim.received(); len(after) > len(before)+1 { // one may have been on the wire
		t.Errorf("%d orders reached the broker after the halt was acknowledged", len(after)-len(before))
	}
}

func resumes(t *testing.T, e *trader) {
	t.Helper()
	if s := decoded[statusRow](t, e.must("resume")); len(s.States) != 0 {
		t.Errorf("states after resume: %+v", s.States)
	}
	fills := e.status().Fills
	e.await("trades again", func() bool { return e.status().Fills > fills })
}

func flat(held map[string]market.Qty) bool {
	for _, q := range held {
		if q != 0 {
			return false
		}
	}
	return true
}

// A resting order is gone at the broker after a stop that cancels; after one
// that keeps, it works on, and the next run knows it by its id.
func TestOnStop(t *testing.T) {
	t.Parallel()
	for _, onStop := range []string{"cancel", "keep"} {
		t.Run(onStop, func(t *testing.T) {
			t.Parallel()
			sim := newSimulator(t)
			e := newTrader(t, config{sim: sim, instruments: 1, onStop: onStop, strategies: []string{resting(t)}}.yaml())
			e.run()
			e.trading()
			rests := e.restingOrder()
			e.signal(os.Interrupt)
			if r := e.report(); r.Orders.Unknown != 0 || !r.Reconciled {
				t.Errorf("%+v", r)
			}
			want := map[string]string{"cancel": "Cancelled", "keep": "Submitted"}[onStop]
			if o := sim.truth().Orders[0]; o.COID != rests.ID || o.Status != want {
				t.Fatalf("order %s is %s at the broker, want %s %s", o.COID, o.Status, rests.ID, want)
			}
			if onStop == "keep" {
				e.run()
				e.trading()
				if o, ok := e.order(func(o orderRow) bool { return o.ID == rests.ID }); !ok || o.Status != "Submitted" || o.Strategy != "file" {
					t.Errorf("after a restart the order is %+v", o)
				}
				e.must("cancel", rests.ID)
				e.await("canceled", func() bool { return sim.truth().Orders[0].Status == "Cancelled" })
			}
		})
	}
}

// A long day has more orders than one message of the bus can carry. The
// program lists them all the same.
func TestManyOrders(t *testing.T) {
	defer goleak.VerifyNone(t)
	const n = 5000
	r := newRig(t)
	for range n {
		r.given <- market.BuyMarket(1, 0)
	}
	r.await("all are denied", func() bool { return r.ask("status", engine.ControlRequest{}).Status.Orders.Denied == n })
	folder := t.TempDir()
	check(t, natsbus.WriteCredential(filepath.Join(folder, "operator.nkey"), r.nats.Operator()))
	d := run(t, nil, "orders", "-o", "json", "--data-dir", folder)
	if d.code != 0 {
		t.Fatalf("orders: %d %s", d.code, d.log)
	}
	seen := map[string]bool{}
	for _, o := range decoded[struct{ Orders []orderRow }](t, d.out).Orders {
		seen[o.ID] = o.Status == "Denied"
	}
	if len(seen) != n {
		t.Errorf("%d orders listed, want %d", len(seen), n)
	}
	r.end()
}
