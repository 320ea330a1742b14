package rates_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

func ExamplePlan_Charge() {
	plan, err := rates.Named("fixed")
	if err != nil {
		fmt.Println(err)
		return
	}
	fill := rates.Trade{SecType: "STK", Symbol: "SPY", Exchange: "ARCA", Currency: "USD",
		Side: market.Buy, Qty: market.Shares(150), Price: market.MustPrice("655")}
	var order rates.Tally
	for range 3 {
		charge, after, err := plan.Charge(fill, order)
		fmt.Println(charge.Total(), err)
		order = after
	}
	// Output:
	// 1 <nil>
	// 0.5 <nil>
	// 0.75 <nil>
}
