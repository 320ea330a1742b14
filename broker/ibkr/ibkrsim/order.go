package ibkrsim

import (
	"bytes"
	"encoding/json"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
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
	Description2      string      `json:"description2,omitempty"`
	Ticker            string      `json:"ticker"`
	SecType           string      `json:"secType"`
	ListingExchange   string      `json:"listingExchange"`
	RemainingQuantity json.Number `json:"remainingQuantity"`
	FilledQuantity    json.Number `json:"filledQuantity"`
	TotalSize         json.Number `json:"totalSize"`
	TotalCashSize     json.Number `json:"totalCashSize,omitempty"`
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
	p, w := o.Product, orderWords(o)
	r := orderRow{
		Acct: o.Account, Account: o.Account, Conid: o.Conid, ConidEx: conidEx(o),
		OrderID: o.ID, CashCcy: p.Currency, SizeAndFills: w.SizeAndFills(), OrderDesc: w.Describe(true),
		Description1: w.Contract.Text(), Description2: w.Contract.Detail(), Ticker: p.Symbol, SecType: w.Contract.SecType,
		ListingExchange: wording.ListingText(p.Exchange), CompanyName: p.Company,
		RemainingQuantity: web.QtyNum(o.Left()), FilledQuantity: web.QtyNum(o.Filled), TotalSize: web.QtyNum(o.Ticket.Qty),
		Status: string(o.Status), CcpStatus: wording.CCPWord(string(o.Status)), Reason: o.Reason, SupportsTaxOpt: "1", IsEventTrading: "0",
		OrigOrderType: w.TypeName(), OrderType: w.TypeShown(),
		LastTime:       o.Changed.Time().Format("060102150405"),
		LastTimeMillis: web.Millis(o.Changed), ParentID: o.Parent, OcaGroupID: o.OCA,
		OrderRef: o.COID, Side: o.Ticket.Side.String(), TimeInForce: w.TIFShown(),
	}
	r.BgColor, r.FgColor = wording.Colors(string(o.Status))
	r.Price, r.AuxPrice = w.Prices()
	if o.Ticket.Cash.IsPositive() {
		r.TotalCashSize = web.Num(o.Ticket.Cash)
	}
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
