package brokerage_test

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

func ExampleHouse_Submit() {
	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
	if err != nil {
		panic(err)
	}
	h, err := brokerage.Open(brokerage.Config{Exchange: x,
		Accounts: []brokerage.AccountConfig{{ID: "DU1000001", Cash: market.MustMoney("10000")}}})
	if err != nil {
		panic(err)
	}
	spy, tick, _ := x.Set("SPY", exchange.Quote{Bid: market.MustPrice("500.00"), Ask: market.MustPrice("500.02")}, market.Second)
	h.OnTick(tick)
	o := &brokerage.Order{Account: "DU1000001", COID: "my-1", Product: spy, Ticket: brokerage.Ticket{
		Side: market.Buy, Type: brokerage.MKT, TIF: brokerage.DAY, Qty: market.Shares(10)}}
	fmt.Println(h.Submit(o) == "", o.Status, o.AvgPrice(), h.Account("DU1000001").Balance("USD"))
	// Output: true Filled 500.02 4998.8
}
