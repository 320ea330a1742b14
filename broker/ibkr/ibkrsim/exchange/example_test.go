package exchange_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

func ExampleExchange_Set() {
	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
	if err != nil {
		panic(err)
	}
	p, tick, err := x.Set("SPY", exchange.Quote{Bid: market.MustPrice("655.00"), Ask: market.MustPrice("655.02")}, 1)
	fmt.Println(p.Name(), p.Conid, tick.Bid, tick.Ask, err)
	// Output: SPY.ARCA 756733 655 655.02 <nil>
}
