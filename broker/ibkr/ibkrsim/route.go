package ibkrsim

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gannet/market"
)

// maxBody is the largest request body that is read.
const maxBody = 8 << 20

// request is what a handler needs of an HTTP request.
type request struct {
	vars  map[string]string // of the route's pattern
	query url.Values
	body  []byte
	now   market.Nanos
}

// reply is an answer: a JSON body, or HTML, or nothing.
type reply struct {
	status int
	body   any
	html   string
}

func answer(body any) reply { return reply{status: 200, body: body} }

// refuse is the API's 200 that is a refusal.
func refuse(text string) reply { return answer(map[string]string{"error": text}) }

func fail(status int, text string) reply {
	return reply{status: status, body: map[string]string{"error": text}}
}

// failCode is fail for the endpoints that repeat the status in the body.
func failCode(status int, text string) reply {
	return reply{status: status, body: map[string]any{"error": text, "statusCode": status}}
}

var notFound = reply{status: 404, html: "<html><body><h1>Resource not found</h1></body></html>"}

// needs are what must have happened before an endpoint answers.
type needs uint8

const (
	bridge   needs = 1 << iota // a brokerage session
	accounts                   // GET /iserver/accounts was called in it
)

// route is an endpoint: a segment in braces matches any text.
type route struct {
	methods string
	pattern string
	needs   needs
	handle  func(*Server, *request) reply
}

// match returns the pattern's variables when the path fits.
func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	vars := map[string]string{}
	for i, w := range want {
		if strings.HasPrefix(w, "{") {
			vars[strings.Trim(w, "{}")] = got[i]
		} else if w != got[i] {
			return nil, false
		}
	}
	return vars, true
}

func findRoute(method, path string) (*route, map[string]string) {
	for i := range routes {
		if vars, ok := match(routes[i].pattern, path); ok && routes[i].takes(method) {
			return &routes[i], vars
		}
	}
	return nil, nil
}

// serve is the whole HTTP side.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.UserAgent() == "":
		write(w, reply{status: 403, html: "<html><body><h1>Access Denied</h1></body></html>"})
		return
	case strings.HasPrefix(r.URL.Path, "/_sim/"):
		s.serveControl(w, r)
		return
	case lengthMissing(r):
		write(w, reply{status: 411, html: "<html><body><h1>Length Required</h1></body></html>"})
		return
	case r.URL.Path == "/":
		write(w, reply{status: 200, html: loginPage})
		return
	}
	path, ok := apiPath(r.URL.Path)
	if ok && path == "/ws" {
		s.serveSocket(w, r)
		return
	}
	if !ok {
		write(w, notFound)
		return
	}
	s.serveAPI(w, r, path)
}

const loginPage = `<!doctype html><html><head><title>ibkrsim</title></head><body><h1>Interactive Brokers API simulator</h1>
<p>Client login succeeds</p><p>Nothing to log in to: open the brokerage session with POST /v1/api/iserver/auth/ssodh/init.</p></body></html>`

// lengthMissing says that a POST does not say how long it is.
func lengthMissing(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Content-Length") == ""
}

// apiPath cuts the API's prefix off.
func apiPath(path string) (string, bool) {
	for _, prefix := range []string{"/v1/api", "/v1/portal"} {
		if rest, ok := strings.CutPrefix(path, prefix+"/"); ok {
			return "/" + strings.TrimSuffix(rest, "/"), true
		}
	}
	return "", false
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	found, vars := findRoute(r.Method, path)
	if found == nil {
		write(w, missing(r.Method, path))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		write(w, fail(413, "request body too large or cut short"))
		return
	}
	fault := s.takeFault(r.Method + " " + found.pattern)
	if !s.wait(r, fault.Delay) || fault.Cut == CutRequest {
		panic(http.ErrAbortHandler) // closes the connection
	}
	if fault.Status != 0 {
		write(w, reply{status: fault.Status, body: json.RawMessage(jsonOr(fault.Body))})
		return
	}
	done, ok := s.limits.enter(found, s.opt.Now())
	if !ok {
		write(w, fail(429, "Too many requests"))
		return
	}
	defer done()
	out := s.handle(found, &request{vars: vars, query: r.URL.Query(), body: body})
	s.opt.Log.Debug().Str("method", r.Method).Str("path", path).Int("status", out.status).Msg("ibkrsim: request")
	if fault.Cut == CutResponse {
		panic(http.ErrAbortHandler)
	}
	write(w, out)
}

// jsonOr is text as JSON: itself when it is valid, else as a string.
func jsonOr(text string) []byte {
	if json.Valid([]byte(text)) {
		return []byte(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return []byte(`""`)
	}
	return quoted
}

// handle runs one endpoint as one step of the server.
func (s *Server) handle(found *route, r *request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped() {
		return failCode(503, "the simulator is closed")
	}
	r.now = s.now()
	s.book.advance(r.now)
	s.watchSession(r.now)
	s.session.touched = r.now
	out, ok := s.guard(found, r)
	if !ok {
		out = found.handle(s, r)
	}
	s.settle()
	if s.broken != nil {
		return failCode(503, "the simulator cannot write its state file")
	}
	return out
}

// guard answers for an endpoint whose needs are not met.
func (s *Server) guard(found *route, r *request) (reply, bool) {
	switch {
	case found.needs&bridge != 0 && !s.session.ready(r.now):
		return failCode(400, "Bad Request: no bridge"), true
	case found.needs&accounts != 0 && !s.session.accounts:
		return failCode(400, "Bad Request: Please query /accounts first"), true
	}
	account, given := r.vars["accountId"]
	if !given || account == s.opt.Account {
		return reply{}, false
	}
	switch {
	case strings.HasPrefix(found.pattern, "/portfolio"):
		return reply{status: 401}, true
	case strings.Contains(found.pattern, "/order"):
		return fail(500, "Account "+account+" is not accessible"), true
	}
	return failCode(400, "Bad Request: account "+account+" is not known"), true
}

// wait is a fault's delay. It is false when the server stops.
func (s *Server) wait(r *http.Request, delay time.Duration) bool {
	if delay <= 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return true // the client has gone; what it sent is here all the same
	case <-s.stop:
		return false
	}
}

func write(w http.ResponseWriter, out reply) {
	switch {
	case out.html != "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(out.status)
		_, _ = io.WriteString(w, out.html)
	case out.body != nil:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(out.status)
		_, _ = w.Write(encode(out.body))
	default:
		w.WriteHeader(out.status)
	}
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
