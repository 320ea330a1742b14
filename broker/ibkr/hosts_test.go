package ibkr

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// moving is IBKR's host and its numbered twins, all at one server: those in
// gone answer 410, those in dead take no connection.
type moving struct {
	*oauthServer
	mu         sync.Mutex
	gone, dead map[string]bool
	asked      []string // the host of each request that was taken
}

func newMoving(t *testing.T) (*moving, *Client) {
	t.Helper()
	m := &moving{gone: map[string]bool{}, dead: map[string]bool{}}
	m.oauthServer = newOAuthServer(t, func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		m.asked = append(m.asked, r.Host)
		if m.gone[r.Host] {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.Write([]byte(`{}`))
	})
	return m, m.client(t, "api")
}

// client is one that finds every host at the server.
func (m *moving) client(t *testing.T, base string) *Client {
	t.Helper()
	c, err := NewClient(ClientConfig{
		BaseURL: base, Pin: PinOf(m.Certificate()), Auth: readVector(t).auth(t), Account: testAccount, Now: m.clock.now,
		Pacing:   Pacing{PerSecond: 5000, Burst: 100, Poll: time.Microsecond, Tickle: time.Microsecond},
		Timeouts: Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	var dialer net.Dialer
	way := c.http.Transport.(*http.Transport)
	way.DisableKeepAlives = true
	way.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		m.mu.Lock()
		dead := m.dead[strings.TrimSuffix(address, ":443")]
		m.mu.Unlock()
		if dead {
			return nil, errors.New("no route to host")
		}
		return dialer.DialContext(ctx, network, m.Listener.Addr().String())
	}
	return c
}

func (m *moving) put(set map[string]bool, on bool, hosts ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, host := range hosts {
		set[host] = on
	}
}

// hosts is where requests went since it was asked last.
func (m *moving) hosts() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.asked
	m.asked = nil
	return list
}

// look reads once, at a time when a new login is not too young, and says where
// the reads went.
func (m *moving) look(t *testing.T, c *Client, want ...string) error {
	t.Helper()
	m.clock.add(time.Minute)
	err := get(c, "/iserver/x", nil)
	if got := m.hosts(); !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
	return err
}

// 410: the session is gone and its host may be, too. The client logs in at the
// next numbered host and reads there again; requests, logins and streams
// follow. After the seventh comes the first.
func TestGoneGoesToTheNextHost(t *testing.T) {
	m, c := newMoving(t)
	const home, one, two = "api.ibkr.com", "1.api.ibkr.com", "2.api.ibkr.com"
	if err := m.look(t, c, home); err != nil {
		t.Fatal(err)
	}
	m.put(m.gone, true, home)
	if err := m.look(t, c, home, one); err != nil {
		t.Fatal(err)
	}
	if n := m.taken(""); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	if got := c.stream().String(); got != "wss://1.api.ibkr.com/v1/api/ws" {
		t.Errorf("stream at %s", got)
	}
	if got := c.address(Management, "/x"); got != "https://1.api.ibkr.com/gw/api/v1/x" {
		t.Errorf("account management at %s", got)
	}
	m.put(m.gone, true, one)
	if err := m.look(t, c, one, two); err != nil {
		t.Error(err)
	}
	c.hosts.number = numberedHosts
	m.put(m.gone, false, one)
	m.put(m.gone, true, two)
	if err := m.look(t, c, two, one); err != nil {
		t.Error(err)
	}
	if c.Base() != "https://api.ibkr.com/v1/api" {
		t.Errorf("the configured address became %s", c.Base())
	}
}

// Every host answers 410: one login and one move for each look, not a walk
// through all hosts.
func TestGoneEverywhere(t *testing.T) {
	m, c := newMoving(t)
	const home, one, two = "api.ibkr.com", "1.api.ibkr.com", "2.api.ibkr.com"
	m.put(m.gone, true, home, one, two)
	if err := m.look(t, c, home); kindOf(err) != KindUnauthorized { // that login is too young for another
		t.Errorf("a login that is gone at once: %v", err)
	}
	if err := m.look(t, c, one, one); kindOf(err) != KindUnauthorized {
		t.Errorf("gone: %v", err)
	}
	if n := m.taken(""); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}

