package identity_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
)

func enter(t *testing.T, r *identity.Registry, user, password, from string) (int, *http.Cookie) {
	t.Helper()
	q := request("POST", "https://localhost:5000/sso/Login", "Content-Type", "application/x-www-form-urlencoded")
	q.RemoteAddr = from
	reply := serve(t, r, q, url.Values{"username": {user}, "password": {password}}.Encode(), noon)
	if reply.Status != 200 {
		if len(reply.Header) > 0 {
			t.Error("a refused login has a cookie")
		}
		return reply.Status, nil
	}
	if !strings.Contains(reply.HTML, "Client login succeeds") {
		t.Errorf("the page does not say that the login succeeded: %s", reply.HTML)
	}
	cookie, err := http.ParseSetCookie(reply.Header.Get("Set-Cookie"))
	check(t, err)
	if !cookie.HttpOnly || !cookie.Secure {
		t.Errorf("cookie %v can be stolen", cookie)
	}
	return 200, cookie
}

func callerFrom(r *identity.Registry, from string, cookie *http.Cookie, now time.Time) (identity.Caller, int) {
	q := request("GET", target)
	q.RemoteAddr = from
	if cookie != nil {
		q.AddCookie(cookie)
	}
	c, refused, _ := r.Authenticate(q, nil, now)
	return c, refused.Status
}

func TestGatewayLogin(t *testing.T) {
	const here, there = "127.0.0.1:1", "192.0.2.7:1"
	r := registryOf(t, identity.Config{NoAutoLogin: true})
	if _, status := callerFrom(r, here, nil, noon); status != 401 {
		t.Fatal("nobody has logged in, but a request passes")
	}
	if page := serve(t, r, request("GET", "https://localhost:5000/"), "", noon); !strings.Contains(page.HTML, `action="/sso/Login"`) {
		t.Error("no form at the root: ", page.HTML)
	}
	for _, c := range [][2]string{{"alice", "wrong"}, {"mallory", ""}, {"", ""}, {"alice", ""}} {
		if status, _ := enter(t, r, c[0], c[1], here); status != 401 {
			t.Errorf("%v logged in", c)
		}
	}
	_, mine := enter(t, r, "alice", "wonder", here)
	_, his := enter(t, r, "bob", "builder", here)
	for _, c := range []struct {
		from   string
		cookie *http.Cookie
		user   string
	}{{here, mine, "alice"}, {here, his, "bob"}, {here, nil, "bob"}, {there, mine, "alice"}, {there, nil, ""},
		{there, &http.Cookie{Name: mine.Name, Value: "guess"}, ""}} {
		if got, _ := callerFrom(r, c.from, c.cookie, noon); got.User != c.user {
			t.Errorf("from %s with %v is %q, want %q", c.from, c.cookie, got.User, c.user)
		}
	}
	if got, _ := callerFrom(r, here, mine, noon.Add(24*time.Hour)); got.User != "" {
		t.Error("a login of yesterday is still good")
	}
	bob, _ := callerFrom(r, here, his, noon)
	r.Logout(bob)
	if got, _ := callerFrom(r, here, his, noon); got.User != "alice" {
		t.Errorf("after bob's logout the gateway is %q's", got.User)
	}
	r.EndSessions()
	if _, status := callerFrom(r, here, mine, noon); status != 401 {
		t.Error("the nightly reset left a login")
	}
}

func TestAutomaticLogin(t *testing.T) {
	r := registryOf(t, identity.Config{AutoUser: "bob"})
	for from, user := range map[string]string{"127.0.0.1:9": "bob", "[::1]:9": "bob", "192.0.2.7:9": "", "nonsense": ""} {
		if c, _ := callerFrom(r, from, nil, noon); c.User != user {
			t.Errorf("from %s is %q, want %q", from, c.User, user)
		}
	}
	q := request("GET", "https://localhost:5000/")
	q.RemoteAddr = "127.0.0.1:9"
	if page := serve(t, r, q, "", noon); !strings.Contains(page.HTML, "Client login succeeds") {
		t.Error("the page does not say who is logged in")
	}
	enter(t, r, "alice", "wonder", "127.0.0.1:9")
	if c, _ := callerFrom(r, "127.0.0.1:9", nil, noon); c.User != "alice" {
		t.Errorf("after alice's login loopback is %q", c.User)
	}
	if _, refused, ok := r.Authenticate(request("GET", target, "Authorization", "Basic YTpi"), nil, noon); ok || refused.Status != 401 {
		t.Error("Basic authentication was accepted")
	}
}

func TestLoginsAreBounded(t *testing.T) {
	r := registryOf(t, identity.Config{})
	for range 1000 {
		enter(t, r, "alice", "wonder", "127.0.0.1:9")
	}
	if n := r.Logins(); n > 256 {
		t.Errorf("%d logins are remembered", n)
	}
}

