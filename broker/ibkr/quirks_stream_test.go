package ibkr

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gannet/market"
)

const fullRow = `{"acct":"DU1234567","conidex":"756733","conid":756733,"orderId":88,"orderDesc":"Buy 10 SPY Limit 457.25, Day","remainingQuantity":6.0,"filledQuantity":4.0,"totalSize":10.0,"status":"Submitted","orderType":"Limit","order_ref":"x-1","price":"457.25","timeInForce":"CLOSE","side":"BUY"}`

func sor(rows ...string) string {
	return `{"topic":"sor","args":[` + strings.Join(rows, ",") + `]}`
}

func str(rows ...string) string {
	return `{"topic":"str","args":[` + strings.Join(rows, ",") + `]}`
}

// Rows are deltas: a missing filledQuantity is no 0, a missing order_ref no
// order of somebody else.
func TestQuirk43SparseDeltas(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	g.push(sor(fullRow))
	g.push(sor(`{"acct":"DU1234567","orderId":88,"status":"PreCancelled","bgColor":"#FFFFFF"}`, `{"acct":"DU1234567","orderId":88,"status":"Cancelled"}`))
	e := r.report(market.ExecCanceled, 1)
	if e.ClientOrderID != "x-1" || e.CumQty != market.Shares(4) || e.Instrument != 1 || e.Side != market.Buy {
		t.Errorf("report after a delta: %+v", e)
	}
	first := r.report(market.ExecNew, 1)
	want := market.BuyLimit(1, market.Shares(10), market.MustPrice("457.25"))
	if first.Ticket == nil || *first.Ticket != want {
		t.Errorf("ticket %+v, want %+v", first.Ticket, want)
	}
}

// What the statuses of the stream mean.
func TestStreamStatuses(t *testing.T) {
	tests := []struct {
		rows []string // fields of row 88
		want []market.ExecType
	}{
		{[]string{`"status":"Inactive"`, `"status":"PendingSubmit"`, `"status":"Submitted"`}, []market.ExecType{market.ExecNew}},
		{[]string{`"status":"PreSubmitted"`, `"status":"Submitted"`, `"status":"Filled"`}, []market.ExecType{market.ExecNew}},
		{[]string{`"status":"Filled","filledQuantity":10.0`}, []market.ExecType{market.ExecNew}},
		{[]string{`"status":"Submitted"`, `"status":"Cancelled","order_cancellation_by_system_reason":"Cancelled by System: order expired"`}, []market.ExecType{market.ExecNew, market.ExecExpired}},
		{[]string{`"status":"Inactive","order_cancellation_by_system_reason":"no margin"`}, []market.ExecType{market.ExecRejected}},
		{[]string{`"status":"Cancelled","order_cancellation_by_system_reason":"Order rejected by exchange"`}, []market.ExecType{market.ExecRejected}},
		{[]string{`"status":"Cancelled","order_cancellation_by_system_reason":"liquidation"`}, []market.ExecType{market.ExecCanceled}},
		{[]string{`"status":"Whatever"`, `"isEventTrading":"0"`}, nil},
	}
	for _, tt := range tests {
		b, got := testBook()
		for _, fields := range tt.rows {
			var row OrderRow
			unmarshal(t, `{"orderId":88,"order_ref":"x-1",`+fields+`}`, &row)
			b.onRow(&row)
		}
		var types []market.ExecType
		for _, e := range *got {
			types = append(types, e.ExecType)
		}
		if fmt.Sprint(types) != fmt.Sprint(tt.want) {
			t.Errorf("%v gave %v, want %v", tt.rows, types, tt.want)
		}
	}
}

// testBook is a book that collects its reports.
func testBook() (*book, *[]*market.ExecReport) {
	var got []*market.ExecReport
	emit := func(body market.Body) { got = append(got, body.(*market.ExecReport)) }
	b := newBook(testAccount, emit, func() market.Nanos { return 100 * market.Second })
	b.instruments = func(conid int64) market.InstrumentID {
		if conid == 756733 {
			return 1
		}
		return 0
	}
	return b, &got
}

const streamTrade = `{"execution_id":"0000e0d5.6576fd38.01.%s","symbol":"SPY","side":"%s","order_description":"Sold 5 @ 192.26 on ISLAND","trade_time":"20231211-18:00:49","trade_time_r":1702317649000,"size":%s,"order_ref":"x-1","price":"192.26","exchange":"ISLAND","net_amount":961.3,"account":"DU1234567","accountCode":"DU1234567","conid":756733,"conidEx":"756733","open_close":"???"}`

// The stream replays executions at every subscription; a fill must count once.
func TestQuirk44ReplayedExecutions(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	one := fmt.Sprintf(streamTrade, "01", "S", "5.0")
	g.push(str(one, one))
	g.push(str(one))
	g.drop()
	r.ready(2)
	g.push(str(one))
	r.settle(g, "m")
	if n := len(r.reports(market.ExecTrade)); n != 1 {
		t.Errorf("%d fills, want 1", n)
	}
	g.push(str(fmt.Sprintf(streamTrade, "02", "S", "4.0"), one))
	if e := r.report(market.ExecTradeCorrect, 1); e.LastQty != market.Shares(4) {
		t.Errorf("correction %+v", e)
	}
	g.push(str(fmt.Sprintf(streamTrade, "03", "S", "0")))
	r.report(market.ExecTradeCancel, 1)
}

