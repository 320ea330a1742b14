package ibkr

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gannet/market"
)

func testClient(t *testing.T, g *gateway) *Client {
	t.Helper()
	a, err := New(testConfig(t, g))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.client.Close)
	return a.client
}

// A request without a User-Agent is thrown out by IBKR's edge with 403.
func TestQuirk01UserAgent(t *testing.T) {
	g := newGateway(t)
	start(t, g).ready(1)
	for _, c := range g.got("POST /tickle") {
		if c.header.Get("User-Agent") != userAgent {
			t.Errorf("User-Agent = %q, want %q", c.header.Get("User-Agent"), userAgent)
		}
	}
	g.locked(func() {
		if g.agent != userAgent {
			t.Errorf("User-Agent of the stream = %q, want %q", g.agent, userAgent)
		}
	})
	g.answers("GET /iserver/accounts", reply{403, "text/html", "<html>Access Denied</html>", false})
	_, err := testClient(t, g).Accounts(context.Background())
	if kindOf(err) != KindRefused || !strings.Contains(err.Error(), "Access Denied") {
		t.Errorf("403 of the edge: %v, want it refused with its text", err)
	}
}

// An empty POST without Content-Length is answered 411. What matters is what is
// on the wire: a server does not tell a length of 0 from one that is not said.
func TestQuirk02ContentLength(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heads := make(chan string, 2)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			heads <- wireHead(conn)
		}
	}()
	c, err := NewClient(ClientConfig{BaseURL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, ask := range map[string]func() error{
		"no body": func() error { _, err := c.Tickle(t.Context()); return err },
		"an empty body": func() error {
			_, err := c.Call(t.Context(), Call{Method: http.MethodPost, Path: "/logout", Body: []byte{}})
			return err
		},
	} {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if head := <-heads; !strings.Contains(head, "\r\nContent-Length: 0\r\n") || strings.Contains(head, "Transfer-Encoding") {
			t.Errorf("%s: want Content-Length: 0 in %q", name, head)
		}
	}
}

// wireHead answers a request with an empty object and returns its head as it
// was on the wire.
func wireHead(conn net.Conn) string {
	defer conn.Close()
	var head strings.Builder
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			break
		}
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
	return head.String()
}

// Errors of the edge are HTML pages; their text must come through, not a
// complaint of the JSON decoder.
func TestQuirk03HTMLErrors(t *testing.T) {
	g := newGateway(t)
	g.answers(ordersRoute)
	_, err := testClient(t, g).LiveOrders(context.Background(), false)
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindNotFound || e.Text != "Resource not found" {
		t.Errorf("HTML 404 gave %v", err)
	}
	for _, page := range []string{"<html>Login</html>", `{"orders":[],"snapshot":true}`} {
		g.answers(ordersRoute, reply{200, "text/html", page, false})
		if _, err = testClient(t, g).LiveOrders(context.Background(), false); kindOf(err) != KindMalformed {
			t.Errorf("%s, which is HTML by its type, with status 200 gave %v, want a malformed answer", page, err)
		}
	}
}

// A 200 can hold an error.
func TestQuirk04ErrorInside200(t *testing.T) {
	g := newGateway(t)
	for _, body := range []string{`{"error":"Chart data unavailable"}`, `[{"error":"Chart data unavailable"}]`} {
		g.answers(tradesRoute, ok(body))
		_, err := testClient(t, g).Trades(context.Background(), 1)
		if kindOf(err) != KindRefused || reasonOf(err) != "Chart data unavailable" {
			t.Errorf("%s gave %v", body, err)
		}
	}
	g.answers("POST /tickle", ok(`{"error":"no session"}`))
	if _, err := testClient(t, g).Tickle(context.Background()); kindOf(err) != KindNoBridge {
		t.Errorf("tickle without a session gave %v", err)
	}
}

