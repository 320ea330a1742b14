package ibkr_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/market"
)

// clientOf is a client that is logged in by a mode.
func (m *mode) clientOf(t *testing.T, d *modeDesk, auth ibkr.Auth, change func(*ibkr.ClientConfig)) *ibkr.Client {
	t.Helper()
	cfg := ibkr.ClientConfig{BaseURL: m.address(d), Pin: d.sim.Pin(), Auth: auth, Account: "DU1000001",
		Pacing:   ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond, Tickle: time.Millisecond},
		Timeouts: ibkr.Timeouts{Retry: time.Millisecond}}
	if change != nil {
		change(&cfg)
	}
	c, err := ibkr.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return m.reach(d, c)
}

// brokerage opens the session and waits until it is up.
func brokerage(t *testing.T, c *ibkr.Client) {
	t.Helper()
	if _, err := c.InitSession(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(time.Millisecond) {
		s, err := c.AuthStatus(t.Context())
		if err == nil && s.Up() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the session never came up: %+v, %v", s, err)
		}
	}
}

// What a person does without an engine works in every mode, queries that are
// not signed and values that have to be escaped among it.
func TestModesREST(t *testing.T) {
	for _, m := range modes() {
		t.Run(m.name, func(t *testing.T) {
			d, auth := m.start(t, ibkrsim.Options{})
			if err := d.sim.SetPrice("SPY", ibkrsim.Quote{Bid: market.MustPrice("100"), Ask: market.MustPrice("100.02"), Last: market.MustPrice("100")}); err != nil {
				t.Fatal(err)
			}
			c := m.clientOf(t, d, auth, nil)
			brokerage(t, c)
			a, err := c.Accounts(t.Context())
			if err != nil || len(a.Accounts) != 1 || a.Accounts[0] != "DU1000001" {
				t.Fatalf("accounts %+v, %v", a, err)
			}
			query := url.Values{"conids": {"756733,265598"}, "fields": {"31,84,86"}}
			for _, call := range []ibkr.Call{
				{Method: "GET", Path: "/iserver/marketdata/snapshot", Query: query},
				{Method: "GET", Path: "/trsrv/stocks", Query: url.Values{"symbols": {"BRK B,SPY"}}},
				{Method: "GET", Path: "/portfolio/{accountId}/ledger", Params: map[string]string{"accountId": "DU1000001"}},
				{Method: "POST", Path: "/iserver/secdef/search", Body: []byte(`{"symbol":"SPY"}`)},
				{Method: "GET", Path: "/iserver/account/orders"},
			} {
				if _, err := c.Call(t.Context(), call); err != nil {
					t.Errorf("%s: %v", call.Path, err)
				}
			}
			if err := c.Logout(t.Context()); err != nil {
				t.Errorf("logout: %v", err)
			}
		})
	}
}

// An account that is not ours answers 401 without a body in every mode; the
// login is not thrown away for it.
func TestModesUnknownAccount(t *testing.T) {
	for _, m := range modes() {
		t.Run(m.name, func(t *testing.T) {
			d, auth := m.start(t, ibkrsim.Options{})
			c := m.clientOf(t, d, auth, nil)
			_, err := c.Call(t.Context(), ibkr.Call{Method: "GET", Path: "/portfolio/{accountId}/ledger", Params: map[string]string{"accountId": "U9"}})
			var e *ibkr.Error
			if !errors.As(err, &e) || e.Kind != ibkr.KindNotFound {
				t.Fatalf("ledger of another: %v, want not found", err)
			}
			if _, err := c.Tickle(t.Context()); err != nil {
				t.Errorf("after it: %v", err)
			}
		})
	}
}

