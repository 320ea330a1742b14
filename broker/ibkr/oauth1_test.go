package ibkr

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// bare is a Web API that answers everything with an empty object.
func bare(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{}`))
}

func get(c *Client, path string, query url.Values) error {
	_, err := c.Call(context.Background(), Call{Method: http.MethodGet, Path: path, Query: query})
	return err
}

func send(c *Client, method, path string, urgency Urgency) error {
	_, err := c.Call(context.Background(), Call{Method: method, Path: path, Urgency: urgency})
	return err
}

// From nothing to a signed call: one login, then requests with and without a
// query, a body, and characters that are escaped in the path.
func TestOAuth1Calls(t *testing.T) {
	s := newOAuthServer(t, bare)
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	if err := get(c, "/iserver/marketdata/snapshot", url.Values{"conids": {"265598,8314"}, "fields": {"31,84"}}); err != nil {
		t.Error(err)
	}
	if err := get(c, "/iserver/secdef/search", url.Values{"symbol": {"BRK B"}}); err != nil {
		t.Error(err)
	}
	ctx := context.Background()
	for _, call := range []Call{
		{Method: http.MethodPost, Path: "/iserver/account/{a}/orders", Params: map[string]string{"a": "DU1"}, Body: []byte(`{"orders":[]}`), Urgency: Write},
		{Method: http.MethodGet, Path: "/iserver/account/{a}/summary", Params: map[string]string{"a": "Group: all/ü"}},
		{Method: http.MethodDelete, Path: "/iserver/watchlist", Query: url.Values{"id": {"1"}}},
	} {
		if _, err := c.Call(ctx, call); err != nil {
			t.Errorf("%s: %v", call.Path, err)
		}
	}
	if n := s.taken(""); n != 1 || len(s.why()) > 0 {
		t.Errorf("%d logins, want 1; refused %v", n, s.why())
	}
}

// Many callers at once make one login.
func TestOAuth1SingleFlight(t *testing.T) {
	s := newOAuthServer(t, bare)
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	burst := func() {
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if err := get(c, "/portfolio/accounts2", nil); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	burst()
	if n := s.taken(""); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	s.clock.add(time.Minute)
	s.forget()
	burst()
	if n := s.taken(""); n != 2 {
		t.Errorf("%d logins after IBKR forgot the token, want 2", n)
	}
}

// The live session token is renewed an hour before it ends, and a failing
// renewal does not stop what the old one still serves.
func TestOAuth1Renewal(t *testing.T) {
	s := newOAuthServer(t, bare)
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	steps := []struct {
		wait   time.Duration
		fails  bool
		logins int
		ok     bool
	}{
		{0, false, 1, true},
		{22*time.Hour + 59*time.Minute, false, 1, true},
		{2 * time.Minute, true, 2, true},        // due, and IBKR is away: the old one serves
		{500 * time.Millisecond, true, 2, true}, // not asked in a loop
		{2 * time.Second, true, 3, true},        // but again
		{time.Hour, true, 4, false},             // ended
		{time.Millisecond, true, 4, false},      // still not in a loop
		{time.Minute, false, 5, true},           // IBKR is back
		{22*time.Hour + time.Minute, false, 5, true},
		{time.Hour, false, 6, true},
	}
	for i, step := range steps {
		s.clock.add(step.wait)
		s.set(func() {
			s.lstReply = nil
			if step.fails {
				s.lstReply = &reply{status: 503, body: `{"error":"Service Unavailable","statusCode":503}`}
			}
		})
		err := send(c, http.MethodPost, "/tickle2", Write)
		if (err == nil) != step.ok || s.taken("") != step.logins {
			t.Fatalf("step %d: %v after %d logins, want ok %v after %d", i, err, s.taken(""), step.ok, step.logins)
		}
		if err != nil && (kindOf(err) != KindTemporary || outcome(err).String() != "Rejected") {
			t.Errorf("step %d: error %v, an order would be %s, want Rejected: it was not sent", i, err, outcome(err))
		}
	}
}

// A 401 brings a new login; then reads and cancels are sent again once, and
// what can create or change an order never is.
func TestOAuth1Refused(t *testing.T) {
	for _, tt := range []struct {
		method  string
		urgency Urgency
		ok      bool
	}{
		{http.MethodGet, Read, true}, {http.MethodDelete, Cancel, true},
		{http.MethodPost, Write, false}, {http.MethodPost, Read, false}, {http.MethodPut, Write, false},
	} {
		s := newOAuthServer(t, bare)
		c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
		if err := get(c, "/sso/x", nil); err != nil {
			t.Fatal(err)
		}
		s.clock.add(time.Minute)
		s.forget()
		err := send(c, tt.method, "/iserver/x", tt.urgency)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", tt.method, err, tt.ok)
		}
		if !tt.ok && (kindOf(err) != KindUnauthorized || outcome(err).String() != "Unknown") {
			t.Errorf("%s: %v is %s, want not logged in and Unknown", tt.method, err, outcome(err))
		}
		want := map[bool]int{true: 1, false: 0}[tt.ok]
		if n := s.taken(tt.method + " /iserver/x"); n != want || s.taken("") != 2 || len(s.why()) != 1 {
			t.Errorf("%s: taken %d times after %d logins, refused %v", tt.method, n, s.taken(""), s.why())
		}
		if err := send(c, tt.method, "/iserver/x", tt.urgency); err != nil {
			t.Errorf("%s after the new login: %v", tt.method, err)
		}
	}
}

// IBKR refuses even a fresh login: no loop of logins, which locks the user out.
func TestOAuth1NoLoginLoop(t *testing.T) {
	s := newOAuthServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(401)
		w.Write([]byte(`{"error":"not authenticated","statusCode":401}`))
	})
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	for range 10 {
		if err := get(c, "/iserver/accounts2", nil); kindOf(err) != KindUnauthorized {
			t.Errorf("error %v", err)
		}
	}
	if n := s.taken(""); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

// What a wrong key, token or prime looks like to a user.
func TestOAuth1WrongMaterial(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*OAuth1Config)
		server func(*oauthServer)
		kind   Kind
		want   string
	}{
		"signature key": {change: func(c *OAuth1Config) { c.SignatureKey = other }, kind: KindUnauthorized, want: "is the uploaded signature key this one"},
		"consumer":      {change: func(c *OAuth1Config) { c.ConsumerKey = "NEWCONSUM" }, kind: KindCredentials, want: "a new one works from the day after"},
		"realm":         {change: func(c *OAuth1Config) { c.Realm = "test_realm" }, kind: KindCredentials, want: "in realm test_realm"},
		"prime":         {server: func(s *oauthServer) { s.badProof = true }, kind: KindCredentials, want: "the live session token is not the one IBKR has"},
		"ended":         {server: func(s *oauthServer) { s.life = -time.Hour }, kind: KindMalformed, want: "has ended already"},
		"no number": {server: func(s *oauthServer) { s.lstReply = &reply{status: 200, body: `{"diffie_hellman_response":"xyz"}`} },
			kind: KindMalformed, want: "want hexadecimal digits"},
		"a constant": {server: func(s *oauthServer) { s.lstReply = &reply{status: 200, body: `{"diffie_hellman_response":"1"}`} },
			kind: KindCredentials, want: "out of range"},
		"no JSON": {server: func(s *oauthServer) { s.lstReply = &reply{status: 200, body: `<html>`} }, kind: KindMalformed, want: "live_session_token: malformed"},
	} {
		s := newOAuthServer(t, bare)
		cfg := readVector(t).config(t)
		if tt.change != nil {
			tt.change(&cfg)
		}
		if tt.server != nil {
			tt.server(s)
		}
		auth, err := NewOAuth1(cfg)
		if err != nil {
			t.Fatal(err)
		}
		err = get(oauthClient(t, s.URL, auth, s.clock.now), "/sso/x", nil)
		if kindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s with %q", name, err, tt.kind, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), cfg.AccessToken.Reveal()) || strings.Contains(err.Error(), cfg.AccessTokenSecret.Reveal())) {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
}

// Credentials that are wrong in themselves are refused before anything is sent.
func TestOAuth1ConfigRefused(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*OAuth1Config){
		"consumer key":                            func(c *OAuth1Config) { c.ConsumerKey = "a b" },
		"realm":                                   func(c *OAuth1Config) { c.Realm = `x", y="` },
		"access token: none given":                func(c *OAuth1Config) { c.AccessToken = Secret{} },
		"access token: want letters":              func(c *OAuth1Config) { c.AccessToken = NewSecret("a\"b") },
		"access token secret: want base64":        func(c *OAuth1Config) { c.AccessTokenSecret = NewSecret("!") },
		"signature key: has 1024 bits, want 2048": func(c *OAuth1Config) { c.SignatureKey = small },
		"encryption key: none given":              func(c *OAuth1Config) { c.EncryptionKey = nil },
		"it is not of this encryption key":        func(c *OAuth1Config) { c.EncryptionKey = c.SignatureKey; c.SignatureKey = mustKey(t) },
		"the two keys are swapped":                func(c *OAuth1Config) { c.EncryptionKey, c.SignatureKey = c.SignatureKey, c.EncryptionKey },
		"the prime has 2047 bits":                 func(c *OAuth1Config) { c.DHPrime = bigHex(t, "7"+strings.Repeat("f", 511)) },
		"the prime is not prime":                  func(c *OAuth1Config) { c.DHPrime = bigHex(t, strings.Repeat("f", 512)) },
	} {
		cfg := readVector(t).config(t)
		change(&cfg)
		if _, err := NewOAuth1(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func mustKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A third party: request token, the user's consent, access token.
func TestOAuth1ThirdParty(t *testing.T) {
	v := readVector(t)
	s := newOAuthServer(t, bare)
	c := oauthClient(t, s.URL, nil, s.clock.now)
	consumer := OAuth1Consumer{Key: v.ConsumerKey, SignatureKey: derKey(t, v.SignatureKey)}
	ctx := context.Background()
	token, err := consumer.RequestToken(ctx, c, "https://example.com/back?from=ibkr")
	if err != nil || consumer.ConsentURL(token) != "https://interactivebrokers.com/authorize?oauth_token=6f531f8fd316915af53f" {
		t.Fatalf("request token %q (%v), %v; page %s", token, err, s.why(), consumer.ConsentURL(token))
	}
	access, err := consumer.AccessToken(ctx, c, token, "61c107fe0bdbe1d7a9d1")
	if err != nil || access.Token.Reveal() != v.AccessToken || access.Secret.Reveal() != "c2VjcmV0" || !access.Paper {
		t.Errorf("access %+v, %v", access, err)
	}
	if text := fmt.Sprintf("%v %+v", access, &access); strings.Contains(text, v.AccessToken) {
		t.Errorf("printed: %s", text)
	}
	if _, err := consumer.RequestToken(ctx, c, `https://x/"`); err == nil {
		t.Error("a callback with a quote is taken")
	}
	if _, err := consumer.AccessToken(ctx, c, token, "a,b"); err == nil {
		t.Error("a verifier with a comma is taken")
	}
	if _, err := consumer.AccessToken(ctx, c, token, "0000"); kindOf(err) != KindUnauthorized {
		t.Errorf("a wrong verifier: %v", err)
	}
}

