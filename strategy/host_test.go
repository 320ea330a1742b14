package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
	"gannet/strategy"
)

// puppet does what the test says and writes down what it hears.
type puppet struct {
	bars   []market.Nanos
	onTick func(ctx strategy.Context, t market.Tick)
	onAny  func(ctx strategy.Context)
	heard  []string
}

func (p *puppet) note(ctx strategy.Context, format string, args ...any) {
	p.heard = append(p.heard, fmt.Sprintf(format, args...))
	if p.onAny != nil {
		p.onAny(ctx)
	}
}

func (p *puppet) OnTick(ctx strategy.Context, t market.Tick) {
	p.note(ctx, "tick %d %s", t.Instrument, t.Last)
	if p.onTick != nil {
		p.onTick(ctx, t)
	}
}
func (p *puppet) Bars() []market.Nanos { return p.bars }
func (p *puppet) OnBar(ctx strategy.Context, b market.Bar) {
	p.note(ctx, "bar %d %s", b.Instrument, b.Interval.Duration())
}
func (p *puppet) OnOrder(ctx strategy.Context, o market.Order) {
	p.note(ctx, "order %s %s", o.ClientOrderID, o.Status)
}
func (p *puppet) OnFill(ctx strategy.Context, f market.Fill) {
	p.note(ctx, "fill %s %s", f.ClientOrderID, f.Qty)
}
func (p *puppet) OnTimer(ctx strategy.Context, t market.Timer) { p.note(ctx, "timer %s", t.Name) }
func (p *puppet) Start(ctx strategy.Context) error             { p.note(ctx, "start"); return nil }
func (p *puppet) Stop(ctx strategy.Context)                    { p.note(ctx, "stop") }

// bench is a host over SPY.ARCA (1), QQQ.NASDAQ (2) and EURUSD.IDEALPRO (3).
type bench struct {
	t    testing.TB
	host *strategy.Host
	out  strategy.Effects
	now  market.Nanos
}

func table(t testing.TB) *market.Instruments {
	t.Helper()
	list, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"},
		market.Instrument{Name: "QQQ.NASDAQ"}, market.Instrument{Name: "EURUSD.IDEALPRO"})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func newBench(t testing.TB, strategies ...strategy.Instance) *bench {
	t.Helper()
	host, err := strategy.NewHost(strategy.HostConfig{Instruments: table(t), Run: "t", Strategies: strategies})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, host: host}
}

func with(id market.StrategyID, s strategy.Strategy, on ...market.InstrumentID) strategy.Instance {
	return strategy.Instance{ID: id, Strategy: s, Instruments: on}
}

func (b *bench) step(body market.Body) {
	b.now += market.Second
	b.host.Step(&market.Event{TsEvent: b.now - 1, TsInit: b.now, Body: body}, &b.out)
}

func (b *bench) tick(id market.InstrumentID, last int64) {
	b.step(&market.Tick{Instrument: id, Mask: market.HasLast, Last: market.Price(last) * market.PriceScale})
}

// in runs fn inside a call of the strategy.
func (b *bench) in(p *puppet, id market.InstrumentID, fn func(ctx strategy.Context)) {
	p.onTick = func(ctx strategy.Context, _ market.Tick) { fn(ctx) }
	b.tick(id, 1)
	p.onTick = nil
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got instead of want (-want +got):\n%s", diff)
	}
}

// A strategy that hears of another one's instrument or order would trade on it.
func TestEventsGoToTheirOwner(t *testing.T) {
	spy, both := new(puppet), &puppet{bars: []market.Nanos{market.Minute}}
	b := newBench(t, with("spy", spy, 1), with("both", both, 1, 2))
	if err := b.host.Start(1, &b.out); err != nil {
		t.Fatal(err)
	}
	b.tick(1, 10)
	b.tick(2, 20)
	b.tick(3, 30)
	b.tick(0, 1)
	b.tick(99, 1)
	b.step(&market.Bar{Instrument: 1, Interval: market.Minute})
	b.step(&market.Bar{Instrument: 1, Interval: market.Hour})
	b.step(&market.Bar{Instrument: 77, Interval: market.Minute})
	b.step(&market.Order{ClientOrderID: "x-1", Strategy: "spy", Status: market.Denied})
	b.step(&market.Order{ClientOrderID: "x-2", Strategy: "nobody", Status: market.Submitted})
	b.step(&market.Fill{ClientOrderID: "x-1", Strategy: "both", Qty: market.Shares(2)})
	b.step(&market.Timer{Owner: "spy", Name: "lunch"})
	b.step(&market.Timer{Name: "the desk's"})
	b.step(&market.Alert{Code: "X"})
	b.host.Step(&market.Event{}, &b.out)
	b.host.Stop(b.now, &b.out)
	equal(t, spy.heard, []string{"start", "tick 1 10", "bar 1 1m0s", "bar 1 1h0m0s", "order x-1 Denied", "timer lunch", "stop"})
	equal(t, both.heard, []string{"start", "tick 1 10", "tick 2 20", "bar 1 1m0s", "fill x-1 2", "stop"})
	if !b.out.Empty() {
		t.Errorf("a strategy that asks for nothing caused %+v", b.out)
	}
}

