package venue

import "gannet/market"

// gannet are the rules of a venue like the live one, on quotes and trades.
var gannet = Profile{
	name: "gannet",
	ticks: ruleSet{
		market.Market:       tickMarket,
		market.Limit:        tickLimit,
		market.Stop:         tickStop,
		market.StopLimit:    tickStopLimit,
		market.TrailingStop: tickTrail,
	},
	bars: ruleSet{
		market.Market:       barMarket,
		market.Limit:        barLimit,
		market.Stop:         barStop,
		market.StopLimit:    barStopLimit,
		market.TrailingStop: barTrail,
	},
	expiry: exactExpiry,
	fee: feePlan{
		perUnit: market.MustMoney("0.005"), least: market.MustMoney("1"), most: market.MustMoney("0.01"), capFloor: true,
	},
	sizing: sizing{use: market.MustMoney("1")},
}

// exactExpiry: DAY until the close, GTD until the very moment.
func exactExpiry(in *market.Instrument, t *market.Ticket, now market.Nanos) market.Nanos {
	switch t.TimeInForce {
	case market.DAY:
		return endOfDay(in.Session, now)
	case market.GTD:
		return t.ExpireTime
	}
	return 0
}

// tickMarket takes what is shown on the other side.
func tickMarket(b *book, o *order) take {
	l := b.opposite(o)
	return l.take(l.px, o.LeavesQty)
}

// tickLimit takes what is shown on the other side within the limit: at the
// quote while it has been within reach ever since the order came in, at the
// limit once the order has rested. A resting order also fills when a trade
// prints beyond its limit.
func tickLimit(b *book, o *order) take {
	l := b.opposite(o)
	reach := l.px != 0 && o.within(l.px)
	o.taking = o.taking && reach
	if reach {
		px := o.Price
		if o.taking {
			px = l.px
		}
		if t := l.take(px, o.LeavesQty); t.qty > 0 {
			return t
		}
	}
	if b.printed && b.quoted && !o.taking && o.within(b.last.px) && b.last.px != o.Price {
		return b.last.take(o.Price, o.LeavesQty)
	}
	return take{}
}

// tickStop becomes a market order when the last trade gets to the stop.
func tickStop(b *book, o *order) take {
	if px := b.trigger(o); px != 0 && o.reached(px) {
		o.triggered = true
	}
	if !o.triggered {
		return take{}
	}
	return tickMarket(b, o)
}

// tickStopLimit becomes a limit order when the last trade gets to the stop.
func tickStopLimit(b *book, o *order) take {
	if px := b.trigger(o); px != 0 && o.reached(px) {
		o.triggered = true
	}
	if !o.triggered {
		return take{}
	}
	return tickLimit(b, o)
}

// tickTrail keeps its stop at the trail from the best trade price seen.
func tickTrail(b *book, o *order) take {
	if px := b.trigger(o); px != 0 && !o.triggered {
		o.trail(px)
	}
	return tickStop(b, o)
}

// opposite is what the order trades against: the quote of the other side, or
// the last trade where there are no quotes.
func (b *book) opposite(o *order) *level {
	switch {
	case !b.quoted && b.current(o):
		return &b.last
	case !b.quoted:
		return &b.nobody
	case o.Side == market.Buy:
		return &b.ask
	}
	return &b.bid
}

// trigger is the price that stops watch: the last trade, or the quote of the
// other side where there never was a trade. 0 is none.
func (b *book) trigger(o *order) market.Price {
	switch {
	case b.lastAt == 0:
		return b.opposite(o).px
	case b.current(o):
		return b.last.px
	}
	return 0
}

// current says that the last trade counts for the order: it printed in the
// session that is open now, or the order works outside of it.
func (b *book) current(o *order) bool {
	return b.lastAt != 0 && (o.OutsideRTH || b.lastAt >= b.hours.from)
}
