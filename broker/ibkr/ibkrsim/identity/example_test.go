package identity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
)

func ExampleRegistry_Authenticate() {
	registry := identity.New(identity.Config{})
	if err := registry.AddUser(identity.User{Name: "alice", Password: "wonder", Paper: true}); err != nil {
		panic(err)
	}
	q := httptest.NewRequest("GET", "https://localhost:5000/v1/api/portfolio/accounts", http.NoBody)
	for _, from := range []string{"127.0.0.1:40000", "192.0.2.7:40000"} {
		q.RemoteAddr = from
		caller, refused, ok := registry.Authenticate(q, nil, time.Unix(1767225600, 0))
		fmt.Println(ok, caller.User, caller.Method, refused.Status)
	}
	// Output:
	// true alice gateway 0
	// false   401
}
