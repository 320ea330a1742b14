package identity_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
)

// bearerOf is an access token with a scope.
func bearerOf(t testing.TB, r *identity.Registry, scope string) string {
	t.Helper()
	return text(t, answer(t, tokenReply(t, r, jwt(rs256, assertionClaims(), keys().OAuth2.Key), scope, noon), 200), "access_token")
}

func TestClientToken(t *testing.T) {
	r := registryOf(t, identity.Config{})
	out := answer(t, tokenReply(t, r, jwt(rs256, assertionClaims(), keys().OAuth2.Key), "echo.read accounts.read", noon), 200)
	if out["token_type"] != "Bearer" || out["scope"] != "echo.read accounts.read" || out["expires_in"] != json.Number("86399") {
		t.Fatalf("answer %v", out)
	}
	token := text(t, out, "access_token")
	q := request("GET", "https://api.ibkr.com/gw/api/v1/echo/https", "Authorization", "Bearer "+token)
	c, _, ok := r.Authenticate(q, nil, noon.Add(23*time.Hour))
	if !ok || c.Method != identity.OAuth2 || c.Client != keys().OAuth2.ClientID || c.User != "" || c.LST {
		t.Fatalf("caller %+v", c)
	}
	if _, ok := c.Require("echo.write", "echo.read"); !ok {
		t.Error("the scope it has was refused")
	}
	refused, _ := c.Require("accounts.write")
	problemWith(t, refused, 403, "The access token fails to have sufficient scope")

	_, refused, _ = r.Authenticate(q, nil, noon.Add(24*time.Hour))
	problemWith(t, refused, 401, "Access token expired")
	_, refused, _ = r.Authenticate(request("GET", q.URL.String(), "Authorization", "Bearer nonsense"), nil, noon)
	problemWith(t, refused, 401, "The access token request is invalid")
	_, refused, _ = r.Authenticate(request("GET", q.URL.String()), nil, noon)
	problemWith(t, refused, 401, "The access token request is invalid")
	_, refused, _ = r.Authenticate(request("GET", target, "Authorization", "Bearer "+token), nil, noon)
	problemWith(t, refused, 401, "The access token request is invalid")
	r.Logout(c)
	_, refused, _ = r.Authenticate(q, nil, noon)
	problemWith(t, refused, 401, "The access token request is invalid")
}

