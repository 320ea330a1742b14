package ibkrsim_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// Whatever is ordered, changed, cancelled and quoted, in any order and across
// restarts: cash is what the fills and fees moved, positions are the sum of
// executions, no order fills more than its size, no cOID makes two orders.
func TestBooksAlwaysBalance(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		opt := persisted(filepath.Join(dir, fmt.Sprint(runs)))
		opt.PlainHTTP, opt.Cash = true, decimal.New(100_000_000, 0)
		srv, err := ibkrsim.Start(opt)
		if err != nil {
			rt.Fatal(err)
		}
		c := newClient(t, srv).login()
		c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o10331"]}`)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			if rapid.IntRange(0, 11).Draw(rt, "what") == 0 {
				c = restart(rt, c, opt)
			} else {
				step(rt, c)
			}
			balance(rt, c.srv.State(), opt.Cash)
		}
		if err := c.srv.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func restart(rt *rapid.T, c *client, opt ibkrsim.Options) *client {
	before := truth(c.srv)
	if err := c.srv.Close(); err != nil {
		rt.Fatal(err)
	}
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		rt.Fatal(err)
	}
	same(c.t, "restart", truth(srv), before)
	c = newClient(c.t, srv).login()
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o10331"]}`)
	return c
}

// step is a quote, an order, a change or a cancel.
func step(rt *rapid.T, c *client) {
	price := func(name string) string {
		return fmt.Sprintf("5%02d.%02d", rapid.IntRange(0, 5).Draw(rt, name), rapid.IntRange(0, 99).Draw(rt, name))
	}
	quantity := rapid.IntRange(1, 40).Draw(rt, "quantity")
	ticket := fmt.Sprintf(`"orderType":%q,"side":%q,"quantity":%d,"tif":%q,"price":%s,"auxPrice":%s,"trailingAmt":1.5,"trailingType":"amt"`,
		rapid.SampledFrom([]string{"MKT", "LMT", "STP", "STOP_LIMIT", "TRAIL"}).Draw(rt, "type"),
		rapid.SampledFrom([]string{"BUY", "SELL"}).Draw(rt, "side"), quantity,
		rapid.SampledFrom([]string{"DAY", "GTC", "IOC"}).Draw(rt, "tif"), price("limit"), price("stop"))
	orders := c.srv.State().Orders
	some := func() string {
		if len(orders) == 0 {
			return "1"
		}
		return fmt.Sprint(rapid.SampledFrom(orders).Draw(rt, "order").OrderID)
	}
	path := "/iserver/account/" + account + "/order/"
	switch rapid.IntRange(0, 5).Draw(rt, "action") {
	case 0, 1:
		bid := market.MustPrice(price("bid"))
		q := ibkrsim.Quote{Bid: bid, Ask: bid + market.MustPrice("0.02"), Last: bid,
			BidSize: market.Shares(int64(quantity)), AskSize: market.Shares(int64(quantity))}
		if err := c.srv.SetPrice("SPY", q); err != nil {
			rt.Fatal(err)
		}
	case 2, 3:
		c.call("POST", placePath(), orderBody(fmt.Sprint("c", rapid.IntRange(0, 20).Draw(rt, "coid")), ticket))
	case 4:
		c.call("POST", path+some(), `{"conid":756733,`+ticket+`}`)
	case 5:
		c.call("DELETE", path+some(), "")
	}
}

// balance recomputes the account from its executions.
func balance(rt *rapid.T, st ibkrsim.State, cash market.Money) {
	var position market.Qty
	fees, filled, ids, coids := decimal.Zero, map[int64]market.Qty{}, map[string]bool{}, map[string]bool{}
	for _, e := range st.Executions {
		signed := e.Qty * market.Qty(e.Side.Sign())
		position += signed
		cash = cash.Sub(market.Notional(e.Price, signed, 1)).Sub(e.Commission)
		fees = fees.Add(e.Commission)
		filled[e.OrderID] += e.Qty
		if ids[e.ID] || e.Qty <= 0 {
			rt.Fatalf("execution %+v", e)
		}
		ids[e.ID] = true
	}
	if !cash.Equal(st.Cash) || !fees.Equal(st.Fees) {
		rt.Fatalf("cash %s fees %s: want %s %s", st.Cash, st.Fees, cash, fees)
	}
	for _, o := range st.Orders {
		done := o.Status == "Filled"
		if o.Filled != filled[o.OrderID] || o.Filled > o.Qty || done != (o.Filled == o.Qty) || coids[o.COID] {
			rt.Fatalf("order %+v, executions %s", o, filled[o.OrderID])
		}
		coids[o.COID] = true
	}
	for _, p := range st.Positions {
		// What was paid and not got back is held at cost.
		moved := p.RealizedPnL.Sub(p.Cost).Sub(p.Fees)
		if p.Qty != position || !st.Cash.Sub(moved).Equal(decimal.New(100_000_000, 0)) {
			rt.Fatalf("position %+v: executions say %s", p, position)
		}
	}
}
