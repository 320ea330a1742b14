package ibkr

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gannet/market"
)

// A question that failed, or an answer that cannot be read, is not an empty
// answer. Read as one it would close orders and positions that exist.
func TestSnapshotUnavailable(t *testing.T) {
	down := reply{503, "", `{"error":"Service Unavailable","statusCode":503}`, false}
	positions, ledger := "GET /portfolio/DU1234567/positions/0", "GET /portfolio/DU1234567/ledger"
	tests := []struct {
		name, route string
		answer      reply
		unknown     string // parts that must be unavailable
	}{
		{"orders down", ordersRoute, down, "orders"},
		{"orders error in 200", ordersRoute, ok(`{"error":"no subscription"}`), "orders"},
		{"orders without the flag", ordersRoute, ok(`{"orders":[]}`), "orders"},
		{"order with a bad size", ordersRoute, ok(`{"orders":[{"orderId":1,"conid":756733,"side":"BUY","totalSize":"many"}],"snapshot":true}`), "orders"},
		{"order without a size", ordersRoute, ok(`{"orders":[{"orderId":1,"conid":756733,"side":"BUY","status":"Submitted"}],"snapshot":true}`), "orders"},
		{"trades down", tradesRoute, down, "trades"},
		{"trades an object", tradesRoute, ok(`{}`), "trades"},
		{"trade without a price", tradesRoute, ok(`[{"execution_id":"a.b.c.01","conid":756733,"side":"B","size":1,"price":""}]`), "trades"},
		{"accounts down", "GET /portfolio/accounts", down, "positions cash"},
		{"account not in the list", "GET /portfolio/accounts", ok(`[{"id":"U9"}]`), "positions cash"},
		{"positions down", positions, down, "positions"},
		{"invalidate down", "POST /portfolio/DU1234567/positions/invalidate", down, "positions"},
		{"position without a size", positions, ok(`[{"acctId":"DU1234567","conid":756733}]`), "positions"},
		{"ledger down", ledger, down, "cash"},
		{"ledger without BASE", ledger, ok(`{"USD":{"cashbalance":1}}`), "cash"},
		{"ledger without cash", ledger, ok(`{"BASE":{"cashbalance":""}}`), "cash"},
		{"all well", ledger, ok(`{"BASE":{"cashbalance":1}}`), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t)
			g.answers(tt.route, tt.answer)
			snap := start(t, g).ready(1).Snapshot(context.Background())
			var unknown []string
			for _, part := range []struct {
				name   string
				known  bool
				reason string
			}{
				{"orders", snap.Orders.Known, snap.Orders.Reason}, {"trades", snap.Trades.Known, snap.Trades.Reason},
				{"positions", snap.Positions.Known, snap.Positions.Reason}, {"cash", snap.Cash.Known, snap.Cash.Reason},
			} {
				if !part.known {
					unknown = append(unknown, part.name)
				}
				if part.known != (part.reason == "") {
					t.Errorf("%s: known %v, reason %q", part.name, part.known, part.reason)
				}
			}
			if got := strings.Join(unknown, " "); got != tt.unknown {
				t.Errorf("unavailable: %q, want %q", got, tt.unknown)
			}
		})
	}
}

// Positions come in pages of 100, and a row can appear on two of them.
func TestSnapshotPositionPages(t *testing.T) {
	g := newGateway(t)
	page := func(from, to int) string {
		var rows []string
		for i := from; i < to; i++ {
			rows = append(rows, fmt.Sprintf(`{"acctId":"DU1234567","conid":%d,"contractDesc":"X%d","position":1,"avgPrice":2}`, i, i))
		}
		return "[" + strings.Join(rows, ",") + "]"
	}
	g.answers("GET /portfolio/DU1234567/positions/0", ok(page(1, 101)))
	g.answers("GET /portfolio/DU1234567/positions/1", ok(page(100, 200)))
	g.answers("GET /portfolio/DU1234567/positions/2", ok(`[]`))
	snap := start(t, g).ready(1).Snapshot(context.Background())
	if !snap.Positions.Known || len(snap.Positions.List) != 199 {
		t.Errorf("%d positions (%s), want 199", len(snap.Positions.List), snap.Positions.Reason)
	}
}

