package ibkrsim

import (
	"math/rand/v2"
	"slices"

	"gannet/market"
)

// bar is open, high, low, close and volume of a span that begins at start.
type bar struct {
	start                  market.Nanos
	open, high, low, close market.Price
	volume                 market.Qty
}

// keptBars bounds the minutes kept of an instrument: ten days.
const keptBars = 14_400

// pastBars is how many minutes a synthetic market has before it began.
const pastBars = 7_200

// addToBar books a trade into its minute.
func (p *product) addToBar(price market.Price, size market.Qty, at market.Nanos) {
	start := at - at%market.Minute
	if n := len(p.bars); n > 0 && p.bars[n-1].start >= start {
		b := &p.bars[n-1]
		b.high, b.low, b.close = max(b.high, price), min(b.low, price), price
		b.volume += size
		return
	}
	one := bar{start: start, open: price, high: price, low: price, close: price, volume: size}
	if p.first.start == 0 {
		p.first = one
	}
	if len(p.bars) == keptBars {
		p.bars = slices.Delete(p.bars, 0, keptBars/10)
	}
	p.bars = append(p.bars, one)
}

// minutes are all minutes of [from, to) in order: those that were traded, and
// for a synthetic market invented ones before them that lead up to its start.
func (p *product) minutes(from, to market.Nanos, seed uint64) []bar {
	all := append(p.past(seed), p.bars...)
	return slices.DeleteFunc(all, func(b bar) bool {
		return b.start < from || b.start >= to || !p.Session.IsOpen(b.start)
	})
}

// past invents the minutes before the first trade, always the same ones.
func (p *product) past(seed uint64) []bar {
	if p.walk == nil || p.first.start == 0 {
		return nil
	}
	back := walk{rng: rand.New(rand.NewPCG(^seed, uint64(p.Conid))), width: p.walk.width * 8}
	back.mid = int64(p.first.open / p.Tick)
	back.anchor = back.mid
	all := make([]bar, pastBars)
	for i := range all {
		after := back.mid
		back.mid = max(10, back.mid+back.step(back.width)+back.pull())
		top := max(after, back.mid) + back.rng.Int64N(back.width+1)
		bottom := max(1, min(after, back.mid)-back.rng.Int64N(back.width+1))
		price := func(ticks int64) market.Price { return market.Price(ticks) * p.Tick }
		all[pastBars-1-i] = bar{start: p.first.start - market.Nanos(i+1)*market.Minute,
			open: price(back.mid), high: price(top), low: price(bottom), close: price(after),
			volume: 100 * back.lots()}
	}
	return all
}

// join makes bars of the given length out of minutes.
func join(minutes []bar, length market.Nanos) []bar {
	var all []bar
	for _, m := range minutes {
		start := m.start - m.start%length
		if n := len(all); n > 0 && all[n-1].start == start {
			b := &all[n-1]
			b.high, b.low, b.close = max(b.high, m.high), min(b.low, m.low), m.close
			b.volume += m.volume
			continue
		}
		m.start = start
		all = append(all, m)
	}
	return all
}
