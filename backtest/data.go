package backtest

import "gannet/market"

// slice is the bars that end at one time.
type slice struct {
	at      market.Nanos
	bars    []market.Bar
	quotes  []market.Tick // index InstrumentID: the tick that the bars make
	touched []market.InstrumentID
}

func newSlice(t *market.Instruments) slice {
	s := slice{quotes: make([]market.Tick, t.Len()+1)}
	for i := range s.quotes {
		s.quotes[i].Instrument = market.InstrumentID(i)
	}
	return s
}

// onTick is one data point of tick data.
func (m *machine) onTick(t *market.Tick) {
	m.advance(t.TsEvent)
	m.venue.OnTick(t)
	m.tick = market.Event{TsEvent: t.TsEvent, TsInit: m.now, Body: t}
	m.desk.Step(&m.tick, &m.fx)
	m.publishReports()
	m.fireTimers()
	if m.bars != nil {
		m.bars.OnTick(t)
	}
	m.publish(t)
}

// onBar collects the bars of one time. They take effect together.
func (m *machine) onBar(b *market.Bar) {
	if b.TsEvent != m.slice.at {
		m.endSlice()
	}
	m.slice.at = b.TsEvent
	m.slice.bars = append(m.slice.bars, *b)
}

// endSlice lets the collected bars happen.
func (m *machine) endSlice() {
	s := &m.slice
	if len(s.bars) == 0 {
		return
	}
	m.advance(s.at)
	for i := range s.bars {
		m.venue.OnBar(&s.bars[i])
		s.quote(&s.bars[i])
	}
	m.venue.Match(s.at)
	for _, id := range s.touched {
		m.tick = market.Event{TsEvent: s.at, TsInit: m.now, Body: &s.quotes[id]}
		m.desk.Step(&m.tick, &m.fx)
	}
	m.publishReports()
	m.fireTimers()
	m.showSlice()
	s.bars, s.touched = s.bars[:0], s.touched[:0]
}

// showSlice gives the bars, larger bars made of them, and the ticks of their
// closes to the strategies.
func (m *machine) showSlice() {
	s := &m.slice
	for i := range s.bars {
		if m.bars != nil {
			m.bars.OnBar(&s.bars[i])
		}
		m.publish(&s.bars[i])
	}
	for _, id := range s.touched {
		m.publish(&s.quotes[id])
		s.quotes[id].Mask = 0
	}
}

// quote carries a bar's close into the instrument's tick.
func (s *slice) quote(b *market.Bar) {
	t := &s.quotes[b.Instrument]
	if t.Mask == 0 {
		s.touched = append(s.touched, b.Instrument)
	}
	t.TsEvent, t.TsInit = b.TsEvent, b.TsEvent
	switch b.Source {
	case market.TradeBar:
		t.Last, t.LastSize = b.Close, b.Size
		t.Mask |= market.HasLast | market.HasLastSize
	case market.BidBar:
		t.Bid, t.BidSize = b.Close, b.Size
		t.Mask |= market.HasBid | market.HasBidSize
	case market.AskBar:
		t.Ask, t.AskSize = b.Close, b.Size
		t.Mask |= market.HasAsk | market.HasAskSize
	}
}

// onBuiltBar takes a bar of the builder. Bars that the data has itself are
// not built again.
func (m *machine) onBuiltBar(b *market.Bar) { m.publish(b) }
