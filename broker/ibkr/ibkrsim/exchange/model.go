package exchange

import (
	"math"

	"gannet/market"
)

// year is the time in which a volatility is reached.
const year = 365 * market.Day

// model is what an option is worth by Black and Scholes without interest and
// dividends, so that puts and calls of one strike differ by exactly what the
// strike is in the money. It counts in floats: it is a view of the market, and
// what is quoted of it is rounded to ticks.
type model struct {
	strike, volatility float64 // volatility of a year, 0.16
	call               bool
	ends               market.Nanos
}

func newModel(i *Instrument, ends market.Nanos) model {
	return model{strike: i.Strike.Float(), volatility: float64(i.Volatility) / 10_000, call: i.Right == "C", ends: ends}
}

// deviation is the volatility of the time that is left.
func (m *model) deviation(now market.Nanos) float64 {
	left := max(0, float64(m.ends-now)/float64(year))
	return m.volatility * math.Sqrt(left)
}

func (m *model) value(spot float64, now market.Nanos) float64 {
	sd := m.deviation(now)
	if sd == 0 || spot <= 0 {
		return m.intrinsic(spot)
	}
	d1 := math.Log(spot/m.strike)/sd + sd/2
	worth := spot*normal(d1) - m.strike*normal(d1-sd)
	if !m.call {
		worth += m.strike - spot
	}
	return max(worth, m.intrinsic(spot))
}

func (m *model) intrinsic(spot float64) float64 {
	if m.call {
		return max(0, spot-m.strike)
	}
	return max(0, m.strike-spot)
}

// price is the value on the nearest tick, one at least.
func (m *model) price(spot market.Price, now market.Nanos, tick market.Price) market.Price {
	return max(1, market.Price(math.Round(m.value(spot.Float(), now)/tick.Float()))) * tick
}

// normal is the normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// Greeks are how an option's value answers to the market: Delta per unit of the
// underlying's price, Gamma delta per unit, Vega per percent of volatility,
// Theta per day. Volatility is what its price implies, of a year: 0.16.
type Greeks struct {
	Delta, Gamma, Vega, Theta, Volatility float64
}

// Greeks are those of an option at the market of its underlying. It is false
// for anything else, and for an option that has ended.
func (p *Product) Greeks(now market.Nanos) (Greeks, bool) {
	if p.SecType != Option || p.lead == nil || p.Against != 0 || p.lead.Mark() <= 0 || now >= p.ends {
		return Greeks{}, false
	}
	m, spot := &p.model, p.lead.Mark().Float()
	sd := m.deviation(now)
	d1 := math.Log(spot/m.strike)/sd + sd/2
	left := float64(m.ends-now) / float64(year)
	density := math.Exp(-d1*d1/2) / math.Sqrt(2*math.Pi)
	g := Greeks{Delta: normal(d1), Gamma: density / (spot * sd), Vega: spot * density * math.Sqrt(left) / 100,
		Theta: -spot * density * m.volatility / (2 * math.Sqrt(left)) / 365, Volatility: m.volatility}
	if !m.call {
		g.Delta--
	}
	return g, true
}
