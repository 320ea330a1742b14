package ibkr

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gannet/market"
)

// pipes is a network of its own, on which time can be made to pass.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- roomy(there):
		return roomy(here), nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// room is a connection that takes what is written before it is read.
type room struct {
	net.Conn
	texts chan []byte
	once  sync.Once
	done  chan struct{}
}

func roomy(c net.Conn) net.Conn {
	r := &room{Conn: c, texts: make(chan []byte, 1000), done: make(chan struct{})}
	go func() {
		for {
			select {
			case b := <-r.texts:
				if _, err := r.Conn.Write(b); err != nil {
					return
				}
			case <-r.done:
				return
			}
		}
	}()
	return r
}

func (r *room) Write(b []byte) (int, error) {
	select {
	case r.texts <- slices.Clone(b):
		return len(b), nil
	case <-r.done:
		return 0, io.ErrClosedPipe
	}
}

func (r *room) Close() error {
	r.once.Do(func() { close(r.done) })
	return r.Conn.Close()
}

// bubble runs an adapter with the timeouts of real life on a gateway, from a
// moment on, in time that passes as fast as nothing happens.
func bubble(t *testing.T, from time.Time, change func(*Config, *gateway), test func(t *testing.T, r *rig, g *gateway)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(from))
		g, net := unserved(), &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(g.serve), ErrorLog: quietLog}
		go server.Serve(net)
		beating, quiet := context.WithCancel(t.Context())
		go func() {
			for sleep(beating, 10*time.Second) == nil {
				if !g.mute.Load() {
					g.push(`{"topic":"system","hb":1}`)
				}
			}
		}()
		cfg := Config{BaseURL: "http://localhost:5000", Account: testAccount, Paper: true, Instruments: testInstruments(t)}
		if change != nil {
			change(&cfg, g)
		}
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		a.client.http.Transport.(*http.Transport).DialContext = net.dial
		a.OnTick(func(*market.Tick) {})
		r := &rig{Adapter: a, t: t, news: make(chan struct{}, 1), done: make(chan error, 1)}
		ctx, stop := context.WithCancel(t.Context())
		go func() { r.done <- a.Run(ctx, r.deliver) }()
		defer func() {
			stop()
			<-r.done
			quiet()
			g.drop()
			server.Close()
			synctest.Wait()
		}()
		test(t, r, g)
	})
}

// last is the state now.
func (r *rig) last() *market.BrokerState {
	synctest.Wait()
	list := r.states()
	if len(list) == 0 {
		return &market.BrokerState{}
	}
	return list[len(list)-1]
}

func newYork(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zones here")
	}
	return loc
}

const (
	initRoute   = "POST /iserver/auth/ssodh/init"
	statusRoute = "POST /iserver/auth/status"
	tickleRoute = "POST /tickle"
)

func tickleOf(status string) reply {
	return ok(`{"session":"abc123","collission":false,"hmds":{"error":"no bridge"},"iserver":{"authStatus":` + status + `}}`)
}

// A night: IBKR is away from five to twelve until twenty past, and the session
// has to be opened again. No person is called, and IBKR is not stormed.
func TestQuirk64NightlyReset(t *testing.T) {
	ny := newYork(t)
	down := time.Date(2026, 1, 6, 23, 55, 0, 0, ny)
	back := down.Add(25 * time.Minute)
	open := true
	bubble(t, down.Add(-time.Hour), func(c *Config, g *gateway) {
		c.Maintenance = Window{Loc: ny, From: 23*time.Hour + 45*time.Minute, To: 90 * time.Minute}
		g.decide = func(route string) (reply, bool) {
			g.mu.Lock()
			defer g.mu.Unlock()
			switch now := time.Now(); {
			case now.Before(down):
				return reply{}, false
			case now.Before(back):
				open = false
				codes := []reply{{503, "", `{"error":"Service Unavailable","statusCode":503}`, false}, {500, "", `{"error":"x"}`, false}, {status: 401}, {status: 410}, {hang: true}}
				return codes[len(g.calls)%len(codes)], true
			case route == initRoute:
				open = true
			case !open && route == statusRoute:
				return ok(statusDown), true
			case !open && route == tickleRoute:
				return tickleOf(statusDown), true
			}
			return reply{}, false
		}
	}, func(t *testing.T, r *rig, g *gateway) {
		time.Sleep(time.Until(down))
		if s := r.last(); !s.Ready {
			t.Fatalf("before the reset: %+v", s)
		}
		calls := g.asked()
		g.drop()
		time.Sleep(10 * time.Minute)
		if s := r.last(); s.Ready || s.Name != stateMaintenance {
			t.Errorf("in the reset: %+v", s)
		}
		time.Sleep(time.Until(back))
		if asked := g.asked() - calls; asked > 60 {
			t.Errorf("%d requests in 25 minutes of reset", asked)
		}
		time.Sleep(6 * time.Minute)
		if s := r.last(); !s.Ready {
			t.Errorf("after the reset: %+v", s)
		}
		if n := g.count(initRoute); n != 1 {
			t.Errorf("%d logins, want 1", n)
		}
		if a := r.alerts("SESSION_STUCK"); len(a) != 0 {
			t.Errorf("a person was called in the night: %+v", a[0])
		}
	})
}

