package venue_test

import (
	"fmt"

	"gannet/broker/venue"
	"gannet/market"
)

// A market order takes what is shown; the rest waits for the next quote.
func Example() {
	table, _ := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
	v := venue.New(venue.Config{Instruments: table})

	quote := market.Tick{
		Instrument: 1, TsEvent: market.Second,
		Bid: market.MustPrice("100.00"), BidSize: market.Shares(300),
		Ask: market.MustPrice("100.02"), AskSize: market.Shares(200),
		Mask: market.HasBid | market.HasBidSize | market.HasAsk | market.HasAskSize,
	}
	v.OnTick(&quote)
	v.Submit(&market.Order{ClientOrderID: "dip-1-1", Ticket: market.BuyMarket(1, market.Shares(500))})

	quote.TsEvent, quote.Ask, quote.AskSize = 2*market.Second, market.MustPrice("100.03"), market.Shares(900)
	v.OnTick(&quote)

	for _, r := range v.Reports() {
		fmt.Println(r.ExecType, r.LastQty, "@", r.LastPx, "total", r.CumQty, "fee", r.Commission)
	}
	// Output:
	// New 0 @ 0 total 0 fee 0
	// Trade 200 @ 100.02 total 200 fee 1
	// Trade 300 @ 100.03 total 500 fee 1.5
}

// The profile of another engine decides how large a target weight is.
func ExampleProfile_SizeForWeight() {
	lean, _ := venue.Lookup("lean-equity")
	fmt.Println(lean.SizeForWeight(venue.SizeInput{
		Weight: market.MustMoney("1"),
		Equity: market.MustMoney("100000"),
		Price:  market.MustPrice("144.78172417"),
	}))
	// Output: 688
}
