package identity

import (
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// Method is how a caller is known.
type Method string

// The methods.
const (
	Gateway Method = "gateway" // login page, or loopback
	OAuth1  Method = "oauth1a" // live session token
	OAuth2  Method = "oauth2"  // bearer token of a client: acts for no user
	SSO     Method = "sso"     // bearer token or browser session of a user
)

// Caller is who makes a request.
type Caller struct {
	User   string // name; empty for OAuth2
	Paper  bool   // of the user
	Method Method
	Client string   // consumer key or OAuth 2.0 client id; empty for a gateway
	Scopes []string // of an OAuth 2.0 token
	LST    bool     // has a live session token

	token string // what Logout ends
}

// String names the caller without the token: callers end up in logs.
func (c Caller) String() string {
	return strings.TrimSpace(string(c.Method) + " " + c.Client + " " + c.User)
}

// Has says that the caller's token has one of the scopes.
func (c Caller) Has(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(c.Scopes, s) })
}

// Require refuses a caller whose token has none of the scopes: 403
// application/problem+json. The bool is true when it may pass.
func (c Caller) Require(scopes ...string) (web.Reply, bool) {
	if c.Has(scopes...) {
		return web.Reply{}, true
	}
	return problem(http.StatusForbidden, tokenScope), false
}

// managed is the prefix of account management, which takes bearer tokens of
// clients only.
const managed = "/gw/api/v1"

// Authenticate says who makes a request, or gives the reply that refuses it;
// the bool is true when the caller is known. Account management (/gw/api/v1)
// needs a client's bearer token, everything else a user. The body is read for
// signatures over form parameters only.
func (r *Registry) Authenticate(q *http.Request, body []byte, now time.Time) (Caller, web.Reply, bool) {
	auth := q.Header.Get("Authorization")
	scheme, credentials, _ := strings.Cut(auth, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return r.byBearer(q, strings.TrimSpace(credentials), now)
	case under(q.URL.Path, managed):
		return Caller{}, problem(http.StatusUnauthorized, tokenInvalid), false
	case strings.EqualFold(scheme, "OAuth"):
		return r.protected(q, body, now)
	case auth != "":
		return Caller{}, web.FailCode(http.StatusUnauthorized, "Unauthorized"), false
	}
	return r.byLogin(q, now)
}

// remote is the address of the client, without its port.
func remote(q *http.Request) string {
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		return q.RemoteAddr
	}
	return host
}

func loopback(q *http.Request) bool {
	ip := net.ParseIP(remote(q))
	return ip != nil && ip.IsLoopback()
}

// same compares secrets without telling how much of them is right.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
