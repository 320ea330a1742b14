package ibkrsim

import (
	"bytes"
	"encoding/json"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Statuses of an order, as the API spells them.
const (
	stInactive      = "Inactive"
	stPendingSubmit = "PendingSubmit"
	stPreSubmitted  = "PreSubmitted"
	stSubmitted     = "Submitted"
	stFilled        = "Filled"
	stPendingCancel = "PendingCancel"
	stCancelled     = "Cancelled"
)

// order is an order as the state file keeps it. What its executions say is
// not kept twice.
type order struct {
	ID      int64         `json:"id"`
	COID    string        `json:"coid,omitempty"`
	Conid   int64         `json:"conid"`
	Ticket  market.Ticket `json:"ticket"`
	Status  string        `json:"status"`
	Reason  string        `json:"reason,omitempty"` // why the system ended it
	Created market.Nanos  `json:"created"`
	Changed market.Nanos  `json:"changed"`

	product  *exchange.Product
	account  string
	filled   market.Qty
	paid     market.Money // sum of quantity * price
	cancelAt market.Nanos // when the venue hears of the cancel
	refusal  string       // the venue's answer to a submit or a replace
	sent     deltaRow     // what has been streamed of it
}

// working says that the venue holds the order.
func (o *order) working() bool {
	switch o.Status {
	case stPendingSubmit, stPreSubmitted, stSubmitted, stPendingCancel:
		return true
	}
	return false
}

func (o *order) left() market.Qty { return o.Ticket.OrderQty - o.filled }

// isStop says that the order waits for a trigger.
func (o *order) isStop() bool {
	switch o.Ticket.Type {
	case market.Stop, market.StopLimit, market.TrailingStop:
		return true
	}
	return false
}

// restingStatus is the status of an order that the venue works.
func (o *order) restingStatus(now market.Nanos) string {
	closed := !o.Ticket.OutsideRTH && !o.product.Session.IsOpen(now)
	if (o.isStop() && o.filled == 0) || closed {
		return stPreSubmitted
	}
	return stSubmitted
}

// venueID is the order's name at the venue.
func (o *order) venueID() market.ClientOrderID {
	return market.ClientOrderID(web.Int(o.ID))
}

// venueOrder is the order as package venue wants it.
func (o *order) venueOrder() market.Order {
	v := market.Order{Ticket: o.Ticket, ClientOrderID: o.venueID(), VenueOrderID: string(o.venueID()),
		Account: market.AccountID(o.account), Status: market.Submitted, CumQty: o.filled, LeavesQty: o.left(),
		TsInit: o.Created, TsEvent: o.Changed}
	if px, err := market.PriceFromDecimal(web.Average(o.paid, o.filled)); err == nil {
		v.AvgPx = px
	}
	return v
}

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
	IsEventTrading    string      `json:"isEventTrading"`
	Price             string      `json:"price"`
	AuxPrice          string      `json:"auxPrice,omitempty"`
	OutsideRTH        *bool       `json:"outsideRTH,omitempty"`
	TimeInForce       string      `json:"timeInForce"`
	LastTimeMillis    int64       `json:"lastExecutionTime_r"`
	Side              string      `json:"side"`
}

func (o *order) row() orderRow {
	r := orderRow{
		Acct: o.account, Account: o.account, Conid: o.Conid, ConidEx: web.Int(o.Conid),
		OrderID: o.ID, CashCcy: "USD", SizeAndFills: o.sizeAndFills(), OrderDesc: o.describe(true),
		Description1: o.product.Symbol, Ticker: o.product.Symbol, SecType: "STK",
		ListingExchange: listingExchange(o.product.Exchange), CompanyName: o.product.Company,
		RemainingQuantity: web.QtyNum(o.left()), FilledQuantity: web.QtyNum(o.filled), TotalSize: web.QtyNum(o.Ticket.OrderQty),
		Status: o.Status, CcpStatus: o.ccpStatus(), Reason: o.Reason, SupportsTaxOpt: "1", IsEventTrading: "0",
		OrigOrderType: typeNames[o.Ticket.Type].read, OrderType: typeNames[o.Ticket.Type].shown,
		LastTime:       o.Changed.Time().Format("060102150405"),
		LastTimeMillis: web.Millis(o.Changed),
		OrderRef:       o.COID, Side: o.Ticket.Side.String(), TimeInForce: tifShown(o.Ticket.TimeInForce),
	}
	r.BgColor, r.FgColor = colors(o.Status)
	r.Price, r.AuxPrice = o.prices()
	if o.filled > 0 {
		r.AvgPrice = web.DecimalText(web.Average(o.paid, o.filled))
	}
	if o.Ticket.Type != market.Market {
		outside := o.Ticket.OutsideRTH
		r.OutsideRTH = &outside
	}
	return r
}

