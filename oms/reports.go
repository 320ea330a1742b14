package oms

import (
	"gannet/market"
)

// onReport takes the broker's word on an order.
func (d *Desk) onReport(r *market.ExecReport) {
	if r.Account != "" && r.Account != d.account {
		d.alert("FOREIGN_ACCOUNT", "report for account %s ignored, the desk trades %s", r.Account, d.account)
		return
	}
	o := d.book.find(r.ClientOrderID, r.VenueOrderID)
	if o != nil {
		d.book.identify(o, r.VenueOrderID)
	}
	switch r.ExecType {
	case market.ExecTrade:
		d.onTrade(o, r)
	case market.ExecTradeCorrect, market.ExecTradeCancel:
		d.onCorrection(o, r)
	case market.ExecCommission:
		d.onCommission(r)
	default:
		d.onStatus(o, r)
	}
}

// onStatus moves an order along the state machine.
func (d *Desk) onStatus(o *order, r *market.ExecReport) {
	if o == nil {
		d.adopt(r)
		return
	}
	to, ok := Next(o.Status, r.ExecType, o.CumQty, o.CumQty >= o.OrderQty)
	if !ok {
		d.halt(o.Instrument, "ILLEGAL_TRANSITION", "order %s is %s and was reported %s: %s",
			o.ClientOrderID, o.Status, r.ExecType, r.Text)
		return
	}
	if to == o.Status && r.ExecType != market.ExecReplaced && r.Text == "" {
		d.owedCancel(o)
		return
	}
	d.change(o, func() {
		o.Status, o.Text = to, r.Text
		if r.ExecType == market.ExecReplaced {
			d.replaced(o, r)
		}
	})
	d.owedCancel(o)
}

// replaced puts the changed ticket in force.
func (d *Desk) replaced(o *order, r *market.ExecReport) {
	switch {
	case r.Ticket != nil:
		keep := o.Instrument
		o.Ticket = *r.Ticket
		o.Instrument = keep
	case o.change != nil:
		o.Ticket = *o.change
	}
	if o.CumQty >= o.OrderQty && o.Working() {
		o.Status = market.Filled
	}
}

// owedCancel sends a cancel that had to wait until the broker had the order.
func (d *Desk) owedCancel(o *order) {
	if !o.cancel || !o.Working() || o.Status == market.Unknown || d.broker == nil || !d.broker.Ready {
		return
	}
	d.cancel(o)
}

// onTrade books an execution once, however often it is reported.
func (d *Desk) onTrade(o *order, r *market.ExecReport) {
	base, suffix := splitExecID(r.ExecID)
	if known := d.execs.byBase[base]; known != nil {
		switch {
		case known.earlier:
		case newer(suffix, known.suffix):
			d.correct(known, r, suffix)
		case r.CommissionKnown:
			d.settleCommission(known, r.Commission)
		}
		return
	}
	if r.ExecID == "" || r.LastQty <= 0 || r.LastPx < 0 || d.cfg.Instruments.Get(r.Instrument) == nil {
		d.alert("BAD_REPORT", "execution %q of %s at %s in instrument %d ignored", r.ExecID, r.LastQty, r.LastPx, r.Instrument)
		return
	}
	if o != nil && (o.Instrument != r.Instrument || o.Side != r.Side) {
		d.halt(r.Instrument, "MISMATCHED_FILL", "execution %s is %s %s, its order %s is %s %s: booked as external",
			r.ExecID, r.Side, d.name(r.Instrument), o.ClientOrderID, o.Side, d.name(o.Instrument))
		o = nil
	}
	x := &execution{order: o, suffix: suffix, fill: d.fillOf(o, r)}
	d.execs.add(base, x)
	d.fillOrder(o, r)
	d.bookFill(x, r)
}

// fillOf is an execution as it is booked and published.
func (d *Desk) fillOf(o *order, r *market.ExecReport) market.Fill {
	f := market.Fill{
		ExecID: r.ExecID, ClientOrderID: r.ClientOrderID, VenueOrderID: r.VenueOrderID, Account: d.account,
		Instrument: r.Instrument, Side: r.Side, Qty: r.LastQty, Price: r.LastPx, TsEvent: r.TsEvent,
	}
	if f.TsEvent == 0 {
		f.TsEvent = d.now
	}
	if o != nil {
		f.ClientOrderID, f.VenueOrderID, f.Strategy = o.ClientOrderID, o.VenueOrderID, o.Strategy
	}
	return f
}

// fillOrder adds an execution to its order.
func (d *Desk) fillOrder(o *order, r *market.ExecReport) {
	if o == nil {
		d.alert("EXTERNAL_FILL", "%s %s %s at %s (%s) is not of our orders", r.Side, r.LastQty, d.name(r.Instrument), r.LastPx, r.ExecID)
		return
	}
	cum := o.CumQty + r.LastQty
	if cum > o.OrderQty {
		d.halt(o.Instrument, "OVERFILL", "order %s for %s has fills of %s", o.ClientOrderID, o.OrderQty, cum)
	}
	to, ok := Next(o.Status, market.ExecTrade, cum, cum >= o.OrderQty)
	if !ok {
		d.halt(o.Instrument, "ILLEGAL_TRANSITION", "order %s is %s and has a fill of %s", o.ClientOrderID, o.Status, r.LastQty)
	}
	d.change(o, func() {
		o.CumQty = cum
		o.notional = o.notional.Add(market.Notional(r.LastPx, r.LastQty, 1))
		o.AvgPx = averagePx(o)
		o.Status = to
	})
	d.owedCancel(o)
}

