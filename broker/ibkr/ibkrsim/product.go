package ibkrsim

import (
	"fmt"
	"math/rand/v2"

	"gannet/market"
)

// Quote is a change of the market in one instrument. Zero means "as it was".
// A Last alone puts bid and ask one tick around it, as long as no other quote
// has been given; in a synthetic market it always does.
type Quote struct {
	Bid      market.Price `json:"bid"`
	Ask      market.Price `json:"ask"`
	Last     market.Price `json:"last"`
	BidSize  market.Qty   `json:"bid_size"`
	AskSize  market.Qty   `json:"ask_size"`
	LastSize market.Qty   `json:"last_size"`
}

// product is an instrument and its market.
type product struct {
	Instrument
	id     market.InstrumentID
	top    market.Tick // as it is now
	open   market.Price
	high   market.Price
	low    market.Price
	volume market.Qty
	first  bar   // where the bars begin
	bars   []bar // of one minute
	walk   *walk // nil: not synthetic
	around bool  // quotes are put around each trade
}

func newProduct(i Instrument, id market.InstrumentID, seed uint64, synthetic bool) *product {
	p := &product{Instrument: i, id: id}
	if synthetic {
		p.walk = newWalk(&p.Instrument, seed)
		p.around = true
	}
	return p
}

// quoted says that there is a market to trade against.
func (p *product) quoted() bool { return p.top.Bid > 0 && p.top.Ask > 0 }

// complete fills in what a quote leaves out and says which parts it renews.
func (p *product) complete(q Quote) (Quote, market.TickMask, error) {
	p.quoteAround(&q)
	mask := q.mask()
	p.otherSide(&q)
	setDefault(&q.BidSize, p.top.BidSize)
	setDefault(&q.AskSize, p.top.AskSize)
	setDefault(&q.BidSize, market.Shares(1000))
	setDefault(&q.AskSize, market.Shares(1000))
	if q.Last > 0 {
		setDefault(&q.LastSize, market.Shares(100))
	}
	if min(q.Bid, q.Ask, q.Last) < 0 || min(q.BidSize, q.AskSize, q.LastSize) < 0 {
		return q, 0, fmt.Errorf("ibkrsim: %s: quote %+v: a negative number", p.Name(), q)
	}
	if q.Ask > 0 && q.Bid > q.Ask {
		return q, 0, fmt.Errorf("ibkrsim: %s: bid %s above ask %s", p.Name(), q.Bid, q.Ask)
	}
	return q, mask, nil
}

// quoteAround puts bid and ask one tick around a trade that comes alone, as
// large as the trade between 100 and 1000.
func (p *product) quoteAround(q *Quote) {
	if q.Bid != 0 || q.Ask != 0 {
		p.around = p.walk != nil
		return
	}
	p.around = p.around || !p.quoted()
	if !p.around || q.Last <= 0 {
		return
	}
	at := q.Last.Round(p.Tick)
	q.Bid, q.Ask = max(p.Tick, at-p.Tick), at+p.Tick
	shown := min(max(q.LastSize.FloorLot(market.Shares(100)), market.Shares(100)), market.Shares(1000))
	setDefault(&q.BidSize, shown)
	setDefault(&q.AskSize, shown)
}

// mask is what the quote gives.
func (q *Quote) mask() market.TickMask {
	var m market.TickMask
	setMask(&m, market.HasBid|market.HasBidSize, q.Bid != 0 || q.BidSize != 0)
	setMask(&m, market.HasAsk|market.HasAskSize, q.Ask != 0 || q.AskSize != 0)
	setMask(&m, market.HasLast|market.HasLastSize, q.Last != 0)
	return m
}

func setMask(m *market.TickMask, part market.TickMask, on bool) {
	if on {
		*m |= part
	}
}

// otherSide takes over the side of the book that was not given, one tick away
// when the given side has gone through it.
func (p *product) otherSide(q *Quote) {
	switch {
	case q.Bid == 0 && q.Ask == 0:
		q.Bid, q.Ask = p.top.Bid, p.top.Ask
	case q.Bid == 0 && p.top.Bid > 0:
		q.Bid = min(p.top.Bid, q.Ask-p.Tick)
	case q.Ask == 0 && p.top.Ask > 0:
		q.Ask = max(p.top.Ask, q.Bid+p.Tick)
	}
}

// move makes the completed q the market and returns it as a tick.
func (p *product) move(q Quote, mask market.TickMask, now market.Nanos) *market.Tick {
	was := p.top
	t := market.Tick{Instrument: p.id, TsEvent: now, TsInit: now, Bid: q.Bid, Ask: q.Ask, Mask: mask,
		BidSize: q.BidSize, AskSize: q.AskSize, Last: was.Last, LastSize: was.LastSize}
	if q.Last > 0 {
		t.Last, t.LastSize = q.Last, q.LastSize
		p.trade(&t)
	}
	setMask(&t.Mask, market.HasBid, t.Bid != was.Bid)
	setMask(&t.Mask, market.HasAsk, t.Ask != was.Ask)
	p.top = t
	return &t
}

// trade keeps the day's figures and the bars.
func (p *product) trade(t *market.Tick) {
	if p.open == 0 {
		p.open, p.high, p.low = t.Last, t.Last, t.Last
	}
	p.high, p.low = max(p.high, t.Last), min(p.low, t.Last)
	p.volume += t.LastSize
	p.addToBar(t.Last, t.LastSize, t.TsEvent)
}

// mark is what a share is worth now.
func (p *product) mark() market.Price { return p.top.Mark() }

// walk is a random walk on whole ticks that is pulled back to where it began.
// Its steps are scaled so that a fall of 0.05 % from a high takes some ten
// seconds at four steps a second.
type walk struct {
	rng    *rand.Rand
	anchor int64 // ticks
	mid    int64 // ticks
	width  int64 // ticks; the standard deviation of a step
}

func newWalk(i *Instrument, seed uint64) *walk {
	start := int64(i.Price / i.Tick)
	return &walk{rng: rand.New(rand.NewPCG(seed, uint64(i.Conid))), anchor: start, mid: start,
		width: max(1, (start*8+50_000)/100_000)}
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

func (w *walk) lots() market.Qty { return market.Shares(100 * (1 + w.rng.Int64N(15))) }

// next is the market after one more step. Two steps of three are trades.
func (w *walk) next(tick market.Price) Quote {
	w.mid = max(10, w.mid+w.step(w.width)+w.pull())
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
