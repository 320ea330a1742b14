package scenario_test

import (
	"fmt"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// The second order's answer is lost; sessions end after half a minute.
func Example() {
	s, err := scenario.Read([]byte(`
rules:
  - {on: "POST /iserver/account/{accountId}/orders", skip: 1, count: 1, cut: response}
  - {on: sor, delay: {shape: uniform, min: 1ms, max: 3s}}
events:
  - {at: 30s, do: logout}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := scenario.New(7, nil)
	if err := e.Start(s, start); err != nil {
		fmt.Println(err)
	}
	order := scenario.Call{Endpoint: scenario.PlaceOrder, Target: "/iserver/account/DU1/orders"}
	for n := range 3 {
		d := e.Request(order, at(time.Duration(n)*time.Second))
		fmt.Printf("order %d: handled %d times, cut %q\n", n+1, d.Handle, d.Cut)
	}
	var h hands
	if err := e.Turn(at(30*time.Second), &h); err != nil {
		fmt.Println(err)
	}
	fmt.Println(h.log)
	_, err = scenario.Read([]byte("rules:\n  - {on: sor, dorp: true}\n"))
	fmt.Println(err)
	// Output:
	// order 1: handled 1 times, cut ""
	// order 2: handled 1 times, cut "response"
	// order 3: handled 1 times, cut ""
	// [session logout]
	// scenario: line 2: rule: unknown key "dorp"; did you mean "drop"?
}
