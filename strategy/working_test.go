package strategy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
	"gannet/strategy"
)

// world is a desk and a venue that answer when and how rapid likes, with the
// desk's events on their way to the host.
type world struct {
	*bench
	p       *puppet
	signals []market.Signal // on their way to the desk
	open    []*market.Order
	events  []market.Body // on their way to the host
	held    market.Qty
}

func newWorld(t testing.TB) *world {
	p := new(puppet)
	return &world{bench: newBench(t, with("p", p, 1)), p: p}
}

func (w *world) call(fn func(ctx strategy.Context)) {
	w.in(w.p, 1, fn)
	w.signals = append(w.signals, w.out.Signals...)
	w.out.Reset()
}

func (w *world) position() (p market.Position) {
	w.call(func(ctx strategy.Context) { p = ctx.Position(1) })
	return p
}

func (w *world) publish(o *market.Order) {
	o.LeavesQty = 0
	if o.Working() {
		o.LeavesQty = o.OrderQty - o.CumQty
	}
	copied := *o
	w.events = append(w.events, &copied)
}

// answer takes the oldest signal in, or denies it.
func (w *world) answer(deny bool) {
	s := w.signals[0]
	w.signals = w.signals[1:]
	o := &market.Order{Ticket: s.Ticket, ClientOrderID: s.ID, Strategy: s.Strategy, Status: market.PendingSubmit}
	switch s.Kind {
	case market.SignalTarget:
		change := s.TargetQty - w.held
		for _, o := range w.open {
			change -= (o.OrderQty - o.CumQty) * market.Qty(o.Side.Sign())
		}
		o.Ticket = market.BuyMarket(1, change)
		if change < 0 {
			o.Ticket = market.SellMarket(1, -change)
		}
	case market.SignalWeight:
		o.Ticket = market.BuyMarket(1, market.Shares(s.TargetWeight.IntPart()))
	}
	if deny || o.OrderQty == 0 {
		o.Status = market.Denied
	} else {
		w.open = append(w.open, o)
	}
	w.publish(o)
}

// fill executes some of an open order and tells, as the desk does.
func (w *world) fill(i int, q market.Qty) {
	o := w.open[i]
	q = min(q, o.OrderQty-o.CumQty)
	o.CumQty += q
	o.Status = market.PartiallyFilled
	if o.CumQty == o.OrderQty {
		o.Status = market.Filled
		w.open = slices.Delete(w.open, i, i+1)
	}
	signed := q * market.Qty(o.Side.Sign())
	w.held += signed
	w.publish(o)
	w.events = append(w.events,
		&market.Fill{ClientOrderID: o.ClientOrderID, Strategy: "p", Instrument: 1, Side: o.Side, Qty: q},
		&market.Position{Strategy: "p", Instrument: 1, Qty: w.held})
}

// end moves an open order to a terminal status.
func (w *world) end(i int, s market.OrdStatus) {
	w.open[i].Status = s
	w.publish(w.open[i])
	w.open = slices.Delete(w.open, i, i+1)
}

func (w *world) deliver() {
	ev := w.events[0]
	w.events = w.events[1:]
	w.step(ev)
}

// check holds the promise of Idle against what is true.
func (w *world) check(t *rapid.T) {
	p := w.position()
	busy := len(w.signals) > 0 || len(w.open) > 0 || w.held != 0
	if busy && p.Idle() {
		t.Fatalf("Idle with %d signals and %d orders on the way and %s held", len(w.signals), len(w.open), w.held)
	}
	if len(w.signals) > 0 || len(w.events) > 0 {
		return
	}
	var buy, sell market.Qty
	for _, o := range w.open {
		if o.Side == market.Buy {
			buy += o.OrderQty - o.CumQty
		} else {
			sell += o.OrderQty - o.CumQty
		}
	}
	if p.Qty != w.held || p.WorkingBuy != buy || p.WorkingSell != sell {
		t.Fatalf("at rest: got %s held, %s and %s working; want %s, %s, %s", p.Qty, p.WorkingBuy, p.WorkingSell, w.held, buy, sell)
	}
}

