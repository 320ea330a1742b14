package oms

import (
	"gannet/market"
	"gannet/risk"
)

// Counts returns what the desk has done.
func (d *Desk) Counts() Counts { return d.counts }

// Working is the number of open orders, Unknown ones included.
func (d *Desk) Working() int { return d.book.working }

// UnknownOrders is the number of orders whose fate is not known.
func (d *Desk) UnknownOrders() int {
	n := 0
	d.book.eachOpen(func(o *order) {
		if o.Status == market.Unknown {
			n++
		}
	})
	return n
}

// Order returns an order by our id or the venue's.
func (d *Desk) Order(id market.ClientOrderID) (market.Order, bool) {
	o := d.book.find(id, string(id))
	if o == nil {
		return market.Order{}, false
	}
	return o.Order, true
}

// Orders appends every order in the order of its arrival.
func (d *Desk) Orders(dst []market.Order) []market.Order {
	for _, o := range d.book.all {
		dst = append(dst, o.Order)
	}
	return dst
}

// Fills appends every execution in the order in which it was booked, with its
// corrections and the commission as far as it is known.
func (d *Desk) Fills(dst []market.Fill) []market.Fill {
	for _, x := range d.execs.list {
		if !x.earlier {
			dst = append(dst, x.fill)
		}
	}
	return dst
}

// Positions appends the strategies' positions that are or were held, in the
// order in which they were first touched. The account's own are AccountPosition.
func (d *Desk) Positions(dst []market.Position) []market.Position {
	for _, p := range d.ledger.strategies {
		dst = append(dst, *p)
	}
	return dst
}

// AccountPosition is the account's total in an instrument.
func (d *Desk) AccountPosition(id market.InstrumentID) market.Position { return d.ledger.account[id] }

// Quote is the last tick of an instrument.
func (d *Desk) Quote(id market.InstrumentID) market.Tick { return d.quotes[id] }

// Cash is the account's cash, and false while the broker has not told it.
func (d *Desk) Cash() (market.Money, bool) { return d.ledger.cash, d.ledger.cashKnown }

// Equity is cash plus every holding of the account at its last price.
func (d *Desk) Equity() market.Money {
	total := d.ledger.cash
	for i := range d.cfg.Instruments.All() {
		instrument := &d.cfg.Instruments.All()[i]
		p := &d.ledger.account[instrument.ID]
		if p.Qty != 0 {
			total = total.Add(market.Notional(d.quotes[instrument.ID].Mark(), p.Qty, instrument.Multiplier))
		}
	}
	return total
}

// States are the trading states in force.
func (d *Desk) States() []risk.ScopedState { return d.states.List() }

// Broker is the last known state of the broker's session.
func (d *Desk) Broker() market.BrokerState {
	if d.broker == nil {
		return market.BrokerState{Name: "Disconnected"}
	}
	return *d.broker
}

// Breaks are what differed from the broker when last compared.
func (d *Desk) Breaks() []string { return d.recon.breaks }

// Hash folds the desk's state into one number: orders, executions, positions,
// cash and trading states. Two desks that took the same events have the same.
func (d *Desk) Hash() uint64 {
	var h market.Digest
	for _, o := range d.book.all {
		hashOrder(&h, o)
	}
	for _, x := range d.execs.list {
		h.Text(x.suffix)
		h.Word(uint64(x.fill.SignedQty()))
		h.Word(uint64(x.fill.Price))
		h.Money(x.fill.Commission)
	}
	for _, p := range d.ledger.strategies {
		h.Text(string(p.Strategy))
		h.Word(uint64(p.Instrument))
		h.Word(uint64(p.Qty))
		h.Word(uint64(p.WorkingBuy))
		h.Word(uint64(p.WorkingSell))
		h.Money(p.Cost)
		h.Money(p.RealizedPnL)
		h.Money(p.Fees)
	}
	h.Money(d.ledger.cash)
	for _, s := range d.states.List() {
		h.Text(string(s.Scope.Strategy))
		h.Word(uint64(s.Scope.Instrument)<<8 | uint64(s.State))
	}
	for i := range d.quotes {
		h.Quote(&d.quotes[i])
	}
	return uint64(h)
}

func hashOrder(h *market.Digest, o *order) {
	h.Text(string(o.ClientOrderID))
	h.Text(o.VenueOrderID)
	h.Word(uint64(o.Status)<<32 | uint64(o.Side)<<16 | uint64(o.Type)<<8 | uint64(o.TimeInForce))
	h.Word(uint64(o.OrderQty))
	h.Word(uint64(o.CumQty))
	h.Word(uint64(o.LeavesQty))
	h.Word(uint64(o.AvgPx))
	h.Word(uint64(o.Price))
	h.Word(uint64(o.StopPx))
}
