package ibkrsim_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
)

// bearerOf is a bearer token of a client, as IBKR gives it for a signed JWT.
func bearerOf(t *testing.T, c *client, keys *identity.Credentials, scopes string) string {
	t.Helper()
	status, token := askToken(t, c, keys, scopes)
	if token == "" {
		t.Fatal("token:", status)
	}
	return token
}

// askToken asks for a bearer token with a JWT of the test's own clock.
func askToken(t *testing.T, c *client, keys *identity.Credentials, scopes string) (status int, token string) {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	two := &keys.OAuth2
	claims, err := json.Marshal(map[string]any{"iss": two.ClientID, "sub": two.ClientID, "aud": "/token",
		"iat": time.Now().Unix(), "exp": time.Now().Add(20 * time.Second).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	text := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"`+two.KeyID+`"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, two.Key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.web.PostForm(c.srv.URL()+"/oauth2/api/v1/token", url.Values{"grant_type": {"client_credentials"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {text + "." + encode(signature)}, "scope": {scopes}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("token: %s, %v", response.Status, err)
	}
	return response.StatusCode, answer.Token
}

// A server whose clock is off refuses what is signed by the right one, and says
// by its Date what the time is there; a client that does not correct itself is
// locked out.
func TestSkewedClockRefusesSignatures(t *testing.T) {
	keys, err := identity.Generate(nil, identity.User{Name: "advisor"})
	if err != nil {
		t.Fatal(err)
	}
	opt := quiet()
	opt.Credentials = []*identity.Credentials{keys}
	c := start(t, opt)
	c.must("POST", "/_sim/event", `{"do":"clock-skew","by":"10m","for":"1h"}`)
	if status, token := askToken(t, c, keys, "echo.read"); status < 400 || token != "" {
		t.Errorf("ten minutes off: %d, a token %t", status, token != "")
	}
	c.must("POST", "/_sim/scenario", `{"stop":true}`)
	bearerOf(t, c, keys, "echo.read")
}

// withToken asks with a bearer token; "" is none.
func withToken(t *testing.T, c *client, address, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := c.web.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// An endpoint of account management is told the client and its scopes. Nobody else gets there, and the client's token opens
// nothing of trading.
func TestManagementKnowsItsCaller(t *testing.T) {
	var got []web.Request
	restore := ibkrsim.WithEndpoint("GET", "/gw/api/v1/accounts/{accountId}/status", func(r *web.Request) web.Reply {
		got = append(got, *r)
		return web.OK(map[string]string{})
	})
	defer restore()
	keys, err := identity.Generate(nil, identity.User{Name: "advisor"})
	if err != nil {
		t.Fatal(err)
	}
	opt := quiet()
	opt.Credentials = []*identity.Credentials{keys}
	c := start(t, opt)
	managed := c.srv.URL() + "/gw/api/v1/accounts/U7/status"
	token := bearerOf(t, c, keys, "accounts.read echo.read")
	for name, status := range map[string]int{"": 401, "wrong": 401, token: 200} {
		if answer := withToken(t, c, managed, name); answer != status {
			t.Errorf("token %.5q: %d, want %d", name, answer, status)
		}
	}
	if answer := withToken(t, c, managed, bearerOf(t, c, keys, "echo.read")); answer != 403 {
		t.Errorf("without the scope: %d, want 403", answer)
	}
	if answer := withToken(t, c, c.srv.URL()+"/v1/api/tickle", token); answer != 401 {
		t.Errorf("trading with a client's token: %d, want 401", answer)
	}
	if len(got) != 1 {
		t.Fatalf("%d requests came through", len(got))
	}
	r := &got[0]
	if r.User != keys.OAuth2.ClientID || r.Client != keys.OAuth2.ClientID || r.Login != "oauth2" || r.Vars["accountId"] != "U7" ||
		!slices.Equal(r.Scopes, []string{"accounts.read", "echo.read"}) || r.Now == 0 {
		t.Errorf("the endpoint is told %+v", r)
	}
}

// Users that come with keys may trade all accounts; options name others first.
// What a user of nobody would need is refused at the start.
func TestUsersOfKeys(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"alice", "bob"} {
		keys, err := identity.Generate(nil, identity.User{Name: name, Password: "pw-" + name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := identity.WriteClient(folder, keys); err != nil {
			t.Fatal(err)
		}
	}
	opt := quiet()
	opt.KeysDir, opt.Identity.NoAutoLogin = folder, true
	opt.Accounts = []brokerage.AccountConfig{{ID: "DU1"}, {ID: "DU2"}}
	opt.Users = []ibkrsim.User{{Name: "alice", Password: "of the options", Accounts: []string{"DU2"}}}
	c := start(t, opt)
	for _, tt := range []struct {
		name, password string
		status         int
		accounts       string
	}{
		{"alice", "pw-alice", 401, ""},
		{"alice", "of the options", 200, `["DU2"]`},
		{"bob", "pw-bob", 200, `["DU1","DU2","All"]`},
	} {
		response, err := c.web.PostForm(c.srv.URL()+"/sso/Login", url.Values{"username": {tt.name}, "password": {tt.password}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.status {
			t.Errorf("%s with %q: %s, want %d", tt.name, tt.password, response.Status, tt.status)
		}
		if tt.status != 200 {
			continue
		}
		c.login()
		if answer := c.call("GET", "/iserver/accounts", ""); !strings.Contains(answer.text, `"accounts":`+tt.accounts) {
			t.Errorf("%s sees %s", tt.name, answer.text)
		}
	}
	opt.Identity.AutoConsent = "mallory"
	if srv, err := ibkrsim.Start(opt); err == nil || !strings.Contains(err.Error(), `no user "mallory"; want one of alice, bob`) {
		t.Errorf("consent of nobody: %v, %v", srv, err)
	}
}
