package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gannet/market"
)

// Request is what a handler needs of an HTTP request.
type Request struct {
	Method string
	Path   string            // without the API's prefix: /iserver/accounts
	Vars   map[string]string // of the route's pattern
	Query  url.Values
	Header http.Header
	Body   []byte
	Now    market.Nanos
	User   string   // username of the login; of account management the OAuth 2.0 client id; empty before a login
	Login  string   // how the caller logged in: gateway, oauth1a, oauth2 or sso
	Client string   // consumer key or OAuth 2.0 client id; empty for a gateway
	Scopes []string // of an OAuth 2.0 token
}

// Route is an endpoint: a segment of the pattern in braces matches any text.
// Methods are separated by spaces. S is what the handler belongs to.
type Route[S any] struct {
	Methods string
	Pattern string
	Handle  func(S, *Request) Reply
}

// Takes says that the route answers to the method.
func (r *Route[S]) Takes(method string) bool {
	return slices.Contains(strings.Fields(r.Methods), method)
}

// Named says that an endpoint's name, "POST /iserver/reply/{replyId}", is this
// route.
func (r *Route[S]) Named(endpoint string) bool {
	method, pattern, _ := strings.Cut(endpoint, " ")
	return pattern == r.Pattern && r.Takes(method)
}

// Routes finds the route of a path.
type Routes[S any] struct {
	All   []Route[S]
	sizes map[int][]entry // by number of segments, in the order of All
}

type entry struct {
	index    int
	segments []string
}

// NewRoutes makes a table. The first route that fits a request takes it.
func NewRoutes[S any](all ...Route[S]) *Routes[S] {
	t := &Routes[S]{All: all, sizes: map[int][]entry{}}
	for i := range all {
		segments := strings.Split(all[i].Pattern, "/")
		t.sizes[len(segments)] = append(t.sizes[len(segments)], entry{i, segments})
	}
	return t
}

// Find is the route for a method and a path and what the pattern's variables
// stand for; nil when there is none.
func (t *Routes[S]) Find(method, path string) (*Route[S], map[string]string) {
	got := strings.Split(path, "/")
	for _, e := range t.sizes[len(got)] {
		if r := &t.All[e.index]; fits(e.segments, got) && r.Takes(method) {
			return r, vars(e.segments, got)
		}
	}
	return nil, nil
}

func fits(want, got []string) bool {
	for i, w := range want {
		if w != got[i] && !strings.HasPrefix(w, "{") {
			return false
		}
	}
	return true
}

func vars(want, got []string) map[string]string {
	out := map[string]string{}
	for i, w := range want {
		if strings.HasPrefix(w, "{") {
			out[strings.Trim(w, "{}")] = got[i]
		}
	}
	return out
}
