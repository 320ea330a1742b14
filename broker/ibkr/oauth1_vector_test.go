package ibkr

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// vector is a file of known answers, computed by another program.
type vector struct {
	ConsumerKey   string `json:"consumer_key"`
	AccessToken   string `json:"access_token"`
	Realm         string
	SignatureKey  string `json:"signature_private_key_pkcs8_der_base64"`
	EncryptionKey string `json:"encryption_private_key_pkcs1_der_base64"`
	Prime         string `json:"dh_prime_hex"`
	Secret        string `json:"access_token_secret_base64"`
	Prepend       string
	LST           []vectorLST `json:"live_session_token_cases"`
	Signed        struct {
		Token string `json:"live_session_token"`
		Cases []struct {
			Name, Method, URL, Variant string
			Timestamp                  string `json:"oauth_timestamp"`
			Nonce                      string `json:"oauth_nonce"`
			Base                       string `json:"base_string"`
			Header                     string `json:"authorization_header"`
		}
	} `json:"signed_requests"`
	Party []struct {
		Name, URL string
		Params    map[string]string
		Base      string `json:"base_string"`
		Header    string `json:"authorization_header"`
	} `json:"third_party_flow"`
	Bytes []struct {
		K     string
		Bytes string `json:"bytes_hex"`
	} `json:"k_to_bytes"`
	Public []struct {
		Prime       string `json:"dh_prime_hex"`
		Random      string `json:"dh_random_hex"`
		Response    string `json:"dh_response_hex"`
		Prepend     string
		K           string `json:"K_bytes_hex"`
		Token       string `json:"live_session_token"`
		ConsumerKey string `json:"consumer_key"`
		Signature   string `json:"live_session_token_signature"`
	} `json:"public_cross_checks"`
}

type vectorLST struct {
	Name      string
	Random    string `json:"dh_random_a_hex"`
	Challenge string `json:"diffie_hellman_challenge"`
	Timestamp string `json:"oauth_timestamp"`
	Nonce     string `json:"oauth_nonce"`
	URL       string
	Base      string          `json:"base_string"`
	Header    string          `json:"authorization_header"`
	Answer    json.RawMessage `json:"response_body"`
	K         string          `json:"shared_secret_K_bytes_hex"`
	Token     string          `json:"live_session_token"`
}

func readVector(t testing.TB) *vector {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(projectRoot(t), "..", "shared", "ibkr", "oauth1a_vector.json"))
	if err != nil {
		t.Skip("no known answers here")
	}
	var v vector
	if err := json.Unmarshal(file, &v); err != nil {
		t.Fatal(err)
	}
	return &v
}

func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("no go.mod above the test")
		}
		dir = parent
	}
}

