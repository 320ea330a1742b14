package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// ticket is an alert's request with the given flags and conditions.
func ticket(more, conditions string) string {
	return `{"alertName":"a","alertMessage":"it happened","outsideRth":1,"tif":"GTC","alertRepeatable":0` + more +
		`,"conditions":[` + conditions + `]}`
}

func price(operator, value, bind string) string {
	return fmt.Sprintf(`{"conidex":"756733@SMART","operator":%q,"triggerMethod":"0","type":1,"value":%q,"logicBind":%q}`,
		operator, value, bind)
}

func (d *desk) trade(value string) []workspace.Notice {
	return d.OnPrice(756733, market.MustPrice(value), d.now)
}

// An alert goes off once when the price is there, and its owner finds it in
// the notifications, after a restart, too.
func TestAlertLife(t *testing.T) {
	d := start(t)
	wants(t, d.must("POST", "/iserver/account/U1/alert", priceAlert), `"order_id":1000001`, `"success":true`)
	if got := d.trade("499.99"); got != nil {
		t.Fatalf("%+v below the price", got)
	}
	d.restart()
	got := d.trade("500")
	want := workspace.Notice{User: "trader", Account: "U1", AlertID: 1000001, FYI: "2026040300000001", Title: "Alert: SPY",
		Text: "SPY is above 500", Popup: true, Email: "trader@example.com"}
	if len(got) != 1 || got[0] != want {
		t.Fatalf("%+v, want %+v", got, want)
	}
	if got := d.trade("501"); got != nil {
		t.Errorf("%+v a second time", got)
	}
	d.restart()
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), `"alert_triggered":true`, `"alert_active":0`)
	wants(t, d.must("GET", "/fyi/unreadnumber", ""), `{"BN":1}`)
	wants(t, d.must("GET", "/fyi/notifications?max=10", ""),
		`[{"R":0,"D":"1775226600.0","MS":"Alert: SPY","MD":"SPY is above 500","ID":"2026040300000001","HT":0,"FC":"UA"}]`)
	wants(t, d.must("PUT", "/fyi/notifications/2026040300000001", ""), `"P":{"ID":"2026040300000001","R":1}`)
	wants(t, d.must("GET", "/fyi/unreadnumber", ""), `{"BN":0}`)

	// Switched on again it can go off again.
	d.must("POST", "/iserver/account/U1/alert/activate", `{"alertId":1000001,"alertActive":1}`)
	if got := d.trade("502"); len(got) != 1 {
		t.Errorf("%+v after it was switched on", got)
	}
	d.must("DELETE", "/iserver/account/U1/alert/1000001", "{}")
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), `[]`)
	d.restart()
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), `[]`)
	wants(t, d.must("GET", "/iserver/account/alert/1000001", ""), `"error"`)
	wants(t, d.must("POST", "/iserver/account/U1/alert", priceAlert), `"order_id":1000002`) // ids are not used twice
}

// A repeatable alert goes off each time the price comes, not with each trade.
func TestRepeatable(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/account/U1/alert", strings.Replace(ticket("", price("<=", "400", "n")),
		`"alertRepeatable":0`, `"alertRepeatable":1`, 1))
	fired := 0
	for _, p := range []string{"401", "400", "399", "398", "401", "400"} {
		fired += len(d.trade(p))
	}
	if fired != 2 {
		t.Errorf("%d times, want 2", fired)
	}
}

// Conditions are joined as their binds say.
func TestConditionsTogether(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/account/U1/alert", ticket("", price(">=", "500", "a")+
		`,{"conidex":"265598@SMART","operator":"<=","type":6,"value":"1000","logicBind":"n"}`))
	d.must("POST", "/iserver/account/U1/alert", ticket("", price(">=", "500", "o")+","+price("<=", "300", "n")))
	if got := d.trade("500"); len(got) != 1 || got[0].AlertID != 1000002 {
		t.Errorf("%+v, want the alert with or", got)
	}
	volume := workspace.Observation{Type: workspace.VolumeCondition, Conid: 265598, Value: money("1000")}
	if got := d.Observe(volume, d.now); len(got) != 1 || got[0].AlertID != 1000001 {
		t.Errorf("%+v, want the alert with and", got)
	}
}

