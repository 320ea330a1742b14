package venue

import "gannet/market"

// leanEquity are the conventions of QuantConnect LEAN's equity backtests.
var leanEquity = Profile{
	name:        "lean-equity",
	bars:        leanRules,
	flatTicks:   true,
	expireFirst: true,
	auctions:    true,
	needPrice:   true,
	roundPrices: true,
	expiry:      leanExpiry,
	fee:         feePlan{perUnit: market.MustMoney("0.005"), least: market.MustMoney("1"), most: market.MustMoney("0.005")},
	sizing:      sizing{use: market.MustMoney("0.9975"), ignore: market.MustMoney("0.001")},
}

var leanRules = ruleSet{
	market.Market:       leanMarket,
	market.Limit:        leanLimit,
	market.Stop:         leanStop,
	market.StopLimit:    leanStopLimit,
	market.TrailingStop: leanTrail,
}

// closeBuffer is how long before the close a market-on-close order must be in.
const closeBuffer = 15*market.Minute + 30*market.Second

// leanExpiry: a market order fills at once or at an auction, and waits for it.
func leanExpiry(in *market.Instrument, t *market.Ticket, now market.Nanos) market.Nanos {
	switch {
	case t.Type == market.Market:
		return 0
	case t.TimeInForce == market.DAY:
		return endOfDay(in.Session, now)
	case t.TimeInForce == market.GTD:
		return endOfDate(in.Session, t.ExpireTime)
	}
	return 0
}

// leanMarket fills at the last quote bar's close of the opposite side, or at
// the trade close. Outside the session it waits for the open.
func leanMarket(b *book, o *order) take {
	switch {
	case o.TimeInForce == market.CLS:
		return leanAtClose(b, o)
	case o.TimeInForce == market.OPG, !o.OutsideRTH && !b.inst.Session.IsOpen(o.placed):
		return leanAtOpen(b, o)
	}
	return o.all(b.closePx(quoteSide(o.Side)))
}

// leanAtOpen fills at the open of the first regular trade bar of a session
// that opens at or after the order's time.
func leanAtOpen(b *book, o *order) take {
	c := b.candle(market.TradeBar, o)
	if c == nil {
		return take{}
	}
	start := c.TsEvent - c.Interval
	if open, _ := b.inst.Session.Bounds(start); start < o.placed || open < o.placed {
		return take{}
	}
	return o.all(c.Open)
}

// leanAtClose fills at the trade close of the bar that ends at the close.
func leanAtClose(b *book, o *order) take {
	c := b.candle(market.TradeBar, o)
	if c == nil || c.TsEvent != b.inst.Session.NextClose(c.TsEvent-1) {
		return take{}
	}
	return o.all(c.Close)
}

// leanLimit fills when the bar goes beyond the limit, at the limit, or at the
// open if the bar opens beyond it.
func leanLimit(b *book, o *order) take {
	c := b.candle(market.TradeBar, o)
	if c == nil || !c.beyond(o.Side, o.Price) {
		return take{}
	}
	return o.all(o.best(o.Price, c.Open))
}

// leanStop fills when the bar gets to the stop, at the stop, or at the open
// if the bar opens beyond it.
func leanStop(b *book, o *order) take {
	c := b.candle(market.TradeBar, o)
	if c == nil || !o.reached(c.against(o.Side)) {
		return take{}
	}
	return o.all(o.worst(o.stop, c.Open))
}

// leanStopLimit triggers when the bar goes beyond the stop, and fills when
// the bar closes beyond the limit.
func leanStopLimit(b *book, o *order) take {
	c := b.leanQuote(o)
	if c == nil {
		return take{}
	}
	worst := c.against(o.Side)
	o.triggered = o.triggered || o.reached(worst) && worst != o.stop
	if !o.triggered || !o.within(c.Close) || c.Close == o.Price {
		return take{}
	}
	return o.all(o.best(worst, o.Price))
}

// leanTrail first looks for a fill, then moves the stop after the bar's best
// price. The first stop is set from the trade close.
func leanTrail(b *book, o *order) take {
	if px := b.closePx(market.TradeBar); o.stop == 0 && px != 0 {
		o.trail(px)
	}
	c := b.leanQuote(o)
	if c == nil {
		return take{}
	}
	if o.reached(c.against(o.Side)) {
		return o.all(o.worst(o.stop, c.Close))
	}
	o.trail(c.favor(o.Side))
	return take{}
}

// leanQuote is the fresh quote bar of the order's side, or the trade bar where
// there are no quotes.
func (b *book) leanQuote(o *order) *candle {
	source := quoteSide(o.Side)
	if b.candles[source].number == 0 {
		source = market.TradeBar
	}
	return b.candle(source, o)
}

// closePx is the last close of a source, else of the trades; 0 before the
// first bar.
func (b *book) closePx(source market.BarSource) market.Price {
	if c := &b.candles[source]; c.number > 0 {
		return c.Close
	}
	return b.candles[market.TradeBar].Close
}

// against is the bar's end that hurts an order of that side: the high for a buy.
func (c *candle) against(s market.Side) market.Price {
	if s == market.Buy {
		return c.High
	}
	return c.Low
}

// favor is the bar's end that favors an order of that side: the low for a buy.
func (c *candle) favor(s market.Side) market.Price { return c.against(s.Opposite()) }

// beyond says whether the bar went through a limit of that side, and did not
// only touch it.
func (c *candle) beyond(s market.Side, limit market.Price) bool {
	if s == market.Buy {
		return c.Low < limit
	}
	return c.High > limit
}
