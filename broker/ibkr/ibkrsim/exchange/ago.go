package exchange

import "gannet/market"

// Of an option's past there are 30 days, with a trade every half hour.
const (
	optionDays = 30
	optionStep = 30 * market.Minute
)

// before is the past of a product or of what prices it, nil when it has none.
func (p *Product) before() *past {
	if p.lead != nil {
		return p.lead.past
	}
	return p.past
}

// ages is how many trading days of the past there are.
func (p *Product) ages() int {
	h := p.before()
	switch {
	case h == nil:
		return 0
	case p.SecType == Option && p.Against == 0:
		return min(optionDays, len(h.windows))
	}
	return len(h.windows)
}

// ago calls with for each minute of the d-th day before the market began, in
// order, until it returns false.
func (p *Product) ago(d int, with func(b Bar, regular bool) bool) {
	h := p.before()
	w, bars := &h.windows[d], h.minutes(d)
	for i := range bars {
		one, regular := bars[i], w.isRegular(bars[i].Start)
		switch {
		case p.lead == nil:
		case p.Against != 0:
			one.Open, one.High, one.Low, one.Close = p.reversed(one.Open), p.reversed(one.Low), p.reversed(one.High), p.reversed(one.Close)
		case p.SecType != Option:
			one.Open, one.High, one.Low, one.Close = one.Open+p.offset, one.High+p.offset, one.Low+p.offset, one.Close+p.offset
		case !regular || (one.Start+market.Nanos(p.Conid%30)*market.Minute)%optionStep != 0:
			continue
		default:
			one = p.priced(one)
		}
		if !with(one, regular) {
			return
		}
	}
}

// priced turns a bar of the underlying into one of the option: a put is low
// where that is high.
func (p *Product) priced(b Bar) Bar {
	for _, price := range []*market.Price{&b.Open, &b.High, &b.Low, &b.Close} {
		*price = p.model.price(*price, b.Start, p.Tick)
	}
	b.High, b.Low = max(b.High, b.Low), min(b.High, b.Low)
	b.Volume = market.Shares(1 + int64(b.Volume/market.QtyScale)%60)
	return b
}

// source turns an invented bar of trades into one of quotes, a tick away.
func (p *Product) source(b Bar, source Source) Bar {
	var away market.Price
	switch source {
	case Trades:
		return b
	case Bids:
		away = -p.Tick
	case Asks:
		away = p.Tick
	}
	for _, price := range []*market.Price{&b.Open, &b.High, &b.Low, &b.Close} {
		*price = max(p.Tick, *price+away)
	}
	b.Volume = 0
	return b
}

// gather makes a day of the past into the bars of a day.
func (p *Product) gather(d int) dayBars {
	var all dayBars
	p.ago(d, func(b Bar, regular bool) bool {
		all.all.trade(&b)
		if regular {
			all.regular.trade(&b)
		}
		return true
	})
	for _, s := range []*span{&all.all, &all.regular} {
		for source := range sources {
			if s.start != 0 {
				s.bars[source] = p.source(s.bars[Trades], source)
			}
		}
	}
	return all
}

// begin is the first moment of a market: the newest day of the past is the day
// so far.
func (p *Product) begin() {
	if p.ages() == 0 {
		return
	}
	h := p.before()
	p.day = h.windows[0].open
	p.streamed.today = p.gather(0)
	if b := p.streamed.today.all.bars[Trades]; b.Open > 0 {
		p.Open, p.High, p.Low, p.Volume = b.Open, b.High, b.Low, b.Volume
	}
	if b := p.streamed.today.regular.bars[Trades]; b.Open > 0 {
		p.Open, p.opened = b.Open, true
	}
	p.settle = p.Price
}

// closeOf is the last price of regular hours of the d-th day of the past, 0
// when there is none.
func (p *Product) closeOf(d int) market.Price {
	var last market.Price
	if d < p.ages() {
		p.ago(d, func(b Bar, regular bool) bool {
			if regular {
				last = b.Close
			}
			return true
		})
	}
	return last
}