func averagePx(o *order) market.Price {
	if o.CumQty == 0 {
		return 0
	}
	px, err := market.PriceFromDecimal(o.notional.DivRound(o.CumQty.Decimal(), market.MoneyDecimals))
	if err != nil {
		return 0
	}
	return px
}

// bookFill moves position and cash and publishes the fill.
func (d *Desk) bookFill(x *execution, r *market.ExecReport) {
	f := &x.fill
	d.ledger.trade(f.Strategy, f.Instrument, f.SignedQty(), f.Price, f.TsEvent)
	if r.CommissionKnown {
		f.Commission, x.commissionKnown = r.Commission, true
		d.ledger.fee(f.Strategy, f.Instrument, r.Commission)
	}
	d.counts.Fills++
	published := *f
	d.publish(&published)
	d.publishPosition(d.ledger.of(f.Strategy, f.Instrument))
}

func (d *Desk) onCommission(r *market.ExecReport) {
	base, _ := splitExecID(r.ExecID)
	if x := d.execs.byBase[base]; x != nil && !x.earlier {
		d.settleCommission(x, r.Commission)
	}
}

// settleCommission books what is new of an execution's commission.
func (d *Desk) settleCommission(x *execution, commission market.Money) {
	f := &x.fill
	if x.commissionKnown && f.Commission.Equal(commission) {
		return
	}
	d.ledger.fee(f.Strategy, f.Instrument, commission.Sub(f.Commission))
	f.Commission, x.commissionKnown = commission, true
	d.publishPosition(d.ledger.of(f.Strategy, f.Instrument))
}

// onCorrection takes a correction or a bust that the broker announces as such.
func (d *Desk) onCorrection(o *order, r *market.ExecReport) {
	base, suffix := splitExecID(r.ExecID)
	known := d.execs.byBase[base]
	switch {
	case known != nil && known.earlier:
	case known == nil && r.ExecType == market.ExecTradeCorrect:
		d.onTrade(o, r)
	case known == nil:
		d.alert("BAD_REPORT", "bust of execution %q, which is not known", r.ExecID)
	default:
		d.correct(known, r, suffix)
	}
}

// correct replaces an execution by what the broker now says it was; a bust is
// a correction to nothing. Nothing new is traded in the instrument until an
// operator has looked.
func (d *Desk) correct(x *execution, r *market.ExecReport, suffix string) {
	was := x.fill
	now := was
	now.ExecID, now.Side, now.Qty, now.Price = r.ExecID, r.Side, r.LastQty, r.LastPx
	if r.ExecType == market.ExecTradeCancel {
		now.Side, now.Qty, now.Price = was.Side, 0, was.Price
	}
	x.suffix = suffix
	if now.SignedQty() == was.SignedQty() && now.Price == was.Price {
		return
	}
	x.fill = now
	d.ledger.trade(was.Strategy, was.Instrument, -was.SignedQty(), was.Price, d.now)
	if now.Qty != 0 {
		d.ledger.trade(now.Strategy, now.Instrument, now.SignedQty(), now.Price, d.now)
	}
	if o := x.order; o != nil {
		d.change(o, func() {
			o.CumQty += now.Qty - was.Qty
			o.notional = o.notional.Sub(market.Notional(was.Price, was.Qty, 1)).Add(market.Notional(now.Price, now.Qty, 1))
			o.AvgPx = averagePx(o)
		})
	}
	d.halt(now.Instrument, "FILL_CORRECTED", "execution %s: %s %s at %s is now %s at %s", r.ExecID, was.Side, was.Qty, was.Price, now.Qty, now.Price)
	if r.CommissionKnown {
		d.settleCommission(x, r.Commission)
	}
	d.publishPosition(d.ledger.of(now.Strategy, now.Instrument))
}

// adopt takes in a working order that is not ours, so that it counts in risk
// and an operator can cancel it.
func (d *Desk) adopt(r *market.ExecReport) {
	if r.ExecType != market.ExecNew || r.Ticket == nil || d.cfg.Instruments.Get(r.Ticket.Instrument) == nil || r.VenueOrderID == "" {
		return
	}
	o := d.newOrder("", market.ClientOrderID("ext-"+r.VenueOrderID), *r.Ticket)
	if d.book.byID[o.ClientOrderID] != nil {
		return
	}
	o.Status, o.VenueOrderID, o.external, o.sent = market.Submitted, r.VenueOrderID, true, true
	o.CumQty = min(r.CumQty, o.OrderQty)
	o.LeavesQty = o.OrderQty - o.CumQty
	d.book.add(o)
	d.ledger.reserve(o, 1)
	d.publishOrder(o)
	d.alert("EXTERNAL_ORDER", "%s %s %s (%s) works at the broker and is not ours", o.Side, o.OrderQty, d.name(o.Instrument), r.VenueOrderID)
}