// 401 without a body on a portfolio path means a foreign account. Taking it
// for a lost login would tear a good session down.
func TestQuirk05ForeignAccount(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	g.answers("GET /portfolio/DU1234567/ledger", reply{status: 401})
	if snap := r.Snapshot(context.Background()); snap.Cash.Known || !snap.Positions.Known {
		t.Errorf("cash known %v, positions known %v; want only the ledger unavailable", snap.Cash.Known, snap.Positions.Known)
	}
	if s := r.states(); !s[len(s)-1].Ready {
		t.Errorf("the session was given up: %+v", s[len(s)-1])
	}
	_, err := r.client.Ledger(context.Background())
	if kindOf(err) != KindNotFound {
		t.Errorf("error %v, want it not found", err)
	}
	g.answers("POST /iserver/auth/status", reply{status: 401})
	if _, err := r.client.AuthStatus(context.Background()); kindOf(err) != KindUnauthorized {
		t.Errorf("401 elsewhere gave %v, want not logged in", err)
	}
}

// "no bridge" for a second after init is normal.
func TestQuirk06NoBridgeAfterInit(t *testing.T) {
	g := newGateway(t)
	noBridge := reply{400, "", `{"error":"Bad Request: no bridge","statusCode":400}`, false}
	g.answers("POST /iserver/auth/status", ok(statusDown), noBridge, noBridge, ok(statusUp))
	g.answers("GET /iserver/accounts", noBridge, ok(`{"accounts":["DU1234567"],"selectedAccount":"DU1234567","isPaper":true}`))
	r := start(t, g).ready(1)
	if n := g.count("POST /iserver/auth/ssodh/init"); n != 1 {
		t.Errorf("%d inits, want 1", n)
	}
	for _, s := range r.states() {
		if s.Name != stateBrokerage {
			t.Errorf("state %+v on the way: the session was taken for lost", s)
		}
	}
}

// init answers 200 also when it failed; only the flags tell.
func TestQuirk07InitRefusedWith200(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /iserver/auth/status", ok(statusDown))
	g.answers("POST /iserver/auth/ssodh/init", ok(`{"authenticated":false,"established":false,"competing":false,"connected":true,"fail":"Force compete capability must be used together with compete flag"}`))
	s := start(t, g).inState(stateReadOnly)
	if s.Ready || !strings.Contains(s.Reason, "Force compete") {
		t.Errorf("state %+v, want it not ready with the server's reason", s)
	}
}

// Older servers do not say "established"; another says "passed".
func TestQuirk08EstablishedMissing(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /iserver/auth/status", ok(statusDown), ok(`{"authenticated":true,"competing":false,"connected":true}`))
	g.answers("POST /iserver/auth/ssodh/init", ok(`{"passed":true,"authenticated":true,"established":false,"competing":false,"connected":true}`))
	start(t, g).ready(1)

	up := AuthStatus{Authenticated: true, Established: new(FlexBool)}
	if up.Up() {
		t.Error("established:false counts as up")
	}
}

// tickle spells a key "collission" and leaves several out on some logins.
func TestQuirk09TickleKeys(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /tickle", ok(`{"session":"abc","collission":true,"iserver":{"authStatus":`+statusUp+`}}`),
		ok(`{"session":"abc","iserver":{"authStatus":`+statusUp+`}}`))
	c := testClient(t, g)
	first, err := c.Tickle(context.Background())
	if err != nil || !bool(first.Collision) {
		t.Errorf("tickle = %+v, %v", first, err)
	}
	if second, err := c.Tickle(context.Background()); err != nil || second.Session != "abc" || !second.IServer.AuthStatus.Up() {
		t.Errorf("short tickle = %+v, %v", second, err)
	}
}

// hmds "no bridge" inside tickle is normal.
func TestQuirk10HmdsNoBridge(t *testing.T) {
	g := newGateway(t)
	r := start(t, g, func(c *Config) { c.Timeouts.Tickle = 5 * time.Millisecond }).ready(1)
	eventually(t, "five tickles", func() bool { return g.count("POST /tickle") > 5 })
	if n := g.streams(); n != 1 || !r.states()[len(r.states())-1].Ready {
		t.Errorf("%d streams, want the first to be kept", n)
	}
}

