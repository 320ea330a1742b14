package ibkrsim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// A simulator over plain HTTP with prices given by hand, and one order sent to
// it as any client of the Client Portal Gateway would.
func Example() {
	srv, err := ibkrsim.Start(ibkrsim.Options{PlainHTTP: true, Manual: true, Timing: ibkrsim.Timing{Bridge: -1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	err = srv.SetPrice("SPY", ibkrsim.Quote{Bid: market.MustPrice("500.00"), Ask: market.MustPrice("500.02")})
	if err != nil {
		fmt.Println(err)
	}

	post := func(path, body string) {
		got, err := http.Post(srv.URL()+"/v1/api"+path, "application/json", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer got.Body.Close()
		text, _ := io.ReadAll(got.Body)
		fmt.Println(got.StatusCode, string(text))
	}
	post("/iserver/account/DU1000001/orders", `{}`)
	post("/iserver/reauthenticate", ``)
	post("/iserver/account/DU1000001/orders",
		`{"orders":[{"conid":756733,"cOID":"hello-1","orderType":"MKT","side":"Buy","quantity":10,"tif":"DAY"}]}`)
	post("/iserver/account/DU1000001/orders",
		`{"orders":[{"conid":756733,"cOID":"hello-1","orderType":"MKT","side":"BUY","quantity":10,"tif":"DAY"}]}`)

	for _, e := range srv.State().Executions {
		fmt.Println(e.Side, e.Qty, e.Instrument, "@", e.Price, "fee", e.Commission)
	}
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// 400 {"error":"Bad Request: no bridge","statusCode":400}
	// 200 {"message":"triggered"}
	// 400 {"error":"Invalid Side (must be 'BUY' or 'SELL')."}
	// 200 [{"order_id":"928710231","local_order_id":"hello-1","order_status":"PreSubmitted","encrypt_message":"1"}]
	// BUY 10 SPY.ARCA @ 500.02 fee 1
}
