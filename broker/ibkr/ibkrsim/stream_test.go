package ibkrsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// The first frames of a socket, and that a subscription before the session is
// ready is lost without a word.
func TestFirstFrames(t *testing.T) {
	c := start(t, quiet())
	ws := c.dial()
	if got := ws.next(); got["message"] != "waiting for session" {
		t.Errorf("first frame %v", got)
	}
	for _, topic := range []string{"system", "act", "sts"} {
		if got := ws.next(); got["topic"] != topic {
			t.Errorf("got %v, want topic %s", got, topic)
		}
	}
	ws.send(`smd+756733+{"fields":["31"]}`)
	ws.barrier()
	c.login()
	if args := ws.await("sts")["args"].(map[string]any); args["authenticated"] != true {
		t.Errorf("sts after init: %v", args)
	}
	c.quote("500.00", "500.02", 100)
	ws.send("tic")
	if got := ws.next(); got["topic"] != "tic" {
		t.Errorf("the early subscription was kept: %v", got)
	}
	ws.send("nonsense+1+{}")
	if got := ws.next(); got["topic"] != "error" || got["error"] != "Topic unknown" {
		t.Errorf("unknown topic: %v", got)
	}
	for _, text := range []string{"smd", "smd+x+{}", "smd+756733+{", "+++", "{", ""} {
		ws.send(text) // none may end the socket
	}
	ws.barrier()
}

func TestSocketNeedsItsSession(t *testing.T) {
	c := start(t, quiet()).login()
	dialer := websocket.Dialer{TLSClientConfig: c.tls}
	url := strings.Replace(c.srv.URL(), "http", "ws", 1) + "/v1/api/ws"
	header := http.Header{"User-Agent": {"test"}, "Cookie": {"api=" + strings.Repeat("0", 32)}}
	if _, got, err := dialer.Dial(url, header); err == nil || got.StatusCode != 401 {
		t.Errorf("a socket with another session's cookie: %v", err)
	}
}

// Quotes: all fields first, then only what has changed, as text.
func TestQuoteDeltas(t *testing.T) {
	c, ws := session(t, quiet())
	ws.send(`smd+756733+{"fields":["31","84","85","86","88","7059","6509"]}`)
	first := ws.await("smd+756733")
	delete(first, "_updated")
	wantJSON(t, first, `{"topic":"smd+756733","server_id":"q0","conid":756733,"conidEx":"756733","6119":"q0","6509":"RpB",
		"84":"500.00","85":"1000","86":"500.02","88":"1000"}`)
	last := ibkrsim.Quote{Last: market.MustPrice("500.01"), LastSize: market.Shares(300), Bid: market.MustPrice("500"),
		BidSize: market.Shares(200)}
	if err := c.srv.SetPrice("SPY.ARCA", last); err != nil {
		t.Fatal(err)
	}
	second := ws.await("smd+756733")
	delete(second, "_updated")
	wantJSON(t, second, `{"topic":"smd+756733","server_id":"q0","conid":756733,"conidEx":"756733","6119":"q0","6509":"RpB",
		"31":"500.01","7059":"300","88":"200"}`)
	ws.send(`umd+756733+{}`)
	ws.barrier()
	c.quote("501.00", "501.02", 100)
	ws.send("tic")
	if got := ws.next(); got["topic"] != "tic" {
		t.Errorf("after umd: %v", got)
	}
}

// A snapshot's first answer for a conid has no data; sizes have commas.
func TestSnapshot(t *testing.T) {
	c, _ := session(t, quiet())
	c.want("GET", "/iserver/marketdata/snapshot?conids=756733,1&fields=84,85,31", "", 200,
		`[{"conid":756733,"conidEx":"756733"},{"conid":1,"conidEx":"1"}]`)
	row := c.must("GET", "/iserver/marketdata/snapshot?conids=756733", "").([]any)[0].(map[string]any)
	delete(row, "_updated")
	wantJSON(t, row, `{"conid":756733,"conidEx":"756733","server_id":"q0","6119":"q0","6509":"RpB","84":"500.00","85":"1,000"}`)
	c.want("POST", "/iserver/marketdata/unsubscribe", `{"conid":756733}`, 200, `{"success":true}`)
	c.want("POST", "/iserver/marketdata/unsubscribe", `{"conid":756733}`, 500, `{"error":"unknown"}`)
}