// The stream has neither commission nor order id; REST completes them later.
func TestQuirk45CommissionFromREST(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	id := "00025b49.6a56b338.01.01"
	g.push(str(`{"execution_id":"` + id + `","side":"B","size":1.0,"price":"751.68","order_ref":"x-1","account":"DU1234567","conid":756733}`))
	if e := r.report(market.ExecTrade, 1); e.CommissionKnown || e.ClientOrderID != "x-1" {
		t.Errorf("fill %+v", e)
	}
	g.answers(tradesRoute, ok("["+fmt.Sprintf(tradeRow, "")+"]"), ok("["+fmt.Sprintf(tradeRow, "1.02")+"]"))
	r.Snapshot(context.Background())
	if n := len(r.reports(market.ExecCommission)); n != 0 {
		t.Fatal("a commission out of an empty text")
	}
	r.Snapshot(context.Background())
	e := r.report(market.ExecCommission, 1)
	if e.ExecID != id || e.Commission.String() != "1.02" || e.VenueOrderID != "77" {
		t.Errorf("commission %+v", e)
	}
	r.Snapshot(context.Background())
	if n := len(r.reports(market.ExecCommission)); n != 1 {
		t.Errorf("%d commissions, want 1", n)
	}
}

// net_amount is positive for sells too and leaves the commission out: amounts
// come from size and price, the direction from side.
func TestQuirk46NetAmountIgnored(t *testing.T) {
	b, got := testBook()
	var row TradeRow
	unmarshal(t, fmt.Sprintf(streamTrade, "01", "S", "5.0"), &row)
	if err := b.onExecution(&row); err != nil {
		t.Fatal(err)
	}
	e := (*got)[0]
	if e.Side != market.Sell || e.LastQty != market.Shares(5) || e.LastPx != market.MustPrice("192.26") {
		t.Errorf("fill %+v", e)
	}
}

// Market data ends after 15 minutes unless it is asked for again.
func TestQuirk47RenewMarketData(t *testing.T) {
	g := newGateway(t)
	cfg := testConfig(t, g)
	cfg.Timeouts.Renew = 5 * time.Millisecond
	cfg.Timeouts.Tic = 5 * time.Millisecond
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.OnTick(func(*market.Tick) {})
	run(t, a)
	want := `smd+265598+{"fields":["31","84","85","86","88","6509","7059"]}`
	eventually(t, "renewals and tics", func() bool {
		renewed, tics := 0, 0
		for _, text := range g.texts() {
			if text == want {
				renewed++
			}
			if text == "tic" {
				tics++
			}
		}
		return renewed >= 3 && tics >= 2
	})
}

// The same for who subscribes by a Feed; what does not end is not asked for again.
func TestQuirk47RenewFeeds(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g, func(t *Timeouts) { t.Renew = 5 * time.Millisecond })
	s.Quotes([]string{"31"}, "265598")
	s.Orders()
	count := func(want string) (n int) {
		for _, text := range g.texts() {
			if text == want {
				n++
			}
		}
		return n
	}
	eventually(t, "renewals", func() bool { return count(`smd+265598+{"fields":["31"]}`) >= 3 })
	if n := count("sor+{}"); n != 1 {
		t.Errorf("orders were asked for %d times", n)
	}
}

// What is subscribed before the stream is authenticated is lost silently.
func TestQuirk48SubscribeAfterAuthentication(t *testing.T) {
	g := newGateway(t)
	g.greet = []string{`{"topic":"system","success":"user123"}`}
	r := start(t, g, func(c *Config) { c.Timeouts.Subscribe = time.Minute })
	eventually(t, "the stream", func() bool { return g.streams() == 1 })
	g.push(`{"topic":"sts","args":{"competing":false}}`)
	g.push(`{"topic":"ntf","args":{"id":"1","text":"early"}}`)
	eventually(t, "the frames before", func() bool { return len(r.alerts("IBKR_NOTICE")) == 1 })
	if texts := g.texts(); len(texts) != 0 {
		t.Fatalf("subscribed before authentication: %v", texts)
	}
	g.push(`{"topic":"sts","args":{"authenticated":"true"}}`)
	r.ready(1)
	eventually(t, "subscriptions", func() bool { return len(g.texts()) == 2 })
	if texts := g.texts(); texts[0] != "sor+{}" || !strings.HasPrefix(texts[1], "str+{") {
		t.Errorf("subscribed %v", texts)
	}
}

// A stream that never says more than that it is open is used after a while.
func TestStreamWithoutStatusFrame(t *testing.T) {
	g := newGateway(t)
	g.greet = []string{`{"topic":"system","success":"user123"}`}
	start(t, g).ready(1)
}

