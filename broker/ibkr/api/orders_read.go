package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// LiveOrders is the orders of the day. Only with Snapshot true is the list all
// there is: the first answer of a session is empty with Snapshot false.
type LiveOrders struct {
	Orders   []LiveOrder `json:"orders,omitzero"`
	Snapshot Bool        `json:"snapshot,omitzero"`
	Extra
}

// LiveOrder is an order of the day, of any session and platform. Numbers and
// texts change places between servers; an order that has no price has the
// price "".
type LiveOrder struct {
	Acct           Text `json:"acct,omitzero"`
	Account        Text `json:"account,omitzero"`
	OrderID        Num  `json:"orderId,omitzero"`
	ParentID       Num  `json:"parentId,omitzero"`   // OrderID of the parent, not its client order id
	OcaGroupID     Text `json:"ocaGroupId,omitzero"` // the parent's OrderID, or oco- and the first order's
	Conid          Num  `json:"conid,omitzero"`
	Conidex        Text `json:"conidex,omitzero"`
	OrderRef       Text `json:"order_ref,omitzero"` // the client's order id; none on a child
	Ticker         Text `json:"ticker,omitzero"`
	SecType        Text `json:"secType,omitzero"`
	CompanyName    Text `json:"companyName,omitzero"`
	Description1   Text `json:"description1,omitzero"`
	Description2   Text `json:"description2,omitzero"` // of derivatives
	Exchange       Text `json:"exchange,omitzero"`
	ListingEx      Text `json:"listingExchange,omitzero"`
	Side           Text `json:"side,omitzero"` // BUY, SELL, or EXER of an exercise
	OrderType      Text `json:"orderType,omitzero"`
	OrigOrderType  Text `json:"origOrderType,omitzero"`
	TIF            Text `json:"timeInForce,omitzero"` // CLOSE is DAY
	Status         Text `json:"status,omitzero"`
	CCPStatus      Text `json:"order_ccp_status,omitzero"` // a word; a code in OrderStatus
	SystemReason   Text `json:"order_cancellation_by_system_reason,omitzero"`
	OrderDesc      Text `json:"orderDesc,omitzero"`
	SizeAndFills   Text `json:"sizeAndFills,omitzero"`
	Total          Num  `json:"totalSize,omitzero"`
	Filled         Num  `json:"filledQuantity,omitzero"`
	Remaining      Num  `json:"remainingQuantity,omitzero"`
	TotalCash      Num  `json:"totalCashSize,omitzero"`
	CashCcy        Text `json:"cashCcy,omitzero"`
	Price          Num  `json:"price,omitzero"`
	AuxPrice       Num  `json:"auxPrice,omitzero"`
	StopPrice      Num  `json:"stop_price,omitzero"`
	AvgPrice       Num  `json:"avgPrice,omitzero"` // of the fills
	OutsideRTH     Bool `json:"outsideRTH,omitzero"`
	LastTime       Text `json:"lastExecutionTime,omitzero"`   // YYMMDDhhmmss UTC of the last change
	LastTimeMillis Num  `json:"lastExecutionTime_r,omitzero"` // the same, milliseconds since 1970
	TaxOpt         Text `json:"supportsTaxOpt,omitzero"`
	TaxOptimizerID Text `json:"taxOptimizerId,omitzero"`
	IsEventTrading Text `json:"isEventTrading,omitzero"`
	BgColor        Text `json:"bgColor,omitzero"`
	FgColor        Text `json:"fgColor,omitzero"`
	Extra
}

// Done says that the order does not work any more. Inactive is not done: a new
// order passes through it, and a held one waits in it.
func (o *LiveOrder) Done() bool {
	s := strings.ToLower(o.Status.String())
	return s == "filled" || s == "cancelled"
}

// Group lists the order with a client order id and its children. A child has
// no reference of its own; it names its parent's OrderID.
func (l *LiveOrders) Group(clientID string) []LiveOrder {
	var group []LiveOrder
	for i := range l.Orders {
		if l.Orders[i].OrderRef.String() == clientID {
			group = append(group, l.Orders[i])
		}
	}
	if len(group) == 0 {
		return nil
	}
	parent, ok := group[0].OrderID.Int()
	for i := range l.Orders {
		if id, child := l.Orders[i].ParentID.Int(); ok && child && id == parent {
			group = append(group, l.Orders[i])
		}
	}
	return group
}

