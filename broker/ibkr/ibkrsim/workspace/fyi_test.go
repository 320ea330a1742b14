package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/workspace"
)

// A subject that is switched off brings no more notifications.
func TestSettings(t *testing.T) {
	d := start(t)
	wants(t, d.must("POST", "/fyi/settings/UA", `{"enabled":false}`), `{"T":10,"V":1}`)
	wants(t, d.must("POST", "/fyi/settings/XX", `{"enabled":false}`), `{"T":10,"V":1}`)
	d.refused(400, "POST", "/fyi/settings/UA", `{}`)
	d.must("PUT", "/fyi/disclaimer/UA", "")
	d.restart()
	wants(t, d.must("GET", "/fyi/settings", ""), `{"FC":"UA","H":1,"A":0,`, `{"FC":"SM","H":0,"FD"`, `{"FC":"BA","H":0,"A":1,`)
	wants(t, d.must("GET", "/fyi/disclaimer/XX", ""), `{"DT":"","FC":"XX"}`)
	d.must("POST", "/iserver/account/U1/alert", priceAlert)
	if got := d.trade("500"); len(got) != 1 || got[0].FYI != "" {
		t.Errorf("%+v, want a notice without a notification", got)
	}
	wants(t, d.must("GET", "/fyi/notifications", ""), `[]`)
}

func TestDelivery(t *testing.T) {
	d := start(t)
	wants(t, d.must("GET", "/fyi/deliveryoptions", ""), `{"E":[],"M":1}`)
	d.must("PUT", "/fyi/deliveryoptions/email?enabled=False", "")
	d.refused(400, "PUT", "/fyi/deliveryoptions/email?enabled=maybe", "")
	d.must("POST", "/fyi/deliveryoptions/device", `{"deviceName":"a","deviceId":"1","uiName":"A","enabled":true}`)
	d.must("POST", "/fyi/deliveryoptions/device", `{"deviceName":"b","deviceId":"1","uiName":"B","enabled":false}`)
	d.restart()
	wants(t, d.must("GET", "/fyi/deliveryoptions", ""), `{"E":[{"NM":"b","I":"1","UI":"B","A":0}],"M":0}`)
	d.must("POST", "/iserver/account/U1/alert", priceAlert)
	if got := d.trade("500"); len(got) != 1 || got[0].Email != "" {
		t.Errorf("%+v, want no email", got)
	}
	for i := 2; i <= workspace.MaxDevices; i++ {
		d.must("POST", "/fyi/deliveryoptions/device", fmt.Sprintf(`{"deviceId":"%d"}`, i))
	}
	d.refused(400, "POST", "/fyi/deliveryoptions/device", `{"deviceId":"more"}`)
	d.refused(400, "POST", "/fyi/deliveryoptions/device", `{"deviceId":"`+strings.Repeat("x", workspace.MaxText+1)+`"}`)
}

// Notifications come in pages, the latest first, and the oldest go.
func TestNotificationPages(t *testing.T) {
	d := start(t)
	for i := range workspace.MaxNotifications + 5 {
		d.Notify("trader", []string{"SM", "EA"}[i%2], fmt.Sprint("n", i+1), "<b>", d.now)
	}
	d.restart()
	seen, last := 0, ""
	for {
		_, ours := d.call("GET", "/fyi/notifications/more?max=50&id="+last, "")
		rows := ours.([]any)
		if len(rows) == 0 {
			break
		}
		if len(rows) > 10 {
			t.Fatalf("%d rows in a page", len(rows))
		}
		seen += len(rows)
		last = rows[len(rows)-1].(map[string]any)["ID"].(string)
	}
	if seen != workspace.MaxNotifications || last != "2026040300000006" {
		t.Errorf("%d, the oldest %s", seen, last)
	}
	wants(t, d.must("GET", "/fyi/notifications?max=1&include=EA", ""), `"MS":"n204","MD":"&lt;b&gt;"`)
	wants(t, d.must("GET", "/fyi/notifications?max=1&exclude=SM", ""), `"MS":"n204"`)
	wants(t, d.must("GET", "/fyi/notifications?max=1", ""), `"MS":"n205"`)
	wants(t, d.must("PUT", "/fyi/notifications/unknown", ""), `"ID":"unknown"`)
	d.refused(400, "GET", "/fyi/notifications?max=x", "")
}

// A user without FYI is told so by one endpoint.
func TestNoFYI(t *testing.T) {
	d := start(t)
	d.login.NoFYI = true
	d.refused(423, "GET", "/fyi/unreadnumber", "")
}
