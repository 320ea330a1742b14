package contracts_test

import (
	"fmt"

	"gannet/broker/ibkr/contracts"
)

// The text by which an order names a spread: buy SPY, sell QQQ.
func ExampleCombo() {
	text, err := contracts.Combo("USD", "", contracts.Leg{Conid: 756733, Ratio: 1}, contracts.Leg{Conid: 320227571, Ratio: -1})
	fmt.Println(text, err)
	_, err = contracts.Combo("EUR", "EUREX", contracts.Leg{Conid: 1, Ratio: 1}, contracts.Leg{Conid: 2, Ratio: -1})
	fmt.Println(err)
	// Output:
	// 28812380;;;756733/1,320227571/-1 <nil>
	// contracts: combo: currency "EUR": its spread contract is not known, want one such as USD, GBP or JPY
}
