package ibkrsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/market"
)

// rig is a client with a socket, of a market with opening hours and a clock
// that the test moves.
type rig struct {
	*client
	ws      *socket
	clock   *clock
	paths   map[int64][]string // statuses of sor, by order id
	streams map[int64]decimal.Decimal
	byExec  map[string]int64
}

// at is a time of Thursday, 9 July 2026, in New York.
func newRig(t *testing.T, at string, change func(*ibkrsim.Options)) *rig {
	t.Helper()
	newYork := inNewYork(t)
	begin, err := time.ParseInLocation("2006-01-02 15:04", "2026-07-09 "+at, newYork)
	if err != nil {
		t.Fatal(err)
	}
	opt := quiet()
	r := &rig{clock: &clock{now: begin.UTC()}, paths: map[int64][]string{}, streams: map[int64]decimal.Decimal{}, byExec: map[string]int64{}}
	opt.Now, opt.PlainHTTP = r.clock.Now, true
	opt.Instruments = ibkrsim.DefaultInstruments()[:3]
	for i := range opt.Instruments {
		opt.Instruments[i].Session = market.USEquity(newYork)
	}
	if change != nil {
		change(&opt)
	}
	r.client = start(t, opt).login()
	r.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o403","o451","o10151","o10152","o10331"]}`)
	r.trade("SPY", "500.00")
	r.trade("QQQ", "400.00")
	r.ws = r.dial()
	r.ws.await("sts")
	r.ws.send(`sor+{}`)
	r.ws.send(`str+{"realtimeUpdatesOnly":true}`)
	r.ws.barrier()
	return r
}

// trade is a trade of a symbol with a market one cent around it.
func (r *rig) trade(symbol, price string) { r.show(symbol, price, 1000) }

func (r *rig) show(symbol, price string, size int64) {
	r.t.Helper()
	px, cent := market.MustPrice(price), market.MustPrice("0.01")
	q := ibkrsim.Quote{Bid: px - cent, Ask: px + cent, Last: px, BidSize: market.Shares(size), AskSize: market.Shares(size)}
	if err := r.srv.SetPrice(symbol, q); err != nil {
		r.t.Fatal(err)
	}
}

// pass lets time go by without losing the session.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= 5 * time.Minute {
		r.clock.add(min(d, 5*time.Minute))
		r.must("POST", "/tickle", "")
	}
}

// listen reads what the socket has been sent so far.
func (r *rig) listen() {
	r.t.Helper()
	r.ws.send("tic")
	for {
		frame := r.ws.next()
		switch frame["topic"] {
		case "tic":
			return
		case "sor":
			for _, row := range frame["args"].([]any) {
				one := row.(map[string]any)
				id := int64(one["orderId"].(float64))
				if status, ok := one["status"].(string); ok {
					r.paths[id] = append(r.paths[id], status)
				}
			}
		case "str":
			row := frame["args"].([]any)[0].(map[string]any)
			id := row["execution_id"].(string)
			r.streams[r.orderOf(id)] = r.streams[r.orderOf(id)].Add(decimal.NewFromFloat(row["size"].(float64)))
		}
	}
}

// orderOf is the order of an execution; str does not say.
func (r *rig) orderOf(exec string) int64 {
	for _, e := range r.srv.State().Executions {
		r.byExec[e.ID] = e.OrderID
	}
	return r.byExec[exec]
}

// send places a list of orders with its own conids.
func (r *rig) send(orders ...string) {
	r.t.Helper()
	text := r.call("POST", placePath(), `{"orders":[`+strings.Join(orders, ",")+`]}`)
	if text.status != 200 || !strings.Contains(text.text, "order_id") || strings.Contains(text.text, "Failed") {
		r.t.Fatalf("place %v: %d %s", orders, text.status, text.text)
	}
}

func spy(coid, rest string) string {
	return fmt.Sprintf(`{"conid":756733,"cOID":%q,%s}`, coid, rest)
}

