package ibkrsim

import (
	"bytes"
	"encoding/json"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// orderRow is a row of GET iserver/account/orders and of a sor frame.
type orderRow struct {
	Acct              string      `json:"acct"`
	ConidEx           string      `json:"conidex"`
	Conid             int64       `json:"conid"`
	Account           string      `json:"account"`
	OrderID           int64       `json:"orderId"`
	CashCcy           string      `json:"cashCcy"`
	SizeAndFills      string      `json:"sizeAndFills"`
	OrderDesc         string      `json:"orderDesc"`
	Description1      string      `json:"description1"`
	Ticker            string      `json:"ticker"`
	SecType           string      `json:"secType"`
	ListingExchange   string      `json:"listingExchange"`
	RemainingQuantity json.Number `json:"remainingQuantity"`
	FilledQuantity    json.Number `json:"filledQuantity"`
	TotalSize         json.Number `json:"totalSize"`
	CompanyName       string      `json:"companyName"`
	Status            string      `json:"status"`
	CcpStatus         string      `json:"order_ccp_status"`
	Reason            string      `json:"order_cancellation_by_system_reason,omitempty"`
	AvgPrice          string      `json:"avgPrice,omitempty"`
	OrigOrderType     string      `json:"origOrderType"`
	SupportsTaxOpt    string      `json:"supportsTaxOpt"`
	LastTime          string      `json:"lastExecutionTime"`
	OrderType         string      `json:"orderType"`
	BgColor           string      `json:"bgColor"`
	FgColor           string      `json:"fgColor"`
	OrderRef          string      `json:"order_ref,omitempty"`
	ParentID          int64       `json:"parentId,omitempty"`
	OcaGroupID        string      `json:"ocaGroupId,omitempty"`
	IsEventTrading    string      `json:"isEventTrading"`
	Price             string      `json:"price"`
	AuxPrice          string      `json:"auxPrice,omitempty"`
	OutsideRTH        *bool       `json:"outsideRTH,omitempty"`
	TimeInForce       string      `json:"timeInForce"`
	LastTimeMillis    int64       `json:"lastExecutionTime_r"`
	Side              string      `json:"side"`
}

// orderRowOf is the order as the list of orders shows it.
func orderRowOf(o *brokerage.Order) orderRow {
	p := o.Product
	r := orderRow{
		Acct: o.Account, Account: o.Account, Conid: o.Conid, ConidEx: conidEx(o),
		OrderID: o.ID, CashCcy: p.Currency, SizeAndFills: sizeAndFills(o), OrderDesc: describe(o, true),
		Description1: p.Symbol, Ticker: p.Symbol, SecType: secType(o),
		ListingExchange: listingExchange(p.Exchange), CompanyName: p.Company,
		RemainingQuantity: web.QtyNum(o.Left()), FilledQuantity: web.QtyNum(o.Filled), TotalSize: web.QtyNum(o.Ticket.Qty),
		Status: string(o.Status), CcpStatus: ccpStatus(o), Reason: o.Reason, SupportsTaxOpt: "1", IsEventTrading: "0",
		OrigOrderType: typeNames[o.Ticket.Type].read, OrderType: typeNames[o.Ticket.Type].shown,
		LastTime:       o.Changed.Time().Format("060102150405"),
		LastTimeMillis: web.Millis(o.Changed), ParentID: o.Parent, OcaGroupID: o.OCA,
		OrderRef: o.COID, Side: o.Ticket.Side.String(), TimeInForce: tifShown(o.Ticket.TIF),
	}
	r.BgColor, r.FgColor = colors(o.Status)
	r.Price, r.AuxPrice = orderPrices(o)
	if o.Filled > 0 {
		r.AvgPrice = web.DecimalText(o.AvgPrice())
	}
	if o.Ticket.Type != brokerage.MKT {
		outside := o.Ticket.OutsideRTH
		r.OutsideRTH = &outside
	}
	return r
}

// conidEx is the contract as the order was sent: a combination's has its legs.
func conidEx(o *brokerage.Order) string {
	if o.IsCombo() {
		return o.ConidEx
	}
	return web.Int(o.Conid)
}

func secType(o *brokerage.Order) string {
	if o.IsCombo() {
		return exchange.Combo
	}
	return o.Product.SecType
}

// orderPrices are the fields price and auxPrice: the limit and the stop.
func orderPrices(o *brokerage.Order) (price, aux string) {
	t := &o.Ticket
	switch t.Type {
	case brokerage.LMT, brokerage.LOC:
		return web.PriceText(t.Price), ""
	case brokerage.STP:
		return web.PriceText(t.Price), ""
	case brokerage.StopLimit, brokerage.LIT:
		return web.PriceText(t.Price), web.PriceText(t.Aux)
	case brokerage.MIT:
		return "", web.PriceText(t.Aux)
	case brokerage.Trail:
		return shownPrice(o.Stop), ""
	case brokerage.TrailLmt:
		return shownPrice(o.Stop + t.Price - t.Aux), shownPrice(o.Stop)
	case brokerage.MidPrice, brokerage.REL:
		return shownPrice(t.Price), ""
	}
	return "", ""
}

// shownPrice is "" for a price that there is not.
func shownPrice(px market.Price) string {
	if px <= 0 {
		return ""
	}
	return web.PriceText(px)
}

// sizeAndFills is "filled/remaining", or the size when all is filled.
func sizeAndFills(o *brokerage.Order) string {
	if o.Status == brokerage.Filled {
		return o.Ticket.Qty.String()
	}
	return o.Filled.String() + "/" + o.Left().String()
}

func ccpStatus(o *brokerage.Order) string {
	switch o.Status {
	case brokerage.Filled, brokerage.Cancelled, brokerage.Inactive:
		return string(o.Status)
	}
	return string(brokerage.Submitted)
}

// describe is the order in words: "Buy 1 SPY Limit 457.00, GTC".
func describe(o *brokerage.Order, withSymbol bool) string {
	verb := map[market.Side]string{market.Buy: "Buy", market.Sell: "Sell"}[o.Ticket.Side]
	if o.Status == brokerage.Filled {
		verb = map[market.Side]string{market.Buy: "Bought", market.Sell: "Sold"}[o.Ticket.Side]
	}
	text := verb + " " + o.Ticket.Qty.String() + " "
	if withSymbol {
		text += o.Product.Symbol + " "
	}
	text += typeNames[o.Ticket.Type].shown
	price, aux := orderPrices(o)
	for _, p := range []string{price, aux} {
		if p != "" {
			text += " " + p
		}
	}
	tif := string(o.Ticket.TIF)
	if o.Ticket.TIF == brokerage.DAY {
		tif = "Day"
	}
	return text + ", " + tif
}

// typeNames are how an order type reads back.
var typeNames = map[brokerage.OrderType]struct{ read, shown string }{
	brokerage.MKT:       {"MARKET", "Market"},
	brokerage.LMT:       {"LIMIT", "Limit"},
	brokerage.STP:       {"STOP", "Stop"},
	brokerage.StopLimit: {"STOP_LIMIT", "Stop Limit"},
	brokerage.Trail:     {"TRAIL", "TRAIL"},
	brokerage.TrailLmt:  {"TRAILLMT", "TRAILLMT"},
	brokerage.MidPrice:  {"MIDPRICE", "MIDPRICE"},
	brokerage.MOC:       {"MARKETONCLOSE", "MOC"},
	brokerage.LOC:       {"LIMITONCLOSE", "LOC"},
	brokerage.MIT:       {"MIT", "MIT"},
	brokerage.LIT:       {"LIT", "LIT"},
	brokerage.REL:       {"RELATIVE", "Relative"},
}

// tifShown is the time in force of the list of orders, where DAY is CLOSE.
func tifShown(t brokerage.TIF) string {
	if t == brokerage.DAY {
		return "CLOSE"
	}
	return string(t)
}

func listingExchange(exchange string) string {
	if exchange == "NASDAQ" {
		return "NASDAQ.NMS"
	}
	return exchange
}

func colors(status brokerage.Status) (bg, fg string) {
	switch status {
	case brokerage.PendingSubmit:
		return "#FFFFFF", "#3399CC"
	case brokerage.PreSubmitted:
		return "#FFFFFF", "#0000CC"
	case brokerage.Submitted:
		return "#000000", "#00F000"
	case brokerage.PendingCancel, brokerage.Cancelled:
		return "#FFFFFF", "#CC0000"
	}
	return "#FFFFFF", "#000000"
}

// deltaRow is a row of which some keys may be missing.
type deltaRow map[string]json.RawMessage

// repeated are the keys that every delta repeats.
var repeated = []string{"acct", "orderId"}

// delta is what has changed of a row since was; all of it when there was none,
// nil when nothing has.
func (row deltaRow) delta(was deltaRow) deltaRow {
	if was == nil {
		return row
	}
	changed := deltaRow{}
	for key, value := range row {
		if !bytes.Equal(value, was[key]) && key != "lastExecutionTime" && key != "lastExecutionTime_r" {
			changed[key] = value
		}
	}
	if len(changed) == 0 {
		return nil
	}
	for _, key := range repeated {
		changed[key] = row[key]
	}
	return changed
}

// apart takes a wire struct apart.
func apart(v orderRow) deltaRow {
	var row deltaRow
	if err := json.Unmarshal(web.Encode(v), &row); err != nil {
		panic(err)
	}
	return row
}