// A clock that is off is corrected in signatures, from the Date of the answer
// that refuses one; ten seconds off, no order is sent.
func TestOAuth1ClockSkew(t *testing.T) {
	for _, tt := range []struct {
		off    time.Duration
		ahead  time.Duration
		orders bool
	}{
		{0, 0, true},
		{1500 * time.Millisecond, 0, true},
		{-1500 * time.Millisecond, 0, true},
		{5 * time.Second, 4 * time.Second, true}, // a Date has whole seconds
		{-5 * time.Second, -5 * time.Second, true},
		{10 * time.Minute, 10*time.Minute - time.Second, false},
		{-10 * time.Minute, -10 * time.Minute, false},
	} {
		s := newOAuthServer(t, bare)
		now := func() time.Time { return s.clock.now().Add(tt.off) }
		c := oauthClient(t, s.URL, readVector(t).auth(t), now)
		if err := get(c, "/sso/x", nil); err != nil {
			t.Errorf("off by %s: %v; %v", tt.off, err, s.why())
		}
		if got := c.Skew(); got != tt.ahead {
			t.Errorf("off by %s: skew %s, want %s", tt.off, got, tt.ahead)
		}
		err := send(c, http.MethodPost, "/iserver/reply/x", Write)
		if (err == nil) != tt.orders {
			t.Errorf("off by %s: order %v, want ok %v", tt.off, err, tt.orders)
		}
		if err != nil && (kindOf(err) != KindClock || outcome(err).String() != "Rejected" || !strings.Contains(err.Error(), "IBKR's; set it")) {
			t.Errorf("off by %s: %v (%s)", tt.off, err, outcome(err))
		}
		if err := send(c, http.MethodDelete, "/iserver/account/x/order/1", Cancel); err != nil {
			t.Errorf("off by %s: a cancel is refused: %v", tt.off, err)
		}
	}
}