// Only has OnTick: the optional interfaces must not be needed.
type onlyTicks struct{ n int }

func (o *onlyTicks) OnTick(strategy.Context, market.Tick) { o.n++ }

func TestOptionalInterfacesAreOptional(t *testing.T) {
	s := new(onlyTicks)
	b := newBench(t, with("s", s, 1))
	if err := b.host.Start(1, &b.out); err != nil {
		t.Fatal(err)
	}
	for _, body := range []market.Body{
		&market.Bar{Instrument: 1}, &market.Order{ClientOrderID: "a", Strategy: "s", Status: market.Submitted},
		&market.Fill{Strategy: "s"}, &market.Position{Strategy: "s", Instrument: 1}, &market.Timer{Owner: "s"},
		&market.Position{Strategy: "s", Instrument: 9}, &market.Position{Instrument: 1},
		&market.Order{ClientOrderID: "b", Strategy: "s", Status: market.Denied},
	} {
		b.step(body)
	}
	b.tick(1, 10)
	b.host.Stop(b.now, &b.out)
	if s.n != 1 {
		t.Errorf("got %d ticks, want 1", s.n)
	}
}

func TestBarsOfAnyInterval(t *testing.T) {
	for _, wants := range [][]market.Nanos{nil, {0}, {market.Hour, 0}} {
		p := &puppet{bars: wants}
		b := newBench(t, with("p", p, 1))
		b.step(&market.Bar{Instrument: 1, Interval: market.Minute})
		equal(t, p.heard, []string{"bar 1 1m0s"})
	}
}

func TestSignals(t *testing.T) {
	p := new(puppet)
	b := newBench(t, with("dip-spy", p, 1))
	ticket := market.BuyLimit(1, market.Shares(10), market.MustPrice("99"))
	b.in(p, 1, func(ctx strategy.Context) {
		id := ctx.Submit(ticket)
		ctx.Replace(id, ticket)
		ctx.Cancel(id)
		ctx.Target(1, -market.Shares(5))
		ctx.TargetWeight(1, market.MustMoney("0.5"))
		ctx.SetTimer("lunch", 7)
		ctx.Log("hello")
		if ctx.Now() != market.Second {
			t.Errorf("now is %d, want when the event was taken in", ctx.Now())
		}
	})
	at := market.Second
	equal(t, b.out.Signals, []market.Signal{
		{Kind: market.SignalOrder, ID: "dip-spy-t-1", Strategy: "dip-spy", Ticket: ticket, TsEvent: at},
		{Kind: market.SignalReplace, ID: "dip-spy-t-2", Strategy: "dip-spy", Ticket: ticket, OrigClientOrderID: "dip-spy-t-1", TsEvent: at},
		{Kind: market.SignalCancel, ID: "dip-spy-t-3", Strategy: "dip-spy", OrigClientOrderID: "dip-spy-t-1", TsEvent: at},
		{Kind: market.SignalTarget, ID: "dip-spy-t-4", Strategy: "dip-spy", Ticket: market.Ticket{Instrument: 1}, TargetQty: -market.Shares(5), TsEvent: at},
		{Kind: market.SignalWeight, ID: "dip-spy-t-5", Strategy: "dip-spy", Ticket: market.Ticket{Instrument: 1}, TargetWeight: market.MustMoney("0.5"), TsEvent: at},
	})
	equal(t, b.out.Timers, []market.Timer{{Owner: "dip-spy", Name: "lunch", At: 7}})
	equal(t, b.out.Logs, []strategy.LogLine{{Strategy: "dip-spy", Text: "hello", TsEvent: at}})
	b.out.Reset()
	if !b.out.Empty() {
		t.Error("Reset left effects")
	}
}

func TestNowNeverGoesBack(t *testing.T) {
	p := new(puppet)
	b := newBench(t, with("p", p, 1))
	var seen []market.Nanos
	p.onTick = func(ctx strategy.Context, _ market.Tick) { seen = append(seen, ctx.Now()) }
	for _, ev := range []market.Event{{TsEvent: 5}, {TsEvent: 1, TsInit: 9}, {TsEvent: 20, TsInit: 8}, {TsEvent: 10}} {
		ev.Body = &market.Tick{Instrument: 1}
		b.host.Step(&ev, &b.out)
	}
	equal(t, seen, []market.Nanos{5, 9, 9, 10})
}

