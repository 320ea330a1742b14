package ibkr

import (
	"gannet/market"
)

// ticks turns market data frames into ticks. It belongs to the stream's
// reader goroutine.
type ticks struct {
	byConid map[int64]market.InstrumentID
	last    []market.Tick // by InstrumentID; values carried forward
	frame   smdFrame
	out     market.Tick
}

func newTicks(instruments int) *ticks { return &ticks{last: make([]market.Tick, instruments+1)} }

// reset forgets all values: what was seen on a lost stream may be long wrong.
func (m *ticks) reset(byConid map[int64]market.InstrumentID) {
	m.byConid = byConid
	for i := range m.last {
		m.last[i] = market.Tick{Instrument: market.InstrumentID(i)}
	}
}

// on takes a frame in and returns the tick it makes, nil when it changes
// nothing. The tick is valid until the next call.
func (m *ticks) on(frame []byte, now market.Nanos) *market.Tick {
	f := &m.frame
	if !f.scan(frame) && f.decode(frame) != nil {
		return nil
	}
	id := m.byConid[f.instrument()]
	if id == 0 {
		return nil
	}
	t := &m.last[id]
	t.Mask = 0
	m.apply(t, f)
	if t.Mask == 0 {
		return nil
	}
	t.TsInit, t.TsEvent = now, now
	if ms, ok := parseFixed(f.text(tagUpdated), 0); ok && ms > 0 && ms < maxMillis {
		t.TsEvent = market.Nanos(ms) * market.Millisecond
	}
	m.out = *t
	return &m.out
}

// maxMillis keeps a time in milliseconds inside Nanos.
const maxMillis = 1 << 43

func (m *ticks) apply(t *market.Tick, f *smdFrame) {
	flags := t.Flags
	if px, mark, ok := textPrice(f.text(tagLast)); ok {
		t.Last = px
		t.Mask |= market.HasLast
		flags &^= market.FlagHalted | market.FlagLastClose
		switch mark {
		case 'H':
			flags |= market.FlagHalted
		case 'C':
			flags |= market.FlagLastClose
		}
	}
	setPrice(t, &t.Bid, f.text(tagBid), market.HasBid)
	setPrice(t, &t.Ask, f.text(tagAsk), market.HasAsk)
	setSize(t, &t.BidSize, f.text(tagBidSize), market.HasBidSize)
	setSize(t, &t.AskSize, f.text(tagAskSize), market.HasAskSize)
	setSize(t, &t.LastSize, f.text(tagLastSize), market.HasLastSize)
	if avail := f.text(tagAvail); len(avail) > 0 {
		flags &^= market.FlagDelayed
		if avail[0] != 'R' {
			flags |= market.FlagDelayed
		}
	}
	if flags != t.Flags {
		t.Flags = flags
		t.Mask |= market.HasFlags
	}
}

func setPrice(t *market.Tick, to *market.Price, text []byte, bit market.TickMask) {
	if px, _, ok := textPrice(text); ok {
		*to = px
		t.Mask |= bit
	}
}

func setSize(t *market.Tick, to *market.Qty, text []byte, bit market.TickMask) {
	if q, ok := textQty(text); ok && q >= 0 {
		*to = q
		t.Mask |= bit
	}
}

const (
	priceDigits = 9
	qtyDigits   = 8
)

// textPrice reads a price with the letter in front of it, if any. Empty or
// unreadable text is not ok: the value is unknown, not zero.
func textPrice(b []byte) (px market.Price, mark byte, ok bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	digits := b
	if b[0] == 'C' || b[0] == 'H' {
		mark, digits = b[0], b[1:]
	}
	if v, ok := parseFixed(digits, priceDigits); ok {
		return market.Price(v), mark, true
	}
	d, mark, err := parseNumber(string(b))
	if err != nil {
		return 0, 0, false
	}
	px, err = market.PriceFromDecimal(d)
	return px, mark, err == nil
}

func textQty(b []byte) (market.Qty, bool) {
	if len(b) == 0 {
		return 0, false
	}
	if v, ok := parseFixed(b, qtyDigits); ok {
		return market.Qty(v), true
	}
	d, _, err := parseNumber(string(b))
	if err != nil {
		return 0, false
	}
	q, err := market.QtyFromDecimal(d)
	return q, err == nil
}
