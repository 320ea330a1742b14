package exchange

import (
	"math/rand/v2"

	"gannet/market"
)

// walk is a random walk on whole ticks that is pulled back to where it began.
// Its steps are scaled so that a fall of 0.05 % from a high takes some ten
// seconds at four steps a second.
type walk struct {
	seed   uint64
	rng    *rand.Rand
	anchor int64 // ticks
	mid    int64 // ticks
	width  int64 // ticks; the standard deviation of a step
	most   int64 // ticks; 0: as high as it gets
}

func newWalk(i *Instrument, seed uint64) *walk {
	start := int64(i.Price / i.Tick)
	return &walk{seed: seed, rng: rand.New(rand.NewPCG(seed, uint64(i.Conid))), anchor: start, mid: start,
		width: max(1, (start*8+50_000)/100_000), most: int64(i.Most / i.Tick)}
}

// step is the sum of three uniform steps, which is near enough to normal.
func (w *walk) step(width int64) int64 {
	var sum int64
	for range 3 {
		sum += w.rng.Int64N(2*width+1) - width
	}
	return sum
}

// pull is one two-thousandth of the way back, a tick at a time.
func (w *walk) pull() int64 {
	away := w.anchor - w.mid
	whole, rest := away/2000, away%2000
	switch dice := w.rng.Int64N(2000); {
	case rest > dice:
		whole++
	case -rest > dice:
		whole--
	}
	return whole
}

// move is a step and the pull. What has a highest price moves once in a
// hundred steps.
func (w *walk) move() int64 {
	if w.most > 0 && w.rng.Int64N(100) != 0 {
		return 0
	}
	return w.step(w.width) + w.pull()
}

func (w *walk) lots() market.Qty { return market.Shares(100 * (1 + w.rng.Int64N(15))) }

// next is the market after one more step. Two steps of three are trades.
func (w *walk) next(tick market.Price) Quote {
	w.mid = max(10, w.mid+w.move())
	if w.most > 0 {
		w.mid = min(w.mid, w.most-2)
	}
	spread := 1 + w.rng.Int64N(2)
	q := Quote{Bid: market.Price(w.mid) * tick, Ask: market.Price(w.mid+spread) * tick,
		BidSize: w.lots(), AskSize: w.lots()}
	if dice := w.rng.Int64N(6); dice < 4 {
		q.Last, q.LastSize = q.Bid, w.lots()
		if dice%2 == 0 {
			q.Last = q.Ask
		}
	}
	return q
}

// jump starts the walk again from a price set from outside.
func (w *walk) jump(mid, tick market.Price) {
	w.mid = max(10, int64(mid/tick))
	w.anchor = w.mid
}
