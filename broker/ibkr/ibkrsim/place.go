package ibkrsim

import (
	"errors"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
)

// ackRow is the answer to an order that was taken.
type ackRow struct {
	OrderID       string `json:"order_id"`
	LocalOrderID  string `json:"local_order_id,omitempty"`
	ParentOrderID string `json:"parent_order_id,omitempty"`
	OrderStatus   string `json:"order_status"`
	Encrypt       string `json:"encrypt_message,omitempty"`
	Text          string `json:"text,omitempty"`
	Warning       string `json:"warning_message,omitempty"`
}

// ackOf says PreSubmitted for what the system looks at before the exchange does.
func ackOf(o *brokerage.Order) ackRow {
	status := brokerage.Submitted
	switch {
	case o.Status == brokerage.Inactive, o.Status == brokerage.PreSubmitted:
		status = o.Status
	case o.IsStop(), o.Ticket.Type == brokerage.MKT, o.Ticket.Type == brokerage.REL:
		status = brokerage.PreSubmitted
	}
	row := ackRow{OrderID: web.Int(o.ID), LocalOrderID: o.COID, OrderStatus: string(status), Encrypt: "1"}
	if o.Parent != 0 {
		row.ParentOrderID = web.Int(o.Parent)
	}
	return row
}

type ordersBody struct {
	Orders []ticket `json:"orders"`
}

// maxGroup is how many orders a request may hold.
const maxGroup = 10

// readOrders reads the body of place and whatif.
func (s *Server) readOrders(r *web.Request) ([]ticket, web.Reply, bool) {
	var body ordersBody
	if out, ok := web.Decode(r.Body, &body); !ok {
		return nil, out, false
	}
	if len(body.Orders) == 0 || len(body.Orders) > maxGroup {
		return nil, web.Fail(400, web.BadType), false
	}
	return body.Orders, web.Reply{}, true
}

// place is POST iserver/account/{accountId}/orders: one order, or the orders of
// a bracket or an OCA group.
func (s *Server) place(r *web.Request) web.Reply {
	list, out, ok := s.readOrders(r)
	if !ok {
		return out
	}
	for i := range list {
		s.house.Posted(list[i].COID)
	}
	if group := r.Vars["accountId"]; !s.user(r).sees(group) {
		return s.placeAllocated(r, group, list)
	}
	if len(list) > 1 || list[0].ParentID != "" || list[0].IsSingleGroup {
		return s.placeGroup(r, list)
	}
	d, err := s.check(r, &list[0])
	if err != nil {
		return refusal(err)
	}
	if err := s.admit(d); err != nil {
		return refusal(err)
	}
	u := s.user(r)
	return s.ask(u, s.questionsFor(u, d), d, func() web.Reply { return s.submit(u, d) })
}

// admit refuses a cOID that is taken and an order that cannot be paid for.
// Children come to a holding that their parent makes: they cost nothing yet.
func (s *Server) admit(d *draft) error {
	o := d.order
	if s.house.Registered(o.Account, o.COID) != nil {
		return wording.UsedCOID(o.COID)
	}
	if d.parent != "" {
		return nil
	}
	if text := s.house.Afford(o); text != "" {
		return wording.Refusal{Status: 200, Text: text}
	}
	return nil
}

// submit gives the order to the house. It asks admit again: questions take
// time. An order that is to be met with a prompt waits for its answer.
func (s *Server) submit(u *user, d *draft) web.Reply {
	if err := s.admit(d); err != nil {
		return refusal(err)
	}
	if s.desk.swallow > 0 {
		s.desk.swallow--
		d.order.ID, d.order.Status = s.house.TakeID(), brokerage.Submitted
		return web.OK([]ackRow{ackOf(d.order)})
	}
	d.order.Ticket.Deactivated = d.order.Ticket.Deactivated || d.prompt
	if text := s.house.Submit(d.order); text != "" {
		return web.Refuse(text)
	}
	if d.prompt {
		return web.OK(s.prompt(u, d.order, true))
	}
	s.taken(u, d.order)
	return web.OK([]ackRow{ackOf(d.order)})
}

