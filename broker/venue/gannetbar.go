package venue

import "gannet/market"

// The rules of the profile gannet for data that has bars only. An order never
// trades on a bar that had ended when it came in, and of the bar in which it
// came in only the close counts. Bars that only repeat an older one are left
// out, and what fills on a bar is bounded by its traded volume.

// barMarket fills at the open of the next bar.
func barMarket(b *book, o *order) take {
	c, ok := b.span(o)
	if !ok {
		return take{}
	}
	return b.fromVolume(o, c.Open)
}

// barLimit fills when the bar goes beyond the limit, at the limit, or at the
// open if the bar opens beyond it.
func barLimit(b *book, o *order) take {
	c, ok := b.span(o)
	if !ok || !c.beyond(o.Side, o.Price) {
		return take{}
	}
	return b.fromVolume(o, o.best(o.Price, c.Open))
}

// barStop triggers when the bar gets to the stop and fills there, or at the
// open if the bar opens beyond it. What is left is a market order.
func barStop(b *book, o *order) take {
	c, ok := b.span(o)
	switch {
	case !ok:
		return take{}
	case o.triggered:
		return b.fromVolume(o, c.Open)
	case !o.reached(c.against(o.Side)):
		return take{}
	}
	o.triggered = true
	return b.fromVolume(o, o.worst(o.stop, c.Open))
}

// barStopLimit triggers when the bar gets to the stop, and is a limit order
// from the next bar on: which of the two prices came first is not known.
func barStopLimit(b *book, o *order) take {
	if o.triggered {
		return barLimit(b, o)
	}
	if c, ok := b.span(o); ok && o.reached(c.against(o.Side)) {
		o.triggered = true
	}
	return take{}
}

// barTrail looks for a fill first and moves the stop after the bar's best
// price then. The first stop is set from the open.
func barTrail(b *book, o *order) take {
	c, ok := b.span(o)
	if !ok {
		return take{}
	}
	if o.stop == 0 {
		o.trail(c.Open)
	}
	t := barStop(b, o)
	if !o.triggered {
		o.trail(c.favor(o.Side))
	}
	return t
}

// span is the fresh bar that counts for the order: of the quotes it trades
// on, else of the trades. It is flat at the close if the order came in the
// middle of it.
func (b *book) span(o *order) (candle, bool) {
	c := b.candle(quoteSide(o.Side), o)
	if c == nil {
		c = b.candle(market.TradeBar, o)
	}
	if c == nil || c.Filled {
		return candle{}, false
	}
	span := *c
	if span.TsEvent-span.Interval < o.placed {
		span.Open, span.High, span.Low = span.Close, span.Close, span.Close
	}
	return span, true
}

// fromVolume is the rest of the order at px, or what is left of the volume.
func (b *book) fromVolume(o *order, px market.Price) take {
	if b.volume.px == 0 {
		return o.all(px)
	}
	return b.volume.take(px, o.LeavesQty)
}
