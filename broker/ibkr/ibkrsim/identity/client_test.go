package identity_test

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
)

// noon is the time of tests that do not say.
var noon = time.Unix(1767225600, 0)

var alice = identity.User{Name: "alice", Password: "wonder", Paper: true}

// keys are alice's, made once: RSA keys take long.
var keys = sync.OnceValue(func() *identity.Credentials {
	c, err := identity.Generate(nil, alice)
	if err != nil {
		panic(err)
	}
	return c
})

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// registryOf knows alice and bob, and alice's keys.
func registryOf(t testing.TB, cfg identity.Config) *identity.Registry {
	t.Helper()
	r := identity.New(cfg)
	check(t, keys().Register(r))
	check(t, r.AddUser(identity.User{Name: "bob", Password: "builder"}))
	return r
}

// request is one that came over TLS from another machine.
func request(method, target string, header ...string) *http.Request {
	q := httptest.NewRequest(method, target, http.NoBody)
	q.RemoteAddr = "192.0.2.7:1234"
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	return q
}

func serve(t testing.TB, r *identity.Registry, q *http.Request, body string, now time.Time) web.Reply {
	t.Helper()
	reply, ok := r.Serve(q, []byte(body), now)
	if !ok {
		t.Fatalf("%s %s is nobody's", q.Method, q.URL.Path)
	}
	return reply
}

// answer decodes the JSON of a reply.
func answer(t testing.TB, reply web.Reply, status int) map[string]any {
	t.Helper()
	text := web.Encode(reply.Body)
	if reply.Status != status {
		t.Fatalf("status %d, want %d: %s", reply.Status, status, text)
	}
	out := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	check(t, decoder.Decode(&out))
	return out
}

// refusedWith checks a 401 of OAuth 1.0a.
func refusedWith(t testing.TB, reply web.Reply, text string) {
	t.Helper()
	out := answer(t, reply, 401)
	if e, ok := out["error"].(string); !ok || !strings.HasPrefix(e, "id: ") || !strings.HasSuffix(e, ", error: "+text) {
		t.Fatalf("refused with %v, want %q", out, text)
	}
	if out["statusCode"] != json.Number("401") {
		t.Fatalf("statusCode is %v", out["statusCode"])
	}
}

// problemWith checks an application/problem+json reply.
func problemWith(t testing.TB, reply web.Reply, status int, detail string) {
	t.Helper()
	out := answer(t, reply, status)
	if reply.ContentType != "application/problem+json" || out["detail"] != detail && detail != "" {
		t.Fatalf("refused with %s %v, want %q", reply.ContentType, out, detail)
	}
}

// signer is a client of OAuth 1.0a.
type signer struct {
	key, realm, token string
	rsa               *rsa.PrivateKey
	lst               []byte
	nonce             string // empty: a new one each time
	at                time.Time
	method            string // of the signature; empty is the usual
}

func signerOf(c *identity.Credentials) *signer {
	return &signer{key: c.OAuth1.ConsumerKey, realm: "limited_poa", token: c.OAuth1.AccessToken, rsa: c.OAuth1.SignatureKey, at: noon}
}

func (s *signer) params(method string, more map[string]string) map[string]string {
	all := map[string]string{"oauth_consumer_key": s.key, "oauth_nonce": s.nonce, "oauth_signature_method": method,
		"oauth_timestamp": fmt.Sprint(s.at.Unix())}
	if s.nonce == "" {
		all["oauth_nonce"] = rand.Text()
	}
	if s.token != "" {
		all["oauth_token"] = s.token
	}
	if s.method != "" {
		all["oauth_signature_method"] = s.method
	}
	maps.Copy(all, more)
	return all
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func pairs(all map[string]string) string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, key+"="+all[key])
	}
	return strings.Join(list, "&")
}

func (s *signer) header(all map[string]string, signature []byte) string {
	all = maps.Clone(all)
	all["oauth_signature"] = base64.StdEncoding.EncodeToString(signature)
	list := []string{`realm="` + s.realm + `"`}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, key+`="`+escape(all[key])+`"`)
	}
	return "OAuth " + strings.Join(list, ", ")
}

