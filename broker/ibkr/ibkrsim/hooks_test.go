package ibkrsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/market"
)

// What each rule asks about, and that a suppressed question is neither asked
// nor a warning of the preview.
func TestRules(t *testing.T) {
	clock := newClock()
	clock.add(-2 * time.Hour) // 08:00 in New York
	newYork := inNewYork(t)
	c := desk(t, func(opt *ibkrsim.Options) {
		opt.Now = clock.Now
		opt.Instruments[2].Session = market.USEquity(newYork) // AAPL
		opt.Cash = market.MustMoney("100000000")
	})
	c.must("POST", "/iserver/questions/suppress/reset", "")
	c.must("GET", "/iserver/marketdata/snapshot?conids=756733,600,265598&fields=31", "")
	for _, one := range []struct{ want, conid, rest string }{
		{"", "756733", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":500.01`},
		{"", "756733", `"orderType":"STP","side":"SELL","quantity":1,"tif":"DAY","price":490`},
		{"o163", "756733", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":515.01`},
		{"", "756733", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":515.00`},
		{"o163", "756733", `"orderType":"STOP_LIMIT","side":"SELL","quantity":1,"tif":"DAY","price":484.99,"auxPrice":490`},
		{"o383 o451", "756733", `"orderType":"LMT","side":"BUY","quantity":100001,"tif":"DAY","price":500`},
		{"o451", "756733", `"orderType":"MKT","side":"BUY","quantity":2001,"tif":"DAY"`},
		{"o403", "756733", `"orderType":"STP","side":"SELL","quantity":1,"tif":"DAY","price":500.00`},
		{"o403", "756733", `"orderType":"MIT","side":"BUY","quantity":1,"tif":"DAY","price":501.00`},
		{"o10331", "756733", `"orderType":"TRAIL","side":"SELL","quantity":1,"tif":"DAY","trailingAmt":1,"trailingType":"amt"`},
		{"o10152", "600", `"orderType":"STP","side":"SELL","quantity":1,"tif":"DAY","price":7.00`},
		{"o354 o10151", "265598", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`},
	} {
		order := `{"orders":[{"conid":` + one.conid + `,` + one.rest + `}]}`
		preview := c.must("POST", placePath()+"/whatif", order).(map[string]any)
		var asked []string
		got := c.must("POST", placePath(), order)
		for {
			row := got.([]any)[0].(map[string]any)
			if row["messageIds"] == nil {
				break
			}
			if len(asked) == 0 && preview["warn"] != row["message"].([]any)[0] && one.want != "o354 o10151" {
				t.Errorf("%s: warned of %q, asked %q", one.rest, preview["warn"], row["message"])
			}
			asked = append(asked, fmt.Sprint(row["messageIds"].([]any)[0]))
			got = c.must("POST", "/iserver/reply/"+row["id"].(string), `{"confirmed":true}`)
		}
		if text := strings.Join(asked, " "); text != one.want || one.want == "" && preview["warn"] != nil {
			t.Errorf("%s: asked %q, want %q (preview: %v)", one.rest, text, one.want, preview["warn"])
		}
	}
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o383","o451"]}`)
	large := `{"orders":[{"conid":756733,"orderType":"LMT","side":"BUY","quantity":100001,"tif":"DAY","price":490}]}`
	if warn := c.must("POST", placePath()+"/whatif", large).(map[string]any)["warn"]; warn != nil {
		t.Errorf("suppressed, and still warned of %v", warn)
	}
}

// A preview without market data says so with a code, one that cannot be paid
// says why, one of a bracket is about the parent.
func TestWhatifSpecials(t *testing.T) {
	c := desk(t, nil)
	c.must("POST", "/iserver/questions/suppress/reset", "")
	preview := func(orders string) map[string]any {
		t.Helper()
		return c.must("POST", placePath()+"/whatif", `{"orders":[`+orders+`]}`).(map[string]any)
	}
	one := preview(`{"conid":756733,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}`)
	if text := fmt.Sprint(one["warn"]); !strings.HasPrefix(text, "21/You are trying to submit an order without having market data") {
		t.Errorf("without a snapshot: %s", text)
	}
	c.must("GET", "/iserver/marketdata/snapshot?conids=756733&fields=31", "")
	if one = preview(`{"conid":756733,"orderType":"MKT","side":"BUY","quantity":90000,"tif":"DAY"}`); !strings.Contains(fmt.Sprint(one["error"]), "available funds") {
		t.Errorf("too much: %v", one["error"])
	}
	far := preview(`{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":1.00}`)
	wantJSON(t, far["amount"], `{"amount":"1.00 USD (1 Shares)","commission":"0.01 USD","total":"1.01 USD"}`)
	parent := `{"conid":756733,"cOID":"p","orderType":"LMT","side":"BUY","quantity":10,"tif":"DAY","price":500}`
	alone := preview(parent)
	group := preview(`{"conid":756733,"parentId":"p","orderType":"LMT","side":"SELL","quantity":10,"tif":"DAY","price":510},` + parent)
	if fmt.Sprint(alone) != fmt.Sprint(group) {
		t.Errorf("bracket:\n%v\nparent:\n%v", group, alone)
	}
	if len(c.srv.State().Orders) > 0 {
		t.Error("a preview made an order")
	}
}

// A reject that the client may turn into an order: the prompt comes as the
// answer and on the socket, and one answer settles it.
func TestPrompt(t *testing.T) {
	c, ws := session(t, quiet())
	const order = `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499`
	ask := func(coid string) (id, request string) {
		t.Helper()
		c.srv.Ask("p12")
		body := c.must("POST", placePath(), orderBody(coid, order)).(map[string]any)
		hasAll(t, "prompt", body, "prompt=true messageId=p12 type=M options=[Use_on_this_order_Always_use_Do_not_use]")
		frame := ws.await("ntf")["args"].([]any)[0].(map[string]any)
		if fmt.Sprint(frame["reqId"]) != fmt.Sprint(body["reqId"]) {
			t.Errorf("frame %v, answer %v", frame, body)
		}
		if got := c.order(coid).Status; got != "Inactive" {
			t.Errorf("before the answer: %s", got)
		}
		return fmt.Sprint(body["orderId"]), fmt.Sprint(body["reqId"])
	}
	answer := func(id, request, text string) response {
		return c.call("POST", "/iserver/notification", fmt.Sprintf(`{"orderId":%s,"reqId":%q,"text":%q}`, id, request, text))
	}
	id, request := ask("yes")
	if got := answer(id, request, "Perhaps"); got.status != 400 {
		t.Errorf("an answer that is no option: %d %s", got.status, got.text)
	}
	if got := answer(id, request, "Use on this order"); got.status != 200 || c.order("yes").Status != "Submitted" {
		t.Errorf("used: %d %s, order %s", got.status, got.text, c.order("yes").Status)
	}
	if got := answer(id, request, "Use on this order"); got.status != 400 {
		t.Errorf("answered twice: %d", got.status)
	}
	id, request = ask("no")
	if answer(id, request, "Do not use"); c.order("no").Status != "Inactive" || c.order("no").Reason == "" {
		t.Errorf("declined: %+v", c.order("no"))
	}
	working := c.place("working", order)
	asked, err := c.srv.Prompt(c.order("working").OrderID)
	if err != nil {
		t.Fatal(err)
	}
	hasAll(t, "frame", ws.await("ntf")["args"].([]any)[0], "messageId=p12 reqId="+asked)
	if answer(working, asked, "Do not use"); c.order("working").Status != "Inactive" {
		t.Errorf("declined while it worked: %+v", c.order("working"))
	}
	id, request = ask("always")
	answer(id, request, "Always use")
	c.srv.Ask("p12")
	c.place("unasked", order)
	if got := c.order("unasked").Status; got != "Submitted" {
		t.Errorf("after always: %s", got)
	}
	if _, err := c.srv.Prompt(1); err == nil {
		t.Error("a prompt about no order")
	}
}

// What a scenario may do to orders and executions, as clients see it.
func TestHooks(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	c, ws := session(t, opt)
	const order = `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`
	c.srv.DelayTrades(2*time.Second, 1)
	c.srv.DelayCommissions(4*time.Second, 1)
	c.place("late", order)
	ws.await("str") // the stream knows at once
	trades := func() []any { return c.must("GET", "/iserver/account/trades", "").([]any) }
	if rows := trades(); len(rows) != 0 {
		t.Errorf("listed at once: %v", rows)
	}
	clock.add(2 * time.Second)
	hasAll(t, "without a commission", trades()[0], "size=5.0 commission=")
	clock.add(2 * time.Second)
	hasAll(t, "with it", trades()[0], "size=5.0 commission=1.0")

	first := c.srv.State().Executions[0].ID
	if err := c.srv.AmendExecution(first, market.Shares(5), market.MustPrice("499.50")); err != nil {
		t.Fatal(err)
	}
	again := strings.TrimSuffix(first, "01") + "02"
	hasAll(t, "corrected frame", ws.await("str")["args"].([]any)[0], "execution_id="+again+" price=499.50")
	if rows := trades(); len(rows) != 1 {
		t.Errorf("both are listed: %v", rows)
	}
	hasAll(t, "corrected row", trades()[0], "execution_id="+again+" price=499.50")
	if err := c.srv.AmendExecution(again, 0, 0); err != nil {
		t.Fatal(err)
	}
	if rows := trades(); len(rows) != 0 {
		t.Errorf("taken back, and still listed: %v", rows)
	}
	if st := c.srv.State(); st.Cash.String() != "1000000" || st.Positions[0].Qty != 0 {
		t.Errorf("taken back: cash %s, holding %+v", st.Cash, st.Positions[0])
	}

	c.srv.RefuseLeg(1, "", 1)
	got := c.must("POST", placePath(), `{"orders":[`+spy("parent", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":499`)+`,`+
		child("parent", `"orderType":"LMT","side":"SELL","quantity":5,"tif":"DAY","price":510`)+`]}`).([]any)
	hasAll(t, "refused leg", got[0], "order_id=-1 order_status=Failed text=Invalid_order_price_fields warning_message=Order_rejected_by_the_exchange.")
	hasAll(t, "its parent", got[1], "order_status=Inactive local_order_id=parent")

	if _, err := c.srv.PlaceElsewhere("U777", 756733, brokerage.Ticket{Side: market.Buy, Qty: 1}); err == nil {
		t.Error("an order of an unknown account")
	}
	id, err := c.srv.PlaceElsewhere(account, 756733, brokerage.Ticket{Side: market.Buy, Type: brokerage.LMT, TIF: brokerage.GTC,
		Qty: market.Shares(2), Price: market.MustPrice("498")})
	if err != nil {
		t.Fatal(err)
	}
	row := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)[0]
	hasAll(t, "from elsewhere", row, fmt.Sprintf("orderId=%d order_ref=<nil> status=Submitted", id))
	if err := c.srv.RejectOrder(id, "not any more"); err != nil {
		t.Fatal(err)
	}
	row = c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)[0]
	hasAll(t, "rejected", row, "status=Inactive order_cancellation_by_system_reason=not_any_more")
	if c.srv.RejectOrder(id, "again") == nil || c.srv.AmendExecution("none", 0, 0) == nil {
		t.Error("hooks for what is not there")
	}
}

// A GTC order ends with the next quarter and says why; fractions are for those
// who may; a cash quantity reads back as an amount.
func TestOddTickets(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	opt.Accounts = []brokerage.AccountConfig{{ID: account, Cash: market.MustMoney("1000000"), Fractions: true}}
	c, _ := session(t, opt)
	c.place("gtc", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":490`)
	c.place("part", `"orderType":"MKT","side":"BUY","quantity":0.25,"tif":"DAY"`)
	hasAll(t, "fraction", c.must("GET", "/iserver/account/trades", "").([]any)[0], "size=0.25 commission=1.0 net_amount=125.005")
	c.place("cash", `"orderType":"MKT","side":"BUY","cashQty":2600,"tif":"DAY"`)
	row := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)[0]
	hasAll(t, "cash", row, "sizeAndFills=2.5K_USD totalCashSize=2600.0 filledQuantity=5.0")
	clock.add(time.Date(2026, 12, 31, 20, 59, 0, 0, time.UTC).Sub(clock.Now()))
	c.login()
	if got := c.order("gtc").Status; got != "Submitted" {
		t.Errorf("a minute before: %s", got)
	}
	clock.add(time.Minute)
	eventually(t, "the end of the quarter", func() bool { return c.order("gtc").Status == "Cancelled" })
	row = c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)[0]
	hasAll(t, "expired", row, "order_cancellation_by_system_reason=Cancelled_by_System:_order_expired orderDesc=Cancelled:_Buy_1_SPY_Limit_490.00,_GTC")
}

// What a group answers: the child first, the parent by its cOID. It is not one
// piece: what is wrong with one does not always keep the others out.
func TestGroupAnswers(t *testing.T) {
	c := desk(t, nil)
	const limit = `"orderType":"LMT","side":"BUY","quantity":5,"tif":"GTC","price":490`
	group := func(orders ...string) any {
		return c.must("POST", placePath(), `{"orders":[`+strings.Join(orders, ",")+`]}`)
	}
	rows := group(spy("p", limit), child("p", bracketUp), child("p", bracketDn)).([]any)
	parent := c.order("p").OrderID
	hasAll(t, "second child", rows[0], fmt.Sprintf("order_id=%d parent_order_id=%d order_status=PreSubmitted local_order_id=<nil>", parent+2, parent))
	hasAll(t, "parent", rows[2], fmt.Sprintf("order_id=%d local_order_id=p order_status=Submitted parent_order_id=<nil>", parent))
	live := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
	hasAll(t, "child's row", live[0], fmt.Sprintf("parentId=%d ocaGroupId=%d orderDesc=Sell_5_SPY_Stop_490.00,_GTC order_ref=<nil>", parent, parent))
	hasAll(t, "parent's row", live[2], "order_ref=p parentId=<nil> ocaGroupId=<nil>")

	rows = group(spy("g", limit+`,"isSingleGroup":true`), spy("h", limit+`,"isSingleGroup":true`)).([]any)
	first := c.order("g").OrderID
	hasAll(t, "group", rows[1], fmt.Sprintf("order_id=%d", first))
	live = c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
	hasAll(t, "group's row", live[0], fmt.Sprintf("ocaGroupId=oco-%d order_ref=h", first))

	before := len(c.srv.State().Orders)
	hasAll(t, "unknown contract", group(spy("u", limit), `{"conid":1,"parentId":"u","orderType":"MKT","side":"SELL","quantity":5,"tif":"GTC"}`),
		"error=no_sec_defs_returned_for_conid_1")
	hasAll(t, "loose orders", c.call("POST", placePath(), `{"orders":[`+spy("x", limit)+`,`+spy("y", limit)+`]}`).json(t),
		"error=orders_of_one_request_must_be_a_bracket_or_have_isSingleGroup")
	if now := len(c.srv.State().Orders); now != before {
		t.Errorf("%d orders left behind", now-before)
	}
	rows = group(spy("b", limit), child("b", `"orderType":"LMT","side":"SELL","quantity":5,"tif":"GTC","price":-1`)).([]any)
	hasAll(t, "bad child", rows[0], "order_id=-1 order_status=Failed")
	hasAll(t, "its parent", rows[1], "order_status=Inactive local_order_id=b")
	rows = group(spy("o", limit), `{"conid":320227571,"parentId":"o","orderType":"LMT","side":"SELL","quantity":5,"tif":"GTC","price":500}`).([]any)
	hasAll(t, "child of another instrument", rows[0], "order_status=PreSubmitted")
	if got := c.order("o").Status; got != "Submitted" {
		t.Errorf("its parent: %s", got)
	}
}

// A GTC order is announced to end: a client that keeps orders for long has to
// place them again.
func TestAutoCancelNotice(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	c, ws := session(t, opt)
	c.place("g", `"orderType":"LMT","side":"SELL","quantity":1,"tif":"GTC","price":513.31`)
	frame := ws.await("ntf")["args"].([]any)[0]
	hasAll(t, "notice", frame, "title=<nil> url=<nil> text=Order_SELL_1_SPY_ARCA_Limit_513.31_will_be_automatically_canceled_at_20261231_22:00:00_MET")
}
