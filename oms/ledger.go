package oms

import "gannet/market"

type slot struct {
	strategy   market.StrategyID
	instrument market.InstrumentID
}

// ledger holds cash and positions: one per strategy and instrument, and the
// account's total per instrument.
type ledger struct {
	account     []market.Position // index InstrumentID
	strategies  []*market.Position
	bySlot      map[slot]*market.Position
	cash        market.Money
	cashKnown   bool
	instruments *market.Instruments
}

func newLedger(instruments *market.Instruments, account market.AccountID) ledger {
	l := ledger{
		account:     make([]market.Position, instruments.Len()+1),
		bySlot:      make(map[slot]*market.Position),
		instruments: instruments,
	}
	for i := range l.account {
		l.account[i].Account, l.account[i].Instrument = account, market.InstrumentID(i)
	}
	return l
}

// of returns the position of a strategy; the empty strategy's holds what the
// account has from outside.
func (l *ledger) of(strategy market.StrategyID, instrument market.InstrumentID) *market.Position {
	key := slot{strategy, instrument}
	p := l.bySlot[key]
	if p == nil {
		p = &market.Position{Strategy: strategy, Account: l.account[0].Account, Instrument: instrument}
		l.bySlot[key] = p
		l.strategies = append(l.strategies, p)
	}
	return p
}

// trade books a signed quantity at a price into strategy, account and cash.
func (l *ledger) trade(strategy market.StrategyID, instrument market.InstrumentID, q market.Qty, px market.Price, at market.Nanos) {
	multiplier := l.instruments.Get(instrument).Multiplier
	own, total := l.of(strategy, instrument), &l.account[instrument]
	own.Apply(q, px, multiplier)
	total.Apply(q, px, multiplier)
	own.TsEvent, total.TsEvent = at, at
	l.cash = l.cash.Sub(market.Notional(px, q, multiplier))
}

// fee books a commission.
func (l *ledger) fee(strategy market.StrategyID, instrument market.InstrumentID, fee market.Money) {
	own, total := l.of(strategy, instrument), &l.account[instrument]
	own.Fees, total.Fees = own.Fees.Add(fee), total.Fees.Add(fee)
	l.cash = l.cash.Sub(fee)
}

// reserve adds sign times an order's leaves to what works.
func (l *ledger) reserve(o *order, sign market.Qty) {
	left := o.leaves() * sign
	if left == 0 {
		return
	}
	own, total := l.of(o.Strategy, o.Instrument), &l.account[o.Instrument]
	if o.Side == market.Buy {
		own.WorkingBuy += left
		total.WorkingBuy += left
		return
	}
	own.WorkingSell += left
	total.WorkingSell += left
}
