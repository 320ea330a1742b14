package exchange

import (
	"cmp"
	"math/rand/v2"

	"gannet/market"
)

// walk is a random walk on whole ticks that is pulled back to where it began.
// Its steps are scaled so that a fall of 0.05 % from a high takes some ten
// seconds at four steps a second, at a volatility of 30 %.
type walk struct {
	rng    *rand.Rand
	anchor int64 // ticks
	mid    int64 // ticks
	width  int64 // ticks; the standard deviation of a step
	most   int64 // ticks; 0: as high as it gets
	lot    int64 // units; sizes of quotes are one to fifteen of it
	print  int64 // the same of trades
	quiet  bool  // off regular hours: fewer trades, wider quotes, smaller steps
}

func newWalk(i *Instrument, seed uint64) *walk {
	start := int64(i.Price / i.Tick)
	return &walk{rng: rand.New(rand.NewPCG(seed, uint64(i.Conid))), anchor: start, mid: start, lot: lotOf(i), print: printOf(i),
		width: max(1, (start*8*cmp.Or(i.Volatility, calm)/calm+50_000)/100_000), most: int64(i.Most / i.Tick)}
}

// lotOf is the usual size of a quote: 100 shares, 100,000 of a currency, a
// contract.
func lotOf(i *Instrument) int64 {
	switch i.SecType {
	case Future, Option:
		return 1
	case Forex:
		return 100_000
	}
	return 100
}

// printOf is the usual size of a trade: that of a quote, of a currency 1,000.
func printOf(i *Instrument) int64 {
	if i.SecType == Forex {
		return 1000
	}
	return lotOf(i)
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

func (w *walk) size(lot int64) market.Qty { return market.Shares(lot * (1 + w.rng.Int64N(15))) }

// move is a step and the pull. What has a highest price moves once in a
// hundred steps.
func (w *walk) move(width int64) {
	if w.most == 0 || w.rng.Int64N(100) == 0 {
		w.mid = w.within(w.mid + w.step(width) + w.pull())
	}
}

// within keeps a price from ten ticks up to what there is room for below the
// highest.
func (w *walk) within(mid int64) int64 {
	if w.most > 0 {
		mid = min(mid, w.most-8)
	}
	return max(10, mid)
}

// next is the market after one more step. Two steps of three are trades, and
// one of six off hours.
func (w *walk) next(tick market.Price) Quote {
	width, trades := w.width, int64(4)
	if w.quiet {
		width, trades = (w.width+1)/2, 1
	}
	w.move(width)
	q := w.quote(tick)
	if dice := w.rng.Int64N(6); dice < trades {
		q.Last, q.LastSize = q.Bid, w.size(w.print)
		if dice%2 == 0 && !w.quiet || w.quiet && q.BidSize < q.AskSize {
			q.Last = q.Ask
		}
	}
	return q
}

// quote is one or two ticks wide, and three to eight off hours.
func (w *walk) quote(tick market.Price) Quote {
	spread := 1 + w.rng.Int64N(2)
	if w.quiet {
		spread += 2 + w.rng.Int64N(5)
	}
	return Quote{Bid: market.Price(w.mid) * tick, Ask: market.Price(w.mid+spread) * tick,
		BidSize: w.size(w.lot), AskSize: w.size(w.lot)}
}

// auction is a large print at one price, with quotes around it: where the walk
// stands, or after a night a little away from there.
func (w *walk) auction(tick market.Price, overnight bool) Quote {
	if overnight {
		w.mid = w.within(w.mid + w.step(8*w.width))
	}
	q := w.quote(tick)
	q.Last, q.LastSize = market.Price(w.mid)*tick, 40*w.size(w.print)
	return q
}

// jump starts the walk again from a price set from outside.
func (w *walk) jump(mid, tick market.Price) {
	w.mid = max(10, int64(mid/tick))
	w.anchor = w.mid
}
