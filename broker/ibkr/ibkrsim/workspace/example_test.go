package workspace_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

func Example() {
	world := newWorld()
	w := workspace.New(workspace.Config{Contracts: world, Logins: world})
	ask := func(method, path, body string) {
		route, vars := workspace.Routes.Find(method, path)
		reply := route.Handle(w, &web.Request{User: "trader", Vars: vars, Body: []byte(body), Now: 0})
		fmt.Println(reply.Status, string(web.Encode(reply.Body)))
	}
	ask("POST", "/iserver/account/U1/alert", `{"alertName":"SPY","alertMessage":"SPY is at 500","alertRepeatable":0,
		"outsideRth":1,"tif":"GTC","conditions":[{"conidex":"756733@SMART","operator":">=","type":1,"value":"500"}]}`)
	for _, notice := range w.OnPrice(756733, market.MustPrice("500.01"), market.Second) {
		fmt.Println(notice.Title, "-", notice.Text)
	}
	ask("GET", "/fyi/unreadnumber", "")
	// Output:
	// 200 {"request_id":null,"order_id":1000001,"success":true,"text":"Submitted","order_status":null,"warning_message":null}
	// Alert: SPY - SPY is at 500
	// 200 {"BN":1}
}
