package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr"
)

// scripted is a Caller that answers in turn and repeats its last answer.
type scripted struct {
	calls   []ibkr.Call
	answers []answerForTest
}

type answerForTest struct {
	body string
	err  error
}

func (s *scripted) Call(_ context.Context, call ibkr.Call) (*ibkr.Response, error) {
	one := s.answers[min(len(s.calls), len(s.answers)-1)]
	s.calls = append(s.calls, call)
	if one.err != nil {
		return nil, one.err
	}
	return &ibkr.Response{Status: http.StatusOK, Body: []byte(one.body)}, nil
}

func script(answers ...answerForTest) (*scripted, *API) {
	s := &scripted{answers: answers}
	return s, New(s)
}

func limitOrder(change func(t *Ticket)) Ticket {
	t := Ticket{
		Conid: IntOf(756733), COID: TextOf("x-1"), OrderType: TextOf("LMT"), Side: TextOf("BUY"), TIF: TextOf("DAY"),
		Quantity: IntOf(1), Price: NumOf(decimal.RequireFromString("457.10")),
	}
	if change != nil {
		change(&t)
	}
	return t
}

// Every shape in which IBKR answers an order.
func TestOrderAnswerShapes(t *testing.T) {
	for name, tt := range map[string]struct {
		body  string
		kinds []ReplyKind
	}{
		"ack":           {`[{"order_id":"22239254","order_status":"PreSubmitted","encrypt_message":"1"}]`, []ReplyKind{ReplyAck}},
		"ack, bare":     {`{"order_id":22239254,"order_status":"Submitted"}`, []ReplyKind{ReplyAck}},
		"child, parent": {`[{"order_id":"2","order_status":"PreSubmitted","parent_order_id":"1"},{"order_id":"1","order_status":"PreSubmitted","local_order_id":"x-1"}]`, []ReplyKind{ReplyAck, ReplyAck}},
		"question":      {`[{"id":"u","message":["Sure?"],"isSuppressed":false,"messageIds":["o354"],"messageOptions":["Yes","No"]}]`, []ReplyKind{ReplyQuestion}},
		"prompt":        {`{"orderId":123456789,"reqId":"22170","dismissable":[],"text":"cap","options":["Use on this order"],"type":"M","messageId":"p12","prompt":true}`, []ReplyKind{ReplyPrompt}},
		"bad child":     {`[{"order_id":"-1","order_status":"Failed","text":"no","warning_message":"w"},{"order_id":"1760268467","order_status":"Inactive"}]`, []ReplyKind{ReplyRefused, ReplyRefused}},
		"no id":         {`[{"order_id":"-1","order_status":"Submitted"}]`, []ReplyKind{ReplyRefused}},
		"inactive":      {`[{"order_id":"5","order_status":"inactive"}]`, []ReplyKind{ReplyRefused}},
		"error row":     {`[{"order_id":"5","order_status":"Submitted"},{"error":"no"}]`, []ReplyKind{ReplyAck, ReplyRefused}},
		"other":         {`{"hello":1}`, []ReplyKind{ReplyOther}},
		"nothing":       {`[]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var a OrderAnswer
			if err := Decode([]byte(tt.body), &a); err != nil {
				t.Fatal(err)
			}
			if len(a.Rows) != len(tt.kinds) {
				t.Fatalf("%d rows, want %d", len(a.Rows), len(tt.kinds))
			}
			for i, want := range tt.kinds {
				if got := a.Rows[i].Kind(); got != want {
					t.Errorf("row %d is %d, want %d", i, got, want)
				}
			}
			back, err := Encode(a)
			if err != nil {
				t.Fatal(err)
			}
			if string(back) == "" || canonicalText(t, tt.body) != canonicalText(t, string(back)) {
				t.Errorf("written as %s, was %s", back, tt.body)
			}
		})
	}
}

func canonicalText(t *testing.T, s string) string {
	t.Helper()
	b, err := Encode(generic(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The rows of a group come in no order: the parent is found by its client
// order id. A client that takes the first row manages the wrong order.
func TestQuirk31RowsFoundByField(t *testing.T) {
	_, a := script(answerForTest{body: `[{"order_id":"2","order_status":"PreSubmitted","parent_order_id":"1"},{"order_id":"1","order_status":"PreSubmitted","local_order_id":"x-1"}]`})
	answer, err := a.Orders.Place(t.Context(), "DU1", limitOrder(nil), limitOrder(child))
	if err != nil || !answer.Taken(2) {
		t.Fatalf("answer %+v, %v", answer, err)
	}
	if p := answer.Parent("x-1"); p == nil || p.OrderID.String() != "1" {
		t.Errorf("parent %+v", p)
	}
	if p := answer.Parent("x-2"); p != nil {
		t.Errorf("a parent that was not sent: %+v", p)
	}
}

func child(t *Ticket) { t.ParentID, t.COID, t.Side = t.COID, Text{}, TextOf("SELL") }

// A bracket is not atomic: a part that was refused shows in the answer, and the
// part that may live alone is found in live orders.
func TestQuirk33BracketNotAtomic(t *testing.T) {
	_, a := script(
		answerForTest{body: `[{"order_id":"-1","order_status":"Failed","text":"size"},{"order_id":"46184813","order_status":"PreSubmitted","local_order_id":"x-1"}]`},
		answerForTest{body: bracketRows},
	)
	answer, err := a.Orders.Place(t.Context(), "DU1", limitOrder(nil), limitOrder(child))
	if err != nil || answer.Taken(2) {
		t.Errorf("a bracket without its child counts as taken: %+v, %v", answer, err)
	}
	alone := OrderAnswer{Rows: answer.Rows[1:]}
	if alone.Taken(2) || !alone.Taken(1) {
		t.Errorf("an answer with the parent only counts as that of a bracket: %+v", alone)
	}
	live, err := a.Orders.Live(t.Context(), LiveQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var working []string
	for _, o := range live.Group("x-1") {
		if !o.Done() {
			working = append(working, o.OrderID.Text())
		}
	}
	if strings.Join(working, " ") != "46184813 46184814" {
		t.Errorf("leftovers %v", working)
	}
}

const bracketRows = `{"orders":[
	{"orderId":46184813,"order_ref":"x-1","status":"PreSubmitted","side":"BUY"},
	{"parentId":46184813,"orderId":46184814,"status":"Inactive","side":"SELL","ocaGroupId":"46184813"},
	{"parentId":46184813,"orderId":46184815,"status":"Cancelled","side":"SELL","ocaGroupId":"46184813"},
	{"orderId":9,"order_ref":"x-2","status":"Submitted"}],"snapshot":true}`

// A change is the whole ticket as a bare object; a part of one would reset the rest.
func TestQuirk40ModifyIsWholeAndBare(t *testing.T) {
	s, a := script(answerForTest{body: `[{"order_id":"77","order_status":"Submitted"}]`})
	if _, err := a.Orders.Modify(t.Context(), "DU1", 77, Ticket{Price: IntOf(1)}); err == nil || len(s.calls) != 0 {
		t.Errorf("a partial ticket was sent: %v", err)
	}
	if _, err := a.Orders.Modify(t.Context(), "DU1", 77, limitOrder(nil)); err != nil {
		t.Fatal(err)
	}
	want := `{"cOID":"x-1","conid":756733,"orderType":"LMT","price":457.1,"quantity":1,"side":"BUY","tif":"DAY"}`
	if got := string(s.calls[0].Body); got != want {
		t.Errorf("body %s, want %s", got, want)
	}
}

// A child with a client order id is refused here; a live child has none and is
// found by its parent's order id.
func TestQuirk42ChildrenHaveNoClientID(t *testing.T) {
	s, a := script(answerForTest{body: bracketRows})
	_, err := a.Orders.Place(t.Context(), "DU1", limitOrder(nil), limitOrder(func(t *Ticket) { t.ParentID = TextOf("x-1") }))
	if err == nil || !strings.Contains(err.Error(), "child") || len(s.calls) != 0 {
		t.Errorf("error %v after %d calls", err, len(s.calls))
	}
	live, err := a.Orders.Live(t.Context(), LiveQuery{})
	if group := live.Group("x-1"); err != nil || len(group) != 3 || group[1].OrderRef.String() != "" {
		t.Errorf("group %+v, %v", group, err)
	}
	if group := live.Group("x-9"); group != nil {
		t.Errorf("group of an order that is not there: %+v", group)
	}
}

// net_amount is positive for a sale, too, and without the commission.
func TestQuirk46NetAmountUnsigned(t *testing.T) {
	_, a := script(answerForTest{body: `[{"execution_id":"00025b49.6a56b360.01.01","side":"S","size":1.0,"price":"751.69","commission":"1.02","net_amount":751.69}]`})
	list, err := a.Orders.Trades(t.Context(), 7)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	net, _ := list[0].NetAmount.Decimal()
	size, _ := list[0].Size.Decimal()
	price, _ := list[0].Price.Decimal()
	if !net.Equal(size.Mul(price)) || list[0].Side.String() != "S" {
		t.Errorf("net %s of %s at %s", net, size, price)
	}
}

// conid beside conidex would route to SMART in silence.
func TestQuirk59ConidOrConidex(t *testing.T) {
	s, a := script(answerForTest{body: `[]`})
	for name, change := range map[string]func(t *Ticket){
		"both":    func(t *Ticket) { t.Conidex = TextOf("756733@ARCA") },
		"neither": func(t *Ticket) { t.Conid = Num{} },
		"side":    func(t *Ticket) { t.Side = TextOf("Buy") },
		"long id": func(t *Ticket) { t.COID = TextOf(strings.Repeat("x", 65)) },
	} {
		if _, err := a.Orders.Place(t.Context(), "DU1", limitOrder(change)); err == nil {
			t.Errorf("%s: sent", name)
		}
		if _, err := a.Orders.WhatIf(t.Context(), "DU1", limitOrder(change)); err == nil {
			t.Errorf("%s: asked", name)
		}
	}
	if _, err := a.Orders.Place(t.Context(), "DU1"); err == nil || len(s.calls) != 0 {
		t.Errorf("%d calls, %v", len(s.calls), err)
	}
}

// A cancel is only acknowledged, unless IBKR names no contract and no account.
func TestQuirk38Immediate(t *testing.T) {
	for body, want := range map[string]bool{
		`{"msg":"Request was submitted","order_id":602801486,"conid":-1,"account":null}`:     true,
		`{"msg":"Request was submitted","order_id":602801486,"conid":756733,"account":"U1"}`: false,
		`[{"msg":"Request was submitted","order_id":"1370093239"}]`:                          false,
		`[]`: false,
	} {
		_, a := script(answerForTest{body: body})
		answer, err := a.Orders.Cancel(t.Context(), "U1", 602801486, Canceling{})
		if err != nil || answer.Immediate() != want {
			t.Errorf("%s: %v, %v", body, answer.Immediate(), err)
		}
	}
}

// An answer to a prompt is text, with quotes or without; what is an error stays one.
func TestNotifyAnswers(t *testing.T) {
	plain := &ibkr.Error{Kind: ibkr.KindMalformed, Status: 200, Text: "Success"}
	for name, tt := range map[string]struct {
		answer answerForTest
		want   string
		ok     bool
	}{
		"quoted": {answerForTest{body: `"Request was submitted"`}, "Request was submitted", true},
		"plain":  {answerForTest{err: plain}, "Success", true},
		"empty":  {answerForTest{}, "", true},
		"object": {answerForTest{body: `{"a":1}`}, `{"a":1}`, true},
		"503":    {answerForTest{err: &ibkr.Error{Kind: ibkr.KindTemporary, Status: 503}}, "", false},
		"html":   {answerForTest{err: &ibkr.Error{Kind: ibkr.KindNotFound, Status: 404, Text: "Resource not found"}}, "", false},
	} {
		_, a := script(tt.answer)
		text, err := a.Orders.Notify(t.Context(), PromptAnswer{})
		if text.String() != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestSuppressNothing(t *testing.T) {
	s, a := script(answerForTest{})
	if _, err := a.Orders.Suppress(t.Context()); err == nil || len(s.calls) != 0 {
		t.Error("an empty list was sent, which is a 500")
	}
}
