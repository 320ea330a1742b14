package ibkr

import (
	"net/http"
	"strings"
	"testing"

	"gannet/market"
)

const jsonKind = "application/json; charset=utf-8"

// What each error of an order request proves, row by row of IBKR's errors. An
// order that may live is Unknown; one that was provably refused is Rejected; no
// row has it sent again.
func TestErrorTableOrders(t *testing.T) {
	const page = `<html><body><h1>Access Denied</h1></body></html>`
	rows := []struct {
		name   string
		answer reply
		want   market.ExecType
		text   string
	}{
		{"200 error", ok(`{"error":"We cannot accept an order at the limit price you selected."}`), market.ExecRejected, "We cannot accept"},
		{"200 null tif", ok(`{"error":"null time in force is not supported for this order"}`), market.ExecRejected, "null time in force"},
		{"200 duplicate", ok(`{"error":"Order couldn't be submitted: Local order ID=x-1 is already registered"}`), market.ExecUnknown, "already registered"},
		{"200 no session", ok(`{"error":"no session"}`), market.ExecRejected, "no session"},
		{"200 html", reply{200, "text/html", page, false}, market.ExecUnknown, ""},
		{"204", reply{204, jsonKind, "", false}, market.ExecUnknown, ""},
		{"302", reply{302, "text/html", "", false}, market.ExecUnknown, ""},
		{"400 no bridge", reply{400, jsonKind, `{"error":"Bad Request: no bridge","statusCode":400}`, false}, market.ExecRejected, "no bridge"},
		{"400 init session", reply{400, jsonKind, `{"error":"Init session first","statusCode":400}`, false}, market.ExecRejected, "Init session first"},
		{"400 accounts first", reply{400, jsonKind, `{"error":"Bad Request: Please query /accounts first","statusCode":400}`, false}, market.ExecRejected, "accounts first"},
		{"400 body", reply{400, jsonKind, `{"error":"Failed to parse body as JSON. Content Type: x"}`, false}, market.ExecRejected, "Failed to parse"},
		{"400 type", reply{400, jsonKind, `{"error":"orders request includes parameter with incorrect type"}`, false}, market.ExecRejected, "incorrect type"},
		{"400 side", reply{400, jsonKind, `{"error":"Invalid Side (must be 'BUY' or 'SELL')."}`, false}, market.ExecRejected, "Invalid Side"},
		{"400 order type", reply{400, jsonKind, `{"error":"Unknown order type"}`, false}, market.ExecRejected, "Unknown order type"},
		{"400 conid", reply{400, jsonKind, `{"error":"conid or conidex is required"}`, false}, market.ExecRejected, "conid or conidex"},
		{"400 other", reply{400, jsonKind, `{"error":"x"}`, false}, market.ExecRejected, "x"},
		{"401 empty", reply{401, jsonKind, "", false}, market.ExecUnknown, ""},
		{"401 consumer", reply{401, jsonKind, `{"error":"id: 3931, error: invalid consumer","statusCode":401}`, false}, market.ExecUnknown, "invalid consumer"},
		{"403 json", reply{403, jsonKind, `{"error":"not permitted"}`, false}, market.ExecRejected, "not permitted"},
		{"403 html", reply{403, "text/html", page, false}, market.ExecRejected, "Access Denied"},
		{"404 html", reply{404, "text/html", `<html><body><h1>Resource not found</h1></body></html>`, false}, market.ExecRejected, "Resource not found"},
		{"410", reply{410, jsonKind, "", false}, market.ExecUnknown, ""},
		{"411", reply{411, "text/html", page, false}, market.ExecRejected, ""},
		{"429", reply{429, jsonKind, `{"error":"too many requests"}`, false}, market.ExecRejected, "too many"},
		{"500", reply{500, jsonKind, `{"error":"x"}`, false}, market.ExecUnknown, "x"},
		{"500 dh token", reply{500, jsonKind, `{"error":"failed to generate sso dh token"}`, false}, market.ExecUnknown, "dh token"},
		{"502", reply{502, "text/html", page, false}, market.ExecUnknown, ""},
		{"503", reply{503, jsonKind, `{"error":"Service Unavailable","statusCode":503}`, false}, market.ExecUnknown, "Service Unavailable"},
		{"503 status text", reply{503, jsonKind, `{"error":"Service Unavailable","statusCode":"503"}`, false}, market.ExecUnknown, "Service Unavailable"},
		{"504", reply{504, "text/html", page, false}, market.ExecUnknown, ""},
		{"cut", reply{hang: true}, market.ExecUnknown, ""},
	}
	for _, tt := range rows {
		t.Run("place "+tt.name, func(t *testing.T) { checkPlaced(t, tt.answer, tt.want, tt.text) })
		t.Run("modify "+tt.name, func(t *testing.T) { checkModified(t, tt.answer, tt.want) })
	}
}

func checkPlaced(t *testing.T, answer reply, want market.ExecType, text string) {
	g := newGateway(t)
	g.answers(placeRoute, answer)
	r := start(t, g).ready(1)
	r.Submit(buyLimit("x-1"))
	if e := r.report(want, 1); !strings.Contains(e.Text, text) {
		t.Errorf("text %q, want %q", e.Text, text)
	}
	if n := g.count(placeRoute); n != 1 {
		t.Errorf("the order went out %d times", n)
	}
}

