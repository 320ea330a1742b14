package feed

import "gannet/market"

// What no real price or size reaches: one billion of the currency, ten
// billion shares.
const (
	maxPrice = 1_000_000_000 * market.PriceScale
	maxSize  = 10_000_000_000 * market.QtyScale
)

// Defaults of NormalizerConfig.
const (
	DefaultMaxJump  = 10
	DefaultMaxAhead = 5 * market.Second
)

// NormalizerConfig says what a normalizer lets through. Zero values of the
// limits mean the defaults.
type NormalizerConfig struct {
	Instruments *market.Instruments // required
	// MaxJump is how many times larger or smaller than the last good price a
	// price may be.
	MaxJump int64
	// MaxAhead is how far a tick's TsEvent may lie ahead of its TsInit.
	MaxAhead market.Nanos
}

// Normalizer turns the raw ticks of a source, of which each holds only what
// its Mask says, into whole ticks: top of book plus last trade, values carried
// forward, checked, in the order of time for each instrument. It is pure.
//
//   - The first tick of an instrument is given when it means something: a last
//     price or both a bid and an ask. Its Mask holds all that is known by then.
//   - A bid or ask of 0 says that this side of the book is empty. It is passed
//     on, with a size of 0, so that nobody trades against a quote that is gone.
//   - A tick with one bad field is refused as a whole and changes nothing. It
//     does not count as a sign of life for Stale.
//   - The good price that MaxJump compares with is the last trade, or the middle
//     of a bid and ask that are themselves within MaxJump of each other,
//     whichever came later. A stub quote never becomes it. A real change that
//     large, such as a split, needs Forget.
//   - A crossed book (bid above ask) is passed on as it is, because it is what
//     the source says and hiding it would leave an older quote standing. The
//     verdict Crossed says so and counts it; risk decides.
//   - TsEvent never goes back within an instrument: an earlier one becomes the
//     last one, and is counted. A missing one becomes TsInit.
type Normalizer struct {
	states   []state // by InstrumentID; 0 is unused
	maxJump  market.Price
	maxAhead market.Nanos
	counts   Counters
}

// state is what is known of one instrument.
type state struct {
	tick   market.Tick      // carried forward; Flags without FlagStale
	good   market.Price     // reference for MaxJump; 0: none
	seen   market.Nanos     // TsInit of the last raw tick that was taken
	fresh  market.TickMask  // prices given since the start or the last loss
	unsent market.TickMask  // changes not yet given out
	sent   bool             // at least one tick was given out
	lost   market.TickFlags // FlagStale when lost
}

// NewNormalizer makes a normalizer for the instruments of cfg.
func NewNormalizer(cfg NormalizerConfig) *Normalizer {
	n := &Normalizer{maxJump: DefaultMaxJump, maxAhead: DefaultMaxAhead}
	if cfg.MaxJump > 0 {
		n.maxJump = market.Price(cfg.MaxJump)
	}
	if cfg.MaxAhead > 0 {
		n.maxAhead = cfg.MaxAhead
	}
	n.states = make([]state, cfg.Instruments.Len()+1)
	for id := range n.states {
		n.states[id].tick.Instrument = market.InstrumentID(id)
	}
	return n
}

// Step takes a raw tick in. When the verdict is one to Emit, out holds the
// whole tick to pass on, with a Mask of what really changed; otherwise out is
// left as it was. Nothing is allocated. raw and out may be the same.
func (n *Normalizer) Step(raw, out *market.Tick) Verdict {
	v := n.step(raw, out)
	n.counts.Verdicts[v]++
	return v
}

func (n *Normalizer) step(raw, out *market.Tick) Verdict {
	s := n.state(raw.Instrument)
	if s == nil {
		return RefusedInstrument
	}
	at, ok := n.when(raw)
	if !ok {
		return RefusedTime
	}
	if v := n.check(s, raw); v != Passed {
		return v
	}
	if at < s.tick.TsEvent {
		at = s.tick.TsEvent
		n.counts.Clamped++
	}
	s.tick.TsEvent, s.tick.TsInit = at, raw.TsInit
	if raw.TsInit == 0 {
		s.tick.TsInit = at
	}
	s.seen = max(s.seen, s.tick.TsInit)
	s.merge(raw)
	n.refer(s, raw.Mask)
	if raw.Mask == 0 || !s.sent && !s.complete() {
		return Pending
	}
	return s.give(out)
}

func (n *Normalizer) state(id market.InstrumentID) *state {
	if id == 0 || int(id) >= len(n.states) {
		return nil
	}
	return &n.states[id]
}

// when is the tick's time at the source, and false when it makes no sense.
func (n *Normalizer) when(raw *market.Tick) (market.Nanos, bool) {
	at := raw.TsEvent
	if at == 0 {
		at = raw.TsInit
	}
	ahead := raw.TsInit != 0 && at > raw.TsInit && at-raw.TsInit > n.maxAhead
	return at, at > 0 && raw.TsInit >= 0 && !ahead
}

