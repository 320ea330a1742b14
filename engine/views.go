package engine

import (
	"context"

	"gannet/market"
	"gannet/oms"
)

// Status is how a running engine stands.
type Status struct {
	Mode       string      `json:"mode"`
	Account    string      `json:"account"`
	Since      string      `json:"since"` // RFC 3339
	Broker     string      `json:"broker"`
	Ready      bool        `json:"ready"`
	Reason     string      `json:"reason,omitempty"`
	Reconciled bool        `json:"reconciled"`
	Breaks     []string    `json:"breaks,omitempty"`
	States     []StateView `json:"states,omitempty"` // halted or reduce-only scopes
	Ticks      uint64      `json:"ticks"`
	Dropped    uint64      `json:"ticks_dropped"`
	Signals    uint64      `json:"signals"`
	Orders     OrderCounts `json:"orders"`
	Working    int         `json:"working"`
	Fills      int         `json:"fills"`
	Equity     string      `json:"equity"`
	Cash       string      `json:"cash"`
}

// StateView is a trading state in force.
type StateView struct {
	Strategy   string `json:"strategy,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	State      string `json:"state"`
	Reason     string `json:"reason"`
}

// OrderView is an order for people and programs outside.
type OrderView struct {
	ID         string       `json:"id"`
	VenueID    string       `json:"venue_id,omitempty"`
	Strategy   string       `json:"strategy,omitempty"`
	Instrument string       `json:"instrument"`
	Side       market.Side  `json:"side"`
	Type       string       `json:"type"`
	TIF        string       `json:"tif"`
	Qty        market.Qty   `json:"qty"`
	Limit      market.Price `json:"limit,omitzero"`
	Stop       market.Price `json:"stop,omitzero"`
	Status     string       `json:"status"`
	Filled     market.Qty   `json:"filled"`
	AvgPx      market.Price `json:"avg_px,omitzero"`
	Text       string       `json:"text,omitempty"`
	Time       market.Nanos `json:"time"`
}

// PositionView is a strategy's position; the empty strategy's is external.
type PositionView struct {
	Strategy      string       `json:"strategy"`
	Instrument    string       `json:"instrument"`
	Qty           market.Qty   `json:"qty"`
	AvgPx         market.Price `json:"avg_px"`
	Last          market.Price `json:"last"`
	RealizedPnL   market.Money `json:"realized_pnl"`
	UnrealizedPnL market.Money `json:"unrealized_pnl"`
	Fees          market.Money `json:"fees"`
}

// FillView is an execution.
type FillView struct {
	Time       market.Nanos `json:"time"`
	ExecID     string       `json:"exec_id"`
	Order      string       `json:"order"`
	Strategy   string       `json:"strategy,omitempty"`
	Instrument string       `json:"instrument"`
	Side       market.Side  `json:"side"`
	Qty        market.Qty   `json:"qty"`
	Price      market.Price `json:"price"`
	Commission market.Money `json:"commission"`
}

// Status asks a running engine how it stands; false when ctx ends first.
func (e *Engine) Status(ctx context.Context) (*Status, bool) {
	var reply ControlReply
	ok := e.runner.Do(ctx, func(d *oms.Desk) { e.tellStatus(d, &reply) })
	return reply.Status, ok
}

func (e *Engine) tellStatus(d *oms.Desk, reply *ControlReply) {
	var sum Summary
	e.readDesk(d, &sum)
	state := d.Broker()
	cash, _ := d.Cash()
	s := &Status{
		Mode: e.cfg.Session.Mode, Account: string(e.cfg.Session.Account), Since: e.started.String(),
		Broker: state.Name, Ready: state.Ready, Reason: state.Reason, Reconciled: sum.Reconciled, Breaks: sum.Breaks,
		Ticks: e.feed.Ticks(), Dropped: e.strategies.inbox.Dropped() + e.runner.inbox.Dropped(),
		Signals: e.strategies.signals.Load(), Orders: sum.Orders, Working: d.Working(), Fills: sum.Fills,
		Equity: sum.Equity.String(), Cash: cash.String(),
	}
	for _, one := range d.States() {
		s.States = append(s.States, StateView{
			Strategy: string(one.Scope.Strategy), Instrument: e.cfg.Instruments.Name(one.Scope.Instrument),
			State: one.State.String(), Reason: one.Reason,
		})
	}
	reply.Status = s
}

// pageRows keeps an answer well below the megabyte that the bus carries.
const pageRows = 1000

// page is the part of a list that one answer has.
func page[T any](list []T, from int, reply *ControlReply) []T {
	from = min(max(from, 0), len(list))
	list = list[from:]
	if len(list) > pageRows {
		list, reply.Next = list[:pageRows], from+pageRows
	}
	return list
}

func (e *Engine) tellOrders(d *oms.Desk, from int, reply *ControlReply) {
	reply.Orders = []OrderView{}
	for _, o := range page(d.Orders(nil), from, reply) {
		reply.Orders = append(reply.Orders, ViewOrder(e.cfg.Instruments, &o))
	}
}

func (e *Engine) tellPositions(d *oms.Desk, reply *ControlReply) {
	reply.Positions = []PositionView{}
	for _, p := range d.Positions(nil) {
		quote := d.Quote(p.Instrument)
		reply.Positions = append(reply.Positions, ViewPosition(e.cfg.Instruments, &p, quote.Mark()))
	}
}

func (e *Engine) tellFills(d *oms.Desk, from int, reply *ControlReply) {
	reply.Fills = []FillView{}
	for _, f := range page(d.Fills(nil), from, reply) {
		reply.Fills = append(reply.Fills, ViewFill(e.cfg.Instruments, &f))
	}
}

// ViewOrder names what an order holds.
func ViewOrder(t *market.Instruments, o *market.Order) OrderView {
	return OrderView{
		ID: string(o.ClientOrderID), VenueID: o.VenueOrderID, Strategy: string(o.Strategy),
		Instrument: t.Name(o.Instrument), Side: o.Side, Type: o.Type.String(), TIF: o.TimeInForce.String(),
		Qty: o.OrderQty, Limit: o.Price, Stop: o.StopPx, Status: o.Status.String(),
		Filled: o.CumQty, AvgPx: o.AvgPx, Text: o.Text, Time: o.TsEvent,
	}
}

// ViewPosition names what a position holds, valued at mark.
func ViewPosition(t *market.Instruments, p *market.Position, mark market.Price) PositionView {
	var multiplier int64
	if i := t.Get(p.Instrument); i != nil {
		multiplier = i.Multiplier
	}
	return PositionView{
		Strategy: string(p.Strategy), Instrument: t.Name(p.Instrument), Qty: p.Qty, AvgPx: p.AvgPx(multiplier),
		Last: mark, RealizedPnL: p.RealizedPnL, UnrealizedPnL: p.UnrealizedPnL(mark, multiplier), Fees: p.Fees,
	}
}

// ViewFill names what a fill holds.
func ViewFill(t *market.Instruments, f *market.Fill) FillView {
	return FillView{
		Time: f.TsEvent, ExecID: f.ExecID, Order: string(f.ClientOrderID), Strategy: string(f.Strategy),
		Instrument: t.Name(f.Instrument), Side: f.Side, Qty: f.Qty, Price: f.Price, Commission: f.Commission,
	}
}
