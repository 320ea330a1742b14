package ibkrsim

import (
	"cmp"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
)

// maxBody is the largest request body that is read.
const maxBody = 8 << 20

// needsBridge says that an endpoint only answers in a brokerage session.
func needsBridge(pattern string) bool {
	return strings.HasPrefix(pattern, "/iserver/") && !strings.HasPrefix(pattern, "/iserver/auth/") &&
		pattern != "/iserver/reauthenticate"
}

// needsAccounts says that GET /iserver/accounts must have been called first.
func needsAccounts(pattern string) bool {
	return pattern == "/iserver/marketdata/snapshot" || strings.HasSuffix(pattern, "/order/{orderId}")
}

// serve is the whole HTTP side.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clockNow().UTC().Format(http.TimeFormat)) // clients set their clocks by it
	path, ok := apiPath(r.URL.Path)
	switch {
	case ok && path == "/ws":
		s.serveSocket(w, r)
		return
	case r.UserAgent() == "":
		web.Reply{Status: 403, HTML: "<html><body><h1>Access Denied</h1></body></html>"}.Write(w)
		return
	case strings.HasPrefix(r.URL.Path, "/_sim/"):
		s.serveControl(w, r)
		return
	case lengthMissing(r):
		web.Reply{Status: 411, HTML: "<html><body><h1>Length Required</h1></body></html>"}.Write(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		web.Fail(413, "request body too large or cut short").Write(w)
		return
	}
	if out, away := s.outage(); out.Status != 0 || away {
		refuseAll(w, out, away)
		return
	}
	if route := identity.Find(r); route != nil {
		s.carryOut(w, r, &visit{endpoint: r.Method + " " + route.Pattern, handle: func() web.Reply { return s.serveLogin(r, body) }})
		return
	}
	if !ok {
		web.NotFound().Write(w)
		return
	}
	s.serveAPI(w, r, path, body)
}

// outage is what everything answers in a maintenance; away is a server that
// is not there at all.
func (s *Server) outage() (out web.Reply, away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble.down {
		out = web.Reply{Status: 503, HTML: "<html><body><h1>503 Service Unavailable</h1></body></html>"}
	}
	return out, s.trouble.away
}

func refuseAll(w http.ResponseWriter, out web.Reply, away bool) {
	if away {
		panic(http.ErrAbortHandler)
	}
	out.Write(w)
}

// lengthMissing says that a POST does not say how long it is.
func lengthMissing(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Content-Length") == ""
}

// apiPath cuts the API's prefix off; account management keeps its own.
func apiPath(path string) (string, bool) {
	if strings.HasPrefix(path, management.Prefix+"/") {
		return strings.TrimSuffix(path, "/"), true
	}
	for _, prefix := range []string{"/v1/api", "/v1/portal"} {
		if rest, ok := strings.CutPrefix(path, prefix+"/"); ok {
			return "/" + strings.TrimSuffix(rest, "/"), true
		}
	}
	return "", false
}

// clockNow is the time by the clock that clients see and that signatures and
// tokens are judged by.
func (s *Server) clockNow() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opt.Now().Add(s.trouble.skew)
}

// serveLogin answers for tokens and login pages.
func (s *Server) serveLogin(r *http.Request, body []byte) web.Reply {
	now := s.clockNow()
	s.loginMu.Lock()
	defer s.loginMu.Unlock()
	out, _ := s.registry.Serve(r, body, now)
	return out
}

// authenticate says who makes a request, or how to refuse it.
func (s *Server) authenticate(r *http.Request, body []byte) (identity.Caller, web.Reply, bool) {
	now := s.clockNow()
	s.loginMu.Lock()
	defer s.loginMu.Unlock()
	return s.registry.Authenticate(r, body, now)
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	found, vars := routes.Find(r.Method, path)
	if found == nil {
		web.NotFound().Write(w)
		return
	}
	caller, refused, ok := s.authenticate(r, body)
	if !ok {
		refused.Write(w)
		return
	}
	done, refused, ok := s.limits.enter(found, &caller, s.opt.Now())
	if !ok {
		refused.Write(w)
		return
	}
	defer done()
	if body, refused, ok = s.openBody(found, caller, r, body); !ok {
		refused.Write(w)
		return
	}
	name := cmp.Or(caller.User, caller.Client)
	s.carryOut(w, r, &visit{endpoint: r.Method + " " + found.Pattern, user: name, handle: func() web.Reply {
		out := s.handle(found, &web.Request{Method: r.Method, Path: path, Vars: vars, Query: queryOf(r), Header: r.Header,
			Body: body, User: name, Login: string(caller.Method), Client: caller.Client, Scopes: caller.Scopes})
		if path == "/logout" {
			s.forget(caller)
		}
		return out
	}})
}

// queryOf are the parameters of a request. A semicolon is part of a value, as in
// algos=Adaptive;Vwap, which Go's own reading would drop.
func queryOf(r *http.Request) url.Values {
	values, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	if err != nil {
		return r.URL.Query()
	}
	return values
}

// forget ends the login that a caller came with.
func (s *Server) forget(c identity.Caller) {
	s.loginMu.Lock()
	defer s.loginMu.Unlock()
	s.registry.Logout(c)
}

// handle runs one endpoint as one step of the server.
func (s *Server) handle(found *web.Route[*Server], r *web.Request) web.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped() {
		return web.FailCode(503, "the simulator is closed")
	}
	r.Now = s.now()
	s.house.Advance(r.Now)
	out := s.answer(found, r)
	s.settle()
	if s.broken != nil {
		return web.FailCode(503, "the simulator cannot write its state file")
	}
	return out
}

// answer is an endpoint's answer, unless its needs are not met.
func (s *Server) answer(found *web.Route[*Server], r *web.Request) web.Reply {
	if isManaged(found.Pattern) {
		return found.Handle(s, r)
	}
	u := s.user(r)
	if u == nil || u.gone {
		return web.FailCode(401, "Unauthorized")
	}
	s.watchSession(u, r.Now)
	u.session.touched = r.Now
	if out, refused := s.guard(found, r); refused {
		return out
	}
	return found.Handle(s, r)
}

// guard answers for an endpoint whose needs are not met.
func (s *Server) guard(found *web.Route[*Server], r *web.Request) (web.Reply, bool) {
	u := s.user(r)
	switch {
	case needsBridge(found.Pattern) && (s.trouble.noBridge || !u.session.ready(r.Now)):
		return web.FailCode(400, "Bad Request: no bridge"), true
	case needsAccounts(found.Pattern) && !u.session.accounts:
		return web.FailCode(400, "Bad Request: Please query /accounts first"), true
	}
	account, given := r.Vars["accountId"]
	if !given || u.sees(account) || takesGroup(found) && s.isGroup(u, account) {
		return web.Reply{}, false
	}
	switch {
	case strings.HasPrefix(found.Pattern, "/portfolio"), strings.HasPrefix(found.Pattern, "/acesws"):
		return web.Reply{Status: 401}, true
	case strings.Contains(found.Pattern, "/order"):
		return web.Fail(500, "Account "+account+" is not accessible"), true
	}
	return web.FailCode(400, "Bad Request: account "+account+" is not known"), true
}

// isLoopback says that the request comes from this machine.
func isLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