func child(parent, rest string) string {
	return fmt.Sprintf(`{"conid":756733,"parentId":%q,%s}`, parent, rest)
}

// modify sends a whole ticket for an order.
func (r *rig) modify(coid, rest string) {
	r.t.Helper()
	got := r.call("POST", fmt.Sprintf("/iserver/account/%s/order/%d", account, r.order(coid).OrderID), `{"conid":756733,`+rest+`}`)
	if got.status != 200 || !strings.Contains(got.text, "order_id") {
		r.t.Fatalf("modify %s: %d %s", coid, got.status, got.text)
	}
}

func (r *rig) cancel(coid string) {
	r.t.Helper()
	r.must("DELETE", fmt.Sprintf("/iserver/account/%s/order/%d", account, r.order(coid).OrderID), "")
}

// told is what the socket told of the orders, oldest order first: coid and
// statuses; children are named child.
func (r *rig) told() string {
	r.t.Helper()
	r.listen()
	var list []string
	for _, o := range r.srv.State().Orders {
		name := o.COID
		if name == "" {
			name = "child"
		}
		list = append(list, name+": "+strings.Join(r.paths[o.OrderID], " "))
	}
	return strings.Join(list, "\n")
}

// check holds the REST rows against the truth and the streams.
func (r *rig) check() {
	r.t.Helper()
	rows := r.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
	if len(rows) != len(r.srv.State().Orders) {
		r.t.Errorf("%d live orders, %d there are", len(rows), len(r.srv.State().Orders))
	}
	traded := map[int64]decimal.Decimal{}
	for _, row := range r.must("GET", "/iserver/account/trades?days=7", "").([]any) {
		one := row.(map[string]any)
		id := mustInt(r.t, one["order_id"])
		traded[id] = traded[id].Add(mustDecimal(r.t, one["size"]))
	}
	for _, row := range rows {
		live := row.(map[string]any)
		id := mustInt(r.t, live["orderId"])
		path := r.paths[id]
		if len(path) == 0 || path[len(path)-1] != live["status"] {
			r.t.Errorf("order %d: streamed %v, listed as %v", id, path, live["status"])
		}
		status := r.must("GET", fmt.Sprintf("/iserver/account/order/status/%d", id), "").(map[string]any)
		if status["order_status"] != live["status"] || status["size_and_fills"] != live["sizeAndFills"] {
			r.t.Errorf("order status %v %v, listed as %v %v", status["order_status"], status["size_and_fills"], live["status"], live["sizeAndFills"])
		}
		filled := mustDecimal(r.t, live["filledQuantity"])
		if live["secType"] != "BAG" && !filled.Equal(traded[id]) || !traded[id].Equal(r.streams[id]) {
			r.t.Errorf("order %d: filled %s, traded %s, streamed %s", id, filled, traded[id], r.streams[id])
		}
	}
}

func mustDecimal(t *testing.T, v any) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(fmt.Sprint(v))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustInt(t *testing.T, v any) int64 {
	t.Helper()
	return mustDecimal(t, v).IntPart()
}

const (
	buyLimit  = `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":%s`
	sellLimit = `"orderType":"LMT","side":"SELL","quantity":5,"tif":"GTC","price":%s`
	bracketUp = `"orderType":"LMT","side":"SELL","quantity":5,"tif":"GTC","price":510.00`
	bracketDn = `"orderType":"STP","side":"SELL","quantity":5,"tif":"GTC","price":490.00`
)

// pathRow is an order's life as a client sees it.
type pathRow struct {
	name string
	at   string // the time in New York when the order comes; 10:00 unless said
	do   func(r *rig)
	want string
}

// single is a row with one SPY order that trades after the prices named.
func single(name, order, want string, prices ...string) pathRow {
	return pathRow{name: name, want: "a: " + want, do: func(r *rig) {
		r.send(spy("a", order))
		for _, px := range prices {
			r.trade("SPY", px)
		}
	}}
}