// A login elsewhere takes the session away: no order may go out, and a person
// must be able to see why.
func TestQuirk11CompetingLogin(t *testing.T) {
	g := newGateway(t)
	r := start(t, g).ready(1)
	competing := `{"authenticated":false,"competing":true,"connected":true,"message":""}`
	g.answers("POST /iserver/auth/status", ok(competing))
	g.answers("POST /iserver/auth/ssodh/init", ok(competing))
	g.push(`{"topic":"sts","args":{"authenticated":false,"competing":true,"fail":""}}`)
	if s := r.inState(stateCompeting); s.Ready || s.Reason == "" {
		t.Errorf("state %+v", s)
	}
	r.Submit(buyLimit("a-1"))
	rejected := r.report(market.ExecRejected, 1)
	if g.count(placeRoute) != 0 || !strings.Contains(rejected.Text, "Competing") {
		t.Errorf("order went out, or its report does not say why: %q", rejected.Text)
	}
	eventually(t, "an attempt to open the session", func() bool { return g.count(initRoute) > 0 })
	for _, c := range g.got("POST /iserver/auth/ssodh/init") {
		if !strings.Contains(c.body, `"compete":false`) {
			t.Errorf("init %s, want no take-over without Compete", c.body)
		}
	}
}

// Two programs that compete would steal the session from each other for ever.
func TestQuirk12CompeteOnce(t *testing.T) {
	g := newGateway(t)
	competing := `{"authenticated":false,"competing":true,"connected":true,"message":""}`
	g.answers("POST /iserver/auth/status", ok(competing))
	g.answers("POST /iserver/auth/ssodh/init", ok(competing))
	r := start(t, g, func(c *Config) { c.Compete = true })
	eventually(t, "ten looks at the status", func() bool { return g.count("POST /iserver/auth/status") >= 10 })
	if calls := g.got("POST /iserver/auth/ssodh/init"); len(calls) != 1 || !strings.Contains(calls[0].body, `"compete":true`) {
		t.Errorf("take-overs %v, want one", calls)
	}
	eventually(t, "an alert", func() bool { return len(r.alerts("SESSION_STUCK")) == 1 })
}

// The first snapshot of a contract has no data.
func TestQuirk13FirstSnapshotEmpty(t *testing.T) {
	g := newGateway(t)
	route := "GET /iserver/marketdata/snapshot"
	g.answers(route, ok(`[{"conid":265598,"conidEx":"265598"}]`),
		ok(`[{"conid":265598,"_updated":1775086883187,"6509":"DPB","31":"C655.05","84":"655.00","85":"1,300","88":"2"}]`))
	rows, err := testClient(t, g).Quotes(context.Background(), 265598)
	if err != nil || len(rows) != 1 || g.count(route) != 2 {
		t.Fatalf("rows %v, %v after %d questions", rows, err, g.count(route))
	}
	q := rows[0]
	if q.Last.String() != "655.05" || q.Last.Mark != 'C' || q.AskSize.String() != "1300" || q.BidSize.String() != "2" || q.Ask.Valid || q.RealTime() {
		t.Errorf("quote %+v", q)
	}
}

