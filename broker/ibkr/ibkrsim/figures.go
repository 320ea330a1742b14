package ibkrsim

import (
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// The prices of longFigures.
const (
	longHigh = iota // of 52 weeks
	longLow
	ema20
	ema50
	ema100
	ema200
	longPrices
)

// longFigures are figures of many days. They take a while to be known, as at
// IBKR, and are made anew each day.
type longFigures struct {
	asked  bool
	day    int64 // for which they were made
	known  bool
	prices [longPrices]market.Price
	volume market.Qty // on average of 90 days
}

func (l *longFigures) get(which int) market.Price {
	if l == nil {
		return 0
	}
	return l.prices[which]
}

func (l *longFigures) volumeText() string {
	if l == nil {
		return ""
	}
	return web.Brief(l.volume)
}

// long are the long figures of a product, nil as long as they are not known.
func (s *Server) long(p *exchange.Product) *longFigures {
	l := s.stream.long[p.Conid]
	if l == nil {
		l = &longFigures{}
		s.stream.long[p.Conid] = l
	}
	if !l.asked {
		l.asked = true
		s.stream.wanted = append(s.stream.wanted, p)
	}
	if !l.known {
		return nil
	}
	return l
}

// reckon makes the long figures of one product that somebody has asked for: no
// more at a time, as going through the days takes long.
func (s *Server) reckon(now market.Nanos) {
	st := &s.stream
	if len(st.wanted) == 0 {
		return
	}
	p := st.wanted[0]
	st.wanted = st.wanted[1:]
	l := st.long[p.Conid]
	if day := int64(now / market.Day); !l.known || l.day != day {
		l.day, l.known = day, true
		l.reckon(p.History(exchange.Query{To: now + 1, Length: market.Day, Max: 500}), now)
		st.touch(p.Conid)
	}
	l.asked = false
}

func (l *longFigures) reckon(days []exchange.Bar, now market.Nanos) {
	l.prices, l.volume = [longPrices]market.Price{}, 0
	var volume market.Money
	counted := int64(0)
	for i := range days {
		b := &days[i]
		for which, span := range map[int]market.Price{ema20: 20, ema50: 50, ema100: 100, ema200: 200} {
			l.prices[which] = average(l.prices[which], b.Close, span)
		}
		if b.Start >= now-365*market.Day {
			l.prices[longHigh] = max(l.prices[longHigh], b.High)
			if l.prices[longLow] == 0 || b.Low < l.prices[longLow] {
				l.prices[longLow] = b.Low
			}
		}
		if i >= len(days)-90 {
			volume, counted = volume.Add(b.Volume.Decimal()), counted+1
		}
	}
	if counted > 0 {
		l.volume = market.Shares(volume.IntPart() / counted)
	}
	for which := ema20; which <= ema200; which++ {
		l.prices[which] = l.prices[which].Round(market.PriceScale / 100)
	}
}

// average moves an exponential average of so many days on by one.
func average(was, px, days market.Price) market.Price {
	if was == 0 {
		return px
	}
	return was + 2*(px-was)/(days+1)
}
