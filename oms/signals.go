package oms

import (
	"gannet/market"
	"gannet/risk"
)

// onSignal turns what a strategy wants into an order, a cancel or a change.
// At least one Order event with the signal's id (for a cancel or a change,
// with the original order's id) is always published.
func (d *Desk) onSignal(s *market.Signal) {
	d.counts.Signals++
	_, duplicate := d.intents[s.ID]
	if duplicate {
		d.repeat(s)
		return
	}
	d.intents[s.ID] = struct{}{}
	switch s.Kind {
	case market.SignalOrder:
		d.submit(s, s.Ticket)
	case market.SignalTarget:
		d.target(s, s.TargetQty-d.committed(s))
	case market.SignalWeight:
		d.target(s, d.weightChange(s))
	case market.SignalCancel:
		d.cancelSignal(s)
	case market.SignalReplace:
		d.replace(s)
	default:
		d.alert("BAD_SIGNAL", "strategy %s sent a signal of kind %d", s.Strategy, s.Kind)
	}
}

// repeat answers an intent that was taken before with where its order stands.
func (d *Desk) repeat(s *market.Signal) {
	d.alert(string(risk.DuplicateIntent), "strategy %s: intent %s was taken before", s.Strategy, s.ID)
	if o := d.book.find(s.ID, ""); o != nil {
		d.publishOrder(o)
	}
}

// committed is what the strategy holds and has on the way, in the signal's
// instrument.
func (d *Desk) committed(s *market.Signal) market.Qty {
	p := d.ledger.of(s.Strategy, s.Ticket.Instrument)
	return p.Qty + p.WorkingBuy - p.WorkingSell
}

// target sends a market order for a signed change of quantity.
func (d *Desk) target(s *market.Signal, change market.Qty) {
	t := market.BuyMarket(s.Ticket.Instrument, change)
	if change < 0 {
		t = market.SellMarket(s.Ticket.Instrument, -change)
	}
	if change == 0 {
		d.deny(d.newOrder(s.Strategy, s.ID, t), risk.Denial{Code: risk.NothingToDo, Text: "the target is already held or on its way"})
		return
	}
	d.submit(s, t)
}

func (d *Desk) submit(s *market.Signal, t market.Ticket) {
	o := d.newOrder(s.Strategy, s.ID, t)
	if denial := d.judge(o, true); denial.Denied() {
		d.deny(o, denial)
		return
	}
	d.send(o)
}

func (d *Desk) newOrder(strategy market.StrategyID, id market.ClientOrderID, t market.Ticket) *order {
	return &order{Order: market.Order{
		Ticket: t, ClientOrderID: id, Strategy: strategy, Account: d.account,
		Status: market.PendingSubmit, LeavesQty: t.OrderQty, TsInit: d.now, TsEvent: d.now,
	}}
}

// deny keeps a refused order, so that its intent is never taken again, and
// tells the strategy. It never reaches the broker.
func (d *Desk) deny(o *order, denial risk.Denial) {
	o.Status, o.LeavesQty, o.Text = market.Denied, 0, denial.String()
	if d.cfg.Instruments.Get(o.Instrument) == nil {
		o.Instrument = 0
	}
	d.book.add(o)
	d.counts.Denied++
	d.publishOrder(o)
}

func (d *Desk) send(o *order) {
	d.book.add(o)
	d.ledger.reserve(o, 1)
	d.rate.Add(d.now)
	d.counts.Submitted++
	d.publishOrder(o)
	d.request(RequestSubmit, o)
}

// judge runs the risk gate over an order that is not in the book yet, or whose
// own reservation is taken off. A new order's id must not be in the book.
func (d *Desk) judge(o *order, isNew bool) risk.Denial {
	v := risk.View{
		Now: d.now, Order: &o.Order, Instrument: d.cfg.Instruments.Get(o.Instrument),
		Broker: d.broker, Reconciled: d.recon.done, OperatorFlatten: o.flatten,
		SubmitsInSecond: d.rate.Count(d.now, market.Second),
		SubmitsInMinute: d.rate.Count(d.now, market.Minute),
		Duplicate:       isNew && d.book.byID[o.ClientOrderID] != nil,
	}
	v.State, v.StateReason = d.states.For(o.Strategy, o.Instrument)
	if v.Instrument != nil {
		p := &d.ledger.account[o.Instrument]
		v.Quote = &d.quotes[o.Instrument]
		v.Position, v.WorkingBuy, v.WorkingSell = p.Qty, p.WorkingBuy, p.WorkingSell
	}
	return d.cfg.Gate.Check(&v)
}

func (d *Desk) cancelSignal(s *market.Signal) {
	o := d.book.find(s.OrigClientOrderID, "")
	if o == nil || o.Strategy != s.Strategy {
		d.alert(string(risk.OrderNotWorking), "strategy %s: cancel of %s: it has no such order", s.Strategy, s.OrigClientOrderID)
		return
	}
	d.cancel(o)
}

// cancel asks the broker to cancel a working order. An order whose fate is
// unknown is canceled as soon as the broker is known to have it.
func (d *Desk) cancel(o *order) {
	if !o.Working() {
		d.publishOrder(o)
		return
	}
	v := risk.View{Now: d.now, Order: &o.Order, Broker: d.broker}
	if denial := d.cfg.Gate.CheckCancel(&v); denial.Denied() {
		o.cancel = true
		d.alert(string(denial.Code), "cancel of %s waits for the broker: %s", o.ClientOrderID, denial.Text)
		d.publishOrder(o)
		return
	}
	if o.Status == market.Unknown && o.VenueOrderID == "" {
		o.cancel = true
		d.publishOrder(o)
		return
	}
	o.cancel, o.asked = false, d.now
	if o.Status != market.Unknown {
		d.change(o, func() { o.Status = market.PendingCancel })
	}
	d.request(RequestCancel, o)
}

// replace asks the broker to change a working order. The new ticket passes
// the risk gate as if the old one were gone.
func (d *Desk) replace(s *market.Signal) {
	o := d.book.find(s.OrigClientOrderID, "")
	if o == nil || o.Strategy != s.Strategy {
		d.alert(string(risk.OrderNotWorking), "strategy %s: change of %s: it has no such order", s.Strategy, s.OrigClientOrderID)
		return
	}
	if denial := d.judgeReplace(o, s.Ticket); denial.Denied() {
		d.counts.Denied++
		d.change(o, func() { o.Text = "change refused: " + denial.String() })
		return
	}
	changed := *o
	changed.Ticket = s.Ticket
	o.asked = d.now
	d.change(o, func() {
		o.Status = market.PendingReplace
		ticket := s.Ticket
		o.change = &ticket
	})
	d.rate.Add(d.now)
	d.request(RequestReplace, &changed)
}

func (d *Desk) judgeReplace(o *order, t market.Ticket) risk.Denial {
	switch {
	case o.Status != market.Submitted && o.Status != market.PartiallyFilled:
		return risk.Denial{Code: risk.OrderNotWorking, Text: "order is " + o.Status.String()}
	case t.Instrument != o.Instrument || t.Side != o.Side || t.Type != o.Type:
		return risk.Denial{Code: risk.UnsupportedOrder, Text: "instrument, side and type of an order cannot change"}
	case t.OrderQty <= o.CumQty:
		return risk.Denial{Code: risk.QtyInvalid, Text: "quantity " + t.OrderQty.String() + " is not over the filled " + o.CumQty.String()}
	}
	d.ledger.reserve(o, -1)
	defer d.ledger.reserve(o, 1)
	probe := *o
	probe.Ticket = t
	probe.OrderQty -= o.CumQty
	return d.judge(&probe, false)
}
