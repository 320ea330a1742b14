package market

// Position is a holding at average cost. The strategy is empty for the
// account's own total.
//
// Cost is the exact money paid for what is held (negative when short),
// without fees. Reducing a position takes Cost*closed/held off it, rounded
// half away from zero at MoneyDecimals; closing it takes all that is left, so no
// rounding is ever lost: the sum of RealizedPnL - Cost over time is exactly
// the cash that fills moved.
type Position struct {
	Strategy    StrategyID
	Account     AccountID
	Instrument  InstrumentID
	Qty         Qty // signed
	Cost        Money
	RealizedPnL Money // without fees
	Fees        Money
	WorkingBuy  Qty // open orders of this strategy, Unknown ones included
	WorkingSell Qty
	TsEvent     Nanos
}

// Idle is true when nothing is held and nothing works.
func (p Position) Idle() bool { return p.Qty == 0 && p.WorkingBuy == 0 && p.WorkingSell == 0 }

// AvgPx is the average cost of one unit, rounded to 1e-9; 0 when flat.
func (p *Position) AvgPx(multiplier int64) Price {
	if p.Qty == 0 {
		return 0
	}
	per := p.Cost.DivRound(p.Qty.Decimal().Mul(multiplierOf(multiplier)), MoneyDecimals)
	px, err := PriceFromDecimal(per)
	if err != nil {
		return 0
	}
	return px
}

// UnrealizedPnL is what closing at mark would realize, without fees.
func (p *Position) UnrealizedPnL(mark Price, multiplier int64) Money {
	return Notional(mark, p.Qty, multiplier).Sub(p.Cost)
}

// Apply books a trade of q (signed) at px. A trade that flips the position
// through zero is booked as a close and an opening.
func (p *Position) Apply(q Qty, px Price, multiplier int64) {
	if p.Qty != 0 && p.Qty.Sign() != q.Sign() {
		closed := min(q.Abs(), p.Qty.Abs()) * Qty(q.Sign())
		p.reduce(closed, px, multiplier)
		q -= closed
	}
	if q != 0 {
		p.Cost = p.Cost.Add(Notional(px, q, multiplier))
		p.Qty += q
	}
}

// reduce closes part or all of the position; q has the opposite sign.
func (p *Position) reduce(q Qty, px Price, multiplier int64) {
	cost := p.Cost
	if q != -p.Qty {
		share := p.Cost.Mul(q.Abs().Decimal())
		cost = share.DivRound(p.Qty.Abs().Decimal(), MoneyDecimals)
	}
	proceeds := Notional(px, -q, multiplier) // positive when a long is sold
	p.RealizedPnL = p.RealizedPnL.Add(proceeds.Sub(cost))
	p.Cost = p.Cost.Sub(cost)
	p.Qty += q
}

func multiplierOf(m int64) Money { return Shares(max(m, 1)).Decimal() }
