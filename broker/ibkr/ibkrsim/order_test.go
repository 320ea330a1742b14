package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// session logs in, quotes SPY 500.00 x 500.02 and listens to sor and str.
func session(t *testing.T, opt ibkrsim.Options) (*client, *socket) {
	c := start(t, opt).login()
	c.quote("500.00", "500.02", 1000)
	ws := c.dial()
	ws.await("sts")
	ws.send(`sor+{}`)
	ws.send(`str+{"realtimeUpdatesOnly":true}`)
	ws.barrier()
	return c, ws
}

// statuses collects the status words of sor rows until the last one comes.
func (s *socket) statuses(until string) string {
	s.t.Helper()
	var seen []string
	for {
		for _, row := range s.await("sor")["args"].([]any) {
			if status, ok := row.(map[string]any)["status"].(string); ok {
				seen = append(seen, status)
			}
		}
		if len(seen) > 0 && seen[len(seen)-1] == until {
			return strings.Join(seen, " ")
		}
	}
}

// The words an order goes through, by type. A client that waits for one that
// never comes hangs; one that takes the first Inactive for a refusal loses
// the order.
func TestStatusPaths(t *testing.T) {
	for name, one := range map[string]struct{ order, then, path string }{
		"market": {`"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`, "",
			"Inactive PendingSubmit Submitted Filled"},
		"limit at the market": {`"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":500.02`, "",
			"PendingSubmit Submitted Filled"},
		"resting limit, then hit": {`"orderType":"LMT","side":"BUY","quantity":5,"tif":"GTC","price":499.00`, "498.90",
			"PendingSubmit Submitted Filled"},
		"stop": {`"orderType":"STP","side":"SELL","quantity":5,"tif":"GTC","price":499.00`, "498.90",
			"PendingSubmit PreSubmitted Submitted Filled"},
		"stop limit": {`"orderType":"STOP_LIMIT","side":"SELL","quantity":5,"tif":"GTC","price":498.50,"auxPrice":499.00`, "498.90",
			"PendingSubmit PreSubmitted Submitted Filled"},
		"ioc without a match": {`"orderType":"LMT","side":"BUY","quantity":5,"tif":"IOC","price":499.00`, "",
			"PendingSubmit Submitted Cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			c, ws := session(t, quiet())
			c.place("p-1", one.order)
			if one.then != "" {
				at := market.MustPrice(one.then)
				q := ibkrsim.Quote{Bid: at, Ask: at + market.MustPrice("0.02"), Last: at}
				if err := c.srv.SetPrice("SPY", q); err != nil {
					t.Fatal(err)
				}
			}
			last := one.path[strings.LastIndex(one.path, " ")+1:]
			if got := ws.statuses(last); got != one.path {
				t.Errorf("path %s\nwant %s", got, one.path)
			}
		})
	}
}

// Each fill of a large order is a sparse delta and a str frame of its own;
// the status is not repeated while it stays.
func TestPartialFills(t *testing.T) {
	c, ws := session(t, quiet())
	c.quote("500.00", "500.02", 100)
	c.place("big", `"orderType":"LMT","side":"SELL","quantity":722,"tif":"GTC","price":500.00`)
	first := ws.await("sor")["args"].([]any)
	delta := first[len(first)-1].(map[string]any)
	wantJSON(t, delta, fmt.Sprintf(`{"acct":%q,"orderId":%d,"sizeAndFills":"100/622","remainingQuantity":622,`+
		`"filledQuantity":100,"avgPrice":"500.00"}`, account, c.order("big").OrderID))
	if got := ws.await("str")["args"].([]any)[0].(map[string]any)["size"]; got != 100.0 {
		t.Errorf("first execution of %v", got)
	}
	c.quote("500.00", "500.02", 600)
	second := ws.await("sor")["args"].([]any)[0].(map[string]any)
	if second["sizeAndFills"] != "700/22" || second["status"] != nil || second["avgPrice"] != nil {
		t.Errorf("second fill: %v", second)
	}
	c.quote("500.00", "500.02", 600)
	last := ws.await("sor")["args"].([]any)[0].(map[string]any)
	if last["sizeAndFills"] != "722" || last["status"] != "Filled" || last["orderDesc"] != "Sold 722 SPY Limit 500.00, GTC" {
		t.Errorf("last fill: %v", last)
	}
	if got := c.srv.State().Positions[0].Qty; got != market.Shares(-722) {
		t.Errorf("position %s", got)
	}
}

