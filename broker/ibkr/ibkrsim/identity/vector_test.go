package identity_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/big"
	"os"
	"strconv"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
)

// vector are known answers of OAuth 1.0a that another program computed.
type vector struct {
	ConsumerKey   string     `json:"consumer_key"`
	AccessToken   string     `json:"access_token"`
	SignatureKey  string     `json:"signature_public_key_der_base64"`
	EncryptionKey string     `json:"encryption_public_key_der_base64"`
	Prime         string     `json:"dh_prime_hex"`
	Secret        string     `json:"access_token_secret_plain_hex"`
	Live          []liveCase `json:"live_session_token_cases"`
	Signed        struct {
		Cases []signedCase `json:"cases"`
	} `json:"signed_requests"`
	ThirdParty []struct {
		URL    string            `json:"url"`
		Params map[string]string `json:"params"`
		Header string            `json:"authorization_header"`
	} `json:"third_party_flow"`
	Bytes []struct {
		K   json.Number `json:"K"`
		Hex string      `json:"bytes_hex"`
	} `json:"k_to_bytes"`
	Public []struct {
		Prepend     string `json:"prepend"`
		KHex        string `json:"K_hex"`
		Live        string `json:"live_session_token"`
		ConsumerKey string `json:"consumer_key"`
		Signature   string `json:"live_session_token_signature"`
	} `json:"public_cross_checks"`
}

type liveCase struct {
	Name      string         `json:"name"`
	B         string         `json:"server_secret_b_hex"`
	Timestamp string         `json:"oauth_timestamp"`
	URL       string         `json:"url"`
	Header    string         `json:"authorization_header"`
	Response  map[string]any `json:"response_body"`
	Live      string         `json:"live_session_token"`
}

type signedCase struct {
	Name      string `json:"name"`
	Method    string `json:"method"`
	URL       string `json:"url"`
	Variant   string `json:"variant"`
	Timestamp string `json:"oauth_timestamp"`
	Header    string `json:"authorization_header"`
}

func readVector(t *testing.T) *vector {
	t.Helper()
	body, err := os.ReadFile("../../../../../shared/ibkr/oauth1a_vector.json")
	if err != nil {
		t.Skip("the known answers are not here: ", err)
	}
	v := new(vector)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	check(t, decoder.Decode(v))
	return v
}

func der(t *testing.T, text string) *rsa.PublicKey {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	check(t, err)
	key, err := x509.ParsePKIXPublicKey(raw)
	check(t, err)
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		t.Fatal("not an RSA key")
	}
	return public
}

// registry is the server of the vector, whose random numbers are given.
func (v *vector) registry(t *testing.T, random io.Reader) *identity.Registry {
	t.Helper()
	r := identity.New(identity.Config{Random: random})
	check(t, r.AddUser(alice))
	prime, ok := new(big.Int).SetString(v.Prime, 16)
	secret, err := hex.DecodeString(v.Secret)
	check(t, err)
	if !ok || prime.Cmp(identity.DefaultPrime()) != 0 {
		t.Fatal("the prime is not that of RFC 3526")
	}
	check(t, r.AddConsumer(identity.Consumer{Key: v.ConsumerKey, SignatureKey: der(t, v.SignatureKey),
		EncryptionKey: der(t, v.EncryptionKey), Prime: prime, ThirdParty: true}))
	check(t, r.AddGrant(identity.Grant{Token: v.AccessToken, Secret: secret, Consumer: v.ConsumerKey, User: "alice"}))
	return r
}

func unix(t *testing.T, text string) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	check(t, err)
	return time.Unix(n, 0)
}

// live serves one case: the server's random number is the vector's.
func (v *vector) live(t *testing.T, c *liveCase) (*identity.Registry, map[string]any) {
	t.Helper()
	b, err := hex.DecodeString(c.B)
	check(t, err)
	r := v.registry(t, bytes.NewReader(append(make([]byte, 32), b...)))
	q := request("POST", c.URL, "Authorization", c.Header)
	return r, answer(t, serve(t, r, q, "", unix(t, c.Timestamp)), 200)
}

