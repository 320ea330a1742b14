package ibkrsim

import (
	"errors"
	"strconv"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// ackRow is the answer to an order that was taken.
type ackRow struct {
	OrderID      string `json:"order_id"`
	LocalOrderID string `json:"local_order_id,omitempty"`
	OrderStatus  string `json:"order_status"`
	Encrypt      string `json:"encrypt_message"`
}

// ack says PreSubmitted for what the system looks at before the exchange does.
func ack(o *order) web.Reply {
	status := stSubmitted
	if o.isStop() || o.Ticket.Type == market.Market || o.restingStatus(o.Changed) == stPreSubmitted {
		status = stPreSubmitted
	}
	return web.OK([]ackRow{{web.Int(o.ID), o.COID, status, "1"}})
}

type ordersBody struct {
	Orders []ticket `json:"orders"`
}

// readOrder reads the body of place and whatif: one order in a list.
func (s *Server) readOrder(r *web.Request) (*ticket, web.Reply, bool) {
	var body ordersBody
	if out, ok := web.Decode(r.Body, &body); !ok {
		return nil, out, false
	}
	switch len(body.Orders) {
	case 0:
		return nil, web.Fail(400, web.BadType), false
	case 1:
		return &body.Orders[0], web.Reply{}, true
	}
	return nil, web.Refuse("groups of orders are not simulated: send one order at a time"), false
}

// place is POST iserver/account/{accountId}/orders.
func (s *Server) place(r *web.Request) web.Reply {
	t, out, ok := s.readOrder(r)
	if !ok {
		return out
	}
	s.book.posted(t.COID)
	d, err := s.check(t)
	if err != nil {
		return refusal(err)
	}
	if err := s.admit(d); err != nil {
		return refusal(err)
	}
	return s.ask(s.questionsFor(d), d, func() web.Reply { return s.submit(d) })
}

// admit refuses a cOID that is taken and an order that cannot be paid for.
func (s *Server) admit(d *draft) error {
	if s.book.registered(d.coid) != nil {
		return refusedError{200, "Order couldn't be submitted: Local order ID=" + d.coid + " is already registered."}
	}
	needed := s.book.marginFor(d)
	if available := s.book.available(); needed.GreaterThan(available) {
		return refusedError{200, "We are unable to accept your order. Your available funds of " + available.StringFixed(2) +
			" USD are less than the initial margin of " + needed.StringFixed(2) + " USD."}
	}
	return nil
}

// submit gives the order to the book. It asks admit again: questions take time.
func (s *Server) submit(d *draft) web.Reply {
	if err := s.admit(d); err != nil {
		return refusal(err)
	}
	o := &order{COID: d.coid, Conid: d.product.Conid, Ticket: d.ticket, product: d.product}
	if text := s.book.submit(o); text != "" {
		return web.Refuse(text)
	}
	return ack(o)
}

func refusal(err error) web.Reply {
	var refused refusedError
	if errors.As(err, &refused) {
		return refused.reply()
	}
	return web.Fail(500, err.Error())
}

// pathOrder is the order that the path names.
func (s *Server) pathOrder(r *web.Request) (*order, web.Reply, bool) {
	text := r.Vars["orderId"]
	id, err := strconv.ParseInt(text, 10, 64)
	if o := s.book.byID[id]; err == nil && o != nil {
		return o, web.Reply{}, true
	}
	return nil, web.Fail(400, "OrderID "+text+" doesn't exist"), false
}

// modify is POST iserver/account/{accountId}/order/{orderId} with a whole ticket.
func (s *Server) modify(r *web.Request) web.Reply {
	o, out, ok := s.pathOrder(r)
	if !ok {
		return out
	}
	var t ticket
	if out, ok := web.Decode(r.Body, &t); !ok {
		return out
	}
	d, err := s.check(&t)
	switch {
	case err != nil:
		return refusal(err)
	case d.product != o.product || d.ticket.Side != o.Ticket.Side:
		return web.Refuse("An order's contract and side cannot be changed.")
	}
	return s.ask(s.questionsFor(d), d, func() web.Reply { return s.change(o, d) })
}

// change makes d the order's ticket, unless it is done by now.
func (s *Server) change(o *order, d *draft) web.Reply {
	switch {
	case !o.working():
		return web.Fail(400, "Order is inactive")
	case o.Status == stPendingCancel:
		return web.Refuse("Cannot modify an order that is being cancelled.")
	case d.ticket.OrderQty <= o.filled:
		return web.Refuse("The size, " + d.ticket.OrderQty.String() + ", is not more than the quantity filled.")
	}
	if text := s.book.replace(o, d.ticket); text != "" {
		return web.Refuse(text)
	}
	return ack(o)
}

// cancelAck is the answer to a cancel. Conid -1 and no account say that it
// has taken effect at once.
type cancelAck struct {
	Msg     string  `json:"msg"`
	OrderID int64   `json:"order_id"`
	Conid   int64   `json:"conid"`
	Account *string `json:"account"`
}

// cancel is DELETE iserver/account/{accountId}/order/{orderId}; -1 is all orders.
func (s *Server) cancel(r *web.Request) web.Reply {
	out := cancelAck{Msg: "Request was submitted", OrderID: -1, Conid: -1}
	if r.Vars["orderId"] == "-1" {
		for _, o := range append([]*order(nil), s.book.open...) {
			s.cancelOrder(o)
		}
		return web.OK(out)
	}
	o, refused, ok := s.pathOrder(r)
	switch {
	case !ok:
		return refused
	case o.Status == stInactive:
		return web.Fail(400, "Order is inactive")
	case !o.working():
		return web.Fail(400, "OrderID "+r.Vars["orderId"]+" doesn't exist")
	}
	out.OrderID = o.ID
	if !s.cancelOrder(o) {
		out.Conid, out.Account = o.Conid, &s.opt.Account
	}
	return web.OK(out)
}

// cancelOrder cancels an order that waits in the system at once, and one that
// works at the exchange after a while. It says whether it is done.
func (s *Server) cancelOrder(o *order) bool {
	if !o.working() {
		return true
	}
	delay := market.Nanos(s.opt.Timing.Cancel)
	if o.Status == stPreSubmitted {
		delay = 0
	}
	if o.Status != stPendingCancel {
		s.book.cancel(o, s.book.now+delay)
	}
	return !o.working()
}

// marginRate is the initial margin of a stock: a quarter of its value.
var marginRate = decimal.New(25, -2)

// gross is the value of all holdings without their signs.
func (b *book) gross() market.Money {
	sum := decimal.Zero
	for i, p := range b.exchange.Products() {
		sum = sum.Add(market.Notional(p.Mark(), b.positions[i].Qty, 1).Abs())
	}
	return sum
}

// netLiquidation is cash and what the holdings are worth.
func (b *book) netLiquidation() market.Money {
	sum := b.cash
	for i, p := range b.exchange.Products() {
		sum = sum.Add(market.Notional(p.Mark(), b.positions[i].Qty, 1))
	}
	return sum
}

// available are the funds that no holding has taken.
func (b *book) available() market.Money {
	return b.netLiquidation().Sub(b.gross().Mul(marginRate))
}

// marginFor is the initial margin that a draft adds; nothing for what only
// reduces a holding.
func (b *book) marginFor(d *draft) market.Money {
	held := b.positions[d.product.ID-1].Qty * market.Qty(d.ticket.Side.Sign())
	adds := d.ticket.OrderQty
	if held < 0 {
		adds = max(0, adds+2*held) // closing frees what it held
	}
	price := max(d.ticket.Price, d.ticket.StopPx)
	setDefault(&price, d.product.Mark())
	return market.Notional(price, adds, 1).Mul(marginRate)
}
