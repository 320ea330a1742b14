package brokerage

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// isHeld says that an order is worked here and not, or not yet, at the venue.
func (o *Order) isHeld() bool { return o.IsCombo() || o.Ticket.heldHere() }

// heldHere says that an order with this ticket begins here and not at the
// venue.
func (t *Ticket) heldHere() bool {
	if t.AllOrNone || t.TIF == OPG {
		return true
	}
	switch t.Type {
	case Trail, TrailLmt, MIT, LIT, MOC, LOC, MidPrice, REL:
		return true
	}
	return false
}

// pegged says that a limit follows the market.
func pegged(t OrderType) bool { return t == MidPrice || t == REL }

// hold keeps an order here until a tick or a time wakes it.
func (h *House) hold(o *Order) {
	o.Phase, o.due = held, h.auction(o)
	h.wake(o.due)
	if o.due == 0 {
		for _, id := range o.instruments() {
			h.held[id] = append(h.held[id], o)
		}
	}
	switch {
	case o.Stop != 0:
	case o.Ticket.Type == Trail:
		o.Stop = o.Ticket.Price
	case o.Ticket.Type == TrailLmt:
		o.Stop = o.Ticket.Aux
	}
	h.set(o, o.resting(h.now))
	h.watchOpening(o)
	if o.due == 0 {
		h.look(o, nil)
	}
}

// instruments are the products whose ticks the order looks at.
func (o *Order) instruments() []market.InstrumentID {
	if !o.IsCombo() {
		return []market.InstrumentID{o.Product.ID}
	}
	var ids []market.InstrumentID
	for _, leg := range o.Legs {
		if !slices.Contains(ids, leg.product.ID) {
			ids = append(ids, leg.product.ID)
		}
	}
	return ids
}

func (h *House) unhold(o *Order) {
	if o.Product == nil || !o.isHeld() {
		return
	}
	for _, id := range o.instruments() {
		h.held[id] = slices.DeleteFunc(slices.Clone(h.held[id]), func(x *Order) bool { return x == o })
	}
	o.due = 0
}

// OnTick moves time to the tick's, lets the venue match and then the orders
// held here look.
func (h *House) OnTick(t *market.Tick) {
	h.now = max(h.now, t.TsEvent)
	t.TsEvent = h.now
	h.venue.OnTick(t)
	h.collect()
	if int(t.Instrument) >= len(h.held) {
		return
	}
	for _, o := range h.held[t.Instrument] {
		if o.Working() && o.Status != PendingCancel {
			h.look(o, t)
		}
	}
}

// look lets a held order see the market; t is nil when it only just came in.
func (h *House) look(o *Order, t *market.Tick) {
	if o.Phase != held && !pegged(o.Ticket.Type) {
		return // it was sent while the tick went round
	}
	if !o.venueTicket().OutsideRTH && !o.Product.Session.IsOpen(h.now) {
		return
	}
	switch {
	case o.IsCombo():
		h.crossCombo(o)
	case o.Ticket.AllOrNone:
		h.crossWhole(o)
	case pegged(o.Ticket.Type):
		h.peg(o)
	default:
		h.trigger(o, seen(o.Product, t))
	}
}

// seen is the price that triggers watch: the trade of the tick, or of the
// market's last one; the middle where there never was one. 0 is none.
func seen(p *exchange.Product, t *market.Tick) market.Price {
	if t != nil && p.Top.Last > 0 && !t.IsTrade() {
		return 0
	}
	if p.Top.Last > 0 {
		return p.Top.Last
	}
	return p.Top.Mid()
}

// trigger sends an order to the exchange when the price has got to where it
// waits.
func (h *House) trigger(o *Order, px market.Price) {
	if px <= 0 {
		return
	}
	buy := o.Ticket.Side == market.Buy
	switch o.Ticket.Type {
	case MIT, LIT:
		if buy && px > o.Ticket.Aux || !buy && px < o.Ticket.Aux {
			return
		}
	case Trail, TrailLmt:
		h.trail(o, px)
		if buy && px < o.Stop || !buy && px > o.Stop {
			return
		}
	default:
		return
	}
	h.unhold(o)
	h.send(o)
}

// trail moves a trailing stop after the price; never away from it.
func (h *House) trail(o *Order, px market.Price) {
	distance := o.Ticket.Trail
	if o.Ticket.TrailPercent {
		distance = px.Ratio(int64(distance), 100*market.PriceScale)
	}
	stop := (px + distance*market.Price(o.Ticket.Side.Sign())).Round(o.Product.Tick)
	better := o.Stop == 0 || o.Ticket.Side == market.Buy && stop < o.Stop || o.Ticket.Side == market.Sell && stop > o.Stop
	if better && stop > 0 {
		o.Stop = stop
		h.note(o)
	}
}

// peg puts a pegged order's limit where the market says: MIDPRICE at the
// middle, REL at its own side of the quote plus the offset; never beyond the
// cap.
func (h *House) peg(o *Order) {
	limit := h.pegPrice(o)
	if limit <= 0 || limit == o.Limit {
		return
	}
	o.Limit = limit
	if o.Phase == held {
		h.send(o)
		return
	}
	changed := o.venueOrder()
	h.venue.Replace(&changed)
	h.collect()
}

func (h *House) pegPrice(o *Order) market.Price {
	top, sign := &o.Product.Top, market.Price(o.Ticket.Side.Sign())
	if !o.Product.Quoted() {
		return 0
	}
	limit := top.Mid()
	if o.Ticket.Type == REL {
		limit = top.Bid + o.Ticket.Aux
		if sign < 0 {
			limit = top.Ask - o.Ticket.Aux
		}
	}
	limit -= limit % o.Product.Tick // towards zero: a buy stays below the middle
	if sign < 0 && limit < top.Mid() && o.Ticket.Type == MidPrice {
		limit += o.Product.Tick
	}
	if limit = min(limit*sign, o.cap()*sign) * sign; limit <= 0 {
		return 0
	}
	return limit
}

// cap is the worst price a pegged order takes.
func (o *Order) cap() market.Price {
	switch {
	case o.Ticket.Price > 0:
		return o.Ticket.Price
	case o.Ticket.Side == market.Buy:
		return 1 << 62
	}
	return 0
}

// crossWhole fills an all-or-none order at the other side's quote when that
// shows enough within the limit.
func (h *House) crossWhole(o *Order) {
	top := &o.Product.Top
	px, size := top.Ask, top.AskSize
	if o.Ticket.Side == market.Sell {
		px, size = top.Bid, top.BidSize
	}
	if px <= 0 || size < o.Left() || !o.allows(px) {
		return
	}
	h.cross(o, o.Left(), px)
}

// allows says whether the order's limit, if any, takes a price.
func (o *Order) allows(px market.Price) bool {
	if o.Ticket.Type == MKT || o.Ticket.Type == MOC {
		return true
	}
	if o.Ticket.Side == market.Buy {
		return px <= o.Ticket.Price
	}
	return px >= o.Ticket.Price
}

// cross fills an order here, without the venue.
func (h *House) cross(o *Order, q market.Qty, px market.Price) {
	if o.Status == PreSubmitted {
		h.set(o, Submitted)
	}
	h.fill(o, &Execution{ID: h.execID(), Qty: q, Price: px, Product: o.Product, Side: o.Ticket.Side})
	h.afterFill(o, q)
	h.follow()
}
