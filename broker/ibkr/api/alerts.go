package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gannet/broker/ibkr"
)

// Alerts is the operations on alerts, which IBKR keeps as orders.
type Alerts struct{ c Caller }

// Alert is a row of the list of alerts.
type Alert struct {
	OrderID    Num  `json:"order_id,omitzero"` // the alert's id
	Account    Text `json:"account,omitzero"`
	Name       Text `json:"alert_name,omitzero"`
	Active     Bool `json:"alert_active,omitzero"`
	Triggered  Bool `json:"alert_triggered,omitzero"`
	Repeatable Bool `json:"alert_repeatable,omitzero"`
	OrderTime  Text `json:"order_time,omitzero"` // YYYYMMDD-hh:mm:ss UTC
	Extra
}

// AlertDetails is an alert in full. The document writes alertName, the wire
// alert_name.
type AlertDetails struct {
	Alert
	Message      Text             `json:"alert_message,omitzero"`
	TIF          Text             `json:"tif,omitzero"`
	ExpireTime   Text             `json:"expire_time,omitzero"`
	Email        Text             `json:"alert_email,omitzero"`
	SendMessage  Bool             `json:"alert_send_message,omitzero"`
	ShowPopup    Bool             `json:"alert_show_popup,omitzero"`
	PlayAudio    Text             `json:"alert_play_audio,omitzero"`
	OrderStatus  Text             `json:"order_status,omitzero"`
	FgColor      Text             `json:"fg_color,omitzero"`
	BgColor      Text             `json:"bg_color,omitzero"`
	NotEditable  Bool             `json:"order_not_editable,omitzero"`
	ITWSOnly     Bool             `json:"itws_orders_only,omitzero"`
	MTACurrency  Text             `json:"alert_mta_currency,omitzero"`
	MTADefaults  Text             `json:"alert_mta_defaults,omitzero"`
	ToolID       Num              `json:"tool_id,omitzero"` // of the MTA alert
	TimeZone     Text             `json:"time_zone,omitzero"`
	DefaultType  Num              `json:"alert_default_type,omitzero"`
	Size         Num              `json:"condition_size,omitzero"` // of Conditions
	OutsideRTH   Bool             `json:"condition_outside_rth,omitzero"`
	Conditions   []AlertCondition `json:"conditions,omitzero"`
	NameDocument Text             `json:"alertName,omitzero"`
	Error        Text             `json:"error,omitzero"`
}

// AlertCondition is one condition of an alert.
type AlertCondition struct {
	Type          Num  `json:"condition_type,omitzero"` // 1 price, 3 time, 4 margin, 5 trade, 6 volume, 7 to 9 MTA
	Conidex       Text `json:"conidex,omitzero"`
	Contract      Text `json:"contract_description_1,omitzero"`
	Operator      Text `json:"condition_operator,omitzero"` // <= or >=
	TriggerMethod Text `json:"condition_trigger_method,omitzero"`
	Value         Text `json:"condition_value,omitzero"`
	LogicBind     Text `json:"condition_logic_bind,omitzero"` // a: and, o: or, n: the last
	TimeZone      Text `json:"condition_time_zone,omitzero"`
	Extra
}

// AlertTicket is an alert to create, or with OrderID to change.
type AlertTicket struct {
	OrderID     Num              `json:"orderId,omitzero"`
	Name        Text             `json:"alertName,omitzero"`
	Message     Text             `json:"alertMessage,omitzero"`
	Repeatable  Num              `json:"alertRepeatable,omitzero"` // 0 or 1, as all flags here
	OutsideRTH  Num              `json:"outsideRth,omitzero"`
	TIF         Text             `json:"tif,omitzero"`        // GTC or GTD
	ExpireTime  Text             `json:"expireTime,omitzero"` // YYYYMMDD-hh:mm:ss UTC, of GTD
	Email       Text             `json:"email,omitzero"`
	SendMessage Num              `json:"sendMessage,omitzero"`
	ShowPopup   Num              `json:"showPopup,omitzero"`
	ITWSOnly    Num              `json:"iTWSOrdersOnly,omitzero"`
	Conditions  []AlertTicketRow `json:"conditions,omitzero"`
	Extra
}

// AlertTicketRow is one condition of an AlertTicket. The names differ from
// those of AlertCondition.
type AlertTicketRow struct {
	Type          Num  `json:"type,omitzero"`
	Conidex       Text `json:"conidex,omitzero"` // 756733@SMART
	Operator      Text `json:"operator,omitzero"`
	TriggerMethod Text `json:"triggerMethod,omitzero"`
	Value         Text `json:"value,omitzero"`
	LogicBind     Text `json:"logicBind,omitzero"`
	TimeZone      Text `json:"timeZone,omitzero"` // of a time condition
	Extra
}

