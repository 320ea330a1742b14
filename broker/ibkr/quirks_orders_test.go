package ibkr

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gannet/market"
)

const question = `[{"id":"r1","message":["You are submitting an order without market data.\nAre you sure?"],"isSuppressed":false,"messageIds":["o354"],"messageOptions":["Yes","No"]}]`

func confirm(ids ...string) func(*Config) {
	return func(c *Config) { c.Questions.Confirm = ids }
}

// Live orders are empty on the first question and say so only by
// snapshot:false. Reading that as "no orders" would lose every open order.
func TestQuirk21LiveOrdersFirstEmpty(t *testing.T) {
	g := newGateway(t)
	row := `{"acct":"DU1234567","conid":756733,"orderId":9,"totalSize":1.0,"filledQuantity":0.0,"status":"Submitted","orderType":"Limit","price":"457.00","timeInForce":"GTC","side":"BUY","order_ref":"x-1"}`
	g.answers(ordersRoute, ok(`{"orders":[],"snapshot":false}`), ok(`{"orders":[],"snapshot":false}`), ok(`{"orders":[`+row+`],"snapshot":true}`))
	r := start(t, g).ready(1)
	snap := r.Snapshot(context.Background())
	if !snap.Orders.Known || len(snap.Orders.List) != 1 || snap.Orders.List[0].ClientOrderID != "x-1" {
		t.Fatalf("orders %+v", snap.Orders)
	}
	g.answers(ordersRoute, ok(`{"orders":[],"snapshot":false}`))
	if snap := r.Snapshot(context.Background()); snap.Orders.Known {
		t.Error("an answer that is never complete counts as no orders")
	}
}

// force=true answers empty by design; the next answer is fresh.
func TestQuirk22ForceIsEmpty(t *testing.T) {
	g := newGateway(t)
	g.answers(ordersRoute, ok(`{"orders":[],"snapshot":true}`))
	r := start(t, g).ready(1)
	r.Snapshot(context.Background())
	calls := g.got(ordersRoute)
	if len(calls) != 2 || !strings.Contains(calls[0].query, "force=true") || strings.Contains(calls[1].query, "force") {
		t.Fatalf("calls %v, want one with force and one without", calls)
	}
	r.Snapshot(context.Background())
	if calls := g.got(ordersRoute); len(calls) != 3 {
		t.Errorf("%d calls after the second snapshot, want 3: force is for the first of a session", len(calls))
	}
}

// A filtered question silences the order stream.
func TestQuirk23NeverFilter(t *testing.T) {
	g := newGateway(t)
	start(t, g).ready(1).Snapshot(context.Background())
	for _, c := range g.got(ordersRoute) {
		if strings.Contains(c.query, "filters") {
			t.Errorf("query %s filters", c.query)
		}
	}
}

const tradeRow = `{"execution_id":"00025b49.6a56b338.01.01","symbol":"SPY","side":"B","trade_time_r":1783618091000,"size":1.0,"price":"751.68","order_ref":"x-1","commission":"%s","net_amount":751.68,"account":"DU1234567","conid":756733,"order_id":77}`

// The first trades of a session are empty; twice empty is none.
func TestQuirk24TradesFirstEmpty(t *testing.T) {
	g := newGateway(t)
	g.answers(tradesRoute, ok(`[]`), ok("["+fmt.Sprintf(tradeRow, "1.0")+"]"))
	r := start(t, g).ready(1)
	snap := r.Snapshot(context.Background())
	if !snap.Trades.Known || len(snap.Trades.List) != 1 {
		t.Fatalf("trades %+v", snap.Trades)
	}
	e := snap.Trades.List[0]
	if e.ClientOrderID != "x-1" || e.VenueOrderID != "77" || e.LastPx != market.MustPrice("751.68") || !e.CommissionKnown {
		t.Errorf("trade %+v", e)
	}
	g.answers(tradesRoute, ok(`[]`))
	if snap := r.Snapshot(context.Background()); !snap.Trades.Known || g.count(tradesRoute) != 3 {
		t.Errorf("known %v after %d calls, want a single call once primed", snap.Trades.Known, g.count(tradesRoute))
	}
	if q := g.got(tradesRoute); q[0].query != "days=7" || q[2].query != "days=1" {
		t.Errorf("days asked: %s then %s", q[0].query, q[2].query)
	}
}

