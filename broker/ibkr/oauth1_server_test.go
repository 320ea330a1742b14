package ibkr

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Unix(1767225600, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// oauthServer is IBKR behind OAuth 1.0a, written from its rules and not from
// this package: it checks each signature, time and nonce, and hands what it
// takes to next.
type oauthServer struct {
	*httptest.Server
	clock     *clock
	consumer  string
	token     string
	signature *rsa.PublicKey
	prepend   []byte
	prime     *big.Int
	next      http.HandlerFunc

	mu       sync.Mutex
	key      []byte // live session token; nil: none
	until    time.Time
	life     time.Duration
	nonces   map[string]bool
	logins   int
	calls    []string // method and path of what was taken
	refused  []string // and why something was not
	lstReply *reply   // instead of a token
	badProof bool
	upgrade  http.Header // of the last stream
	query    string
}

func newOAuthServer(t testing.TB, next http.HandlerFunc) *oauthServer {
	t.Helper()
	v := readVector(t)
	o := v.auth(t)
	s := &oauthServer{
		clock: newClock(), consumer: v.ConsumerKey, token: v.AccessToken, signature: &o.signature.PublicKey,
		prepend: []byte(o.secret.Reveal()), prime: o.prime, next: next, life: 24 * time.Hour, nonces: map[string]bool{},
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Server.Config.ErrorLog = quietLog
	s.Server.StartTLS()
	t.Cleanup(s.Server.Close)
	return s
}

func (s *oauthServer) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock.now().UTC().Format(http.TimeFormat))
	if strings.HasSuffix(r.URL.Path, "/ws") {
		s.mu.Lock()
		s.upgrade, s.query = r.Header.Clone(), r.URL.RawQuery
		s.mu.Unlock()
		s.next(w, r)
		return
	}
	s.mu.Lock()
	why, answer := s.check(r)
	if why != "" {
		s.refused = append(s.refused, r.Method+" "+r.URL.Path+": "+why)
	} else if answer == nil {
		s.calls = append(s.calls, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1/api"))
	}
	s.mu.Unlock()
	switch {
	case why != "":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(401)
		fmt.Fprintf(w, `{"error":"%s","statusCode":401}`, why)
	case answer != nil:
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.WriteHeader(answer.status)
		io.WriteString(w, answer.body)
	default:
		s.next(w, r)
	}
}

// check judges a request, with the lock held. A request for a login has an
// answer of its own.
func (s *oauthServer) check(r *http.Request) (why string, answer *reply) {
	params, realm, why := oauthParams(r.Header.Get("Authorization"))
	var at int64
	fmt.Sscan(params["oauth_timestamp"], &at)
	skew := time.Unix(at, 0).Sub(s.clock.now()).Abs()
	switch {
	case why != "":
		return why, nil
	case params["oauth_consumer_key"] != s.consumer || realm != "limited_poa":
		return "id: 3931, error: invalid consumer", nil
	case skew > 5*time.Minute || len(params["oauth_timestamp"]) != 10:
		return "timestamp", nil
	case s.nonces[params["oauth_nonce"]]:
		return "replay", nil
	}
	s.nonces[params["oauth_nonce"]] = true
	path := strings.TrimPrefix(r.URL.Path, "/v1/api/oauth/")
	if path != r.URL.Path {
		return s.login(r, path, params)
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(oauthBase(r, params)))
	switch want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); {
	case s.key == nil || !s.clock.now().Before(s.until):
		return "no live session token", nil
	case params["oauth_signature_method"] != "HMAC-SHA256" || params["oauth_token"] != s.token || params["oauth_signature"] != want:
		return "signature", nil
	}
	return "", nil
}

