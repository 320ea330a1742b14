package wire

import (
	"errors"

	"gannet/market"
)

type ticketBody struct {
	Instrument  string             `json:"instrument,omitempty"`
	Side        market.Side        `json:"side,omitempty"`
	Type        market.OrdType     `json:"type,omitempty"`
	TimeInForce market.TimeInForce `json:"time_in_force,omitempty"`
	OrderQty    market.Qty         `json:"order_qty,omitempty"`
	Price       market.Price       `json:"price,omitempty"`
	StopPx      market.Price       `json:"stop_px,omitempty"`
	TrailAmt    market.Price       `json:"trail_amt,omitempty"`
	ExpireTime  market.Nanos       `json:"expire_time,omitempty"`
	OutsideRTH  bool               `json:"outside_rth,omitempty"`
}

func (l *lookup) ticket(t *market.Ticket) ticketBody {
	return ticketBody{
		l.name(t.Instrument), known(l, t.Side), known(l, t.Type), known(l, t.TimeInForce),
		t.OrderQty, t.Price, t.StopPx, t.TrailAmt, t.ExpireTime, t.OutsideRTH,
	}
}

func (b *ticketBody) ticket(l *lookup) market.Ticket {
	return market.Ticket{
		Instrument: l.id(b.Instrument), Side: b.Side, Type: b.Type, TimeInForce: b.TimeInForce,
		OrderQty: b.OrderQty, Price: b.Price, StopPx: b.StopPx, TrailAmt: b.TrailAmt,
		ExpireTime: b.ExpireTime, OutsideRTH: b.OutsideRTH,
	}
}

// signalBody always holds the target of a Target or Weight signal: one that
// is left out by mistake must not read as "sell everything".
type signalBody struct {
	Kind              market.SignalKind    `json:"kind,omitempty"`
	ID                market.ClientOrderID `json:"id,omitempty"`
	Strategy          market.StrategyID    `json:"strategy,omitempty"`
	Ticket            ticketBody           `json:"ticket,omitzero"`
	OrigClientOrderID market.ClientOrderID `json:"orig_client_order_id,omitempty"`
	TargetQty         *market.Qty          `json:"target_qty,omitempty"`
	TargetWeight      *money               `json:"target_weight,omitempty"`
	TsEvent           market.Nanos         `json:"ts_event,omitempty"`
}

func (l *lookup) signal(s *market.Signal) body {
	b := &signalBody{
		Kind: known(l, s.Kind), ID: s.ID, Strategy: s.Strategy, Ticket: l.ticket(&s.Ticket),
		OrigClientOrderID: s.OrigClientOrderID, TsEvent: s.TsEvent,
	}
	if s.Kind == 0 {
		l.fail(errors.New("kind is missing"))
	}
	if s.Kind == market.SignalTarget || s.TargetQty != 0 {
		b.TargetQty = &s.TargetQty
	}
	if s.Kind == market.SignalWeight || !s.TargetWeight.IsZero() {
		b.TargetWeight = (*money)(&s.TargetWeight)
	}
	return b
}

func (b *signalBody) market(l *lookup, _ *Scratch) market.Body {
	s := &market.Signal{
		Kind: b.Kind, ID: b.ID, Strategy: b.Strategy, Ticket: b.Ticket.ticket(l),
		OrigClientOrderID: b.OrigClientOrderID, TsEvent: b.TsEvent,
	}
	switch {
	case b.Kind == 0:
		l.fail(errors.New("kind is missing"))
	case b.Kind == market.SignalTarget && b.TargetQty == nil:
		l.fail(errors.New("target_qty is missing"))
	case b.Kind == market.SignalWeight && b.TargetWeight == nil:
		l.fail(errors.New("target_weight is missing"))
	}
	if b.TargetQty != nil {
		s.TargetQty = *b.TargetQty
	}
	if b.TargetWeight != nil {
		s.TargetWeight = market.Money(*b.TargetWeight)
	}
	return s
}

type reportBody struct {
	ExecType        market.ExecType      `json:"exec_type,omitempty"`
	ClientOrderID   market.ClientOrderID `json:"client_order_id,omitempty"`
	VenueOrderID    string               `json:"venue_order_id,omitempty"`
	ExecID          string               `json:"exec_id,omitempty"`
	Account         market.AccountID     `json:"account,omitempty"`
	Instrument      string               `json:"instrument,omitempty"`
	Side            market.Side          `json:"side,omitempty"`
	LastQty         market.Qty           `json:"last_qty,omitempty"`
	LastPx          market.Price         `json:"last_px,omitempty"`
	CumQty          market.Qty           `json:"cum_qty,omitempty"`
	Commission      money                `json:"commission,omitzero"`
	CommissionKnown bool                 `json:"commission_known,omitempty"`
	Text            string               `json:"text,omitempty"`
	Ticket          *ticketBody          `json:"ticket,omitempty"`
	TsEvent         market.Nanos         `json:"ts_event,omitempty"`
}

func (l *lookup) report(r *market.ExecReport) reportBody {
	b := reportBody{
		known(l, r.ExecType), r.ClientOrderID, r.VenueOrderID, r.ExecID, r.Account,
		l.name(r.Instrument), known(l, r.Side), r.LastQty, r.LastPx, r.CumQty,
		money(r.Commission), r.CommissionKnown, r.Text, nil, r.TsEvent,
	}
	if r.Ticket != nil {
		ticket := l.ticket(r.Ticket)
		b.Ticket = &ticket
	}
	return b
}

func (b *reportBody) market(l *lookup, _ *Scratch) market.Body { return b.report(l) }

