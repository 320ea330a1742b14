package wording

import (
	"slices"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Order is an order as far as texts tell of it. Prices are those of the ticket
// that POST iserver/account/{accountId}/orders takes; of trailing orders, those
// of now.
type Order struct {
	Contract Contract
	Side     market.Side
	Qty      market.Qty // all of it
	Filled   market.Qty
	Type     string       // orderType: LMT, TRAILLMT
	TIF      string       // DAY, GTC, IOC, OPG, OVT, OND
	Price    market.Price // limit; of STP and TRAIL the stop
	AuxPrice market.Price // stop or trigger of those that have a limit, too
	Status   string       // one of the statuses of this package
	Reason   string       // why the system ended it, else empty

	// Of an order by amount instead of quantity (cashQty).
	Cash     market.Money // the amount, in Contract.Currency; 0 is none
	CashDone market.Money // what of it has been spent
}

// orderType is how an order type reads back.
type orderType struct {
	name  string // origOrderType, and order_type of the order status
	shown string // orderType of live orders
	least uint8  // prices that are always shown: the price, then the auxiliary one
	most  uint8  // those that are shown when the order has them
}

// orderTypes by what a ticket says. Read back in live sessions: the names of
// all but STOP_LIMIT, MIDPRICE and the trailing ones, and the first three
// types as shown.
var orderTypes = map[string]orderType{
	"MKT":        {name: "MARKET", shown: "Market"},
	"LMT":        {name: "LIMIT", shown: "Limit", least: 1, most: 1},
	"STP":        {name: "STOP", shown: "Stop", least: 1, most: 1},
	"STOP_LIMIT": {name: "STOP_LIMIT", shown: "Stop Limit", least: 2, most: 2},
	"MIDPRICE":   {name: "MIDPRICE", shown: "MIDPRICE", most: 1},
	"TRAIL":      {name: "TRAIL", shown: "TRAIL", most: 1},
	"TRAILLMT":   {name: "TRAILLMT", shown: "TRAILLMT", most: 2},
	"MOC":        {name: "MARKETONCLOSE", shown: "MOC"},
	"LOC":        {name: "LIMITONCLOSE", shown: "LOC", least: 1, most: 1},
	"MIT":        {name: "MIT", shown: "MIT", most: 2},
	"LIT":        {name: "LIT", shown: "LIT", least: 2, most: 2},
	"REL":        {name: "RELATIVE", shown: "Relative", most: 1},
}

// OrderTypes are the order types that a ticket may have, sorted.
func OrderTypes() []string {
	var list []string
	for name := range orderTypes {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// typeOf is the read-back of a type; one that is not known reads as it is.
func typeOf(ticket string) orderType {
	if t, known := orderTypes[ticket]; known {
		return t
	}
	return orderType{name: ticket, shown: ticket, most: 2}
}

// TypeName is the type as origOrderType of live orders and order_type of the
// order status have it: LIMIT.
func (o *Order) TypeName() string { return typeOf(o.Type).name }

// TypeShown is the type as orderType of live orders has it: Limit.
func (o *Order) TypeShown() string { return typeOf(o.Type).shown }

// TIFShown is the time in force in live orders: DAY reads CLOSE. The order
// status has it as the ticket does.
func (o *Order) TIFShown() string {
	if o.TIF == "DAY" {
		return "CLOSE"
	}
	return o.TIF
}

// Prices are price and auxPrice of live orders; empty is none.
func (o *Order) Prices() (price, aux string) {
	t := typeOf(o.Type)
	show := func(n uint8, p market.Price) string {
		if t.least >= n || t.most >= n && p != 0 {
			return o.Contract.Price(p)
		}
		return ""
	}
	return show(1, o.Price), show(2, o.AuxPrice)
}

// Describe is the order in words. orderDesc of live orders and
// order_description_with_contract of the order status have the contract in
// it, order_description does not: Buy 1 SPY Limit 457.00, GTC; done, Bought 1
// AAPL Market, Day; ended by the system, Cancelled: Buy 1 SPY Limit 600.00, Day.
func (o *Order) Describe(withContract bool) string {
	text := o.verb() + " " + o.Qty.String() + " "
	if withContract {
		text += o.Contract.Text() + " "
	}
	text += o.TypeShown()
	price, aux := o.Prices()
	for _, p := range []string{price, aux} {
		if p != "" {
			text += " " + p
		}
	}
	tif := o.TIF
	if tif == "DAY" {
		tif = "Day"
	}
	text += ", " + tif
	if o.Status == Cancelled && o.Reason != "" {
		return "Cancelled: " + text
	}
	return text
}

func (o *Order) verb() string {
	switch {
	case o.Status == Filled:
		return traded(o.Side)
	case o.Side == market.Sell:
		return "Sell"
	}
	return "Buy"
}

func traded(side market.Side) string {
	if side == market.Sell {
		return "Sold"
	}
	return "Bought"
}

// Capitals is the order as questions and notices name it: BUY 650 AAPL
// NASDAQ.NMS.
func (o *Order) Capitals() string {
	text := o.Side.String() + " " + o.Qty.String() + " " + o.Contract.Text()
	if listing := ListingText(o.Contract.Listing); listing != "" {
		text += " " + listing
	}
	return text
}

// SizeAndFills is "filled/remaining" while the order is not filled: 100/622;
// then the size: 722. Of an order by amount it is the amounts: 2.4K CAD.
func (o *Order) SizeAndFills() string {
	if o.Cash.IsPositive() {
		done := brief(o.CashDone)
		if o.Status != Filled {
			done += "/" + brief(decimal.Max(o.Cash.Sub(o.CashDone), market.Money{}))
		}
		return done + " " + o.Contract.Currency
	}
	if o.Status == Filled {
		return o.Qty.String()
	}
	return o.Filled.String() + "/" + (o.Qty - o.Filled).String()
}

// brief cuts an amount to one decimal of thousands or millions: 2499.99 is
// 2.4K.
func brief(d market.Money) string {
	switch {
	case d.GreaterThanOrEqual(decimal.New(1, 6)):
		return d.Shift(-6).Truncate(1).StringFixed(1) + "M"
	case d.GreaterThanOrEqual(decimal.New(1, 3)):
		return d.Shift(-3).Truncate(1).StringFixed(1) + "K"
	}
	return d.Truncate(2).String()
}

// Outcome is exit_strategy_chart_description of the order status: the order in
// words, or what became of it: Sold 5 @ 192.26.
func (o *Order) Outcome(average market.Money) string {
	if o.Status != Filled {
		return o.Describe(false)
	}
	return traded(o.Side) + " " + o.Filled.String() + " @ " + web.DecimalText(average)
}

// AutoCancel is the notice about a GTC order that ends at that time, written
// as IBKR does: 20261231 22:00:00 MET.
func (o *Order) AutoCancel(at string) string {
	text := "Order " + o.Capitals() + " " + o.TypeShown()
	if price, _ := o.Prices(); price != "" {
		text += " " + price
	}
	return text + " will be automatically canceled at " + at
}
