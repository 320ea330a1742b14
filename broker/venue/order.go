package venue

import "gannet/market"

// order is an open order and what the rules remember of it.
type order struct {
	market.Order
	book      *book
	seq       uint64       // of acceptance
	placed    market.Nanos // when it came in or was replaced
	since     uint64       // the book's updates then; later bars count
	expires   market.Nanos // 0: not by time
	stop      market.Price // STP, STOP_LIMIT, TRAIL: where it stands; 0: not yet
	triggered bool
	taking    bool         // LMT: within reach of the market ever since it came in
	value     market.Money // traded so far, with the multiplier
	charged   market.Money // commission so far
}

// all is the rest of the order at px, not bounded by any size.
func (o *order) all(px market.Price) take { return take{px: px, qty: o.LeavesQty} }

// reached says whether px has got to where a stop triggers.
func (o *order) reached(px market.Price) bool {
	if o.stop == 0 {
		return false
	}
	if o.Side == market.Buy {
		return px >= o.stop
	}
	return px <= o.stop
}

// within says whether the limit allows a trade at px.
func (o *order) within(px market.Price) bool {
	if o.Side == market.Buy {
		return px <= o.Price
	}
	return px >= o.Price
}

// best is the better of two prices for the order: the lower for a buy.
func (o *order) best(a, b market.Price) market.Price {
	if o.Side == market.Buy {
		return min(a, b)
	}
	return max(a, b)
}

// worst is the worse of two prices for the order.
func (o *order) worst(a, b market.Price) market.Price {
	if o.Side == market.Buy {
		return max(a, b)
	}
	return min(a, b)
}

// trail moves a trailing stop after px. It never moves away from the market.
func (o *order) trail(px market.Price) {
	stop, err := px.Add(o.TrailAmt * market.Price(o.Side.Sign()))
	if err != nil {
		return
	}
	if o.stop != 0 {
		stop = o.best(stop, o.stop)
	}
	o.stop = stop
}

// restop sets the stop of a replaced order. A trailing stop stays with the
// best price it has seen, unless the ticket moves it.
func (o *order) restop(was *market.Ticket) {
	moved := o.StopPx != 0 && o.StopPx != was.StopPx && o.StopPx != o.stop
	switch {
	case o.Type != was.Type || moved:
		o.stop, o.triggered = o.StopPx, false
	case o.Type == market.TrailingStop && o.stop != 0:
		o.stop, _ = o.stop.Add((o.TrailAmt - was.TrailAmt) * market.Price(o.Side.Sign()))
	}
}

// view is the order as others see it. The stop of a trailing order is where
// it stands.
func (o *order) view() market.Order {
	v := o.Order
	if v.Type == market.TrailingStop {
		v.StopPx = max(o.stop, 0)
	}
	if v.CumQty > 0 {
		v.AvgPx = averagePx(o)
	}
	return v
}

// averagePx is value / quantity, rounded to 1e-9; 0 when out of range.
func averagePx(o *order) market.Price {
	units := o.CumQty.Decimal().Mul(market.Shares(max(o.book.inst.Multiplier, 1)).Decimal())
	px, err := market.PriceFromDecimal(o.value.DivRound(units, market.MoneyDecimals))
	if err != nil {
		return 0
	}
	return px
}