// waiting is a row with one order that comes at a time and for which the
// clock then goes on.
func waiting(name, at, order, want string, pass time.Duration, prices ...string) pathRow {
	return pathRow{name: name, at: at, want: "a: " + want, do: func(r *rig) {
		r.send(spy("a", order))
		for _, px := range prices {
			r.trade("SPY", px)
		}
		r.pass(pass)
		for _, px := range prices {
			r.trade("SPY", px)
		}
	}}
}

var singleRows = []pathRow{
	single("MKT", `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`, "Inactive PendingSubmit Submitted Filled"),
	waiting("MKT before the open", "08:00", `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`,
		"Inactive PendingSubmit PreSubmitted Submitted Filled", 91*time.Minute, "500.00"),
	single("LMT", fmt.Sprintf(buyLimit, "499.00"), "PendingSubmit Submitted Filled", "498.90"),
	waiting("LMT before the open", "08:00", fmt.Sprintf(buyLimit, "501.00"),
		"PendingSubmit PreSubmitted Submitted Filled", 91*time.Minute, "500.00"),
	single("LMT outside regular hours", fmt.Sprintf(buyLimit, "501.00")+`,"outsideRTH":true`, "PendingSubmit Submitted Filled"),
	single("STP", bracketDn, "PendingSubmit PreSubmitted Submitted Filled", "491.00", "490.00"),
	single("STOP_LIMIT", `"orderType":"STOP_LIMIT","side":"SELL","quantity":5,"tif":"GTC","price":489.00,"auxPrice":490.00`,
		"PendingSubmit PreSubmitted Submitted Filled", "491.00", "490.00"),
	single("STOP_LIMIT before its stop", `"orderType":"STOP_LIMIT","side":"SELL","quantity":5,"tif":"GTC","price":489.99,"auxPrice":490.00`,
		"PendingSubmit PreSubmitted", "491.00"),
	single("TRAIL by amount", `"orderType":"TRAIL","side":"SELL","quantity":5,"tif":"GTC","trailingAmt":2,"trailingType":"amt"`,
		"PendingSubmit PreSubmitted Submitted Filled", "505.00", "504.00", "503.00"),
	single("TRAIL by percent", `"orderType":"TRAIL","side":"BUY","quantity":5,"tif":"GTC","trailingAmt":1,"trailingType":"%"`,
		"PendingSubmit PreSubmitted Submitted Filled", "400.00", "403.00", "404.00"),
	single("TRAILLMT", `"orderType":"TRAILLMT","side":"SELL","quantity":5,"tif":"GTC","trailingAmt":2,"trailingType":"amt","price":497.00,"auxPrice":498.00`,
		"PendingSubmit PreSubmitted Submitted Filled", "505.00", "503.00"),
	single("MIT", `"orderType":"MIT","side":"BUY","quantity":5,"tif":"GTC","price":495.00`,
		"PendingSubmit PreSubmitted Submitted Filled", "496.00", "495.00"),
	single("LIT", `"orderType":"LIT","side":"BUY","quantity":5,"tif":"GTC","price":495.50,"auxPrice":495.00`,
		"PendingSubmit PreSubmitted Submitted Filled", "496.00", "495.00"),
	waiting("MOC", "15:00", `"orderType":"MOC","side":"BUY","quantity":5,"tif":"DAY"`,
		"PendingSubmit PreSubmitted Submitted Filled", 61*time.Minute),
	waiting("LOC in its limit", "15:00", `"orderType":"LOC","side":"BUY","quantity":5,"tif":"DAY","price":500.00`,
		"PendingSubmit PreSubmitted Submitted Filled", 61*time.Minute),
	waiting("LOC beyond its limit", "15:00", `"orderType":"LOC","side":"BUY","quantity":5,"tif":"DAY","price":499.99`,
		"PendingSubmit PreSubmitted Cancelled", 61*time.Minute),
	waiting("OPG", "09:00", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"OPG","price":500.00`,
		"PendingSubmit PreSubmitted Submitted Filled", 31*time.Minute),
	waiting("OPG beyond its limit", "09:00", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"OPG","price":499.00`,
		"PendingSubmit PreSubmitted Cancelled", 31*time.Minute),
	single("IOC", `"orderType":"LMT","side":"BUY","quantity":5,"tif":"IOC","price":499.00`, "PendingSubmit Submitted Cancelled"),
	single("IOC in part", `"orderType":"LMT","side":"BUY","quantity":1500,"tif":"IOC","price":500.01`, "PendingSubmit Submitted Cancelled"),
	single("MIDPRICE", `"orderType":"MIDPRICE","side":"BUY","quantity":5,"tif":"DAY"`, "PendingSubmit Submitted Filled", "500.50", "499.00"),
	single("REL", `"orderType":"REL","side":"BUY","quantity":5,"tif":"DAY","auxPrice":0.01`, "PendingSubmit Submitted Filled", "500.50", "499.00"),
	{name: "AON", want: "a: PendingSubmit Submitted Filled", do: func(r *rig) {
		r.show("SPY", "500.00", 100)
		r.send(spy("a", `"orderType":"LMT","side":"BUY","quantity":150,"tif":"DAY","price":500.01,"allOrNone":true`))
		r.show("SPY", "500.00", 149)
		r.show("SPY", "500.00", 150)
	}},
	single("by cash", `"orderType":"MKT","side":"BUY","cashQty":2600,"tif":"DAY"`, "Inactive PendingSubmit Submitted Filled"),
	waiting("DAY is over", "15:00", fmt.Sprintf(buyLimit, "499.00"), "PendingSubmit Submitted Cancelled", 61*time.Minute),
	waiting("GTC is not", "15:00", fmt.Sprintf(sellLimit, "501.00"), "PendingSubmit Submitted", 61*time.Minute),
}