// prices are the fields price and auxPrice: the limit and the stop.
func (o *order) prices() (price, aux string) {
	switch o.Ticket.Type {
	case market.Limit:
		return web.PriceText(o.Ticket.Price), ""
	case market.Stop:
		return web.PriceText(o.Ticket.StopPx), ""
	case market.StopLimit:
		return web.PriceText(o.Ticket.Price), web.PriceText(o.Ticket.StopPx)
	case market.TrailingStop:
		if o.Ticket.StopPx > 0 {
			return web.PriceText(o.Ticket.StopPx), ""
		}
	}
	return "", ""
}

// sizeAndFills is "filled/remaining", or the size when all is filled.
func (o *order) sizeAndFills() string {
	if o.Status == stFilled {
		return o.Ticket.OrderQty.String()
	}
	return o.filled.String() + "/" + o.left().String()
}

func (o *order) ccpStatus() string {
	switch o.Status {
	case stFilled, stCancelled, stInactive:
		return o.Status
	}
	return stSubmitted
}

// describe is the order in words: "Buy 1 SPY Limit 457.00, GTC".
func (o *order) describe(withSymbol bool) string {
	verb := map[market.Side]string{market.Buy: "Buy", market.Sell: "Sell"}[o.Ticket.Side]
	if o.Status == stFilled {
		verb = map[market.Side]string{market.Buy: "Bought", market.Sell: "Sold"}[o.Ticket.Side]
	}
	text := verb + " " + o.Ticket.OrderQty.String() + " "
	if withSymbol {
		text += o.product.Symbol + " "
	}
	text += typeNames[o.Ticket.Type].shown
	price, aux := o.prices()
	for _, p := range []string{price, aux} {
		if p != "" {
			text += " " + p
		}
	}
	tif := o.Ticket.TimeInForce.String()
	if o.Ticket.TimeInForce == market.DAY {
		tif = "Day"
	}
	return text + ", " + tif
}

// typeNames are how an order type reads back.
var typeNames = map[market.OrdType]struct{ read, shown string }{
	market.Market:       {"MARKET", "Market"},
	market.Limit:        {"LIMIT", "Limit"},
	market.Stop:         {"STOP", "Stop"},
	market.StopLimit:    {"STOP_LIMIT", "Stop Limit"},
	market.TrailingStop: {"TRAIL", "TRAIL"},
}

// tifShown is the time in force of the list of orders, where DAY is CLOSE.
func tifShown(t market.TimeInForce) string {
	if t == market.DAY {
		return "CLOSE"
	}
	return t.String()
}

func listingExchange(exchange string) string {
	if exchange == "NASDAQ" {
		return "NASDAQ.NMS"
	}
	return exchange
}

func colors(status string) (bg, fg string) {
	switch status {
	case stPendingSubmit:
		return "#FFFFFF", "#3399CC"
	case stPreSubmitted:
		return "#FFFFFF", "#0000CC"
	case stSubmitted:
		return "#000000", "#00F000"
	case stPendingCancel, stCancelled:
		return "#FFFFFF", "#CC0000"
	}
	return "#FFFFFF", "#000000"
}

// deltaRow is a row of which some keys may be missing.
type deltaRow map[string]json.RawMessage

// identity are the keys that every delta repeats.
var identity = []string{"acct", "orderId"}

// delta is what has changed of the order's row since the last call; the first
// time it is all of it.
func (o *order) delta() deltaRow {
	now := rowOf(o.row())
	if o.sent == nil {
		o.sent = now
		return now
	}
	changed := deltaRow{}
	for key, value := range now {
		if !bytes.Equal(value, o.sent[key]) && key != "lastExecutionTime" && key != "lastExecutionTime_r" {
			changed[key] = value
		}
	}
	o.sent = now
	if len(changed) == 0 {
		return nil
	}
	for _, key := range identity {
		changed[key] = now[key]
	}
	return changed
}

// rowOf takes a wire struct apart.
func rowOf(v orderRow) deltaRow {
	var row deltaRow
	if err := json.Unmarshal(web.Encode(v), &row); err != nil {
		panic(err)
	}
	return row
}
