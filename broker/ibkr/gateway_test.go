package ibkr

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"gannet/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testAccount = "DU1234567"
	placeRoute  = "POST /iserver/account/DU1234567/orders"
	modifyRoute = "POST /iserver/account/DU1234567/order/77"
	cancelRoute = "DELETE /iserver/account/DU1234567/order/77"
	replyRoute  = "POST /iserver/reply/r1"
	ordersRoute = "GET /iserver/account/orders"
	tradesRoute = "GET /iserver/account/trades"
	accepted    = `[{"order_id":"77","order_status":"PreSubmitted","encrypt_message":"1"}]`
	statusUp    = `{"authenticated":true,"established":true,"competing":false,"connected":true,"message":""}`
	statusDown  = `{"authenticated":false,"competing":false,"connected":true,"message":""}`
)

// reply is one answer of the fake gateway.
type reply struct {
	status int
	kind   string // Content-Type; "" is JSON
	body   string
	hang   bool // close the connection without an answer
}

func ok(body string) reply { return reply{status: 200, body: body} }

// call is one request that the fake gateway got.
type call struct {
	route  string // "GET /iserver/accounts"
	query  string
	header http.Header
	length int64
	body   string
}

// gateway is a Client Portal Gateway on loopback: real TLS, real WebSocket,
// answers in the shapes that IBKR's servers give.
type gateway struct {
	*httptest.Server
	mu     sync.Mutex
	script map[string][]reply // by route; the last one repeats
	calls  []call
	greet  []string // first frames of a stream
	heard  []string // texts that the client sent on streams
	conn   *websocket.Conn
	dials  int
	cookie string
	agent  string // of the last stream
	onCall func(route string)
	decide func(route string) (reply, bool) // before the script
	mute   atomic.Bool                      // no heartbeats, where there are any
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := unserved()
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(g.serve))
	g.Server.Config.ErrorLog = quietLog
	g.Server.StartTLS()
	t.Cleanup(func() { g.drop(); g.Server.Close() })
	return g
}