func (b *reportBody) report(l *lookup) *market.ExecReport {
	r := &market.ExecReport{
		ExecType: b.ExecType, ClientOrderID: b.ClientOrderID, VenueOrderID: b.VenueOrderID,
		ExecID: b.ExecID, Account: b.Account, Instrument: l.id(b.Instrument), Side: b.Side,
		LastQty: b.LastQty, LastPx: b.LastPx, CumQty: b.CumQty, Commission: market.Money(b.Commission),
		CommissionKnown: b.CommissionKnown, Text: b.Text, TsEvent: b.TsEvent,
	}
	if b.Ticket != nil {
		ticket := b.Ticket.ticket(l)
		r.Ticket = &ticket
	}
	return r
}

type orderBody struct {
	Ticket        ticketBody           `json:"ticket,omitzero"`
	ClientOrderID market.ClientOrderID `json:"client_order_id,omitempty"`
	VenueOrderID  string               `json:"venue_order_id,omitempty"`
	Strategy      market.StrategyID    `json:"strategy,omitempty"`
	Account       market.AccountID     `json:"account,omitempty"`
	Status        market.OrdStatus     `json:"status,omitempty"`
	CumQty        market.Qty           `json:"cum_qty,omitempty"`
	LeavesQty     market.Qty           `json:"leaves_qty,omitempty"`
	AvgPx         market.Price         `json:"avg_px,omitempty"`
	Text          string               `json:"text,omitempty"`
	TsInit        market.Nanos         `json:"ts_init,omitempty"`
	TsEvent       market.Nanos         `json:"ts_event,omitempty"`
}

func (l *lookup) order(o *market.Order) orderBody {
	return orderBody{
		l.ticket(&o.Ticket), o.ClientOrderID, o.VenueOrderID, o.Strategy, o.Account, known(l, o.Status),
		o.CumQty, o.LeavesQty, o.AvgPx, o.Text, o.TsInit, o.TsEvent,
	}
}

func (b *orderBody) market(l *lookup, _ *Scratch) market.Body { return b.order(l) }

func (b *orderBody) order(l *lookup) *market.Order {
	return &market.Order{
		Ticket: b.Ticket.ticket(l), ClientOrderID: b.ClientOrderID, VenueOrderID: b.VenueOrderID,
		Strategy: b.Strategy, Account: b.Account, Status: b.Status, CumQty: b.CumQty,
		LeavesQty: b.LeavesQty, AvgPx: b.AvgPx, Text: b.Text, TsInit: b.TsInit, TsEvent: b.TsEvent,
	}
}

type fillBody struct {
	ExecID        string               `json:"exec_id,omitempty"`
	ClientOrderID market.ClientOrderID `json:"client_order_id,omitempty"`
	VenueOrderID  string               `json:"venue_order_id,omitempty"`
	Strategy      market.StrategyID    `json:"strategy,omitempty"`
	Account       market.AccountID     `json:"account,omitempty"`
	Instrument    string               `json:"instrument,omitempty"`
	Side          market.Side          `json:"side,omitempty"`
	Qty           market.Qty           `json:"qty,omitempty"`
	Price         market.Price         `json:"price,omitempty"`
	Commission    money                `json:"commission,omitzero"`
	TsEvent       market.Nanos         `json:"ts_event,omitempty"`
}

func (l *lookup) fillOf(f *market.Fill) body {
	return &fillBody{
		f.ExecID, f.ClientOrderID, f.VenueOrderID, f.Strategy, f.Account, l.name(f.Instrument),
		known(l, f.Side), f.Qty, f.Price, money(f.Commission), f.TsEvent,
	}
}

func (b *fillBody) market(l *lookup, _ *Scratch) market.Body {
	return &market.Fill{
		ExecID: b.ExecID, ClientOrderID: b.ClientOrderID, VenueOrderID: b.VenueOrderID,
		Strategy: b.Strategy, Account: b.Account, Instrument: l.id(b.Instrument), Side: b.Side,
		Qty: b.Qty, Price: b.Price, Commission: market.Money(b.Commission), TsEvent: b.TsEvent,
	}
}

type positionBody struct {
	Strategy    market.StrategyID `json:"strategy,omitempty"`
	Account     market.AccountID  `json:"account,omitempty"`
	Instrument  string            `json:"instrument,omitempty"`
	Qty         market.Qty        `json:"qty,omitempty"`
	Cost        money             `json:"cost,omitzero"`
	RealizedPnL money             `json:"realized_pnl,omitzero"`
	Fees        money             `json:"fees,omitzero"`
	WorkingBuy  market.Qty        `json:"working_buy,omitempty"`
	WorkingSell market.Qty        `json:"working_sell,omitempty"`
	TsEvent     market.Nanos      `json:"ts_event,omitempty"`
}

func (l *lookup) position(p *market.Position) body {
	return &positionBody{
		p.Strategy, p.Account, l.name(p.Instrument), p.Qty, money(p.Cost), money(p.RealizedPnL),
		money(p.Fees), p.WorkingBuy, p.WorkingSell, p.TsEvent,
	}
}

func (b *positionBody) market(l *lookup, _ *Scratch) market.Body {
	return &market.Position{
		Strategy: b.Strategy, Account: b.Account, Instrument: l.id(b.Instrument), Qty: b.Qty,
		Cost: market.Money(b.Cost), RealizedPnL: market.Money(b.RealizedPnL), Fees: market.Money(b.Fees),
		WorkingBuy: b.WorkingBuy, WorkingSell: b.WorkingSell, TsEvent: b.TsEvent,
	}
}
