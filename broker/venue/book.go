package venue

import "gannet/market"

// level is a price with what is left of the size shown there.
type level struct {
	px    market.Price // 0: nobody is there
	left  market.Qty   // of the size last shown, what our orders have not taken
	sized bool         // sizes are known; without them any quantity is there
}

// show is a new display of the level. A size of 0 means unknown until the
// feed has given one.
func (l *level) show(px market.Price, size market.Qty, hasSize bool) {
	l.sized = l.sized || hasSize || size > 0
	l.px, l.left = max(px, 0), max(size, 0)
}

// take is want at px, or what is left of it.
func (l *level) take(px market.Price, want market.Qty) take {
	if l.px == 0 {
		return take{}
	}
	if l.sized {
		want = min(want, l.left)
	}
	return take{px: px, qty: want, from: l}
}

// take is what trades of an order: qty at px out of a level's size.
type take struct {
	px   market.Price
	qty  market.Qty // 0: nothing
	from *level     // nil: not bounded
}

// done removes the taken size from the level it came from.
func (t take) done() {
	if t.from != nil && t.from.sized {
		t.from.left -= t.qty
	}
}

// candle is the last bar of one source.
type candle struct {
	market.Bar
	number uint64 // of the book's updates; 0: there was none
	fresh  bool   // of the slice that is being matched
}

// book is what the venue knows of one instrument, and the orders that rest on it.
type book struct {
	inst     *market.Instrument
	hours    hours
	flags    market.TickFlags
	ticked   bool         // has had a tick; from then on bars do not count
	quoted   bool         // has had a quote
	bid, ask level        // best quotes
	nobody   level        // stays empty
	last     level        // the last trade
	lastAt   market.Nanos // when it was; 0: never
	printed  bool         // this update is a trade
	candles  [3]candle    // by market.BarSource
	volume   level        // what is left of the slice's traded volume
	updates  uint64       // bars so far, and flat bars made of ticks
	orders   []*order     // open, in acceptance order
}

// stopped says that nothing trades now: the market is halted, or the feed has
// lost it and the prices here are not the market's.
func (b *book) stopped() bool { return b.flags&(market.FlagHalted|market.FlagStale) != 0 }

// onTick takes in quotes and trade. Each update of a side shows its size anew.
func (b *book) onTick(t *market.Tick, now market.Nanos) {
	b.ticked, b.flags = true, t.Flags
	if t.Mask&(market.HasBid|market.HasBidSize) != 0 || t.Bid != b.bid.px {
		b.bid.show(t.Bid, t.BidSize, t.Mask&market.HasBidSize != 0)
		b.quoted = b.quoted || t.Bid > 0
	}
	if t.Mask&(market.HasAsk|market.HasAskSize) != 0 || t.Ask != b.ask.px {
		b.ask.show(t.Ask, t.AskSize, t.Mask&market.HasAskSize != 0)
		b.quoted = b.quoted || t.Ask > 0
	}
	b.printed = t.IsTrade() && t.Last > 0
	if b.printed {
		b.last.show(t.Last, t.LastSize, t.Mask&market.HasLastSize != 0)
		b.lastAt = now
	}
}

// onFlatTick takes a tick in as bars without length: a trade bar for a
// trade, a bid or ask bar for a quote.
func (b *book) onFlatTick(t *market.Tick, now market.Nanos) {
	b.flags = t.Flags
	if t.Mask&(market.HasBid|market.HasBidSize) != 0 {
		b.flat(now, market.BidBar, t.Bid, t.BidSize)
	}
	if t.Mask&(market.HasAsk|market.HasAskSize) != 0 {
		b.flat(now, market.AskBar, t.Ask, t.AskSize)
	}
	if t.IsTrade() {
		b.flat(now, market.TradeBar, t.Last, t.LastSize)
	}
}

func (b *book) flat(now market.Nanos, source market.BarSource, px market.Price, size market.Qty) {
	b.onBar(&market.Bar{
		Instrument: b.inst.ID, Source: source, TsEvent: now,
		Open: px, High: px, Low: px, Close: px, Size: size,
	})
}

// onBar takes a bar in. A bar that makes no sense is left out.
func (b *book) onBar(bar *market.Bar) bool {
	low, high := min(bar.Open, bar.Close), max(bar.Open, bar.Close)
	switch {
	case int(bar.Source) >= len(b.candles),
		bar.Low <= 0, bar.Low > low, bar.High < high,
		bar.Interval < 0, bar.Interval > bar.TsEvent, bar.TsEvent > latest:
		return false
	}
	b.updates++
	b.candles[bar.Source] = candle{Bar: *bar, number: b.updates, fresh: true}
	if bar.Source == market.TradeBar {
		b.volume = level{px: bar.Close, left: max(bar.Size, 0), sized: bar.Size > 0}
	}
	return true
}

// endSlice ends what holds for one update only.
func (b *book) endSlice() {
	b.printed = false
	b.volume = level{px: b.volume.px}
	for i := range b.candles {
		b.candles[i].fresh = false
	}
}

// quoteSide is the bar an order of that side trades on: the ask for a buy.
func quoteSide(s market.Side) market.BarSource {
	if s == market.Buy {
		return market.AskBar
	}
	return market.BidBar
}

// candle is the fresh bar of a source if it counts for the order: it came
// after the order, and overlaps regular hours unless the order works outside.
func (b *book) candle(source market.BarSource, o *order) *candle {
	c := &b.candles[source]
	if !c.fresh || c.number <= o.since || !(o.OutsideRTH || b.regular(&c.Bar)) {
		return nil
	}
	return c
}

// regular says whether a bar overlaps the session.
func (b *book) regular(bar *market.Bar) bool {
	return b.hours.isOpen(bar.TsEvent-bar.Interval) || bar.TsEvent > b.hours.until
}
