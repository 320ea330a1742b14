package api_test

import (
	"fmt"

	"gannet/broker/ibkr/api"
)

// An answer is read with what its type does not name, and written back whole.
func ExampleDecode() {
	var s api.AuthStatus
	err := api.Decode([]byte(`{"authenticated":true,"competing":"false","newField":[1.50]}`), &s)
	fmt.Println(s.Authenticated.True(), s.Competing.True(), err)
	back, err := api.Encode(s)
	fmt.Println(string(back), err)
	// Output:
	// true false <nil>
	// {"authenticated":true,"competing":"false","newField":[1.50]} <nil>
}