// A weekend without a login: no attempts to open a session, few questions,
// and a person hears of it before Monday's open, once.
func TestQuirk64Weekend(t *testing.T) {
	ny := newYork(t)
	friday := time.Date(2026, 1, 9, 23, 0, 0, 0, ny)
	monday := time.Date(2026, 1, 12, 9, 30, 0, 0, ny)
	bubble(t, friday, func(c *Config, g *gateway) {
		c.Session.Weekend = Weekend{Loc: ny, From: WeekTime{time.Friday, 23*time.Hour + 45*time.Minute}, To: WeekTime{time.Sunday, 17 * time.Hour}}
		c.Session.Open = Opening{Loc: ny, At: 9*time.Hour + 30*time.Minute}
		g.decide = func(route string) (reply, bool) {
			return reply{401, "", `{"error":"not authenticated"}`, false}, time.Now().After(friday.Add(time.Hour))
		}
	}, func(t *testing.T, r *rig, g *gateway) {
		time.Sleep(time.Until(friday.Add(time.Hour + time.Minute)))
		g.drop()
		time.Sleep(24 * time.Hour)
		if s := r.last(); s.Name != stateMaintenance {
			t.Errorf("on Saturday: %+v", s)
		}
		before := g.asked()
		time.Sleep(10 * time.Hour)
		if asked := g.asked() - before; asked > 10*15 || asked < 10*10 {
			t.Errorf("%d questions in ten hours of a weekend, want one in about five minutes", asked)
		}
		time.Sleep(time.Until(monday.Add(-31 * time.Minute)))
		if s := r.last(); s.Name != stateDisconnected || len(r.alerts("SESSION_STUCK")) != 1 {
			t.Errorf("on Monday morning: %+v", s)
		}
		if n := len(r.alerts("NO_SESSION_BEFORE_OPEN")); n != 0 {
			t.Errorf("%d warnings before it is time", n)
		}
		time.Sleep(time.Until(monday))
		if a := r.alerts("NO_SESSION_BEFORE_OPEN"); len(a) != 1 || !strings.Contains(a[0].Text, stateDisconnected) {
			t.Errorf("warnings %v, want one before the open", a)
		}
		if n := g.count(initRoute); n != 0 {
			t.Errorf("%d logins where nobody is logged in", n)
		}
	})
}

// A session that never comes up is not asked for without end.
func TestSessionLoginsAnHour(t *testing.T) {
	from := time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC)
	var at []time.Time
	bubble(t, from, func(c *Config, g *gateway) {
		g.answers(statusRoute, ok(statusDown))
		g.answers(initRoute, ok(statusDown))
		g.decide = func(route string) (reply, bool) {
			if route == initRoute {
				g.locked(func() { at = append(at, time.Now()) })
			}
			return reply{}, false
		}
	}, func(t *testing.T, r *rig, g *gateway) {
		time.Sleep(30 * time.Minute)
		if s := r.last(); s.Name != stateReadOnly || !strings.Contains(s.Reason, "used up") {
			t.Errorf("state %+v", s)
		}
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		for i := 12; i < len(at); i++ {
			if span := at[i].Sub(at[i-12]); span < time.Hour {
				t.Errorf("13 logins in %s", span)
			}
		}
		if len(at) < 5*12 {
			t.Errorf("%d logins in five hours and a half, want it to go on", len(at))
		}
		g.answers(statusRoute, ok(statusUp))
		time.Sleep(2 * time.Minute)
		if s := r.last(); !s.Ready {
			t.Errorf("a session that somebody else has opened: %+v", s)
		}
	})
}

