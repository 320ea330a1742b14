package venue

import "gannet/market"

// SizeInput is what a target weight is turned into a size from.
type SizeInput struct {
	Weight     market.Money // 1 is all of the equity, -1 all of it short
	Equity     market.Money // of the account: cash and all holdings at Price
	Held       market.Qty   // signed, of this instrument
	Price      market.Price // the last trade
	Multiplier int64        // 0 counts as 1
	Lot        market.Qty   // 0 counts as one share
}

// sizing is a rule for target weights.
type sizing struct {
	use    market.Money // the part of the equity that is put to use
	ignore market.Money // changes below this part of the equity are left
}

// delta is the signed quantity to trade. The target is rounded toward zero to
// whole lots and lowered until it also pays for the fee of getting there.
func (s sizing) delta(in SizeInput, fee feePlan) market.Qty {
	if in.Weight.IsZero() {
		return -in.Held
	}
	unit := market.Notional(in.Price, market.Shares(1), in.Multiplier)
	part := in.Weight.Mul(s.use)
	goal := part.Mul(in.Equity)
	gap := goal.Sub(unit.Mul(in.Held.Decimal())).Abs()
	if in.Price <= 0 || !in.Equity.IsPositive() || gap.LessThan(s.ignore.Mul(in.Equity)) {
		return 0
	}
	for {
		target, ok := in.whole(goal, unit)
		if !ok {
			return 0
		}
		q, err := target.Add(-in.Held)
		if err != nil || q == 0 {
			return 0
		}
		net := in.Equity.Sub(fee.of(q.Abs(), unit.Mul(q.Decimal())))
		if !net.IsPositive() {
			return 0
		}
		goal = part.Mul(net)
		if unit.Mul(target.Decimal()).Abs().LessThanOrEqual(goal.Abs()) {
			return q
		}
	}
}

// whole is goal / unit, rounded toward zero to whole lots.
func (in *SizeInput) whole(goal, unit market.Money) (market.Qty, bool) {
	lot := in.Lot
	if lot <= 0 {
		lot = market.Shares(1)
	}
	lots, _ := goal.QuoRem(unit.Mul(lot.Decimal()), 0)
	q, err := market.QtyFromDecimal(lots.Mul(lot.Decimal()))
	return q, err == nil
}
