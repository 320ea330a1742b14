package ibkr

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// What comes without being asked for. args are lists on the wire where the
// documentation shows objects, or the other way round.
func TestQuirk50UnsolicitedTopics(t *testing.T) {
	g := newGateway(t)
	g.greet = g.greet[:1]
	s := startStream(t, g, func(t *Timeouts) { t.Subscribe = time.Minute })
	status, system, accounts, notices, bulletins, tics, errs := s.Status(), s.System(), s.AccountList(), s.Notices(), s.Bulletins(), s.Tics(), s.Errors()
	eventually(t, "a connection", func() bool { return g.streams() == 1 })
	for _, f := range []string{
		`{"topic":"sts","args":{"competing":false}}`,
		`{"topic":"system","success":"user123","isFT":false,"isPaper":true}`,
		`{"topic":"system","hb":1594677336001}`,
		`{"topic":"act","args":{"accounts":["DU1","All"],"acctProps":{"DU1":{}},"selectedAccount":"DU1","isPaper":true}}`,
		`{"topic":"sts","args":{"authenticated":"true","serverName":"JifN1"}}`,
		`{"topic":"tic","alive":true,"lastAccessed":1594677336002}`,
		`{"topic":"ntf","args":{"id":"118","text":"one","title":null,"url":null}}`,
		`{"topic":"ntf","args":[{"orderId":1883733600,"reqId":"29042","dismissable":[],"text":"two","options":["Always use"],"type":"M","messageId":"p12","prompt":true}]}`,
		`{"topic":"blt","args":[{"id":1789618148,"message":"m1","exchanges":null}]}`,
		`{"topic":"blt","args":{"id":"x","message":"m2"}}`,
		`{"topic":"error","error":"Topic unknown"}`,
		`{"error":"bare","code":7}`,
		`{"topic":"error","error":{"text":"object"}}`,
	} {
		g.push(f)
	}
	if u := next(t, status); u.Authenticated != nil || u.Competing == nil || bool(*u.Competing) {
		t.Errorf("status %+v", u)
	}
	if u := next(t, status); u.Authenticated == nil || !bool(*u.Authenticated) || u.Competing == nil || u.ServerName != "JifN1" {
		t.Errorf("status %+v", u)
	}
	if u := next(t, notices); u.ID != "118" || u.Text != "one" || bool(u.Prompt) {
		t.Errorf("notice %+v", u)
	}
	if u := next(t, notices); u.OrderID != 1883733600 || u.MessageID != "p12" || !bool(u.Prompt) || len(u.Options) != 1 {
		t.Errorf("prompt %+v", u)
	}
	if u := next(t, bulletins); u.ID != "1789618148" || u.Message != "m1" {
		t.Errorf("bulletin %+v", u)
	}
	if u := next(t, bulletins); u.ID != "x" {
		t.Errorf("bulletin %+v", u)
	}
	for _, want := range []string{"Topic unknown", "bare", `{"text":"object"}`} {
		if u := next(t, errs); u.Text != want {
			t.Errorf("error %+v, want %s", u, want)
		}
	}
	if u := next(t, system); u.User != "user123" || u.IsPaper == nil || !bool(*u.IsPaper) || u.HeartbeatMs != 1594677336001 {
		t.Errorf("system %+v", u)
	}
	if u := next(t, accounts); u.Selected != "DU1" || len(u.Accounts.Accounts) != 2 || !strings.Contains(string(u.Raw), "acctProps") {
		t.Errorf("accounts %+v", u)
	}
	if u := next(t, tics); u.LastAccessedMs != 1594677336002 {
		t.Errorf("tic %+v", u)
	}
}

// A frame over the limit ends the connection, and only it: the stream is back
// after that with all its topics.
func TestStreamFrameLimit(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	orders := s.Orders()
	heard(t, g, "sor+{}")
	g.pushAs(websocket.BinaryMessage, sor(`{"orderId":1,"status":"`+strings.Repeat("x", maxFrame-200)+`"}`))
	next(t, orders)
	g.push(`{"topic":"ntf","args":[{"text":"` + strings.Repeat("x", maxFrame) + `"}]}`)
	eventually(t, "another connection", func() bool { return len(g.texts()) == 2 })
	g.push(sor(fullRow))
	if o := next(t, orders); o.Connection != 2 {
		t.Errorf("row %+v", o)
	}
}

// A wrong certificate is no fault that passes.
func TestStreamUntrusted(t *testing.T) {
	g := newGateway(t)
	a, err := New(testConfig(t, g))
	if err != nil {
		t.Fatal(err)
	}
	defer a.client.Close()
	a.client.http.CloseIdleConnections()
	cfg := testConfig(t, g)
	cfg.Pin = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	b, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.client.Close()
	if err := NewStream(b.client).Run(context.Background()); kindOf(err) != KindUntrusted {
		t.Errorf("error %v", err)
	}
}

// After a lost stream the adapter is ready only once everything is subscribed
// again; the snapshot that the desk then asks for has what was missed, and asks
// as in a new session.
func TestReadyAfterGap(t *testing.T) {
	g := newGateway(t)
	r := start(t, g, func(c *Config) { c.Timeouts.Subscribe = time.Minute }).ready(1)
	r.Snapshot(context.Background())
	g.mu.Lock()
	g.greet = g.greet[:3] // without sts
	g.mu.Unlock()
	g.drop()
	eventually(t, "a second stream", func() bool { return g.streams() == 2 })
	g.push(`{"topic":"ntf","args":{"text":"before"}}`)
	eventually(t, "its frames", func() bool { return len(r.alerts("IBKR_NOTICE")) == 1 })
	if s := r.states(); s[len(s)-1].Ready || len(g.texts()) != 2 {
		t.Fatalf("ready before the stream is authenticated: %+v %v", s[len(s)-1], g.texts())
	}
	before := len(r.states())
	g.push(`{"topic":"sts","args":{"authenticated":true}}`)
	r.ready(2)
	eventually(t, "subscriptions", func() bool { return len(g.texts()) == 4 })
	if s := r.states(); len(s) != before+1 {
		t.Errorf("states %+v, want one more", s[before:])
	}
	missed := fmt.Sprintf(tradeRow, "1.02")
	g.answers(ordersRoute, ok(`{"orders":[],"snapshot":false}`), ok(`{"orders":[],"snapshot":false}`), ok(`{"orders":[`+fullRow+`],"snapshot":true}`))
	g.answers(tradesRoute, ok(`[]`), ok(`[`+missed+`]`))
	asked := g.count(ordersRoute)
	snap := r.Snapshot(context.Background())
	if !snap.Trades.Known || len(snap.Trades.List) != 1 || !snap.Orders.Known || len(snap.Orders.List) != 1 {
		t.Errorf("snapshot %+v", snap)
	}
	if calls := g.got(ordersRoute)[asked:]; !strings.Contains(calls[0].query, "force=true") {
		t.Errorf("the first question of a new session is %s, want it forced", calls[0].query)
	}
}
