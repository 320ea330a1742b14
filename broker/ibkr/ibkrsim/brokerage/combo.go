package brokerage

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Combine sets the legs of a combination and finds their contracts. The error
// names the leg that cannot be traded.
func (h *House) Combine(o *Order, legs []Leg) error {
	if len(legs) < 2 || len(legs) > 6 {
		return fmt.Errorf("%d legs: want 2 to 6", len(legs))
	}
	for i := range legs {
		leg := &legs[i]
		leg.product = h.exchange.ByConid(leg.Conid)
		if leg.product == nil {
			return fmt.Errorf("no sec defs returned for conid %d", leg.Conid)
		}
		if leg.Ratio == 0 || leg.Ratio > 100 || leg.Ratio < -100 {
			return fmt.Errorf("ratio %d of conid %d: want 1 to 100 or -1 to -100", leg.Ratio, leg.Conid)
		}
		if leg.product.Currency != legs[0].product.Currency {
			return fmt.Errorf("legs in %s and %s: want one currency", legs[0].product.Currency, leg.product.Currency)
		}
	}
	o.Legs, o.Product = legs, legs[0].product
	return nil
}

// Product is the leg's contract.
func (l *Leg) Product() *exchange.Product { return l.product }

// legSide is what trading the combination does to a leg.
func (o *Order) legSide(leg *Leg) market.Side {
	if (leg.Ratio > 0) == (o.Ticket.Side == market.Buy) {
		return market.Buy
	}
	return market.Sell
}

// comboPrice is what one combination costs now, and how many can be had; ok is
// false while a leg has no market.
func (o *Order) comboPrice() (px market.Price, size market.Qty, ok bool) {
	size = 1 << 62
	for i := range o.Legs {
		leg := &o.Legs[i]
		at, shown := leg.quote(o.legSide(leg))
		if at <= 0 {
			return 0, 0, false
		}
		count := max(leg.Ratio, -leg.Ratio)
		px += at * market.Price(leg.Ratio)
		size = min(size, (shown / market.Qty(count)).FloorLot(market.Shares(1)))
	}
	return px, size, size > 0
}

// quote is the price a leg trades at, and the size shown.
func (l *Leg) quote(side market.Side) (market.Price, market.Qty) {
	top := &l.product.Top
	if side == market.Buy {
		return top.Ask, top.AskSize
	}
	return top.Bid, top.BidSize
}

// crossCombo fills a combination at the quotes of its legs, all legs at once.
func (h *House) crossCombo(o *Order) {
	px, size, ok := o.comboPrice()
	if !ok || !o.allows(px) {
		return
	}
	q := min(size, o.Left())
	if o.Ticket.AllOrNone && q < o.Left() {
		return
	}
	if o.Status == PreSubmitted {
		h.set(o, Submitted)
	}
	for i := range o.Legs {
		leg := &o.Legs[i]
		side := o.legSide(leg)
		at, _ := leg.quote(side)
		h.fill(o, &Execution{ID: h.execID(), Qty: q * market.Qty(max(leg.Ratio, -leg.Ratio)), Price: at, Product: leg.product, Side: side})
	}
	o.Filled += q
	o.Paid = o.Paid.Add(market.Notional(px, q, 1))
	h.pending.Fills = append(h.pending.Fills, comboFill{o.ID, q, px})
	h.afterFill(o, q)
	h.follow()
}
