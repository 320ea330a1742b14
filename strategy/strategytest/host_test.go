package strategytest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/market"
	"gannet/strategy"
	"gannet/strategy/strategytest"
)

// scribe writes down what it hears and acts on the words of a log.
type scribe struct {
	heard []string
	do    func(ctx strategy.Context)
}

func (s *scribe) hear(format string, args ...any) {
	s.heard = append(s.heard, fmt.Sprintf(format, args...))
}
func (s *scribe) OnTick(ctx strategy.Context, t market.Tick) {
	s.hear("tick %s/%s %s", t.Bid, t.Ask, t.Last)
	if s.do != nil {
		s.do(ctx)
	}
}
func (s *scribe) OnBar(_ strategy.Context, b market.Bar)     { s.hear("bar %s", b.Close) }
func (s *scribe) OnTimer(_ strategy.Context, t market.Timer) { s.hear("timer %s", t.Name) }
func (s *scribe) OnOrder(_ strategy.Context, o market.Order) {
	s.hear("order %s %s/%s @%s %s", o.Status, o.CumQty, o.LeavesQty, o.AvgPx, o.Text)
}
func (s *scribe) OnFill(_ strategy.Context, f market.Fill) {
	s.hear("fill %s %s", f.ExecID, f.SignedQty())
}
func (s *scribe) Start(ctx strategy.Context) error {
	ctx.SetTimer("b", ctx.Now()+2*market.Minute)
	ctx.SetTimer("a", ctx.Now()+market.Minute)
	ctx.SetTimer("c", ctx.Now()+150*market.Second)
	return nil
}
func (s *scribe) Stop(ctx strategy.Context) { ctx.Log("bye") }

func (s *scribe) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.heard, want) {
		t.Errorf("heard\n%s\nwant\n%s", strings.Join(s.heard, "\n"), strings.Join(want, "\n"))
	}
	s.heard = nil
}

func TestTimersComeInTheirOrderAndAfterTheBar(t *testing.T) {
	s := new(scribe)
	h := strategytest.New(t, s, "SPY.ARCA")
	h.Minute("1", "2", "1", "1.5")
	s.expect(t, "bar 1.5", "timer a")
	h.Bar(market.Bar{Instrument: 1, Close: 5, TsEvent: h.Now() + 10*market.Minute})
	s.expect(t, "timer b", "timer c", "bar 0.000000005")
	if h.Now() != strategytest.Start+11*market.Minute {
		t.Errorf("now is %s", h.Now())
	}
	h.Stop()
	if logs := h.Logs(); !slices.Equal(logs, []string{"bye"}) {
		t.Errorf("logs are %q", logs)
	}
}

func TestTicksCarryForward(t *testing.T) {
	s := new(scribe)
	h := strategytest.New(t, s, "SPY.ARCA", "QQQ.NASDAQ")
	h.Quote("99", "101")
	h.Trade("100")
	h.Tick(market.Tick{Instrument: 2, Last: market.MustPrice("7")})
	h.Quote("98", "102")
	s.expect(t, "tick 99/101 0", "tick 99/101 100", "tick 0/0 7", "tick 98/102 100")
}

func TestAnOrdersLife(t *testing.T) {
	s := new(scribe)
	h := strategytest.New(t, s, "SPY.ARCA")
	s.do = func(ctx strategy.Context) { ctx.Submit(market.SellMarket(1, market.Shares(4))) }
	h.Trade("100")
	id := h.Signal().ID
	h.Status(id, market.Submitted, "")
	h.Fill(id, market.Shares(1), "100")
	h.Fill(id, market.Shares(1), "101")
	h.Status(id, market.Canceled, "enough")
	s.expect(t, "tick 0/0 100", "order Submitted 0/4 @0 ", "order PartiallyFilled 1/3 @100 ", "fill E1 -1",
		"order PartiallyFilled 2/2 @100.5 ", "fill E2 -1", "order Canceled 2/0 @100.5 enough")
	if p := h.Position(1); p.Qty != -market.Shares(2) || len(h.Orders()) != 0 {
		t.Errorf("holds %s, open are %v", p.Qty, h.Orders())
	}
}

func TestTargets(t *testing.T) {
	s := new(scribe)
	h := strategytest.New(t, s, "SPY.ARCA")
	s.do = func(ctx strategy.Context) { ctx.Target(1, market.Shares(5)) }
	h.Trade("100")
	h.Trade("100")
	orders := h.Orders()
	if orders[0].OrderQty != market.Shares(5) || orders[1].OrderQty != 0 {
		t.Errorf("targets are sized %s and %s, want 5 and 0", orders[0].OrderQty, orders[1].OrderQty)
	}
	h.FillAll("100")
	s.do = func(ctx strategy.Context) { ctx.TargetWeight(1, market.MustMoney("-1")) }
	h.Trade("100")
	h.Fill(h.Signals()[2].ID, market.Shares(8), "100")
	if p := h.Position(1); p.Qty != -market.Shares(3) {
		t.Errorf("holds %s, want -3", p.Qty)
	}
}

// failing keeps the message of a failed test.
type failing struct{ said string }

func (f *failing) Helper()                           {}
func (f *failing) Fatalf(format string, args ...any) { f.said = fmt.Sprintf(format, args...) }

func TestMistakesFailTheTest(t *testing.T) {
	cases := map[string]func(h *strategytest.Host){
		`"1x" is not a decimal`: func(h *strategytest.Host) { h.Trade("1x") },
		"got 0 signals, want 1": func(h *strategytest.Host) { h.Signal() },
		"z is no open order":    func(h *strategytest.Host) { h.Fill("z", 1, "1") },
		"y is no open order":    func(h *strategytest.Host) { h.Status("y", market.Canceled, "") },
	}
	for want, do := range cases {
		f := new(failing)
		do(strategytest.New(f, new(scribe), "SPY.ARCA"))
		if !strings.Contains(f.said, want) {
			t.Errorf("said %q, want %q", f.said, want)
		}
	}
	f := new(failing)
	strategytest.New(f, new(scribe), "SPY")
	if !strings.Contains(f.said, "SYMBOL.EXCHANGE") {
		t.Errorf("said %q about a bad name", f.said)
	}
}