// login takes the three requests that the signature key signs.
func (s *oauthServer) login(r *http.Request, path string, params map[string]string) (string, *reply) {
	base := oauthBase(r, params)
	if path == "live_session_token" {
		base = hex.EncodeToString(s.prepend) + base
		s.logins++
	}
	signature, err := base64.StdEncoding.DecodeString(params["oauth_signature"])
	sum := sha256.Sum256([]byte(base))
	if err != nil || params["oauth_signature_method"] != "RSA-SHA256" || rsa.VerifyPKCS1v15(s.signature, crypto.SHA256, sum[:], signature) != nil {
		return "signature of the login", nil
	}
	if r.ContentLength != 0 || r.Header.Get("User-Agent") == "" {
		return "length or agent", nil
	}
	switch {
	case path == "request_token" && params["oauth_callback"] != "":
		return "", &reply{status: 200, body: `{"oauth_token":"6f531f8fd316915af53f"}`}
	case path == "access_token" && params["oauth_token"] == "6f531f8fd316915af53f" && params["oauth_verifier"] == "61c107fe0bdbe1d7a9d1":
		return "", &reply{status: 200, body: `{"oauth_token":"a1b2c3d4e5f60718293a","oauth_token_secret":"c2VjcmV0","is_paper":true}`}
	case path == "live_session_token" && s.lstReply != nil:
		return "", s.lstReply
	case path == "live_session_token" && params["oauth_token"] == s.token:
		return "", s.newToken(params["diffie_hellman_challenge"])
	}
	return "path or token", nil
}

// newToken is the server's half of Diffie-Hellman.
func (s *oauthServer) newToken(challenge string) *reply {
	a, _ := new(big.Int).SetString(challenge, 16)
	b, _ := rand.Int(rand.Reader, s.prime)
	k := new(big.Int).Exp(a, b, s.prime)
	kBytes := k.FillBytes(make([]byte, k.BitLen()/8+1)) // one bit for the sign
	mac := hmac.New(sha1.New, kBytes)
	mac.Write(s.prepend)
	s.key = mac.Sum(nil)
	s.until = s.clock.now().Add(s.life)
	proof := hmac.New(sha1.New, s.key)
	proof.Write([]byte(s.consumer))
	sum := proof.Sum(nil)
	if s.badProof {
		sum[0] ^= 1
	}
	return &reply{status: 200, body: fmt.Sprintf(`{"diffie_hellman_response":"%x","live_session_token_signature":"%x","live_session_token_expiration":%d}`,
		new(big.Int).Exp(big.NewInt(2), b, s.prime), sum, s.until.UnixMilli())}
}

// oauthParams reads an Authorization header.
func oauthParams(header string) (params map[string]string, realm, why string) {
	params = map[string]string{}
	rest, ok := strings.CutPrefix(header, "OAuth ")
	if !ok {
		return params, "", "no OAuth header"
	}
	last := ""
	for i, pair := range strings.Split(rest, ", ") {
		name, value, _ := strings.Cut(pair, "=")
		value = strings.Trim(value, `"`)
		if i == 0 && name == "realm" {
			realm = value
			continue
		}
		if name <= last {
			return params, realm, "parameters out of order"
		}
		last = name
		if name == "oauth_signature" {
			value, _ = url.PathUnescape(value)
		}
		params[name] = value
	}
	return params, realm, ""
}

// oauthBase is what the client should have signed.
func oauthBase(r *http.Request, params map[string]string) string {
	var pairs []string
	for name, value := range params {
		if name != "oauth_signature" {
			pairs = append(pairs, name+"="+value)
		}
	}
	slices.Sort(pairs)
	enc := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return r.Method + "&" + enc("https://"+r.Host+r.URL.EscapedPath()) + "&" + enc(strings.Join(pairs, "&"))
}

// forget ends the live session token on the server's side.
func (s *oauthServer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = nil
}

func (s *oauthServer) set(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// taken is how many requests of a route were taken; of "" how many logins
// there were.
func (s *oauthServer) taken(route string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if route == "" {
		return s.logins
	}
	for _, c := range s.calls {
		if c == route {
			n++
		}
	}
	return n
}

func (s *oauthServer) why() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// oauthClient is a client on the server, with the server's clock.
func oauthClient(t testing.TB, address string, auth Auth, now func() time.Time) *Client {
	t.Helper()
	c, err := NewClient(ClientConfig{
		BaseURL: address, Auth: auth, Account: testAccount, Now: now,
		Pacing:   Pacing{PerSecond: 5000, Burst: 100, Poll: time.Microsecond, Tickle: time.Microsecond},
		Timeouts: Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
