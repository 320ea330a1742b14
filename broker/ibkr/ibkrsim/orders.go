package ibkrsim

import (
	"cmp"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// getOrders is GET iserver/account/orders: the orders of the last 24 hours
// and all that work, newest first. The first call of a session and one with
// force=true answer nothing; only the next is the truth.
func (s *Server) getOrders(r *web.Request) web.Reply {
	rows := []orderRow{}
	u := s.user(r)
	account := cmp.Or(r.Query.Get("accountId"), u.selected)
	if !u.sees(account) {
		return web.FailCode(400, "Bad Request: account "+account+" is not known")
	}
	if yes(r.Query.Get("force")) || !u.session.orders {
		u.session.orders, u.session.muted = true, false
		return web.OK(map[string]any{"orders": rows, "snapshot": false})
	}
	filters := statusFilters(r.Query.Get("filters"))
	u.session.muted = u.session.muted || len(filters) > 0
	for _, o := range slices.Backward(s.house.Orders()) {
		recent := o.Working() || r.Now-o.Changed < market.Day
		if r.Now < s.desk.hidden && o.Created < u.session.readyAt {
			continue
		}
		if o.Account != account || !recent || len(rows) == maxOrderRows {
			continue
		}
		if len(filters) == 0 || slices.Contains(filters, strings.ToLower(string(o.Status))) {
			rows = append(rows, orderRowOf(o))
		}
	}
	return web.OK(map[string]any{"orders": rows, "snapshot": true})
}

// maxOrderRows is how many orders an answer holds at most.
const maxOrderRows = 1000

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
	Contract2       string  `json:"contract_description_2,omitempty"`
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
	return web.OK(statusRowOf(o))
}

func statusRowOf(o *brokerage.Order) statusRow {
	live, p, w, done := orderRowOf(o), o.Product, orderWords(o), !o.Working()
	status := string(o.Status)
	r := statusRow{
		RequestID: "1", ServerID: "0", OrderID: o.ID, ConidEx: live.ConidEx, Conid: o.Conid, Symbol: p.Symbol,
		Side: wording.Letter(o.Ticket.Side), Contract: live.Description1, Contract2: live.Description2,
		ListingExchange: live.ListingExchange, OptionAcct: "c",
		CompanyName: live.CompanyName, Size: web.FloatText(o.Left().String()), TotalSize: web.FloatText(o.Ticket.Qty.String()),
		Currency: p.Currency, Account: o.Account, OrderType: live.OrigOrderType, CumFill: web.FloatText(o.Filled.String()),
		AveragePrice: live.AvgPrice, OrderStatus: status, CcpStatus: wording.CCPCode(status), Description: wording.StatusText(status),
		TIF: string(o.Ticket.TIF), FgColor: live.BgColor, BgColor: live.FgColor, NotEditable: done,
		EditableFields: "\u001e", CannotCancel: done, Deactivate: o.Ticket.Deactivated, OutsideRTH: o.Ticket.OutsideRTH,
		AllOrNone: o.Ticket.AllOrNone, SecType: live.SecType, ChartPeriods: "#R|1",
		OrderDesc: w.Describe(false), OrderDescFull: w.Describe(true), ClearingID: "IB", ClearingName: "IB", AlertActive: 1,
		ChildOrderType: "3", ClearingAccount: o.Account, SizeAndFills: live.SizeAndFills, ExitPrice: live.Price,
		ExitChart: w.Outcome(o.AvgPrice()), ExitTool: "1", DuplicateOK: true, OrderTime: o.Created.Time().Format("060102150405"),
		OrderRef: o.COID,
	}
	switch o.Ticket.Type {
	case brokerage.LMT, brokerage.LOC:
		r.LimitPrice = live.Price
	case brokerage.StopLimit, brokerage.LIT, brokerage.TrailLmt:
		r.LimitPrice, r.StopPrice = live.Price, live.AuxPrice
	case brokerage.STP, brokerage.Trail:
		r.StopPrice = live.Price
	case brokerage.MIT:
		r.StopPrice = live.AuxPrice
	}
	return r
}