// unserved is a gateway without a server.
func unserved() *gateway {
	return &gateway{
		script: map[string][]reply{
			"POST /iserver/auth/status":        {ok(statusUp)},
			"POST /iserver/auth/ssodh/init":    {ok(statusUp)},
			"POST /tickle":                     {ok(`{"session":"abc123","ssoExpires":585695,"collission":false,"userId":1,"hmds":{"error":"no bridge"},"iserver":{"authStatus":` + statusUp + `}}`)},
			"GET /iserver/accounts":            {ok(`{"accounts":["DU1234567"],"selectedAccount":"DU1234567","isFT":false,"isPaper":true}`)},
			"POST /iserver/account":            {ok(`{"success":"Account already set"}`)},
			"POST /iserver/questions/suppress": {ok(`{"status":"submitted"}`)},
			placeRoute:                         {ok(accepted)},
			modifyRoute:                        {ok(accepted)},
			cancelRoute:                        {ok(`{"msg":"Request was submitted","order_id":77,"conid":-1,"account":null}`)},
			ordersRoute:                        {ok(`{"orders":[],"snapshot":false}`), ok(`{"orders":[],"snapshot":true}`)},
			tradesRoute:                        {ok(`[]`)},
			"GET /portfolio/accounts":          {ok(`[{"id":"DU1234567","accountId":"DU1234567","currency":"USD","type":"DEMO"}]`)},
			"POST /portfolio/DU1234567/positions/invalidate": {ok(`{"message":"success"}`)},
			"GET /portfolio/DU1234567/positions/0":           {ok(`[]`)},
			"GET /portfolio/DU1234567/ledger":                {ok(`{"USD":{"cashbalance":5.5,"currency":"USD"},"BASE":{"cashbalance":971869.6,"currency":"BASE","exchangerate":1}}`)},
		},
		greet: []string{
			`{"message":"waiting for session"}`,
			`{"topic":"system","success":"user123","isFT":false,"isPaper":true}`,
			`{"topic":"act","args":{"accounts":["DU1234567"],"selectedAccount":"DU1234567","isPaper":true}}`,
			`{"topic":"sts","args":{"authenticated":true,"competing":false,"message":"","fail":""}}`,
		},
	}
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/api")
	if path == "/ws" {
		g.stream(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + path
	g.mu.Lock()
	hook := g.onCall
	g.calls = append(g.calls, call{route, r.URL.RawQuery, r.Header.Clone(), r.ContentLength, string(body)})
	answer := reply{404, "text/html", "<html><body><h1>Resource not found</h1></body></html>", false}
	if s := g.script[route]; len(s) > 0 {
		answer = s[0]
		if len(s) > 1 {
			g.script[route] = s[1:]
		}
	}
	decide := g.decide
	g.mu.Unlock()
	if decide != nil {
		if other, is := decide(route); is {
			answer = other
		}
	}
	if hook != nil {
		hook(route)
	}
	if answer.hang {
		panic(http.ErrAbortHandler)
	}
	if answer.kind == "" {
		answer.kind = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", answer.kind)
	w.WriteHeader(answer.status)
	io.WriteString(w, answer.body)
}

func (g *gateway) stream(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	decide := g.decide
	g.mu.Unlock()
	if decide != nil {
		if answer, is := decide("GET /ws"); is {
			w.WriteHeader(answer.status)
			return
		}
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	g.mu.Lock()
	g.conn, g.cookie, g.agent = conn, r.Header.Get("Cookie"), r.Header.Get("User-Agent")
	g.dials++
	for _, f := range g.greet {
		conn.WriteMessage(websocket.TextMessage, []byte(f))
	}
	g.mu.Unlock()
	defer conn.Close()
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		g.mu.Lock()
		g.heard = append(g.heard, string(text))
		g.mu.Unlock()
	}
}

// locked runs fn while no request is answered.
func (g *gateway) locked(fn func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fn()
}

// asked is how many requests there were.
func (g *gateway) asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.calls)
}

// answers sets the answers of a route; the last one repeats.
func (g *gateway) answers(route string, list ...reply) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.script[route] = list
}

// push sends a frame to the client.
func (g *gateway) push(frame string) { g.pushAs(websocket.TextMessage, frame) }

func (g *gateway) pushAs(kind int, frame string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conn != nil {
		g.conn.WriteMessage(kind, []byte(frame))
	}
}

// drop cuts the stream.
func (g *gateway) drop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conn != nil {
		g.conn.Close()
	}
}

// count is how often a route was called.
func (g *gateway) count(route string) int { return len(g.got(route)) }

func (g *gateway) got(route string) (list []call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.calls {
		if c.route == route {
			list = append(list, c)
		}
	}
	return list
}

func (g *gateway) texts() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.heard...)
}

func (g *gateway) streams() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dials
}

func testInstruments(t testing.TB) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(
		market.Instrument{Name: "SPY.ARCA", Conid: 756733, SecType: "STK", Currency: "USD"},
		market.Instrument{Name: "AAPL.NASDAQ", Conid: 265598, SecType: "STK", Currency: "USD"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// testConfig is fast and talks to g.
func testConfig(t testing.TB, g *gateway) Config {
	return Config{
		BaseURL: g.URL, Pin: PinOf(g.Certificate()), Account: testAccount, Paper: true, Instruments: testInstruments(t),
		Pacing: Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond, Tickle: time.Millisecond, Validate: time.Millisecond, Snapshot: 1000},
		Timeouts: Timeouts{
			Order: 2 * time.Second, Read: 2 * time.Second, Retry: time.Millisecond, Open: 2 * time.Second,
			Status: 2 * time.Millisecond, Subscribe: 50 * time.Millisecond, BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond,
		},
	}
}

// rig is a running adapter.
type rig struct {
	*Adapter
	t    *testing.T
	mu   sync.Mutex
	seen []market.Body
	news chan struct{}
	stop context.CancelFunc
	done chan error
}

// start runs an adapter on g and stops it when the test ends.
func start(t *testing.T, g *gateway, change ...func(*Config)) *rig {
	t.Helper()
	cfg := testConfig(t, g)
	for _, fn := range change {
		fn(&cfg)
	}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, a)
}

