package ibkrsim

import (
	"fmt"
	"time"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/market"
)

// RejectOrder ends a working order as the system does that refuses what it had
// taken: Inactive, or Cancelled when some of it has traded, with the reason.
// The error names an order that does not work.
func (s *Server) RejectOrder(orderID int64, reason string) (err error) {
	s.locked(func(market.Nanos) {
		o := s.house.Order(orderID)
		if o == nil || !o.Working() {
			err = fmt.Errorf("ibkrsim: order %d: want one that works", orderID)
			return
		}
		s.house.Reject(o, reason)
	})
	return err
}

// AmendExecution corrects an execution to another quantity and price, or with
// quantity 0 takes it back. Clients hear of the new one, whose id ends in a
// higher number, and no longer find the old one.
func (s *Server) AmendExecution(id string, qty market.Qty, price market.Price) (err error) {
	s.locked(func(market.Nanos) { err = s.house.Amend(id, qty, price) })
	return err
}

// PlaceElsewhere places an order from another platform, TWS: it has no cOID
// and nobody is asked. It returns the order's id; the error says what is
// missing, or why the order was refused.
func (s *Server) PlaceElsewhere(account string, conid int64, t brokerage.Ticket) (id int64, err error) {
	s.locked(func(market.Nanos) {
		o := &brokerage.Order{Account: account, Product: s.exchange.ByConid(conid), Ticket: t, Source: "TWS"}
		if s.house.Account(account) == nil || o.Product == nil || t.Qty <= 0 || t.Side.Sign() == 0 {
			err = fmt.Errorf("ibkrsim: order of account %s in conid %d: want an account, a contract, a side and a quantity", account, conid)
			return
		}
		refused := s.house.Afford(o)
		if refused == "" {
			refused = s.house.Submit(o)
		}
		if id = o.ID; refused != "" {
			err = fmt.Errorf("ibkrsim: order of account %s: %s", account, refused)
		}
	})
	return id, err
}

// RefuseLegs has the next n children of brackets refused: the answer has a row
// with the id -1 and Failed, and the parent stays Inactive.
func (s *Server) RefuseLegs(n int) {
	s.locked(func(market.Nanos) { s.desk.refuseLegs = max(n, 0) })
}

// StalePositions has /portfolio/.../positions answer what it knows now for a
// span, whatever trades, and whoever invalidates it.
func (s *Server) StalePositions(span time.Duration) {
	s.locked(func(now market.Nanos) {
		for _, a := range s.house.Accounts() {
			s.positions(a, now)
		}
		s.desk.stale = now + market.Nanos(max(span, 0))
	})
}

// DelayTrades has executions from now on be listed by GET
// iserver/account/trades so much later than they happen, and have an empty
// commission there for so long. The stream is not delayed, nor what is booked.
func (s *Server) DelayTrades(commission, listing time.Duration) {
	s.locked(func(market.Nanos) { s.house.Delay(market.Nanos(commission), market.Nanos(listing)) })
}