// A moment in which Idle is true while an order is anywhere between strategy
// and venue is a moment in which a strategy buys twice.
func TestIdleIsFalseWhileAnythingWorks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		size := rapid.Custom(func(t *rapid.T) market.Qty { return market.Shares(rapid.Int64Range(1, 5).Draw(t, "qty")) })
		pick := func(t *rapid.T) int {
			if len(w.open) == 0 {
				t.Skip("no open order")
			}
			return rapid.IntRange(0, len(w.open)-1).Draw(t, "order")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"buy": func(t *rapid.T) {
				w.call(func(c strategy.Context) { c.Submit(market.BuyMarket(1, size.Draw(t, "buy"))) })
			},
			"sell": func(t *rapid.T) {
				w.call(func(c strategy.Context) { c.Submit(market.SellMarket(1, size.Draw(t, "sell"))) })
			},
			"target": func(t *rapid.T) {
				w.call(func(c strategy.Context) { c.Target(1, market.Shares(rapid.Int64Range(-3, 3).Draw(t, "target"))) })
			},
			"weight": func(t *rapid.T) {
				w.call(func(c strategy.Context) {
					c.TargetWeight(1, market.MustMoney(rapid.SampledFrom([]string{"0", "1", "2"}).Draw(t, "weight")))
				})
			},
			"answer": func(t *rapid.T) {
				if len(w.signals) == 0 {
					t.Skip("no signal")
				}
				w.answer(rapid.Bool().Draw(t, "deny"))
			},
			"fill":   func(t *rapid.T) { i := pick(t); w.fill(i, size.Draw(t, "fill")) },
			"cancel": func(t *rapid.T) { i := pick(t); w.end(i, market.Canceled) },
			"reject": func(t *rapid.T) { i := pick(t); w.end(i, market.Rejected) },
			"unknown": func(t *rapid.T) {
				o := w.open[pick(t)]
				o.Status = market.Unknown
				w.publish(o)
			},
			"deliver": func(t *rapid.T) {
				if len(w.events) == 0 {
					t.Skip("no event")
				}
				w.deliver()
			},
			"settle": func(t *rapid.T) {
				for len(w.events) > 0 {
					w.deliver()
					w.check(t)
				}
			},
			"": w.check,
		})
	})
}

// Between the Order that says filled and the Position that holds the fill,
// nothing works any more and nothing is held yet.
func TestNotIdleBetweenOrderAndPosition(t *testing.T) {
	for _, ticket := range []market.Ticket{market.BuyMarket(1, market.Shares(5)), market.SellMarket(1, market.Shares(5))} {
		w := newWorld(t)
		w.call(func(c strategy.Context) { c.Submit(ticket) })
		w.answer(false)
		w.fill(0, market.Shares(5))
		w.p.onAny = func(c strategy.Context) {
			p := c.Position(1)
			if p.Idle() || p.Qty+p.WorkingBuy-p.WorkingSell != w.held {
				t.Errorf("after %s: got %s held, %s and %s working", w.p.heard[len(w.p.heard)-1], p.Qty, p.WorkingBuy, p.WorkingSell)
			}
		}
		for len(w.events) > 0 {
			w.deliver()
		}
		w.position()
	}
}

func TestTargetIsNotIdleUntilAnswered(t *testing.T) {
	cases := []struct {
		name      string
		held      market.Qty
		ask       func(ctx strategy.Context) market.ClientOrderID
		buy, sell market.Qty
	}{
		{"buys", 0, func(c strategy.Context) market.ClientOrderID { return c.Target(1, market.Shares(5)) }, market.Shares(5), 0},
		{"flips", market.Shares(2), func(c strategy.Context) market.ClientOrderID { return c.Target(1, -market.Shares(3)) }, 0, market.Shares(5)},
		{"nothing to do", 0, func(c strategy.Context) market.ClientOrderID { return c.Target(1, 0) }, 1, 1},
		{"weight", 0, func(c strategy.Context) market.ClientOrderID { return c.TargetWeight(1, market.MustMoney("1")) }, 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.step(&market.Position{Strategy: "p", Instrument: 1, Qty: c.held})
			var id market.ClientOrderID
			w.call(func(ctx strategy.Context) { id = c.ask(ctx) })
			p := w.position()
			equal(t, []market.Qty{p.Qty, p.WorkingBuy, p.WorkingSell}, []market.Qty{c.held, c.buy, c.sell})
			w.step(&market.Order{ClientOrderID: id, Strategy: "p", Ticket: market.Ticket{Instrument: 1}, Status: market.Denied})
			p = w.position()
			equal(t, []market.Qty{p.Qty, p.WorkingBuy, p.WorkingSell}, []market.Qty{c.held, 0, 0})
		})
	}
}

