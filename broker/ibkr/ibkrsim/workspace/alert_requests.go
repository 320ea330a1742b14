package workspace

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

func intText(n int64) string { return web.Int(n) }

// alertName is an alert in the list of them.
type alertName struct {
	ID         int64  `json:"order_id"`
	Account    string `json:"account"`
	Name       string `json:"alert_name"`
	Active     int    `json:"alert_active"`
	OrderTime  string `json:"order_time"`
	Triggered  bool   `json:"alert_triggered"`
	Repeatable int    `json:"alert_repeatable"`
}

// listAlerts is GET /iserver/account/{accountId}/alerts. The MTA alert is not
// among them.
func (d *desk) listAlerts(r *web.Request) web.Reply {
	rows := []alertName{}
	for _, id := range slices.Sorted(maps.Keys(d.alerts)) {
		a := d.alerts[id]
		a.expire(r.Now)
		if a.Account == r.Vars["accountId"] && a != d.mta {
			rows = append(rows, alertName{ID: id, Account: a.Account, Name: a.Name, Active: bit(a.Active),
				OrderTime: a.Created.Time().Format(clockText), Triggered: a.Triggered, Repeatable: bit(a.Repeatable)})
		}
	}
	return web.OK(rows)
}

// alertBody is an alert in full: 26 fields. Those that are any are null for
// what has no such thing.
type alertBody struct {
	Account       string      `json:"account"`
	ID            int64       `json:"order_id"`
	Name          string      `json:"alert_name"`
	Message       *string     `json:"alert_message"`
	Active        int         `json:"alert_active"`
	Repeatable    int         `json:"alert_repeatable"`
	TIF           string      `json:"tif"`
	ExpireTime    any         `json:"expire_time"`
	Email         string      `json:"alert_email"`
	SendMessage   int         `json:"alert_send_message"`
	ShowPopup     int         `json:"alert_show_popup"`
	PlayAudio     any         `json:"alert_play_audio"`
	OrderStatus   string      `json:"order_status"`
	Triggered     bool        `json:"alert_triggered"`
	FgColor       string      `json:"fg_color"`
	BgColor       string      `json:"bg_color"`
	NotEditable   bool        `json:"order_not_editable"`
	ITWSOnly      int         `json:"itws_orders_only"`
	MTACurrency   any         `json:"alert_mta_currency"`
	MTADefaults   any         `json:"alert_mta_defaults"`
	Tool          any         `json:"tool_id"`
	TimeZone      any         `json:"time_zone"`
	DefaultType   any         `json:"alert_default_type"`
	ConditionSize int         `json:"condition_size"`
	OutsideRTH    int         `json:"condition_outside_rth"`
	Conditions    []condition `json:"conditions"`
}

func (a *alert) body() alertBody {
	out := alertBody{Account: a.Account, ID: a.ID, Name: a.Name, Message: a.Message, Active: bit(a.Active),
		Repeatable: bit(a.Repeatable), TIF: a.TIF, Email: a.Email, SendMessage: bit(a.SendMessage),
		ShowPopup: bit(a.ShowPopup), OrderStatus: "Submitted", Triggered: a.Triggered, FgColor: "#FFFFFF",
		BgColor: "#0000CC", ITWSOnly: bit(a.ITWSOnly), ConditionSize: len(a.Conditions),
		OutsideRTH: bit(a.OutsideRTH), Conditions: a.Conditions}
	if a.Expires != 0 {
		out.ExpireTime = a.Expires.Time().Format(clockText)
	}
	for i := range a.Conditions {
		if zone := a.Conditions[i].Zone; zone != nil {
			out.TimeZone = *zone
		}
	}
	if a.Tool != 0 {
		login := a.desk.login()
		out.Tool, out.MTACurrency, out.MTADefaults = a.Tool, login.Currency, mtaDefaults(&login)
		out.TimeZone = "all timezones can be here"
	}
	return out
}

// readAlert is GET /iserver/account/alert/{alertId}. An unknown id is a 200
// with an error.
func (d *desk) readAlert(r *web.Request) web.Reply {
	id, err := strconv.ParseInt(r.Vars["alertId"], 10, 64)
	a := d.alerts[id]
	if err != nil || a == nil {
		return web.Refuse("Alert " + r.Vars["alertId"] + " is not found")
	}
	a.expire(r.Now)
	return web.OK(a.body())
}

// alertTicket is a request for an alert, or for its change. The pointers are
// what IBKR asks for.
type alertTicket struct {
	ID          whole           `json:"orderId"`
	Name        *string         `json:"alertName"`
	Message     *string         `json:"alertMessage"`
	Repeatable  *flag           `json:"alertRepeatable"`
	OutsideRTH  *flag           `json:"outsideRth"`
	TIF         *string         `json:"tif"`
	ExpireTime  string          `json:"expireTime"`
	Email       string          `json:"email"`
	SendMessage flag            `json:"sendMessage"`
	ShowPopup   flag            `json:"showPopup"`
	ITWSOnly    flag            `json:"iTWSOrdersOnly"`
	Conditions  []conditionBody `json:"conditions"`
}

