package workspace_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// FuzzRequests sends any text to each endpoint: none may panic, and every
// answer can be written.
func FuzzRequests(f *testing.F) {
	for _, body := range []string{
		`{"id":"1","name":"x","rows":[{"C":1},{"H":"h"}]}`, priceAlert, ticket(`,"orderId":1000001`, price("<=", "1", "o")),
		`{"enabled":true}`, `{"deviceId":"1"}`, `{"name":"g","default_method":"E","accounts":[{"name":"U1","amount":1}]}`,
		`{"reqID":1,"model":"M","desc":"","isStatic":true,"cashTargets":[],"positionTargets":[{"cid":756733,"trgt":1}]}`,
		`{"model":"M","accountList":[{"account":"U1","amount":"-1"}]}`, `{"acctIds":["U1"],"period":"1M","conids":[1],"days":5}`,
		`{"alertId":1000001,"alertActive":0}`, `null`, `[]`, `{"rows":null,"id":1e9,"name":"x"}`, `{"acctIds":null}`,
	} {
		f.Add(body, "1000001", "id=1&conid=722489372&max=3&enabled=true")
	}
	f.Fuzz(func(t *testing.T, body, word, query string) {
		d := startAdvisor(t)
		d.login.DynAccount = true
		d.days["U1"] = []workspace.Day{{Date: "20260401", NAV: money("1")}}
		values, err := url.ParseQuery(query)
		if err != nil {
			values = url.Values{}
		}
		for range 2 {
			for _, route := range workspace.Routes.All {
				vars := map[string]string{}
				for part := range strings.SplitSeq(route.Pattern, "/") {
					vars[strings.Trim(part, "{}")] = word
				}
				vars["accountId"] = "U1"
				reply := route.Handle(d.Workspace, &web.Request{Vars: vars, Query: values, Body: []byte(body), Now: d.now, User: "trader"})
				if reply.Status < 200 || reply.Body != nil && !json.Valid(web.Encode(reply.Body)) {
					t.Fatalf("%s: %+v", route.Pattern, reply)
				}
			}
			d.OnPrice(756733, market.MustPrice("1"), d.now)
			d.OnTime(d.now)
		}
		d.restart() // what was kept can be taken back
	})
}

// FuzzRestore gives any value to Restore: it is taken or refused, and what was
// taken can be shown.
func FuzzRestore(f *testing.F) {
	f.Add("workspace.alert", "trader/1", `{"id":1,"account":"U1","conditions":[{"condition_type":1,"conidex":"1@X","condition_value":"1","condition_logic_bind":"n"}]}`)
	f.Add("workspace.watchlist", "trader/1", `{"name":"x","rows":[{"head":"h"}]}`)
	f.Add("workspace.model", "trader/M", `{"name":"M","positions":[{"cid":1,"trgt":"1"}],"invested":[{"account":"U1","amount":"1"}]}`)
	f.Add("workspace.group", "trader/g", `{"name":"g","accounts":[{"name":"U1","amount":"1"}]}`)
	f.Add("workspace.group", "trader/g", `{"name":"g","accounts":[{"name":"U1","amount":"1e999999999"}]}`)
	f.Add("workspace.notification", "trader/2026040300000001", `{"ID":"2026040300000001"}`)
	f.Add("workspace.fyi", "trader/", `{"off":null}`)
	f.Add("workspace.sequence", "", `5`)
	f.Add("workspace.alert", "trader/1", `null`)
	f.Fuzz(func(t *testing.T, kind, key, value string) {
		d := startAdvisor(t)
		if d.Restore(kind, key, json.RawMessage(value)) != nil {
			return
		}
		for _, path := range []string{"/iserver/watchlists", "/iserver/account/U1/alerts", "/fyi/settings", "/fyi/deliveryoptions",
			"/fyi/notifications", "/iserver/account/allocation/group", "/iserver/account/allocation/presets"} {
			d.must("GET", path, "")
		}
		for _, g := range d.Groups("trader") {
			d.call("POST", "/iserver/account/allocation/group/single", string(web.Encode(map[string]string{"name": g.Name})))
		}
		d.must("POST", "/fa/model/list", `{"reqID":1}`)
		d.OnPrice(756733, market.MustPrice("1"), d.now)
	})
}
