package exchange

import (
	"math"
	"math/rand/v2"
	"slices"

	"gannet/market"
)

// chain is what is priced by one instrument: its options, or the further
// expiries of a future.
type chain struct {
	lead  *Product
	parts []*Product
}

// synthesize gives each product its walk, or the product that it follows.
// Options come last: what they are on may stand behind them.
func (x *Exchange) synthesize(seed uint64) {
	byLead := map[*Product]*chain{}
	for _, p := range slices.Concat(x.without(Option), x.ofType(Option, func(*Product) bool { return true })) {
		p.synthetic = true
		lead := x.leadOf(p)
		if lead == nil {
			p.walk = newWalk(&p.Instrument, seed)
			p.around = true
			continue
		}
		p.lead, p.rng = lead, rand.New(rand.NewPCG(seed, uint64(p.Conid)))
		p.offset, p.model = p.Price-lead.Price, newModel(&p.Instrument, p.ends)
		if byLead[lead] == nil {
			byLead[lead] = &chain{lead: lead}
			x.chains = append(x.chains, byLead[lead])
		}
		byLead[lead].parts = append(byLead[lead].parts, p)
	}
}

// leadOf is the product that prices p: an option's underlying, the future
// of the same symbol that expires next. It is nil for one with a walk,
// and for one that has expired.
func (x *Exchange) leadOf(p *Product) *Product {
	if p.Ended(x.now) {
		return nil
	}
	if lead := x.byConid[p.Against]; lead != nil {
		return lead
	}
	switch p.SecType {
	case Option:
		if lead := x.byConid[p.Underlying]; lead != nil && lead.walk != nil {
			return lead
		}
	case Future:
		if all := x.Futures(p.Symbol); all[0] != p {
			return all[0]
		}
	}
	return nil
}

// without are all products but those of a type.
func (x *Exchange) without(secType string) []*Product {
	return slices.DeleteFunc(slices.Clone(x.products), func(p *Product) bool { return p.SecType == secType })
}

// step moves a product with a walk, when its market is open. That of a future
// that has expired goes on unseen: it leads the further expiries.
func (x *Exchange) step(p *Product, now market.Nanos, moved func(*Product, *market.Tick)) {
	phase, was := p.PhaseAt(now), p.stepped
	p.stepped = phase
	if phase == Closed {
		return
	}
	p.walk.quiet = phase == Extended
	if p.Ended(now) {
		p.walk.next(p.Tick)
		return
	}
	x.quote(p, p.nextQuote(now, was), now, moved)
}

// nextQuote is the next step of a walk. The first of all is a print at the
// price with which the past ended. Regular hours begin with a print, and those
// of stocks end with one in their last second, after which only quotes move.
func (p *Product) nextQuote(now market.Nanos, was Phase) Quote {
	switch {
	case p.Top.TsEvent == 0:
		at, shown := market.Price(p.walk.mid)*p.Tick, market.Shares(5*p.walk.lot)
		return Quote{Bid: at, Ask: at + p.Tick, Last: at, BidSize: shown, AskSize: shown, LastSize: market.Shares(p.walk.print)}
	case p.stepped != Regular || p.Session.AlwaysOpen():
	case was != Regular:
		return p.walk.auction(p.Tick, was == Closed)
	case p.SecType == Stock && p.regular.until-now <= market.Second:
		q := p.walk.quote(p.Tick)
		if p.crossed != p.regular.until {
			p.crossed = p.regular.until
			q = p.walk.auction(p.Tick, false)
		}
		return q
	}
	return p.walk.next(p.Tick)
}

// follow prices a chain anew, all of it at one moment.
func (x *Exchange) follow(c *chain, now market.Nanos, moved func(*Product, *market.Tick)) {
	if !c.lead.Quoted() {
		return
	}
	for _, p := range c.parts {
		if now >= p.ends || p.PhaseAt(now) != Regular {
			continue
		}
		if q, changed := p.followed(now); changed {
			x.quote(p, q, now, moved)
		}
	}
}

// followed is the market of a product that another prices; it has not changed
// when its quotes have not and nothing was traded.
func (p *Product) followed(now market.Nanos) (Quote, bool) {
	var q Quote
	switch {
	case p.Against != 0:
		q.Bid, q.Ask = p.reversed(p.lead.Top.Ask), p.reversed(p.lead.Top.Bid)
	case p.SecType == Option:
		q.Bid, q.Ask = p.optionQuote(now)
	default:
		q.Bid = max(p.Tick, (p.lead.leading(now) + p.offset).Round(p.Tick))
		q.Ask = q.Bid + p.Tick*market.Price(1+p.rng.Int64N(2))
	}
	first := p.Top.TsEvent == 0
	if dice := p.rng.Int64N(16); first || dice < 2 {
		q.Last, q.LastSize = q.Bid, p.contracts()
		if dice == 1 {
			q.Last = q.Ask
		}
	}
	if q.Bid == p.Top.Bid && q.Ask == p.Top.Ask && q.Last == 0 {
		return q, false
	}
	q.BidSize, q.AskSize = p.contracts(), p.contracts()
	return q, true
}

// leading is the price that further expiries follow.
func (p *Product) leading(now market.Nanos) market.Price {
	if p.Ended(now) {
		return market.Price(p.walk.mid) * p.Tick
	}
	return p.Top.Mid()
}

// reversed is what a contract is worth when the one it pays against is at px.
func (p *Product) reversed(px market.Price) market.Price { return p.Most + p.Tick - px }

func (p *Product) contracts() market.Qty { return market.Shares(1 + p.rng.Int64N(60)) }

// optionQuote is half a percent of the value on each side of it, a tick at
// least. A bid is one tick at least. Both rise with the value, so that the
// quotes of strikes and expiries keep its order.
func (p *Product) optionQuote(now market.Nanos) (bid, ask market.Price) {
	ticks := p.model.value(p.lead.Top.Mid().Float(), now) / p.Tick.Float()
	half := max(1, ticks/200)
	bid = max(1, market.Price(math.Floor(ticks-half)))
	ask = max(bid+1, market.Price(math.Ceil(ticks+half)))
	return bid * p.Tick, ask * p.Tick
}
