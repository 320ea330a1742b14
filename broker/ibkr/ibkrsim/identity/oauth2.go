package identity

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// Values of the token request (RFC 7523, section 2.2) and the audience that
// IBKR expects.
const (
	grantType     = "client_credentials"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	tokenAudience = "/token"
)

// bearer is what a bearer token stands for: a client and its scopes, or, when
// user is set, an SSO session.
type bearer struct {
	client string
	scopes []string
	user   string
	ips    []string // from which an SSO session may be used
}

// byBearer is the caller of a bearer token.
func (r *Registry) byBearer(q *http.Request, token string, now time.Time) (Caller, web.Reply, bool) {
	b, live, known := r.bearers.find(token, now)
	switch {
	case !known:
		return Caller{}, problem(http.StatusUnauthorized, tokenInvalid), false
	case !live:
		return Caller{}, problem(http.StatusUnauthorized, tokenExpired), false
	case under(q.URL.Path, managed) != (b.user == ""):
		return Caller{}, problem(http.StatusUnauthorized, tokenInvalid), false
	case b.user != "" && r.cfg.CheckIP && !slices.Contains(b.ips, remote(q)):
		return Caller{}, problem(http.StatusUnauthorized, tokenInvalid), false
	}
	c := Caller{User: b.user, Paper: r.users[b.user].Paper, Method: OAuth2, Client: b.client, Scopes: b.scopes, token: token}
	if b.user != "" {
		c.Method = SSO
	}
	return c, web.Reply{}, true
}

// tokenAnswer is the answer of the token endpoint.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	ExpiresIn   int64  `json:"expires_in"`
}

// clientToken is POST /oauth2/api/v1/token: a bearer token for a JWT that the
// client signed with its key. It takes the field names of RFC 6749 and 7523.
func (v *Visit) clientToken(q *web.Request) web.Reply {
	r, now := v.registry, q.Now.Time()
	kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	form, err2 := url.ParseQuery(string(q.Body))
	if err != nil || err2 != nil || kind != "application/x-www-form-urlencoded" {
		return problem(http.StatusBadRequest, "Want a form: application/x-www-form-urlencoded")
	}
	for field, want := range map[string]string{"grant_type": grantType, "client_assertion_type": assertionType} {
		if form.Get(field) != want {
			return wrongField(field, "Want "+want)
		}
	}
	client, err := r.assertion(form.Get("client_assertion"), now)
	if err != nil {
		return problem(http.StatusUnauthorized, reason(err))
	}
	scopes := strings.Fields(form.Get("scope"))
	if len(scopes) == 0 {
		scopes = client.Scopes
	}
	for _, scope := range scopes {
		if !slices.Contains(client.Scopes, scope) {
			return problem(http.StatusBadRequest, "The client may not ask for scope "+scope)
		}
	}
	return web.OK(r.clientBearer(client, scopes, now))
}

func (r *Registry) clientBearer(client *Client, scopes []string, now time.Time) tokenAnswer {
	until, scope := now.Add(r.cfg.TokenSpan), strings.Join(scopes, " ")
	token := r.mint(map[string]any{"iss": tokenAudience, "sub": client.ID, "exp": until.Unix(), "iat": now.Unix(),
		"scope": scope, "csid": client.ID, "jti": r.token(20)})
	r.bearers.put(token, &bearer{client: client.ID, scopes: slices.Clone(scopes)}, until, now)
	return tokenAnswer{token, "Bearer", scope, int64(r.cfg.TokenSpan/time.Second) - 1}
}

// assertion verifies a client's JWT (RFC 7523, section 3): issuer and subject
// are the client, the audience is "/token".
func (r *Registry) assertion(text string, now time.Time) (*Client, error) {
	t, err := parseJWT(text)
	if err != nil {
		return nil, err
	}
	client := r.clients[t.claims.Issuer]
	if client == nil {
		return nil, errIssuer
	}
	if err := t.check(client, now); err != nil {
		return nil, err
	}
	switch {
	case t.claims.Subject != client.ID:
		return nil, errIssuer
	case !slices.Contains(t.claims.Audience, tokenAudience):
		return nil, errAudience
	}
	return client, r.once(t, now)
}
