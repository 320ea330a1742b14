package main

import (
	"io"
	"math/rand/v2"
	"time"

	"gannet/market"
)

// sample is generated data for a first backtest: one week of one-minute bars
// in regular New York hours. It is a random walk with waves: of no meaning,
// and the same for the same seed.
type sample struct {
	instruments []market.Instrument
	walks       []walk // one for each instrument
	session     market.Session
	at          market.Nanos // start of the minute at hand
	end         market.Nanos
	next        int // instrument
	bar         market.Bar
}

// walk is where the price of one instrument stands, in ticks.
type walk struct {
	rng   *rand.Rand
	tick  market.Price
	price int64
	wave  int64 // minutes left in this direction
	drift int64 // ticks a minute
}

// sampleWeek is the Monday with which the sample begins.
var sampleWeek = time.Date(2024, time.January, 8, 0, 0, 0, 0, time.UTC)

const (
	sampleDays  = 5
	samplePrice = 100 // of each instrument at first
)

func newSample(instruments *market.Instruments, newYork *time.Location, seed uint64) *sample {
	session := market.USEquity(newYork)
	begin := midnight(sampleWeek, newYork)
	s := &sample{instruments: instruments.All(), session: session, at: begin, end: begin + sampleDays*market.Day}
	for _, one := range s.instruments {
		tick := max(one.TickSize, market.MustPrice("0.01"))
		rng := rand.New(rand.NewPCG(seed, uint64(one.ID)))
		s.walks = append(s.walks, walk{rng: rng, tick: tick, price: samplePrice * market.PriceScale / int64(tick)})
	}
	return s
}

// Next implements feed.Source: all instruments' bars of a minute, then those
// of the next minute of the session.
func (s *sample) Next() (market.Body, error) {
	if s.next == len(s.instruments) {
		s.next, s.at = 0, s.at+market.Minute
	}
	for !s.session.IsOpen(s.at) {
		if s.at >= s.end {
			return nil, io.EOF
		}
		s.at += market.Minute
	}
	w := &s.walks[s.next]
	s.bar = market.Bar{Instrument: s.instruments[s.next].ID, Interval: market.Minute, TsEvent: s.at + market.Minute}
	s.bar.TsInit = s.bar.TsEvent
	w.minute(&s.bar)
	s.next++
	return &s.bar, nil
}

// Close implements feed.Source.
func (s *sample) Close() error { return nil }

// minute moves the price and writes what it did into the bar.
func (w *walk) minute(b *market.Bar) {
	const steps = 12
	if w.wave == 0 {
		w.wave, w.drift = 15+w.rng.Int64N(60), w.rng.Int64N(7)-3
	}
	w.wave--
	b.Open = w.at()
	b.High, b.Low = b.Open, b.Open
	for range steps {
		w.price = max(w.price+w.rng.Int64N(5)-2, 1)
		b.High, b.Low = max(b.High, w.at()), min(b.Low, w.at())
	}
	w.price = max(w.price+w.drift, 1)
	b.Close = w.at()
	b.High, b.Low = max(b.High, b.Close), min(b.Low, b.Close)
	b.Size = market.Shares(100 * (1 + w.rng.Int64N(90)))
}

func (w *walk) at() market.Price { return market.Price(w.price) * w.tick }
