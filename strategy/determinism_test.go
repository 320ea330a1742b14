package strategy_test

import (
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
	"gannet/strategy"
)

// trader buys and sells on the parity of prices, so that its signals depend on
// all that the host shows it.
type trader struct{ orders []market.ClientOrderID }

func (d *trader) OnTick(ctx strategy.Context, t market.Tick) {
	units := int64(t.Last / market.PriceScale)
	switch p := ctx.Position(t.Instrument); {
	case units%3 == 0 && p.Idle():
		d.orders = append(d.orders, ctx.Submit(market.BuyMarket(t.Instrument, market.Shares(units+1))))
	case units%5 == 0:
		ctx.Target(t.Instrument, market.Shares(units)-p.WorkingBuy)
	case units%7 == 0 && len(d.orders) > 0:
		ctx.Cancel(d.orders[len(d.orders)-1])
	}
}

// stream draws events of the instruments 1 and 2: ticks, and answers to orders
// that may or may not exist.
func stream(t *rapid.T) []market.Body {
	one := rapid.Custom(func(t *rapid.T) market.Body {
		id := market.InstrumentID(rapid.IntRange(1, 2).Draw(t, "instrument"))
		q := market.Shares(rapid.Int64Range(0, 9).Draw(t, "qty"))
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return &market.Position{Strategy: "a", Instrument: id, Qty: q}
		case 1:
			n := rapid.IntRange(1, 9).Draw(t, "n")
			status := market.OrdStatus(rapid.IntRange(0, market.NumOrdStatus).Draw(t, "status"))
			return &market.Order{Ticket: market.BuyMarket(id, q), Strategy: "a", Status: status,
				ClientOrderID: market.ClientOrderID("a-t-" + string(rune('0'+n))), CumQty: q / 2, LeavesQty: q / 2}
		default:
			return &market.Tick{Instrument: id, Last: market.Price(q) * 10}
		}
	})
	return rapid.SliceOfN(one, 0, 60).Draw(t, "events")
}

func run(t testing.TB, events []market.Body, others bool) (market.Digest, []market.Signal) {
	list := []strategy.Instance{with("a", new(trader), 1)}
	if others {
		list = append(list, with("b", new(onlyTicks), 1, 3), with("c", new(trader), 2))
	}
	b := newBench(t, list...)
	for _, ev := range events {
		b.step(ev)
	}
	var own []market.Signal
	for _, s := range b.out.Signals {
		if s.Strategy == "a" {
			own = append(own, s)
		}
	}
	return b.host.Hash(), own
}

// The same events give the same signals and the same state; other strategies
// beside it change nothing for a strategy.
func TestSameEventsSameSignals(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events := stream(rt)
		hash, signals := run(t, events, false)
		again, repeated := run(t, events, false)
		if hash != again {
			rt.Fatalf("hash %x, and %x at the second run", hash, again)
		}
		_, crowded := run(t, events, true)
		for _, other := range [][]market.Signal{repeated, crowded} {
			if len(other) != len(signals) {
				rt.Fatalf("%d signals, and %d at the second run", len(signals), len(other))
			}
			for i := range other {
				if other[i].ID != signals[i].ID || other[i].Ticket != signals[i].Ticket || other[i].TargetQty != signals[i].TargetQty {
					rt.Fatalf("signal %d is %+v, and %+v at the second run", i, signals[i], other[i])
				}
			}
		}
	})
}

