package exchange

import (
	"math/rand/v2"
	"slices"

	"gannet/market"
)

// Bar is open, high, low, close and volume of a span that begins at Start.
type Bar struct {
	Start                  market.Nanos
	Open, High, Low, Close market.Price
	Volume                 market.Qty
}

// keptBars bounds the minutes kept of an instrument: ten days.
const keptBars = 14_400

// pastBars is how many minutes a synthetic market has before it began.
const pastBars = 7_200

// addToBar books a trade into its minute.
func (p *Product) addToBar(price market.Price, size market.Qty, at market.Nanos) {
	start := at - at%market.Minute
	if n := len(p.bars); n > 0 && p.bars[n-1].Start >= start {
		b := &p.bars[n-1]
		b.High, b.Low, b.Close = max(b.High, price), min(b.Low, price), price
		b.Volume += size
		return
	}
	one := Bar{Start: start, Open: price, High: price, Low: price, Close: price, Volume: size}
	if p.first.Start == 0 {
		p.first = one
	}
	if len(p.bars) == keptBars {
		p.bars = slices.Delete(p.bars, 0, keptBars/10)
	}
	p.bars = append(p.bars, one)
}

// Minutes are all minutes of [from, to) in order: those that were traded, and
// for a synthetic market invented ones before them that lead up to its start.
func (p *Product) Minutes(from, to market.Nanos) []Bar {
	all := append(p.past(), p.bars...)
	return slices.DeleteFunc(all, func(b Bar) bool {
		return b.Start < from || b.Start >= to || !p.Session.IsOpen(b.Start)
	})
}

// past invents the minutes before the first trade, always the same ones.
func (p *Product) past() []Bar {
	if p.walk == nil || p.first.Start == 0 {
		return nil
	}
	back := walk{rng: rand.New(rand.NewPCG(^p.walk.seed, uint64(p.Conid))), width: p.walk.width * 8}
	back.mid = int64(p.first.Open / p.Tick)
	back.anchor = back.mid
	all := make([]Bar, pastBars)
	for i := range all {
		after := back.mid
		back.mid = max(10, back.mid+back.step(back.width)+back.pull())
		top := max(after, back.mid) + back.rng.Int64N(back.width+1)
		bottom := max(1, min(after, back.mid)-back.rng.Int64N(back.width+1))
		price := func(ticks int64) market.Price { return market.Price(ticks) * p.Tick }
		all[pastBars-1-i] = Bar{Start: p.first.Start - market.Nanos(i+1)*market.Minute,
			Open: price(back.mid), High: price(top), Low: price(bottom), Close: price(after),
			Volume: 100 * back.lots()}
	}
	return all
}

// Join makes bars of the given length out of minutes.
func Join(minutes []Bar, length market.Nanos) []Bar {
	var all []Bar
	for _, m := range minutes {
		start := m.Start - m.Start%length
		if n := len(all); n > 0 && all[n-1].Start == start {
			b := &all[n-1]
			b.High, b.Low, b.Close = max(b.High, m.High), min(b.Low, m.Low), m.Close
			b.Volume += m.Volume
			continue
		}
		m.Start = start
		all = append(all, m)
	}
	return all
}
