package ibkrsim

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// stream is what all sockets hear, and what goes wrong on the way.
type stream struct {
	sockets map[*socket]bool
	beat    market.Nanos // the last heartbeat
	faults  map[StreamFault]int
	held    []*brokerage.Execution // of ReorderTrades
	sent    map[int64]deltaRow     // what was streamed last of the orders that work
	heldAt  market.Nanos
	now     market.Nanos
}

func (st *stream) init(now market.Nanos) {
	st.sockets, st.faults, st.sent = map[*socket]bool{}, map[StreamFault]int{}, map[int64]deltaRow{}
	st.beat, st.now = now, now
}

func (st *stream) broadcast(frame any) {
	for c := range st.sockets {
		c.push(frame)
	}
}

// tell sends a frame to the sockets of a user.
func (st *stream) tell(u *user, frame any) {
	for c := range st.sockets {
		if c.user == u {
			c.push(frame)
		}
	}
}

// unsubscribeAll is what the end of a session does to the sockets of a user.
func (st *stream) unsubscribeAll(u *user) {
	for c := range st.sockets {
		if c.user != u {
			continue
		}
		c.orders, c.trades, c.pnl = false, false, false
		clear(c.quotes)
	}
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

// publish sends changes of orders and then executions, unless a fault has
// other plans. The two streams are not ordered against each other.
func (s *Server) publish(ch brokerage.Changes) {
	st := &s.stream
	rows := map[string][]deltaRow{} // by account
	for i := range ch.Orders {
		o := &ch.Orders[i]
		if row := st.delta(o); row != nil {
			rows[o.Account] = append(rows[o.Account], row)
		}
	}
	if len(rows) > 0 && !st.take(DropOrders) {
		st.sendOrders(rows)
	}
	for _, e := range ch.Execs {
		st.publishTrade(e)
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

func (st *stream) sendOrders(rows map[string][]deltaRow) {
	for c := range st.sockets {
		if !c.orders || c.user.session.muted {
			continue
		}
		var list []deltaRow
		for _, account := range c.user.accounts {
			list = append(list, rows[account]...)
		}
		if len(list) > 0 {
			c.push(map[string]any{"topic": "sor", "args": list})
		}
	}
}

// publishTrade sends one execution: not at all, twice, or later than others.
func (st *stream) publishTrade(e *brokerage.Execution) {
	switch {
	case st.take(DropTrades):
	case st.faults[ReorderTrades] > 0:
		st.faults[ReorderTrades]--
		st.held, st.heldAt = append(st.held, e), st.now
		if st.faults[ReorderTrades] == 0 {
			st.release()
		}
	case st.take(DuplicateTrades):
		st.sendTrade(e)
		st.sendTrade(e)
	default:
		st.sendTrade(e)
	}
}

// release sends held executions, the newest first.
func (st *stream) release() {
	for _, e := range slices.Backward(st.held) {
		st.sendTrade(e)
	}
	st.held, st.faults[ReorderTrades] = nil, 0
}

func (st *stream) sendTrade(e *brokerage.Execution) {
	frame := map[string]any{"topic": "str", "args": []tradeRow{frameRowOf(e)}}
	for c := range st.sockets {
		if c.trades && c.user.sees(e.Account) {
			c.push(frame)
		}
	}
}

// take uses up one of a fault's turns.
func (st *stream) take(f StreamFault) bool {
	if st.faults[f] == 0 {
		return false
	}
	st.faults[f]--
	return true
}

// heartbeat sends the system frame when it is time, and what was held too long.
func (s *Server) heartbeat(now market.Nanos) {
	st := &s.stream
	st.now = now
	if len(st.held) > 0 && now-st.heldAt > 3*market.Second {
		st.release()
	}
	if now-st.beat < market.Nanos(s.opt.Timing.Heartbeat) {
		return
	}
	st.beat = now
	st.broadcast(map[string]any{"topic": "system", "hb": web.Millis(now)})
}

// publishPnL sends the spl frame once a second.
func (s *Server) publishPnL(u *user, now market.Nanos) {
	if now-u.spl < market.Second {
		return
	}
	u.spl = now
	for c := range s.stream.sockets {
		if c.pnl && c.user == u {
			c.push(map[string]any{"topic": "spl", "args": s.pnl(u)})
		}
	}
}