// Position rows are sparse at first, and strike changes its type.
func TestQuirk25PositionsSparse(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /portfolio/DU1234567/positions/0", ok(`[
		{"acctId":"DU1234567","conid":756733,"contractDesc":"SPY","position":3.0,"avgPrice":584.31333335,"strike":0.0,"multiplier":null,"model":""},
		{"acctId":"DU1234567","conid":1,"contractDesc":"OLD","position":0.0,"strike":"0","model":""},
		{"acctId":"DU1234567","conid":320227571,"contractDesc":"QQQ","ticker":"QQQ","position":-2,"avgPrice":"1,584.5","strike":"0","multiplier":0.0,"model":""}]`))
	snap := start(t, g).ready(1).Snapshot(context.Background())
	want := []market.Holding{
		{Instrument: 1, Name: "SPY.ARCA", Qty: market.Shares(3), AvgPx: market.MustPrice("584.31333335")},
		{Name: "QQQ (conid 320227571)", Qty: market.Shares(-2), AvgPx: market.MustPrice("1584.5")},
	}
	if !snap.Positions.Known || fmt.Sprint(snap.Positions.List) != fmt.Sprint(want) {
		t.Errorf("positions %+v, want %+v", snap.Positions, want)
	}
	if g.count("POST /portfolio/DU1234567/positions/invalidate") != 1 || g.count("GET /portfolio/accounts") != 1 {
		t.Error("positions were not read anew")
	}
	if !snap.Cash.Known || snap.Cash.List[0].String() != "971869.6" {
		t.Errorf("cash %+v", snap.Cash)
	}
}

// conid is text in a search and a number elsewhere.
func TestQuirk26ConidTypes(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /iserver/secdef/search", ok(`[{"conid":"756733","symbol":"SPY","description":"ARCA","sections":[{"secType":"STK"}]}]`))
	rows, err := testClient(t, g).Search(context.Background(), "SPY", "STK")
	if err != nil || len(rows) != 1 || rows[0].Conid != 756733 {
		t.Errorf("rows %v, %v", rows, err)
	}
}

// order_id is text in a submit answer and a number in the stream: the same
// order, reported once.
func TestQuirk27OrderIDTypes(t *testing.T) {
	for _, id := range []string{`"77"`, `77`} {
		g := newGateway(t)
		g.answers(placeRoute, ok(`[{"order_id":`+id+`,"order_status":"Submitted"}]`))
		r := start(t, g).ready(1)
		r.Submit(buyLimit("x-1"))
		if e := r.report(market.ExecNew, 1); e.VenueOrderID != "77" || e.ClientOrderID != "x-1" || e.Instrument != 1 {
			t.Errorf("report %+v", e)
		}
		g.push(`{"topic":"sor","args":[{"acct":"DU1234567","orderId":77,"status":"Submitted"}]}`)
		r.settle(g, "m")
		if n := len(r.reports(market.ExecNew)); n != 1 {
			t.Errorf("%d New reports, want 1", n)
		}
	}
}

// A market order has the price "".
func TestQuirk28EmptyPrice(t *testing.T) {
	var row OrderRow
	unmarshal(t, `{"orderId":1,"price":"","avgPrice":"317.56","totalSize":1.0}`, &row)
	if row.Price.Valid || row.AvgPrice.String() != "317.56" {
		t.Errorf("row %+v", row)
	}
}

// A DAY order reads back as CLOSE.
func TestQuirk29CloseMeansDay(t *testing.T) {
	if got := tifOf("CLOSE"); got != market.DAY {
		t.Errorf("CLOSE is %s", got)
	}
}

// Every endpoint has its own word for a side.
func TestQuirk30Sides(t *testing.T) {
	for word, want := range map[FlexString]market.Side{
		"BUY": market.Buy, "B": market.Buy, "BOT": market.Buy, "Buy": market.Buy,
		"SELL": market.Sell, "S": market.Sell, "SLD": market.Sell, "EXER": 0, "N": 0, "": 0,
	} {
		if got := sideOf(word); got != want {
			t.Errorf("side %q is %v, want %v", word, got, want)
		}
	}
}

// Rows of an answer come in no order; each says itself what it is.
func TestQuirk31AnswerRows(t *testing.T) {
	a, err := parseOrderAnswer([]byte(`[{"order_id":"2","order_status":"PreSubmitted","parent_order_id":"1"},{"order_id":"1","order_status":"PreSubmitted","local_order_id":"x-1"}]`))
	if err != nil || len(a.Acks) != 2 || a.Acks[1].LocalID != "x-1" {
		t.Errorf("answer %+v, %v", a, err)
	}
}

// A refusal can have the shape of a success.
func TestQuirk32FailedIsRejected(t *testing.T) {
	for _, body := range []string{
		`[{"order_id":"-1","order_status":"Failed","text":"size does not conform","warning_message":"Order rejected by the exchange."}]`,
		`[{"order_id":"1760268467","order_status":"Inactive","text":"size does not conform"}]`,
	} {
		g := newGateway(t)
		g.answers(placeRoute, ok(body))
		r := start(t, g).ready(1)
		r.Submit(buyLimit("x-1"))
		if e := r.report(market.ExecRejected, 1); !strings.Contains(e.Text, "does not conform") {
			t.Errorf("text %q", e.Text)
		}
		if len(r.reports(market.ExecNew)) != 0 {
			t.Error("reported as New too")
		}
	}
}

// An answer with other rows than the one order asked for proves nothing.
func TestQuirk33MixedAnswerUnknown(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(`[{"order_id":"-1","order_status":"Failed"},{"order_id":"77","order_status":"Inactive"}]`))
	r := start(t, g).ready(1)
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecUnknown, 1)
}

// Questions chain, and a second order in between would void the first's: the
// next order has to wait for the last reply.
func TestQuirk34QuestionsUnderLock(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(question), ok(accepted))
	g.answers(replyRoute, ok(question), ok(question), ok(`[{"order_id":"76","order_status":"PreSubmitted"}]`))
	r := start(t, g, confirm("o354")).ready(1)
	r.Submit(buyLimit("x-1"))
	r.Submit(buyLimit("x-2"))
	r.report(market.ExecNew, 2)
	var routes []string
	g.mu.Lock()
	for _, c := range g.calls {
		if c.route == placeRoute || c.route == replyRoute {
			routes = append(routes, c.route+c.body[:min(len(c.body), 18)])
		}
	}
	g.mu.Unlock()
	want := []string{placeRoute, replyRoute, replyRoute, replyRoute, placeRoute}
	for i := range want {
		if i >= len(routes) || !strings.HasPrefix(routes[i], want[i]) {
			t.Fatalf("order of requests %q, want %q", routes, want)
		}
	}
	if r.reports(market.ExecNew)[0].ClientOrderID != "x-1" {
		t.Error("orders were answered in the wrong order")
	}
}

// A question that is not on the list is declined and its words reported.
func TestQuestionDeclined(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(question))
	g.answers(replyRoute, ok(`{"error":"Order not confirmed "}`))
	r := start(t, g, confirm("o163")).ready(1)
	r.Submit(buyLimit("x-1"))
	e := r.report(market.ExecRejected, 1)
	if !strings.Contains(e.Text, "o354") || !strings.Contains(e.Text, "without market data") {
		t.Errorf("text %q", e.Text)
	}
	if c := g.got(replyRoute); len(c) != 1 || c[0].body != `{"confirmed":false}` {
		t.Errorf("replies %v", c)
	}
}

// Questions without end are not answered without end.
func TestQuestionRounds(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(question))
	g.answers(replyRoute, ok(question))
	r := start(t, g, confirm("o354")).ready(1)
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecUnknown, 1)
	replies := g.got(replyRoute)
	if n := len(replies); n != maxRounds+1 || replies[n-1].body != `{"confirmed":false}` || replies[n-2].body != `{"confirmed":true}` {
		t.Errorf("%d replies %v, want %d and a refusal", n, replies, maxRounds)
	}
}

// A failed reply does not mean a dead order: one was seen to go live later.
func TestQuirk35FailedReplyUnknown(t *testing.T) {
	for name, answer := range map[string]reply{
		"503":        {503, "", `{"error":"Service Unavailable","statusCode":503}`, false},
		"stale id":   {400, "", `{"error":"reply id not found: 'r1'"}`, false},
		"cut":        {hang: true},
		"empty":      {200, "", "", false},
		"not json":   {200, "text/html", "<html>", false},
		"no session": {401, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			g.answers(placeRoute, ok(question))
			g.answers(replyRoute, answer)
			r := start(t, g, confirm("o354")).ready(1)
			r.Submit(buyLimit("x-1"))
			r.report(market.ExecUnknown, 1)
			if n := g.count(replyRoute); n != 1 {
				t.Errorf("%d replies, want 1", n)
			}
			g.push(`{"topic":"sor","args":[{"acct":"DU1234567","conid":756733,"orderId":77,"status":"Submitted","order_ref":"x-1","side":"BUY"}]}`)
			if e := r.report(market.ExecNew, 1); e.ClientOrderID != "x-1" || e.VenueOrderID != "77" {
				t.Errorf("the order that lives after all: %+v", e)
			}
		})
	}
}

// What an answer to place proves. An order must never be sent twice, and
// never be called dead while it may live.
func TestQuirk36NeverResend(t *testing.T) {
	tests := []struct {
		name   string
		answer reply
		want   market.ExecType
		text   string
	}{
		{"taken", ok(accepted), market.ExecNew, ""},
		{"taken, bare object", ok(`{"order_id":"77","order_status":"Submitted"}`), market.ExecNew, ""},
		{"refused", ok(`{"error":"Insufficient funds & more"}`), market.ExecRejected, "Insufficient funds & more"},
		{"refused in a list", ok(`[{"error":"no"}]`), market.ExecRejected, "no"},
		{"bad request", reply{400, "", `{"error":"Unknown order type"}`, false}, market.ExecRejected, "Unknown order type"},
		{"no bridge", reply{400, "", `{"error":"Bad Request: no bridge","statusCode":400}`, false}, market.ExecRejected, "Bad Request: no bridge"},
		{"paced", reply{429, "", `{"error":"too many"}`, false}, market.ExecRejected, "too many"},
		{"login gone", reply{401, "", ``, false}, market.ExecUnknown, ""},
		{"500", reply{500, "", `{"error":"x"}`, false}, market.ExecUnknown, "x"},
		{"503", reply{503, "", `{"error":"Service Unavailable","statusCode":503}`, false}, market.ExecUnknown, "Service Unavailable"},
		{"cut", reply{hang: true}, market.ExecUnknown, ""},
		{"empty", reply{200, "", "", false}, market.ExecUnknown, ""},
		{"html", reply{200, "text/html", "<html>ok</html>", false}, market.ExecUnknown, ""},
		{"other json", ok(`{"hello":1}`), market.ExecUnknown, ""},
		{"empty list", ok(`[]`), market.ExecUnknown, ""},
		{"prompt", ok(`{"orderId":123456789,"reqId":"22170","text":"cap","options":["Use on this order"],"prompt":true}`), market.ExecUnknown, "prompt: cap"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t)
			g.answers(placeRoute, tt.answer)
			r := start(t, g).ready(1)
			r.Submit(buyLimit("x-1"))
			e := r.report(tt.want, 1)
			if tt.text != "" && e.Text != tt.text {
				t.Errorf("text %q, want %q", e.Text, tt.text)
			}
			if n := g.count(placeRoute); n != 1 {
				t.Errorf("the order went out %d times", n)
			}
			if n := len(r.reports(0)); n != 1 {
				t.Errorf("%d reports, want 1", n)
			}
		})
	}
}

// Without a connection an order provably did not leave.
func TestSubmitNotSent(t *testing.T) {
	g := newGateway(t)
	cfg := testConfig(t, g)
	cfg.BaseURL = "https://127.0.0.1:1"
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.client.Close()
	_, err = a.client.Place(context.Background(), &Ticket{})
	if err == nil || outcome(err) != market.ExecRejected {
		t.Errorf("outcome of a refused dial is %s (%v)", outcome(err), err)
	}
	r := run(t, a)
	r.Submit(buyLimit("x-1"))
	if e := r.report(market.ExecRejected, 1); !strings.Contains(e.Text, "not sent") {
		t.Errorf("text %q", e.Text)
	}
	r.Cancel(buyLimit("x-1"))
	r.report(market.ExecCancelRejected, 1)
}

// What IBKR does not offer, or the session does not hold, is refused before
// it is sent.
func TestSubmitRefusedHere(t *testing.T) {
	tests := []struct {
		name   string
		change func(o *market.Order)
		want   string
	}{
		{"GTD", func(o *market.Order) { o.TimeInForce = market.GTD }, "GTD is not offered"},
		{"FOK", func(o *market.Order) { o.TimeInForce = market.FOK }, "FOK is not offered"},
		{"account", func(o *market.Order) { o.Account = "DU9" }, "account DU9"},
		{"no price", func(o *market.Order) { o.Price = 0 }, "needs a limit price"},
		{"no quantity", func(o *market.Order) { o.OrderQty = 0 }, "quantity 0"},
		{"no side", func(o *market.Order) { o.Side = 0 }, "want BUY or SELL"},
		{"no conid", func(o *market.Order) { o.Instrument = 99 }, "no conid"},
		{"long id", func(o *market.Order) { o.ClientOrderID = market.ClientOrderID(strings.Repeat("x", 65)) }, "64 characters"},
		{"type", func(o *market.Order) { o.Type = 0 }, "order type"},
	}
	g := newGateway(t)
	r := start(t, g).ready(1)
	for i, tt := range tests {
		o := buyLimit("x-1")
		tt.change(&o)
		r.Submit(o)
		if e := r.report(market.ExecRejected, i+1); !strings.Contains(e.Text, tt.want) {
			t.Errorf("%s: text %q, want %q in it", tt.name, e.Text, tt.want)
		}
	}
	if g.count(placeRoute) != 0 {
		t.Error("an order was sent")
	}
}

// The stream proves that an order lives before its own request fails: it must
// not be called Unknown, or dead, after that.
func TestStreamOutrunsAnswer(t *testing.T) {
	for _, answer := range []reply{{hang: true}, {503, "", `{"error":"x"}`, false}, {400, "", `{"error":"x"}`, false}} {
		g := newGateway(t)
		g.answers(placeRoute, answer)
		r := start(t, g).ready(1)
		g.mu.Lock()
		g.onCall = func(route string) {
			if route == placeRoute {
				g.push(sor(fullRow))
				eventually(t, "the row to be read", func() bool { return len(r.reports(market.ExecNew)) == 1 })
			}
		}
		g.mu.Unlock()
		r.Submit(buyLimit("x-1"))
		eventually(t, "the order on the wire", func() bool { return g.count(placeRoute) == 1 })
		r.Cancel(buyLimit("x-9")) // its report comes after all of the first
		r.report(market.ExecCancelRejected, 1)
		if n := len(r.reports(market.ExecRejected)); n != 0 {
			t.Errorf("%+v: the living order was rejected", answer)
		}
		if n := len(r.reports(market.ExecUnknown)); n != 0 && answer.status != 400 {
			t.Errorf("%+v: the living order is Unknown", answer)
		}
	}
}