// Frames of every odd kind arrive; none may end the reader.
func TestQuirk49OddFrames(t *testing.T) {
	g := newGateway(t)
	cfg := testConfig(t, g)
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var ticks []market.Tick
	a.OnTick(func(tick *market.Tick) {
		mu.Lock()
		defer mu.Unlock()
		ticks = append(ticks, *tick)
	})
	r := run(t, a).ready(1)
	for _, odd := range []string{
		"", "tic", "ech+hb", "{", "null", "[]", "7", `{"topic":7}`, `{"message":"waiting for session"}`,
		`{"topic":"system","hb":1594677336001}`, `{"topic":"tic","lastAccessed":1}`, `{"topic":"sor"}`, `{"topic":"sor","args":null}`,
		`{"topic":"sor","args":[1,null,{"orderId":"x"}]}`, `{"topic":"str","args":{"execution_id":""}}`, `{"topic":"sts","args":[]}`,
		`{"topic":"sts","args":{"authenticated":"maybe"}}`, `{"topic":"smd+","31":"1"}`, `{"topic":"smd+265598","31":{"a":1},"84":true}`,
		`{"topic":"error","error":"Topic unknown"}`, `{"topic":"blt","args":[{"id":1789618148,"message":"[BBSMSG Bulletin] x","exchanges":null}]}`,
		`{"topic":"ntf","args":[{"orderId":1883733600,"reqId":"29042","text":"Use?","prompt":true}]}`, `{"topic":"spl","args":{}}`,
	} {
		g.push(odd)
	}
	g.pushAs(websocket.BinaryMessage, `{"topic": "smd+265598", "31": "189.60"}`)
	g.pushAs(websocket.BinaryMessage, sor(fullRow))
	r.report(market.ExecNew, 1)
	if g.streams() != 1 {
		t.Errorf("%d streams, want the first to live", g.streams())
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ticks) != 1 || ticks[0].Last != market.MustPrice("189.60") || ticks[0].Instrument != 2 {
		t.Errorf("ticks %+v", ticks)
	}
	for _, code := range []string{"BAD_FRAME", "STREAM_ERROR", "IBKR_BULLETIN", "ORDER_PROMPT"} {
		if len(r.alerts(code)) == 0 {
			t.Errorf("no alert %s", code)
		}
	}
}

// A dead stream must be noticed, and orders stop at once.
func TestStreamLoss(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	hold := reply{503, "", `{"error":"x"}`, false}
	g.answers("POST /iserver/auth/status", hold)
	g.drop()
	eventually(t, "not ready", func() bool { s := r.states(); return !s[len(s)-1].Ready })
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecRejected, 1)
	if s := r.Snapshot(context.Background()); s.Orders.Known || s.Trades.Known || s.Positions.Known || s.Cash.Known {
		t.Error("a snapshot without a session is known")
	}
	g.answers("POST /iserver/auth/status", ok(statusUp))
	r.ready(2)
	if g.cookie != "api=abc123" {
		t.Errorf("cookie %q", g.cookie)
	}
}

// A stream that falls silent without closing is given up.
func TestStreamSilence(t *testing.T) {
	g := newGateway(t)
	start(t, g, func(c *Config) { c.Timeouts.Silence = 30 * time.Millisecond }).ready(2)
}

// The order that is on its way must not be taken for another program's when
// its first row carries no reference.
func TestRowDuringSubmit(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	g.mu.Lock()
	g.onCall = func(route string) {
		if route == placeRoute {
			g.push(sor(`{"acct":"DU1234567","conid":756733,"orderId":77,"status":"Filled"}`))
			g.push(`{"topic":"ntf","args":[{"text":"pushed"}]}`)
			eventually(t, "the row to be read", func() bool { return len(r.alerts("IBKR_NOTICE")) == 1 })
		}
	}
	g.mu.Unlock()
	r.Submit(buyLimit("x-1"))
	if e := r.report(market.ExecNew, 1); e.ClientOrderID != "x-1" {
		t.Errorf("report %+v", e)
	}
	if n := len(r.reports(0)); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
}

// Manual orders and fills of other platforms are reported without a client
// order id.
func TestForeignOrders(t *testing.T) {
	b, got := testBook()
	var row OrderRow
	unmarshal(t, `{"acct":"DU1234567","conid":756733,"orderId":5,"status":"Submitted","totalSize":3,"side":"SELL","orderType":"Limit","price":"9","timeInForce":"GTC"}`, &row)
	b.onRow(&row)
	other := row
	other.Account, other.OrderID = "DU9", 6
	b.onRow(&other)
	var fill TradeRow
	unmarshal(t, `{"execution_id":"a.b.01.01","account":"DU1234567","conid":756733,"order_id":5,"side":"S","size":3,"price":9}`, &fill)
	if err := b.onExecution(&fill); err != nil {
		t.Fatal(err)
	}
	if len(*got) != 2 || (*got)[0].ClientOrderID != "" || (*got)[0].VenueOrderID != "5" || (*got)[0].Ticket == nil || (*got)[1].VenueOrderID != "5" {
		t.Errorf("reports %+v", *got)
	}
}