func derKey(t testing.TB, text string) *rsa.PrivateKey {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func (v *vector) config(t testing.TB) OAuth1Config {
	return OAuth1Config{
		ConsumerKey: v.ConsumerKey, Realm: v.Realm, AccessToken: NewSecret(v.AccessToken), AccessTokenSecret: NewSecret(v.Secret),
		SignatureKey: derKey(t, v.SignatureKey), EncryptionKey: derKey(t, v.EncryptionKey), DHPrime: bigHex(t, v.Prime),
	}
}

func (v *vector) auth(t testing.TB) *OAuth1 {
	t.Helper()
	o, err := NewOAuth1(v.config(t))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func bigHex(t testing.TB, text string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(text, 16)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return n
}

func unix(t testing.TB, text string) time.Time {
	t.Helper()
	var seconds json.Number = json.Number(text)
	n, err := seconds.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(n, 0)
}

// Every live session token of the known answers: the signed request for it,
// the token, and IBKR's proof of it. One wrong byte is a 401 to everything.
func TestVectorLiveSessionToken(t *testing.T) {
	v := readVector(t)
	o := v.auth(t)
	if hex.EncodeToString([]byte(o.secret.Reveal())) != v.Prepend {
		t.Fatalf("prepend %x, want %s", o.secret.Reveal(), v.Prepend)
	}
	consumer := OAuth1Consumer{Key: o.consumerKey, Realm: o.realm, SignatureKey: o.signature}
	for _, tt := range v.LST {
		a := bigHex(t, tt.Random)
		if got := dhChallenge(a, o.prime); got != tt.Challenge {
			t.Errorf("%s: challenge %s", tt.Name, got)
		}
		header, err := consumer.header(tt.URL, v.Prepend, tt.Nonce, unix(t, tt.Timestamp), []param{
			{"diffie_hellman_challenge", tt.Challenge}, {"oauth_token", v.AccessToken},
		})
		if err != nil || header != tt.Header {
			t.Errorf("%s: header\n%s (%v), want\n%s", tt.Name, header, err, tt.Header)
		}
		answer, err := parseLST(tt.Answer)
		if err != nil {
			t.Fatalf("%s: %v", tt.Name, err)
		}
		shared, err := sharedSecret(answer.response, a, o.prime)
		if err != nil || hex.EncodeToString(secretBytes(shared)) != tt.K {
			t.Errorf("%s: K %x (%v), want %s", tt.Name, secretBytes(shared), err, tt.K)
		}
		token, err := o.derive(&answer, a)
		if err != nil {
			t.Fatalf("%s: %v", tt.Name, err)
		}
		if got := base64.StdEncoding.EncodeToString([]byte(token.key.Reveal())); got != tt.Token {
			t.Errorf("%s: token %s, want %s", tt.Name, got, tt.Token)
		}
		answer.signature = strings.Repeat("0", 40)
		if _, err := o.derive(&answer, a); err == nil {
			t.Errorf("%s: a wrong proof is taken", tt.Name)
		}
	}
	if len(v.LST) != 6 {
		t.Errorf("%d cases, want 6", len(v.LST))
	}
}

// Every signed request of the known answers. Requests are signed without
// their query; the three other ways that servers are known to take differ in
// the address or the parameters alone.
func TestVectorSignedRequests(t *testing.T) {
	v := readVector(t)
	key, err := base64.StdEncoding.DecodeString(v.Signed.Token)
	if err != nil {
		t.Fatal(err)
	}
	token := &lst{o: v.auth(t), key: NewSecret(string(key))}
	for _, tt := range v.Signed.Cases {
		r, err := http.NewRequest(tt.Method, tt.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if tt.Variant == "url_without_query" {
			token.sign(r, unix(t, tt.Timestamp), tt.Nonce)
			if got := r.Header.Get("Authorization"); got != tt.Header {
				t.Errorf("%s: header\n%s, want\n%s", tt.Name, got, tt.Header)
			}
		}
		params := []param{
			{"oauth_consumer_key", v.ConsumerKey}, {"oauth_nonce", tt.Nonce}, {"oauth_signature_method", "HMAC-SHA256"},
			{"oauth_timestamp", tt.Timestamp}, {"oauth_token", v.AccessToken},
		}
		address, signed := variant(r.URL, tt.URL, tt.Variant, params)
		base := baseString(nil, tt.Method, address, signed)
		if string(base) != tt.Base {
			t.Errorf("%s, %s: base string\n%s, want\n%s", tt.Name, tt.Variant, base, tt.Base)
		}
		if got := authorization(v.Realm, params, token.mac(base)); got != tt.Header {
			t.Errorf("%s, %s: header\n%s, want\n%s", tt.Name, tt.Variant, got, tt.Header)
		}
	}
	if len(v.Signed.Cases) != 9 {
		t.Errorf("%d cases, want 9", len(v.Signed.Cases))
	}
}

// variant is what is signed in one of the four known ways.
func variant(u *url.URL, full, way string, params []param) (string, []param) {
	bare, query, _ := strings.Cut(full, "?")
	switch way {
	case "url_with_query":
		return full, params
	case "url_with_query_lowercased":
		return strings.ToLower(full), params
	case "rfc5849_query_in_params":
		params = slices.Clone(params)
		for _, pair := range strings.Split(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			params = append(params, param{name, value})
		}
		slices.SortFunc(params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	}
	return bare, params
}

func TestVectorThirdParty(t *testing.T) {
	v := readVector(t)
	consumer := OAuth1Consumer{Key: v.ConsumerKey, SignatureKey: derKey(t, v.SignatureKey)}
	for _, tt := range v.Party {
		var more []param
		for _, name := range []string{"oauth_callback", "oauth_token", "oauth_verifier"} {
			if value, ok := tt.Params[name]; ok {
				more = append(more, param{name, value})
			}
		}
		got, err := consumer.header(tt.URL, "", tt.Params["oauth_nonce"], unix(t, tt.Params["oauth_timestamp"]), more)
		if err != nil || got != tt.Header {
			t.Errorf("%s: header\n%s (%v), want\n%s", tt.Name, got, err, tt.Header)
		}
	}
	if len(v.Party) != 2 {
		t.Errorf("%d steps, want 2", len(v.Party))
	}
}

// The bytes of the shared secret: a sign byte where the first bit is set, and
// no other byte in front. A plain big-endian number is wrong half the time.
func TestQuirk52SecretBytes(t *testing.T) {
	v := readVector(t)
	for _, tt := range v.Bytes {
		k, _ := new(big.Int).SetString(tt.K, 10)
		if got := hex.EncodeToString(secretBytes(k)); got != tt.Bytes {
			t.Errorf("K = %s: %s, want %s", tt.K, got, tt.Bytes)
		}
	}
	if len(v.Bytes) != 13 {
		t.Errorf("%d cases, want 13", len(v.Bytes))
	}
	if !strings.HasPrefix(v.Prepend, "00") || v.auth(t).secret.Reveal()[0] != 0 {
		t.Error("the leading zero byte of the access token secret is lost")
	}
}

// What another client's own tests publish.
func TestVectorPublished(t *testing.T) {
	for _, tt := range readVector(t).Public {
		if tt.Prime != "" {
			shared, err := sharedSecret(bigHex(t, tt.Response), bigHex(t, tt.Random), bigHex(t, tt.Prime))
			if err != nil || hex.EncodeToString(secretBytes(shared)) != tt.K {
				t.Errorf("K %x (%v), want %s", secretBytes(shared), err, tt.K)
			}
			prepend, err := hex.DecodeString(tt.Prepend)
			if err != nil {
				t.Fatal(err)
			}
			if got := base64.StdEncoding.EncodeToString(tokenKey(shared, prepend)); got != tt.Token {
				t.Errorf("token %s, want %s", got, tt.Token)
			}
			continue
		}
		key, err := base64.StdEncoding.DecodeString(tt.Token)
		if err != nil {
			t.Fatal(err)
		}
		if got := tokenSignature(key, tt.ConsumerKey); got != tt.Signature {
			t.Errorf("signature %s, want %s", got, tt.Signature)
		}
	}
}

// A signed header has to be cheap: it is on the way of every order.
func BenchmarkSignedHeader(b *testing.B) {
	v := readVector(b)
	token := &lst{o: v.auth(b), key: NewSecret(string(make([]byte, 20)))}
	r, err := http.NewRequest(http.MethodGet, v.Signed.Cases[2].URL, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(1767225660, 0)
	b.ReportAllocs()
	for b.Loop() {
		if err := token.Sign(r, at); err != nil {
			b.Fatal(err)
		}
	}
}