// LiveQuery narrows Live.
type LiveQuery struct {
	Account string   // of several; "": the selected one
	Force   bool     // drop the server's cache: this answer is empty, the next one fresh
	Filters []string // inactive, pending_submit, submitted, filled ...; silences the order stream until the next Force
}

var opLive = register(Op{Group: "Orders", Name: "Live", Method: http.MethodGet, Path: "/iserver/account/orders"})

// Live lists the day's orders, at most 1000 and at most once in five seconds.
// Ask until Snapshot is true. GET /iserver/account/orders.
func (o Orders) Live(ctx context.Context, q LiveQuery) (LiveOrders, error) {
	query := url.Values{}
	setText(query, "accountId", q.Account)
	setText(query, "filters", strings.Join(q.Filters, ","))
	if q.Force {
		query.Set("force", "true")
	}
	return do[LiveOrders](ctx, o.c, opLive, args{query: query})
}

// OrderStatus is one order in full. Sizes and prices are texts, Side is B or S.
type OrderStatus struct {
	OrderID          Num  `json:"order_id,omitzero"`
	RequestID        Text `json:"request_id,omitzero"`
	ServerID         Text `json:"server_id,omitzero"`
	SubType          Text `json:"sub_type,omitzero"`
	Account          Text `json:"account,omitzero"`
	Conid            Num  `json:"conid,omitzero"`
	Conidex          Text `json:"conidex,omitzero"`
	Symbol           Text `json:"symbol,omitzero"`
	SecType          Text `json:"sec_type,omitzero"`
	Currency         Text `json:"currency,omitzero"`
	CompanyName      Text `json:"company_name,omitzero"`
	Contract1        Text `json:"contract_description_1,omitzero"`
	Contract2        Text `json:"contract_description_2,omitzero"`
	ListingEx        Text `json:"listing_exchange,omitzero"`
	Side             Text `json:"side,omitzero"`
	OrderType        Text `json:"order_type,omitzero"`
	TIF              Text `json:"tif,omitzero"`
	Status           Text `json:"order_status,omitzero"`
	CCPStatus        Text `json:"order_ccp_status,omitzero"` // a code: 0 works, 2 is filled
	StatusText       Text `json:"order_status_description,omitzero"`
	Size             Num  `json:"size,omitzero"` // what remains
	Total            Num  `json:"total_size,omitzero"`
	CumFill          Num  `json:"cum_fill,omitzero"`
	TotalCash        Num  `json:"total_cash_size,omitzero"`
	LimitPrice       Num  `json:"limit_price,omitzero"`
	StopPrice        Num  `json:"stop_price,omitzero"`
	AvgPrice         Num  `json:"average_price,omitzero"`
	SizeAndFills     Text `json:"size_and_fills,omitzero"`
	OutsideRTH       Bool `json:"outside_rth,omitzero"`
	AllOrNone        Bool `json:"all_or_none,omitzero"`
	UsePriceMgmt     Bool `json:"use_price_mgmt_algo,omitzero"`
	NotEditable      Bool `json:"order_not_editable,omitzero"`
	EditableFields   Text `json:"editable_fields,omitzero"`
	CannotCancel     Bool `json:"cannot_cancel_order,omitzero"`
	Deactivated      Bool `json:"deactivate_order,omitzero"`
	OppositeAllowed  Bool `json:"allowed_duplicate_opposite,omitzero"`
	Description      Text `json:"order_description,omitzero"`
	DescriptionFull  Text `json:"order_description_with_contract,omitzero"`
	OrderTime        Text `json:"order_time,omitzero"` // YYMMDDhhmmss UTC
	ChildOrderType   Text `json:"child_order_type,omitzero"`
	AlertActive      Num  `json:"alert_active,omitzero"`
	OptionAcct       Text `json:"option_acct,omitzero"`
	ClearingID       Text `json:"clearing_id,omitzero"`
	ClearingName     Text `json:"clearing_name,omitzero"`
	ClearingAccount  Text `json:"order_clearing_account,omitzero"`
	ChartPeriods     Text `json:"available_chart_periods,omitzero"`
	ExitDisplayPrice Text `json:"exit_strategy_display_price,omitzero"`
	ExitDescription  Text `json:"exit_strategy_chart_description,omitzero"`
	ExitAvailability Text `json:"exit_strategy_tool_availability,omitzero"`
	BgColor          Text `json:"bg_color,omitzero"`
	FgColor          Text `json:"fg_color,omitzero"`
	Extra
}

