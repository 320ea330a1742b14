package ibkrsim

import (
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// stream is what the sockets hear.
type stream struct {
	sockets map[*socket]bool
	beat    market.Nanos       // the last heartbeat
	sent    map[int64]deltaRow // what was streamed last of the orders that work
}

func (st *stream) init(now market.Nanos) {
	st.sockets, st.sent = map[*socket]bool{}, map[int64]deltaRow{}
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

// unsubscribeAll is what the end of a session does to the sockets of a user.
func (st *stream) unsubscribeAll(u *user) {
	st.each(u.name, func(c *socket) {
		c.orders, c.trades, c.pnl = false, false, false
		clear(c.quotes)
	})
}

// touch marks an instrument's quotes as changed.
func (st *stream) touch(conid int64) {
	for c := range st.sockets {
		if sub := c.quotes[conid]; sub != nil {
			sub.dirty = true
			c.poke()
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
	rows := map[string][]deltaRow{} // by account
	for i := range ch.Orders {
		o := &ch.Orders[i]
		if row := s.stream.delta(o); row != nil {
			rows[o.Account] = append(rows[o.Account], row)
		}
	}
	if len(rows) > 0 {
		s.publishOrders(rows)
	}
	for _, e := range ch.Execs {
		s.send("str", map[string]any{"topic": "str", "args": []tradeRow{frameRowOf(e)}},
			func(c *socket) bool { return c.trades && c.user.sees(e.Account) })
	}
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

// publishOrders sends each user the rows of the user's accounts in one frame.
func (s *Server) publishOrders(rows map[string][]deltaRow) {
	for _, u := range s.logins {
		var list []deltaRow
		for _, account := range u.accounts {
			list = append(list, rows[account]...)
		}
		if len(list) > 0 && !u.session.muted {
			s.send("sor", map[string]any{"topic": "sor", "args": list}, func(c *socket) bool { return c.orders && c.user == u })
		}
	}
}

// heartbeat sends the system frame when it is time, and what rules have held.
func (s *Server) heartbeat(now market.Nanos) {
	st := &s.stream
	for c := range st.sockets {
		c.release(now)
	}
	if now-st.beat < market.Nanos(s.opt.Timing.Heartbeat) {
		return
	}
	st.beat = now
	s.send("system", map[string]any{"topic": "system", "hb": web.Millis(now)}, func(*socket) bool { return true })
}

// publishPnL sends the spl frame once a second.
func (s *Server) publishPnL(u *user, now market.Nanos) {
	if now-u.spl < market.Second {
		return
	}
	u.spl = now
	hears := func(c *socket) bool { return c.pnl && c.user == u }
	if s.stream.any(hears) {
		s.send("spl", map[string]any{"topic": "spl", "args": s.pnl(u)}, hears)
	}
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
