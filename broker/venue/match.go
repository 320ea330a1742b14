package venue

import "gannet/market"

// OnTick moves time to t.TsEvent, takes the tick into the book and matches
// the orders of its instrument. It allocates nothing unless an order fills or
// ends. A tick of an unknown instrument only moves time, and time never moves
// back.
func (v *Venue) OnTick(t *market.Tick) {
	v.Advance(t.TsEvent)
	b := v.book(t.Instrument)
	if b == nil {
		return
	}
	if v.profile.flatTicks {
		b.onFlatTick(t, v.now)
	} else {
		b.onTick(t, v.now)
	}
	for i := 0; i < len(b.orders); { // an order that ends leaves the list
		if v.match(b.orders[i]) {
			i++
		}
	}
	b.endSlice()
}

// OnBar takes a bar in. It does not move time and matches nothing: Match does
// when all bars of the slice are in. For the profile gannet, bars of an
// instrument that has had a tick do not count.
func (v *Venue) OnBar(bar *market.Bar) {
	b := v.book(bar.Instrument)
	if b == nil || b.ticked || !b.onBar(bar) {
		return
	}
	if start := bar.TsEvent - bar.Interval; len(v.fresh) == 0 || start < v.start {
		v.start = start
	}
	v.fresh = append(v.fresh, b)
}

// Match ends a slice of bars at now: orders expire, and those that rest meet
// the bars given since the last Match, in acceptance order. Whether an order
// that expires within the slice may trade on its bars is a rule of the profile.
func (v *Venue) Match(now market.Nanos) {
	if v.profile.expireFirst {
		v.Advance(now)
	} else if len(v.fresh) > 0 {
		v.Advance(min(v.start, now))
		v.setNow(now)
	}
	for i := 0; i < len(v.open); {
		if o := v.open[i]; o.book.ticked || v.match(o) {
			i++
		}
	}
	for _, b := range v.fresh {
		b.endSlice()
	}
	v.fresh = v.fresh[:0]
	v.Advance(now)
}

// Advance moves time to now without data: orders expire, each at its time. A
// time before the present, or after the year 2199, is left out.
func (v *Venue) Advance(now market.Nanos) {
	if now > latest {
		return
	}
	for v.due != 0 && v.due <= now {
		v.setNow(v.due)
		v.expire(v.due)
	}
	v.setNow(now)
}

// setNow moves time. Orders that came in before there was a time get their
// expiry now.
func (v *Venue) setNow(now market.Nanos) {
	first := v.now == 0
	if now <= v.now || now > latest {
		return
	}
	v.now = now
	for i := 0; first && i < len(v.open); i++ {
		if o := v.open[i]; o.placed == 0 {
			o.placed = now
			v.schedule(o)
		}
	}
}

// schedule notes when an order expires.
func (v *Venue) schedule(o *order) {
	o.expires = 0
	if o.placed == 0 {
		return
	}
	o.expires = v.profile.expiry(o.book.inst, &o.Ticket, o.placed)
	if o.expires != 0 && (v.due == 0 || o.expires < v.due) {
		v.due = o.expires
	}
}

// expire ends the orders that are due at that moment and finds the next one.
func (v *Venue) expire(at market.Nanos) {
	v.due = 0
	for i := 0; i < len(v.open); {
		o := v.open[i]
		if o.expires != 0 && o.expires <= at {
			v.end(o, market.Expired)
			v.report(o, market.ExecExpired).Text = o.TimeInForce.String() + " order expired"
			continue
		}
		if o.expires != 0 && (v.due == 0 || o.expires < v.due) {
			v.due = o.expires
		}
		i++
	}
}

// match lets an order meet its book and says whether it is still open. What
// IOC and FOK did not get of the first tick, or the first bar, is canceled.
func (v *Venue) match(o *order) bool {
	b := o.book
	if v.trading(o) {
		v.trade(o)
	}
	met := b.ticked || b.updates > o.since
	if o.LeavesQty > 0 && met && (o.TimeInForce == market.IOC || o.TimeInForce == market.FOK) {
		v.end(o, market.Canceled)
		v.report(o, market.ExecCanceled).Text = o.TimeInForce.String() + ": not available at once"
	}
	return o.Working()
}

// trading says whether the order may trade now. By bars, the rules look at
// the hours of the bar.
func (v *Venue) trading(o *order) bool {
	b := o.book
	if b.stopped() {
		return false
	}
	return !b.ticked || o.OutsideRTH || b.hours.isOpen(v.now)
}

// trade fills what the profile's rule gives.
func (v *Venue) trade(o *order) {
	rules := &v.profile.bars
	if o.book.ticked {
		rules = &v.profile.ticks
	}
	for o.LeavesQty > 0 {
		t := rules[o.Type](o.book, o)
		if t.px <= 0 || t.qty <= 0 || o.TimeInForce == market.FOK && t.qty < o.LeavesQty {
			return
		}
		v.fill(o, t)
	}
}

// fill books a trade of the order and reports it.
func (v *Venue) fill(o *order, t take) {
	t.done()
	o.CumQty += t.qty
	o.LeavesQty -= t.qty
	o.value = o.value.Add(market.Notional(t.px, t.qty, o.book.inst.Multiplier))
	total := v.profile.Fee(o.CumQty, o.value)
	o.Status, o.TsEvent = market.PartiallyFilled, v.now
	if o.LeavesQty == 0 {
		v.end(o, market.Filled)
	}
	v.execs++
	r := v.report(o, market.ExecTrade)
	r.ExecID, r.LastQty, r.LastPx = v.cfg.ExecID(v.execs), t.qty, t.px
	r.Commission, r.CommissionKnown = total.Sub(o.charged), true
	o.charged = total
}