// After the nightly reset OAuth logs in by itself and trades on; a gateway and
// a browser wait for a person. A login made a moment ago is not asked for again
// for ten seconds.
func TestModesNightlyReset(t *testing.T) {
	for _, m := range modes() {
		if m.at != "" || m.name == "OAuth1ThirdParty" {
			continue // as OAuth1 and OAuth2
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			d := m.trade(t, ibkrsim.Options{})
			d.Submit(buy("x-1"))
			d.report("x-1", market.ExecTrade)
			d.sim.Reset()
			if m.name == "GatewayLoginPage" || m.name == "SSOBrowser" {
				d.wait("not logged in", func() bool {
					return d.find(func(s *market.BrokerState) bool {
						return !s.Ready && s.Name == "Disconnected" && strings.Contains(s.Reason, "not logged in")
					}) != nil
				})
				return
			}
			d.tradesAgain()
			if n := d.sim.State().Received["x-1"]; n != 1 {
				t.Errorf("x-1 was sent %d times", n)
			}
		})
	}
}

// isReady says that the last state was.
func (d *desk) isReady() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, body := range slices.Backward(d.list) {
		if s, is := body.(*market.BrokerState); is {
			return s.Ready
		}
	}
	return false
}

// tradesAgain submits until an order fills: until the session is back orders
// are refused, unsent.
func (d *desk) tradesAgain() {
	d.t.Helper()
	for n := range 20 {
		id := market.ClientOrderID(fmt.Sprint("again-", n))
		d.wait("ready again", d.isReady)
		d.Submit(buy(id))
		var end market.ExecType
		d.wait("an end of "+string(id), func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			for _, body := range d.list {
				// A fill may come before the answer to the order, New after Trade.
				if r, is := body.(*market.ExecReport); is && r.ClientOrderID == id && r.ExecType != market.ExecNew {
					end = r.ExecType
				}
			}
			return end == market.ExecTrade || end == market.ExecRejected || end == market.ExecUnknown
		})
		if end == market.ExecTrade {
			return
		}
	}
	d.t.Fatal("no order filled again")
}

// trade is a desk in a mode, ready to trade.
func (m *mode) trade(t *testing.T, opt ibkrsim.Options) *desk {
	t.Helper()
	sd, auth := m.start(t, opt)
	a, err := ibkr.New(ibkr.Config{
		BaseURL: m.address(sd), Pin: sd.sim.Pin(), Auth: auth, Account: "DU1000001", Paper: true, Instruments: spyTable(t),
		Pacing: ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond, Tickle: time.Millisecond},
		Timeouts: ibkr.Timeouts{
			Order: 2 * time.Second, Retry: 2 * time.Millisecond, Status: 5 * time.Millisecond,
			BackoffMin: 2 * time.Millisecond, BackoffMax: 20 * time.Millisecond,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.reach(sd, a.Client())
	d := &desk{Adapter: a, sim: sd.sim, t: t}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, d.deliver) }()
	t.Cleanup(func() { cancel(); <-done })
	d.quote("100", "100.02")
	d.wait("ready", func() bool { return d.find(func(s *market.BrokerState) bool { return s.Ready }) != nil })
	return d
}

// IBKR's clock is far from this machine's: logins are corrected by it, both
// ways, and reads work. An order would not be sent.
func TestModesClockSkew(t *testing.T) {
	for _, m := range modes() {
		for _, skew := range []time.Duration{20 * time.Minute, -20 * time.Minute} {
			t.Run(m.name+skew.String(), func(t *testing.T) {
				if m.name == "SSOBrowser" || m.name == "GatewayLoginPage" || m.name == "OAuth1ThirdParty" {
					t.Skip("its login is not the client's")
				}
				d, auth := m.start(t, ibkrsim.Options{Now: func() time.Time { return time.Now().Add(skew) }})
				c := m.clientOf(t, d, auth, nil)
				brokerage(t, c)
				if got := c.Skew() + skew; got.Abs() > 5*time.Second {
					t.Errorf("the clock is told to be %s ahead, want %s", c.Skew(), -skew)
				}
				_, err := c.Call(t.Context(), ibkr.Call{Method: "POST", Path: "/iserver/account/DU1000001/orders", Urgency: ibkr.Write, Body: []byte(`{"orders":[]}`)})
				var e *ibkr.Error
				if !errors.As(err, &e) || e.Kind != ibkr.KindClock || e.Sent {
					t.Errorf("an order: %v, want the clock refused before sending", err)
				}
			})
		}
	}
}