// check looks at each field that raw carries; Passed when all are good.
func (n *Normalizer) check(s *state, raw *market.Tick) Verdict {
	if raw.Mask&market.HasLast != 0 && raw.Last == 0 {
		return RefusedPrice
	}
	for _, v := range [...]Verdict{
		n.checkPrice(s, raw.Mask&market.HasBid, raw.Bid),
		n.checkPrice(s, raw.Mask&market.HasAsk, raw.Ask),
		n.checkPrice(s, raw.Mask&market.HasLast, raw.Last),
		checkQty(raw.Mask&market.HasBidSize, raw.BidSize),
		checkQty(raw.Mask&market.HasAskSize, raw.AskSize),
		checkQty(raw.Mask&market.HasLastSize, raw.LastSize),
	} {
		if v != Passed {
			return v
		}
	}
	return Passed
}

// checkPrice looks at one price, if there is one.
func (n *Normalizer) checkPrice(s *state, has market.TickMask, p market.Price) Verdict {
	switch {
	case has == 0 || p == 0:
		return Passed
	case p < 0 || p > maxPrice:
		return RefusedPrice
	case s.good != 0 && !n.near(p, s.good):
		return RefusedJump
	}
	return Passed
}

func checkQty(has market.TickMask, size market.Qty) Verdict {
	if has != 0 && (size < 0 || size > maxSize) {
		return RefusedSize
	}
	return Passed
}

// near says that neither price is more than maxJump times the other. Nearly
// always they are within a factor of two, which needs no division.
func (n *Normalizer) near(a, b market.Price) bool {
	if n.maxJump >= 2 && a <= 2*b && b <= 2*a {
		return true
	}
	return a/n.maxJump <= b && b/n.maxJump <= a
}

// refer moves the reference of MaxJump after a good tick.
func (n *Normalizer) refer(s *state, mask market.TickMask) {
	bid, ask := s.tick.Bid, s.tick.Ask
	switch {
	case mask&market.HasLast != 0:
		s.good = s.tick.Last
	case mask&(market.HasBid|market.HasAsk) != 0 && bid > 0 && ask > 0 && n.near(bid, ask):
		s.good = s.tick.Mid()
	}
}

// merge carries raw's fields into the state and notes what changed.
func (s *state) merge(raw *market.Tick) {
	t, mask := &s.tick, raw.Mask
	if mask&market.HasBid != 0 {
		s.price(market.HasBid, &t.Bid, raw.Bid)
	}
	if mask&market.HasAsk != 0 {
		s.price(market.HasAsk, &t.Ask, raw.Ask)
	}
	s.sideSize(market.HasBidSize, t.Bid, &t.BidSize, raw.BidSize, mask)
	s.sideSize(market.HasAskSize, t.Ask, &t.AskSize, raw.AskSize, mask)
	if mask&market.HasLast != 0 {
		s.price(market.HasLast, &t.Last, raw.Last)
		s.unsent |= market.HasLast | mask&market.HasLastSize
	}
	if mask&market.HasLastSize != 0 {
		s.size(market.HasLastSize, &t.LastSize, raw.LastSize)
	}
	s.flags(raw)
}

// sideSize carries the size of a quote, which is 0 when there is no quote.
func (s *state) sideSize(has market.TickMask, quote market.Price, field *market.Qty, value market.Qty, mask market.TickMask) {
	switch {
	case quote == 0:
		s.size(has, field, 0)
	case mask&has != 0:
		s.size(has, field, value)
	}
}

func (s *state) price(has market.TickMask, field *market.Price, value market.Price) {
	if *field != value {
		*field = value
		s.unsent |= has
	}
	if value > 0 {
		s.fresh |= has
	} else {
		s.fresh &^= has
	}
}

func (s *state) size(has market.TickMask, field *market.Qty, value market.Qty) {
	if *field != value {
		*field = value
		s.unsent |= has
	}
}

// flags merges the source's flags and ends a loss when the source has said
// again what the market is.
func (s *state) flags(raw *market.Tick) {
	before := s.tick.Flags | s.lost
	if raw.Mask&market.HasFlags != 0 {
		s.tick.Flags = raw.Flags
	}
	if s.lost != 0 && s.complete() {
		s.lost = 0
	}
	if s.tick.Flags|s.lost != before {
		s.unsent |= market.HasFlags
	}
}

// complete says that the source has given a last price or both quotes.
func (s *state) complete() bool {
	const quotes = market.HasBid | market.HasAsk
	return s.fresh&market.HasLast != 0 || s.fresh&quotes == quotes
}

// give writes the whole tick to out.
func (s *state) give(out *market.Tick) Verdict {
	*out = s.tick
	out.Flags |= s.lost
	out.Mask = s.unsent
	s.unsent, s.sent = 0, true
	switch {
	case out.Mask == 0:
		return Unchanged
	case out.Mask&(market.HasBid|market.HasAsk) != 0 && out.Ask > 0 && out.Bid > out.Ask:
		return Crossed
	}
	return Passed
}
