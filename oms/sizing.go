package oms

import "gannet/market"

// SizeInput is what a target weight is turned into a quantity from.
type SizeInput struct {
	Instrument *market.Instrument
	Weight     market.Money // 1 is all of the equity
	Equity     market.Money // cash plus all holdings at their last price
	Held       market.Qty   // signed; by the strategy, working orders included
	Price      market.Price // last trade, or the middle of the quote
}

// WholeLots buys as many whole lots as the weight of the equity pays for at
// the last price, rounded toward zero. It returns the signed change.
func WholeLots(in SizeInput) market.Qty {
	if in.Price <= 0 || in.Equity.Sign() <= 0 {
		return 0
	}
	unit := market.Notional(in.Price, market.Shares(1), in.Instrument.Multiplier)
	want := in.Weight.Mul(in.Equity).DivRound(unit, market.MoneyDecimals)
	q, err := market.QtyFromDecimal(want.Truncate(8))
	if err != nil {
		return 0
	}
	lot := in.Instrument.LotSize
	if lot <= 0 {
		lot = market.Shares(1)
	}
	return q.FloorLot(lot) - in.Held
}

func (d *Desk) weightChange(s *market.Signal) market.Qty {
	instrument := d.cfg.Instruments.Get(s.Ticket.Instrument)
	if instrument == nil {
		return 0
	}
	return d.cfg.SizeWeight(SizeInput{
		Instrument: instrument, Weight: s.TargetWeight, Equity: d.Equity(),
		Held: d.committed(s), Price: d.quotes[instrument.ID].Mark(),
	})
}