var opStatus = register(Op{Group: "Orders", Name: "Status", Method: http.MethodGet, Path: "/iserver/account/order/status/{orderId}"})

// Status asks for one order, of this session or an earlier one of the day. An
// unknown one is a 400 or a 503, depending on the server: look in Live and
// Trades then. GET /iserver/account/order/status/{orderId}.
func (o Orders) Status(ctx context.Context, orderID int64) (OrderStatus, error) {
	return do[OrderStatus](ctx, o.c, opStatus, args{params: map[string]string{"orderId": strconv.FormatInt(orderID, 10)}})
}

// Trade is an execution. NetAmount is size times price, positive for a sale,
// too, and without the commission.
type Trade struct {
	ExecID         Text `json:"execution_id,omitzero"` // its last part counts corrections
	Symbol         Text `json:"symbol,omitzero"`
	Side           Text `json:"side,omitzero"` // B, S; N where event contracts were netted
	Description    Text `json:"order_description,omitzero"`
	Time           Text `json:"trade_time,omitzero"`   // YYYYMMDD-hh:mm:ss UTC
	TimeMillis     Num  `json:"trade_time_r,omitzero"` // since 1970
	Size           Num  `json:"size,omitzero"`
	Price          Num  `json:"price,omitzero"`
	Commission     Num  `json:"commission,omitzero"` // "" for some seconds after the trade
	NetAmount      Num  `json:"net_amount,omitzero"`
	OrderRef       Text `json:"order_ref,omitzero"` // the client's order id
	OrderID        Num  `json:"order_id,omitzero"`
	Submitter      Text `json:"submitter,omitzero"`
	Exchange       Text `json:"exchange,omitzero"`
	Account        Text `json:"account,omitzero"`
	AccountCode    Text `json:"accountCode,omitzero"`
	AllocationName Text `json:"account_allocation_name,omitzero"`
	CompanyName    Text `json:"company_name,omitzero"`
	Contract1      Text `json:"contract_description_1,omitzero"`
	Contract2      Text `json:"contract_description_2,omitzero"`
	SecType        Text `json:"sec_type,omitzero"`
	ListingEx      Text `json:"listing_exchange,omitzero"`
	Conid          Num  `json:"conid,omitzero"`
	Conidex        Text `json:"conidEx,omitzero"`
	Position       Num  `json:"position,omitzero"`   // after it
	OpenClose      Text `json:"open_close,omitzero"` // ??? when IBKR does not know
	ClearingID     Text `json:"clearing_id,omitzero"`
	ClearingName   Text `json:"clearing_name,omitzero"`
	Liquidation    Text `json:"liquidation_trade,omitzero"`
	TaxOpt         Text `json:"supports_tax_opt,omitzero"`
	IsEventTrading Text `json:"is_event_trading,omitzero"`
	Extra
}

var opTrades = register(Op{Group: "Orders", Name: "Trades", Method: http.MethodGet, Path: "/iserver/account/trades"})

// Trades lists the executions of today, or of the last days, 1 to 7, newest
// first, at most once in five seconds. The first answer of a session is empty;
// two empty ones mean none. GET /iserver/account/trades.
func (o Orders) Trades(ctx context.Context, days int) ([]Trade, error) {
	query := url.Values{}
	setInt(query, "days", int64(days))
	return do[[]Trade](ctx, o.c, opTrades, args{query: query})
}
