package wording

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Letter is the side of trades and of the order status: B or S.
func Letter(side market.Side) string {
	if side == market.Sell {
		return "S"
	}
	return "B"
}

// Trade is order_description of GET iserver/account/trades: Bot 1 @ 751.68 on
// IEX.
func Trade(c *Contract, side market.Side, q market.Qty, price market.Price, venue string) string {
	verb := "Bot"
	if side == market.Sell {
		verb = "Sold"
	}
	return verb + " " + q.String() + " @ " + c.Price(price) + " on " + venue
}

// Commission is an execution's commission as trades have it, rounded to
// cents: 1.0, 1.02.
func Commission(d market.Money) string { return web.FloatText(d.Round(2).String()) }

// Cents is an amount with thousands commas and two decimals: 1,977.60.
func Cents(d market.Money) string {
	d = d.Round(2)
	text := d.Abs().StringFixed(2)
	text = web.Grouped(d.Abs()) + text[len(text)-3:]
	if d.IsNegative() {
		return "-" + text
	}
	return text
}

// PreviewAmount is what an order trades for in an order preview: 1,977.60 USD
// (10 Shares).
func PreviewAmount(c *Contract, value market.Money, q market.Qty) string {
	return Cents(value) + " " + c.Currency + " (" + q.String() + " " + c.unit() + ")"
}

// unit is what a contract's quantity counts.
func (c *Contract) unit() string {
	switch c.SecType {
	case exchange.Option, exchange.Future, exchange.Combo:
		return "Contracts"
	case exchange.Forex:
		return c.Symbol
	}
	return "Shares"
}

// PreviewCommission is the commission in an order preview: 1 USD, 1.02 USD.
func PreviewCommission(d market.Money, currency string) string {
	return d.Round(2).String() + " " + currency
}

// PreviewTotal is the total of an order preview: 1,978.60 USD.
func PreviewTotal(d market.Money, currency string) string { return Cents(d) + " " + currency }

// Preview is a line of an order preview: whole amounts with commas.
type Preview struct {
	Current string `json:"current"`
	Change  string `json:"change"`
	After   string `json:"after"`
}

// PreviewOf is the line of an amount that changes.
func PreviewOf(current, change market.Money) Preview {
	return Preview{Current: web.Grouped(current), Change: web.Grouped(change), After: web.Grouped(current.Add(change))}
}

// PreviewWarning is warn of an order preview: the code of the warning, a
// stroke, the text; without a code (0) the text alone.
func PreviewWarning(code int64, text string) string {
	if code == 0 {
		return text
	}
	return web.Int(code) + "/" + text
}

// amount writes a limit of precautions: 100,000, without decimals that are 0.
func amount(d market.Money) string {
	if d.Equal(d.Truncate(0)) {
		return web.Grouped(d)
	}
	return Cents(d)
}

// percent writes 3 as 3%.
func percent(d decimal.Decimal) string { return d.String() + "%" }
