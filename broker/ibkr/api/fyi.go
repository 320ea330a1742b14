package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gannet/broker/ibkr"
)

// FYI is the operations on notifications. Each may be called once a second.
// A user without FYI gets 423 from all of them. Names on the wire are short:
// FC is the kind of a notification, such as BA (borrow availability), of an
// open set.
type FYI struct{ c Caller }

// UnreadCount is the number of unread notifications.
type UnreadCount struct {
	Unread Num `json:"BN,omitzero"`
	Extra
}

// FYISetting is one kind of notification. Some rows lack Active and Name.
type FYISetting struct {
	Kind               Text `json:"FC,omitzero"`
	DisclaimerAccepted Bool `json:"H,omitzero"`
	Active             Bool `json:"A,omitzero"`
	Description        Text `json:"FD,omitzero"`
	Name               Text `json:"FN,omitzero"`
	Extra
}

// FYIDisclaimer is the disclaimer of a kind.
type FYIDisclaimer struct {
	Kind Text `json:"FC,omitzero"`
	Text Text `json:"DT,omitzero"`
	Extra
}

// FYIAnswer acknowledges a change; kinds that do not exist are acknowledged, too.
type FYIAnswer struct {
	Acknowledged Bool         `json:"V,omitzero"`
	Took         Num          `json:"T,omitzero"` // IBKR's time to finish
	Notification *FYIReadMark `json:"P,omitzero"` // of Read
	Extra
}

// FYIReadMark says which notification was read.
type FYIReadMark struct {
	Read Bool `json:"R,omitzero"`
	ID   Text `json:"ID,omitzero"`
	Extra
}

// FYIDelivery says where notifications go.
type FYIDelivery struct {
	Email   Bool        `json:"M,omitzero"`
	Devices []FYIDevice `json:"E,omitzero"`
	Extra
}

// FYIDevice is a device that gets notifications.
type FYIDevice struct {
	Name   Text `json:"NM,omitzero"`
	ID     Text `json:"I,omitzero"`
	UIName Text `json:"UI,omitzero"`
	Active Bool `json:"A,omitzero"`
	Extra
}

// FYIDeviceTicket switches a device on or off.
type FYIDeviceTicket struct {
	Name    Text `json:"deviceName,omitzero"`
	ID      Text `json:"deviceId,omitzero"`
	UIName  Text `json:"uiName,omitzero"`
	Enabled Bool `json:"enabled,omitzero"`
}

// Notification is a message to the user.
type Notification struct {
	Read    Bool `json:"R,omitzero"` // a number on the wire, text in the document
	Date    Num  `json:"D,omitzero"` // seconds since 1970 as text with a fraction
	Title   Text `json:"MS,omitzero"`
	Message Text `json:"MD,omitzero"` // HTML
	ID      Text `json:"ID,omitzero"`
	HT      Num  `json:"HT,omitzero"`
	Kind    Text `json:"FC,omitzero"`
	Extra
}

var opUnread = register(Op{Group: "FYI", Name: "Unread", Method: http.MethodGet, Path: "/fyi/unreadnumber"})

// Unread counts the unread notifications. GET /fyi/unreadnumber.
func (f FYI) Unread(ctx context.Context) (UnreadCount, error) {
	return do[UnreadCount](ctx, f.c, opUnread, args{})
}

var opFYISettings = register(Op{Group: "FYI", Name: "Settings", Method: http.MethodGet, Path: "/fyi/settings"})

// Settings lists the kinds of notifications. GET /fyi/settings.
func (f FYI) Settings(ctx context.Context) ([]FYISetting, error) {
	return do[[]FYISetting](ctx, f.c, opFYISettings, args{})
}

// enabled is the body of a switch.
type enabled struct {
	Enabled bool `json:"enabled"`
}

var opFYISet = register(Op{Group: "FYI", Name: "Set", Method: http.MethodPost, Path: "/fyi/settings/{typecode}", Urgency: ibkr.Write})

// Set switches a kind on or off. POST /fyi/settings/{typecode}.
func (f FYI) Set(ctx context.Context, kind string, on bool) (FYIAnswer, error) {
	return do[FYIAnswer](ctx, f.c, opFYISet, args{params: map[string]string{"typecode": kind}, body: enabled{on}})
}

var opFYIDisclaimer = register(Op{Group: "FYI", Name: "Disclaimer", Method: http.MethodGet, Path: "/fyi/disclaimer/{typecode}"})

