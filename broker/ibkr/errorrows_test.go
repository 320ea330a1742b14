package ibkr

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What each answer of a session or a link means: its kind, what it says of the
// session, and how often a read is asked in all.
func TestErrorRows(t *testing.T) {
	json := func(status int, body string) reply { return reply{status, "", body, false} }
	html := func(status int) reply {
		return reply{status, "text/html", "<html><body><h1>Something</h1></body></html>", false}
	}
	tests := map[string]struct {
		path  string
		reply reply
		kind  Kind
		sign  sign
		asked int
	}{
		"200 no session":                {pathTickle, ok(`{"error":"no session"}`), KindNoBridge, signNoBridge, 1},
		"200 failed to process request": {pathTickle, ok(`{"error":"failed to process request"}`), KindRefused, signTrouble, 1},
		"200 empty":                     {pathTrades, ok(""), KindMalformed, signTrouble, 1},
		"200 HTML":                      {pathTrades, html(200), KindMalformed, signTrouble, 1},
		"400 no bridge":                 {pathTrades, json(400, `{"error":"Bad Request: no bridge","statusCode":400}`), KindNoBridge, signNoBridge, 1},
		"400 no bridge, text code":      {pathTrades, json(400, `{"error":"Bad Request: no bridge","statusCode":"400"}`), KindNoBridge, signNoBridge, 1},
		"400 Init session first":        {pathTrades, json(400, `{"error":"Init session first","statusCode":400}`), KindNoBridge, signNoBridge, 1},
		"400 other":                     {pathTrades, json(400, `{"error":"Bad Request: bad days"}`), KindRefused, signTrouble, 1},
		"401 empty, portfolio":          {pathLedger, reply{status: 401}, KindNotFound, signTrouble, 1},
		"401 empty":                     {pathTrades, reply{status: 401}, KindUnauthorized, signNoLogin, 1},
		"401 JSON":                      {pathTrades, json(401, `{"error":"not authenticated"}`), KindUnauthorized, signNoLogin, 1},
		"302 to a login page":           {pathTrades, html(302), KindUnauthorized, signNoLogin, 1},
		"403 HTML":                      {pathTrades, html(403), KindRefused, signTrouble, 1},
		"403 JSON":                      {pathTrades, json(403, `{"error":"not permitted"}`), KindRefused, signTrouble, 1},
		"404 HTML":                      {pathTrades, html(404), KindNotFound, signTrouble, 1},
		"410":                           {pathTrades, reply{status: 410}, KindUnauthorized, signNoLogin, 1},
		"411":                           {pathTrades, html(411), KindRefused, signTrouble, 1},
		"423":                           {pathTrades, json(423, `{"error":"not enabled"}`), KindRefused, signTrouble, 1},
		"429":                           {pathTrades, json(429, `{"error":"slow down"}`), KindPaced, signPaced, 1},
		"500 JSON":                      {pathTrades, json(500, `{"error":"wrong account"}`), KindTemporary, signTrouble, 3},
		"500 no dh token":               {pathTrades, json(500, `{"error":"failed to generate sso dh token"}`), KindRefused, signTrouble, 1},
		"502":                           {pathTrades, html(502), KindTemporary, signTrouble, 3},
		"503":                           {pathTrades, json(503, `{"error":"Service Unavailable","statusCode":503}`), KindTemporary, signTrouble, 3},
		"504":                           {pathTrades, reply{status: 504}, KindTemporary, signTrouble, 3},
		"EOF":                           {pathTrades, reply{hang: true}, KindTemporary, signTrouble, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			c := testClient(t, g)
			method := http.MethodGet
			if tt.path == pathTickle {
				method = http.MethodPost
			}
			route := method + " " + strings.ReplaceAll(tt.path, "{account}", testAccount)
			g.answers(route, tt.reply)
			_, err := c.Call(context.Background(), Call{Method: method, Path: strings.ReplaceAll(tt.path, "{account}", testAccount)})
			if kindOf(err) != tt.kind || signOf(err) != tt.sign {
				t.Errorf("%v: kind %s and sign %s, want %s and %s", err, kindOf(err), signOf(err), tt.kind, tt.sign)
			}
			if n := g.count(route); n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
		})
	}
}

// A server that does not answer is given up after a while, and the stream of a
// login that is gone says so.
func TestErrorRowTimeoutAndHandshake(t *testing.T) {
	g := newGateway(t)
	c := testClient(t, g)
	read := c.times.Read
	c.times.Read = 20 * time.Millisecond
	release := make(chan struct{})
	g.mu.Lock()
	g.onCall = func(string) { <-release }
	g.mu.Unlock()
	if _, err := c.Call(context.Background(), Call{Method: http.MethodGet, Path: pathTrades}); kindOf(err) != KindTemporary || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no answer: %v", err)
	}
	close(release)
	c.times.Read = read
	for status, want := range map[int]sign{401: signNoLogin, 410: signNoLogin, 503: signTrouble} {
		g.mu.Lock()
		g.decide = func(route string) (reply, bool) { return reply{status: status}, route == "GET /ws" }
		g.mu.Unlock()
		if _, err := NewStream(c).dial(context.Background(), "x"); signOf(err) != want {
			t.Errorf("a handshake answered %d: %v is the sign %s, want %s", status, err, signOf(err), want)
		}
	}
}

// A tickle that failed for once, by its words, does not end the session; one
// that says that there is none does, when the status agrees.
func TestErrorRowTickles(t *testing.T) {
	var body string
	status := statusUp
	bubble(t, time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC), func(c *Config, g *gateway) {
		g.decide = func(route string) (reply, bool) {
			g.mu.Lock()
			defer g.mu.Unlock()
			switch {
			case route == tickleRoute && body != "":
				answer := ok(body)
				body = ""
				return answer, true
			case route == statusRoute:
				return ok(status), true
			case route == initRoute:
				status = statusUp
			}
			return reply{}, false
		}
	}, func(t *testing.T, r *rig, g *gateway) {
		time.Sleep(30 * time.Second)
		for _, text := range []string{`{"error":"failed to process request"}`, `{"error":"no session"}`} {
			g.locked(func() { body = text })
			time.Sleep(2 * time.Minute)
			if s := r.last(); !s.Ready || g.streams() != 1 {
				t.Errorf("after one tickle answered %s: %+v", text, s)
			}
		}
		g.locked(func() { body, status = `{"error":"no session"}`, statusDown })
		time.Sleep(65 * time.Second)
		synctest.Wait()
		r.ready(2)
		if n := g.count(initRoute); n != 1 {
			t.Errorf("%d logins after the session was gone, want 1", n)
		}
	})
}

// 410 on a session: the login is gone, somebody has to log in again.
func TestErrorRowGone(t *testing.T) {
	g := newGateway(t)
	g.answers(statusRoute, reply{status: 410}, reply{status: 410}, ok(statusUp))
	r := start(t, g).ready(1)
	if s := r.states()[0]; s.Name != stateDisconnected || !strings.Contains(s.Reason, "logged in") {
		t.Errorf("first state %+v", s)
	}
	if n := g.count(initRoute); n != 0 {
		t.Errorf("%d attempts to open a session without a login", n)
	}
}
