package ibkrsim_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childState); path != "" {
		runChild(path)
	}
	goleak.VerifyTestMain(m)
}

const account = "DU1000001"

// patience is how long a socket may keep a test waiting.
const patience = 20 * time.Second

// inNewYork is the time zone of the exchanges.
func inNewYork(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// quiet are options without any waiting and with prices from the test only.
func quiet() ibkrsim.Options {
	return ibkrsim.Options{Manual: true, Seed: 7, Timing: ibkrsim.Timing{Bridge: -1, Cancel: -1}}
}

// client is a plain client of the Client Portal Gateway.
type client struct {
	t   *testing.T
	srv *ibkrsim.Server
	web *http.Client
	tls *tls.Config

	clock *clock            // where time is the test's
	ids   map[string]string // what a preparation has made
}

func start(t *testing.T, opt ibkrsim.Options) *client {
	t.Helper()
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return newClient(t, srv)
}

// newClient trusts the server's pin and nothing else.
func newClient(t *testing.T, srv *ibkrsim.Server) *client {
	config := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(cs tls.ConnectionState) error {
		sum := sha256.Sum256(cs.PeerCertificates[0].RawSubjectPublicKeyInfo)
		if pin := "sha256/" + base64.StdEncoding.EncodeToString(sum[:]); pin != srv.Pin() {
			return fmt.Errorf("pin %s: want %s", pin, srv.Pin())
		}
		return nil
	}}
	transport := &http.Transport{TLSClientConfig: config}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, srv: srv, web: &http.Client{Transport: transport, Timeout: 10 * time.Second}, tls: config}
}

// login opens the brokerage session and primes what the API wants primed.
func (c *client) login() *client {
	c.t.Helper()
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	c.must("GET", "/iserver/accounts", "")
	c.must("GET", "/iserver/account/orders", "")
	c.must("GET", "/iserver/account/trades", "")
	return c
}

type response struct {
	status int
	header http.Header
	text   string
}

func (r response) json(t *testing.T) any {
	t.Helper()
	var v any
	decoder := json.NewDecoder(strings.NewReader(r.text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("body %q: %v", r.text, err)
	}
	return v
}

func (c *client) try(method, path, body string) (response, error) {
	base := c.srv.URL()
	if !strings.HasPrefix(path, "/_sim") {
		base += "/v1/api"
	}
	request, err := http.NewRequest(method, base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	if body == "" {
		request.Body = http.NoBody
	}
	got, err := c.web.Do(request)
	if err != nil {
		return response{}, err
	}
	text, err := io.ReadAll(got.Body)
	return response{got.StatusCode, got.Header, string(text)}, errors.Join(err, got.Body.Close())
}

func (c *client) call(method, path, body string) response {
	c.t.Helper()
	got, err := c.try(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

// must is call for a 200; it returns the decoded body.
func (c *client) must(method, path, body string) any {
	c.t.Helper()
	got := c.call(method, path, body)
	if got.status != 200 {
		c.t.Fatalf("%s %s: %d %s", method, path, got.status, got.text)
	}
	return got.json(c.t)
}

// want checks status and exact text.
func (c *client) want(method, path, body string, status int, text string) {
	c.t.Helper()
	got := c.call(method, path, body)
	if got.status != status || got.text != text {
		c.t.Errorf("%s %s %s:\ngot  %d %s\nwant %d %s", method, path, body, got.status, got.text, status, text)
	}
}

// quote moves SPY.
func (c *client) quote(bid, ask string, size int64) {
	c.t.Helper()
	q := ibkrsim.Quote{Bid: market.MustPrice(bid), Ask: market.MustPrice(ask),
		BidSize: market.Shares(size), AskSize: market.Shares(size)}
	if err := c.srv.SetPrice("SPY", q); err != nil {
		c.t.Fatal(err)
	}
}

func placePath() string { return "/iserver/account/" + account + "/orders" }

func orderBody(coid, rest string) string {
	return fmt.Sprintf(`{"orders":[{"conid":756733,"cOID":%q,%s}]}`, coid, rest)
}

// place sends an order that has to be accepted and returns its id.
func (c *client) place(coid, rest string) string {
	c.t.Helper()
	got := c.must("POST", placePath(), orderBody(coid, rest))
	list, ok := got.([]any)
	if !ok {
		c.t.Fatalf("place %s: %v", rest, got)
	}
	id, ok := list[0].(map[string]any)["order_id"].(string)
	if !ok {
		c.t.Fatalf("place %s: %v", rest, got)
	}
	return id
}

// order is the order in the server's own eyes.
func (c *client) order(coid string) ibkrsim.OrderState {
	c.t.Helper()
	for _, o := range c.srv.State().Orders {
		if o.COID == coid {
			return o
		}
	}
	c.t.Fatalf("no order %q", coid)
	return ibkrsim.OrderState{}
}

// socket is a WebSocket with what it has heard.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (c *client) dial() *socket {
	c.t.Helper()
	session := c.must("POST", "/tickle", "").(map[string]any)["session"].(string)
	dialer := websocket.Dialer{TLSClientConfig: c.tls, HandshakeTimeout: patience}
	url := strings.Replace(c.srv.URL(), "http", "ws", 1) + "/v1/api/ws"
	header := http.Header{"User-Agent": {"test"}, "Cookie": {`api={"session":"` + session + `"}`}}
	conn, _, err := dialer.Dial(url, header)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	return &socket{c.t, conn}
}

func (s *socket) send(text string) {
	s.t.Helper()
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

// next is the next frame, with patience.
func (s *socket) next() map[string]any {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	_, text, err := s.conn.ReadMessage()
	if err != nil {
		s.t.Fatal("no frame:", err)
	}
	var frame map[string]any
	if err := json.Unmarshal(text, &frame); err != nil {
		s.t.Fatalf("frame %s: %v", text, err)
	}
	return frame
}

// await skips frames until one of the topic.
func (s *socket) await(topic string) map[string]any {
	s.t.Helper()
	for {
		if frame := s.next(); frame["topic"] == topic {
			return frame
		}
	}
}

// barrier waits until the server has read everything sent before.
func (s *socket) barrier() {
	s.t.Helper()
	s.send("tic")
	s.await("tic")
}

// eventually polls a condition for ten seconds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatal("never:", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// clock is a wall clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 7, 9, 14, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