func TestSessionCookie(t *testing.T) {
	const session = "ce109cbeb462a76dc3f6f4182c830cc1"
	for _, value := range []string{session, `"` + session + `"`, `{"session":"` + session + `"}`, `{"session": "` + session + `"}`,
		url.QueryEscape(`{"session":"` + session + `"}`)} {
		q := request("GET", "https://localhost:5000/v1/api/ws", "Cookie", "a=b; api="+value+"; c=d")
		if got := identity.SessionCookie(q); got != session {
			t.Errorf("cookie api=%s is session %q", value, got)
		}
	}
	if got := identity.SessionCookie(request("GET", target, "Cookie", "xapi=1; apix=2")); got != "" {
		t.Errorf("session %q without a cookie", got)
	}
}

func TestSocket(t *testing.T) {
	r, s := ready(t, identity.Config{})
	sso := text(t, answer(t, ssoReply(t, r, "sso-sessions", bearerOf(t, r, ""), jwt(rs256, ssoClaims(), keys().OAuth2.Key)), 200), "access_token")
	client := bearerOf(t, r, "")
	owner := func(session string) (string, bool) {
		user, ok := map[string]string{"aaaa": "alice", "bbbb": "bob"}[session]
		return user, ok
	}
	const here, there = "127.0.0.1:1", "192.0.2.7:1"
	cases := []struct {
		name, query, cookie, bearer, from string
		method                            identity.Method
	}{
		{name: "access token and session", query: "oauth_token=" + s.token, cookie: "aaaa", from: there, method: identity.OAuth1},
		{name: "access token, no session", query: "oauth_token=" + s.token, from: here},
		{name: "access token, another's session", query: "oauth_token=" + s.token, cookie: "bbbb", from: here},
		{name: "access token, unknown session", query: "oauth_token=" + s.token, cookie: "zzzz", from: here},
		{name: "unknown access token", query: "oauth_token=00", cookie: "aaaa", from: here},
		{name: "bearer in the query", query: "bearer_token=" + sso, cookie: "aaaa", from: there, method: identity.SSO},
		{name: "bearer in the header", bearer: sso, cookie: `{"session":"aaaa"}`, from: there, method: identity.SSO},
		{name: "bearer of a client", query: "bearer_token=" + client, cookie: "aaaa", from: there},
		{name: "bearer unknown", query: "bearer_token=x", cookie: "aaaa", from: here},
		{name: "gateway, no cookie", from: here, method: identity.Gateway},
		{name: "gateway, session", cookie: "aaaa", from: here, method: identity.Gateway},
		{name: "gateway, unknown session", cookie: "zzzz", from: here},
		{name: "gateway, another's session", cookie: "bbbb", from: here},
		{name: "a session alone", cookie: "aaaa", from: there},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := request("GET", "https://localhost:5000/v1/api/ws?"+c.query, "Cookie", "api="+c.cookie)
			q.RemoteAddr = c.from
			if c.cookie == "" {
				q.Header.Del("Cookie")
			}
			if c.bearer != "" {
				q.Header.Set("Authorization", "Bearer "+c.bearer)
			}
			got, refused, ok := r.AuthenticateSocket(q, owner, noon)
			if ok != (c.method != "") || got.Method != c.method || !ok && refused.Status != 401 {
				t.Fatalf("%t %+v %d", ok, got, refused.Status)
			}
		})
	}
	enter(t, r, "bob", "builder", there)
	q := request("GET", "https://localhost:5000/v1/api/ws", "Cookie", "api=bbbb")
	q.RemoteAddr = here
	if got, _, ok := r.AuthenticateSocket(q, owner, noon); !ok || got.User != "bob" {
		t.Errorf("bob's session after his login: %t %+v", ok, got)
	}
	if _, _, ok := r.AuthenticateSocket(request("GET", "https://localhost/v1/api/ws?oauth_token="+s.token, "Cookie", "api=aaaa"), owner, noon.Add(25*time.Hour)); ok {
		t.Error("an access token without a live session token was accepted")
	}
}

func ExampleConfig_autoConsent() {
	registry := identity.New(identity.Config{AutoConsent: "alice"})
	reply, ok := registry.Serve(request("GET", "https://localhost/authorize?oauth_token=00"), nil, noon)
	fmt.Println(ok, reply.Status)
	// Output: true 400
}

// Ending one user's logins leaves the others alone.
func TestEndSessionsOf(t *testing.T) {
	r := registryOf(t, identity.Config{NoAutoLogin: true})
	cookies := map[string]string{}
	for name, password := range map[string]string{"alice": "wonder", "bob": "builder"} {
		reply := serve(t, r, request("POST", "https://127.0.0.1:5000/sso/Login"), "username="+name+"&password="+password, noon)
		cookies[name] = reply.Header.Get("Set-Cookie")
	}
	s := signerOf(keys())
	s.login(t, r, keys())
	r.EndSessionsOf("alice")
	if r.Logins() != 1 {
		t.Errorf("%d logins are left, want bob's", r.Logins())
	}
	c, _, ok := r.Authenticate(request("GET", "https://127.0.0.1:5000/v1/api/tickle", "Cookie", cookies["bob"]), nil, noon)
	if !ok || c.User != "bob" {
		t.Errorf("bob is %v, %v", c, ok)
	}
	target := "https://127.0.0.1:5000/v1/api/tickle"
	_, refused, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, noon)
	if ok {
		t.Error("alice's live session token still works")
	}
	refusedWith(t, refused, "invalid token")
}