func TestContextShowsOnlyWhatIsItsOwn(t *testing.T) {
	spy, qqq := new(puppet), new(puppet)
	b := newBench(t, with("spy", spy, 1), with("qqq", qqq, 2))
	b.step(&market.Position{Strategy: "spy", Instrument: 1, Qty: market.Shares(3)})
	b.step(&market.Position{Instrument: 2, Qty: market.Shares(99)})
	b.step(&market.Order{ClientOrderID: "old-1", Strategy: "spy", Status: market.Submitted,
		Ticket: market.BuyMarket(1, market.Shares(1)), LeavesQty: market.Shares(1)})
	b.tick(1, 10)
	b.in(qqq, 2, func(ctx strategy.Context) {
		if p := ctx.Position(1); !p.Idle() {
			t.Errorf("sees another strategy's position: %+v", p)
		}
		if q := ctx.Quote(1); q.Last != 0 {
			t.Errorf("sees the quote of an instrument it was not given: %+v", q)
		}
		if _, ok := ctx.Order("old-1"); ok {
			t.Error("sees another strategy's order")
		}
		if p := ctx.Position(2); !p.Idle() {
			t.Errorf("the account's position is taken for the strategy's: %+v", p)
		}
		if p := ctx.Position(42); !p.Idle() || ctx.Instrument(42) != nil || ctx.Quote(42).Last != 0 {
			t.Error("an instrument that does not exist is something")
		}
	})
	b.in(spy, 1, func(ctx strategy.Context) {
		p := ctx.Position(1)
		equal(t, []market.Qty{p.Qty, p.WorkingBuy, p.WorkingSell}, []market.Qty{market.Shares(3), market.Shares(1), 0})
		if q := ctx.Quote(1); q.Last != market.PriceScale {
			t.Errorf("quote is %+v, want the tick that is handled", q)
		}
		equal(t, ctx.Instruments(), []market.InstrumentID{1})
		if o, ok := ctx.Order("old-1"); !ok || o.OrderQty != market.Shares(1) {
			t.Errorf("an order of an earlier run is lost: %+v", o)
		}
		equal(t, ctx.Instrument(1).Name, "SPY.ARCA")
	})
}

func TestStartErrorNamesTheStrategy(t *testing.T) {
	b := newBench(t, with("ok", new(puppet), 1), with("bad", refuses{}, 1))
	err := b.host.Start(1, &b.out)
	if err == nil || err.Error() != "strategy: bad: no luck" {
		t.Errorf("got %v", err)
	}
}

type refuses struct{}

func (refuses) OnTick(strategy.Context, market.Tick) {}
func (refuses) Start(strategy.Context) error         { return fmt.Errorf("no luck") }

func TestNewHostErrors(t *testing.T) {
	s := new(onlyTicks)
	cases := []struct {
		name, run, want string
		list            []strategy.Instance
	}{
		{"no id", "t", `strategy: : id "": want letters, digits, - and _`, []strategy.Instance{with("", s, 1)}},
		{"odd id", "t", `strategy: a.b: id "a.b": want letters, digits, - and _`, []strategy.Instance{with("a.b", s, 1)}},
		{"odd run", "x y", `strategy: a: run "x y": want letters, digits, - and _`, []strategy.Instance{with("a", s, 1)}},
		{"long id", "t", "are longer than 40 characters together", []strategy.Instance{with(market.StrategyID(strings.Repeat("a", 40)), s, 1)}},
		{"id twice", "t", "strategy: a: id is given twice", []strategy.Instance{with("a", s, 1), with("a", s, 1)}},
		{"no strategy", "t", "strategy: a: no strategy", []strategy.Instance{with("a", nil, 1)}},
		{"no instruments", "t", "strategy: a: no instruments: name at least one", []strategy.Instance{with("a", s)}},
		{"unknown instrument", "t", "strategy: a: instrument 7 is not in the table", []strategy.Instance{with("a", s, 7)}},
		{"instrument twice", "t", "strategy: a: instrument QQQ.NASDAQ is given twice", []strategy.Instance{with("a", s, 2, 2)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := strategy.NewHost(strategy.HostConfig{Instruments: table(t), Run: c.run, Strategies: c.list})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// The ids of the longest strategy and run still fit IBKR's 64 characters.
func TestIDsFit(t *testing.T) {
	p := new(puppet)
	id := market.StrategyID(strings.Repeat("a", 39))
	b := newBench(t, with(id, p, 1))
	b.in(p, 1, func(ctx strategy.Context) { ctx.Submit(market.BuyMarket(1, 1)) })
	if got := b.out.Signals[0].ID; len(got)-1+20 > 64 {
		t.Errorf("id %s leaves no room for a number of 20 digits", got)
	}
}