// publicHMAC is the attack in which the public key, which all may know, serves
// as the secret of HS256.
func publicHMAC(c claims) string {
	der, err := x509.MarshalPKIXPublicKey(&keys().OAuth2.Key.PublicKey)
	if err != nil {
		panic(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	unsigned := strings.TrimSuffix(jwt(`{"alg":"HS256","typ":"JWT","kid":"main"}`, c, nil), ".")
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(unsigned))
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// with changes claims; a nil value takes one out.
func with(c claims, more claims) claims {
	c = maps.Clone(c)
	for key, value := range more {
		if c[key] = value; value == nil {
			delete(c, key)
		}
	}
	return c
}

func TestAssertionAttacks(t *testing.T) {
	key, good := keys().OAuth2.Key, assertionClaims()
	valid := jwt(rs256, good, key)
	head, rest, _ := strings.Cut(valid, ".")
	body, signature, _ := strings.Cut(rest, ".")
	for name, assertion := range map[string]string{
		"alg none":            jwt(`{"alg":"none","kid":"main"}`, good, nil),
		"alg none, signed":    jwt(`{"alg":"none","kid":"main"}`, good, key),
		"HS256 by public key": publicHMAC(good),
		"RS512 in name":       jwt(`{"alg":"RS512","kid":"main"}`, good, key),
		"unknown kid":         jwt(`{"alg":"RS256","kid":"other"}`, good, key),
		"no kid":              jwt(`{"alg":"RS256"}`, good, key),
		"crit":                jwt(`{"alg":"RS256","kid":"main","crit":["b64"],"b64":false}`, good, key),
		"another key":         jwt(rs256, good, keys().OAuth1.SignatureKey),
		"no signature":        head + "." + body + ".",
		"claims changed":      head + "." + base64.RawURLEncoding.EncodeToString(web.Encode(with(good, claims{"exp": noon.Unix() + 999}))) + "." + signature,
		"padding":             valid + "==",
		"four parts":          valid + ".x",
		"two parts":           head + "." + body,
		"empty":               "",
		"wrong audience":      jwt(rs256, with(good, claims{"aud": "https://evil.example/token"}), key),
		"no audience":         jwt(rs256, with(good, claims{"aud": nil}), key),
		"audience a number":   jwt(rs256, with(good, claims{"aud": 5}), key),
		"expired":             jwt(rs256, with(good, claims{"exp": noon.Unix() - 31}), key),
		"never expires":       jwt(rs256, with(good, claims{"exp": nil}), key),
		"expires in 1e99":     jwt(rs256, with(good, claims{"exp": json.Number("1e99")}), key),
		"issued tomorrow":     jwt(rs256, with(good, claims{"iat": noon.Unix() + 86400}), key),
		"not issued":          jwt(rs256, with(good, claims{"iat": nil}), key),
		"not before":          jwt(rs256, with(good, claims{"nbf": noon.Unix() + 3600}), key),
		"unknown issuer":      jwt(rs256, with(good, claims{"iss": "mallory"}), key),
		"other subject":       jwt(rs256, with(good, claims{"sub": "mallory"}), key),
	} {
		t.Run(name, func(t *testing.T) {
			problemWith(t, tokenReply(t, registryOf(t, identity.Config{}), assertion, "", noon), 401, "")
		})
	}
}

// Tokens that end soon let a client test that it asks again.
func TestShortTokens(t *testing.T) {
	r := registryOf(t, identity.Config{TokenSpan: time.Minute})
	out := answer(t, tokenReply(t, r, jwt(rs256, assertionClaims(), keys().OAuth2.Key), "", noon), 200)
	if out["expires_in"] != json.Number("59") {
		t.Errorf("expires_in %v", out["expires_in"])
	}
	q := request("GET", "https://api.ibkr.com/gw/api/v1/echo/https", "Authorization", "Bearer "+text(t, out, "access_token"))
	_, refused, _ := r.Authenticate(q, nil, noon.Add(time.Minute))
	problemWith(t, refused, 401, "Access token expired")
}

// A log that names the caller does not hold what logs in.
func TestCallerKeepsItsToken(t *testing.T) {
	r, s := ready(t, identity.Config{})
	c, _, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, noon)
	if got := fmt.Sprintf("%v %+v", c, c); !ok || strings.Contains(got, s.token) || !strings.Contains(got, "oauth1a "+s.key+" alice") {
		t.Errorf("printed as %s", got)
	}
}

func TestAssertionReplay(t *testing.T) {
	r := registryOf(t, identity.Config{})
	once := jwt(rs256, with(assertionClaims(), claims{"jti": "one", "aud": []string{"other", "/token"}}), keys().OAuth2.Key)
	answer(t, tokenReply(t, r, once, "", noon), 200)
	problemWith(t, tokenReply(t, r, once, "", noon), 401, "The JWT has been used before")
	without := jwt(rs256, assertionClaims(), keys().OAuth2.Key)
	answer(t, tokenReply(t, r, without, "", noon), 200)
	answer(t, tokenReply(t, r, without, "", noon), 200) // what working clients do within one second
}

func TestTokenRequestRefused(t *testing.T) {
	r := registryOf(t, identity.Config{})
	assertion := jwt(rs256, assertionClaims(), keys().OAuth2.Key)
	problemWith(t, tokenReply(t, r, assertion, "root.write", noon), 400, "The client may not ask for scope root.write")
	const u, form = "https://api.ibkr.com/oauth2/api/v1/token", "application/x-www-form-urlencoded"
	for body, kind := range map[string]string{"{}": "application/json", "": "", "%zz": form, "grant_type=password": form,
		"grant_type=client_credentials": form} {
		problemWith(t, serve(t, r, request("POST", u, "Content-Type", kind), body, noon), 400, "")
	}
	if _, ok := r.Serve(request("GET", u), nil, noon); ok {
		t.Error("GET of the token endpoint was answered")
	}
}

// ssoClaims ask for a session of alice.
func ssoClaims() claims {
	return claims{"iss": keys().OAuth2.ClientID, "credential": "alice", "ip": "192.0.2.7", "exp": noon.Unix() + 86400, "iat": noon.Unix()}
}

func ssoReply(t testing.TB, r *identity.Registry, path, token, body string) web.Reply {
	t.Helper()
	q := request("POST", "https://api.ibkr.com/gw/api/v1/"+path, "Authorization", "Bearer "+token, "Content-Type", "application/jwt")
	return serve(t, r, q, body, noon)
}

func TestSSOSession(t *testing.T) {
	r := registryOf(t, identity.Config{CheckIP: true})
	token := bearerOf(t, r, "sso-sessions.write")
	out := answer(t, ssoReply(t, r, "sso-sessions", token, jwt(rs256, ssoClaims(), keys().OAuth2.Key)), 200)
	if out["active"] != true || out["token_type"] != "Bearer" {
		t.Fatalf("answer %v", out)
	}
	session := "Bearer " + text(t, out, "access_token")
	q := request("POST", "https://api.ibkr.com/v1/api/iserver/auth/ssodh/init", "Authorization", session)
	c, refused, ok := r.Authenticate(q, nil, noon)
	if !ok || c.User != "alice" || c.Method != identity.SSO || !c.Paper {
		t.Fatalf("%+v %v", c, refused.Body)
	}
	q.RemoteAddr = "192.0.2.8:1"
	if _, refused, ok = r.Authenticate(q, nil, noon); ok || refused.Status != 401 {
		t.Error("the session was accepted from another address")
	}
	_, refused, _ = r.Authenticate(request("GET", "https://api.ibkr.com/gw/api/v1/accounts", "Authorization", session), nil, noon)
	problemWith(t, refused, 401, "The access token request is invalid")
	r.EndSessions()
	_, refused, _ = r.Authenticate(request("GET", target, "Authorization", session), nil, noon)
	problemWith(t, refused, 401, "")
	if _, _, ok := r.Authenticate(request("GET", "https://api.ibkr.com/gw/api/v1/accounts", "Authorization", "Bearer "+token), nil, noon); !ok {
		t.Error("the reset ended the client's own token")
	}
}

func TestSSOSessionRefused(t *testing.T) {
	r := registryOf(t, identity.Config{})
	token, key := bearerOf(t, r, "sso-sessions.write"), keys().OAuth2.Key
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"no user":         {jwt(rs256, with(ssoClaims(), claims{"credential": nil}), key), 400},
		"no address":      {jwt(rs256, with(ssoClaims(), claims{"ip": nil}), key), 400},
		"unknown user":    {jwt(rs256, with(ssoClaims(), claims{"credential": "mallory"}), key), 400},
		"wrong type":      {jwt(rs256, with(ssoClaims(), claims{"credential": 7}), key), 400},
		"plain JSON":      {`{"credential":"alice","ip":"192.0.2.7"}`, 400},
		"alg none":        {jwt(`{"alg":"none","kid":"main"}`, ssoClaims(), nil), 401},
		"expired":         {jwt(rs256, with(ssoClaims(), claims{"exp": noon.Unix() - 60}), key), 401},
		"signed by other": {jwt(rs256, ssoClaims(), keys().OAuth1.SignatureKey), 401},
	} {
		t.Run(name, func(t *testing.T) { problemWith(t, ssoReply(t, r, "sso-sessions", token, c.body), c.status, "") })
	}
	good := jwt(rs256, ssoClaims(), key)
	problemWith(t, ssoReply(t, r, "sso-browser-sessions", token, good), 403, "The access token fails to have sufficient scope")
	problemWith(t, ssoReply(t, r, "sso-sessions", "nonsense", good), 401, "The access token request is invalid")
}