// An answer that took long to come, or carries no time, says nothing of the clock.
func TestClockIsNotMisread(t *testing.T) {
	at := time.Unix(1767225600, 0)
	date := at.UTC().Format(http.TimeFormat)
	clock := serverClock{now: time.Now}
	for _, tt := range []struct {
		date           string
		sent, received time.Duration
		want           time.Duration
	}{
		{date, -8 * time.Second, 20 * time.Second, 0},
		{date, 2 * time.Second, 3 * time.Second, 0},
		{date, 20 * time.Second, 21 * time.Second, 19 * time.Second},
		{"", 0, 0, 19 * time.Second}, // as before
		{"yesterday", 0, 0, 19 * time.Second},
		{date, -21 * time.Second, -20 * time.Second, -20 * time.Second},
	} {
		clock.observe(tt.date, at.Add(tt.sent), at.Add(tt.received))
		if got := clock.skew(); got != tt.want {
			t.Errorf("%q sent %s, received %s: skew %s, want %s", tt.date, tt.sent, tt.received, got, tt.want)
		}
	}
}

// Account management is not for OAuth 1.0a, and has no signed bodies.
func TestOAuth1Limits(t *testing.T) {
	s := newOAuthServer(t, bare)
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	_, err := c.Call(context.Background(), Call{Service: Management, Method: http.MethodGet, Path: "/accounts/status"})
	if kindOf(err) != KindRefused || !strings.Contains(err.Error(), "needs OAuth 2.0") {
		t.Errorf("management: %v", err)
	}
	if _, _, err := c.SignedBody(struct{}{}); err == nil {
		t.Error("a body is signed without a key for it")
	}
	if s.taken("") != 0 {
		t.Error("there was a login")
	}
}