// checkModified: a change that was refused leaves the order as it is.
func checkModified(t *testing.T, answer reply, want market.ExecType) {
	if want == market.ExecRejected {
		want = market.ExecCancelRejected
	}
	g := newGateway(t)
	g.answers(modifyRoute, answer)
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	r.Submit(o)
	r.report(market.ExecNew, 1)
	r.Replace(o)
	r.report(want, 1)
	if n := g.count(modifyRoute); n != 1 {
		t.Errorf("the change went out %d times", n)
	}
}

// A reply is different: only a refusal with status 200 ends its order.
func TestErrorTableReplies(t *testing.T) {
	for name, tt := range map[string]struct {
		answer reply
		want   market.ExecType
	}{
		"200 refused":   {ok(`{"error":"Order not confirmed "}`), market.ExecRejected},
		"200 duplicate": {ok(`{"error":"Local order ID=x-1 is already registered"}`), market.ExecUnknown},
		"400 not found": {reply{400, jsonKind, `{"error":"reply id not found: 'r1'"}`, false}, market.ExecUnknown},
		"400 no bridge": {reply{400, jsonKind, `{"error":"Bad Request: no bridge","statusCode":400}`, false}, market.ExecUnknown},
		"401":           {reply{401, jsonKind, "", false}, market.ExecUnknown},
		"404":           {reply{404, "text/html", "<h1>x</h1>", false}, market.ExecUnknown},
		"429":           {reply{429, jsonKind, `{"error":"too many"}`, false}, market.ExecUnknown},
		"503":           {reply{503, jsonKind, `{"error":"Service Unavailable","statusCode":503}`, false}, market.ExecUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			g.answers(placeRoute, ok(question))
			g.answers(replyRoute, tt.answer)
			r := start(t, g, confirm("o354")).ready(1)
			r.Submit(buyLimit("x-1"))
			r.report(tt.want, 1)
			if n := g.count(replyRoute); n != 1 {
				t.Errorf("%d replies, want 1", n)
			}
		})
	}
}

// Errors of a cancel, which may be repeated and after which the order is
// looked at, or left to live orders.
func TestErrorTableCancels(t *testing.T) {
	const statusRoute = "GET /iserver/account/order/status/77"
	for name, answer := range map[string]reply{
		"400 doesn't exist": {http.StatusBadRequest, jsonKind, `{"error":"OrderID 77 doesn't exist"}`, false},
		"400 inactive":      {http.StatusBadRequest, jsonKind, `{"error":"Order is inactive"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			g.answers(cancelRoute, answer)
			g.answers(statusRoute, reply{503, jsonKind, `{"error":"Service Unavailable","statusCode":503}`, false})
			r := start(t, g).ready(1)
			o := buyLimit("x-1")
			r.Submit(o)
			r.report(market.ExecNew, 1)
			r.Cancel(o)
			r.report(market.ExecCancelRejected, 1)
			eventually(t, "the order is looked at", func() bool { return g.count(statusRoute) == readTries })
			if len(r.reports(market.ExecCanceled)) != 0 {
				t.Error("an order that nobody could look at was called canceled")
			}
		})
	}
}

// A bracket's child has no reference, and its parentId is an order id. Such a
// row is not the row of the order that its parentId's digits might name.
func TestQuirk42ChildRow(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	r.Submit(o)
	r.report(market.ExecNew, 1)
	g.push(`{"topic":"sor","args":[{"acct":"DU1234567","conid":756733,"parentId":77,"orderId":78,"ocaGroupId":"77","status":"Cancelled","side":"SELL"}]}`)
	r.settle(g, "child")
	for _, e := range r.reports(market.ExecCanceled) {
		if e.ClientOrderID != "" || e.VenueOrderID != "78" {
			t.Errorf("the child's end is reported as %s (%s)", e.ClientOrderID, e.VenueOrderID)
		}
	}
	r.Cancel(o)
	r.report(market.ExecPendingCancel, 1)
	if g.count(cancelRoute) != 1 {
		t.Error("the parent is not found any more")
	}
}

// IBKR cancels GTC orders at the end of the next quarter and says so before.
// The notice reaches a person, and the end is an expiry, so that who wants the
// order can enter it anew.
func TestQuirk63QuarterEndOfGTC(t *testing.T) {
	const words = "Order SELL 1 SPY ARCA Limit 513.31 will be automatically canceled at 20261231 22:00:00 MET"
	for _, args := range []string{`[{"id":"118","text":"` + words + `","title":null,"url":null}]`, `{"id":"118","text":"` + words + `"}`} {
		g := newGateway(t)
		r := start(t, g).ready(1)
		o := buyLimit("x-1")
		o.TimeInForce = market.GTC
		r.Submit(o)
		r.report(market.ExecNew, 1)
		g.push(`{"topic":"ntf","args":` + args + `}`)
		eventually(t, "the notice", func() bool {
			list := r.alerts("IBKR_NOTICE")
			return len(list) == 1 && list[0].Text == words
		})
		if len(r.reports(market.ExecExpired))+len(r.reports(market.ExecCanceled)) != 0 {
			t.Error("the notice ended the order")
		}
		g.push(sor(`{"acct":"DU1234567","orderId":77,"status":"Cancelled","order_cancellation_by_system_reason":"Cancelled by System: order expired"}`))
		if e := r.report(market.ExecExpired, 1); e.ClientOrderID != "x-1" {
			t.Errorf("report %+v", e)
		}
	}
}
