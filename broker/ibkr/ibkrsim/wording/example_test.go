package wording_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

func ExampleOrder() {
	o := wording.Order{
		Contract: wording.Contract{SecType: "OPT", Symbol: "SPY", Currency: "USD", Expiry: "20261218",
			Strike: market.MustPrice("655"), Right: "C", Tick: market.MustPrice("0.01")},
		Side: market.Buy, Qty: market.Shares(2), Filled: market.Shares(1),
		Type: "LMT", TIF: "DAY", Price: market.MustPrice("3.2"), Status: wording.Submitted,
	}
	fmt.Println(o.Describe(true))
	fmt.Println(o.SizeAndFills(), o.TypeName(), o.TIFShown())
	// Output:
	// Buy 2 SPY Dec18'26 655 Call Limit 3.20, Day
	// 1/1 LIMIT CLOSE
}
