package workspace_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

const priceAlert = `{"alertName":"SPY","alertMessage":"SPY is above 500","alertRepeatable":0,"outsideRth":1,"tif":"GTC",` +
	`"sendMessage":1,"showPopup":1,"conditions":[{"conidex":"756733@SMART","logicBind":"n","operator":">=",` +
	`"triggerMethod":"0","type":1,"value":"500.00","timeZone":"US/Eastern"}]}`

// served pairs a recording with the call that should look like it.
var served = []struct{ recording, method, path, body string }{
	{"Watchlists/POST-create-watchlist", "POST", "/iserver/watchlist", `{"id":"99999","name":"x","rows":[{"C":756733}]}`},
	{"Watchlists/GET-watchlists", "GET", "/iserver/watchlists", ""},
	{"", "GET", "/iserver/watchlist?id=99999", ""}, // the first read is sparse
	{"Watchlists/GET-watchlist-by-id", "GET", "/iserver/watchlist?id=99999", ""},
	{"Watchlists/DELETE-watchlist", "DELETE", "/iserver/watchlist?id=99999", ""},

	{"Alerts/POST-create-alert", "POST", "/iserver/account/U1/alert", priceAlert},
	{"Alerts/GET-alerts-list", "GET", "/iserver/account/U1/alerts", ""},
	{"Alerts/GET-alert-detail", "GET", "/iserver/account/alert/1000001", ""},
	{"Alerts/POST-activate-alert", "POST", "/iserver/account/U1/alert/activate", `{"alertId":1000001,"alertActive":1}`},
	{"Alerts/DELETE-alert", "DELETE", "/iserver/account/U1/alert/1000001", "{}"},

	{"Fyi/GET-unread-count", "GET", "/fyi/unreadnumber", ""},
	{"Fyi/GET-settings", "GET", "/fyi/settings", ""},
	{"Fyi/POST-update-setting", "POST", "/fyi/settings/BA", `{"enabled":true}`},
	{"Fyi/GET-disclaimer", "GET", "/fyi/disclaimer/BA", ""},
	{"Fyi/PUT-mark-disclaimer-read", "PUT", "/fyi/disclaimer/BA", ""},
	{"Fyi/POST-register-device", "POST", "/fyi/deliveryoptions/device",
		`{"deviceName":"Phone","deviceId":"phone-1","uiName":"Phone","enabled":true}`},
	{"Fyi/GET-delivery-options", "GET", "/fyi/deliveryoptions", ""},
	{"Fyi/PUT-set-email-delivery", "PUT", "/fyi/deliveryoptions/email?enabled=true", ""},
	{"Fyi/GET-notifications", "GET", "/fyi/notifications?max=10", ""},
	{"Fyi/GET-more-notifications", "GET", "/fyi/notifications/more", ""},
	{"Fyi/PUT-mark-notification-read", "PUT", "/fyi/notifications/2026040300000001", ""},

	{"Accounts/GET-search-dynamic-account", "GET", "/iserver/account/search/U", ""},
	{"Accounts/POST-set-dynamic-account", "POST", "/iserver/dynaccount", `{"acctId":"U1"}`},

	{"EventContracts/GET-category-tree", "GET", "/forecast/category/tree", ""},
	{"EventContracts/GET-market", "GET", "/forecast/contract/market?underlyingConid=658663572", ""},
	{"EventContracts/GET-contract-details", "GET", "/forecast/contract/details?conid=722489372", ""},
	{"EventContracts/GET-contract-rules", "GET", "/forecast/contract/rules?conid=722489372", ""},
	{"EventContracts/GET-contract-schedules", "GET", "/forecast/contract/schedules?conid=722489372", ""},

	{"Portfolio/POST-pa-performance", "POST", "/pa/performance", `{"acctIds":["U1"],"period":"1M"}`},
	{"Portfolio/POST-pa-allperiods", "POST", "/pa/allperiods", `{"acctIds":["U1"]}`},
	{"Portfolio/POST-pa-transactions", "POST", "/pa/transactions", `{"acctIds":["U1"],"conids":[756733],"currency":"USD","days":30}`},
}

// excused are differences from a recording, with the reason.
var excused = map[string]string{
	"Alerts/POST-create-alert/request_id":         "null in IBKR's own sample; the recording was made up from the document",
	"Alerts/POST-create-alert/order_status":       "null in IBKR's own sample",
	"Alerts/POST-activate-alert/request_id":       "null in IBKR's own sample",
	"Alerts/DELETE-alert/request_id":              "null in IBKR's own sample",
	"Alerts/GET-alert-detail/expire_time":         "null without an expiry, as in IBKR's own sample",
	"Alerts/GET-alert-detail/alert_mta_currency":  "of the MTA alert only",
	"Alerts/GET-alert-detail/alert_mta_defaults":  "of the MTA alert only",
	"Alerts/GET-alert-detail/tool_id":             "of the MTA alert only; the document says null for others",
	"EventContracts/GET-category-tree/categories": "the markets are others; see TestCategories",
	"Portfolio/POST-pa-allperiods/U1234567":       "the account is another; compared on its own",
	"Portfolio/POST-pa-allperiods/U1":             "the account is another; compared on its own",
	"Portfolio/POST-pa-allperiods/account/MTD":    "the recording was cut to two periods",
	"Portfolio/POST-pa-allperiods/account/1M":     "the recording was cut to two periods",
	"Portfolio/POST-pa-allperiods/account/YTD":    "the recording was cut to two periods",
	"Portfolio/POST-pa-allperiods/account/1Y":     "the recording was cut to two periods",
}

