package ibkrsim

import (
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// hands carry out the events of scenarios. They run under the server's lock.
type hands struct{ *Server }

// trouble is what events have done to the server as a whole.
type trouble struct {
	down     bool          // nothing answers
	away     bool          // not even connections are taken
	noBridge bool          // /iserver has no session
	skew     time.Duration // of the clock that clients see
	reset    bool          // ssodh/init fails
	noData   map[int64]bool
}

// each are the users that an action is about.
func (h hands) each(a scenario.Action, do func(*user)) error {
	found := false
	for _, u := range h.logins {
		if a.User == "" || a.User == u.name {
			found = true
			do(u)
		}
	}
	if !found {
		return fmt.Errorf("user %q: not known", a.User)
	}
	return nil
}

// Session ends, hinders and restricts sessions.
func (h hands) Session(a scenario.Action) error {
	switch a.Do {
	case scenario.Logout, scenario.IdleTimeout:
		return h.each(a, func(u *user) { h.endSession(u, false) })
	case scenario.Compete:
		return h.each(a, func(u *user) { h.endSession(u, true) })
	case scenario.StuckLogin:
		return h.each(a, func(u *user) { u.stuck = !a.End; h.endSession(u, false) })
	case scenario.EndLogin:
		return h.each(a, func(u *user) { h.endLogin(u, a) })
	case scenario.NightlyReset:
		h.trouble.reset = a.For > 0 && !a.End
		if !a.End {
			h.restart()
		}
		return nil
	case scenario.ReadOnly:
		return h.readOnly(a)
	}
	return errors.New("not a session's event")
}

// endLogin ends a user's login. With a span nothing lets the user in until it
// is over; without one the user has to log in again.
func (h hands) endLogin(u *user, a scenario.Action) {
	h.endSession(u, false)
	if u.gone = a.For > 0 && !a.End; a.End {
		h.mayLogIn(u)
		return
	}
	h.loginMu.Lock()
	defer h.loginMu.Unlock()
	if h.registry.EndSessionsOf(u.name); a.For == 0 {
		h.registry.EndLoginOf(u.name)
	}
}

// mayLogIn lets a user back in whose automatic login is over.
func (h hands) mayLogIn(u *user) {
	h.loginMu.Lock()
	defer h.loginMu.Unlock()
	h.registry.Restore(u.name)
}

func (h hands) readOnly(a scenario.Action) error {
	found := false
	for _, account := range h.house.Accounts() {
		if a.Account == "" || a.Account == account.ID {
			found = true
			account.ReadOnly = !a.End
		}
	}
	if !found {
		return fmt.Errorf("account %q: not known", a.Account)
	}
	return nil
}

// restart forgets all but the state.
func (h hands) restart() {
	h.loginMu.Lock()
	h.registry.EndSessions()
	h.loginMu.Unlock()
	for _, u := range h.logins {
		h.endSession(u, false)
	}
	h.stream.cut("")
}

// Outage takes the API down, wholly or in part.
func (h hands) Outage(a scenario.Action) error {
	switch a.Do {
	case scenario.Maintenance:
		if h.trouble.down = !a.End; !a.End {
			h.stream.cut("")
		}
	case scenario.NoBridge:
		h.trouble.noBridge = !a.End
	case scenario.Restart:
		if h.trouble.away = a.For > 0 && !a.End; !a.End {
			h.restart()
		}
	case scenario.ClockSkew:
		if h.trouble.skew = a.By; a.End {
			h.trouble.skew = 0
		}
	default:
		return errors.New("not an outage")
	}
	return nil
}

// Socket cuts, closes and silences sockets.
func (h hands) Socket(a scenario.Action) error {
	switch a.Do {
	case scenario.DropSockets:
		h.stream.cut(a.User)
	case scenario.CloseSockets:
		code := a.Code
		setDefault(&code, websocket.CloseGoingAway)
		h.stream.each(a.User, func(c *socket) { c.closeWith(code) })
	case scenario.SilenceSockets:
		h.stream.each(a.User, func(c *socket) { c.silent = true })
	case scenario.SendStatus:
		return h.each(a, func(u *user) {
			frame := h.stsFrame(u, h.now())
			args := frame["args"].(map[string]any)
			args["authenticated"], args["competing"], args["message"] = a.Authenticated, a.Competing, a.Text
			h.stream.tell(u, frame)
		})
	case scenario.SendNotice, scenario.SendBulletin:
		return h.each(a, func(u *user) { h.sendText(u, a) })
	default:
		return errors.New("not a socket's event")
	}
	return nil
}

// sendText sends a user a notice, whose id is text, or a bulletin, whose id is
// a number.
func (h hands) sendText(u *user, a scenario.Action) {
	topic, row := "ntf", map[string]any{"id": web.Int(int64(h.ids.Uint32())), "text": a.Text, "title": nil, "url": nil}
	if a.Do == scenario.SendBulletin {
		topic, row = "blt", map[string]any{"id": h.ids.Uint32(), "message": a.Text, "exchanges": ""}
	}
	h.send(topic, map[string]any{"topic": topic, "args": []any{row}}, func(c *socket) bool { return c.user == u })
}

// Market moves, halts and hides prices.
func (h hands) Market(a scenario.Action) error {
	now := h.now()
	if a.Do == scenario.SetPrice {
		p, t, err := h.exchange.Set(a.Instrument, a.Quote, now)
		if err == nil {
			h.moved(p, t)
		}
		return err
	}
	list := h.exchange.Products()
	if a.Instrument != "" {
		p := h.exchange.Find(a.Instrument)
		if p == nil {
			return fmt.Errorf("instrument %q: not among those served", a.Instrument)
		}
		list = []*exchange.Product{p}
	}
	var wrong []error
	for _, p := range list {
		wrong = append(wrong, h.onProduct(a, p, now))
	}
	return errors.Join(wrong...)
}

func (h hands) onProduct(a scenario.Action, p *exchange.Product, now market.Nanos) error {
	switch a.Do {
	case scenario.Halt:
		t := h.exchange.Halt(p, !a.End, now)
		h.moved(p, t)
	case scenario.NoData:
		if h.trouble.noData[p.Conid] = !a.End; a.End {
			h.stream.touch(p.Conid)
		}
	case scenario.Gap:
		if !p.Quoted() {
			return nil
		}
		to := func(px market.Price) market.Price {
			moved, err := market.PriceFromDecimal(px.Decimal().Mul(a.Percent.Shift(-2).Add(decimal.New(1, 0))))
			if err != nil {
				return px
			}
			return max(moved.Round(p.Tick), p.Tick)
		}
		q := Quote{Bid: to(p.Top.Bid), Ask: to(p.Top.Ask)}
		q.Ask = max(q.Ask, q.Bid+p.Tick)
		q.Last = q.Bid
		_, t, err := h.exchange.Set(p.Name(), q, now)
		if err != nil {
			return err
		}
		h.moved(p, t)
	default:
		return errors.New("not a market's event")
	}
	return nil
}

// Pacing switches the table of limits and the penalty box.
func (h hands) Pacing(a scenario.Action) error {
	switch a.Do {
	case scenario.Pacing:
		h.limits.enforce(a.On)
	case scenario.PenaltyBox:
		h.limits.box(!a.End, h.opt.Now().Add(a.For))
	case scenario.OrderLimit:
		if h.house.MaxWorking = a.Count; a.End {
			h.house.MaxWorking = 0
		}
	default:
		return errors.New("not an event of pacing")
	}
	return nil
}
