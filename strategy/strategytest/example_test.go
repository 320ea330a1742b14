package strategytest_test

import (
	"fmt"

	"gannet/market"
	"gannet/strategy"
	"gannet/strategy/strategytest"
)

// flip buys one share at each trade when it has none, and sells it again.
type flip struct{}

func (flip) OnTick(ctx strategy.Context, t market.Tick) {
	switch p := ctx.Position(t.Instrument); {
	case p.Idle():
		ctx.Submit(market.BuyMarket(t.Instrument, market.Shares(1)))
	case p.Qty > 0 && p.WorkingSell == 0:
		ctx.Submit(market.SellMarket(t.Instrument, p.Qty))
	}
}

// inExample stands for the *testing.T that a test has.
type inExample struct{}

func (inExample) Helper()                           {}
func (inExample) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func Example() {
	h := strategytest.New(inExample{}, flip{}, "SPY.ARCA")
	h.Trade("100")
	buy := h.Signal()
	h.Trade("101") // it waits for its order
	fmt.Println(buy.ID, buy.Ticket.Side, len(h.Signals()))
	h.Fill(buy.ID, market.Shares(1), "100.01")
	h.Trade("102")
	fmt.Println(h.Signal().Ticket.Side)
	h.FillAll("102")
	fmt.Println(h.Position(1).Qty, h.Position(1).RealizedPnL)
	// Output:
	// s-test-1 BUY 0
	// SELL
	// 0 1.99
}