// check says what is wrong with a ticket.
func (t *alertTicket) check() error {
	switch {
	case t.Name == nil || t.Message == nil || t.Repeatable == nil || t.OutsideRTH == nil || t.TIF == nil || len(t.Conditions) == 0:
		return errors.New("alertName, alertMessage, alertRepeatable, outsideRth, tif and conditions are required")
	case len(*t.Name) > MaxName || len(*t.Message) > MaxText || len(t.Email) > MaxName:
		return errors.New("a text is too long")
	case len(t.Conditions) > MaxConditions:
		return errors.New("too many conditions")
	}
	return nil
}

// alert makes the alert of a ticket.
func (d *desk) alert(t *alertTicket, account string, mta bool, now market.Nanos) (*alert, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if mta && !bool(*t.Repeatable) {
		return nil, errors.New("the MTA alert is repeatable")
	}
	until, err := expires(*t.TIF, t.ExpireTime, now)
	if err != nil {
		return nil, err
	}
	a := &alert{Account: account, Name: *t.Name, Message: t.Message, Created: now, TIF: *t.TIF, Expires: until,
		Email: cmp.Or(t.Email, d.login().Email), Active: true, Repeatable: bool(*t.Repeatable),
		OutsideRTH: bool(*t.OutsideRTH), SendMessage: bool(t.SendMessage), ShowPopup: bool(t.ShowPopup),
		ITWSOnly: bool(t.ITWSOnly)}
	for _, in := range t.Conditions {
		c, err := d.w.condition(in, mta)
		if err != nil {
			return nil, err
		}
		a.Conditions = append(a.Conditions, c)
	}
	return a, nil
}

// alertAck acknowledges a new or changed alert.
type alertAck struct {
	RequestID   *int64  `json:"request_id"`
	ID          int64   `json:"order_id"`
	Success     bool    `json:"success"`
	Text        string  `json:"text"`
	OrderStatus *string `json:"order_status"`
	Warning     *string `json:"warning_message"`
}

// saveAlert is POST /iserver/account/{accountId}/alert: a new alert, or with
// orderId the change of one. Paper accounts get a 403, but only for what is
// otherwise in order.
func (d *desk) saveAlert(r *web.Request) web.Reply {
	var t alertTicket
	if reply, ok := decode(r.Body, &t); !ok {
		return reply
	}
	old := d.alerts[int64(t.ID)]
	isMTA := old != nil && old == d.mta
	a, err := d.alert(&t, r.Vars["accountId"], isMTA, r.Now)
	if err != nil {
		return broken(err.Error())
	}
	switch {
	case d.login().Paper && !d.w.cfg.PaperAlerts:
		return web.FailCode(403, "Forbidden: alerts are not available for a paper trading account")
	case t.ID != 0 && (old == nil || old.Account != a.Account):
		return unavailable()
	case t.ID == 0 && len(d.alerts) >= MaxAlerts:
		return broken("too many alerts")
	}
	a.ID = int64(t.ID)
	if old == nil || isMTA { // a changed MTA alert is a new order
		a.ID = d.w.newID()
	}
	if isMTA {
		a.Tool = old.Tool
		d.removeAlert(old)
	} else if old != nil {
		a.Created = old.Created
	}
	if err := d.addAlert(a); err != nil {
		return broken(err.Error())
	}
	a.save()
	return web.OK(alertAck{ID: a.ID, Success: true, Text: "Submitted"})
}

func (d *desk) removeAlert(a *alert) {
	d.dropAlert(a.ID)
	d.keep(kindAlert, intText(a.ID), nil)
}

// changeAck acknowledges that an alert was switched or deleted.
type changeAck struct {
	RequestID *int64  `json:"request_id"`
	ID        int64   `json:"order_id"`
	Success   bool    `json:"success"`
	Text      string  `json:"text"`
	Failures  *string `json:"failure_list"`
}

func changed(id int64) web.Reply {
	return web.OK(changeAck{ID: id, Success: true, Text: "Request was submitted"})
}

// activateAlert is POST /iserver/account/{accountId}/alert/activate. An alert
// that is switched on can go off again.
func (d *desk) activateAlert(r *web.Request) web.Reply {
	var in struct {
		ID     whole `json:"alertId"`
		Active flag  `json:"alertActive"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	a := d.alerts[int64(in.ID)]
	if a == nil || a.Account != r.Vars["accountId"] {
		return unavailable()
	}
	if a.Active = bool(in.Active); a.Active {
		a.Triggered, a.Held = false, false
	}
	a.save()
	return changed(a.ID)
}

// deleteAlert is DELETE /iserver/account/{accountId}/alert/{alertId}; 0 is all
// of the account's. The MTA alert goes back to what it was at first.
func (d *desk) deleteAlert(r *web.Request) web.Reply {
	id, err := strconv.ParseInt(r.Vars["alertId"], 10, 64)
	if err != nil {
		return unavailable()
	}
	found := false
	for _, one := range slices.Sorted(maps.Keys(d.alerts)) {
		a := d.alerts[one]
		if a.Account != r.Vars["accountId"] || id != one && (id != 0 || a == d.mta) {
			continue
		}
		found = true
		mta, tool := a == d.mta, a.Tool
		d.removeAlert(a)
		if mta {
			d.newMTA(tool, r.Now)
		}
	}
	if !found {
		return unavailable()
	}
	return changed(id)
}
