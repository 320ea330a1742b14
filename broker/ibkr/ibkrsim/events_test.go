package ibkrsim_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/scenario"
)

const noBridge = `{"error":"Bad Request: no bridge","statusCode":400}`

// event has something happen now, as another process asks for it.
func (s *stage) event(body string) { s.t.Helper(); s.control("event", body) }

// answers checks the status of a request.
func (s *stage) answers(method, path, body string, status int) response {
	s.t.Helper()
	got := s.call(method, path, body)
	if got.status != status {
		s.t.Errorf("%s %s: %d %s, want %d", method, path, got.status, got.text, status)
	}
	return got
}

// ends reads a socket to its end, and wants a code: 1006 is none.
func (s *socket) ends(code int) {
	s.t.Helper()
	for {
		if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			s.t.Fatal(err)
		}
		if _, _, err := s.conn.ReadMessage(); err != nil {
			var wait net.Error
			if !websocket.IsCloseError(err, code) && (code != 1006 || errors.As(err, &wait) && wait.Timeout()) {
				s.t.Errorf("socket ended with %v, want %d", err, code)
			}
			return
		}
	}
}

// sts is the args of the next sts frame.
func (s *stage) sts(words string) {
	s.t.Helper()
	hasAll(s.t, "sts", s.ws.await("sts")["args"], words)
}

// opens calls ssodh/init and checks what it says.
func (s *stage) opens(compete bool, words string) {
	s.t.Helper()
	hasAll(s.t, "init", s.must("POST", "/iserver/auth/ssodh/init", fmt.Sprintf(`{"publish":true,"compete":%t}`, compete)), words)
}

// rows is a list of orders or trades.
func (s *stage) rows(what string) []any {
	s.t.Helper()
	if what == "trades" {
		return s.must("GET", "/iserver/account/trades", "").([]any)
	}
	return s.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
}

// holds is the SPY position that the API tells.
func (s *stage) holds(want string) {
	s.t.Helper()
	s.must("POST", "/portfolio/"+account+"/positions/invalidate", "")
	row := s.must("GET", "/portfolio/"+account+"/positions/0", "").([]any)[0].(map[string]any)
	if got := fmt.Sprint(row["position"]); got != want {
		s.t.Errorf("position %s, want %s", got, want)
	}
}

