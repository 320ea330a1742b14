package ibkrsim

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// getOrders is GET iserver/account/orders: the orders of the last 24 hours
// and all that work, newest first. The first call of a session and one with
// force=true answer nothing; only the next is the truth.
func (s *Server) getOrders(r *web.Request) web.Reply {
	rows := []orderRow{}
	if a := r.Query.Get("accountId"); a != "" && a != s.opt.Account {
		return web.FailCode(400, "Bad Request: account "+a+" is not known")
	}
	if r.Query.Get("force") == "true" || !s.session.orders {
		s.session.orders, s.session.muted = true, false
		return web.OK(map[string]any{"orders": rows, "snapshot": false})
	}
	filters := statusFilters(r.Query.Get("filters"))
	s.session.muted = s.session.muted || len(filters) > 0
	for _, o := range slices.Backward(s.book.orders) {
		recent := o.working() || s.book.now-o.Changed < market.Day
		if recent && (len(filters) == 0 || slices.Contains(filters, strings.ToLower(o.Status))) {
			rows = append(rows, o.row())
		}
	}
	return web.OK(map[string]any{"orders": rows, "snapshot": true})
}

// statusFilters reads "pending_submit,filled" as lower-case statuses.
func statusFilters(text string) []string {
	var list []string
	for _, one := range strings.Split(text, ",") {
		one = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(one), "_", ""))
		if one != "" && one != "sortbytime" {
			list = append(list, one)
		}
	}
	return list
}

// statusRow is the answer of GET iserver/account/order/status/{orderId}: sizes
// and prices are text, the colours are swapped.
type statusRow struct {
	SubType         *string `json:"sub_type"`
	RequestID       string  `json:"request_id"`
	ServerID        string  `json:"server_id"`
	OrderID         int64   `json:"order_id"`
	ConidEx         string  `json:"conidex"`
	Conid           int64   `json:"conid"`
	Symbol          string  `json:"symbol"`
	Side            string  `json:"side"`
	Contract        string  `json:"contract_description_1"`
	ListingExchange string  `json:"listing_exchange"`
	OptionAcct      string  `json:"option_acct"`
	CompanyName     string  `json:"company_name"`
	Size            string  `json:"size"`
	TotalSize       string  `json:"total_size"`
	Currency        string  `json:"currency"`
	Account         string  `json:"account"`
	OrderType       string  `json:"order_type"`
	LimitPrice      string  `json:"limit_price,omitempty"`
	StopPrice       string  `json:"stop_price,omitempty"`
	CumFill         string  `json:"cum_fill"`
	AveragePrice    string  `json:"average_price,omitempty"`
	OrderStatus     string  `json:"order_status"`
	CcpStatus       string  `json:"order_ccp_status"`
	Description     string  `json:"order_status_description"`
	TIF             string  `json:"tif"`
	FgColor         string  `json:"fg_color"`
	BgColor         string  `json:"bg_color"`
	NotEditable     bool    `json:"order_not_editable"`
	EditableFields  string  `json:"editable_fields"`
	CannotCancel    bool    `json:"cannot_cancel_order"`
	Deactivate      bool    `json:"deactivate_order"`
	OutsideRTH      bool    `json:"outside_rth"`
	AllOrNone       bool    `json:"all_or_none"`
	PriceMgmt       bool    `json:"use_price_mgmt_algo"`
	SecType         string  `json:"sec_type"`
	ChartPeriods    string  `json:"available_chart_periods"`
	OrderDesc       string  `json:"order_description"`
	OrderDescFull   string  `json:"order_description_with_contract"`
	ClearingID      string  `json:"clearing_id"`
	ClearingName    string  `json:"clearing_name"`
	AlertActive     int     `json:"alert_active"`
	ChildOrderType  string  `json:"child_order_type"`
	ClearingAccount string  `json:"order_clearing_account"`
	SizeAndFills    string  `json:"size_and_fills"`
	ExitPrice       string  `json:"exit_strategy_display_price"`
	ExitChart       string  `json:"exit_strategy_chart_description"`
	ExitTool        string  `json:"exit_strategy_tool_availability"`
	DuplicateOK     bool    `json:"allowed_duplicate_opposite"`
	OrderTime       string  `json:"order_time"`
	OrderRef        string  `json:"order_ref,omitempty"`
}