// Another program takes the session back each time: ours waits longer and
// longer before it takes it by force. One that may not compete never does.
func TestSessionCompeteBackoff(t *testing.T) {
	const competing = `{"authenticated":false,"competing":true,"connected":true,"message":""}`
	for _, may := range []bool{true, false} {
		var forced []time.Time
		var ours time.Time
		bubble(t, time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC), func(c *Config, g *gateway) {
			c.Compete = may
			g.decide = func(route string) (reply, bool) {
				g.mu.Lock()
				defer g.mu.Unlock()
				held := time.Since(ours) < 30*time.Second
				switch {
				case route == initRoute && strings.Contains(g.calls[len(g.calls)-1].body, `"compete":true`):
					forced, ours = append(forced, time.Now()), time.Now()
					return ok(statusUp), true
				case !held && (route == initRoute || route == statusRoute):
					return ok(competing), true
				case !held && route == tickleRoute:
					return tickleOf(competing), true
				}
				return reply{}, false
			}
		}, func(t *testing.T, r *rig, g *gateway) {
			time.Sleep(5 * time.Hour)
			if s := r.last(); s.Name != stateCompeting || s.Ready {
				t.Errorf("state %+v", s)
			}
			if len(r.alerts("SESSION_STUCK")) == 0 {
				t.Error("nobody was told")
			}
		})
		if !may && len(forced) != 0 {
			t.Errorf("%d take-overs without leave", len(forced))
		}
		if may && (len(forced) < 6 || len(forced) > 9) {
			t.Errorf("%d take-overs in five hours", len(forced))
		}
		for i := 1; i < len(forced); i++ {
			if span, least := forced[i].Sub(forced[i-1]), min(time.Hour, 5*time.Minute<<(i-1)); span < least {
				t.Errorf("take-over %d after %s, want %s", i+1, span, least)
			}
		}
	}
}

// The spans of the stream, in the time of real life: subscriptions three
// seconds after it opened, tic every 30 s, tickle every minute, market data
// again every ten, and 30 s of silence are the end of it.
func TestQuirk51StreamSpans(t *testing.T) {
	bubble(t, time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC), func(c *Config, g *gateway) {
		g.greet = []string{`{"message":"waiting for session"}`, `{"topic":"system","success":"user123"}`}
	}, func(t *testing.T, r *rig, g *gateway) {
		count := func(text string) (n int) {
			for _, one := range g.texts() {
				if strings.HasPrefix(one, text) {
					n++
				}
			}
			return n
		}
		for g.streams() == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(2900 * time.Millisecond)
		if texts := g.texts(); len(texts) != 0 {
			t.Errorf("subscribed without authentication: %v", texts)
		}
		time.Sleep(200 * time.Millisecond)
		if s := r.last(); !s.Ready || count("sor+") != 1 || count("smd+") != 2 {
			t.Errorf("after three seconds: %+v %v", s, g.texts())
		}
		time.Sleep(9 * time.Minute)
		if n := count("smd+"); n != 2 {
			t.Errorf("%d subscriptions of market data in nine minutes, want 2", n)
		}
		time.Sleep(5 * time.Minute)
		if n := count("smd+"); n != 4 {
			t.Errorf("%d subscriptions of market data in 14 minutes, want 4", n)
		}
		if tics, tickles := count("tic"), g.count(tickleRoute); tics < 27 || tickles < 14 || tickles > 16 {
			t.Errorf("%d tics and %d tickles in 14 minutes", tics, tickles)
		}
		if n := g.streams(); n != 1 {
			t.Errorf("%d streams", n)
		}
		g.mute.Store(true)
		time.Sleep(35 * time.Second)
		synctest.Wait()
		if n := g.streams(); n != 2 {
			t.Errorf("%d streams after 35 s of silence, want a second", n)
		}
	})
}

// Failed tickles: a single one is nothing, 90 s of them are the end; a
// collision is told and does not end a session that is still ours.
func TestSessionTickles(t *testing.T) {
	var until time.Time
	collide := false
	bubble(t, time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC), func(c *Config, g *gateway) {
		g.decide = func(route string) (reply, bool) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if route == tickleRoute && time.Now().Before(until) {
				return reply{503, "", `{"error":"x"}`, false}, true
			}
			if route == tickleRoute && collide {
				return ok(`{"session":"abc123","collission":true,"iserver":{"authStatus":` + statusUp + `}}`), true
			}
			return reply{}, false
		}
	}, func(t *testing.T, r *rig, g *gateway) {
		time.Sleep(30 * time.Second)
		g.locked(func() { until = time.Now().Add(55 * time.Second) })
		time.Sleep(3 * time.Minute)
		if s := r.last(); !s.Ready || g.streams() != 1 {
			t.Errorf("after some failed tickles: %+v", s)
		}
		g.locked(func() { collide = true })
		time.Sleep(90 * time.Second)
		if s := r.last(); !s.Ready || len(r.alerts("SESSION_COLLISION")) == 0 {
			t.Errorf("after a collision: %+v", s)
		}
		g.locked(func() { collide, until = false, time.Now().Add(3*time.Minute) })
		time.Sleep(2*time.Minute + 40*time.Second)
		if s := r.last(); s.Ready || s.Name != stateDisconnected {
			t.Errorf("without a good tickle for two minutes: %+v", s)
		}
		time.Sleep(3 * time.Minute)
		if s := r.last(); !s.Ready {
			t.Errorf("after that: %+v", s)
		}
	})
}
