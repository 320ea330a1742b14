package feed

import (
	"fmt"
	"math"
	"slices"

	"gannet/market"
)

// maxFill is how many flat bars in a row fill-forward makes of one bar: a day
// of seconds. It bounds what a wild time can cost.
const maxFill = 86_400

// fromTicks is the step of a series that ticks feed; smaller bars feed with
// their interval.
const fromTicks market.Nanos = -1

// BarsConfig says which bars to build.
type BarsConfig struct {
	Instruments *market.Instruments // required
	Intervals   []market.Nanos      // positive, each once
	Sources     []market.BarSource  // what ticks are made into; empty: trade bars
	FillForward bool                // a span without data gives a flat bar
	// Emit gets each bar when it is complete. The bar is valid until Emit
	// returns. Emit must not call the builder; it is required.
	Emit func(*market.Bar)
}

// Bars builds bars of fixed intervals from ticks, and larger bars from smaller
// ones. It is pure and allocates nothing after NewBars.
//
//   - Intervals are aligned to 1970-01-01 UTC. A bar of the span (start, end]
//     has TsEvent = end: what is stamped exactly on a boundary belongs to the
//     bar that ends there.
//   - A bar is given when the first tick of its instrument that is later than
//     its end comes, before that tick is looked at, or when Advance passes its
//     end. Call OnTick before the tick is passed on, and events stay in order.
//   - Bars are given by their end, at one end by instrument, source (in the
//     order of BarsConfig), and interval from small to large.
//   - Trade bars are made of trades (market.Tick.IsTrade) and sum their sizes;
//     bid and ask bars of every update of the quotes, and hold the last size. A
//     sum that would overflow stays at what it was.
//   - There is no bar without data, unless FillForward is asked for: then each
//     span that touches the instrument's session gets a flat bar at the last
//     close (Filled, trade size 0), at most 86,400 in a row.
//   - What comes for a bar that was already given is dropped and counted: Late.
type Bars struct {
	instruments *market.Instruments
	intervals   []market.Nanos
	sources     []market.BarSource
	fill        bool
	emit        func(*market.Bar)
	series      []series     // by instrument, source, interval
	next        market.Nanos // no pending bar ends before this
	late        uint64
	out         market.Bar
}

// series is the bars of one instrument, source and interval.
type series struct {
	bar    market.Bar   // the one being built; TsEvent 0: none
	done   market.Nanos // end of the last bar given
	step   market.Nanos // what feeds it: fromTicks or a smaller interval; 0: nothing yet
	filled int          // flat bars in a row
}

// datum is a tick or smaller bar on its way into a series.
type datum struct {
	at, step               market.Nanos
	open, high, low, close market.Price
	size                   market.Qty
}

// NewBars makes a builder. Intervals that are not positive or given twice,
// and unknown sources, are errors.
func NewBars(cfg BarsConfig) (*Bars, error) {
	b := &Bars{instruments: cfg.Instruments, fill: cfg.FillForward, emit: cfg.Emit, next: math.MaxInt64}
	b.intervals = slices.Sorted(slices.Values(cfg.Intervals))
	for i, interval := range b.intervals {
		if interval <= 0 || i > 0 && interval == b.intervals[i-1] {
			return nil, fmt.Errorf("feed: bars: interval %s: want positive intervals, each once", interval.Duration())
		}
	}
	b.sources = slices.Clone(cfg.Sources)
	if len(b.sources) == 0 {
		b.sources = []market.BarSource{market.TradeBar}
	}
	for i, source := range b.sources {
		if source > market.AskBar || slices.Contains(b.sources[:i], source) {
			return nil, fmt.Errorf("feed: bars: source %d: want trade, bid or ask, each once", source)
		}
	}
	for id := range cfg.Instruments.Len() {
		b.addInstrument(market.InstrumentID(id + 1))
	}
	return b, nil
}

