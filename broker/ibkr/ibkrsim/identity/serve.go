package identity

import (
	"net/http"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Visit is a request to one of this package's own endpoints. Handlers need the
// HTTP request itself: signatures are over the URL that the client used.
type Visit struct {
	registry *Registry
	http     *http.Request
}

// Visit is what a route of Routes is called with.
func (r *Registry) Visit(q *http.Request) *Visit { return &Visit{registry: r, http: q} }

// Routes are the endpoints of this package, by their whole path. None of them
// needs a login.
var Routes = web.NewRoutes(
	web.Route[*Visit]{Methods: "POST", Pattern: "/v1/api/oauth/request_token", Handle: (*Visit).requestToken},
	web.Route[*Visit]{Methods: "POST", Pattern: "/v1/api/oauth/access_token", Handle: (*Visit).accessToken},
	web.Route[*Visit]{Methods: "POST", Pattern: "/v1/api/oauth/live_session_token", Handle: (*Visit).liveSessionToken},
	web.Route[*Visit]{Methods: "GET", Pattern: "/authorize", Handle: (*Visit).showAuthorize},
	web.Route[*Visit]{Methods: "POST", Pattern: "/authorize", Handle: (*Visit).authorize},

	web.Route[*Visit]{Methods: "POST", Pattern: "/oauth2/api/v1/token", Handle: (*Visit).clientToken},
	web.Route[*Visit]{Methods: "POST", Pattern: "/gw/api/v1/sso-sessions", Handle: (*Visit).ssoSession},
	web.Route[*Visit]{Methods: "POST", Pattern: "/gw/api/v1/sso-browser-sessions", Handle: (*Visit).browserSession},

	web.Route[*Visit]{Methods: "GET", Pattern: "/", Handle: (*Visit).home},
	web.Route[*Visit]{Methods: "GET", Pattern: "/sso/Login", Handle: (*Visit).showLogin},
	web.Route[*Visit]{Methods: "POST", Pattern: "/sso/Login", Handle: (*Visit).login},
	web.Route[*Visit]{Methods: "GET", Pattern: dispatcher, Handle: (*Visit).dispatch},
)

// Find is the endpoint of this package that a request is for; nil is a path or
// a method of somebody else. The older prefix /v1/portal counts as /v1/api.
func Find(q *http.Request) *web.Route[*Visit] {
	route, _ := Routes.Find(q.Method, current(q.URL.Path))
	return route
}

func current(path string) string {
	if rest, ok := strings.CutPrefix(path, "/v1/portal/"); ok {
		return "/v1/api/" + rest
	}
	return path
}

// Serve answers a request to one of Routes; false is one that Find does not
// know.
func (r *Registry) Serve(q *http.Request, body []byte, now time.Time) (web.Reply, bool) {
	path := current(q.URL.Path)
	route, vars := Routes.Find(q.Method, path)
	if route == nil {
		return web.Reply{}, false
	}
	return route.Handle(r.Visit(q), &web.Request{Method: q.Method, Path: path, Vars: vars, Query: q.URL.Query(),
		Header: q.Header, Body: body, Now: market.NanosOf(now)}), true
}
