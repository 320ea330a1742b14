package risk_test

import (
	"fmt"
	"strings"
	"testing"

	"gannet/market"
	"gannet/risk"
)

func limits() risk.Limits {
	return risk.Limits{
		MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("5000"), PriceCollarPercent: market.MustMoney("3"),
		MaxDataAge: 5 * market.Second, MaxPositionQty: market.Shares(200),
	}
}

func account() risk.AccountLimits {
	return risk.AccountLimits{Account: "DU1", Paper: true, MaxSubmitsPerSecond: 5, MaxSubmitsPerMinute: 20}
}

func gate(t testing.TB) *risk.Gate {
	t.Helper()
	g, err := risk.NewGate(account(), limits())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// good is a view that passes: buy 10 at 100.00 in a market of 99.99 to 100.01.
func good() *risk.View {
	return &risk.View{
		Now: 100 * market.Second,
		Order: &market.Order{Account: "DU1", Strategy: "s", Ticket: market.Ticket{
			Instrument: 1, Side: market.Buy, Type: market.Limit, TimeInForce: market.DAY, OrderQty: market.Shares(10), Price: market.MustPrice("100"),
		}},
		Instrument: &market.Instrument{ID: 1, TickSize: market.MustPrice("0.01"), LotSize: market.Shares(1), Multiplier: 1},
		Quote:      &market.Tick{TsInit: 99 * market.Second, Bid: market.MustPrice("99.99"), Ask: market.MustPrice("100.01"), Last: market.MustPrice("100")},
		Broker:     &market.BrokerState{Ready: true, Account: "DU1", Paper: true, Name: "Brokerage"},
		Reconciled: true,
	}
}

type checkCase struct {
	name string
	set  func(v *risk.View)
	want risk.Code
}

func px(s string) market.Price { return market.MustPrice(s) }

func sh(n int64) market.Qty { return market.Shares(n) }

// checkCases are, for each check, what passes, what is at its limit and what
// is over it.
var checkCases = []checkCase{
	{"passes", func(*risk.View) {}, ""},
	{"halted", func(v *risk.View) { v.State = risk.Halted }, risk.TradingHalted},
	{"reduce only, opens", func(v *risk.View) { v.State = risk.ReduceOnly }, risk.ReducingOnly},
	{"reduce only, closes all", func(v *risk.View) { v.State, v.Position = risk.ReduceOnly, -sh(10) }, ""},
	{"reduce only, one too many", func(v *risk.View) { v.State, v.Position = risk.ReduceOnly, -sh(9) }, risk.ReducingOnly},
	{"reduce only, another order closes already", func(v *risk.View) { v.State, v.Position, v.WorkingBuy = risk.ReduceOnly, -sh(10), sh(1) }, risk.ReducingOnly},
	{"order for another account", func(v *risk.View) { v.Order.Account = "DU2" }, risk.AccountMismatch},
	{"session of another account", func(v *risk.View) { v.Broker.Account = "DU2" }, risk.AccountMismatch},
	{"live session for a paper engine", func(v *risk.View) { v.Broker.Paper = false }, risk.PaperLiveMismatch},
	{"no session", func(v *risk.View) { v.Broker = nil }, risk.BrokerNotReady},
	{"session down", func(v *risk.View) { v.Broker.Ready = false }, risk.BrokerNotReady},
	{"not reconciled", func(v *risk.View) { v.Reconciled = false }, risk.NotReconciled},
	{"unknown instrument", func(v *risk.View) { v.Instrument = nil }, risk.InstrumentUnknown},
	{"no side", func(v *risk.View) { v.Order.Side = 0 }, risk.UnsupportedOrder},
	{"no type", func(v *risk.View) { v.Order.Type = 0 }, risk.UnsupportedOrder},
	{"no time in force", func(v *risk.View) { v.Order.TimeInForce = 0 }, risk.UnsupportedOrder},
	{"GTD in the past", func(v *risk.View) { v.Order.TimeInForce, v.Order.ExpireTime = market.GTD, v.Now }, risk.UnsupportedOrder},
	{"GTD ahead", func(v *risk.View) { v.Order.TimeInForce, v.Order.ExpireTime = market.GTD, v.Now+1 }, ""},
	{"zero quantity", func(v *risk.View) { v.Order.OrderQty = 0 }, risk.QtyInvalid},
	{"negative quantity", func(v *risk.View) { v.Order.OrderQty = -sh(1) }, risk.QtyInvalid},
	{"part of a lot", func(v *risk.View) { v.Order.OrderQty = sh(1) + 1 }, risk.QtyInvalid},
	{"limit without a price", func(v *risk.View) { v.Order.Price = 0 }, risk.PriceInvalid},
	{"negative price", func(v *risk.View) { v.Order.Price = -px("1") }, risk.PriceInvalid},
	{"off the tick", func(v *risk.View) { v.Order.Price = px("100.001") }, risk.PriceInvalid},
	{"market order with a price", func(v *risk.View) { v.Order.Type = market.Market }, risk.PriceInvalid},
	{"stop without a trigger", func(v *risk.View) { v.Order.Type, v.Order.Price = market.Stop, 0 }, risk.PriceInvalid},
	{"trail without an amount", func(v *risk.View) { v.Order.Type, v.Order.Price = market.TrailingStop, 0 }, risk.PriceInvalid},
	{"no quote", func(v *risk.View) { v.Quote = nil }, risk.MarketDataStale},
	{"quote at the age limit", func(v *risk.View) { v.Quote.TsInit = 95 * market.Second }, ""},
	{"quote too old", func(v *risk.View) { v.Quote.TsInit = 95*market.Second - 1 }, risk.MarketDataStale},
	{"delayed data", func(v *risk.View) { v.Quote.Flags = market.FlagDelayed }, risk.MarketDataStale},
	{"feed lost", func(v *risk.View) { v.Quote.Flags = market.FlagStale }, risk.MarketDataStale},
	{"instrument halted", func(v *risk.View) { v.Quote.Flags = market.FlagHalted }, risk.MarketDataStale},
	{"crossed", func(v *risk.View) { v.Quote.Bid = px("100.02") }, risk.MarketDataStale},
	{"largest quantity", func(v *risk.View) { v.Order.OrderQty, v.Order.Price = sh(100), px("50") }, ""},
	{"over the largest quantity", func(v *risk.View) { v.Order.OrderQty, v.Order.Price = sh(101), px("1") }, risk.MaxOrderQty},
	{"largest value", func(v *risk.View) { v.Order.OrderQty = sh(50) }, ""},
	{"over the largest value", func(v *risk.View) { v.Order.OrderQty, v.Order.Price = sh(50), px("100.01") }, risk.MaxOrderNotional},
	{"market order's value is at the ask", func(v *risk.View) { v.Order.Type, v.Order.Price, v.Order.OrderQty = market.Market, 0, sh(50) }, risk.MaxOrderNotional},
	{"at the collar", func(v *risk.View) { v.Quote.Ask, v.Quote.Bid, v.Order.Price = px("100"), px("99"), px("103") }, ""},
	{"through the collar", func(v *risk.View) { v.Quote.Ask, v.Quote.Bid, v.Order.Price = px("100"), px("99"), px("103.01") }, risk.PriceCollar},
	{"sell through the collar", func(v *risk.View) { v.Order.Side, v.Order.Price = market.Sell, px("96.98") }, risk.PriceCollar},
	{"a limit that waits far away", func(v *risk.View) { v.Order.Price = px("1") }, ""},
	{"largest position", func(v *risk.View) { v.Position, v.WorkingBuy = sh(100), sh(90) }, ""},
	{"over the largest position", func(v *risk.View) { v.Position, v.WorkingBuy = sh(100), sh(91) }, risk.MaxPosition},
	{"sells that work do not help", func(v *risk.View) { v.Position, v.WorkingBuy, v.WorkingSell = sh(100), sh(91), sh(100) }, risk.MaxPosition},
	{"largest short", func(v *risk.View) { v.Order.Side, v.Position, v.WorkingSell = market.Sell, -sh(100), sh(91) }, risk.MaxPosition},
	{"a position over its limit may shrink", func(v *risk.View) { v.Order.Side, v.Position = market.Sell, sh(500) }, ""},
	{"seen before", func(v *risk.View) { v.Duplicate = true }, risk.DuplicateIntent},
	{"last of the second", func(v *risk.View) { v.SubmitsInSecond = 4 }, ""},
	{"too many in a second", func(v *risk.View) { v.SubmitsInSecond = 5 }, risk.RateSubmit},
	{"too many in a minute", func(v *risk.View) { v.SubmitsInMinute = 20 }, risk.RateSubmit},
	{"operator flattens what is halted, with old data", func(v *risk.View) {
		v.OperatorFlatten, v.State, v.Reconciled, v.Quote, v.SubmitsInSecond = true, risk.Halted, false, nil, 99
	}, ""},
	{"operator flattens into the wrong account", func(v *risk.View) { v.OperatorFlatten, v.Broker.Account = true, "DU2" }, risk.AccountMismatch},
}

func TestChecks(t *testing.T) {
	for _, tt := range checkCases {
		t.Run(tt.name, func(t *testing.T) {
			v := good()
			tt.set(v)
			got := gate(t).Check(v)
			if got.Code != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got.Denied() && got.Text == "" {
				t.Error("a refusal says nothing")
			}
		})
	}
}

// TestLiveAccount: the account's name, the config and the broker must agree.
func TestLiveAccount(t *testing.T) {
	for _, tt := range []struct {
		account       market.AccountID
		wanted, paper bool
		want          risk.Code
	}{
		{"DU1", true, true, ""},
		{"U1", false, false, ""},
		{"U1", true, true, risk.PaperLiveMismatch},
		{"DU1", false, false, risk.PaperLiveMismatch},
		{"U1", false, true, risk.PaperLiveMismatch},
		{"DU1", true, false, risk.PaperLiveMismatch},
	} {
		a := account()
		a.Account, a.Paper = tt.account, tt.wanted
		g, err := risk.NewGate(a, limits())
		if err != nil {
			t.Fatal(err)
		}
		v := good()
		v.Order.Account, v.Broker.Account, v.Broker.Paper = tt.account, tt.account, tt.paper
		if got := g.Check(v); got.Code != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

func TestCancelPasses(t *testing.T) {
	v := good()
	v.State, v.Reconciled, v.Quote, v.Instrument = risk.Halted, false, nil, nil
	if got := gate(t).CheckCancel(v); got.Denied() {
		t.Errorf("cancel while halted: %s", got)
	}
	v.Broker.Ready = false
	if got := gate(t).CheckCancel(v); got.Code != risk.BrokerNotReady {
		t.Errorf("cancel without a session: %q", got)
	}
}

// TestLimitsMustBeSet: no value stands for unlimited.
func TestLimitsMustBeSet(t *testing.T) {
	for name, unset := range map[string]func(*risk.Limits){
		"max_order_qty":        func(l *risk.Limits) { l.MaxOrderQty = 0 },
		"max_order_notional":   func(l *risk.Limits) { l.MaxOrderNotional = market.Money{} },
		"price_collar_percent": func(l *risk.Limits) { l.PriceCollarPercent = market.MustMoney("-1") },
		"max_data_age":         func(l *risk.Limits) { l.MaxDataAge = 0 },
		"max_position_qty":     func(l *risk.Limits) { l.MaxPositionQty = -1 },
	} {
		l := limits()
		unset(&l)
		if _, err := risk.NewGate(account(), l); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s not set: %v", name, err)
		}
		if _, err := risk.NewGate(account(), limits(), risk.Override{Instrument: 3, Limits: l}); err == nil {
			t.Errorf("%s not set for one instrument: no error", name)
		}
	}
	for _, a := range []risk.AccountLimits{{}, {Account: "DU1"}, {Account: "DU1", MaxSubmitsPerSecond: 1}} {
		if _, err := risk.NewGate(a, limits()); err == nil {
			t.Errorf("%+v: no error", a)
		}
	}
}

func TestOverride(t *testing.T) {
	l := limits()
	l.MaxOrderQty = market.Shares(1)
	g, err := risk.NewGate(account(), limits(), risk.Override{Instrument: 1, Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Check(good()); got.Code != risk.MaxOrderQty {
		t.Errorf("instrument 1: %q", got)
	}
	v := good()
	v.Order.Instrument, v.Instrument = 2, &market.Instrument{ID: 2}
	if got := g.Check(v); got.Denied() {
		t.Errorf("instrument 2: %q", got)
	}
}

func TestStates(t *testing.T) {
	var s risk.States
	s.Set(risk.Scope{Instrument: 1}, risk.Halted, "a")
	s.Set(risk.Scope{Strategy: "x"}, risk.ReduceOnly, "b")
	for _, tt := range []struct {
		strategy   market.StrategyID
		instrument market.InstrumentID
		want       risk.State
	}{{"x", 1, risk.Halted}, {"x", 2, risk.ReduceOnly}, {"y", 2, risk.Active}, {"y", 1, risk.Halted}} {
		if got, _ := s.For(tt.strategy, tt.instrument); got != tt.want {
			t.Errorf("%s %d: %s, want %s", tt.strategy, tt.instrument, got, tt.want)
		}
	}
	s.Clear(risk.Scope{Strategy: "x"})
	if got, _ := s.For("x", 1); got != risk.Halted {
		t.Errorf("resuming a strategy resumed an instrument: %s", got)
	}
	s.Clear(risk.Scope{})
	if len(s.List()) != 0 {
		t.Errorf("resuming the account left %+v", s.List())
	}
}

func TestRate(t *testing.T) {
	r := risk.NewRate(3)
	for i := range 5 {
		r.Add(market.Nanos(i+1) * market.Second)
	}
	if got := r.Count(5*market.Second, market.Second); got != 1 {
		t.Errorf("in the last second: %d, want 1", got)
	}
	if got := r.Count(5*market.Second, market.Minute); got != 3 {
		t.Errorf("in the last minute: %d, want the 3 it remembers", got)
	}
	if got := r.Count(2*market.Minute, market.Minute); got != 0 {
		t.Errorf("two minutes later: %d, want 0", got)
	}
}

func BenchmarkGate(b *testing.B) {
	g, v := gate(b), good()
	b.ReportAllocs()
	for b.Loop() {
		g.Check(v)
	}
}

func Example() {
	gate, err := risk.NewGate(
		risk.AccountLimits{Account: "DU1234567", Paper: true, MaxSubmitsPerSecond: 5, MaxSubmitsPerMinute: 60},
		risk.Limits{
			MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("20000"), PriceCollarPercent: market.MustMoney("3"),
			MaxDataAge: 5 * market.Second, MaxPositionQty: market.Shares(500),
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := market.Order{Account: "DU1234567", Ticket: market.BuyMarket(1, market.Shares(1000))}
	fmt.Println(gate.Check(&risk.View{
		Now: market.Second, Order: &order, Reconciled: true,
		Instrument: &market.Instrument{ID: 1, LotSize: market.Shares(1)},
		Quote:      &market.Tick{TsInit: market.Second, Ask: market.MustPrice("10")},
		Broker:     &market.BrokerState{Ready: true, Account: "DU1234567", Paper: true},
	}))
	// Output: MAX_ORDER_QTY: quantity 1000 over the limit of 100
}