// eventEffects is what a client sees of each kind of event, and of its end.
var eventEffects = map[scenario.Kind]func(*stage){
	scenario.Logout: func(s *stage) {
		s.event(`{"do":"logout"}`)
		s.sts("authenticated=false competing=false")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.answers("GET", "/portfolio/accounts", "", 200)
		s.opens(false, "authenticated=true")
		s.answers("GET", "/iserver/accounts", "", 200)
	},
	scenario.Compete: func(s *stage) {
		s.event(`{"do":"compete"}`)
		s.sts("authenticated=false competing=true")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.opens(false, "authenticated=false competing=true")
		s.opens(true, "authenticated=true competing=false")
		s.answers("GET", "/iserver/accounts", "", 200)
	},
	scenario.NightlyReset: func(s *stage) {
		s.event(`{"do":"nightly-reset","for":"2m"}`)
		s.ws.ends(1006)
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.opens(true, "authenticated=false connected=true")
		s.pass(2 * time.Minute)
		s.again()
		s.srv.Ask("o354") // what was suppressed is asked again
		s.asked("POST", placePath(), orderBody("asked", buyOne))
	},
	scenario.IdleTimeout: func(s *stage) {
		s.event(`{"do":"idle-timeout"}`)
		s.sts("authenticated=false")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.opens(false, "authenticated=true")
	},
	scenario.EndLogin: func(s *stage) {
		s.event(`{"do":"end-login","for":"1m"}`)
		s.answers("POST", "/tickle", "", 401)
		s.answers("POST", "/iserver/auth/ssodh/init", `{"compete":true}`, 401)
		s.answers("GET", "/portfolio/accounts", "", 401)
		s.pass(time.Minute)
		s.again()
		s.event(`{"do":"end-login"}`)
		s.pass(time.Hour)
		s.answers("POST", "/tickle", "", 401)
		got, err := s.web.PostForm(s.srv.URL()+"/sso/Login", url.Values{"username": {"simuser"}, "password": {""}})
		if err != nil {
			s.t.Fatal(err)
		}
		if _ = got.Body.Close(); got.StatusCode != 200 {
			s.t.Errorf("login: %d", got.StatusCode)
		}
		s.again()
	},
	scenario.StuckLogin: func(s *stage) {
		s.event(`{"do":"stuck-login","for":"1m"}`)
		for range 3 {
			s.opens(true, "authenticated=false connected=true competing=false")
		}
		s.must("POST", "/iserver/reauthenticate", "")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.pass(time.Minute)
		s.again()
	},
	scenario.ReadOnly: func(s *stage) {
		s.event(`{"do":"read-only","account":"` + account + `","for":"1m"}`)
		if got := s.call("POST", placePath(), orderBody("look", buyOne)); !strings.Contains(got.text, "error") {
			s.t.Errorf("an order: %d %s", got.status, got.text)
		}
		s.rows("orders")
		s.pass(time.Minute)
		s.place("trade", buyOne)
		if got := s.call("POST", "/_sim/event", `{"do":"read-only","account":"U1"}`); got.status != 400 {
			s.t.Errorf("an account that is not there: %d", got.status)
		}
	},
	scenario.Maintenance: func(s *stage) {
		s.event(`{"do":"maintenance","for":"1m"}`)
		s.ws.ends(1006)
		for _, path := range []string{"/tickle", "/portfolio/accounts", "/iserver/accounts"} {
			s.answers("GET", path, "", 503)
		}
		s.pass(time.Minute)
		s.answers("GET", "/iserver/accounts", "", 200)
	},
	scenario.NoBridge: func(s *stage) {
		s.event(`{"do":"no-bridge","for":"1m"}`)
		s.want("POST", placePath(), orderBody("bridge", buyOne), 400, noBridge)
		s.opens(true, "authenticated=true")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.answers("GET", "/portfolio/accounts", "", 200)
		s.pass(time.Minute)
		s.place("bridge", buyOne)
	},
	scenario.Restart: func(s *stage) {
		s.event(`{"do":"restart","for":"10s"}`)
		s.ws.ends(1006)
		if got, err := s.try("GET", "/iserver/accounts", ""); err == nil {
			s.t.Errorf("while it is away: %d", got.status)
		}
		s.pass(10 * time.Second)
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.again()
		hasAll(s.t, "the order that worked", s.rows("orders")[0], "order_ref=rest status=Submitted")
	},
	scenario.ClockSkew: func(s *stage) {
		off := func() time.Duration {
			date, err := http.ParseTime(s.call("GET", "/iserver/accounts", "").header.Get("Date"))
			if err != nil {
				s.t.Fatal(err)
			}
			return date.Sub(s.clock.Now())
		}
		for _, by := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
			s.event(fmt.Sprintf(`{"do":"clock-skew","by":%q,"for":"1m"}`, by))
			if got := off(); got != by {
				s.t.Errorf("the clock is off by %v, want %v", got, by)
			}
			s.pass(time.Minute)
		}
		if got := off(); got != 0 {
			s.t.Errorf("afterwards off by %v", got)
		}
	},
	scenario.DropSockets: func(s *stage) { s.event(`{"do":"drop-sockets"}`); s.ws.ends(1006) },
	scenario.CloseSockets: func(s *stage) {
		s.event(`{"do":"close-sockets"}`)
		s.ws.ends(1001)
		s.again()
		s.event(`{"do":"close-sockets","user":"simuser","code":4000}`)
		s.ws.ends(4000)
	},
	scenario.SilenceSockets: func(s *stage) {
		s.event(`{"do":"silence-sockets"}`)
		s.place("unheard", buyOne)
		s.ws.send("tic")
		other := s.dial()
		other.barrier() // one that comes later is not silent
		s.event(`{"do":"close-sockets","code":1001}`)
		for {
			_, text, err := s.ws.conn.ReadMessage()
			if websocket.IsCloseError(err, 1001) {
				return
			}
			if s.t.Errorf("heard %s, %v", text, err); err != nil {
				return
			}
		}
	},
	scenario.SendStatus: func(s *stage) {
		s.event(`{"do":"send-status","authenticated":false,"competing":true,"text":"taken over"}`)
		s.sts("authenticated=false competing=true message=taken_over")
		s.answers("GET", "/iserver/accounts", "", 200)
	},
	scenario.SendNotice: func(s *stage) {
		s.event(`{"do":"send-notice","text":"read this"}`)
		hasAll(s.t, "ntf", at(s.t, s.ws.await("ntf"), "args", 0), "text=read_this")
	},
	scenario.SendBulletin: func(s *stage) {
		s.event(`{"do":"send-bulletin","text":"exchange closed"}`)
		hasAll(s.t, "blt", at(s.t, s.ws.await("blt"), "args", 0), "message=exchange_closed")
	},
	scenario.SetPrice: func(s *stage) {
		s.clock.add(time.Second)
		s.event(`{"do":"price","instrument":"SPY","bid":"501.00","ask":"501.02","last":"501.01"}`)
		hasAll(s.t, "smd", s.ws.await("smd+756733"), "84=501.00 86=501.02 31=501.01")
	},
	scenario.Gap: func(s *stage) {
		s.clock.add(time.Second)
		s.event(`{"do":"gap","instrument":"SPY","percent":-7}`)
		hasAll(s.t, "smd", s.ws.await("smd+756733"), "84=465.00 86=465.02")
		if got := s.order("rest").Status; got != "Filled" {
			s.t.Errorf("a limit above the market is %s", got)
		}
	},
	scenario.Halt: func(s *stage) {
		s.event(`{"do":"halt","instrument":"SPY","for":"1m"}`)
		s.place("halted", buyOne)
		s.quote("500.00", "500.02", 1000)
		if got := s.order("halted").Filled; got != 0 {
			s.t.Errorf("%s filled in a halt", got)
		}
		s.pass(time.Minute)
		s.quote("500.00", "500.02", 1000)
		if got := s.order("halted").Status; got != "Filled" {
			s.t.Errorf("after the halt: %s", got)
		}
	},
	scenario.NoData: func(s *stage) {
		s.event(`{"do":"no-data","instrument":"SPY","for":"1m"}`)
		s.clock.add(time.Second)
		s.quote("502.00", "502.02", 1000)
		s.place("trades on", buyOne)
		s.ws.send("tic")
		for frame := s.ws.next(); frame["topic"] != "tic"; frame = s.ws.next() {
			if strings.HasPrefix(fmt.Sprint(frame["topic"]), "smd") {
				s.t.Errorf("quotes: %v", frame)
			}
		}
		snapshot := "/iserver/marketdata/snapshot?conids=756733&fields=31,84"
		s.must("GET", snapshot, "")
		if got := at(s.t, s.must("GET", snapshot, ""), 0, "84"); got != nil {
			s.t.Errorf("a snapshot with a bid of %v", got)
		}
		if got := s.order("trades on").Status; got != "Filled" {
			s.t.Errorf("an order is %s", got)
		}
		s.pass(time.Minute)
		hasAll(s.t, "smd", s.ws.await("smd+756733"), "84=502.00")
	},
	scenario.Pacing: func(s *stage) {
		s.event(`{"do":"pacing","on":true}`)
		s.answers("GET", "/iserver/account/trades", "", 200)
		s.answers("GET", "/iserver/account/trades", "", 200)
		s.answers("GET", "/iserver/account/trades", "", 429)
		s.event(`{"do":"pacing","on":false}`)
		s.answers("GET", "/iserver/account/trades", "", 200)
	},
	scenario.PenaltyBox: func(s *stage) {
		s.event(`{"do":"penalty-box","for":"15m"}`)
		for range 2 {
			s.answers("GET", "/portfolio/accounts", "", 429)
			s.answers("POST", placePath(), orderBody("boxed", buyOne), 429)
			s.pass(7 * time.Minute)
		}
		s.pass(time.Minute)
		s.answers("GET", "/portfolio/accounts", "", 200)
	},
	scenario.OrderLimit: func(s *stage) {
		s.event(`{"do":"order-limit","count":2,"for":"1m"}`)
		s.place("second", resting)
		if got := s.call("POST", placePath(), orderBody("third", resting)); !strings.Contains(got.text, "limit of 2 working orders") {
			s.t.Errorf("third: %d %s", got.status, got.text)
		}
		s.place("other side", `"orderType":"LMT","side":"SELL","quantity":1,"tif":"DAY","price":510`)
		s.pass(time.Minute)
		s.place("third", resting)
	},
}

// Every kind of event does what the page of scenarios says, over the control
// address and as a client sees it, and ends when its time is over.
func TestEventKinds(t *testing.T) {
	for kind, effect := range orderEffects {
		eventEffects[kind] = effect
	}
	for _, info := range scenario.Kinds() {
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			effect := eventEffects[info.Kind]
			if effect == nil {
				t.Fatalf("nothing says what %s does: %s", info.Kind, info.About)
			}
			s := newStage(t)
			effect(s)
			s.recovers(string(info.Kind))
			if text := s.log.String(); text != "" {
				t.Errorf("log: %s", text)
			}
		})
	}
}

// newest is the latest order that the broker has.
func (s *stage) newest() ibkrsim.OrderState {
	orders := s.srv.State().Orders
	return orders[len(orders)-1]
}
