package ibkrsim_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
)

// What a gateway answers before there is a session: a client that takes any
// of these for an empty answer trades on nothing.
func TestRefusalsWithoutSession(t *testing.T) {
	c := start(t, quiet())
	const noBridge = `{"error":"Bad Request: no bridge","statusCode":400}`
	c.want("GET", "/iserver/accounts", "", 400, noBridge)
	c.want("GET", "/iserver/account/orders", "", 400, noBridge)
	c.want("POST", placePath(), orderBody("x", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`), 400, noBridge)
	c.want("GET", "/portfolio/U777/ledger", "", 401, "")
	c.want("GET", "/no/such/path", "", 404, "<html><body><h1>Resource not found</h1></body></html>")
	c.want("GET", "/md/regsnapshot", "", 404, "<html><body><h1>Resource not found</h1></body></html>")
	c.want("GET", "/iserver/watchlists", "", 400, noBridge)
	c.want("GET", "/acesws/U777/signatures-and-owners", "", 401, "")
	if got := c.srv.State().Received; len(got) != 0 {
		t.Errorf("a refused order request was counted: %v", got)
	}
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	c.want("GET", "/iserver/marketdata/snapshot?conids=756733&fields=31", "", 400,
		`{"error":"Bad Request: Please query /accounts first","statusCode":400}`)
	c.want("DELETE", "/iserver/account/"+account+"/order/1", "", 400,
		`{"error":"Bad Request: Please query /accounts first","statusCode":400}`)
	c.must("GET", "/iserver/accounts", "")
	c.want("DELETE", "/iserver/account/"+account+"/order/1", "", 400, `{"error":"OrderID 1 doesn't exist"}`)
	if got := c.call("GET", "/iserver/account/U777/summary", "").status; got != 400 {
		t.Errorf("summary of an unknown account: %d", got)
	}
}

// The edge in front of the API refuses requests that lack a header.
func TestEdgeHeaders(t *testing.T) {
	opt := quiet()
	opt.PlainHTTP = true
	c := start(t, opt)
	for request, want := range map[string]string{
		"GET /v1/api/tickle HTTP/1.1\r\nHost: x\r\n":                                           "403",
		"POST /v1/api/tickle HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\n":                         "411",
		"POST /v1/api/tickle HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Length: 0\r\n":    "200",
		"POST /v1/portal/tickle HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Length: 0\r\n": "200",
		"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\n":                                       "200",
	} {
		if got := rawStatus(t, c.srv.URL(), request); got != want {
			t.Errorf("%q: %s, want %s", request, got, want)
		}
	}
}

func rawStatus(t *testing.T, url, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, request+"Connection: close\r\n\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || len(line) < 12 {
		t.Fatalf("%q: %v", line, err)
	}
	return line[9:12]
}

// For a moment after init the bridge is not up, and status says so.
func TestBridgeMoment(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Bridge = clock.Now, time.Second
	c := start(t, opt)
	if got := flags(c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)); got != "authenticated connected" {
		t.Errorf("after init: %s", got)
	}
	c.want("GET", "/iserver/accounts", "", 400, `{"error":"Bad Request: no bridge","statusCode":400}`)
	clock.add(time.Second)
	if got := flags(c.must("GET", "/iserver/auth/status", "")); got != "authenticated connected established" {
		t.Errorf("a second later: %s", got)
	}
	c.must("GET", "/iserver/accounts", "")

	clock.add(7 * time.Minute) // nobody tickled
	if got := flags(c.must("GET", "/iserver/auth/status", "")); got != "connected" {
		t.Errorf("after an idle time: %s", got)
	}
}

// flags are the true ones of a status object.
func flags(v any) string {
	var list []string
	for _, key := range []string{"authenticated", "competing", "connected", "established"} {
		if v.(map[string]any)[key] == true {
			list = append(list, key)
		}
	}
	return strings.Join(list, " ")
}

// Somebody else logs in: everything under the session stops, sockets hear of
// it, and only compete:true takes the session back, with all state of it gone.
func TestCompetingSession(t *testing.T) {
	c := start(t, quiet()).login()
	ws := c.dial()
	ws.await("sts")
	c.srv.Compete()
	args := ws.await("sts")["args"].(map[string]any)
	if args["authenticated"] != false || args["competing"] != true {
		t.Errorf("sts: %v", args)
	}
	c.want("GET", "/iserver/account/orders", "", 400, `{"error":"Bad Request: no bridge","statusCode":400}`)
	if got := flags(c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":false}`)); got != "competing connected" {
		t.Errorf("init without compete: %s", got)
	}
	if got := flags(c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)); got != "authenticated connected established" {
		t.Errorf("init with compete: %s", got)
	}
	c.want("GET", "/iserver/account/orders", "", 200, `{"orders":[],"snapshot":false}`)
	c.want("POST", "/logout", "", 200, `{"status":true}`)
	c.want("GET", "/iserver/accounts", "", 400, `{"error":"Bad Request: no bridge","statusCode":400}`)
}

// The pacing table: eleven calls in a second are one too many, and a penalty
// stops everything.
func TestPacing(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Pacing, opt.Timing.Penalty = clock.Now, true, time.Minute
	c := start(t, opt)
	status := func() int { return c.call("GET", "/iserver/auth/status", "").status }
	for i := range 10 {
		if got := status(); got != 200 {
			t.Fatalf("call %d: %d", i, got)
		}
	}
	if got := status(); got != 429 {
		t.Errorf("call 11: %d", got)
	}
	clock.add(30 * time.Second)
	if got := status(); got != 429 {
		t.Errorf("in the penalty box: %d", got)
	}
	clock.add(31 * time.Second)
	c.login() // orders and trades once each
	clock.add(time.Second)
	if got := c.call("GET", "/iserver/account/orders", "").status; got != 200 {
		t.Errorf("second call at once: %d", got)
	}
	if got := c.call("GET", "/iserver/account/orders", "").status; got != 429 {
		t.Errorf("third call within five seconds: %d", got)
	}
}

func TestStartRefuses(t *testing.T) {
	for name, opt := range map[string]ibkrsim.Options{
		"profile": {Profile: "nonsense"},
		"speed":   {Speed: -1},
		"conid":   {Instruments: []ibkrsim.Instrument{{Symbol: "A", Exchange: "B"}}},
		"twice":   {Instruments: []ibkrsim.Instrument{{Symbol: "A", Exchange: "B", Conid: 1}, {Symbol: "A", Exchange: "B", Conid: 2}}},
		"address": {Listen: "127.0.0.1:99999"},
	} {
		if srv, err := ibkrsim.Start(opt); err == nil {
			t.Errorf("%s: started", name)
			_ = srv.Close()
		}
	}
}
