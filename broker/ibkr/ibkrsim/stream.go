package ibkrsim

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// stream is what all sockets hear, and what goes wrong on the way.
type stream struct {
	sockets map[*socket]bool
	beat    market.Nanos // the last heartbeat
	faults  map[StreamFault]int
	held    []*execution // of ReorderTrades
	heldAt  market.Nanos
	now     market.Nanos
}

func (st *stream) init(now market.Nanos) {
	st.sockets, st.faults = map[*socket]bool{}, map[StreamFault]int{}
	st.beat, st.now = now, now
}

func (st *stream) broadcast(frame any) {
	for c := range st.sockets {
		c.push(frame)
	}
}

// unsubscribeAll is what the end of a session does to the sockets.
func (st *stream) unsubscribeAll() {
	for c := range st.sockets {
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
func (st *stream) publish(ch changes, muted bool) {
	if len(ch.orders) > 0 && !muted && !st.take(DropOrders) {
		frame := map[string]any{"topic": "sor", "args": ch.orders}
		for c := range st.sockets {
			if c.orders {
				c.push(frame)
			}
		}
	}
	for _, e := range ch.execs {
		st.publishTrade(e)
	}
}

// publishTrade sends one execution: not at all, twice, or later than others.
func (st *stream) publishTrade(e *execution) {
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

func (st *stream) sendTrade(e *execution) {
	frame := map[string]any{"topic": "str", "args": []tradeRow{e.frameRow()}}
	for c := range st.sockets {
		if c.trades {
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
func (s *Server) publishPnL(now market.Nanos) {
	if now-s.spl < market.Second {
		return
	}
	s.spl = now
	for c := range s.stream.sockets {
		if c.pnl {
			c.push(map[string]any{"topic": "spl", "args": s.pnl()})
		}
	}
}
