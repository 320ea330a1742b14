package rates

import (
	"github.com/shopspring/decimal"

	"gannet/market"
)

const usd = "USD"

var one = decimal.New(1, 0)

// money is market.MustMoney, for the tables.
func money(text string) market.Money { return market.MustMoney(text) }

// tier is the rate of what is traded in a month beyond a volume.
type tier struct{ beyond, rate market.Money }

// tiers are in rising order from 0. They are marginal: each part of a month's
// volume pays the rate of its own tier, as IBKR's pricing pages say.
type tiers []tier

// flat is one rate at any volume.
func flat(rate string) tiers { return tiers{{rate: money(rate)}} }

// steps reads pairs of volume and rate.
func steps(pairs ...string) tiers {
	var list tiers
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, tier{beyond: money(pairs[i]), rate: money(pairs[i+1])})
	}
	return list
}

// cost is what the volume between from and to pays, exact.
func (list tiers) cost(from, to market.Money) market.Money {
	sum := market.Money{}
	for i, one := range list {
		low, high := decimal.Max(from, one.beyond), to
		if i+1 < len(list) {
			high = decimal.Min(to, list[i+1].beyond)
		}
		if high.GreaterThan(low) {
			sum = sum.Add(high.Sub(low).Mul(one.rate))
		}
	}
	return sum
}

// tariff is the commission of an order.
type tariff struct {
	tiers    tiers
	byValue  bool         // units are money traded, in USD; else quantity
	ofValue  market.Money // commission as a part of the value instead of tiers
	least    market.Money // for an order
	most     market.Money // as a part of the order's value; 0 is no maximum
	currency string       // of the charge
}

// bound puts an order's commission between its minimum and its maximum. The
// maximum also holds where it is below the minimum: IBKR charges 1 % of the
// value for orders whose minimum would be more.
func (f *tariff) bound(raw, value market.Money) market.Money {
	fee := decimal.Max(raw.Add(f.ofValue.Mul(value)), f.least)
	if f.most.IsPositive() {
		fee = decimal.Min(fee, f.most.Mul(value))
	}
	return fee
}