// A client that speaks to a proxy signs the proxy's address; the simulator
// sees its own and is told the public one.
func TestModesBehindProxy(t *testing.T) {
	for _, m := range modes() {
		if m.keys == nil || m.at != "" || m.name == "SSOBrowser" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			var back http.Handler
			front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { back.ServeHTTP(w, r) }))
			t.Cleanup(front.Close)
			m.sim.PublicURLs, m.sim.CheckIP = []string{front.URL}, false
			d, auth := m.start(t, ibkrsim.Options{})
			target, err := url.Parse(d.sim.URL())
			if err != nil {
				t.Fatal(err)
			}
			back = &httputil.ReverseProxy{Transport: d.browser.Transport, ErrorLog: nil,
				Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = target.Host }}
			c := m.clientOf(t, d, auth, func(cfg *ibkr.ClientConfig) { cfg.BaseURL, cfg.Pin = front.URL, ibkr.PinOf(front.Certificate()) })
			brokerage(t, c)
			if _, err := c.Accounts(t.Context()); err != nil {
				t.Fatal(err)
			}
			m.sim.PublicURLs = []string{"https://elsewhere.example"}
			d, auth = m.start(t, ibkrsim.Options{})
			if target, err = url.Parse(d.sim.URL()); err != nil {
				t.Fatal(err)
			}
			c = m.clientOf(t, d, auth, func(cfg *ibkr.ClientConfig) { cfg.BaseURL, cfg.Pin = front.URL, ibkr.PinOf(front.Certificate()) })
			if _, err := c.Tickle(t.Context()); strings.HasPrefix(m.name, "OAuth1") != isUnauthorized(err) {
				t.Errorf("with another public URL: %v", err)
			}
		})
	}
}

// What the user got wrong is told as what it is, and not tried in a loop.
func TestModesWrongKeys(t *testing.T) {
	other := thirdParty()
	for _, tt := range []struct {
		name   string
		login  func(t *testing.T, d *modeDesk) ibkr.Auth
		change func(*identity.Credentials)
		kind   ibkr.Kind
		text   string
	}{
		{"signature key", oauth1, func(c *identity.Credentials) { c.OAuth1.SignatureKey = other.OAuth1.SignatureKey }, ibkr.KindUnauthorized, "the signature is refused"},
		{"consumer key", oauth1, func(c *identity.Credentials) { c.OAuth1.ConsumerKey = "NOBODYSXX" }, ibkr.KindCredentials, "IBKR does not know consumer key NOBODYSXX"},
		{"access token", oauth1, func(c *identity.Credentials) { c.OAuth1.AccessToken = "feedbeef" }, ibkr.KindUnauthorized, "No access secret key found"},
		{"access token secret", oauth1, func(c *identity.Credentials) {
			c.OAuth1.AccessTokenSecret, c.OAuth1.EncryptionKey = other.OAuth1.AccessTokenSecret, other.OAuth1.EncryptionKey
		}, ibkr.KindUnauthorized, "the signature is refused"},
		{"private key", oauth2, func(c *identity.Credentials) { c.OAuth2.Key = other.OAuth2.Key }, ibkr.KindCredentials, "IBKR refuses client"},
		{"key id", oauth2, func(c *identity.Credentials) { c.OAuth2.KeyID = "other" }, ibkr.KindCredentials, "with key other"},
		{"client id", oauth2, func(c *identity.Credentials) { c.OAuth2.ClientID = "nobody" }, ibkr.KindCredentials, "IBKR refuses client nobody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mode{sim: identity.Config{NoAutoLogin: true}, keys: firstParty}
			d, _ := m.start(t, ibkrsim.Options{})
			wrong := *d.keys
			tt.change(&wrong)
			d.keys = &wrong
			c := m.clientOf(t, d, tt.login(t, d), nil)
			_, err := c.Tickle(t.Context())
			var e *ibkr.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%v, want %s with %q", err, tt.kind, tt.text)
			}
		})
	}
}
