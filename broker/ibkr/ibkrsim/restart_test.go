package ibkrsim_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// persisted are quiet options with a state file.
func persisted(path string) ibkrsim.Options {
	opt := quiet()
	opt.StatePath = path
	return opt
}

// truth is a state without what does not outlive the process: the market,
// sessions, requests.
func truth(srv *ibkrsim.Server) ibkrsim.State {
	return lasting(srv.State())
}

func lasting(st ibkrsim.State) ibkrsim.State {
	st.Quotes, st.Sessions, st.Requests, st.Rules = nil, nil, nil, nil
	for i := range st.Accounts {
		st.Accounts[i].Equity = market.Money{}
	}
	return st
}

func same(t *testing.T, what string, got, want ibkrsim.State) {
	t.Helper()
	// As JSON: that is what other processes see, and 1 is 1.0 there.
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// asJSON is what a client that knows nothing of exact numbers decodes.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// trade makes some of everything: a filled order, a partly filled one, a
// resting stop, a cancelled one.
func trade(c *client) {
	c.quote("500.00", "500.02", 3)
	c.place("filled", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`)
	c.quote("500.00", "500.02", 3)
	c.place("partly", `"orderType":"LMT","side":"BUY","quantity":10,"tif":"GTC","price":500.02`)
	c.place("stop", `"orderType":"STP","side":"SELL","quantity":2,"tif":"GTC","price":490.00`)
	gone := c.place("gone", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`)
	c.must("DELETE", "/iserver/account/"+account+"/order/"+gone, "")
}

// Orders, fills, money and client order ids survive the process; resting
// orders go on working; ids are never given twice; the pin stays.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	c := start(t, persisted(path)).login()
	trade(c)
	want, pin := truth(c.srv), c.srv.Pin()
	if err := c.srv.Close(); err != nil {
		t.Fatal(err)
	}

	c = start(t, persisted(path))
	same(t, "after a restart", truth(c.srv), want)
	if c.srv.Pin() != pin {
		t.Errorf("pin %s became %s", pin, c.srv.Pin())
	}
	c.login()
	c.want("POST", placePath(), orderBody("filled", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`), 200,
		`{"error":"Order couldn't be submitted: Local order ID=filled is already registered."}`)
	c.quote("500.00", "500.02", 1000)
	if got := c.order("partly"); got.Status != "Filled" || got.Filled != market.Shares(10) {
		t.Errorf("the resting order after the restart: %+v", got)
	}
	c.place("next", `"orderType":"MKT","side":"SELL","quantity":1,"tif":"DAY"`)
	orders, execs := map[int64]bool{}, map[string]bool{}
	st := c.srv.State()
	for _, o := range st.Orders {
		orders[o.OrderID] = true
	}
	for _, e := range st.Executions {
		execs[e.ID] = true
	}
	if len(orders) != 5 || len(execs) != 4 {
		t.Errorf("an id was given twice: %d orders, %d executions", len(orders), len(execs))
	}
	fees := st.Fees
	if partly := st.Executions[2]; partly.COID != "partly" || !partly.Commission.IsZero() {
		t.Errorf("the minimum fee of one order was charged twice: %+v (all fees %s)", partly, fees)
	}
}

// A process that dies while it writes leaves a cut line. What it had answered
// for is whole, and what is cut never happened.
func TestStateCutAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	c := start(t, persisted(path)).login()
	trade(c)
	before := truth(c.srv)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c.place("last", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`)
	after := truth(c.srv)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(text[len(whole):], []byte("\n")); lines != 1 {
		t.Fatalf("an order and its fill were %d records", lines)
	}
	for cut := len(whole); cut <= len(text); cut++ {
		torn := filepath.Join(dir, "torn")
		if err := os.WriteFile(torn, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		opt := persisted(torn)
		opt.PlainHTTP = true
		srv, err := ibkrsim.Start(opt)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		want := before
		if cut == len(text) {
			want = after
		}
		same(t, "cut", truth(srv), want)
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(torn)
		if err != nil || (cut < len(text) && !bytes.Equal(kept, whole)) {
			t.Fatalf("cut at %d: the torn tail is still there (%v)", cut, err)
		}
		if t.Failed() {
			t.Fatalf("cut at %d", cut)
		}
	}
}

// Damage that is not a cut is not guessed about.
func TestStateDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	c := start(t, persisted(path)).login()
	trade(c)
	if _, err := ibkrsim.Start(persisted(path)); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second process on the same file: %v", err)
	}
	if err := c.srv.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(text, []byte(`"qty":"2"`), []byte(`"qty":"3"`), 1)
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ibkrsim.Start(persisted(path)); err == nil || !strings.Contains(err.Error(), "checksum does not match") {
		t.Errorf("started on a changed record: %v", err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	other := persisted(path)
	other.Account = "DU2"
	if _, err := ibkrsim.Start(other); err == nil || !strings.Contains(err.Error(), "accounts DU1000001: want DU2") {
		t.Errorf("another account took the file over: %v", err)
	}
	other = persisted(path)
	other.Instruments = []ibkrsim.Instrument{{Symbol: "ZZZ", Exchange: "NYSE", Conid: 5}}
	if _, err := ibkrsim.Start(other); err == nil || !strings.Contains(err.Error(), "conid 756733 is not among the instruments") {
		t.Errorf("started without the instrument of an order: %v", err)
	}
}

// A cancel that was acknowledged before the process died takes effect after it.
func TestRestartFinishesCancel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	opt := persisted(path)
	opt.Timing.Cancel = 1 << 40
	c := start(t, opt).login()
	c.quote("500.00", "500.02", 3)
	id := c.place("c", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`)
	c.must("DELETE", "/iserver/account/"+account+"/order/"+id, "")
	if got := c.order("c").Status; got != "PendingCancel" {
		t.Fatalf("status %s", got)
	}
	if err := c.srv.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, opt)
	eventually(t, "cancelled", func() bool { return c.order("c").Status == "Cancelled" })
}
