package ibkr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/market"
)

// Cancel is only acknowledged; the end comes from the stream.
func TestQuirk38CancelIsAck(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	r.Submit(o)
	r.report(market.ExecNew, 1)
	r.Cancel(o)
	r.report(market.ExecPendingCancel, 1)
	if len(r.reports(market.ExecCanceled)) != 0 {
		t.Error("canceled by the acknowledgement")
	}
	g.push(`{"topic":"sor","args":[{"acct":"DU1234567","orderId":77,"status":"PendingCancel"},{"acct":"DU1234567","orderId":77,"status":"Cancelled"}]}`)
	r.report(market.ExecCanceled, 1)
	g.push(`{"topic":"sor","args":[{"acct":"DU1234567","orderId":77,"status":"Submitted"},{"acct":"DU1234567","orderId":77,"status":"Cancelled"}]}`)
	r.settle(g, "m")
	if n := len(r.reports(0)); n != 3 {
		t.Errorf("%d reports, want New, PendingCancel, Canceled", n)
	}
}

// Cancel of an order that is gone is a 400; what the order is then decides.
func TestQuirk39CancelOfDeadOrder(t *testing.T) {
	g := newGateway(t)
	g.answers(cancelRoute, reply{400, "", `{"error":"Order is inactive"}`, false})
	g.answers("GET /iserver/account/order/status/77", ok(`{"order_id":77,"order_status":"Cancelled","cum_fill":"0.0","side":"B"}`))
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	r.Submit(o)
	r.report(market.ExecNew, 1)
	r.Cancel(o)
	if e := r.report(market.ExecCancelRejected, 1); e.Text != "Order is inactive" {
		t.Errorf("text %q", e.Text)
	}
	r.report(market.ExecCanceled, 1)
	g.answers(cancelRoute, reply{400, "", `{"error":"OrderID 77 doesn't exist"}`, false})
	g.answers("GET /iserver/account/order/status/77", reply{400, "", `{"error":"no"}`, false})
	r.Cancel(o)
	r.report(market.ExecCancelRejected, 2)
	r.Cancel(market.Order{ClientOrderID: "never-sent"})
	r.report(market.ExecCancelRejected, 3)
}

// A cancel may be repeated; that is the difference to an order.
func TestCancelIsRepeated(t *testing.T) {
	g := newGateway(t)
	g.answers(cancelRoute, reply{503, "", `{"error":"x"}`, false}, ok(`{"msg":"Request was submitted","order_id":77}`))
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	o.VenueOrderID = "77"
	r.Cancel(o)
	r.report(market.ExecPendingCancel, 1)
}

// Modify wants the whole ticket as a bare object.
func TestQuirk40ModifyWholeTicket(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	o := buyLimit("x-1")
	r.Submit(o)
	r.report(market.ExecNew, 1)
	o.Price = market.MustPrice("458.1")
	r.Replace(o)
	e := r.report(market.ExecReplaced, 1)
	if e.Ticket == nil || e.Ticket.Price != o.Price || e.VenueOrderID != "77" {
		t.Errorf("report %+v", e)
	}
	want := `{"acctId":"DU1234567","conid":756733,"cOID":"x-1","orderType":"LMT","side":"BUY","tif":"DAY","quantity":10,"price":458.1}`
	if c := g.got(modifyRoute); len(c) != 1 || c[0].body != want {
		t.Errorf("modify %v, want %s", c, want)
	}
	g.answers(modifyRoute, ok(`{"error":"price is off"}`))
	r.Replace(o)
	if e := r.report(market.ExecCancelRejected, 1); e.Text != "price is off" {
		t.Errorf("text %q", e.Text)
	}
	g.answers(modifyRoute, reply{hang: true})
	r.Replace(o)
	r.report(market.ExecUnknown, 1)
	if n := g.count(modifyRoute); n != 3 {
		t.Errorf("%d modifies, want 3", n)
	}
}

// A duplicate client order id may be our own first try: that is for
// reconciliation, and no rejection.
func TestQuirk41DuplicateClientOrderID(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(`{"error":"Order couldn't be submitted: Local order ID=x-1 is already registered"}`))
	r := start(t, g).ready(1)
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecUnknown, 1)
	if len(r.reports(market.ExecRejected)) != 0 {
		t.Error("reported Rejected")
	}
}

// A cancel overtakes orders that wait, but never its own.
func TestCancelOvertakes(t *testing.T) {
	q := newRequestQueue()
	q.put(submit, buyLimit("a"))
	q.put(submit, buyLimit("b"))
	q.put(cancel, buyLimit("b"))
	q.put(cancel, buyLimit("c"))
	var got []string
	for {
		r, ok := q.next()
		if !ok {
			break
		}
		got = append(got, fmt.Sprint(r.kind, r.order.ClientOrderID))
	}
	if want := "[2c 0a 0b 2b]"; fmt.Sprint(got) != want {
		t.Errorf("order %v, want %s", got, want)
	}
}

// What is canceled before it has left never reaches IBKR: after a halt no
// order may, however long orders have to queue for IBKR's pace.
func TestCancelBeforeSent(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	r.client.pace.others.SetLimit(40)
	for range 2 {
		r.client.pace.others.ReserveN(time.Now(), 60) // of a burst of 100: the next order waits half a second
	}
	r.Submit(buyLimit("x-1"))
	r.Submit(buyLimit("x-2"))
	r.Cancel(buyLimit("x-2"))
	r.Cancel(buyLimit("x-1"))
	r.report(market.ExecCanceled, 2)
	r.Submit(buyLimit("x-3"))
	r.report(market.ExecNew, 1)
	if c := g.got(placeRoute); len(c) != 1 || !strings.Contains(c[0].body, "x-3") {
		t.Errorf("sent %v, want x-3 alone", c)
	}
}

// The same for an order that has left the queue and waits for IBKR's pace.
func TestRecall(t *testing.T) {
	q := newRequestQueue()
	q.put(submit, buyLimit("a"))
	if _, ok := q.next(); !ok {
		t.Fatal("nothing queued")
	}
	if recalled, queued := q.recall("a"); !recalled || queued {
		t.Error("an order that waits for its turn cannot be recalled")
	}
	if q.leave() == nil {
		t.Error("it leaves nevertheless")
	}
	q.put(submit, buyLimit("b"))
	q.next()
	if err := q.leave(); err != nil {
		t.Errorf("the next order does not leave: %v", err)
	}
	if recalled, _ := q.recall("b"); recalled {
		t.Error("an order that has left is recalled")
	}
}
