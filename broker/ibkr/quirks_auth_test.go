package ibkr

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A consumer that IBKR does not know ends the session for good, with what to do.
func TestQuirk54NewConsumer(t *testing.T) {
	g := newGateway(t)
	s := newOAuthServer(t, g.serve)
	s.clock.add(time.Since(s.clock.now()))
	cfg := readVector(t).config(t)
	cfg.ConsumerKey = "NEWCONSUM"
	auth, err := NewOAuth1(cfg)
	if err != nil {
		t.Fatal(err)
	}
	adapter := testConfig(t, g)
	adapter.BaseURL, adapter.Auth = s.URL, auth
	a, err := New(adapter)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, a)
	select {
	case err = <-r.done:
	case <-time.After(patience):
		t.Fatal("the session does not end")
	}
	r.done = nil
	if err == nil || !strings.Contains(err.Error(), "works from the day after") {
		t.Errorf("the session ended with %v", err)
	}
	if n := len(s.why()); n != 1 {
		t.Errorf("%d logins tried, want 1", n)
	}
}

// 410 ends a session: a new login, and the read again.
func TestQuirk65Gone(t *testing.T) {
	var mu sync.Mutex
	gone := map[string]int{"GET": 1, "POST": 1, "DELETE": 1}
	s := newOAuthServer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/x") && gone[r.Method] > 0 {
			gone[r.Method]--
			w.WriteHeader(http.StatusGone)
			return
		}
		w.Write([]byte(`{}`))
	})
	c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
	if err := get(c, "/sso/validate", nil); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		method  string
		urgency Urgency
		ok      bool
	}{{"GET", Read, true}, {"DELETE", Cancel, true}, {"POST", Write, false}} {
		s.clock.add(time.Minute)
		if err := send(c, tt.method, "/iserver/x", tt.urgency); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.method, err)
		}
		if n := s.taken(""); n != i+2 {
			t.Errorf("%s: %d logins, want %d", tt.method, n, i+2)
		}
	}
}

// The 401s that are not about the login.
func TestUnauthorizedKinds(t *testing.T) {
	const jsonType = "application/json"
	for _, tt := range []struct {
		path, kind, body string
		want             Kind
	}{
		{"/portfolio/{accountId}/ledger", jsonType, ``, KindNotFound},
		{"/acesws/{accountId}/signatures-and-owners", "", ``, KindNotFound},
		{"/iserver/accounts", jsonType, ``, KindUnauthorized},
		{"/iserver/accounts", jsonType, `{"error":"id: 3931, error: invalid consumer","statusCode":401}`, KindCredentials},
		{"/accounts/status", "application/problem+json", `{"type":"/simple","title":"Unauthorized","status":401,"detail":"Access token expired"}`, KindUnauthorized},
		{"/iserver/accounts", "text/html", `<html>no</html>`, KindUnauthorized},
	} {
		err := inspect(&request{method: http.MethodGet, pattern: tt.path}, 401, tt.kind, []byte(tt.body))
		if kindOf(err) != tt.want {
			t.Errorf("%s %s: %v, want %s", tt.path, tt.body, err, tt.want)
		}
	}
	err := inspect(&request{}, 401, "application/problem+json", []byte(`{"title":"Unauthorized","status":401,"detail":"Access token expired"}`))
	if !strings.Contains(err.Error(), "Unauthorized: Access token expired") {
		t.Errorf("text of a problem: %v", err)
	}
	err = inspect(&request{}, 400, "application/json", []byte(`{"error":"invalid_client","error_description":"no such key"}`))
	if !strings.Contains(err.Error(), "invalid_client") {
		t.Errorf("text of an OAuth error: %v", err)
	}
}

// An empty 401 of an account is checked with a tickle: where the login is
// gone after all, there is a new one and the read is sent again.
func TestQuirk05EmptyUnauthorized(t *testing.T) {
	for _, lost := range []bool{false, true} {
		var s *oauthServer
		s = newOAuthServer(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			ledger := strings.HasSuffix(r.URL.Path, "/ledger")
			if ledger && !lost || lost && s.taken("") == 1 && (ledger || strings.HasSuffix(r.URL.Path, "/tickle")) {
				w.WriteHeader(401)
				return
			}
			w.Write([]byte(`{}`))
		})
		c := oauthClient(t, s.URL, readVector(t).auth(t), s.clock.now)
		if err := get(c, "/sso/validate", nil); err != nil {
			t.Fatal(err)
		}
		s.clock.add(time.Minute)
		err := get(c, "/portfolio/U999/ledger", nil)
		if lost && err != nil || !lost && kindOf(err) != KindNotFound {
			t.Errorf("login lost %v: %v", lost, err)
		}
		logins, ledgers, tickles := 1, 1, 1
		if lost {
			logins, ledgers = 2, 2
		}
		if s.taken("") != logins || s.taken("GET /portfolio/U999/ledger") != ledgers || s.taken("POST /tickle") != tickles {
			t.Errorf("login lost %v: %d logins, calls %v", lost, s.taken(""), s.calls)
		}
	}
}

// At a gateway the same 401 is not an unknown account but a login that is gone.
func TestQuirk05GatewayLoginGone(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /portfolio/U999/ledger", reply{status: 401})
	c := testClient(t, g)
	if err := get(c, "/portfolio/U999/ledger", nil); kindOf(err) != KindNotFound {
		t.Errorf("login alive: %v", err)
	}
	g.answers("POST /tickle", reply{status: 401})
	if err := get(c, "/portfolio/U999/ledger", nil); kindOf(err) != KindUnauthorized {
		t.Errorf("login gone: %v", err)
	}
}

// With a clock that is off by minutes, IBKR's or the one that the adapter was
// given, the session is never ready to trade, and says why.
func TestClockKeepsSessionBack(t *testing.T) {
	for name, tt := range map[string]struct{ theirs, ours time.Duration }{
		"IBKR's is ahead": {10 * time.Minute, 0}, "the given one is behind": {0, -10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(tt.theirs).UTC().Format(http.TimeFormat))
				g.serve(w, r)
			}))
			s.Config.ErrorLog = quietLog
			s.StartTLS()
			defer s.Close()
			a := start(t, g, func(c *Config) {
				c.BaseURL, c.Now = s.URL, func() time.Time { return time.Now().Add(tt.ours) }
			})
			eventually(t, "the state says why", func() bool {
				for _, state := range a.states() {
					if state.Ready {
						t.Fatal("ready to trade by a wrong clock")
					}
					if state.Name == stateReadOnly && strings.Contains(state.Reason, "behind IBKR's; set it") {
						return true
					}
				}
				return false
			})
			a.stop()
			<-a.done
			a.done = nil
		})
	}
}

// The error of a login is one error, with its cause.
func TestLoginErrorIsOne(t *testing.T) {
	cause := errors.New("no route")
	err := loginError(&request{method: http.MethodPost, pattern: "/x"}, cause, false)
	if !errors.Is(err, cause) || kindOf(err) != KindTemporary || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
}