// A hash that misses a part of the state would call two different runs equal.
func TestHashSeesEachPartOfTheState(t *testing.T) {
	order := func(change func(o *market.Order)) market.Body {
		o := &market.Order{Ticket: market.BuyLimit(1, 5, 7), ClientOrderID: "x", Strategy: "a", Status: market.Submitted, LeavesQty: 5}
		change(o)
		return o
	}
	states := map[string][]market.Body{
		"empty":      nil,
		"tick":       {&market.Tick{Instrument: 1, Last: 3 * market.PriceScale}},
		"other tick": {&market.Tick{Instrument: 1, Last: 6 * market.PriceScale}},
		"position":   {&market.Position{Strategy: "a", Instrument: 1, Qty: 5}},
		"cost":       {&market.Position{Strategy: "a", Instrument: 1, Qty: 5, Cost: market.MustMoney("1")}},
		"realized":   {&market.Position{Strategy: "a", Instrument: 1, Qty: 5, RealizedPnL: market.MustMoney("1")}},
		"fees":       {&market.Position{Strategy: "a", Instrument: 1, Qty: 5, Fees: market.MustMoney("1")}},
		"order":      {order(func(*market.Order) {})},
		"id":         {order(func(o *market.Order) { o.ClientOrderID = "y" })},
		"side":       {order(func(o *market.Order) { o.Side = market.Sell })},
		"type":       {order(func(o *market.Order) { o.Type = market.Market })},
		"tif":        {order(func(o *market.Order) { o.TimeInForce = market.GTC })},
		"status":     {order(func(o *market.Order) { o.Status = market.Unknown })},
		"qty":        {order(func(o *market.Order) { o.OrderQty = 6 })},
		"filled":     {order(func(o *market.Order) { o.CumQty = 1 })},
		"price":      {order(func(o *market.Order) { o.Price = 8 })},
		"stop":       {order(func(o *market.Order) { o.StopPx = 8 })},
		"leaves":     {order(func(o *market.Order) { o.LeavesQty = 4 })},
		"unbooked": {order(func(*market.Order) {}),
			order(func(o *market.Order) { o.CumQty, o.LeavesQty, o.Status = 5, 0, market.Filled })},
	}
	seen := make(map[market.Digest]string)
	for name, events := range states {
		hash, _ := run(t, events, false)
		if other, taken := seen[hash]; taken {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[hash] = name
	}
}

// The tick path must not allocate: garbage collection is latency.
func TestTickDoesNotAllocate(t *testing.T) {
	for _, n := range []int{1, 50} {
		b, ev := crowd(t, n)
		if allocs := testing.AllocsPerRun(200, func() { b.host.Step(ev, &b.out) }); allocs != 0 {
			t.Errorf("%d strategies: %v allocations a tick, want 0", n, allocs)
		}
	}
}

// crowd is a host with n strategies on instrument 1 that look at their
// position and quote at each tick, and a tick.
func crowd(t testing.TB, n int) (*bench, *market.Event) {
	list := make([]strategy.Instance, n)
	for i := range list {
		list[i] = with(market.StrategyID("s"+string(rune('A'+i))), new(looker), 1, 2)
		if i >= 26 {
			list[i].ID = market.StrategyID("z" + string(rune('A'+i-26)))
		}
	}
	b := newBench(t, list...)
	tick := &market.Tick{Instrument: 1, Mask: market.HasLast, Last: market.PriceScale}
	return b, &market.Event{TsEvent: 1, TsInit: 1, Body: tick}
}

type looker struct{ seen market.Price }

func (l *looker) OnTick(ctx strategy.Context, t market.Tick) {
	if ctx.Position(t.Instrument).Idle() {
		l.seen = max(l.seen, ctx.Quote(t.Instrument).Last)
	}
}

func BenchmarkStepTick1(b *testing.B)  { benchmarkStep(b, 1) }
func BenchmarkStepTick50(b *testing.B) { benchmarkStep(b, 50) }

func benchmarkStep(b *testing.B, n int) {
	w, ev := crowd(b, n)
	b.ReportAllocs()
	for b.Loop() {
		w.host.Step(ev, &w.out)
	}
}

// BenchmarkStepTickOfNobody is a tick of an instrument that no strategy has.
func BenchmarkStepTickOfNobody(b *testing.B) {
	w, ev := crowd(b, 1)
	ev.Body = &market.Tick{Instrument: 3}
	b.ReportAllocs()
	for b.Loop() {
		w.host.Step(ev, &w.out)
	}
}

// BenchmarkOrderLife is an order from Submit to its last event.
func BenchmarkOrderLife(b *testing.B) {
	p := new(quiet)
	w := newBench(b, with("p", p, 1))
	tick := &market.Event{TsInit: 1, Body: &market.Tick{Instrument: 1}}
	b.ReportAllocs()
	for b.Loop() {
		w.host.Step(tick, &w.out)
		o := &market.Order{ClientOrderID: p.id, Strategy: "p", Status: market.Submitted, LeavesQty: 1, Ticket: market.BuyMarket(1, 1)}
		w.host.Step(&market.Event{Body: o}, &w.out)
		o.Status = market.Filled
		w.host.Step(&market.Event{Body: o}, &w.out)
		w.out.Reset()
	}
}

type quiet struct{ id market.ClientOrderID }

func (q *quiet) OnTick(ctx strategy.Context, _ market.Tick) {
	q.id = ctx.Submit(market.BuyMarket(1, 1))
}
