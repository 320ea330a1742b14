package ibkrsim

import (
	"fmt"
	"time"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
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
	s.locked(func(market.Nanos) { id, err = s.placeElsewhere(account, s.exchange.ByConid(conid), t, "TWS") })
	return id, err
}

// liquidation is the source of orders by which the broker closes positions.
const liquidation = "LIQUIDATION"

// placeElsewhere is PlaceElsewhere from any source. The broker's own
// liquidations are not refused for lack of funds.
func (s *Server) placeElsewhere(account string, p *exchange.Product, t brokerage.Ticket, source string) (int64, error) {
	if s.house.Account(account) == nil || p == nil || t.Qty <= 0 || t.Side.Sign() == 0 {
		return 0, fmt.Errorf("ibkrsim: order of account %s: want an account, a contract, a side and a quantity", account)
	}
	o := &brokerage.Order{Account: account, Product: p, Ticket: t, Source: source}
	refused := ""
	if source != liquidation {
		refused = s.house.Afford(o)
	}
	if refused == "" {
		refused = s.house.Submit(o)
	}
	if refused != "" {
		return 0, fmt.Errorf("ibkrsim: order of account %s: %s", account, refused)
	}
	return o.ID, nil
}

// RefuseLeg has a leg of the next n groups of orders refused, 0 for the
// parent, with a reason. A refused child makes a row with the id -1 and
// Failed, and the parent stays Inactive; a refused parent refuses all.
func (s *Server) RefuseLeg(leg int, reason string, n int) {
	s.locked(func(market.Nanos) { s.desk.refuseLeg(leg, reason, n) })
}

// StalePositions has /portfolio/.../positions answer what it knows now for a
// span, whatever trades, and whoever invalidates it; a span of 0 ends that.
func (s *Server) StalePositions(span time.Duration) {
	s.locked(func(now market.Nanos) {
		for _, a := range s.house.Accounts() {
			s.stalePositions(a, now, now+market.Nanos(max(span, 0)))
		}
	})
}

func (s *Server) stalePositions(a *brokerage.Account, now, until market.Nanos) {
	s.positions(a, now)
	s.desk.cached[a.ID].until = until
}

// DelayCommissions has the next n executions have an empty commission in GET
// iserver/account/trades for a span. It is booked at once.
func (s *Server) DelayCommissions(span time.Duration, n int) {
	s.locked(func(market.Nanos) { s.house.DelayCommissions(market.Nanos(max(span, 0)), n) })
}

// DelayTrades has the next n executions be listed by GET
// iserver/account/trades so much later than they happen. The stream is not
// late, nor what is booked.
func (s *Server) DelayTrades(span time.Duration, n int) {
	s.locked(func(market.Nanos) { s.house.DelayTrades(market.Nanos(max(span, 0)), n) })
}
