package feed

import "gannet/market"

// Verdict is what a Normalizer made of a raw tick.
type Verdict uint8

// Verdicts.
const (
	Passed            Verdict = iota // to pass on
	Crossed                          // to pass on; the bid is above the ask
	Unchanged                        // to pass on with an empty Mask: the source repeats what is known
	Pending                          // taken in; nothing to pass on yet, or the tick was empty
	RefusedInstrument                // not in the table
	RefusedPrice                     // negative, above one billion, or a last price of 0
	RefusedSize                      // negative, or above ten billion
	RefusedJump                      // too far from the last good price
	RefusedTime                      // no time, before 1970, or too far ahead of the clock
	NumVerdicts                      // the size of a table indexed by Verdict
)

var verdictNames = [NumVerdicts]string{
	"PASSED", "CROSSED", "UNCHANGED", "PENDING", "UNKNOWN_INSTRUMENT", "PRICE_INVALID",
	"SIZE_INVALID", "PRICE_JUMP", "TIME_INVALID",
}

// String is the stable code, such as PRICE_JUMP.
func (v Verdict) String() string {
	if v < NumVerdicts {
		return verdictNames[v]
	}
	return "?"
}

// Emit says that there is a tick to pass on.
func (v Verdict) Emit() bool { return v <= Unchanged }

// Refused says that the raw tick was bad and changed nothing.
func (v Verdict) Refused() bool { return v >= RefusedInstrument }

// Counters are a normalizer's statistics since it was made.
type Counters struct {
	Verdicts [NumVerdicts]uint64 // by Verdict; they add up to all raw ticks
	Clamped  uint64              // ticks whose time went back
	Lost     uint64              // times that an instrument was marked stale
}

// Taken is the number of raw ticks.
func (c *Counters) Taken() (sum uint64) {
	for _, n := range c.Verdicts {
		sum += n
	}
	return sum
}

// Refused is the number of raw ticks that were refused.
func (c *Counters) Refused() (sum uint64) {
	for _, n := range c.Verdicts[RefusedInstrument:] {
		sum += n
	}
	return sum
}

// Counters returns the statistics up to now.
func (n *Normalizer) Counters() Counters { return n.counts }

// Last is the whole tick that was last passed on or would be next, with an
// empty Mask, and false while there is none that means something.
func (n *Normalizer) Last(id market.InstrumentID) (market.Tick, bool) {
	s := n.state(id)
	if s == nil || !s.sent {
		return market.Tick{}, false
	}
	t := s.tick
	t.Flags |= s.lost
	return t, true
}

// Stale appends to dst the instruments of which a tick was passed on and from
// which nothing good came (by TsInit) for longer than limit, in id order.
// Those already marked as lost are left out.
func (n *Normalizer) Stale(dst []market.InstrumentID, now, limit market.Nanos) []market.InstrumentID {
	for id := range n.states {
		s := &n.states[id]
		if s.sent && s.lost == 0 && now-s.seen > limit {
			dst = append(dst, market.InstrumentID(id))
		}
	}
	return dst
}

// MarkStale says that the source lost the instrument. When that is news, out
// becomes the last known tick with FlagStale and a Mask of HasFlags, and the
// result is true. The flag stays on the ticks that follow until the source
// has given a last price or both quotes again.
func (n *Normalizer) MarkStale(id market.InstrumentID, now market.Nanos, out *market.Tick) bool {
	s := n.state(id)
	if s == nil {
		return false
	}
	s.fresh = 0
	if !s.sent || s.lost != 0 {
		return false
	}
	s.lost = market.FlagStale
	s.tick.TsEvent = max(s.tick.TsEvent, now)
	s.tick.TsInit = now
	s.unsent |= market.HasFlags
	s.give(out)
	n.counts.Lost++
	return true
}

// Lost says that the source is gone: every instrument is marked stale, and the
// ticks that say so are appended to dst in id order.
func (n *Normalizer) Lost(dst []market.Tick, now market.Nanos) []market.Tick {
	for id := range n.states {
		var t market.Tick
		if n.MarkStale(market.InstrumentID(id), now, &t) {
			dst = append(dst, t)
		}
	}
	return dst
}

// Forget drops all that is known of an instrument, so that its next tick is
// its first: after a split, or any change of price that MaxJump refuses.
// TsEvent still does not go back.
func (n *Normalizer) Forget(id market.InstrumentID) {
	if s := n.state(id); s != nil {
		*s = state{tick: market.Tick{Instrument: id, TsEvent: s.tick.TsEvent}}
	}
}

// Hash folds all state into one number, to compare two runs.
func (n *Normalizer) Hash() uint64 {
	var d market.Digest
	for i := range n.states {
		s := &n.states[i]
		d.Quote(&s.tick)
		d.Word(uint64(s.good))
		d.Word(uint64(s.seen))
		d.Word(uint64(s.fresh)<<32 | uint64(s.unsent)<<16 | uint64(s.lost))
	}
	return uint64(d)
}
