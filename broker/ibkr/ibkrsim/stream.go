package ibkrsim

import (
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// stream is what the sockets hear.
type stream struct {
	sockets map[*socket]bool
	beat    market.Nanos       // the last heartbeat
	sent    map[int64]deltaRow // what was streamed last of the orders that work
	feeds   map[feedKey]*feed
	byConid map[int64][]*feed
	long    map[int64]*longFigures // by conid
	wanted  []*exchange.Product    // whose long figures are to be made
	charts  int64                  // server ids of history given out
}

func (st *stream) init(now market.Nanos) {
	st.sockets, st.sent = map[*socket]bool{}, map[int64]deltaRow{}
	st.feeds, st.byConid, st.long = map[feedKey]*feed{}, map[int64][]*feed{}, map[int64]*longFigures{}
	st.beat = now
}

// each calls do for the sockets of a user; of all when there is no name.
func (st *stream) each(name string, do func(*socket)) {
	for c := range st.sockets {
		if name == "" || c.user.name == name {
			do(c)
		}
	}
}

// cut ends the connections of a user's sockets without a close frame.
func (st *stream) cut(name string) { st.each(name, (*socket).shut) }

// tell sends a frame to the sockets of a user; no fault gets in its way.
func (st *stream) tell(u *user, frame any) {
	st.each(u.name, func(c *socket) { c.push(frame) })
}

// unsubscribeAll is what the end of a session does to the sockets of a user:
// what does not need one goes on.
func (st *stream) unsubscribeAll(u *user) {
	st.each(u.name, func(c *socket) {
		c.orders, c.trades = false, false
		st.endMarketData(c)
	})
}

// endMarketData ends all streams of market data of a socket.
func (st *stream) endMarketData(c *socket) {
	for target := range c.quotes {
		st.endQuotes(c, target)
	}
	clear(c.books)
	clear(c.charts)
}

// touch marks an instrument's quotes as changed.
func (st *stream) touch(conid int64) {
	for _, f := range st.byConid[conid] {
		f.stale = true
		for sub := range f.subs {
			sub.mark()
		}
	}
	for c := range st.sockets {
		for _, book := range c.books {
			if book.p.Conid == conid {
				book.changed = true
				c.poke()
			}
		}
	}
}

// send gives a frame to the sockets that are to hear it, with what the rules
// for its topic do to it.
func (s *Server) send(topic string, frame any, to func(*socket) bool) {
	var hear []*socket
	for c := range s.stream.sockets {
		if to(c) {
			hear = append(hear, c)
		}
	}
	if len(hear) == 0 {
		return
	}
	now := s.now()
	d := s.engine.Frame(topic, now)
	text := d.Text(web.Encode(frame))
	for _, c := range hear {
		c.deliver(text, d, now)
	}
}

// deliver queues a frame as its decision says.
func (c *socket) deliver(text []byte, d scenario.FrameDecision, now market.Nanos) {
	switch {
	case d.Kill:
		c.shut()
		return
	case d.Close != 0:
		c.closeWith(d.Close)
		return
	}
	c.silent = c.silent || d.Silence
	if len(d.Rules) == 0 && c.line.Len() == 0 {
		c.pushText(text)
		return
	}
	if !c.line.Push(text, d, now) {
		c.shut()
	}
	c.release(now)
}

// release queues the frames whose time has come.
func (c *socket) release(now market.Nanos) {
	if c.line.Len() == 0 {
		return
	}
	for _, text := range c.line.Due(now) {
		c.pushText(text)
	}
}

// publish sends changes of orders and then executions. The two are not ordered
// against each other at IBKR.
func (s *Server) publish(ch brokerage.Changes) {
	var rows []orderChange
	for i := range ch.Orders {
		o := &ch.Orders[i]
		if !s.stream.any(func(c *socket) bool { return c.orders && c.user.sees(o.Account) }) {
			delete(s.stream.sent, o.ID) // who listens from now on hears all of it first
			continue
		}
		if row := s.stream.delta(o); row != nil {
			rows = append(rows, orderChange{o, row})
		}
	}
	if len(rows) > 0 {
		s.publishOrders(rows)
	}
	for _, e := range ch.Execs {
		hears := func(c *socket) bool { return c.trades && c.user.sees(e.Account) }
		if s.stream.any(hears) {
			s.send("str", map[string]any{"topic": "str", "args": []tradeRow{frameRowOf(e)}}, hears)
		}
	}
}

// orderChange is an order and what sockets have not heard of it.
type orderChange struct {
	order *brokerage.Order
	row   deltaRow
}

// delta is what the sockets have not heard of an order.
func (st *stream) delta(o *brokerage.Order) deltaRow {
	row := apart(orderRowOf(o))
	changed := row.delta(st.sent[o.ID])
	if st.sent[o.ID] = row; !o.Working() && o.Status != brokerage.Inactive {
		delete(st.sent, o.ID)
	}
	return changed
}

// publishOrders sends each user the rows of the user's accounts in one frame,
// and those who filter theirs.
func (s *Server) publishOrders(rows []orderChange) {
	now := s.now()
	for _, u := range s.logins {
		if u.session.muted {
			continue
		}
		s.sendOrders(rows, nil, func(c *socket) bool { return c.user == u && len(c.filters) == 0 && s.hearsOrders(c, now) }, u)
		s.stream.each(u.name, func(c *socket) {
			if len(c.filters) > 0 && s.hearsOrders(c, now) {
				s.sendOrders(rows, c.filters, func(one *socket) bool { return one == c }, u)
			}
		})
	}
}

func (s *Server) sendOrders(rows []orderChange, filters []string, to func(*socket) bool, u *user) {
	var list []deltaRow
	for _, account := range u.accounts {
		for _, one := range rows {
			if one.order.Account == account && (len(filters) == 0 || slices.Contains(filters, strings.ToLower(string(one.order.Status)))) {
				list = append(list, one.row)
			}
		}
	}
	if len(list) > 0 {
		s.send("sor", map[string]any{"topic": "sor", "args": list}, to)
	}
}

// hearsOrders says that a socket gets sor frames. One whose client has said
// nothing for long gets none, while its quotes go on.
func (s *Server) hearsOrders(c *socket, now market.Nanos) bool {
	quiet := market.Nanos(s.opt.Timing.Quiet)
	return c.orders && (quiet == 0 || now-c.heard < quiet)
}

// heartbeat sends the system frame when it is time, and what rules have held.
func (s *Server) heartbeat(now market.Nanos) {
	st := &s.stream
	s.reckon(now)
	for c := range st.sockets {
		c.release(now)
		if len(c.changed) > 0 || len(c.books) > 0 {
			c.poke()
		}
	}
	s.publishFigures(now)
	if now-st.beat < market.Nanos(s.opt.Timing.Heartbeat) {
		return
	}
	st.beat = now
	s.send("system", map[string]any{"topic": "system", "hb": web.Millis(now)}, func(*socket) bool { return true })
}

// publishPnL sends the spl frame, at most once a second, when it has changed.
func (s *Server) publishPnL(u *user, now market.Nanos) {
	hears := func(c *socket) bool { return c.pnl && c.user == u }
	if now-u.spl < market.Second || !s.stream.any(hears) {
		return
	}
	u.spl = now
	body := s.pnl(u)
	text := string(web.Encode(body))
	if text == u.splSent {
		return
	}
	u.splSent = text
	s.send("spl", map[string]any{"topic": "spl", "args": body}, hears)
}

// any says that there is a socket which is so.
func (st *stream) any(is func(*socket) bool) bool {
	for c := range st.sockets {
		if is(c) {
			return true
		}
	}
	return false
}