// A numbered host that cannot be reached is left for the configured one, and
// the next move goes past it.
func TestGoneToADeadHost(t *testing.T) {
	m, c := newMoving(t)
	const home, one, two = "api.ibkr.com", "1.api.ibkr.com", "2.api.ibkr.com"
	if err := m.look(t, c, home); err != nil {
		t.Fatal(err)
	}
	m.put(m.gone, true, home)
	m.put(m.dead, true, one)
	if err := m.look(t, c, home, home, home); err == nil { // a read is asked three times
		t.Error("logged in at a dead host")
	}
	m.put(m.gone, false, home)
	if err := m.look(t, c, home); err != nil {
		t.Errorf("back home: %v", err)
	}
	m.put(m.gone, true, home)
	if err := m.look(t, c, home, home); kindOf(err) != KindUnauthorized { // first there is a login at home
		t.Errorf("gone with a new login: %v", err)
	}
	if err := m.look(t, c, home, two); err != nil {
		t.Errorf("the host after the dead one: %v", err)
	}
	m.put(m.dead, true, two)
	m.put(m.gone, false, home)
	if err := m.look(t, c, home); err != nil {
		t.Errorf("when that died later: %v", err)
	}
}

// A numbered host that logs nobody in is left, too.
func TestGoneToAHostWithoutLogin(t *testing.T) {
	m, c := newMoving(t)
	const home = "api.ibkr.com"
	if err := m.look(t, c, home); err != nil {
		t.Fatal(err)
	}
	m.put(m.gone, true, home)
	m.set(func() { m.lstReply = &reply{status: 403, kind: "text/html", body: `<html>no</html>`} })
	if err := m.look(t, c, home); err == nil {
		t.Error("logged in where nobody is")
	}
	m.set(func() { m.lstReply = nil })
	m.put(m.gone, false, home)
	if err := m.look(t, c, home); err != nil {
		t.Errorf("back home: %v", err)
	}
}

// Other addresses have no numbered hosts beside them.
func TestGoneElsewhere(t *testing.T) {
	m, _ := newMoving(t)
	for _, base := range []string{"production", "https://4.api.ibkr.com", "https://localhost:5000"} {
		c := m.client(t, base)
		host := c.hosts.base.Host
		m.put(m.gone, true, host)
		m.clock.add(time.Minute)
		_ = get(c, "/iserver/x", nil)
		m.clock.add(time.Minute)
		if err := get(c, "/iserver/x", nil); kindOf(err) != KindUnauthorized {
			t.Errorf("%s: %v", base, err)
		}
		if got := m.hosts(); slices.ContainsFunc(got, func(h string) bool { return h != host }) {
			t.Errorf("%s: asked %v", base, got)
		}
	}
}

// Many requests on one login that is gone are one move.
func TestGoneTogether(t *testing.T) {
	base, err := parseBase("https://api.ibkr.com")
	if err != nil {
		t.Fatal(err)
	}
	h := hosts{base: base}
	if u := h.next("api.ibkr.com", 1); u == nil || u.Host != "1.api.ibkr.com" {
		t.Fatalf("next %v", u)
	}
	for _, late := range []struct {
		from   string
		logins uint64
	}{{"api.ibkr.com", 1}, {"1.api.ibkr.com", 1}, {"api.ibkr.com", 2}} {
		if u := h.next(late.from, late.logins); u != nil {
			t.Errorf("%v moved to %s", late, u)
		}
	}
	if h.home("api.ibkr.com") || h.current().Host != "1.api.ibkr.com" {
		t.Error("a failure at the old host moved the client")
	}
}

// A handshake that is answered 410 says the same.
func TestGoneAtTheHandshake(t *testing.T) {
	m, c := newMoving(t)
	m.put(m.gone, true, "api.ibkr.com")
	s := &Stream{client: c}
	if _, err := s.dial(t.Context(), "session"); statusOf(err) != http.StatusGone {
		t.Fatalf("handshake: %v", err)
	}
	if got := c.stream().Host; got != "1.api.ibkr.com" {
		t.Errorf("the next one is at %s", got)
	}
}
