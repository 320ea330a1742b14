package identity

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// browserSpan is how long the URL of a browser session works.
const browserSpan = 5 * time.Minute

// ssoBody are the claims of a request for an SSO session.
type ssoBody struct {
	Credential string   `json:"credential"` // username
	IP         string   `json:"ip"`
	Others     []string `json:"alternativeIps"`
}

// ssoRequest reads a request for a session of either kind: a bearer token with
// the scope, a JWT signed by the same client, and a user it may act for.
func (v *Visit) ssoRequest(q *web.Request, scope string) (Caller, ssoBody, web.Reply, bool) {
	r, now := v.registry, q.Now.Time()
	var body ssoBody
	c, refused, ok := r.Authenticate(v.http, q.Body, now)
	if ok {
		refused, ok = c.Require(scope)
	}
	if !ok {
		return c, body, refused, false
	}
	payload, refused, ok := r.SignedBody(c, q.Body, now)
	if !ok {
		return c, body, refused, false
	}
	if json.Unmarshal(payload, &body) != nil {
		return c, body, wrongField("payload", "A claim has the wrong type"), false
	}
	_, known := r.users[body.Credential]
	users := r.clients[c.Client].Users
	switch {
	case body.Credential == "":
		return c, body, wrongField("credential", "Missing required parameter"), false
	case body.IP == "":
		return c, body, wrongField("ip", "Missing required parameter"), false
	case !known || len(users) > 0 && !slices.Contains(users, body.Credential):
		return c, body, wrongField("credential", "Unknown user"), false
	}
	return c, body, web.Reply{}, true
}

// ssoSession is POST /gw/api/v1/sso-sessions: a bearer token that acts for a
// user on the trading side.
func (v *Visit) ssoSession(q *web.Request) web.Reply {
	c, body, refused, ok := v.ssoRequest(q, "sso-sessions.write")
	if !ok {
		return refused
	}
	r, now := v.registry, q.Now.Time()
	token := r.mint(map[string]any{"sub": "WEB_API", "iss": "com.ib.sso", "iat": now.UnixMilli(), "jti": r.token(20), "ctp": body.Credential})
	r.bearers.put(token, &bearer{client: c.Client, scopes: c.Scopes, user: body.Credential, ips: append(body.Others, body.IP)},
		now.Add(r.cfg.TokenSpan), now)
	return web.OK(struct {
		Active      bool   `json:"active"`
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}{true, token, "Bearer"})
}

// browserSession is POST /gw/api/v1/sso-browser-sessions: a URL that logs the
// browser of a user in, once.
func (v *Visit) browserSession(q *web.Request) web.Reply {
	_, body, refused, ok := v.ssoRequest(q, "sso-browser-sessions.write")
	if !ok {
		return refused
	}
	r, now := v.registry, q.Now.Time()
	token := r.token(32)
	r.browser.put(token, body.Credential, now.Add(browserSpan), now)
	to := url.URL{Scheme: "http", Host: v.http.Host, Path: dispatcher, RawQuery: url.Values{"token": {token}}.Encode()}
	if v.http.TLS != nil {
		to.Scheme = "https"
	}
	return web.OK(struct {
		Active bool   `json:"active"`
		URL    string `json:"url"`
	}{true, to.String()})
}

// dispatcher is where the URL of a browser session leads.
const dispatcher = "/sso/Dispatcher"

// dispatch is GET /sso/Dispatcher?token=: it logs the browser in.
func (v *Visit) dispatch(q *web.Request) web.Reply {
	r, now := v.registry, q.Now.Time()
	token := q.Query.Get("token")
	user, ok := r.browser.get(token, now)
	if !ok {
		return loginPage(http.StatusUnauthorized, "The link has been used or has expired.")
	}
	r.browser.drop(token)
	return redirect("/", r.enter(v.http, user, SSO, now))
}