// While a change is on its way the order may trade in either size.
func TestReplaceCountsTheLargerSize(t *testing.T) {
	w := newWorld(t)
	ticket := market.SellLimit(1, market.Shares(10), market.MustPrice("50"))
	var id market.ClientOrderID
	w.call(func(c strategy.Context) { id = c.Submit(ticket) })
	order := market.Order{Ticket: ticket, ClientOrderID: id, Strategy: "p", Status: market.Submitted, LeavesQty: market.Shares(10)}
	ticket.OrderQty = market.Shares(15)
	steps := []struct {
		name string
		do   func()
		want int64
	}{
		{"asked", func() { w.call(func(c strategy.Context) { c.Replace(id, ticket) }) }, 15},
		{"pending", func() { order.Status = market.PendingReplace; w.step(&order) }, 15},
		{"part filled", func() { order.CumQty, order.LeavesQty = market.Shares(4), market.Shares(6); w.step(&order) }, 15},
		{"booked", func() { w.step(&market.Position{Strategy: "p", Instrument: 1, Qty: -market.Shares(4)}) }, 11},
		{"refused", func() { order.Status = market.PartiallyFilled; w.step(&order) }, 6},
		{"asked for less", func() { ticket.OrderQty = market.Shares(5); w.call(func(c strategy.Context) { c.Replace(id, ticket) }) }, 6},
		{"replaced", func() { order.OrderQty, order.LeavesQty = market.Shares(5), market.Shares(1); w.step(&order) }, 1},
		{"canceled", func() { order.Status, order.LeavesQty = market.Canceled, 0; w.step(&order) }, 0},
	}
	w.step(&order)
	for _, step := range steps {
		step.do()
		if p := w.position(); p.WorkingSell != market.Shares(step.want) || p.WorkingBuy != 0 {
			t.Errorf("%s: got %s and %s working, want 0 and %d", step.name, p.WorkingBuy, p.WorkingSell, step.want)
		}
	}
}

// An order of an earlier run, or one that the desk made for the strategy, is
// taken over with what is left of it, and can be canceled.
func TestUnknownOrdersAreTakenOver(t *testing.T) {
	w := newWorld(t)
	old := market.Order{Ticket: market.SellMarket(1, market.Shares(9)), ClientOrderID: "p-yesterday-3", Strategy: "p",
		Status: market.PartiallyFilled, CumQty: market.Shares(4), LeavesQty: market.Shares(5)}
	w.step(&old)
	w.step(&market.Position{Strategy: "p", Instrument: 1, Qty: -market.Shares(4)})
	p := w.position()
	equal(t, []market.Qty{p.Qty, p.WorkingBuy, p.WorkingSell}, []market.Qty{-market.Shares(4), 0, market.Shares(5)})
	old.Status, old.LeavesQty = market.Canceled, 0
	w.step(&old)
	if p := w.position(); p.WorkingSell != 0 {
		t.Errorf("%s of a canceled order still works", p.WorkingSell)
	}
	w.step(&old)
	equal(t, w.p.heard, []string{"order p-yesterday-3 PartiallyFilled", "tick 1 1", "order p-yesterday-3 Canceled",
		"tick 1 1", "order p-yesterday-3 Canceled"})
}

// Submit in an instrument that does not exist is answered by a denial without one.
func TestOrderInNoInstrument(t *testing.T) {
	w := newWorld(t)
	var id market.ClientOrderID
	w.call(func(c strategy.Context) { id = c.Submit(market.BuyMarket(77, market.Shares(1))) })
	w.call(func(c strategy.Context) {
		if _, ok := c.Order(id); !ok {
			t.Error("the order is not known before its answer")
		}
	})
	w.step(&market.Order{ClientOrderID: id, Strategy: "p", Status: market.Denied})
	w.call(func(c strategy.Context) {
		if _, ok := c.Order(id); ok {
			t.Error("the order is open after its denial")
		}
	})
}

// What counts of an order that changes its instrument or side on the way (bad
// data from outside) must not stay behind in the old one.
func TestOrderThatChangesInstrument(t *testing.T) {
	w := newWorld(t)
	o := market.Order{Ticket: market.BuyMarket(1, market.Shares(1)), ClientOrderID: "x", Strategy: "p", Status: market.Submitted, LeavesQty: market.Shares(1)}
	w.step(&o)
	o.Instrument, o.Side = 2, market.Sell
	w.step(&o)
	w.call(func(c strategy.Context) {
		if !c.Position(1).Idle() || c.Position(2).WorkingSell != market.Shares(1) {
			t.Errorf("got %+v and %+v", c.Position(1), c.Position(2))
		}
	})
	o.Status = market.Canceled
	w.step(&o)
	w.call(func(c strategy.Context) {
		if !c.Position(1).Idle() || !c.Position(2).Idle() {
			t.Errorf("got %+v and %+v", c.Position(1), c.Position(2))
		}
	})
}
