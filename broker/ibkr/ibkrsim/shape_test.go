package ibkrsim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Rows that were seen on the wire, key for key. What a row must not have is as
// important: str has no commission and no order id.
func TestRowsSeenOnTheWire(t *testing.T) {
	c := start(t, quiet()).login()
	c.quote("751.67", "751.68", 1000)
	ws := c.dial()
	ws.await("sts")
	ws.send(`str+{"realtimeUpdatesOnly":true}`)
	ws.barrier()
	c.place("fill-buy-1", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`)
	c.place("rest-1", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":740.00,"outsideRTH":false`)

	trade := c.must("GET", "/iserver/account/trades?days=7", "").([]any)[0]
	wantKeys(t, "trade", trade, `execution_id symbol supports_tax_opt side order_description trade_time trade_time_r size price
		order_ref exchange commission net_amount account accountCode company_name contract_description_1 sec_type
		listing_exchange conid conidEx position clearing_id clearing_name liquidation_trade is_event_trading order_id`)
	frame := ws.await("str")["args"].([]any)[0]
	wantKeys(t, "str", frame, `execution_id symbol supports_tax_opt side order_description trade_time trade_time_r size price
		order_ref exchange net_amount account accountCode company_name contract_description_1 sec_type listing_exchange
		conid conidEx liquidation_trade is_event_trading`)
	orders := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
	wantKeys(t, "working order", orders[0], `acct conidex conid account orderId cashCcy sizeAndFills orderDesc description1 ticker
		secType listingExchange remainingQuantity filledQuantity totalSize companyName status order_ccp_status origOrderType
		supportsTaxOpt lastExecutionTime orderType bgColor fgColor order_ref isEventTrading price outsideRTH timeInForce
		lastExecutionTime_r side`)
	id := orders[0].(map[string]any)["orderId"].(json.Number).String()
	status := c.must("GET", "/iserver/account/order/status/"+id, "").(map[string]any)
	for key, want := range map[string]any{"size": "1.0", "total_size": "1.0", "cum_fill": "0.0", "side": "B", "tif": "GTC",
		"limit_price": "740.00", "order_type": "LIMIT", "size_and_fills": "0/1", "order_ccp_status": "0",
		"order_description": "Buy 1 Limit 740.00, GTC", "order_description_with_contract": "Buy 1 SPY Limit 740.00, GTC"} {
		if status[key] != want {
			t.Errorf("order status %s: %v, want %v", key, status[key], want)
		}
	}
}

func wantKeys(t *testing.T, what string, row any, keys string) {
	t.Helper()
	var got []string
	for key := range row.(map[string]any) {
		got = append(got, key)
	}
	want := strings.Fields(keys)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}