func run(t *testing.T, a *Adapter) *rig {
	ctx, cancel := context.WithCancel(context.Background())
	r := &rig{Adapter: a, t: t, news: make(chan struct{}, 1), stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- a.Run(ctx, r.deliver) }()
	t.Cleanup(func() {
		cancel()
		if r.done != nil {
			<-r.done
		}
	})
	return r
}

func (r *rig) deliver(body market.Body) {
	r.mu.Lock()
	r.seen = append(r.seen, body)
	r.mu.Unlock()
	select {
	case r.news <- struct{}{}:
	default:
	}
}

func (r *rig) bodies() []market.Body {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]market.Body(nil), r.seen...)
}

const patience = 20 * time.Second

// eventually polls until cond holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

// report waits for the n-th report (from 1) of a type.
func (r *rig) report(t market.ExecType, n int) *market.ExecReport {
	r.t.Helper()
	var found *market.ExecReport
	eventually(r.t, t.String()+" report", func() bool {
		list := r.reports(t)
		if len(list) >= n {
			found = list[n-1]
		}
		return found != nil
	})
	return found
}

// reports are those of a type so far; of all types for 0.
func (r *rig) reports(t market.ExecType) (list []*market.ExecReport) {
	for _, body := range r.bodies() {
		if e, is := body.(*market.ExecReport); is && (t == 0 || e.ExecType == t) {
			list = append(list, e)
		}
	}
	return list
}

func (r *rig) states() (list []*market.BrokerState) {
	for _, body := range r.bodies() {
		if s, is := body.(*market.BrokerState); is {
			list = append(list, s)
		}
	}
	return list
}

func (r *rig) alerts(code string) (list []*market.Alert) {
	for _, body := range r.bodies() {
		if a, is := body.(*market.Alert); is && a.Code == code {
			list = append(list, a)
		}
	}
	return list
}

// ready waits until orders can be sent, for the n-th time.
func (r *rig) ready(n int) *rig {
	r.t.Helper()
	eventually(r.t, "ready", func() bool {
		up := 0
		for _, s := range r.states() {
			if s.Ready {
				up++
			}
		}
		return up >= n
	})
	return r
}

// state waits for a state and returns it.
func (r *rig) inState(name string) (found *market.BrokerState) {
	r.t.Helper()
	eventually(r.t, "state "+name, func() bool {
		for _, s := range r.states() {
			if s.Name == name {
				found = s
			}
		}
		return found != nil
	})
	return found
}

// settle waits until frames pushed before it were read: the stream is in order.
func (r *rig) settle(g *gateway, mark string) {
	r.t.Helper()
	g.push(`{"topic":"ntf","args":[{"id":"1","text":"` + mark + `"}]}`)
	eventually(r.t, "frame "+mark, func() bool {
		for _, a := range r.alerts("IBKR_NOTICE") {
			if a.Text == mark {
				return true
			}
		}
		return false
	})
}

func buyLimit(id string) market.Order {
	return market.Order{
		Ticket:        market.BuyLimit(1, market.Shares(10), market.MustPrice("457.25")),
		ClientOrderID: market.ClientOrderID(id), Account: testAccount,
	}
}

// recording reads the body of a recorded answer; the test is skipped where
// the recordings are not at hand.
func recording(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Skip("no go.mod above the test")
	}
	b, err := os.ReadFile(filepath.Join(dir, "..", "shared", "ibkr", "recordings", name+".json"))
	if err != nil {
		t.Skipf("no recording %s here", name)
	}
	return recordedBody(t, b)
}
