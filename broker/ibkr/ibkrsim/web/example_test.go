package web_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/web"
)

func ExampleRoutes_Find() {
	routes := web.NewRoutes(web.Route[string]{Methods: "GET POST", Pattern: "/iserver/contract/{conid}/info",
		Handle: func(name string, r *web.Request) web.Reply { return web.OK(name + " " + r.Vars["conid"]) }})
	route, vars := routes.Find("GET", "/iserver/contract/756733/info")
	out := route.Handle("contract", &web.Request{Vars: vars})
	fmt.Println(out.Status, string(web.Encode(out.Body)))
	// Output: 200 "contract 756733"
}
