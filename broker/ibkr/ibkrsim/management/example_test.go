package management_test

import (
	"encoding/json"
	"fmt"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

func Example() {
	accounts := newLedger()
	office, err := management.New(management.Config{Seed: 7, Ledger: accounts})
	if err != nil {
		panic(err)
	}
	ask := func(method, path, body string, now market.Nanos) {
		route, vars := management.Routes.Find(method, path)
		reply := route.Handle(office, &web.Request{Method: method, Path: path, Vars: vars, User: user, Body: []byte(body), Now: now})
		var answer struct {
			Result struct {
				Status string `json:"instructionStatus"`
			} `json:"instructionResult"`
		}
		check(json.Unmarshal(web.Encode(reply.Body), &answer))
		fmt.Println(reply.Status, answer.Result.Status, accounts.Cash("DU1000001", "USD"))
	}
	ask("POST", "/external-cash-transfers", `{"instructionType":"DEPOSIT","instruction":{"clientInstructionId":1,
		"accountId":"DU1000001","currency":"USD","amount":500,"bankInstructionMethod":"WIRE"}}`, start)
	due, _ := office.Due()
	ask("GET", "/client-instructions/1", "", due)
	// Output:
	// 202 PENDING 100000
	// 200 PROCESSED 100500
}