// A write to account management reaches its handler as plain JSON.
func TestSignedBody(t *testing.T) {
	r := registryOf(t, identity.Config{})
	q := request("POST", "https://api.ibkr.com/gw/api/v1/accounts", "Authorization", "Bearer "+bearerOf(t, r, "accounts.write"))
	c, _, ok := r.Authenticate(q, nil, noon)
	if !ok {
		t.Fatal("refused")
	}
	body := with(ssoClaims(), claims{"requestId": 5, "jti": "once"})
	signed := []byte(jwt(rs256, body, keys().OAuth2.Key) + "\n")
	payload, refused, ok := r.SignedBody(c, signed, noon)
	if !ok || string(payload) != string(web.Encode(body)) {
		t.Fatalf("payload %s, %v", payload, refused.Body)
	}
	_, refused, _ = r.SignedBody(c, signed, noon)
	problemWith(t, refused, 401, "The JWT has been used before")
	_, refused, _ = r.SignedBody(identity.Caller{Method: identity.Gateway, User: "alice"}, signed, noon)
	problemWith(t, refused, 401, "")
}

func TestBrowserSession(t *testing.T) {
	r := registryOf(t, identity.Config{NoAutoLogin: true})
	token := bearerOf(t, r, "")
	out := answer(t, ssoReply(t, r, "sso-browser-sessions", token, jwt(rs256, ssoClaims(), keys().OAuth2.Key)), 200)
	link := text(t, out, "url")
	if out["active"] != true || !strings.HasPrefix(link, "https://api.ibkr.com/sso/") {
		t.Fatalf("answer %v", out)
	}
	reply := serve(t, r, request("GET", link), "", noon)
	if reply.Status != 302 || reply.Header.Get("Location") != "/" {
		t.Fatalf("reply %+v", reply)
	}
	cookie, err := http.ParseSetCookie(reply.Header.Get("Set-Cookie"))
	check(t, err)
	q := request("GET", target)
	if _, _, ok := r.Authenticate(q, nil, noon); ok {
		t.Error("another program at the same address is logged in as well")
	}
	q.AddCookie(cookie)
	if c, _, ok := r.Authenticate(q, nil, noon); !ok || c.User != "alice" || c.Method != identity.SSO {
		t.Errorf("caller %+v", c)
	}
	if again := serve(t, r, request("GET", link), "", noon); again.Status != 401 {
		t.Error("the link worked twice")
	}
}