func (b *Bars) addInstrument(id market.InstrumentID) {
	for _, source := range b.sources {
		for _, interval := range b.intervals {
			b.series = append(b.series, series{bar: market.Bar{Instrument: id, Source: source, Interval: interval}})
		}
	}
}

// Late is how many ticks and bars came after their bar was given, each counted
// once per interval. Times before 1970 or beyond 2261 count too.
func (b *Bars) Late() uint64 { return b.late }

// OnTick takes a tick in. It must be whole, as a Normalizer gives it.
func (b *Bars) OnTick(t *market.Tick) {
	all := b.of(t.Instrument)
	if len(all) == 0 {
		return
	}
	b.closeBefore(all, t.TsEvent, t.TsInit)
	for i, source := range b.sources {
		price, size, ok := sample(t, source)
		if !ok {
			continue
		}
		d := datum{at: t.TsEvent, step: fromTicks, open: price, high: price, low: price, close: price, size: size}
		row := all[i*len(b.intervals):][:len(b.intervals)]
		for k := range row {
			b.add(&row[k], &d)
		}
	}
}

// sample is what a tick tells a bar of the source, and false for nothing.
func sample(t *market.Tick, source market.BarSource) (market.Price, market.Qty, bool) {
	const quote = market.HasBid | market.HasBidSize | market.HasAsk | market.HasAskSize
	quoted := t.Mask&quote != 0 || t.Mask == 0 // empty: the same quote once more
	switch source {
	case market.BidBar:
		return t.Bid, t.BidSize, quoted && t.Bid > 0
	case market.AskBar:
		return t.Ask, t.AskSize, quoted && t.Ask > 0
	}
	if t.Mask&market.HasLastSize == 0 {
		return t.Last, 0, t.IsTrade() && t.Last > 0
	}
	return t.Last, t.LastSize, t.IsTrade() && t.Last > 0
}

// OnBar takes a smaller bar in and makes it part of every interval that is a
// larger multiple of its own. A bar that ends where the larger one does
// completes it at once. A series takes bars of one interval only, the first
// that came, and either ticks or bars, so that nothing is counted twice. A
// Filled bar moves time on and adds nothing.
func (b *Bars) OnBar(bar *market.Bar) {
	all := b.of(bar.Instrument)
	at := slices.Index(b.sources, bar.Source)
	if len(all) == 0 || at < 0 || bar.Interval <= 0 {
		return
	}
	b.closeBefore(all, bar.TsEvent, bar.TsInit)
	row := all[at*len(b.intervals):][:len(b.intervals)]
	d := datum{bar.TsEvent, bar.Interval, bar.Open, bar.High, bar.Low, bar.Close, bar.Size}
	for k := range row {
		s := &row[k]
		if s.bar.Interval <= bar.Interval || s.bar.Interval%bar.Interval != 0 {
			continue
		}
		if !bar.Filled {
			b.add(s, &d)
		}
		if s.step == bar.Interval && s.bar.TsEvent == bar.TsEvent && s.bar.TsEvent != 0 {
			b.close(s, bar.TsInit)
		}
	}
}

// Advance says that the time is now: bars that ended before now are given. A
// bar that ends exactly now still waits for what is stamped with its end.
func (b *Bars) Advance(now market.Nanos) {
	if now > b.next {
		b.next = b.closeBefore(b.series, now, now)
	}
}

// of is all series of an instrument, empty for an unknown one.
func (b *Bars) of(id market.InstrumentID) []series {
	n := len(b.sources) * len(b.intervals)
	if id == 0 || int(id) > len(b.series)/max(n, 1) {
		return nil
	}
	return b.series[int(id-1)*n:][:n]
}

