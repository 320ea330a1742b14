package exchange

import (
	"cmp"
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

// Product is an instrument and its market. The figures of the day begin anew
// with the first change of the market in a new session, at midnight UTC for
// one that is always open.
type Product struct {
	Instrument
	ID     market.InstrumentID
	Top    market.Tick  // as it is now
	Open   market.Price // of the day: the first trade, in regular hours when there was one
	High   market.Price
	Low    market.Price
	Volume market.Qty
	Trades int64

	seed      uint64
	regular   hours
	extended  hours
	day       market.Nanos // when the session of the day's figures opened; 0: none yet
	opened    bool         // Open is of regular hours
	settle    market.Price // the last trade of regular hours
	prior     market.Price // settle of the day before
	synthetic bool
	walk      *walk // nil: not synthetic, or priced by lead
	halted    bool
	around    bool  // quotes are put around each trade
	stepped   Phase // of the last step
	crossed   market.Nanos
	ends      market.Nanos // of a derivative
	lead      *Product     // nil, or what prices it
	rng       *rand.Rand   // of what lead prices
	offset    market.Price // of a further expiry
	model     model        // of an option

	past     *past     // nil: none
	agoDays  []dayBars // of the past, the oldest first; nil: not asked yet
	streamed streamed
	tops     ring
}

func newProduct(i Instrument, id market.InstrumentID, seed uint64) *Product {
	return &Product{Instrument: i, ID: id, seed: seed, regular: hours{session: i.Session}, extended: hours{session: i.Extended}}
}

// Quoted says that there is a market to trade against.
func (p *Product) Quoted() bool { return p.Top.Bid > 0 && p.Top.Ask > 0 }

// Ended says that a derivative has expired.
func (p *Product) Ended(now market.Nanos) bool { return p.ends != 0 && now >= p.ends }

// Intrinsic is what exercising an option brings when its underlying is at spot,
// per unit; 0 is the least, and what anything else has.
func (p *Product) Intrinsic(spot market.Price) market.Price {
	switch {
	case p.SecType != Option:
		return 0
	case p.Right == "C":
		return max(0, spot-p.Strike)
	}
	return max(0, p.Strike-spot)
}

// complete fills in what a quote leaves out and says which parts it renews.
func (p *Product) complete(q Quote) (Quote, market.TickMask, error) {
	p.quoteAround(&q)
	mask := q.mask()
	p.otherSide(&q)
	setDefault(&q.BidSize, p.Top.BidSize)
	setDefault(&q.AskSize, p.Top.AskSize)
	setDefault(&q.BidSize, market.Shares(1000))
	setDefault(&q.AskSize, market.Shares(1000))
	if q.Last > 0 {
		setDefault(&q.LastSize, market.Shares(100))
	}
	if min(q.Bid, q.Ask, q.Last) < 0 || min(q.BidSize, q.AskSize, q.LastSize) < 0 {
		return q, 0, fmt.Errorf("exchange: %s: quote %+v: a negative number", p.Name(), q)
	}
	if q.Ask > 0 && q.Bid > q.Ask {
		return q, 0, fmt.Errorf("exchange: %s: bid %s above ask %s", p.Name(), q.Bid, q.Ask)
	}
	return q, mask, nil
}

// quoteAround puts bid and ask one tick around a trade that comes alone, as
// large as the trade between 100 and 1000.
func (p *Product) quoteAround(q *Quote) {
	if q.Bid != 0 || q.Ask != 0 {
		p.around = p.walk != nil
		return
	}
	p.around = p.around || !p.Quoted()
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
func (p *Product) otherSide(q *Quote) {
	switch {
	case q.Bid == 0 && q.Ask == 0:
		q.Bid, q.Ask = p.Top.Bid, p.Top.Ask
	case q.Bid == 0 && p.Top.Bid > 0:
		q.Bid = min(p.Top.Bid, q.Ask-p.Tick)
	case q.Ask == 0 && p.Top.Ask > 0:
		q.Ask = max(p.Top.Ask, q.Bid+p.Tick)
	}
}

// move makes the completed q the market and returns it as a tick.
func (p *Product) move(q Quote, mask market.TickMask, now market.Nanos) *market.Tick {
	p.turnDay(now)
	was := p.Top
	t := &p.Top
	*t = market.Tick{Instrument: p.ID, TsEvent: now, TsInit: now, Bid: q.Bid, Ask: q.Ask, Mask: mask,
		BidSize: q.BidSize, AskSize: q.AskSize, Last: was.Last, LastSize: was.LastSize}
	setMask(&t.Mask, market.HasBid, t.Bid != was.Bid)
	setMask(&t.Mask, market.HasAsk, t.Ask != was.Ask)
	if p.halted {
		t.Flags |= market.FlagHalted
	}
	regular := p.regular.isOpen(now)
	if q.Last > 0 {
		t.Last, t.LastSize = q.Last, q.LastSize
		p.trade(t, regular)
	}
	p.streamed.record(t, q.Last > 0, regular)
	p.tops.record(p)
	return t
}

// trade keeps the day's figures.
func (p *Product) trade(t *market.Tick, regular bool) {
	if p.Open == 0 {
		p.High, p.Low = t.Last, t.Last
	}
	if p.Open == 0 || regular && !p.opened {
		p.Open, p.opened = t.Last, regular
	}
	p.High, p.Low = max(p.High, t.Last), min(p.Low, t.Last)
	p.Volume = addQty(p.Volume, t.LastSize)
	p.Trades++
	if regular || p.settle == 0 {
		p.settle = t.Last
	}
}

// turnDay begins a new day when a session has opened since the last one.
func (p *Product) turnDay(now market.Nanos) {
	if !p.extended.isOpen(now) || p.extended.from <= p.day {
		return
	}
	if p.day != 0 {
		p.streamed.endDay()
		p.prior = cmp.Or(p.settle, p.prior)
		p.Open, p.High, p.Low, p.Volume, p.Trades, p.opened = 0, 0, 0, 0, 0, false
	}
	p.day = p.extended.from
}

// Mark is what a share is worth now: the last trade, or the middle of the
// quotes; of an option always the latter. Before the first change of the
// market it is where a synthetic one begins.
func (p *Product) Mark() market.Price {
	switch {
	case p.Top.TsEvent == 0 && p.synthetic:
		return p.Price
	case p.SecType == Option && p.Quoted():
		return p.Top.Mid()
	}
	return p.Top.Mark()
}

// Close is the last trade of regular hours, of today or, before those begin, of
// the day before: what a closed market shows. 0 when there was none.
func (p *Product) Close() market.Price { return p.settle }

// Prior is what changes are measured from: the last price of the day before,
// or the price before the market began.
func (p *Product) Prior() market.Price {
	if p.prior > 0 {
		return p.prior
	}
	if p.synthetic || p.Open == 0 {
		return p.Price
	}
	return p.Open
}
