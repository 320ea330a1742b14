package strategy

import "gannet/market"

// Context is a strategy's view of the world and its way to act, during one
// call. It is small: pass it by value.
type Context struct {
	h *Host
	s *slot
}

// Now is the time of the event that is handled: when it was taken in. It
// never goes back.
func (c Context) Now() market.Nanos { return c.h.now }

// Instruments are the instruments that the strategy was given, in the order
// of the configuration. Do not change the slice.
func (c Context) Instruments() []market.InstrumentID { return c.s.instruments }

// Instrument returns the instrument, or nil for an id that does not exist.
func (c Context) Instrument(id market.InstrumentID) *market.Instrument {
	return c.h.instruments.Get(id)
}

// Position is what the strategy itself holds and has working in an
// instrument. A Target or TargetWeight whose size only the desk can tell
// counts as working with 1e-8 on both sides until the desk has answered.
func (c Context) Position(id market.InstrumentID) market.Position {
	if b := c.s.book(id); b != nil {
		return b.position
	}
	return market.Position{Strategy: c.s.id, Instrument: id}
}

// Quote is the last tick of one of the strategy's instruments. All is zero
// before the first, and where there are only bars.
func (c Context) Quote(id market.InstrumentID) market.Tick {
	if !c.s.trades(id) {
		return market.Tick{}
	}
	return c.h.quotes[id]
}

// Submit asks for an order and returns the id it will have.
func (c Context) Submit(t market.Ticket) market.ClientOrderID {
	id := c.h.signal(c.s, market.Signal{Kind: market.SignalOrder, Ticket: t})
	buy, sell := bySide(t.Side, max(t.OrderQty, smallest))
	c.h.keep(c.s, market.Order{Ticket: t, ClientOrderID: id}, buy, sell)
	return id
}

// Cancel asks to cancel one of the strategy's own orders.
func (c Context) Cancel(id market.ClientOrderID) {
	c.h.signal(c.s, market.Signal{Kind: market.SignalCancel, OrigClientOrderID: id})
}

// Replace asks to change one of the strategy's own orders to t. Its id stays.
// Until that is decided, the larger of the two sizes counts as working.
func (c Context) Replace(id market.ClientOrderID, t market.Ticket) {
	c.h.signal(c.s, market.Signal{Kind: market.SignalReplace, Ticket: t, OrigClientOrderID: id})
	if o := c.h.own(c.s, id); o != nil {
		o.change = t.OrderQty
		c.h.workLeaves(o)
	}
}

// Target asks for a market order that takes the strategy's position to qty
// (negative is short), counting what works already. The returned id is the
// order's; OnOrder hears Denied when there is nothing to do.
func (c Context) Target(id market.InstrumentID, qty market.Qty) market.ClientOrderID {
	p := c.Position(id)
	change := qty - p.Qty - p.WorkingBuy + p.WorkingSell
	t := market.Ticket{Instrument: id}
	return c.target(market.Signal{Kind: market.SignalTarget, Ticket: t, TargetQty: qty}, change)
}

// TargetWeight asks for a market order that takes the value of the strategy's
// position to the given part of the account's equity: 1 is all of it, -1 all
// of it short.
func (c Context) TargetWeight(id market.InstrumentID, weight market.Money) market.ClientOrderID {
	t := market.Ticket{Instrument: id}
	return c.target(market.Signal{Kind: market.SignalWeight, Ticket: t, TargetWeight: weight}, 0)
}

// target sends a signal of which only the desk knows the order it leads to.
// change is our guess of its signed size, 0 for none.
func (c Context) target(s market.Signal, change market.Qty) market.ClientOrderID {
	id := c.h.signal(c.s, s)
	o := market.Order{Ticket: s.Ticket, ClientOrderID: id}
	o.Type, o.TimeInForce, o.OrderQty = market.Market, market.DAY, change.Abs()
	buy, sell := max(change, 0), max(-change, 0)
	switch {
	case change > 0:
		o.Side = market.Buy
	case change < 0:
		o.Side = market.Sell
	default:
		buy, sell = smallest, smallest
	}
	c.h.keep(c.s, o, buy, sell)
	return id
}

// Order returns one of the strategy's own orders while it is open. An order
// that the desk has not answered yet is PendingSubmit.
func (c Context) Order(id market.ClientOrderID) (market.Order, bool) {
	if o := c.h.own(c.s, id); o != nil {
		return o.Order, true
	}
	return market.Order{}, false
}

// SetTimer asks for a call of OnTimer at a time; one that has passed comes at
// once. A strategy without OnTimer is not called.
func (c Context) SetTimer(name string, at market.Nanos) {
	c.h.out.Timers = append(c.h.out.Timers, market.Timer{Owner: c.s.id, Name: name, At: at})
}

// Log says something to the people who run the strategy.
func (c Context) Log(text string) {
	c.h.out.Logs = append(c.h.out.Logs, LogLine{Strategy: c.s.id, Text: text, TsEvent: c.h.now})
}
