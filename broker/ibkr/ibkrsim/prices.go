package ibkrsim

import (
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// priceOf reads a price; none is 0. It must be positive, but for combinations.
func priceOf(n web.Number, negative bool) (market.Price, bool) {
	if n == "" {
		return 0, true
	}
	p, err := market.ParsePrice(string(n))
	return p, err == nil && (p > 0 || negative)
}

// checkPrices takes the prices that the order's type needs.
func checkPrices(t *ticket, d *draft) error {
	price, okPrice := priceOf(t.Price, d.order.IsCombo())
	aux, okAux := priceOf(t.AuxPrice, false)
	trail, okTrail := priceOf(t.TrailingAmt, false)
	if !okPrice || !okAux || !okTrail || lacks(d.order.Ticket.Type, t) {
		return wording.BadPrices
	}
	k := &d.order.Ticket
	switch k.Type {
	case brokerage.MKT, brokerage.MOC:
		return nil
	case brokerage.LMT, brokerage.STP, brokerage.LOC, brokerage.MidPrice:
		k.Price = price
	case brokerage.MIT:
		if k.Aux = aux; aux == 0 {
			k.Aux = price // clients send the trigger as either
		}
	case brokerage.Trail, brokerage.TrailLmt:
		if t.TrailingType != "amt" && t.TrailingType != "%" {
			return wording.BadPrices
		}
		k.Price, k.Aux, k.Trail, k.TrailPercent = price, aux, trail, t.TrailingType == "%"
	default:
		k.Price, k.Aux = price, aux
	}
	return checkTicks(d)
}

// lacks says that a price is not there that the type needs.
func lacks(k brokerage.OrderType, t *ticket) bool {
	switch k {
	case brokerage.LMT, brokerage.STP, brokerage.LOC:
		return t.Price == ""
	case brokerage.StopLimit, brokerage.LIT:
		return t.Price == "" || t.AuxPrice == ""
	case brokerage.MIT:
		return t.Price == "" && t.AuxPrice == ""
	case brokerage.Trail:
		return t.TrailingAmt == ""
	case brokerage.TrailLmt:
		return t.TrailingAmt == "" || t.Price == "" || t.AuxPrice == ""
	}
	return false
}

func checkTicks(d *draft) error {
	k, tick := &d.order.Ticket, d.order.Product.Tick
	trail := k.Trail
	if k.TrailPercent {
		if trail = 0; k.Trail >= 100*market.PriceScale {
			return wording.BadPrices
		}
	}
	if !k.Price.OnTick(tick) || !k.Aux.OnTick(tick) || !trail.OnTick(tick) {
		return wording.BadTick(tick)
	}
	return nil
}
