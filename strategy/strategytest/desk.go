package strategytest

import (
	"fmt"

	"gannet/market"
)

// desk stands in for the order management system.
type desk struct {
	instruments *market.Instruments
	orders      []*market.Order   // open, in the order of their signals
	positions   []market.Position // index InstrumentID
	fills       int
}

func newDesk(table *market.Instruments) desk {
	d := desk{instruments: table, positions: make([]market.Position, table.Len()+1)}
	for i := range d.positions {
		d.positions[i].Strategy, d.positions[i].Instrument = Strategy, market.InstrumentID(i)
	}
	return d
}

// signal files the order that a signal leads to. Cancels and replaces are left
// to the test.
func (d *desk) signal(s market.Signal) {
	o := &market.Order{Ticket: s.Ticket, ClientOrderID: s.ID, Strategy: s.Strategy, Status: market.PendingSubmit}
	switch s.Kind {
	case market.SignalTarget:
		change := s.TargetQty - d.committed(s.Ticket.Instrument)
		o.Ticket = market.BuyMarket(s.Ticket.Instrument, change)
		if change < 0 {
			o.Ticket = market.SellMarket(s.Ticket.Instrument, -change)
		}
	case market.SignalWeight:
		o.Ticket = market.BuyMarket(s.Ticket.Instrument, 0)
		if s.TargetWeight.IsNegative() {
			o.Side = market.Sell
		}
	case market.SignalOrder:
	default:
		return
	}
	o.LeavesQty = o.OrderQty
	d.orders = append(d.orders, o)
}

// committed is what is held and works in an instrument.
func (d *desk) committed(id market.InstrumentID) market.Qty {
	q := d.positions[id].Qty
	for _, o := range d.orders {
		if o.Instrument == id {
			q += o.LeavesQty * market.Qty(o.Side.Sign())
		}
	}
	return q
}

// find returns an open order.
func (h *Host) find(id market.ClientOrderID) *market.Order {
	h.t.Helper()
	for _, o := range h.desk.orders {
		if o.ClientOrderID == id {
			return o
		}
	}
	h.t.Fatalf("strategytest: %s is no open order", id)
	return nil
}

// Orders are the open orders, in the order of their signals.
func (h *Host) Orders() []market.Order {
	list := make([]market.Order, len(h.desk.orders))
	for i, o := range h.desk.orders {
		list[i] = *o
	}
	return list
}

// Position is what the strategy holds, as the desk has it.
func (h *Host) Position(id market.InstrumentID) market.Position { return h.desk.positions[id] }

// Status moves an open order to a status and tells the strategy: Submitted,
// Canceled, Denied, Rejected, Unknown and so on, with the reason in text.
func (h *Host) Status(id market.ClientOrderID, s market.OrdStatus, text string) {
	h.t.Helper()
	o := h.find(id)
	if o == nil {
		return
	}
	o.Status, o.Text = s, text
	h.publish(o)
}

// publish sends an order to the strategy and forgets it when it is terminal.
func (h *Host) publish(o *market.Order) {
	o.TsEvent = h.now
	o.LeavesQty = max(o.OrderQty-o.CumQty, 0)
	if o.Status.Terminal() {
		o.LeavesQty = 0
		for i := range h.desk.orders {
			if h.desk.orders[i] == o {
				h.desk.orders = append(h.desk.orders[:i], h.desk.orders[i+1:]...)
				break
			}
		}
	}
	copied := *o
	h.Send(&copied)
}

// Fill fills a part of an order and tells the strategy of the order, the fill
// and the position. The order of a weight takes the quantity as its own.
func (h *Host) Fill(id market.ClientOrderID, qty market.Qty, price string) {
	h.t.Helper()
	h.fill(h.find(id), qty, h.price(price))
}

// FillAll fills all that is left of every open order. The order of a weight is
// left out: it has no quantity before Fill gives it one.
func (h *Host) FillAll(price string) {
	h.t.Helper()
	at := h.price(price)
	for _, o := range append([]*market.Order(nil), h.desk.orders...) {
		h.fill(o, o.OrderQty-o.CumQty, at)
	}
}

func (h *Host) fill(o *market.Order, qty market.Qty, price market.Price) {
	if o == nil || qty <= 0 {
		return
	}
	h.desk.fills++
	total := market.Notional(o.AvgPx, o.CumQty, 1).Add(market.Notional(price, qty, 1))
	o.CumQty += qty
	o.OrderQty = max(o.OrderQty, o.CumQty)
	o.AvgPx, _ = market.PriceFromDecimal(total.Div(o.CumQty.Decimal()))
	o.Status = market.PartiallyFilled
	if o.CumQty == o.OrderQty {
		o.Status = market.Filled
	}
	f := market.Fill{
		ExecID: fmt.Sprintf("E%d", h.desk.fills), ClientOrderID: o.ClientOrderID, Strategy: o.Strategy,
		Instrument: o.Instrument, Side: o.Side, Qty: qty, Price: price, TsEvent: h.now,
	}
	p := &h.desk.positions[o.Instrument]
	p.Apply(f.SignedQty(), price, h.desk.instruments.Get(o.Instrument).Multiplier)
	p.TsEvent = h.now
	position := *p
	h.publish(o)
	h.Send(&f)
	h.Send(&position)
}