// The whole adapter on OAuth 1.0a: the stream has the access token and the
// session, and a new login brings a new session and a new stream.
func TestOAuth1Adapter(t *testing.T) {
	g := newGateway(t)
	s := newOAuthServer(t, g.serve)
	s.clock.add(time.Since(s.clock.now()))
	a := start(t, g, func(c *Config) {
		c.BaseURL, c.Pin, c.Auth = s.URL, PinOf(s.Certificate()), readVector(t).auth(t)
		c.Timeouts.Tickle = 5 * time.Millisecond
	})
	a.ready(1)
	s.set(func() {
		if s.query != "oauth_token=a1b2c3d4e5f60718293a" || s.upgrade.Get("Cookie") != "api=abc123" || s.upgrade.Get("User-Agent") != socketAgent {
			t.Errorf("stream with %s, %v", s.query, s.upgrade)
		}
		if s.upgrade.Get("Authorization") != "" {
			t.Error("the stream is signed")
		}
	})
	auth := a.cfg.Auth.(*OAuth1)
	aged := *auth.renewer.grant.Load()
	aged.got = aged.got.Add(-time.Hour)
	auth.renewer.grant.Store(&aged)
	s.forget()
	eventually(t, "another stream after the new login", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.dials == 2
	})
	a.ready(2)
	if n := s.taken(""); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}