var familyRows = []pathRow{
	{name: "bracket whose target is hit", do: func(r *rig) {
		r.send(child("a", bracketUp), spy("a", fmt.Sprintf(buyLimit, "499.00")), child("a", bracketDn))
		r.trade("SPY", "498.00")
		r.trade("SPY", "511.00")
	}, want: "a: PendingSubmit Submitted Filled\nchild: PendingSubmit PreSubmitted Submitted Filled\nchild: PendingSubmit PreSubmitted Cancelled"},
	{name: "bracket that is stopped out", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")), child("a", bracketUp), child("a", bracketDn))
		r.trade("SPY", "498.00")
		r.trade("SPY", "489.00")
	}, want: "a: PendingSubmit Submitted Filled\nchild: PendingSubmit PreSubmitted Submitted Cancelled\nchild: PendingSubmit PreSubmitted Submitted Filled"},
	{name: "bracket whose parent is cancelled", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")), child("a", bracketUp), child("a", bracketDn))
		r.cancel("a")
	}, want: "a: PendingSubmit Submitted PendingCancel Cancelled\nchild: PendingSubmit PreSubmitted Cancelled\nchild: PendingSubmit PreSubmitted Cancelled"},
	{name: "one of a group fills", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")+`,"isSingleGroup":true`), spy("b", fmt.Sprintf(sellLimit, "505.00")+`,"isSingleGroup":true`))
		r.trade("SPY", "506.00")
	}, want: "a: PendingSubmit Submitted Cancelled\nb: PendingSubmit Submitted Filled"},
	{name: "one of a group is cancelled", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")+`,"isSingleGroup":true`), spy("b", fmt.Sprintf(sellLimit, "505.00")+`,"isSingleGroup":true`))
		r.cancel("a")
	}, want: "a: PendingSubmit Submitted PendingCancel Cancelled\nb: PendingSubmit Submitted Cancelled"},
	{name: "combination", do: func(r *rig) {
		r.send(`{"conidex":"28812380;;;756733/1,320227571/-1","cOID":"a","orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":99.00}`)
		r.trade("QQQ", "402.00")
	}, want: "a: PendingSubmit Submitted Filled"},
	{name: "changed while it rests", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")))
		r.modify("a", fmt.Sprintf(buyLimit, "500.01"))
	}, want: "a: PendingSubmit Submitted PendingSubmit Submitted Filled"},
	{name: "changed while it waits for the open", at: "08:00", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")))
		r.modify("a", fmt.Sprintf(buyLimit, "498.00"))
		r.pass(91 * time.Minute)
	}, want: "a: PendingSubmit PreSubmitted PendingSubmit PreSubmitted Submitted"},
	{name: "a trailing stop is changed", do: func(r *rig) {
		r.send(spy("a", `"orderType":"TRAIL","side":"SELL","quantity":5,"tif":"GTC","trailingAmt":2,"trailingType":"amt"`))
		r.modify("a", `"orderType":"TRAIL","side":"SELL","quantity":5,"tif":"GTC","trailingAmt":4,"trailingType":"amt"`)
		r.trade("SPY", "497.00")
		r.trade("SPY", "496.00")
	}, want: "a: PendingSubmit PreSubmitted PendingSubmit PreSubmitted Submitted Filled"},
	{name: "changed after a partial fill", do: func(r *rig) {
		r.show("SPY", "500.00", 3)
		r.send(spy("a", fmt.Sprintf(buyLimit, "500.01")))
		r.modify("a", `"orderType":"LMT","side":"BUY","quantity":4,"tif":"DAY","price":500.01`)
		r.trade("SPY", "500.00")
	}, want: "a: PendingSubmit Submitted PendingSubmit Submitted Filled"},
	{name: "saved, then sent", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "500.01")+`,"deactivated":true`))
		r.trade("SPY", "500.00")
		r.modify("a", fmt.Sprintf(buyLimit, "500.01"))
	}, want: "a: PendingSubmit Inactive PendingSubmit Submitted Filled"},
	{name: "a sleeping child is changed", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")), child("a", bracketUp))
		id := r.srv.State().Orders[1].OrderID
		r.must("POST", fmt.Sprintf("/iserver/account/%s/order/%d", account, id), `{"conid":756733,`+fmt.Sprintf(sellLimit, "499.50")+`}`)
		r.trade("SPY", "498.00")
		r.trade("SPY", "499.60")
	}, want: "a: PendingSubmit Submitted Filled\nchild: PendingSubmit PreSubmitted PendingSubmit PreSubmitted Submitted Filled"},
	{name: "all are cancelled", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")))
		r.send(spy("b", bracketDn))
		r.must("DELETE", "/iserver/account/"+account+"/order/-1", "")
	}, want: "a: PendingSubmit Submitted PendingCancel Cancelled\nb: PendingSubmit PreSubmitted Cancelled"},
	{name: "rejected after it was taken", do: func(r *rig) {
		r.send(spy("a", fmt.Sprintf(buyLimit, "499.00")))
		if err := r.srv.RejectOrder(r.order("a").OrderID, "Order rejected by the exchange."); err != nil {
			r.t.Error(err)
		}
	}, want: "a: PendingSubmit Submitted Inactive"},
	{name: "from another platform", do: func(r *rig) {
		if _, err := r.srv.PlaceElsewhere(account, 756733, brokerage.Ticket{Side: market.Buy, Type: brokerage.LMT, TIF: brokerage.GTC,
			Qty: market.Shares(3), Price: market.MustPrice("499")}); err != nil {
			r.t.Error(err)
		}
	}, want: "child: PendingSubmit Submitted"},
}

// The life of an order as REST and the socket tell of it, by type and by what
// happens to it. A client that waits for a status that never comes hangs; one
// that takes a passing Inactive for a refusal loses an order.
func TestPaths(t *testing.T) {
	for _, one := range append(singleRows, familyRows...) {
		t.Run(one.name, func(t *testing.T) {
			at := one.at
			if at == "" {
				at = "10:00"
			}
			r := newRig(t, at, nil)
			one.do(r)
			if got := r.told(); got != one.want {
				t.Errorf("told:\n%s\nwant:\n%s", got, one.want)
			}
			r.check()
		})
	}
}