// A wrong byte in the secret gives every client of IBKR's algorithm a live
// session token that does not verify: sign bytes, odd digits, short numbers.
func TestVectorLiveSessionToken(t *testing.T) {
	v := readVector(t)
	for i := range v.Live {
		c := &v.Live[i]
		t.Run(c.Name, func(t *testing.T) {
			r, out := v.live(t, c)
			for _, field := range []string{"diffie_hellman_response", "live_session_token_signature"} {
				if out[field] != c.Response[field] {
					t.Errorf("%s is %v, want %v", field, out[field], c.Response[field])
				}
			}
			if got := base64.StdEncoding.EncodeToString(r.LiveKey(v.AccessToken)); got != c.Live {
				t.Errorf("live session token %s, want %s", got, c.Live)
			}
			want := unix(t, c.Timestamp).Add(24 * time.Hour).UnixMilli()
			if out["live_session_token_expiration"] != json.Number(strconv.FormatInt(want, 10)) {
				t.Errorf("expires at %v, want %d", out["live_session_token_expiration"], want)
			}
		})
	}
}

// Every way in which clients in the field sign a query is accepted, whether
// the client names IBKR's host or the simulator's.
func TestVectorSignedRequests(t *testing.T) {
	v := readVector(t)
	seen := map[string]bool{}
	for _, c := range v.Signed.Cases {
		t.Run(c.Name+"/"+c.Variant, func(t *testing.T) {
			seen[c.Variant] = true
			for _, host := range []string{"api.ibkr.com", "127.0.0.1:5000"} {
				r, _ := v.live(t, &v.Live[0])
				q := request(c.Method, c.URL, "Authorization", c.Header, "Content-Type", "application/json")
				q.Host = host
				caller, refused, ok := r.Authenticate(q, []byte(`{"orders":[]}`), unix(t, c.Timestamp))
				if !ok || caller.User != "alice" || caller.Method != identity.OAuth1 || !caller.LST || caller.Client != v.ConsumerKey {
					t.Errorf("at %s: %+v %v", host, caller, refused.Body)
				}
			}
		})
	}
	if len(seen) != 4 {
		t.Errorf("variants %v, want four", seen)
	}
}

func TestVectorThirdParty(t *testing.T) {
	v := readVector(t)
	ask, fetch := v.ThirdParty[0], v.ThirdParty[1]
	token, verifier := fetch.Params["oauth_token"], fetch.Params["oauth_verifier"]
	random, err := hex.DecodeString(token + verifier)
	check(t, err)
	r := v.registry(t, bytes.NewReader(append(make([]byte, 32), random...)))
	at := unix(t, ask.Params["oauth_timestamp"])
	out := answer(t, serve(t, r, request("POST", ask.URL, "Authorization", ask.Header), "", at), 200)
	if out["oauth_token"] != token {
		t.Fatalf("request token %v", out)
	}
	got, err := r.Consent(token, "alice", at)
	if err != nil || got != verifier {
		t.Fatalf("verifier %s %v", got, err)
	}
	out = answer(t, serve(t, r, request("POST", fetch.URL, "Authorization", fetch.Header), "", unix(t, fetch.Params["oauth_timestamp"])), 200)
	if out["oauth_token"] != v.AccessToken || out["is_paper"] != true || out["oauth_token_secret"] == "" {
		t.Fatalf("access token %v", out)
	}
}

func TestVectorBytes(t *testing.T) {
	v := readVector(t)
	for _, c := range v.Bytes {
		k, ok := new(big.Int).SetString(c.K.String(), 10)
		if got := hex.EncodeToString(identity.SecretBytes(k)); !ok || got != c.Hex {
			t.Errorf("bytes of %s are %s, want %s", c.K, got, c.Hex)
		}
	}
	for _, c := range v.Public {
		live, err := base64.StdEncoding.DecodeString(c.Live)
		check(t, err)
		if c.Signature != "" && hex.EncodeToString(identity.HMACSHA1(live, []byte(c.ConsumerKey))) != c.Signature {
			t.Errorf("signature of %s is another one", c.Live)
		}
		if c.KHex == "" {
			continue
		}
		k, ok := new(big.Int).SetString(c.KHex, 16)
		secret, err := hex.DecodeString(c.Prepend)
		check(t, err)
		if !ok || !bytes.Equal(identity.HMACSHA1(identity.SecretBytes(k), secret), live) {
			t.Errorf("live session token of K %s is another one", c.KHex)
		}
	}
}
