package exchange

import "gannet/market"

// Delay is how old market data is for those who have not subscribed to it.
const Delay = 15 * market.Minute

// View is the market of a product and its day's figures at a moment.
type View struct {
	Top                    market.Tick
	Open, High, Low, Prior market.Price
	Volume                 market.Qty
}

// View is the market as it is now.
func (p *Product) View() View {
	return View{Top: p.Top, Open: p.Open, High: p.High, Low: p.Low, Prior: p.Prior(), Volume: p.Volume}
}

// Views are kept one in five seconds, for a little longer than Delay.
const (
	viewStep  = 5 * market.Second
	viewsKept = 192
)

// ring is the views of the last minutes.
type ring struct {
	list []View
	next int          // where the next one goes
	last market.Nanos // time of the newest
}

func (r *ring) record(p *Product) {
	if r.last != 0 && p.Top.TsEvent-r.last < viewStep {
		return
	}
	if r.list == nil {
		r.list = make([]View, 0, viewsKept)
	}
	if len(r.list) < viewsKept {
		r.list = append(r.list, p.View())
	} else {
		r.list[r.next] = p.View()
	}
	r.next, r.last = (r.next+1)%viewsKept, p.Top.TsEvent
}

// at is the newest view of a moment, nil when that is before all of them.
func (r *ring) at(moment market.Nanos) *View {
	for i := range len(r.list) {
		v := &r.list[(r.next+2*viewsKept-1-i)%viewsKept]
		if v.Top.TsEvent <= moment {
			return v
		}
	}
	return nil
}

// Delayed is the market as it was Delay ago, to five seconds, marked as
// delayed. It is false when there was none; a synthetic market had one before
// it began.
func (p *Product) Delayed(now market.Nanos) (View, bool) {
	moment := now - Delay
	if v := p.tops.at(moment); v != nil {
		late := *v
		late.Top.Flags |= market.FlagDelayed
		return late, true
	}
	return p.viewAgo(moment)
}

// viewAgo is the view of a moment of the past.
func (p *Product) viewAgo(moment market.Nanos) (View, bool) {
	minute, ok := p.Last(Query{Length: market.Minute, To: moment - market.Minute + 1, Outside: true})
	if !ok {
		return View{}, false
	}
	session := p.Extended
	day := p.History(Query{From: openOf(session, minute.Start), To: minute.Start + 1, Length: market.Minute, Outside: true, Max: 24 * 60})
	whole := day[0]
	for i := range day[1:] {
		whole.merge(&day[i+1])
	}
	v := View{Open: whole.Open, High: whole.High, Low: whole.Low, Volume: whole.Volume, Prior: p.Prior()}
	size := market.Shares(lotOf(&p.Instrument))
	v.Top = market.Tick{Instrument: p.ID, Flags: market.FlagDelayed, TsEvent: minute.Start, TsInit: minute.Start,
		Bid: max(p.Tick, minute.Close-p.Tick), Ask: minute.Close + p.Tick, Last: minute.Close, BidSize: size, AskSize: size, LastSize: size}
	return v, true
}

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
