package brokerage

import (
	"testing"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Two children that one price sets off: the fill of the first part of one makes
// the other smaller and sends it, and the tick that set both off must not send
// it once more.
func TestOneTickSendsOnce(t *testing.T) {
	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(Config{Exchange: x, Accounts: []AccountConfig{{ID: "DU1", Cash: market.MustMoney("1000000")}}})
	if err != nil {
		t.Fatal(err)
	}
	tick := func(at market.Nanos, bid, ask string, size int64) {
		t.Helper()
		_, k, err := x.Set("SPY", exchange.Quote{Bid: market.MustPrice(bid), Ask: market.MustPrice(ask), Last: market.MustPrice(bid),
			BidSize: market.Shares(size), AskSize: market.Shares(size)}, at)
		if err != nil {
			t.Fatal(err)
		}
		h.OnTick(k)
	}
	spy := x.Find("SPY")
	tick(market.Second, "500.00", "500.02", 1000)
	parent := &Order{Account: "DU1", COID: "p", Product: spy, Ticket: Ticket{Side: market.Buy, Type: MKT, TIF: DAY, Qty: market.Shares(100)}}
	if text := h.Submit(parent); text != "" || parent.Status != Filled {
		t.Fatalf("parent: %q %s", text, parent.Status)
	}
	var children []*Order
	for range 2 {
		o := &Order{Account: "DU1", Product: spy, Parent: parent.ID, OCA: "g",
			Ticket: Ticket{Side: market.Sell, Type: MIT, TIF: DAY, Qty: market.Shares(100), Aux: market.MustPrice("505.00")}}
		if text := h.Submit(o); text != "" {
			t.Fatal(text)
		}
		children = append(children, o)
	}
	tick(2*market.Second, "505.00", "505.02", 40)
	first, second := children[0], children[1]
	if first.Filled != market.Shares(40) || second.Ticket.Qty != market.Shares(60) || !second.Working() || second.Reason != "" {
		t.Errorf("first %s of %s, second %s of %s: %s %s", first.Filled, first.Ticket.Qty, second.Filled, second.Ticket.Qty, second.Status, second.Reason)
	}
}
