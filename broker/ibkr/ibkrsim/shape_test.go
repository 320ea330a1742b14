package ibkrsim_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// recording is a stored answer of the real API.
type recording struct{ Response struct{ Body any } }

func loadRecording(t *testing.T, name string) any {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "../shared/ibkr/recordings", name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no recordings here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Response.Body
}

// served pairs a recording with the call that should look like it.
var served = []struct{ recording, method, path, body string }{
	{"Session/GET-auth-status", "GET", "/iserver/auth/status", ""},
	{"Session/POST-ssodh-init", "POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`},
	{"Session/POST-tickle", "POST", "/tickle", ""},
	{"Session/POST-suppress", "POST", "/iserver/questions/suppress", `{"messageIds":["o451"]}`},
	{"Session/POST-suppress-reset", "POST", "/iserver/questions/suppress/reset", ""},
	{"Accounts/GET-iserver-accounts", "GET", "/iserver/accounts", ""},
	{"Accounts/POST-switch-account", "POST", "/iserver/account", `{"acctId":"DU1000001"}`},
	{"Accounts/GET-account-summary", "GET", "/iserver/account/DU1000001/summary", ""},
	{"MarketData/GET-history", "GET", "/iserver/marketdata/history?conid=756733&period=1d&bar=1min", ""},
	{"MarketData/GET-snapshot", "GET", "/iserver/marketdata/snapshot?conids=756733", ""},
	{"MarketData/POST-unsubscribe", "POST", "/iserver/marketdata/unsubscribe", `{"conid":756733}`},
	{"MarketData/GET-unsubscribeall", "GET", "/iserver/marketdata/unsubscribeall", ""},
	{"Orders/GET-live-orders", "GET", "/iserver/account/orders", ""},
	{"Orders/GET-live-orders-empty", "GET", "/iserver/account/orders?force=true", ""},
	{"Orders/POST-place-order-submitted", "POST", "/iserver/account/DU1000001/orders",
		`{"orders":[{"conid":756733,"orderType":"STP","side":"SELL","quantity":1,"tif":"GTC","price":490.00}]}`},
	{"Orders/POST-place-order-confirmation", "POST", "/iserver/account/DU1000001/orders",
		`{"orders":[{"conid":265598,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`},
	{"Orders/POST-whatif-order", "POST", "/iserver/account/DU1000001/orders/whatif",
		`{"orders":[{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":1.00}]}`},
	{"Portfolio/GET-iserver-account-pnl-partitioned", "GET", "/iserver/account/pnl/partitioned", ""},
	{"Portfolio/GET-portfolio-accounts", "GET", "/portfolio/accounts", ""},
	{"Portfolio/GET-portfolio-combo-positions-empty", "GET", "/portfolio/DU1000001/combo/positions", ""},
	{"Portfolio/GET-portfolio-ledger", "GET", "/portfolio/DU1000001/ledger", ""},
	{"Portfolio/GET-portfolio-meta", "GET", "/portfolio/DU1000001/meta", ""},
	{"Portfolio/GET-portfolio-position-by-conid", "GET", "/portfolio/DU1000001/position/756733", ""},
	{"Portfolio/GET-portfolio-positions-by-conid", "GET", "/portfolio/positions/756733", ""},
	{"Portfolio/GET-portfolio-positions-page0", "GET", "/portfolio/DU1000001/positions/0", ""},
	{"Portfolio/GET-portfolio-positions-empty", "GET", "/portfolio/DU1000001/positions/999", ""},
	{"Portfolio/GET-portfolio-subaccounts", "GET", "/portfolio/subaccounts", ""},
	{"Portfolio/GET-subaccounts2", "GET", "/portfolio/subaccounts2", ""},
	{"Portfolio/GET-portfolio-summary", "GET", "/portfolio/DU1000001/summary", ""},
	{"Portfolio/GET-portfolio2-positions", "GET", "/portfolio2/DU1000001/positions", ""},
	{"Portfolio/POST-portfolio-invalidate", "POST", "/portfolio/DU1000001/positions/invalidate", ""},
}

// excused are recorded keys that are served otherwise, with the reason.
var excused = map[string]string{
	"Portfolio/GET-portfolio-positions-by-conid/U1234567/0/multiplier": "0.0 once enriched, null before; this is a first read",
	"Portfolio/GET-portfolio-positions-by-conid/U1234567/0/strike":     `"0" once enriched, 0.0 before; this is a first read`,
	"Portfolio/GET-portfolio-positions-by-conid/U1234567C":             "a crypto twin account, which the simulator has not",
}

// Every key that the real API was seen to send is there with the same JSON
// type. A client built on the real thing would trip over any difference.
func TestShapesOfRecordings(t *testing.T) {
	c := start(t, quiet()).login()
	c.quote("500.00", "500.02", 1000)
	if err := c.srv.SetPrice("SPY", ibkrsim.Quote{Last: market.MustPrice("500.01")}); err != nil {
		t.Fatal(err)
	}
	c.place("shape-1", `"orderType":"MKT","side":"BUY","quantity":3,"tif":"DAY"`)
	c.must("GET", "/iserver/marketdata/snapshot?conids=756733&fields=31,84,86,85,88,87,70,71,82,83", "")
	for _, one := range served {
		t.Run(one.recording, func(t *testing.T) {
			want := loadRecording(t, one.recording)
			got := c.call(one.method, one.path, one.body)
			if got.status != 200 || got.header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Fatalf("%d %s %s", got.status, got.header.Get("Content-Type"), got.text)
			}
			var ours any
			if err := json.Unmarshal([]byte(got.text), &ours); err != nil {
				t.Fatal(err)
			}
			compareShape(t, one.recording, want, ours)
		})
	}
}

// compareShape descends into both; of lists the first rows are compared.
func compareShape(t *testing.T, at string, want, got any) {
	t.Helper()
	if _, ok := excused[at]; ok {
		return
	}
	if kindOf(want) != kindOf(got) {
		t.Errorf("%s: %s, the API sends %s", at, kindOf(got), kindOf(want))
		return
	}
	switch want := want.(type) {
	case []any:
		ours := got.([]any)
		if len(want) > 0 && len(ours) == 0 {
			t.Errorf("%s: empty", at)
		} else if len(want) > 0 {
			compareShape(t, at+"/0", want[0], ours[0])
		}
	case map[string]any:
		ours := got.(map[string]any)
		for key, value := range want {
			mine, ok := lookup(ours, key)
			if !ok && excused[at+"/"+key] == "" {
				t.Errorf("%s/%s: missing", at, key)
			} else if ok {
				compareShape(t, at+"/"+key, value, mine)
			}
		}
	}
}

// lookup finds a key; accounts stand for ours, days for any day.
func lookup(m map[string]any, key string) (any, bool) {
	if key == "U1234567" {
		key = account
	}
	if len(key) == 8 && strings.HasPrefix(key, "2026") {
		for _, day := range m {
			return day, true
		}
	}
	v, ok := m[key]
	return v, ok
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "list"
	}
	return "object"
}

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
