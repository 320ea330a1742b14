package venue

import "gannet/market"

// feePlan is a commission by quantity with a floor and a cap. All of it
// counts per order, over all its fills.
type feePlan struct {
	perUnit  market.Money // for one share
	least    market.Money // for an order
	most     market.Money // as a part of the order's traded value
	capFloor bool         // the cap also holds where it is below the floor
}

// of is the total fee of an order that traded q for value.
func (f feePlan) of(q market.Qty, value market.Money) market.Money {
	if q == 0 {
		return market.Money{}
	}
	fee, most := f.perUnit.Mul(q.Decimal()), f.most.Mul(value.Abs())
	if fee.LessThan(f.least) {
		fee = f.least
		if !f.capFloor {
			return fee
		}
	}
	if fee.GreaterThan(most) {
		return most
	}
	return fee
}