// What a lost login, a refused user and a wrong account lead to.
func TestSessionFinalFaults(t *testing.T) {
	tests := []struct {
		name  string
		setup func(g *gateway)
		cfg   func(c *Config)
		want  []string // in the error
	}{
		{"account not of this login", func(g *gateway) {
			g.answers("GET /iserver/accounts", ok(`{"accounts":["DU7","All"],"selectedAccount":"DU7","isPaper":true}`))
		}, nil, []string{"DU1234567", "DU7"}},
		{"live where paper is wanted", func(g *gateway) {
			g.answers("GET /iserver/accounts", ok(`{"accounts":["DU1234567"],"isPaper":false}`))
		}, nil, []string{"DU1234567", "live", "paper"}},
		{"user may not trade", func(g *gateway) {
			g.answers("POST /iserver/auth/status", ok(statusDown))
			g.answers("POST /iserver/auth/ssodh/init", reply{500, "", `{"error":"failed to generate sso dh token"}`, false})
		}, nil, []string{"failed to generate sso dh token"}},
		{"wrong pin", nil, func(c *Config) {
			c.Pin = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
		}, []string{"pinned", "47DEQpj8"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t)
			if tt.setup != nil {
				tt.setup(g)
			}
			r := start(t, g, func(c *Config) {
				if tt.cfg != nil {
					tt.cfg(c)
				}
			})
			err := <-r.done
			r.done = nil
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q in it", err, want)
				}
			}
			if s := r.states(); s[len(s)-1].Name != stateFailed {
				t.Errorf("last state %+v, want %s", s[len(s)-1], stateFailed)
			}
		})
	}
}

// Nobody logged in: not final, a person may log in any moment.
func TestSessionWaitsForLogin(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /iserver/auth/status", reply{401, "", `{"error":"not authenticated"}`, false},
		reply{401, "", `{"error":"not authenticated"}`, false}, ok(statusUp))
	r := start(t, g).ready(1)
	if s := r.states()[0]; s.Name != stateDisconnected || !strings.Contains(s.Reason, "logged in") {
		t.Errorf("first state %+v", s)
	}
}

func TestSessionMaintenanceState(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /iserver/auth/status", reply{503, "", `{"error":"Service Unavailable","statusCode":503}`, false})
	start(t, g, func(c *Config) {
		c.Maintenance = Window{Loc: time.UTC, From: 23 * time.Hour, To: 2 * time.Hour}
		c.Now = func() time.Time { return time.Date(2026, 1, 5, 0, 30, 0, 0, time.UTC) }
	}).inState(stateMaintenance)
}

// One failed tickle is no lost session; a server that says so is.
func TestSessionTickle(t *testing.T) {
	g := newGateway(t)
	r := start(t, g, func(c *Config) { c.Timeouts.Tickle = 400 * time.Millisecond }).ready(1)
	good := g.got("POST /tickle")
	g.answers("POST /tickle", reply{503, "", `{"error":"x"}`, false},
		ok(`{"session":"abc123","iserver":{"authStatus":`+statusUp+`}}`))
	eventually(t, "tickles after the failed one", func() bool { return g.count("POST /tickle") > len(good)+2 })
	if g.streams() != 1 {
		t.Fatal("a single failed tickle ended the session")
	}
	g.answers("POST /tickle", ok(`{"session":"abc123","iserver":{"authStatus":`+statusDown+`}}`),
		ok(`{"session":"new","iserver":{"authStatus":`+statusUp+`}}`))
	r.ready(2)
	eventually(t, "the new session's cookie", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.cookie == "api=new"
	})
}

// The session that IBKR has selected is not ours: it is switched.
func TestSessionSwitchesAccount(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /iserver/accounts", ok(`{"accounts":["DU1234567","DU7"],"selectedAccount":"DU7","isPaper":true}`))
	start(t, g).ready(1)
	if c := g.got("POST /iserver/account"); len(c) != 1 || c[0].body != `{"acctId":"DU1234567"}` {
		t.Errorf("switch calls %v", c)
	}
}

// Suppressed questions are forgotten with the session and have to be sent
// again.
func TestQuirk37SuppressAgain(t *testing.T) {
	g := newGateway(t)
	r := start(t, g, func(c *Config) { c.Questions.Suppress = []string{"o354"} }).ready(1)
	g.push(`{"topic":"sts","args":{"authenticated":"false","competing":false}}`)
	r.ready(2)
	calls := g.got("POST /iserver/questions/suppress")
	if len(calls) != 2 || calls[1].body != `{"messageIds":["o354"]}` {
		t.Errorf("suppress calls %v", calls)
	}
}