// A new subscription to executions replays the day; one to orders names them.
func TestReplayOnSubscribe(t *testing.T) {
	c, _ := session(t, quiet())
	c.place("a", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`)
	c.place("b", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`)
	ws := c.dial()
	ws.await("sts")
	ws.send(`str+{}`)
	if got := executions(ws.await("str")); got != "a b" {
		t.Errorf("replayed %s", got)
	}
	ws.send(`sor+{"days":1}`)
	row := ws.await("sor")["args"].([]any)[0]
	wantJSON(t, row, fmt.Sprintf(`{"acct":%q,"conid":756733,"conidex":"756733","isEventTrading":"0","orderId":%d}`,
		account, c.order("a").OrderID))
	ws.send(`spl+{}`)
	if pnl := ws.await("spl")["args"].(map[string]any)[account+".Core"].(map[string]any); pnl["nl"] != 999997.97 {
		t.Errorf("spl: %v", pnl)
	}
}

// executions are the order_refs of a str frame.
func executions(frame map[string]any) string {
	var refs []string
	for _, row := range frame["args"].([]any) {
		refs = append(refs, row.(map[string]any)["order_ref"].(string))
	}
	return strings.Join(refs, " ")
}

// Faults of the stream: a client must come to the same truth under each.
func TestStreamFaults(t *testing.T) {
	c, ws := session(t, quiet())
	buy := func(coid string) { c.place(coid, `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`) }
	fault := func(f ibkrsim.StreamFault, n int) {
		t.Helper()
		if err := c.srv.FaultStream(f, n); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(want ...string) {
		t.Helper()
		for _, ref := range want {
			if got := executions(ws.await("str")); got != ref {
				t.Errorf("heard %s, want %s", got, ref)
			}
		}
	}
	fault(ibkrsim.DuplicateTrades, 1)
	buy("twice")
	hear("twice", "twice")
	fault(ibkrsim.ReorderTrades, 2)
	buy("one")
	buy("two")
	hear("two", "one")
	fault(ibkrsim.DropTrades, 1)
	buy("lost")
	buy("after")
	hear("after")
	fault(ibkrsim.DropOrders, 1)
	buy("unseen")
	hear("unseen")
	if err := c.srv.FaultStream("nonsense", 1); err == nil {
		t.Error("an unknown fault was taken")
	}
	fault(ibkrsim.Silence, 1)
	buy("silent")
	if err := ws.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := ws.conn.ReadMessage(); err == nil {
		t.Errorf("a silent socket said %s", text)
	}
	if got := len(c.srv.State().Executions); got != 7 {
		t.Errorf("%d executions", got)
	}
	fresh := c.dial()
	fresh.await("sts")
	c.srv.DropSockets()
	if _, _, err := fresh.conn.ReadMessage(); err == nil {
		t.Error("the socket is still open")
	}
}

// A reader that does not read costs quotes, never orders: it finds every
// order change and the newest quote when it looks again.
func TestSlowReader(t *testing.T) {
	c, ws := session(t, quiet())
	ws.send(`smd+756733+{"fields":["84"]}`)
	ws.barrier()
	const orders = 300
	for i := range orders {
		c.quote(fmt.Sprintf("500.%02d", i%50), "501.00", 1000)
		c.place(fmt.Sprintf("slow-%d", i), `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`)
	}
	c.quote("500.77", "501.00", 1000)
	quotes, seen, bid := 0, 0, ""
	for seen < orders || bid != "500.77" {
		switch frame := ws.next(); frame["topic"] {
		case "sor":
			if row := frame["args"].([]any)[0].(map[string]any); row["order_ref"] != fmt.Sprintf("slow-%d", seen) {
				t.Fatalf("order %v, want slow-%d", row["order_ref"], seen)
			}
			seen++
		case "smd+756733":
			quotes++
			bid, _ = frame["84"].(string)
		}
	}
	if quotes > orders+1 {
		t.Errorf("%d quotes for %d changes", quotes, orders+1)
	}
}

func TestHeartbeat(t *testing.T) {
	opt := quiet()
	opt.Timing.Heartbeat = time.Millisecond
	_, ws := session(t, opt)
	if ws.await("system")["hb"] == nil {
		t.Error("a system frame without hb")
	}
}

// A stream of quotes ends after fifteen minutes unless it is asked for again.
func TestQuotesEnd(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now = clock.Now
	c, ws := session(t, opt)
	ws.send(`smd+756733+{"fields":["84"]}`)
	ws.await("smd+756733")
	for range 4 {
		clock.add(4 * time.Minute)
		c.must("POST", "/tickle", "")
	}
	c.quote("501.00", "501.02", 100)
	ws.send("tic")
	if got := ws.next()["topic"]; got != "tic" && got != "system" {
		t.Errorf("a quote after sixteen minutes: %v", got)
	}
	ws.send(`smd+756733+{"fields":["84"]}`)
	if got := ws.await("smd+756733")["84"]; got != "501.00" {
		t.Errorf("renewed: %v", got)
	}
}