// Every key that the real API was seen to send is there with the same JSON
// type, and no other. A client built on the real thing would trip over it.
func TestShapesOfRecordings(t *testing.T) {
	d := start(t)
	d.login.DynAccount = true
	d.days["U1"] = []workspace.Day{
		{Date: "20260227", NAV: money("100000"), Flow: money("100000")}, {Date: "20260302", NAV: money("100100.25")},
		{Date: "20260401", NAV: money("100300")}, {Date: "20260402", NAV: money("100400")},
	}
	d.trades = []workspace.Transaction{{Date: "20260331", Currency: "USD", Price: market.MustPrice("645.155"),
		Qty: market.Shares(4), Amount: money("-2580.62"), Type: "Buy", Desc: "SPDR S&P 500 ETF TRUST"}}
	d.Notify("trader", "MF", "a title", "a text", d.now)
	for _, one := range served {
		reply, ours := d.call(one.method, one.path, one.body)
		if one.recording == "" {
			continue
		}
		t.Run(one.recording, func(t *testing.T) {
			want := loadRecording(t, one.recording)
			if reply.Status != 200 {
				t.Fatalf("%d %v", reply.Status, ours)
			}
			compareShape(t, one.recording, want, ours)
			if one.recording == "Portfolio/POST-pa-allperiods" {
				compareShape(t, one.recording+"/account", want.(map[string]any)["U1234567"], ours.(map[string]any)["U1"])
			}
		})
	}
}

// The deletion of a device has no body at all.
func TestDeleteDevice(t *testing.T) {
	d := start(t)
	d.must("POST", "/fyi/deliveryoptions/device", `{"deviceName":"Phone","deviceId":"phone-1","uiName":"P","enabled":true}`)
	if reply, _ := d.call("DELETE", "/fyi/deliveryoptions/phone-1", ""); reply.Status != 200 || reply.Body != nil || reply.HTML != "" {
		t.Errorf("%+v, want 200 and nothing", reply)
	}
	if reply, _ := d.call("DELETE", "/fyi/deliveryoptions/phone-1", ""); reply.Status != 404 || reply.HTML == "" {
		t.Errorf("%+v, want the 404 page", reply)
	}
}

// The MTA alert is one object of the same kind as any other alert, with the
// fields that others have null.
func TestMTAShape(t *testing.T) {
	d := start(t)
	want := loadRecording(t, "Alerts/GET-alert-detail").(map[string]any)
	_, ours := d.call("GET", "/iserver/account/mta", "")
	got := ours.(map[string]any)
	if len(got) != 26 {
		t.Errorf("%d fields, want 26", len(got))
	}
	for _, key := range []string{"alert_mta_currency", "alert_mta_defaults", "tool_id", "time_zone"} {
		compareShape(t, "MTA/"+key, want[key], got[key])
	}
}

// The tree has markets at its leaves and names its branches' parents.
func TestCategories(t *testing.T) {
	d := start(t)
	want := loadRecording(t, "EventContracts/GET-category-tree").(map[string]any)["categories"].(map[string]any)
	_, ours := d.call("GET", "/forecast/category/tree", "")
	tree := ours.(map[string]any)["categories"].(map[string]any)
	compareShape(t, "leaf", want["g78668"], tree["g78668"])
	compareShape(t, "branch", want["g22973"], tree["g22973"])
	for id, node := range tree {
		if parent, ok := node.(map[string]any)["parent_id"]; ok && tree[parent.(string)] == nil {
			t.Errorf("%s has the parent %s, which is not there", id, parent)
		}
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
		if ours := got.([]any); len(want) > 0 && len(ours) == 0 {
			t.Errorf("%s: empty", at)
		} else if len(want) > 0 {
			compareShape(t, at+"/0", want[0], ours[0])
		}
	case map[string]any:
		ours := got.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if value, ok := ours[key]; ok {
				compareShape(t, at+"/"+key, want[key], value)
			} else if excused[at+"/"+key] == "" {
				t.Errorf("%s/%s: missing", at, key)
			}
		}
		for key := range ours {
			if _, ok := want[key]; !ok && excused[at+"/"+key] == "" {
				t.Errorf("%s/%s: the API does not send it", at, key)
			}
		}
	}
}

func kindOf(v any) string {
	if v == nil {
		return "null"
	}
	return map[string]string{"string": "string", "float64": "number", "bool": "bool", "[]interface {}": "array",
		"map[string]interface {}": "object"}[fmt.Sprintf("%T", v)]
}
