package api

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr"
)

// rsaSigner signs as a client with a registered key does.
type rsaSigner struct{ key *rsa.PrivateKey }

var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newTestSigner() Signer { return rsaSigner{signingKey()} }

func (s rsaSigner) SignJWT(claims map[string]any) (string, error) {
	claims["iss"] = "client-1"
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT","kid":"k1"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

// claimsOf checks the signature of a JWT and returns what it says.
func claimsOf(t testing.TB, token string) map[string]json.RawMessage {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("body %.80q: want a JWT", token)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&signingKey().PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		t.Fatalf("signature: %v", err)
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// hit is a request that arrived.
type hit struct {
	method, path string
	request      *http.Request
	body         string
}

// reply is what the server says.
type reply struct {
	status      int
	contentType string
	body        string
	hangUp      bool // take the request and close the connection
}

// bureau is a server of account management on loopback, with TLS.
type bureau struct {
	t      testing.TB
	server *httptest.Server
	mu     sync.Mutex
	says   func(r *http.Request) reply
	hits   []hit
	api    *API
}

var testNow = time.Unix(1_790_000_000, 0)

// newBureau serves what says, to a real client.
func newBureau(t testing.TB, says func(r *http.Request) reply) *bureau {
	t.Helper()
	b := &bureau{t: t, says: says}
	b.server = httptest.NewTLSServer(b)
	t.Cleanup(b.server.Close)
	b.api = New(b.client(nil), WithSigner(newTestSigner()), WithClock(func() time.Time { return testNow }))
	return b
}

// client is a real client with a login, nil for none.
func (b *bureau) client(login ibkr.Auth) *ibkr.Client {
	b.t.Helper()
	client, err := ibkr.NewClient(ibkr.ClientConfig{
		BaseURL: b.server.URL, Pin: ibkr.PinOf(b.server.Certificate()), Auth: login,
		Pacing:   ibkr.Pacing{PerSecond: 1e4, Burst: 100, Quiet: time.Millisecond},
		Timeouts: ibkr.Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(client.Close)
	return client
}

// always says one thing.
func always(status int, contentType, body string) func(*http.Request) reply {
	return func(*http.Request) reply { return reply{status: status, contentType: contentType, body: body} }
}

func (b *bureau) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	b.mu.Lock()
	b.hits = append(b.hits, hit{r.Method, r.URL.Path, r.Clone(r.Context()), string(body)})
	a := b.says(r)
	b.mu.Unlock()
	if a.hangUp {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	if _, err := io.WriteString(w, a.body); err != nil {
		return
	}
}

// taken returns the requests since the last call.
func (b *bureau) taken() []hit {
	b.mu.Lock()
	defer b.mu.Unlock()
	hits := b.hits
	b.hits = nil
	return hits
}
