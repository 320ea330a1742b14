package ibkr

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// bearerServer is IBKR behind OAuth 2.0, written from its rules and not from
// this package.
type bearerServer struct {
	*httptest.Server
	clock *clock
	key   *rsa.PublicKey
	next  http.HandlerFunc

	mu       sync.Mutex
	token    string // of account management
	session  string // of trading
	tokens   int
	sessions int
	life     time.Duration
	scope    string
	override map[string]reply // by path
	claims   []map[string]any // of what was signed
	calls    []string
	query    string // of the last stream
}

func newBearerServer(t testing.TB, key *rsa.PrivateKey, next http.HandlerFunc) *bearerServer {
	t.Helper()
	s := &bearerServer{clock: newClock(), key: &key.PublicKey, next: next, life: 86399 * time.Second, scope: "sso-sessions.write echo.write", override: map[string]reply{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Server.Config.ErrorLog = quietLog
	s.Server.StartTLS()
	t.Cleanup(s.Server.Close)
	return s
}

func (s *bearerServer) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock.now().UTC().Format(http.TimeFormat))
	if strings.HasSuffix(r.URL.Path, "/ws") {
		s.set(func() { s.query = r.URL.RawQuery })
		s.next(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	answer := s.answer(r, body)
	s.mu.Unlock()
	if answer == nil {
		s.next(w, r)
		return
	}
	w.Header().Set("Content-Type", map[bool]string{true: "application/json", false: "application/problem+json"}[answer.status < 300])
	w.WriteHeader(answer.status)
	io.WriteString(w, answer.body)
}

func problem(status int, detail string) *reply {
	return &reply{status: status, body: fmt.Sprintf(`{"type":"/simple","title":"Unauthorized","status":%d,"detail":"%s"}`, status, detail)}
}

// answer judges a request, with the lock held; nil hands it on.
func (s *bearerServer) answer(r *http.Request, body []byte) *reply {
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	if one, ok := s.override[r.URL.Path]; ok {
		return &one
	}
	authorization := r.Header.Get("Authorization")
	switch path := r.URL.Path; {
	case path == "/oauth2/api/v1/token":
		return s.newToken(r, body)
	case strings.HasPrefix(path, "/gw/api/v1/") && (s.token == "" || authorization != "Bearer "+s.token):
		return problem(401, "Access token expired")
	case path == "/gw/api/v1/sso-sessions":
		claims, why := s.verify(string(body))
		if why != "" || claims["credential"] != "me" || claims["ip"] != "203.0.113.7" || r.Header.Get("Content-Type") != "application/jwt" {
			return problem(400, "claims "+why)
		}
		s.sessions++
		s.session = fmt.Sprintf("session-%d", s.sessions)
		return &reply{status: 200, body: `{"active":true,"access_token":"` + s.session + `","token_type":"Bearer"}`}
	case path == "/gw/api/v1/sso-browser-sessions":
		claims, why := s.verify(string(body))
		if why != "" || claims["credential"] != "customer" || claims["ip"] != "198.51.100.1" {
			return problem(400, "claims "+why)
		}
		return &reply{status: 200, body: `{"active":true,"url":"https://www.interactivebrokers.com/sso/x?k=1"}`}
	case path == "/gw/api/v1/echo/signed-jwt":
		if _, why := s.verify(string(body)); why != "" {
			return problem(400, why)
		}
		return &reply{status: 200, body: `{"requestMethod":"POST","securityPolicy":"SIGNED_JWT"}`}
	case strings.HasPrefix(path, "/v1/api/") && (s.session == "" || authorization != "Bearer "+s.session):
		return &reply{status: 401, body: `{"error":"not authenticated","statusCode":401}`}
	}
	return nil
}

func (s *bearerServer) newToken(r *http.Request, body []byte) *reply {
	form, err := url.ParseQuery(string(body))
	claims, why := s.verify(form.Get("client_assertion"))
	switch {
	case err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Authorization") != "":
		return problem(400, "form")
	case form.Get("grant_type") != "client_credentials" || form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		return problem(400, "grant")
	case why != "" || claims["sub"] != "prodtester" || claims["aud"] != "/token" || claims["jti"] == "":
		return problem(400, "assertion "+why)
	case form.Get("scope") != "sso-sessions.write":
		return problem(400, "scope")
	}
	s.tokens++
	s.token = fmt.Sprintf("token-%d", s.tokens)
	return &reply{status: 200, body: fmt.Sprintf(`{"access_token":"%s","token_type":"Bearer","scope":"%s","expires_in":%d}`, s.token, s.scope, int(s.life/time.Second))}
}

// verify checks a token as any reader of RFC 7519 would.
func (s *bearerServer) verify(token string) (claims map[string]any, why string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, "not three parts"
	}
	header, err1 := base64.RawURLEncoding.DecodeString(parts[0])
	payload, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	signature, err3 := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch {
	case err1 != nil || err2 != nil || err3 != nil || rsa.VerifyPKCS1v15(s.key, crypto.SHA256, sum[:], signature) != nil:
		return nil, "signature"
	case string(header) != `{"alg":"RS256","typ":"JWT","kid":"main"}` || json.Unmarshal(payload, &claims) != nil:
		return nil, "header or payload"
	}
	at := float64(s.clock.now().Unix())
	iat, _ := claims["iat"].(float64)
	exp, _ := claims["exp"].(float64)
	if claims["iss"] != "prodtester" || iat > at || exp <= at || exp > at+86400+60 {
		return nil, fmt.Sprintf("iss, iat or exp: %s", payload)
	}
	s.claims = append(s.claims, claims)
	return claims, ""
}

func (s *bearerServer) set(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

func (s *bearerServer) counts() (tokens, sessions int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens, s.sessions
}

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func oauth2Config() OAuth2Config {
	return OAuth2Config{ClientID: "prodtester", KeyID: "main", PrivateKey: testKey(), Credential: "me", IP: "203.0.113.7"}
}

func newOAuth2(t testing.TB, change ...func(*OAuth2Config)) *OAuth2 {
	t.Helper()
	cfg := oauth2Config()
	for _, fn := range change {
		fn(&cfg)
	}
	o, err := NewOAuth2(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// A token, a session on top of it, and which of the two each service gets.
func TestOAuth2Calls(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	c := oauthClient(t, s.URL, newOAuth2(t), s.clock.now)
	ctx := context.Background()
	if err := get(c, "/sso/x", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(ctx, Call{Service: Management, Method: http.MethodGet, Path: "/accounts/status"}); err != nil {
		t.Error(err)
	}
	if err := get(c, "/iserver/accounts2", nil); err != nil {
		t.Error(err)
	}
	want := []string{
		"POST /oauth2/api/v1/token", "POST /gw/api/v1/sso-sessions", "GET /v1/api/sso/x", "GET /gw/api/v1/accounts/status", "GET /v1/api/iserver/accounts2",
	}
	s.set(func() {
		if !slices.Equal(s.calls, want) {
			t.Errorf("calls %v, want %v", s.calls, want)
		}
	})
}

// Account management needs no session for trading.
func TestOAuth2ManagementOnly(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	c := oauthClient(t, s.URL, newOAuth2(t, func(c *OAuth2Config) { c.Credential, c.IP = "", "" }), s.clock.now)
	if _, err := c.Call(context.Background(), Call{Service: Management, Method: http.MethodGet, Path: "/accounts/status"}); err != nil {
		t.Error(err)
	}
	if err := get(c, "/sso/x", nil); kindOf(err) != KindCredentials || !strings.Contains(err.Error(), "user name (credential)") {
		t.Errorf("trading: %v", err)
	}
}

// A token is renewed by expires_in, whatever that is, and a session before
// its day is over.
func TestOAuth2Renewal(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	s.life = 8639 * time.Second
	c := oauthClient(t, s.URL, newOAuth2(t), s.clock.now)
	manage := func() error {
		_, err := c.Call(context.Background(), Call{Service: Management, Method: http.MethodGet, Path: "/accounts/status"})
		return err
	}
	for i, step := range []struct {
		wait             time.Duration
		tokens, sessions int
	}{
		{0, 1, 1}, {8639*time.Second - 11*time.Minute, 1, 1}, {2 * time.Minute, 2, 1},
		{20 * time.Hour, 3, 1}, {3 * time.Hour, 4, 2}, {time.Minute, 4, 2},
	} {
		s.clock.add(step.wait)
		if err := manage(); err != nil {
			t.Fatal(err)
		}
		if err := get(c, "/sso/x", nil); err != nil {
			t.Fatal(err)
		}
		if tokens, sessions := s.counts(); tokens != step.tokens || sessions != step.sessions {
			t.Errorf("step %d: %d tokens, %d sessions, want %d and %d", i, tokens, sessions, step.tokens, step.sessions)
		}
	}
}

// "Access token expired", and a session that ended: one login each, then the
// read again; a write is not sent again.
func TestOAuth2Refused(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	c := oauthClient(t, s.URL, newOAuth2(t), s.clock.now)
	ctx := context.Background()
	if err := get(c, "/sso/x", nil); err != nil {
		t.Fatal(err)
	}
	s.clock.add(time.Minute)
	s.set(func() { s.token = "" })
	if _, err := c.Call(ctx, Call{Service: Management, Method: http.MethodGet, Path: "/accounts/status"}); err != nil {
		t.Error(err)
	}
	s.clock.add(time.Minute)
	s.set(func() { s.token = "" })
	write := Call{Service: Management, Method: http.MethodPost, Path: "/echo/signed-jwt", Body: []byte(`{}`), Signed: true, Urgency: Write}
	if _, err := c.Call(ctx, write); kindOf(err) != KindUnauthorized || !strings.Contains(err.Error(), "Access token expired") {
		t.Errorf("a write: %v", err)
	}
	if _, err := c.Call(ctx, write); err != nil {
		t.Errorf("the next write: %v", err)
	}
	s.clock.add(time.Minute)
	s.set(func() { s.token, s.session = "", "" }) // the session ended, and its maker's token with it
	if err := get(c, "/sso/x", nil); err != nil {
		t.Error(err)
	}
	if tokens, sessions := s.counts(); tokens != 4 || sessions != 2 {
		t.Errorf("%d tokens, %d sessions, want 4 and 2", tokens, sessions)
	}
}

// What IBKR says no to, and what a user reads.
func TestOAuth2Errors(t *testing.T) {
	const token, sso = "/oauth2/api/v1/token", "/gw/api/v1/sso-sessions"
	for name, tt := range map[string]struct {
		path  string
		reply reply
		scope string
		kind  Kind
		want  string
	}{
		"client":        {path: token, reply: *problem(400, "invalid_client"), kind: KindCredentials, want: "IBKR refuses client prodtester with key main"},
		"unauthorized":  {path: token, reply: *problem(401, "bad assertion"), kind: KindCredentials, want: "the private half of that key"},
		"away":          {path: token, reply: *problem(503, "away"), kind: KindTemporary, want: "away"},
		"no token":      {path: token, reply: ok(`{"token_type":"Bearer"}`), kind: KindMalformed, want: "no bearer token"},
		"header attack": {path: token, reply: ok(`{"access_token":"a\r\nb","token_type":"Bearer"}`), kind: KindMalformed, want: "no bearer token"},
		"other kind":    {path: token, reply: ok(`{"access_token":"a","token_type":"MAC"}`), kind: KindMalformed, want: "no bearer token"},
		"scope":         {scope: "echo.read", kind: KindCredentials, want: "scope sso-sessions.write is not granted, only echo.read"},
		"user":          {path: sso, reply: *problem(403, "not yours"), kind: KindCredentials, want: "may the client act for this user"},
		"inactive":      {path: sso, reply: ok(`{"active":false,"access_token":"x"}`), kind: KindUnauthorized, want: "not active"},
		"no session":    {path: sso, reply: ok(`{"active":true}`), kind: KindMalformed, want: "no bearer token"},
		"paced":         {path: sso, reply: *problem(429, "slow down"), kind: KindPaced, want: "slow down"},
	} {
		s := newBearerServer(t, testKey(), bare)
		if tt.path != "" {
			s.override[tt.path] = tt.reply
		}
		if tt.scope != "" {
			s.scope = tt.scope
		}
		err := get(oauthClient(t, s.URL, newOAuth2(t), s.clock.now), "/sso/x", nil)
		if kindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s with %q", name, err, tt.kind, tt.want)
		}
	}
}

func TestOAuth2ConfigRefused(t *testing.T) {
	for want, change := range map[string]func(*OAuth2Config){
		"client id":          func(c *OAuth2Config) { c.ClientID = "" },
		"key id":             func(c *OAuth2Config) { c.KeyID = "" },
		"private key: none":  func(c *OAuth2Config) { c.PrivateKey = nil },
		`ip "home"`:          func(c *OAuth2Config) { c.IP = "home" },
		`ip "1.2.3"`:         func(c *OAuth2Config) { c.OtherIPs = []string{"1.2.3"} },
		`scope "a b"`:        func(c *OAuth2Config) { c.Scopes = []string{"a b"} },
		`token URL "http://`: func(c *OAuth2Config) { c.TokenURL = "http://example.com/token" },
	} {
		cfg := oauth2Config()
		change(&cfg)
		if _, err := NewOAuth2(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Another token endpoint, as older pages have it.
func TestOAuth2TokenURL(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	s.override["/oauth/token"] = ok(`{"access_token":"elsewhere","token_type":"bearer","expires_in":"3600"}`)
	s.token = "elsewhere"
	c := oauthClient(t, s.URL, newOAuth2(t, func(c *OAuth2Config) { c.TokenURL = s.URL + "/oauth/token" }), s.clock.now)
	if err := get(c, "/sso/x", nil); err != nil {
		t.Error(err)
	}
}

// A clock that is off is corrected in what is signed, too.
func TestOAuth2ClockSkew(t *testing.T) {
	for _, off := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		s := newBearerServer(t, testKey(), bare)
		now := func() time.Time { return s.clock.now().Add(off) }
		c := oauthClient(t, s.URL, newOAuth2(t), now)
		if _, err := c.Call(context.Background(), Call{Service: Token, Method: http.MethodGet, Path: "/x"}); err != nil { // tells the time
			t.Error(err)
		}
		if err := get(c, "/sso/x", nil); err != nil {
			t.Errorf("off by %s: %v", off, err)
		}
	}
}

// Bodies of account management: the fields as claims, and iss, iat and exp
// unless the fields have them.
func TestSignedBody(t *testing.T) {
	s := newBearerServer(t, testKey(), bare)
	c := oauthClient(t, s.URL, newOAuth2(t), s.clock.now)
	body, kind, err := c.SignedBody(struct {
		Amount json.Number `json:"amount"`
		Text   string      `json:"text"`
	}{"123456789012345678.90", "<&>"})
	if err != nil || kind != "application/jwt" {
		t.Fatal(kind, err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(string(body), ".")[1])
	want := fmt.Sprintf(`{"iss":"prodtester","iat":%d,"exp":%d,"amount":123456789012345678.90,"text":"\u003c\u0026\u003e"}`,
		s.clock.now().Unix()-10, s.clock.now().Unix()+60)
	if err != nil || string(payload) != want {
		t.Errorf("claims %s, want %s", payload, want)
	}
	if claims, why := s.verify(string(body)); why != "" || claims["text"] != "<&>" {
		t.Errorf("%v %s", claims, why)
	}
	for text, want := range map[string]string{
		`{}`:                           fmt.Sprintf(`{"iss":"prodtester","iat":%d,"exp":%d}`, s.clock.now().Unix()-10, s.clock.now().Unix()+60),
		` {"iss":"x","iat":1,"exp":2}`: `{"iss":"x","iat":1,"exp":2}`,
		``:                             fmt.Sprintf(`{"iss":"prodtester","iat":%d,"exp":%d}`, s.clock.now().Unix()-10, s.clock.now().Unix()+60),
	} {
		body, _, err := c.SignedBody([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(string(body), ".")[1]); string(payload) != want {
			t.Errorf("%q: claims %s, want %s", text, payload, want)
		}
	}
	for _, bad := range []any{[]byte(`[1]`), []byte(`null`), []byte(`{`), 5, func() {}} {
		if _, _, err := c.SignedBody(bad); err == nil {
			t.Errorf("%v is signed", bad)
		}
	}
	answer, err := c.Call(context.Background(), Call{
		Service: Management, Method: http.MethodPost, Path: "/echo/signed-jwt", Body: []byte(`{"a":1}`), Signed: true, Urgency: Write,
	})
	if err != nil || !strings.Contains(string(answer.Body), "SIGNED_JWT") {
		t.Errorf("%v", err)
	}
}

// A login page for a user of an advisor.
func TestBrowserSession(t *testing.T) {
	const path = "/gw/api/v1/sso-browser-sessions"
	s := newBearerServer(t, testKey(), bare)
	o := newOAuth2(t)
	c := oauthClient(t, s.URL, o, s.clock.now)
	ctx := context.Background()
	page, err := o.BrowserSession(ctx, c, "customer", "198.51.100.1")
	if err != nil || page.String() != "https://www.interactivebrokers.com/sso/x?k=1" {
		t.Errorf("%v, %v", page, err)
	}
	if _, err := o.BrowserSession(ctx, c, "", "198.51.100.1"); kindOf(err) != KindRefused {
		t.Errorf("no name: %v", err)
	}
	for _, bad := range []string{`{"active":true}`, `{"active":true,"url":"http://x"}`, `{"active":true,"url":"javascript:x"}`, `[]`, `{"active":false,"url":"https://x/"}`} {
		s.set(func() { s.override[path] = ok(bad) })
		if page, err := o.BrowserSession(ctx, c, "customer", "198.51.100.1"); err == nil {
			t.Errorf("%s: %s", bad, page)
		}
	}
}

// The whole adapter on OAuth 2.0: the stream has the session's bearer.
func TestOAuth2Adapter(t *testing.T) {
	g := newGateway(t)
	s := newBearerServer(t, testKey(), g.serve)
	s.clock.add(time.Since(s.clock.now()))
	start(t, g, func(c *Config) { c.BaseURL, c.Pin, c.Auth = s.URL, PinOf(s.Certificate()), newOAuth2(t) }).ready(1)
	s.set(func() {
		if s.query != "bearer_token=session-1" {
			t.Errorf("stream with %s", s.query)
		}
	})
}

// When a session ends is read from its token, where that is a JWT.
func TestJWTExpiry(t *testing.T) {
	enc := base64.RawURLEncoding.EncodeToString
	for _, tt := range []struct {
		token string
		want  int64
	}{
		{"x." + enc([]byte(`{"exp":1709773282}`)) + ".y", 1709773282},
		{"x." + enc([]byte(`{"exp":"1709773282"}`)) + ".y", 1709773282},
		{"x." + enc([]byte(`{"exp":1.7e9}`)) + ".y", 0},
		{"x." + enc([]byte(`{"exp":-5}`)) + ".y", 0},
		{"x." + enc([]byte(`{"exp":99999999999999999999}`)) + ".y", 0},
		{"x." + enc([]byte(`{}`)) + ".y", 0},
		{"x." + enc([]byte(`[]`)) + ".y", 0},
		{"x.!!.y", 0}, {"opaque", 0}, {"", 0},
	} {
		at, found := jwtExpiry(tt.token)
		if found != (tt.want != 0) || found && at.Unix() != tt.want {
			t.Errorf("%s: %v %v, want %d", tt.token, at, found, tt.want)
		}
	}
}
