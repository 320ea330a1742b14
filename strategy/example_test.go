package strategy_test

import (
	"fmt"

	"gannet/market"
	"gannet/strategy"
)

func init() { strategy.Register("dip", func() strategy.Strategy { return new(Dip) }) }

type Dip struct {
	Qty  market.Qty `yaml:"qty"`
	high market.Price
}

func (d *Dip) OnTick(ctx strategy.Context, t market.Tick) {
	d.high = max(d.high, t.Last)
	if t.Last < d.high.Percent(98) && ctx.Position(t.Instrument).Idle() {
		ctx.Submit(market.BuyMarket(t.Instrument, d.Qty))
	}
}

// The smallest useful strategy: it buys once when the price falls two percent
// from its high.
func Example() {
	dip, err := strategy.New("dip", []byte("qty: 10"))
	if err != nil {
		fmt.Println(err)
		return
	}
	instruments, _ := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
	host, _ := strategy.NewHost(strategy.HostConfig{
		Instruments: instruments, Run: "bt",
		Strategies: []strategy.Instance{{ID: "dip-spy", Strategy: dip, Instruments: []market.InstrumentID{1}}},
	})
	var out strategy.Effects
	for _, price := range []string{"100", "101", "98.99", "98.97", "98"} {
		tick := market.Tick{Instrument: 1, Mask: market.HasLast, Last: market.MustPrice(price)}
		host.Step(&market.Event{Body: &tick}, &out)
		fmt.Println(price, len(out.Signals))
	}
	order := out.Signals[0]
	fmt.Println(order.ID, order.Ticket.Side, order.Ticket.OrderQty, order.Ticket.Type)
	// Output:
	// 100 0
	// 101 0
	// 98.99 0
	// 98.97 1
	// 98 1
	// dip-spy-bt-1 BUY 10 MKT
}
