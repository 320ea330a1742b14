package exchange

import (
	"math"
	"slices"

	"gannet/market"
)

// Bar is open, high, low, close and volume of a span that begins at Start.
type Bar struct {
	Start                  market.Nanos
	Open, High, Low, Close market.Price
	Volume                 market.Qty
}

// merge takes in a bar that comes after b.
func (b *Bar) merge(next *Bar) {
	b.High, b.Low, b.Close = max(b.High, next.High), min(b.Low, next.Low), next.Close
	b.Volume = addQty(b.Volume, next.Volume)
}

// addQty stops at the most that there can be.
func addQty(a, b market.Qty) market.Qty {
	sum, err := a.Add(b)
	if err != nil {
		return math.MaxInt64
	}
	return sum
}

// Source says what bars are made of. Those of quotes have no volume.
type Source uint8

// Sources of bars.
const (
	Trades Source = iota
	Midpoint
	Bids
	Asks
	sources
)

// Minutes are kept of an instrument for ten days, or for as long as all
// together are within bounds, but for a day of regular hours at least. Days
// are kept for longer than a simulator runs.
const (
	keptMinutes  = 14_400
	leastMinutes = 480
	allMinutes   = 400_000
	keptDays     = 750
)

// span is what happened in a minute or a day. A source that has no bar in it
// has an open of 0.
type span struct {
	bars    [sources]Bar
	start   market.Nanos // 0: nothing happened
	regular bool
}

func (s *span) add(source Source, price market.Price, size market.Qty) {
	one := Bar{Start: s.start, Open: price, High: price, Low: price, Close: price, Volume: size}
	s.take(source, &one)
}

func (s *span) take(source Source, b *Bar) {
	if b.Open == 0 {
		return
	}
	if s.bars[source].Open == 0 {
		s.bars[source] = *b
		return
	}
	s.bars[source].merge(b)
}

// trade takes in a minute of trades.
func (s *span) trade(b *Bar) {
	if s.start == 0 {
		s.start = b.Start
	}
	s.take(Trades, b)
}

// takeAll takes in what happened after s.
func (s *span) takeAll(next *span) {
	if s.start == 0 {
		s.start, s.regular = next.start, next.regular
	}
	for source := range sources {
		s.take(source, &next.bars[source])
	}
}

// dayBars are a day's bars, with all hours and with regular ones.
type dayBars struct{ all, regular span }

func (d *dayBars) take(minute *span) {
	d.all.takeAll(minute)
	if minute.regular {
		d.regular.takeAll(minute)
	}
}

// streamed is what happened since the market began.
type streamed struct {
	kept    int // minutes
	minutes []span
	live    span // the minute that is not over; start 0: none
	today   dayBars
	days    []dayBars
}

// record books a change of the market.
func (s *streamed) record(t *market.Tick, traded, regular bool) {
	if start := t.TsEvent - t.TsEvent%market.Minute; start > s.live.start || s.live.start == 0 {
		s.endMinute()
		s.live = span{start: start, regular: regular}
	}
	if traded {
		s.live.add(Trades, t.Last, t.LastSize)
	}
	if t.Bid > 0 {
		s.live.add(Bids, t.Bid, 0)
	}
	if t.Ask > 0 {
		s.live.add(Asks, t.Ask, 0)
	}
	if t.Bid > 0 && t.Ask > 0 {
		s.live.add(Midpoint, t.Bid+(t.Ask-t.Bid)/2, 0)
	}
}

// endMinute files the minute that is over.
func (s *streamed) endMinute() {
	if s.live.start == 0 {
		return
	}
	if len(s.minutes) >= s.kept {
		s.minutes = slices.Delete(s.minutes, 0, max(1, s.kept/10))
	}
	s.minutes = append(s.minutes, s.live)
	s.today.take(&s.live)
	s.live = span{}
}

// endDay files the day that is over.
func (s *streamed) endDay() {
	s.endMinute()
	if len(s.days) == keptDays {
		s.days = slices.Delete(s.days, 0, keptDays/10)
	}
	s.days = append(s.days, s.today)
	s.today = dayBars{}
}

// now is the day so far.
func (s *streamed) now() dayBars {
	d := s.today
	if s.live.start != 0 {
		d.take(&s.live)
	}
	return d
}

// joiner makes longer bars. With a session, the first bar of a day begins when
// the session opens.
type joiner struct {
	length  market.Nanos
	session market.Session
	bucket  market.Nanos
	bars    []Bar
}

func (j *joiner) add(b *Bar) {
	bucket := b.Start - b.Start%j.length
	if n := len(j.bars); n > 0 && bucket == j.bucket {
		j.bars[n-1].merge(b)
		return
	}
	one := *b
	one.Start, j.bucket = bucket, bucket
	if bucket != b.Start && !j.session.AlwaysOpen() {
		open, _ := j.session.Bounds(b.Start)
		one.Start = max(bucket, open)
	}
	j.bars = append(j.bars, one)
}
