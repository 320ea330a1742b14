package identity

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// SessionCookie is the session that the cookie "api" of a WebSocket upgrade
// names: the value itself, or "session" of a JSON object; it may be quoted or
// percent-encoded. Empty is no cookie.
func SessionCookie(q *http.Request) string {
	for _, line := range q.Header.Values("Cookie") {
		for part := range strings.SplitSeq(line, ";") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(part), "api="); ok {
				return sessionOf(value)
			}
		}
	}
	return ""
}

func sessionOf(value string) string {
	for _, text := range []string{value, unescaped(value)} {
		var body struct {
			Session string `json:"session"`
		}
		if json.Unmarshal([]byte(text), &body) == nil && body.Session != "" {
			return body.Session
		}
	}
	return strings.Trim(value, `"`)
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// AuthenticateSocket is Authenticate for the upgrade of a WebSocket, where
// ?oauth_token= is an access token that has a live session token, and
// ?bearer_token= an SSO bearer token. With either, the cookie "api" must name
// a session of that user; a gateway's client may leave it out. owner says
// whose a session is (POST /tickle gave it out). Every refusal is a 401.
func (r *Registry) AuthenticateSocket(
	q *http.Request, owner func(session string) (user string, ok bool), now time.Time,
) (Caller, web.Reply, bool) {
	c, refused, ok := r.socketCaller(q, now)
	if !ok {
		return Caller{}, refused, false
	}
	session := SessionCookie(q)
	if session == "" && c.Method == Gateway {
		return c, web.Reply{}, true
	}
	user, known := owner(session)
	if known && user != c.User && c.Method == Gateway {
		c, known = r.loginOf(user, now)
	}
	if !known || user != c.User {
		return Caller{}, web.Reply{Status: http.StatusUnauthorized}, false
	}
	return c, web.Reply{}, true
}

// socketCaller is who upgrades, the cookie aside.
func (r *Registry) socketCaller(q *http.Request, now time.Time) (Caller, web.Reply, bool) {
	query := q.URL.Query()
	switch {
	case query.Has("oauth_token"):
		g := r.grants[query.Get("oauth_token")]
		if g == nil || !now.Before(g.live.expires) {
			return Caller{}, web.Reply{Status: http.StatusUnauthorized}, false
		}
		return r.liveCaller(g), web.Reply{}, true
	case query.Has("bearer_token"):
		return r.byBearer(q, query.Get("bearer_token"), now)
	}
	return r.Authenticate(q, nil, now)
}