// Time, trades, and money set alerts off as prices do.
func TestOtherConditions(t *testing.T) {
	d := start(t)
	for _, c := range []string{
		`{"type":3,"value":"20260403-11:00:00","timeZone":"America/New_York"}`,
		`{"type":5,"conidex":"756733@SMART","value":"*"}`,
		`{"type":4,"operator":"<=","value":"10"}`,
	} {
		d.must("POST", "/iserver/account/U1/alert", ticket("", c))
	}
	if got := d.OnTime(at("2026-04-03 14:59:59")); got != nil {
		t.Errorf("%+v before its time", got)
	}
	if got := d.OnTime(at("2026-04-03 15:00:00")); len(got) != 1 || got[0].AlertID != 1000001 {
		t.Errorf("%+v, want the alert of that time", got)
	}
	bought := workspace.Observation{Type: workspace.TradeCondition, Account: "U2", Conid: 756733}
	if got := d.Observe(bought, d.now); got != nil {
		t.Errorf("%+v: it was another account's trade", got)
	}
	bought.Account = "U1"
	if got := d.Observe(bought, d.now); len(got) != 1 || got[0].AlertID != 1000002 {
		t.Errorf("%+v, want the alert of the trade", got)
	}
	low := workspace.Observation{Type: workspace.MarginCondition, Account: "U1", Value: money("9.5")}
	if got := d.Observe(low, d.now); len(got) != 1 || got[0].AlertID != 1000003 {
		t.Errorf("%+v, want the alert of the margin", got)
	}
}

// An alert until a time is switched off then.
func TestExpiry(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/account/U1/alert", strings.Replace(ticket(`,"expireTime":"20260403-15:00:00"`,
		price(">=", "1", "n")), "GTC", "GTD", 1))
	d.now = at("2026-04-03 15:00:01")
	if got := d.trade("2"); got != nil {
		t.Errorf("%+v after it expired", got)
	}
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), `"alert_active":0`, `"alert_triggered":false`)
}

// Outside regular hours only the alerts that want it go off.
func TestRegularHours(t *testing.T) {
	d := start(t)
	d.Workspace = workspace.New(workspace.Config{Contracts: d, Logins: d,
		Open: func(int64, market.Nanos) bool { return false }})
	d.must("POST", "/iserver/account/U1/alert", ticket("", price(">=", "1", "n")))
	d.must("POST", "/iserver/account/U1/alert", strings.Replace(ticket("", price(">=", "1", "n")), `"outsideRth":1`, `"outsideRth":0`, 1))
	if got := d.trade("2"); len(got) != 1 || got[0].AlertID != 1000001 {
		t.Errorf("%+v, want the first alone", got)
	}
}

// A modified alert keeps its id and has the new condition only.
func TestModifyAlert(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/account/U1/alert", ticket("", price(">=", "500", "n")))
	wants(t, d.must("POST", "/iserver/account/U1/alert", ticket(`,"orderId":"1000001"`, price(">=", "600", "n"))), `"order_id":1000001`)
	if got := d.trade("500"); got != nil {
		t.Errorf("%+v at the old price", got)
	}
	if got := d.trade("600"); len(got) != 1 {
		t.Errorf("%+v at the new price", got)
	}
	d.refused(503, "POST", "/iserver/account/U1/alert", ticket(`,"orderId":7`, price(">=", "600", "n")))
	d.refused(503, "POST", "/iserver/account/U2/alert", ticket(`,"orderId":1000001`, price(">=", "600", "n")))
}

// Paper accounts cannot make alerts. What is wrong with a request is said
// before that.
func TestPaperAlerts(t *testing.T) {
	d := start(t)
	d.login.Paper = true
	d.refused(403, "POST", "/iserver/account/U1/alert", priceAlert)
	d.refused(400, "POST", "/iserver/account/U1/alert", `{}`)
	d.refused(500, "POST", "/iserver/account/U1/alert", `{"alertName":"a"}`)
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), "[]")
	wants(t, d.must("GET", "/iserver/account/mta", ""), `"alert_name":"MTA (AutoAlert)"`)
	d.Workspace = workspace.New(workspace.Config{Contracts: d, Logins: d, PaperAlerts: true})
	d.must("POST", "/iserver/account/U1/alert", priceAlert)
}

