package exchange

import "gannet/market"

// Level is a price of the book and what is shown there.
type Level struct {
	Price market.Price
	Size  market.Qty
}

// MaxDepth is how many rows a book has on each side at most.
const MaxDepth = 20

// Depth is the book of a product: bids from the best one down and asks from
// the best one up, rows of each, MaxDepth at most. The first rows are Top. The
// others are invented: what stands at a price stays there for some seconds,
// wherever the top goes. Both are empty without a market.
func (p *Product) Depth(rows int) (bids, asks []Level) {
	if !p.Quoted() {
		return nil, nil
	}
	rows = min(rows, MaxDepth)
	return p.side(rows, Level{p.Top.Bid, p.Top.BidSize}, -p.Tick), p.side(rows, Level{p.Top.Ask, p.Top.AskSize}, p.Tick)
}

// side goes away from the best level, now and then two ticks at a time.
func (p *Product) side(rows int, best Level, step market.Price) []Level {
	var all []Level
	unit := lotOf(&p.Instrument)
	for one := best; len(all) < rows && one.Price > 0; {
		all = append(all, one)
		one.Price += step
		if p.dice(one.Price)%6 == 0 {
			one.Price += step
		}
		deeper := int64(1 + len(all)/2)
		one.Size = market.Shares(unit * (1 + int64(p.dice(one.Price)>>8%20)*deeper))
	}
	return all
}

// dice is a number for a price that changes every few seconds, each price at a
// time of its own.
func (p *Product) dice(price market.Price) uint64 {
	at := uint64(price / p.Tick)
	turn := uint64(p.Top.TsEvent/market.Second) + mix(at)%8
	return mix(p.seed ^ mix(uint64(p.Conid)^mix(at^mix(turn/8))))
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