// taken is what follows from an order that was taken in.
func (s *Server) taken(u *user, o *brokerage.Order) {
	s.announce(u, o)
	if len(s.desk.rejects) > 0 {
		next := s.desk.rejects[0]
		s.desk.rejects = s.desk.rejects[1:]
		s.rejectLater(o, next)
	}
}

func (s *Server) rejectLater(o *brokerage.Order, how lateReject) {
	s.desk.after(s.house.Now()+how.delay, func() {
		if o.Working() {
			s.house.Reject(o, how.reason)
		}
	})
}

func refusal(err error) web.Reply {
	var refused wording.Refusal
	if errors.As(err, &refused) {
		return web.Fail(refused.Status, refused.Text)
	}
	return web.Fail(500, err.Error())
}

// pathOrder is the order that the path names.
func (s *Server) pathOrder(r *web.Request) (*brokerage.Order, web.Reply, bool) {
	text := r.Vars["orderId"]
	id, err := strconv.ParseInt(text, 10, 64)
	if o := s.house.Order(id); err == nil && o != nil && s.user(r).sees(o.Account) {
		return o, web.Reply{}, true
	}
	return nil, refusal(wording.NoOrder(text)), false
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
	d, err := s.check(r, &t)
	switch {
	case err != nil:
		return refusal(err)
	case d.order.Product != o.Product || legsText(d.order) != legsText(o) || d.order.Ticket.Side != o.Ticket.Side:
		return refusal(wording.OtherOrder)
	}
	d.order.ID, d.order.Filled, d.order.OCA, d.order.Parent = o.ID, o.Filled, o.OCA, o.Parent
	u := s.user(r)
	return s.ask(u, s.questionsFor(u, d), d, func() web.Reply { return s.change(o, d) })
}

// change makes d the order's ticket, unless it is done by now.
func (s *Server) change(o *brokerage.Order, d *draft) web.Reply {
	t := d.order.Ticket
	switch {
	case !o.Working():
		return refusal(wording.OrderInactive)
	case o.Status == brokerage.PendingCancel:
		return refusal(wording.Cancelling)
	case t.Qty <= o.Filled+o.Busted:
		return refusal(wording.SizeFilled(t.Qty))
	}
	if d.order.Filled, d.order.Busted = o.Filled, o.Busted; o.Parent == 0 {
		if text := s.house.Afford(d.order); text != "" {
			return web.Refuse(text)
		}
	}
	if s.desk.fork > 0 {
		s.desk.fork--
		return s.forkOff(d.order)
	}
	if text := s.house.Replace(o, t); text != "" {
		return web.Refuse(text)
	}
	return web.OK([]ackRow{ackOf(o)})
}

// forkOff works a modification as an order of its own: the old one goes on.
func (s *Server) forkOff(o *brokerage.Order) web.Reply {
	o.Parent, o.OCA, o.Filled, o.Busted = 0, "", 0, 0
	if text := s.house.Submit(o); text != "" {
		return web.Refuse(text)
	}
	return web.OK([]ackRow{ackOf(o)})
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
	out := cancelAck{Msg: wording.CancelQueued, OrderID: -1, Conid: -1}
	if r.Vars["orderId"] == "-1" {
		for _, o := range slices.Clone(s.house.Orders()) {
			if slices.Contains(s.pathAccounts(r), o.Account) && o.Working() {
				s.house.Cancel(o)
			}
		}
		return web.OK(out)
	}
	o, refused, ok := s.pathOrder(r)
	switch {
	case !ok:
		return refused
	case o.Status == brokerage.Inactive:
		return refusal(wording.OrderInactive)
	case !o.Working():
		return refusal(wording.NoOrder(r.Vars["orderId"]))
	}
	out.OrderID = o.ID
	if !s.house.Cancel(o) {
		out.Conid, out.Account = o.Conid, &o.Account
	}
	return web.OK(out)
}
