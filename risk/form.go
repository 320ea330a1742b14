package risk

import (
	"fmt"

	"gannet/market"
)

func instrumentUnknown(_ *Gate, v *View, _ *Limits) string {
	if v.Instrument != nil {
		return ""
	}
	return fmt.Sprintf("instrument %d is not configured", v.Order.Instrument)
}

func unsupportedOrder(_ *Gate, v *View, _ *Limits) string {
	o := v.Order
	if o.Side != market.Buy && o.Side != market.Sell {
		return fmt.Sprintf("side %s: want BUY or SELL", o.Side)
	}
	if o.Type < market.Market || o.Type > market.TrailingStop {
		return fmt.Sprintf("order type %s: want MKT LMT STP STOP_LIMIT or TRAIL", o.Type)
	}
	if o.TimeInForce < market.DAY || o.TimeInForce > market.CLS {
		return fmt.Sprintf("time in force %s: want DAY GTC IOC FOK GTD OPG or CLS", o.TimeInForce)
	}
	if o.TimeInForce == market.GTD && o.ExpireTime <= v.Now {
		return fmt.Sprintf("GTD order expires at %q, which is not after %s", o.ExpireTime, v.Now)
	}
	return ""
}

func qtyInvalid(_ *Gate, v *View, _ *Limits) string {
	switch q := v.Order.OrderQty; {
	case q <= 0:
		return fmt.Sprintf("quantity %s: must be greater than zero", q)
	case !q.OnLot(v.Instrument.LotSize):
		return fmt.Sprintf("quantity %s: not a multiple of the lot of %s", q, v.Instrument.LotSize)
	}
	return ""
}

func priceInvalid(_ *Gate, v *View, _ *Limits) string {
	o, tick := v.Order, v.Instrument.TickSize
	limit := o.Type == market.Limit || o.Type == market.StopLimit
	stop := o.Type == market.Stop || o.Type == market.StopLimit
	trail := o.Type == market.TrailingStop
	for _, p := range [...]struct {
		name  string
		price market.Price
		need  bool
		allow bool
	}{
		{"limit price", o.Price, limit, limit},
		{"stop price", o.StopPx, stop, stop || trail},
		{"trailing amount", o.TrailAmt, trail, trail},
	} {
		if text := badPrice(p.name, p.price, p.need, p.allow, tick); text != "" {
			return text
		}
	}
	return ""
}

func badPrice(name string, p market.Price, need, allow bool, tick market.Price) string {
	switch {
	case p < 0, p == 0 && need:
		return fmt.Sprintf("%s %s: must be greater than zero", name, p)
	case p > 0 && !allow:
		return fmt.Sprintf("%s %s: the order type takes none", name, p)
	case !p.OnTick(tick):
		return fmt.Sprintf("%s %s: not a multiple of the tick of %s", name, p, tick)
	}
	return ""
}