// AlertAnswer acknowledges a change of an alert.
type AlertAnswer struct {
	RequestID   Text `json:"request_id,omitzero"`
	OrderID     Num  `json:"order_id,omitzero"`
	Success     Bool `json:"success,omitzero"`
	Text        Text `json:"text,omitzero"`
	OrderStatus Text `json:"order_status,omitzero"`
	Warning     Text `json:"warning_message,omitzero"`
	FailureList Text `json:"failure_list,omitzero"` // null, or ids
	Extra
}

var opAlerts = register(Op{Group: "Alerts", Name: "List", Method: http.MethodGet, Path: "/iserver/account/{accountId}/alerts"})

// List lists the alerts of an account. GET /iserver/account/{accountId}/alerts.
func (a Alerts) List(ctx context.Context, account string) ([]Alert, error) {
	answer, err := do[OneOrMany[Alert]](ctx, a.c, opAlerts, args{params: map[string]string{"accountId": account}})
	return answer.List, err
}

var opAlertDetails = register(Op{Group: "Alerts", Name: "Details", Method: http.MethodGet, Path: "/iserver/account/alert/{alertId}"})

// Details is one alert. An id that does not exist is an error.
// GET /iserver/account/alert/{alertId}.
func (a Alerts) Details(ctx context.Context, alertID int64) (AlertDetails, error) {
	return do[AlertDetails](ctx, a.c, opAlertDetails, args{
		params: map[string]string{"alertId": strconv.FormatInt(alertID, 10)}, query: url.Values{"type": {"Q"}},
	})
}

var opMTA = register(Op{Group: "Alerts", Name: "MTA", Method: http.MethodGet, Path: "/iserver/account/mta"})

// MTA is the user's mobile trading assistant alert, of which there is always
// one. Some servers answer with a list. GET /iserver/account/mta.
func (a Alerts) MTA(ctx context.Context) (OneOrMany[AlertDetails], error) {
	return do[OneOrMany[AlertDetails]](ctx, a.c, opMTA, args{})
}

var opAlertCreate = register(Op{Group: "Alerts", Name: "Create", Method: http.MethodPost, Path: "/iserver/account/{accountId}/alert", Urgency: ibkr.Write})

// Create makes an alert, or changes the one that t names. Paper accounts may
// not: their 403 is an error that says so. POST /iserver/account/{accountId}/alert.
func (a Alerts) Create(ctx context.Context, account string, t AlertTicket) (AlertAnswer, error) {
	answer, err := do[AlertAnswer](ctx, a.c, opAlertCreate, args{params: map[string]string{"accountId": account}, body: t})
	if statusOf(err) == http.StatusForbidden {
		err = fmt.Errorf("api: alert: not permitted; IBKR lets no paper account create one: %w", err)
	}
	return answer, err
}

var opAlertActivate = register(Op{Group: "Alerts", Name: "Activate", Method: http.MethodPost, Path: "/iserver/account/{accountId}/alert/activate", Urgency: ibkr.Write})

// Activate switches an alert on or off. An unknown one is a 503.
// POST /iserver/account/{accountId}/alert/activate.
func (a Alerts) Activate(ctx context.Context, account string, alertID int64, active bool) (AlertAnswer, error) {
	body := struct {
		ID     Num `json:"alertId"`
		Active Num `json:"alertActive"`
	}{IntOf(alertID), IntOf(map[bool]int64{true: 1}[active])}
	return do[AlertAnswer](ctx, a.c, opAlertActivate, args{params: map[string]string{"accountId": account}, body: body})
}

var opAlertDelete = register(Op{Group: "Alerts", Name: "Delete", Method: http.MethodDelete, Path: "/iserver/account/{accountId}/alert/{alertId}", Urgency: ibkr.Write})

// Delete removes an alert; id 0 removes all. The MTA alert goes back to its
// standard. DELETE /iserver/account/{accountId}/alert/{alertId}.
func (a Alerts) Delete(ctx context.Context, account string, alertID int64) (AlertAnswer, error) {
	return do[AlertAnswer](ctx, a.c, opAlertDelete, args{
		params: map[string]string{"accountId": account, "alertId": strconv.FormatInt(alertID, 10)}, raw: []byte("{}"),
	})
}