func (s *Server) getOrderStatus(r *web.Request) web.Reply {
	o, out, ok := s.pathOrder(r)
	if !ok {
		return out
	}
	return web.OK(o.statusRow())
}

func (o *order) statusRow() statusRow {
	live := o.row()
	done := !o.working()
	r := statusRow{
		RequestID: "1", ServerID: "0", OrderID: o.ID, ConidEx: live.ConidEx, Conid: o.Conid, Symbol: o.product.Symbol,
		Side: live.Side[:1], Contract: o.product.Symbol, ListingExchange: live.ListingExchange, OptionAcct: "c",
		CompanyName: live.CompanyName, Size: web.FloatText(o.left().String()), TotalSize: web.FloatText(o.Ticket.OrderQty.String()),
		Currency: "USD", Account: o.account, OrderType: live.OrigOrderType, CumFill: web.FloatText(o.filled.String()),
		AveragePrice: live.AvgPrice, OrderStatus: o.Status, CcpStatus: "0", Description: "Order " + live.CcpStatus,
		TIF: o.Ticket.TimeInForce.String(), FgColor: live.BgColor, BgColor: live.FgColor, NotEditable: done,
		EditableFields: "\u001e", CannotCancel: done, OutsideRTH: o.Ticket.OutsideRTH, SecType: "STK", ChartPeriods: "#R|1",
		OrderDesc: o.describe(false), OrderDescFull: o.describe(true), ClearingID: "IB", ClearingName: "IB", AlertActive: 1,
		ChildOrderType: "3", ClearingAccount: o.account, SizeAndFills: live.SizeAndFills, ExitPrice: live.Price,
		ExitChart: o.describe(false), ExitTool: "1", DuplicateOK: true, OrderTime: o.Created.Time().Format("060102150405"),
		OrderRef: o.COID,
	}
	switch {
	case o.Status == stFilled:
		r.CcpStatus = "2"
	case done:
		r.CcpStatus = "4"
	}
	switch o.Ticket.Type {
	case market.Limit:
		r.LimitPrice = live.Price
	case market.StopLimit:
		r.LimitPrice, r.StopPrice = live.Price, live.AuxPrice
	case market.Stop, market.TrailingStop:
		r.StopPrice = live.Price
	}
	return r
}

// whatif is POST iserver/account/{accountId}/orders/whatif.
func (s *Server) whatif(r *web.Request) web.Reply {
	t, out, ok := s.readOrder(r)
	if !ok {
		return out
	}
	d, err := s.check(t)
	if err != nil {
		return refusal(err)
	}
	price := d.ticket.Price
	setDefault(&price, d.product.Mark())
	value := market.Notional(price, d.ticket.OrderQty, 1)
	fee := decimal.Max(decimal.New(1, 0), d.ticket.OrderQty.Decimal().Mul(decimal.New(5, -3)))
	margin, held := s.book.gross().Mul(marginRate), s.book.positions[d.product.ID-1].Qty
	adds := s.book.marginFor(d)
	equity := s.book.netLiquidation()
	var warn any
	if ids := s.rules(d); len(ids) > 0 {
		warn = questionText(ids[0], d)
	}
	signed := d.ticket.OrderQty * market.Qty(d.ticket.Side.Sign())
	return web.OK(map[string]any{
		"amount": map[string]string{
			"amount":     cash(value) + " USD (" + d.ticket.OrderQty.String() + " Shares)",
			"commission": fee.String() + " USD", "total": cash(value.Add(fee)) + " USD"},
		"equity":      impact(equity, fee.Neg()),
		"initial":     impact(margin, adds),
		"maintenance": impact(margin, adds),
		"position":    impact(held.Decimal(), signed.Decimal()),
		"warn":        warn,
		"error":       nil,
	})
}

func impact(current, change market.Money) map[string]string {
	return map[string]string{"current": web.Grouped(current), "change": web.Grouped(change), "after": web.Grouped(current.Add(change))}
}

// cash writes an amount with commas and cents: 1,977.60.
func cash(d market.Money) string {
	text := d.Round(2).StringFixed(2)
	return web.Grouped(d.Round(2)) + text[len(text)-3:]
}

// notification is POST iserver/notification: an answer to a prompt.
func (s *Server) notification(*web.Request) web.Reply { return web.OK("Request was submitted") }

// itoa is a conid as text.
