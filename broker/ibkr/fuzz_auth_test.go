package ibkr

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is signed can be read back, whatever the address and the values are:
// two requests never have the same base string.
func FuzzBaseString(f *testing.F) {
	f.Add("GET", "https://api.ibkr.com/v1/api/tickle", "TESTCONS1", "a1b2c3")
	f.Add("POST", "https://h/ü%2F&=?", "a=b&c", "%00\xff")
	f.Fuzz(func(t *testing.T, method, address, key, token string) {
		params := []param{{"oauth_consumer_key", key}, {"oauth_token", token}}
		base := string(baseString([]byte("00ff"), method, address, params))
		rest, ok := strings.CutPrefix(base, "00ff"+method+"&")
		first, second, found := strings.Cut(rest, "&")
		gotAddress, err1 := url.PathUnescape(first)
		gotParams, err2 := url.PathUnescape(second)
		if !ok || !found || err1 != nil || err2 != nil || gotAddress != address ||
			gotParams != "oauth_consumer_key="+key+"&oauth_token="+token {
			t.Errorf("base %q of %q %q %q", base, address, key, token)
		}
		if strings.ContainsFunc(rest, func(r rune) bool { return r >= 0x80 || !unreserved(byte(r)) && r != '%' && r != '&' }) {
			t.Errorf("base %q has other characters", base)
		}
		if !plainValue(key) || !plainValue(token) {
			return
		}
		got, realm, why := oauthParams(authorization("limited_poa", params, []byte(address)))
		if why != "" || realm != "limited_poa" || got["oauth_consumer_key"] != key || got["oauth_token"] != token ||
			got["oauth_signature"] != base64.StdEncoding.EncodeToString([]byte(address)) {
			t.Errorf("header %v %s %s", got, realm, why)
		}
	})
}

// An answer to a login is taken or refused, and never a panic.
func FuzzLSTAnswer(f *testing.F) {
	f.Add([]byte(`{"diffie_hellman_response":"4b52","live_session_token_signature":"d193bb","live_session_token_expiration":1767312000000}`))
	f.Add([]byte(`{"diffie_hellman_challenge":"0","live_session_token_expiration":"-1"}`))
	f.Add([]byte(`{"diffie_hellman_response":"-_+0x"}`))
	p, _ := new(big.Int).SetString(group14, 16)
	f.Fuzz(func(t *testing.T, body []byte) {
		answer, err := parseLST(body)
		if err != nil {
			return
		}
		if answer.response.Sign() < 0 || answer.response.BitLen() > maxPrimeBits+8 {
			t.Errorf("response %s", answer.response)
		}
		shared, err := sharedSecret(answer.response, big.NewInt(3), p)
		if err == nil && (shared.Sign() <= 0 || secretBytes(shared)[0]&0x80 != 0) {
			t.Errorf("shared secret %x", secretBytes(shared))
		}
	})
}

// A token that IBKR issued is opaque or has an end; claims that are signed
// are JSON and keep the fields.
func FuzzJWT(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDk3NzMyODJ9.x", []byte(`{"a":1}`))
	f.Add("..", []byte(`{"iss":"x","exp":{}}`))
	key := jwtKey{issuer: `a"b`}
	f.Fuzz(func(t *testing.T, token string, fields []byte) {
		if at, ok := jwtExpiry(token); ok && at.Unix() <= 0 {
			t.Errorf("%q ends %s", token, at)
		}
		claims, err := key.claims(fields, time.Unix(1767225600, 0), time.Minute)
		if err != nil {
			return
		}
		var got, own map[string]json.RawMessage
		if err := json.Unmarshal(claims, &got); err != nil {
			t.Fatalf("%s: %v", claims, err)
		}
		_ = json.Unmarshal(fields, &own)
		for name, value := range own {
			if string(got[name]) != string(value) {
				t.Errorf("%s is %s, want %s", name, got[name], value)
			}
		}
		if got["iss"] == nil || got["iat"] == nil || got["exp"] == nil {
			t.Errorf("claims %s", claims)
		}
	})
}

// Files that are no credentials are refused, not a crash at start.
func FuzzCredentialPEM(f *testing.F) {
	f.Add("DH PARAMETERS", []byte{0x30, 6, 2, 1, 23, 2, 1, 2})
	f.Add("PRIVATE KEY", []byte{0x30, 0})
	f.Add("RSA PRIVATE KEY", []byte{0x30, 3, 2, 1, 0})
	f.Fuzz(func(t *testing.T, kind string, der []byte) {
		block := &pem.Block{Type: kind, Bytes: der}
		if key, err := parsePrivateKey(block); err == nil && key.N.BitLen() < minKeyBits {
			t.Error("a small key is taken")
		}
		if p, err := parseDHParams(block); err == nil && p.BitLen() < minPrimeBits {
			t.Error("a small prime is taken")
		}
	})
}

// The Date of an answer is any text.
func FuzzDate(f *testing.F) {
	f.Add("Thu, 01 Jan 2026 00:00:00 GMT", int64(0))
	f.Fuzz(func(t *testing.T, date string, took int64) {
		s := serverClock{now: time.Now}
		sent := time.Unix(1767225600, 0)
		s.observe(date, sent, sent.Add(time.Duration(took%int64(time.Hour))))
		if err := s.check(); err == nil && s.skew().Abs() > skewRefused {
			t.Errorf("skew %s passes", s.skew())
		}
	})
}