func TestAlertRefusals(t *testing.T) {
	d := start(t)
	for _, body := range []string{
		ticket("", price("==", "500", "n")), ticket("", price(">=", "1e999999999", "n")), ticket("", price(">=", "500", "x")),
		ticket("", price(">=", strings.Repeat("9", 300), "n")), ticket("", `{"type":1,"value":"5","operator":">="}`),
		ticket("", `{"type":1,"conidex":"1@SMART","value":"5","operator":">="}`), ticket("", `{"type":9,"value":"5","operator":">="}`),
		ticket("", `{"type":2,"value":"5"}`), ticket("", `{"type":3,"value":"soon"}`), ticket("", ""),
		ticket("", `{"type":3,"value":"20260403-11:00:00","timeZone":"Nowhere"}`),
		strings.Replace(ticket("", price(">=", "5", "n")), "GTC", "DAY", 1),
		strings.Replace(ticket("", price(">=", "5", "n")), "GTC", "GTD", 1),
		ticket("", strings.Repeat(price(">=", "5", "a")+",", workspace.MaxConditions)+price(">=", "5", "n")),
	} {
		d.refused(500, "POST", "/iserver/account/U1/alert", body)
	}
	d.refused(503, "POST", "/iserver/account/U1/alert/activate", `{"alertId":0,"alertActive":1}`)
	d.refused(503, "DELETE", "/iserver/account/U1/alert/0", "{}")
	wants(t, d.must("GET", "/iserver/account/alert/0", ""), `"error"`)
}

// A user cannot fill the server with alerts; id 0 takes all away.
func TestAlertLimit(t *testing.T) {
	d := start(t)
	for range workspace.MaxAlerts {
		d.must("POST", "/iserver/account/U1/alert", priceAlert)
	}
	d.refused(500, "POST", "/iserver/account/U1/alert", priceAlert)
	d.restart()
	d.must("DELETE", "/iserver/account/U1/alert/0", "{}")
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), "[]")
	d.must("POST", "/iserver/account/U1/alert", priceAlert)
}

// The MTA alert tells of each trade, gets a new id when it is changed, and is
// reset rather than deleted.
func TestMTA(t *testing.T) {
	d := start(t)
	first := d.must("GET", "/iserver/account/mta", "")
	wants(t, first, `"order_id":1000002`, `"tool_id":1000001`, `"condition_type":5`, `9:STATE=1,MIN=-25000,MAX=25000,`)
	wants(t, d.must("GET", "/iserver/account/U1/alerts", ""), "[]")
	bought := workspace.Observation{Type: workspace.TradeCondition, Account: "U1", Conid: 756733}
	if a, b := d.Observe(bought, d.now), d.Observe(bought, d.now); len(a) != 1 || len(b) != 1 {
		t.Errorf("%+v, %+v: want one for each trade", a, b)
	}
	d.refused(500, "POST", "/iserver/account/U1/alert", ticket(`,"orderId":1000002`, `{"type":9,"operator":"<=","value":"-5"}`))
	repeat := strings.Replace(ticket(`,"orderId":1000002`, `{"type":9,"operator":"<=","value":"-5"}`), `"alertRepeatable":0`, `"alertRepeatable":1`, 1)
	wants(t, d.must("POST", "/iserver/account/U1/alert", repeat), `"order_id":1000003`)
	d.restart()
	wants(t, d.must("GET", "/iserver/account/mta", ""), `"order_id":1000003`, `"tool_id":1000001`, `"condition_type":9`)
	d.must("DELETE", "/iserver/account/U1/alert/1000003", "{}")
	wants(t, d.must("GET", "/iserver/account/mta", ""), `"order_id":1000004`, `"tool_id":1000001`, `"condition_type":5`)
}
