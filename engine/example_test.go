package engine_test

import (
	"fmt"

	"gannet/engine"
	"gannet/market"
)

// An inbox merges ticks that a stage is too slow for, and nothing else.
func ExampleInbox() {
	inbox := engine.NewInbox(16, 1)
	for _, px := range []string{"100.01", "100.02", "100.03"} {
		inbox.Put(&market.Event{Body: &market.Tick{Instrument: 1, Last: market.MustPrice(px)}})
	}
	inbox.Put(&market.Event{Body: &market.Order{ClientOrderID: "dip-spy-1"}})
	for _, ev := range inbox.Take() {
		switch b := ev.Body.(type) {
		case *market.Tick:
			fmt.Println("tick", b.Last)
		case *market.Order:
			fmt.Println("order", b.ClientOrderID)
		}
	}
	fmt.Println("merged", inbox.Dropped())
	// Output:
	// tick 100.03
	// order dip-spy-1
	// merged 2
}