// Disclaimer is the disclaimer of a kind. GET /fyi/disclaimer/{typecode}.
func (f FYI) Disclaimer(ctx context.Context, kind string) (FYIDisclaimer, error) {
	return do[FYIDisclaimer](ctx, f.c, opFYIDisclaimer, args{params: map[string]string{"typecode": kind}})
}

var opFYIAccept = register(Op{Group: "FYI", Name: "ReadDisclaimer", Method: http.MethodPut, Path: "/fyi/disclaimer/{typecode}", Urgency: ibkr.Write})

// ReadDisclaimer marks a disclaimer as read. PUT /fyi/disclaimer/{typecode}.
func (f FYI) ReadDisclaimer(ctx context.Context, kind string) (FYIAnswer, error) {
	return do[FYIAnswer](ctx, f.c, opFYIAccept, args{params: map[string]string{"typecode": kind}})
}

var opFYIDelivery = register(Op{Group: "FYI", Name: "Delivery", Method: http.MethodGet, Path: "/fyi/deliveryoptions"})

// Delivery tells where notifications go. GET /fyi/deliveryoptions.
func (f FYI) Delivery(ctx context.Context) (FYIDelivery, error) {
	return do[FYIDelivery](ctx, f.c, opFYIDelivery, args{})
}

var opFYIEmail = register(Op{Group: "FYI", Name: "SetEmail", Method: http.MethodPut, Path: "/fyi/deliveryoptions/email", Urgency: ibkr.Write})

// SetEmail switches mail on or off. PUT /fyi/deliveryoptions/email.
func (f FYI) SetEmail(ctx context.Context, on bool) (FYIAnswer, error) {
	return do[FYIAnswer](ctx, f.c, opFYIEmail, args{query: url.Values{"enabled": {strconv.FormatBool(on)}}})
}

var opFYIDevice = register(Op{Group: "FYI", Name: "SetDevice", Method: http.MethodPost, Path: "/fyi/deliveryoptions/device", Urgency: ibkr.Write})

// SetDevice adds a device or switches it. POST /fyi/deliveryoptions/device.
func (f FYI) SetDevice(ctx context.Context, d FYIDeviceTicket) (FYIAnswer, error) {
	return do[FYIAnswer](ctx, f.c, opFYIDevice, args{body: d})
}

var opFYIRemove = register(Op{Group: "FYI", Name: "RemoveDevice", Method: http.MethodDelete, Path: "/fyi/deliveryoptions/{deviceId}", Urgency: ibkr.Write})

// RemoveDevice forgets a device. The answer has no body; an unknown device is a
// 404. DELETE /fyi/deliveryoptions/{deviceId}.
func (f FYI) RemoveDevice(ctx context.Context, deviceID string) error {
	_, err := plainText(ctx, f.c, opFYIRemove, args{params: map[string]string{"deviceId": deviceID}})
	return err
}

// NotificationQuery narrows Notifications. Include and Exclude are kinds.
type NotificationQuery struct {
	Max     int // 1 to 10; 0 is 10
	Include []string
	Exclude []string
	After   string // id of the last notification of the batch before
}

var opNotifications = register(Op{Group: "FYI", Name: "Notifications", Method: http.MethodGet, Path: "/fyi/notifications"})

// Notifications lists the newest notifications. GET /fyi/notifications.
func (f FYI) Notifications(ctx context.Context, q NotificationQuery) ([]Notification, error) {
	if q.Max == 0 {
		q.Max = 10
	}
	query := url.Values{"max": {strconv.Itoa(q.Max)}}
	setText(query, "include", strings.Join(q.Include, ","))
	setText(query, "exclude", strings.Join(q.Exclude, ","))
	setText(query, "id", q.After)
	return do[[]Notification](ctx, f.c, opNotifications, args{query: query})
}

var opMore = register(Op{
	Group: "FYI", Name: "More", Method: http.MethodGet, Path: "/fyi/notifications/more",
	NotSpec: "only in IBKR's documentation and on the wire",
})

// More lists the notifications that follow one. GET /fyi/notifications/more.
func (f FYI) More(ctx context.Context, after string) ([]Notification, error) {
	return do[[]Notification](ctx, f.c, opMore, args{query: url.Values{"id": {after}}})
}

var opFYIRead = register(Op{Group: "FYI", Name: "Read", Method: http.MethodPut, Path: "/fyi/notifications/{notificationID}", Urgency: ibkr.Write})

// Read marks a notification as read. PUT /fyi/notifications/{notificationID}.
func (f FYI) Read(ctx context.Context, id string) (FYIAnswer, error) {
	return do[FYIAnswer](ctx, f.c, opFYIRead, args{params: map[string]string{"notificationID": id}})
}
