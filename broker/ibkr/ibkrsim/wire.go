package ibkrsim

import (
	"fmt"
	"net/http"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// visit is a request on its way to its handler.
type visit struct {
	endpoint string // method and pattern
	user     string
	handle   func() web.Reply
}

// carryOut answers a request, with what the rules for its endpoint do to it.
func (s *Server) carryOut(w http.ResponseWriter, r *http.Request, v *visit) {
	began := time.Now()
	call := scenario.Call{Endpoint: v.endpoint, Target: r.URL.RequestURI(), User: v.user}
	s.mu.Lock()
	came := s.now()
	d := s.engine.Request(call, came)
	skew := d.Skew + s.trouble.skew
	s.mu.Unlock()
	status := 0
	defer func() { s.logged(v, r, came, status, time.Since(began), d.Rules) }()
	if !s.wait(r, d.Delay) || d.Cut == scenario.CutRequest {
		panic(http.ErrAbortHandler) // closes the connection
	}
	out := web.Reply{Status: 200}
	for n := range d.Handle {
		if one := v.handle(); n == 0 {
			out = one
		}
	}
	sent := s.afterRules(call, d, out)
	if !s.wait(r, d.DelayAnswer) || d.Cut == scenario.CutResponse {
		panic(http.ErrAbortHandler)
	}
	status = sent.Status
	if sent.Length != len(sent.Body) || sent.Drip.Bytes > 0 {
		s.sendRaw(w, r, sent, s.opt.Now().Add(skew))
		return
	}
	if skew != 0 {
		w.Header().Set("Date", s.opt.Now().Add(skew).UTC().Format(http.TimeFormat))
	}
	web.Reply{Status: sent.Status, Raw: sent.Body, ContentType: sent.Type, Header: out.Header}.Write(w)
}

// afterRules is the answer as the rules leave it.
func (s *Server) afterRules(call scenario.Call, d scenario.Decision, out web.Reply) scenario.Wire {
	kind, body := out.Bytes()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.engine.Answer(call, d, out.Status, kind, body)
}

// logged notes a request.
func (s *Server) logged(v *visit, r *http.Request, came market.Nanos, status int, took time.Duration, rules []string) {
	s.mu.Lock()
	s.log.add(RequestState{Time: came, User: v.user, Method: r.Method, Path: r.URL.RequestURI(), Status: status,
		Micros: took.Microseconds(), Rules: rules})
	s.mu.Unlock()
	s.opt.Log.Debug().Str("method", r.Method).Str("path", r.URL.Path).Int("status", status).Dur("took", took).Msg("ibkrsim: request")
}

// sendRaw sends an answer as it is, lies about its length included, which
// net/http would not let pass, and ends the connection.
func (s *Server) sendRaw(w http.ResponseWriter, r *http.Request, out scenario.Wire, date time.Time) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, buffer, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(buffer, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
		out.Status, http.StatusText(out.Status), date.UTC().Format(http.TimeFormat), out.Type, out.Length)
	piece := len(out.Body)
	if out.Drip.Bytes > 0 {
		piece = out.Drip.Bytes
	}
	for body := out.Body; len(body) > 0; body = body[min(piece, len(body)):] {
		if _, err := buffer.Write(body[:min(piece, len(body))]); err != nil || buffer.Flush() != nil {
			return
		}
		if !s.wait(r, out.Drip.Every) {
			return
		}
	}
	_ = buffer.Flush()
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