// add merges d into the bar that its time belongs to.
func (b *Bars) add(s *series, d *datum) {
	if s.step == 0 {
		s.step = d.step
	}
	if s.step != d.step {
		return
	}
	end, ok := endOf(d.at, s.bar.Interval)
	building := s.bar.TsEvent != 0 && !s.bar.Filled
	switch {
	case !ok || end <= s.done || building && end < s.bar.TsEvent:
		b.late++
	case building:
		s.merge(d)
	default:
		s.bar.TsEvent, s.bar.Filled, s.filled = end, false, 0
		s.bar.Open, s.bar.High, s.bar.Low, s.bar.Close, s.bar.Size = d.open, d.high, d.low, d.close, d.size
		b.next = min(b.next, end)
	}
}

func (s *series) merge(d *datum) {
	s.bar.High = max(s.bar.High, d.high)
	s.bar.Low = min(s.bar.Low, d.low)
	s.bar.Close = d.close
	if s.bar.Source != market.TradeBar {
		s.bar.Size = d.size
	} else if sum, err := s.bar.Size.Add(d.size); err == nil {
		s.bar.Size = sum
	}
}

// endOf is the first boundary at or after at, and false when there is none.
func endOf(at, interval market.Nanos) (market.Nanos, bool) {
	if at <= 0 || at > math.MaxInt64-interval {
		return 0, false
	}
	return (at + interval - 1) / interval * interval, true
}

// closeBefore gives every bar of list that ends before now, in order, and
// returns the earliest end that is left.
func (b *Bars) closeBefore(list []series, now, init market.Nanos) market.Nanos {
	for {
		end := earliest(list)
		if end >= now {
			return end
		}
		for i := range list {
			if list[i].bar.TsEvent == end {
				b.close(&list[i], init)
			}
		}
	}
}

func earliest(list []series) market.Nanos {
	first := market.Nanos(math.MaxInt64)
	for i := range list {
		if end := list[i].bar.TsEvent; end != 0 && end < first {
			first = end
		}
	}
	return first
}

// close gives the pending bar and prepares what follows it.
func (b *Bars) close(s *series, init market.Nanos) {
	b.out = s.bar
	b.out.TsInit = init
	s.done = s.bar.TsEvent
	s.bar.TsEvent = 0
	if b.fill && s.filled < maxFill {
		b.prepare(s)
	}
	b.emit(&b.out)
}

// prepare makes the pending bar a flat one, at the next span that touches the
// instrument's session. There is none when that is more than maxFill away.
func (b *Bars) prepare(s *series) {
	end := b.nextSpan(s)
	if end == 0 {
		return
	}
	last := s.bar.Close
	s.bar.Open, s.bar.High, s.bar.Low, s.bar.Filled, s.bar.TsEvent = last, last, last, true, end
	if s.bar.Source == market.TradeBar {
		s.bar.Size = 0
	}
	s.filled++
	b.next = min(b.next, end)
}

// nextSpan is the end of the first span after the last bar that touches the
// session, and 0 when it is too far away.
func (b *Bars) nextSpan(s *series) market.Nanos {
	session, interval := b.instruments.Get(s.bar.Instrument).Session, s.bar.Interval
	end := s.done
	for range maxFill {
		if end > math.MaxInt64-interval {
			return 0
		}
		end += interval
		if touches(session, end-interval, end) {
			return end
		}
	}
	return 0
}

// touches says whether some of (start, end] lies in the session.
func touches(session market.Session, start, end market.Nanos) bool {
	if session.AlwaysOpen() {
		return true
	}
	for _, at := range [2]market.Nanos{start, end} {
		if open, closing := session.Bounds(at); open < end && closing > start {
			return true
		}
	}
	return false
}

// Hash folds all state into one number, to compare two runs.
func (b *Bars) Hash() uint64 {
	var d market.Digest
	for i := range b.series {
		s := &b.series[i]
		for _, w := range [...]int64{
			int64(s.bar.TsEvent), int64(s.bar.Open), int64(s.bar.High), int64(s.bar.Low),
			int64(s.bar.Close), int64(s.bar.Size), int64(s.done), int64(s.step), int64(s.filled),
		} {
			d.Word(uint64(w))
		}
	}
	return uint64(d)
}
