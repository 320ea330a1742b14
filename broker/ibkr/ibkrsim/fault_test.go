package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/scenario"
)

// A lost response leaves an order that the client knows nothing of; a lost
// request leaves nothing. To the client both look the same.
func TestLostRequestAndResponse(t *testing.T) {
	c, _ := session(t, quiet())
	rest := `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`
	lose := func(cut ibkrsim.Cut, coid string) {
		t.Helper()
		if err := c.srv.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: cut}); err != nil {
			t.Fatal(err)
		}
		if got, err := c.try("POST", placePath(), orderBody(coid, rest)); err == nil {
			t.Errorf("%s: answered %d %s", cut, got.status, got.text)
		}
	}
	lose(ibkrsim.CutResponse, "there")
	lose(ibkrsim.CutRequest, "never")
	if got := c.order("there").Status; got != "Filled" {
		t.Errorf("order behind the lost response: %s", got)
	}
	st := c.srv.State()
	if len(st.Orders) != 1 || st.Received["there"] != 1 || st.Received["never"] != 0 {
		t.Errorf("received %v, orders %+v", st.Received, st.Orders)
	}
	c.place("never", rest)
}

// Canned answers go to the endpoint they are for, as often as asked.
func TestCannedAnswers(t *testing.T) {
	c, _ := session(t, quiet())
	fault := ibkrsim.Fault{On: "GET /iserver/account/{accountId}/summary", Count: 2, Status: 503,
		Body: `{"error":"Service Unavailable"}`}
	if err := c.srv.Fault(fault); err != nil {
		t.Fatal(err)
	}
	path := "/iserver/account/" + account + "/summary"
	c.must("GET", "/iserver/accounts", "")
	c.want("GET", path, "", 503, `{"error":"Service Unavailable"}`)
	c.want("GET", path, "", 503, `{"error":"Service Unavailable"}`)
	c.must("GET", path, "")
	if err := c.srv.Fault(ibkrsim.Fault{Status: 200, Body: "not json"}); err != nil {
		t.Fatal(err)
	}
	c.want("GET", path, "", 200, `"not json"`)
	for _, bad := range []ibkrsim.Fault{{On: "GET /nowhere"}, {Cut: "both"}, {Status: 99}} {
		if err := c.srv.Fault(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// Other processes read the truth and cause trouble under /_sim.
func TestControl(t *testing.T) {
	c, _ := session(t, quiet())
	c.must("POST", "/_sim/price", `{"instrument":"SPY.ARCA","bid":"300.00","ask":"300.10","bid_size":"500","ask_size":"500"}`)
	c.place("ctl", `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`)
	text := c.call("GET", "/_sim/state", "").text
	var st ibkrsim.State
	if err := json.Unmarshal([]byte(text), &st); err != nil {
		t.Fatal(err)
	}
	same(t, "state", lasting(st), truth(c.srv))
	if len(st.Executions) != 1 || st.Executions[0].Price.String() != "300.1" || st.Received["ctl"] != 1 {
		t.Errorf("state %s", text)
	}
	c.must("POST", "/_sim/ask", `["o354"]`)
	c.asked("POST", placePath(), orderBody("asked", `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`))
	c.must("POST", "/_sim/fault", `{"on":"POST /tickle","delay":"1ms","status":500,"body":"{}"}`)
	c.want("POST", "/tickle", "", 500, `{}`)
	c.must("POST", "/_sim/stream", `{"fault":"drop-trades"}`)
	for _, bad := range [][2]string{{"fault", `{"delay":"soon"}`}, {"fault", `{`}, {"stream", `{"fault":"x"}`},
		{"price", `{"instrument":"XXX","last":"1"}`}, {"price", `{"instrument":"SPY","bid":"2","ask":"1"}`}} {
		if got := c.call("POST", "/_sim/"+bad[0], bad[1]); got.status != 400 {
			t.Errorf("%s %s: %d %s", bad[0], bad[1], got.status, got.text)
		}
	}
	if got := c.call("POST", "/_sim/nothing", "").status; got != 404 {
		t.Errorf("unknown control: %d", got)
	}
	c.must("POST", "/_sim/drop", "")
	c.must("POST", "/_sim/compete", "")
	c.must("POST", "/_sim/logout", "")
	c.want("GET", "/iserver/accounts", "", 400, `{"error":"Bad Request: no bridge","statusCode":400}`)
}

// A delayed request is handled even when its client has given up.
func TestDelayedOrderStillHappens(t *testing.T) {
	c, _ := session(t, quiet())
	if err := c.srv.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	c.web.Timeout = 50 * time.Millisecond
	if _, err := c.try("POST", placePath(), orderBody("late", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`)); err == nil {
		t.Error("answered within the delay")
	}
	eventually(t, "the order is there", func() bool { return len(c.srv.State().Orders) == 1 })
}

// The state file cannot be written: nothing is answered that would be lost.
func TestUnwritableState(t *testing.T) {
	c, _ := session(t, persisted(t.TempDir()+"/state"))
	c.srv.BreakStateFile()
	got := c.call("POST", placePath(), orderBody("x", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`))
	if want := `{"error":"the simulator cannot write its state file","statusCode":503}`; got.status != 503 || got.text != want {
		t.Error(fmt.Sprint(got))
	}
}

// The control server is of use without TLS and serves nothing else; a scenario
// given at the start is at work from the first request.
func TestControlServerAndScenario(t *testing.T) {
	opt := quiet()
	opt.Control = "127.0.0.1:0"
	var err error
	if opt.Scenario, err = scenario.Read([]byte("rules:\n  - {on: POST /tickle, count: 1, status: 502}\n")); err != nil {
		t.Fatal(err)
	}
	c := start(t, opt)
	if got := c.call("POST", "/tickle", ""); got.status != 502 {
		t.Errorf("first tickle: %d %s", got.status, got.text)
	}
	c.must("POST", "/tickle", "")
	for path, want := range map[string]int{"/_sim/state": 200, "/v1/api/tickle": 404} {
		got, err := http.Get(c.srv.ControlURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		if _ = got.Body.Close(); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