// What rows of live orders mean.
func TestLiveOrderRows(t *testing.T) {
	base := `"acct":"DU1234567","conid":756733,"orderId":9,"side":"BUY","order_ref":"x-1"`
	tests := []struct {
		row  string
		want market.Order
	}{
		{`"totalSize":1.0,"filledQuantity":1.0,"remainingQuantity":0.0,"status":"Filled","avgPrice":"647.09","origOrderType":"MARKET","orderType":"Market","price":"","timeInForce":"CLOSE","lastExecutionTime_r":1775086847000`,
			market.Order{Ticket: market.BuyMarket(1, market.Shares(1)), Status: market.Filled, CumQty: market.Shares(1), AvgPx: market.MustPrice("647.09"), TsEvent: 1775086847000 * market.Millisecond}},
		{`"totalSize":10,"filledQuantity":4,"status":"Submitted","orderType":"Limit","price":"457.00","timeInForce":"CLOSE"`,
			market.Order{Ticket: market.BuyLimit(1, market.Shares(10), market.MustPrice("457")), Status: market.PartiallyFilled, CumQty: market.Shares(4), LeavesQty: market.Shares(6)}},
		{`"totalSize":1,"status":"PreSubmitted","orderType":"Stop Limit","price":"9","auxPrice":"8.5","timeInForce":"GTC","outsideRTH":true`,
			market.Order{Ticket: market.Ticket{Instrument: 1, Side: market.Buy, Type: market.StopLimit, TimeInForce: market.GTC, OrderQty: market.Shares(1), Price: market.MustPrice("9"), StopPx: market.MustPrice("8.5"), OutsideRTH: true}, Status: market.Submitted, LeavesQty: market.Shares(1)}},
		{`"totalSize":1,"status":"PendingCancel","orderType":"Stop","price":"9","timeInForce":"GTC"`,
			market.Order{Ticket: market.Ticket{Instrument: 1, Side: market.Buy, Type: market.Stop, TimeInForce: market.GTC, OrderQty: market.Shares(1), StopPx: market.MustPrice("9")}, Status: market.PendingCancel, LeavesQty: market.Shares(1)}},
		{`"totalSize":1,"status":"Cancelled","orderType":"Market","timeInForce":"DAY","order_cancellation_by_system_reason":"Cancelled by System: order expired"`,
			market.Order{Ticket: market.BuyMarket(1, market.Shares(1)), Status: market.Expired, Text: "Cancelled by System: order expired"}},
		{`"totalSize":1,"status":"Strange","orderType":"Market","timeInForce":"DAY"`,
			market.Order{Ticket: market.BuyMarket(1, market.Shares(1)), Status: market.Unknown, LeavesQty: market.Shares(1)}},
	}
	for _, tt := range tests {
		b, _ := testBook()
		var row OrderRow
		unmarshal(t, "{"+base+","+tt.row+"}", &row)
		got, err := b.onOrders([]OrderRow{row})
		tt.want.ClientOrderID, tt.want.VenueOrderID, tt.want.Account = "x-1", "9", testAccount
		if err != nil || len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s:\n got %+v (%v)\nwant %+v", tt.row, got, err, tt.want)
		}
	}
}

// A new order passes through Inactive; one that stays there is dead.
func TestInactiveOrders(t *testing.T) {
	b, _ := testBook()
	now := market.Nanos(0)
	b.now = func() market.Nanos { now += 6 * market.Second; return now }
	var row OrderRow
	unmarshal(t, `{"orderId":9,"conid":756733,"side":"BUY","totalSize":1,"status":"Inactive"}`, &row)
	var got []market.OrdStatus
	for range 3 {
		list, err := b.onOrders([]OrderRow{row})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, list[0].Status)
	}
	if got[0] != market.PendingSubmit || got[2] != market.Rejected {
		t.Errorf("statuses %v, want PendingSubmit at first and Rejected at last", got)
	}
}

// A corrected execution stands for the one it corrects.
func TestTradesCorrection(t *testing.T) {
	b, _ := testBook()
	var rows []TradeRow
	unmarshal(t, `[{"execution_id":"a.b.c.02","conid":756733,"side":"B","size":3,"price":1},{"execution_id":"a.b.c.01","conid":756733,"side":"B","size":5,"price":1},
		{"execution_id":"manual","conid":4,"side":"EXER","size":1,"price":1}]`, &rows)
	list, err := b.onTrades(rows)
	if err != nil || len(list) != 1 || list[0].ExecID != "a.b.c.02" || list[0].LastQty != market.Shares(3) {
		t.Errorf("trades %+v (%v)", list, err)
	}
}