// signRSA is the header of a request for a token.
func (s *signer) signRSA(target, prepend string, more map[string]string) string {
	all := s.params("RSA-SHA256", more)
	digest := sha256.Sum256([]byte(prepend + "POST&" + escape(target) + "&" + escape(pairs(all))))
	signature, err := rsa.SignPKCS1v15(nil, s.rsa, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return s.header(all, signature)
}

// signHMAC is the header of a protected request; target and query are signed
// as they are given.
func (s *signer) signHMAC(method, target string, query map[string]string) string {
	all := s.params("HMAC-SHA256", nil)
	signed := maps.Clone(all)
	maps.Copy(signed, query)
	mac := hmac.New(sha256.New, s.lst)
	mac.Write([]byte(method + "&" + escape(target) + "&" + escape(pairs(signed))))
	return s.header(all, mac.Sum(nil))
}

const liveURL = "https://api.ibkr.com/v1/api/oauth/live_session_token"

// plainSecret is the access token secret, decrypted.
func plainSecret(t testing.TB, key *rsa.PrivateKey, text string) []byte {
	t.Helper()
	cipher, err := base64.StdEncoding.DecodeString(text)
	check(t, err)
	secret, err := rsa.DecryptPKCS1v15(nil, key, cipher) //nolint:staticcheck // the protocol's padding, not a choice
	check(t, err)
	return secret
}

// login gets a live session token and keeps it.
func (s *signer) login(t testing.TB, r *identity.Registry, c *identity.Credentials) map[string]any {
	t.Helper()
	secret := plainSecret(t, c.OAuth1.EncryptionKey, c.OAuth1.AccessTokenSecret)
	a := new(big.Int).SetBytes([]byte("a number that nobody can guess.."))
	challenge := new(big.Int).Exp(big.NewInt(2), a, c.OAuth1.Prime)
	q := request("POST", liveURL)
	q.Header.Set("Authorization", s.signRSA(liveURL, hex.EncodeToString(secret), map[string]string{"diffie_hellman_challenge": challenge.Text(16)}))
	out := answer(t, serve(t, r, q, "", s.at), 200)
	s.lst = agree(t, out, a, c.OAuth1.Prime, secret)
	if got := hex.EncodeToString(hash(s.lst, []byte(s.key))); got != out["live_session_token_signature"] {
		t.Fatalf("the server's live session token is another one")
	}
	return out
}

// agree is the client's half of the exchange.
func agree(t testing.TB, out map[string]any, a, prime *big.Int, secret []byte) []byte {
	t.Helper()
	text, ok := out["diffie_hellman_response"].(string)
	b, ok2 := new(big.Int).SetString(text, 16)
	if !ok || !ok2 {
		t.Fatalf("no response in %v", out)
	}
	k := new(big.Int).Exp(b, a, prime).Text(16)
	if len(k)%2 == 1 {
		k = "0" + k
	}
	if k[0] >= '8' {
		k = "00" + k
	}
	bytes, err := hex.DecodeString(k)
	check(t, err)
	return hash(bytes, secret)
}

func hash(key, text []byte) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}

// claims are the payload of a JWT.
type claims map[string]any

func assertionClaims() claims {
	return claims{"iss": keys().OAuth2.ClientID, "sub": keys().OAuth2.ClientID, "aud": "/token",
		"exp": noon.Unix() + 20, "iat": noon.Unix() - 10}
}

// jwt signs claims; a nil key leaves the signature empty.
func jwt(header string, c claims, key *rsa.PrivateKey) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode(web.Encode(c))
	if key == nil {
		return text + "."
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return text + "." + encode(signature)
}

const rs256 = `{"alg":"RS256","typ":"JWT","kid":"main"}`

// tokenReply asks for a bearer token with an assertion.
func tokenReply(t testing.TB, r *identity.Registry, assertion, scope string, now time.Time) web.Reply {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_assertion": {assertion}, "scope": {scope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	q := request("POST", "https://api.ibkr.com/oauth2/api/v1/token", "Content-Type", "application/x-www-form-urlencoded")
	return serve(t, r, q, form.Encode(), now)
}

// text is a field of an answer.
func text(t testing.TB, out map[string]any, field string) string {
	t.Helper()
	s, ok := out[field].(string)
	if !ok {
		t.Fatalf("no %s in %v", field, out)
	}
	return s
}
