package exchange

import (
	"fmt"

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

// Product is an instrument and its market.
type Product struct {
	Instrument
	ID     market.InstrumentID
	Top    market.Tick  // as it is now
	Open   market.Price // of the day
	High   market.Price
	Low    market.Price
	Volume market.Qty
	first  Bar      // where the bars begin
	bars   []Bar    // of one minute
	walk   *walk    // nil: not synthetic
	other  *Product // Instrument.Against, whose walk this one's is
	around bool     // quotes are put around each trade
	halted bool
}

func newProduct(i Instrument, id market.InstrumentID, seed uint64, synthetic bool) *Product {
	p := &Product{Instrument: i, ID: id}
	if synthetic {
		p.walk = newWalk(&p.Instrument, seed)
		p.around = true
	}
	return p
}

// Quoted says that there is a market to trade against.
func (p *Product) Quoted() bool { return p.Top.Bid > 0 && p.Top.Ask > 0 }

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

// reversed is the quote of the contract that pays when this one does not.
func (p *Product) reversed(q Quote) Quote {
	whole := p.Most + p.Tick
	out := Quote{Bid: whole - q.Ask, Ask: whole - q.Bid, BidSize: q.AskSize, AskSize: q.BidSize, LastSize: q.LastSize}
	if q.Last > 0 {
		out.Last = whole - q.Last
	}
	return out
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
	was := p.Top
	t := market.Tick{Instrument: p.ID, TsEvent: now, TsInit: now, Bid: q.Bid, Ask: q.Ask, Mask: mask,
		BidSize: q.BidSize, AskSize: q.AskSize, Last: was.Last, LastSize: was.LastSize}
	if q.Last > 0 {
		t.Last, t.LastSize = q.Last, q.LastSize
		p.trade(&t)
	}
	setMask(&t.Mask, market.HasBid, t.Bid != was.Bid)
	setMask(&t.Mask, market.HasAsk, t.Ask != was.Ask)
	if p.halted {
		t.Flags |= market.FlagHalted
	}
	p.Top = t
	return &t
}

// trade keeps the day's figures and the bars.
func (p *Product) trade(t *market.Tick) {
	if p.Open == 0 {
		p.Open, p.High, p.Low = t.Last, t.Last, t.Last
	}
	p.High, p.Low = max(p.High, t.Last), min(p.Low, t.Last)
	p.Volume += t.LastSize
	p.addToBar(t.Last, t.LastSize, t.TsEvent)
}

// Mark is what a share is worth now.
func (p *Product) Mark() market.Price { return p.Top.Mark() }

// Prior is what changes are measured from: the price before the market began.
func (p *Product) Prior() market.Price {
	if p.walk != nil || p.Open == 0 {
		return p.Price
	}
	return p.Open
}
