package risk

import (
	"fmt"

	"gannet/market"
)

// hundred is 100 %, as a decimal.
var hundred = market.MustMoney("100")

func marketDataStale(_ *Gate, v *View, l *Limits) string {
	q := v.Quote
	if q == nil || v.Reference() <= 0 {
		return "no market data yet"
	}
	switch age := v.Now - q.TsInit; {
	case q.Flags&market.FlagStale != 0:
		return "the market data feed lost its source"
	case q.Flags&market.FlagHalted != 0:
		return "the instrument is halted"
	case q.Flags&market.FlagDelayed != 0 && !l.AllowDelayedData:
		return "market data is delayed, not real time"
	case age > l.MaxDataAge:
		return fmt.Sprintf("last quote is %s old, limit %s", age.Duration(), l.MaxDataAge.Duration())
	case q.Bid > 0 && q.Ask > 0 && q.Bid > q.Ask:
		return fmt.Sprintf("quote is crossed: bid %s over ask %s", q.Bid, q.Ask)
	}
	return ""
}

func maxOrderQty(_ *Gate, v *View, l *Limits) string {
	if v.Order.OrderQty <= l.MaxOrderQty {
		return ""
	}
	return fmt.Sprintf("quantity %s over the limit of %s", v.Order.OrderQty, l.MaxOrderQty)
}

func maxOrderNotional(_ *Gate, v *View, l *Limits) string {
	value := market.Notional(v.worst(), v.Order.OrderQty, v.Instrument.Multiplier)
	if value.LessThanOrEqual(l.MaxOrderNotional) {
		return ""
	}
	return fmt.Sprintf("value %s over the limit of %s", value, l.MaxOrderNotional)
}

// priceCollar looks at how far a limit reaches through the market: a buy above
// the price at which it would trade now, a sell below it. A limit that waits
// on its own side of the market is not its business.
func priceCollar(_ *Gate, v *View, l *Limits) string {
	if v.Order.Type != market.Limit && v.Order.Type != market.StopLimit {
		return ""
	}
	ref := v.Reference()
	if v.Order.Type == market.StopLimit {
		ref = v.Order.StopPx
	}
	through := (v.Order.Price - ref) * market.Price(v.Order.Side.Sign())
	if through <= 0 {
		return ""
	}
	reach := through.Decimal().Mul(hundred)
	if reach.LessThanOrEqual(ref.Decimal().Mul(l.PriceCollarPercent)) {
		return ""
	}
	return fmt.Sprintf("limit %s is more than %s %% through the market at %s", v.Order.Price, l.PriceCollarPercent, ref)
}

// maxPosition assumes the worst: every order of the same side fills and none
// of the other.
func maxPosition(_ *Gate, v *View, l *Limits) string {
	worst, err := v.Position.Add(v.WorkingBuy)
	if v.Order.Side == market.Sell {
		worst, err = v.Position.Add(-v.WorkingSell)
	}
	if err == nil {
		worst, err = worst.Add(v.Order.OrderQty * market.Qty(v.Order.Side.Sign()))
	}
	if err == nil && (worst.Abs() <= l.MaxPositionQty || shrinks(v, worst)) {
		return ""
	}
	return fmt.Sprintf("position could reach %s, limit %s either way", worst, l.MaxPositionQty)
}

// shrinks lets a position that is over the limit be brought back.
func shrinks(v *View, worst market.Qty) bool {
	return worst.Sign()*v.Position.Sign() >= 0 && worst.Abs() < v.Position.Abs()
}

func duplicateIntent(_ *Gate, v *View, _ *Limits) string {
	if !v.Duplicate {
		return ""
	}
	return fmt.Sprintf("intent %s was taken before", v.Order.ClientOrderID)
}

func rateSubmit(g *Gate, v *View, _ *Limits) string {
	switch {
	case v.SubmitsInSecond >= g.account.MaxSubmitsPerSecond:
		return fmt.Sprintf("%d orders in the last second, limit %d", v.SubmitsInSecond, g.account.MaxSubmitsPerSecond)
	case v.SubmitsInMinute >= g.account.MaxSubmitsPerMinute:
		return fmt.Sprintf("%d orders in the last minute, limit %d", v.SubmitsInMinute, g.account.MaxSubmitsPerMinute)
	}
	return ""
}