func wantJSON(t *testing.T, got any, want string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(want), &v); err != nil {
		t.Fatal(err)
	}
	ours, _ := json.Marshal(got)
	theirs, _ := json.Marshal(v)
	if string(ours) != string(theirs) {
		t.Errorf("got  %s\nwant %s", ours, theirs)
	}
}

// A cancel is only acknowledged; the order may fill before it takes effect.
// Orders that wait in the system are cancelled at once, and the answer's conid
// of -1 says so.
func TestCancel(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Cancel = clock.Now, time.Second
	c, ws := session(t, opt)
	path := "/iserver/account/" + account + "/order/"

	limit := c.place("l", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":499.00`)
	c.want("DELETE", path+limit, "", 200, fmt.Sprintf(
		`{"msg":"Request was submitted","order_id":%s,"conid":756733,"account":%q}`, limit, account))
	if got := ws.statuses("PendingCancel"); got != "PendingSubmit Submitted PendingCancel" {
		t.Errorf("path %s", got)
	}
	clock.add(time.Second)
	if got := ws.statuses("Cancelled"); got != "Cancelled" {
		t.Errorf("path %s", got)
	}
	c.want("DELETE", path+limit, "", 400, `{"error":"OrderID `+limit+` doesn't exist"}`)

	stop := c.place("s", `"orderType":"STP","side":"SELL","quantity":5,"tif":"DAY","price":490.00`)
	c.want("DELETE", path+stop, "", 200, `{"msg":"Request was submitted","order_id":`+stop+`,"conid":-1,"account":null}`)
	if got := c.order("s").Status; got != "Cancelled" {
		t.Errorf("stop order: %s", got)
	}

	race := c.place("r", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":499.00`)
	c.must("DELETE", path+race, "")
	c.quote("498.90", "498.95", 1000)
	if got := c.order("r"); got.Status != "Filled" || got.Filled != market.Shares(5) {
		t.Errorf("filled before the cancel: %+v", got)
	}
	c.place("x", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":498.00`)
	c.want("DELETE", path+"-1", "", 200, `{"msg":"Request was submitted","order_id":-1,"conid":-1,"account":null}`)
	clock.add(time.Second)
	eventually(t, "all orders cancelled", func() bool { return c.order("x").Status == "Cancelled" })
}

// A change keeps the order's id and what is filled of it.
func TestModify(t *testing.T) {
	c, ws := session(t, quiet())
	c.quote("500.00", "500.02", 3)
	id := c.place("m", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":500.02`)
	path := "/iserver/account/" + account + "/order/" + id
	ticket := func(quantity int, price string) string {
		return fmt.Sprintf(`{"conid":756733,"orderType":"LMT","side":"BUY","quantity":%d,"tif":"DAY","price":%s}`, quantity, price)
	}
	c.want("POST", path, ticket(3, "499.00"), 200, `{"error":"The size, 3, is not more than the quantity filled."}`)
	c.want("POST", path, ticket(7, "499.00"), 200, `[{"order_id":"`+id+`","local_order_id":"m","order_status":"Submitted","encrypt_message":"1"}]`)
	got := c.order("m")
	if got.Qty != market.Shares(7) || got.Filled != market.Shares(3) || got.Price != market.MustPrice("499") || got.Status != "Submitted" {
		t.Errorf("after the change: %+v", got)
	}
	frames := ws.statuses("Submitted") // of the order
	if frames != "PendingSubmit Submitted" {
		t.Errorf("path %s", frames)
	}
	if got := ws.statuses("Submitted"); got != "PendingSubmit Submitted" {
		t.Errorf("path of the change %s", got)
	}
	c.want("POST", path, `{"conid":756733,"orderType":"LMT","side":"SELL","quantity":9,"tif":"DAY","price":499}`, 200,
		`{"error":"An order's contract and side cannot be changed."}`)
	c.must("DELETE", path, "")
	c.want("POST", path, ticket(8, "499.00"), 400, `{"error":"Order is inactive"}`)
}

// Refusals with the API's own words and statuses. None of them may leave an
// order behind.
func TestRefusedTickets(t *testing.T) {
	c, _ := session(t, quiet())
	for ticket, want := range map[string]string{
		`{"orders":[{"conid":"756733"`: `400 {"error":"Failed to parse body as JSON. Content Type: application/json"}`,
		`{"orders":[]}`:                `400 {"error":"orders request includes parameter with incorrect type"}`,
		`[{"conid":756733}]`:           `400 {"error":"orders request includes parameter with incorrect type"}`,
		`{"orders":[{"conid":756733,"orderType":"MKT","side":"BUY","quantity":"1","tif":"DAY"}]}`: `400 {"error":"orders request includes parameter with incorrect type"}`,
		`{"orders":[{"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`:                  `400 {"error":"conid or conidex is required"}`,
		`{"orders":[{"conid":1,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`:        `200 {"error":"no sec defs returned for conid 1"}`,
		orderBody("a", `"orderType":"MKT","side":"Buy","quantity":1,"tif":"DAY"`):                 `400 {"error":"Invalid Side (must be 'BUY' or 'SELL')."}`,
		orderBody("b", `"orderType":"STP_LMT","side":"BUY","quantity":1,"tif":"DAY"`):             `400 {"error":"Unknown order type"}`,
		orderBody("c", `"orderType":"MKT","side":"BUY","quantity":1`):                             `200 {"error":"null time in force is not supported for this order"}`,
		orderBody("d", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY"`):                 `200 {"error":"Invalid order price fields"}`,
		orderBody("e", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":-3`):      `200 {"error":"Invalid order price fields"}`,
		orderBody("f", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":1e400`):   `200 {"error":"Invalid order price fields"}`,
		orderBody("g", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":500.005`): `200 {"error":"The price does not conform to the minimum price variation of 0.01 for this contract."}`,
		orderBody("h", `"orderType":"MKT","side":"BUY","quantity":0.5,"tif":"DAY"`):               `200 {"error":"The size, 0.5, does not conform to the minimum variation of 1 for this contract."}`,
		orderBody("i", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"OPG"`):                 `200 {"error":"There is no auction in SPY: its market never closes."}`,
		orderBody("j", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY","parentId":"z"`):  `200 {"error":"Parent order z is not known."}`,
		orderBody("k", `"orderType":"MKT","side":"BUY","quantity":90000,"tif":"DAY"`):             `200 {"error":"We are unable to accept your order. Your available funds of 1000000.00 USD are less than the initial margin of 11250225.00 USD."}`,
	} {
		got := c.call("POST", placePath(), ticket)
		if text := fmt.Sprintf("%d %s", got.status, got.text); text != want {
			t.Errorf("%s:\ngot  %s\nwant %s", ticket, text, want)
		}
	}
	if orders := c.srv.State().Orders; len(orders) != 0 {
		t.Errorf("left behind: %+v", orders)
	}
	c.want("POST", "/iserver/account/U777/orders", orderBody("l", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`), 500,
		`{"error":"Account U777 is not accessible"}`)
}

// The same cOID twice is one order: this is what makes an unanswered request
// safe to look up instead of being sent again under another id.
func TestDuplicateCOID(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	c, _ := session(t, opt)
	const rest = `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`
	c.place("once", rest)
	again := `{"error":"Order couldn't be submitted: Local order ID=once is already registered."}`
	c.want("POST", placePath(), orderBody("once", rest), 200, again)
	clock.add(23*time.Hour + 59*time.Minute)
	c.login()
	c.want("POST", placePath(), orderBody("once", rest), 200, again)
	clock.add(time.Minute)
	c.place("once", rest)
	if got := c.srv.State().Received["once"]; got != 4 {
		t.Errorf("%d requests counted, 4 were sent", got)
	}
}

// A DAY order ends with its day, and says why.
func TestDayOrderExpires(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	c, _ := session(t, opt)
	c.place("d", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`)
	clock.add(24 * time.Hour)
	eventually(t, "expired", func() bool { return c.order("d").Status == "Cancelled" })
	if got := c.order("d"); got.Status != "Cancelled" || got.Reason != "Cancelled by System: order expired" {
		t.Errorf("%+v", got)
	}
}

// The first list of a session is empty and says so; a filtered one silences
// the stream until it is forced.
func TestOrderListQuirks(t *testing.T) {
	c, ws := session(t, quiet())
	c.place("one", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`)
	ws.statuses("Submitted")
	count := func(path string) string {
		body := c.must("GET", path, "").(map[string]any)
		return fmt.Sprint(len(body["orders"].([]any)), body["snapshot"])
	}
	for _, one := range [][2]string{
		{"/iserver/account/orders", "1 true"}, {"/iserver/account/orders?filters=filled", "0 true"},
		{"/iserver/account/orders?filters=pre_submitted,Submitted", "1 true"},
	} {
		if got := count(one[0]); got != one[1] {
			t.Errorf("%s: %s, want %s", one[0], got, one[1])
		}
	}
	for _, yes := range []string{"true", "True"} { // the second is how clients in Python write it
		count("/iserver/account/orders?filters=filled")
		c.place("unheard "+yes, `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":498.00`)
		if got := count("/iserver/account/orders?force=" + yes); got != "0 false" {
			t.Errorf("forced with %s: %s", yes, got)
		}
		c.place("heard "+yes, `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":497.00`)
		var told any // the reference of the first order that is new; what follows of the one before has none
		for told == nil {
			told = ws.await("sor")["args"].([]any)[0].(map[string]any)["order_ref"]
		}
		if told != "heard "+yes {
			t.Errorf("the stream told of %v", told)
		}
	}
}

// Outside the session a limit order waits in the system; it works when the
// market opens, and a DAY order is over when it closes, restart or not.
func TestClosedMarket(t *testing.T) {
	newYork := inNewYork(t)
	clock := newClock()
	clock.add(-2 * time.Hour) // Thursday 08:00 in New York
	opt := persisted(t.TempDir() + "/state")
	opt.Now = clock.Now
	opt.Instruments = ibkrsim.DefaultInstruments()[:1]
	opt.Instruments[0].Session = market.USEquity(newYork)
	c, ws := session(t, opt)
	c.place("early", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":499.00`)
	if got := ws.statuses("PreSubmitted"); got != "PendingSubmit PreSubmitted" {
		t.Errorf("before the open: %s", got)
	}
	clock.add(time.Hour + 29*time.Minute)
	c.login()
	clock.add(time.Minute)
	eventually(t, "the open", func() bool { return c.order("early").Status == "Submitted" })
	hours := c.must("GET", "/contract/trading-schedule?conid=756733", "").(map[string]any)
	day := hours["schedules"].(map[string]any)["20260709"].(map[string]any)["liquid_hours"].([]any)[0]
	open, closing := time.Date(2026, 7, 9, 9, 30, 0, 0, newYork).Unix(), time.Date(2026, 7, 9, 16, 0, 0, 0, newYork).Unix()
	wantJSON(t, day, fmt.Sprintf(`{"opening":%d,"closing":%d}`, open, closing))
	if hours["exchange_time_zone"] != "US/Eastern" {
		t.Errorf("time zone %v", hours["exchange_time_zone"])
	}
	if err := c.srv.Close(); err != nil {
		t.Fatal(err)
	}
	clock.add(20 * time.Hour) // the next morning
	c = start(t, opt)
	eventually(t, "expired while nobody ran", func() bool { return c.order("early").Status == "Cancelled" })
}

// A trailing stop's level moves with the market, and stays where it was over a
// restart: it must not begin again further away.
func TestTrailingStopSurvivesRestart(t *testing.T) {
	opt := persisted(t.TempDir() + "/state")
	c, _ := session(t, opt)
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o10331"]}`)
	c.place("trail", `"orderType":"TRAIL","side":"SELL","quantity":5,"tif":"GTC","trailingAmt":2,"trailingType":"amt"`)
	tradeAt := func(price string) {
		t.Helper()
		at := market.MustPrice(price)
		if err := c.srv.SetPrice("SPY", ibkrsim.Quote{Bid: at, Ask: at + market.MustPrice("0.02"), Last: at}); err != nil {
			t.Fatal(err)
		}
	}
	tradeAt("500.00")
	tradeAt("510.00")
	eventually(t, "the stop follows", func() bool { return c.order("trail").StopPx == market.MustPrice("508") })
	if err := c.srv.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, opt)
	tradeAt("509.00")
	if got := c.order("trail"); got.StopPx != market.MustPrice("508") || got.Status != "PreSubmitted" {
		t.Errorf("after the restart: %+v", got)
	}
	tradeAt("507.90")
	if got := c.order("trail"); got.Status != "Filled" {
		t.Errorf("through the stop: %+v", got)
	}
}
