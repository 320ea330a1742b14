package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gannet/broker/ibkr"
)

// Orders is the operations on orders and executions. Place, Modify and Reply
// are sent once; after an error of theirs the order may be with IBKR, unless
// the error is an *ibkr.Error of KindRefused. Look in Live before anything
// else is sent.
type Orders struct{ c Caller }

// Ticket is one order. An absent field is not sent. Side, OrderType and TIF are
// required; so is Conid or Conidex, and Quantity unless CashQty or FxQty is
// given.
type Ticket struct {
	Account           Text         `json:"acctId,omitzero"`          // default: the account of the path
	Conid             Num          `json:"conid,omitzero"`           // routes to SMART, whatever Conidex says
	Conidex           Text         `json:"conidex,omitzero"`         // 265598@NASDAQ, or a combo; package contracts writes them
	SecType           Text         `json:"secType,omitzero"`         // 265598:STK; not needed
	COID              Text         `json:"cOID,omitzero"`            // the client's order id, at most 64 characters, unique for 24 hours; none on a child
	ParentID          Text         `json:"parentId,omitzero"`        // COID of the parent: this is a child of a bracket
	OrderType         Text         `json:"orderType,omitzero"`       // MKT LMT STP STOP_LIMIT MIDPRICE TRAIL TRAILLMT MOC LOC MIT LIT REL
	ListingExchange   Text         `json:"listingExchange,omitzero"` // not needed
	IsSingleGroup     Bool         `json:"isSingleGroup,omitzero"`   // on every order of an OCA group
	OutsideRTH        Bool         `json:"outsideRTH,omitzero"`
	Price             Num          `json:"price,omitzero"`        // limit; stop of STP and TRAIL; cap of MIDPRICE
	AuxPrice          Num          `json:"auxPrice,omitzero"`     // stop of STOP_LIMIT and TRAILLMT
	Side              Text         `json:"side,omitzero"`         // BUY or SELL
	Ticker            Text         `json:"ticker,omitzero"`       // decoration
	TIF               Text         `json:"tif,omitzero"`          // DAY GTC IOC OPG PAX, and OVT OND where the contract has them
	TrailingAmt       Num          `json:"trailingAmt,omitzero"`  // of TRAIL and TRAILLMT
	TrailingType      Text         `json:"trailingType,omitzero"` // amt or %
	Referrer          Text         `json:"referrer,omitzero"`
	Quantity          Num          `json:"quantity,omitzero"` // shares or contracts
	CashQty           Num          `json:"cashQty,omitzero"`  // money instead of Quantity
	FxQty             Num          `json:"fxQty,omitzero"`    // money to convert, with IsCcyConv
	IsCcyConv         Bool         `json:"isCcyConv,omitzero"`
	UseAdaptive       Bool         `json:"useAdaptive,omitzero"` // IBKR's price management
	AllOrNone         Bool         `json:"allOrNone,omitzero"`
	AllocationMethod  Text         `json:"allocationMethod,omitzero"` // of an advisor's group
	ManualOrderTime   Num          `json:"manualOrderTime,omitzero"`  // seconds since 1970, of brokers and advisors
	Deactivated       Bool         `json:"deactivated,omitzero"`      // keep it, do not send it
	Strategy          Text         `json:"strategy,omitzero"`         // an algorithm, such as Vwap
	StrategyParams    AlgoParams   `json:"strategyParameters,omitzero"`
	ExtOperator       Text         `json:"extOperator,omitzero"`     // who, CME rule 536-B
	ManualIndicator   Bool         `json:"manualIndicator,omitzero"` // required for US futures: a person's order or a machine's
	CustomerAccount   Text         `json:"customerAccount,omitzero"` // of an omnibus account
	IsProCustomer     Bool         `json:"isProCustomer,omitzero"`   // of an omnibus account
	TaxOptimizerID    Text         `json:"taxOptimizerId,omitzero"`
	AllocationPayload *FAOrderInfo `json:"jsonPayload,omitzero"`
	Extra
}

// AlgoParams is an algorithm's parameters by the ids that the contract's list
// of algorithms gives. Values are text, also where they are numbers; a few are
// booleans (BoolText).
type AlgoParams map[string]Text

// BoolText is a boolean in a place that holds texts.
func BoolText(b bool) Text { return Text{fmt.Sprint(b)} }

// FAOrderInfo is what only an advisor's order has.
type FAOrderInfo struct {
	Profile *AllocationProfile `json:"allocation_profile,omitzero"`
	Extra
}

// AllocationProfile says how an advisor's order is shared out.
type AllocationProfile struct {
	Type        Text           `json:"alloc_type,omitzero"` // SHARE or CASH: what the amounts count
	Allocations []AccountShare `json:"allocations,omitzero"`
	Extra
}

// AccountShare is one account's part.
type AccountShare struct {
	Account Text `json:"account,omitzero"`
	Amount  Num  `json:"amount,omitzero"`
	Extra
}

// tickets is the body of place and whatif.
type tickets struct {
	Orders []Ticket `json:"orders"`
}

var opPlace = register(Op{Group: "Orders", Name: "Place", Method: http.MethodPost, Path: "/iserver/account/{accountId}/orders", Urgency: ibkr.Write})

// Place sends a new order, a bracket (a parent and its children) or an OCA
// group to an account or to an advisor's allocation group. A bracket is not
// atomic: see OrderAnswer.Taken. POST /iserver/account/{accountId}/orders.
func (o Orders) Place(ctx context.Context, account string, list ...Ticket) (OrderAnswer, error) {
	if err := checkTickets(list); err != nil {
		return OrderAnswer{}, err
	}
	return do[OrderAnswer](ctx, o.c, opPlace, args{params: map[string]string{"accountId": account}, body: tickets{list}})
}

var opWhatIf = register(Op{Group: "Orders", Name: "WhatIf", Method: http.MethodPost, Path: "/iserver/account/{accountId}/orders/whatif"})

// WhatIf tells what an order or a bracket would cost, without sending it. The
// contract needs a market data snapshot first; suppressed questions count here,
// too. POST /iserver/account/{accountId}/orders/whatif.
func (o Orders) WhatIf(ctx context.Context, account string, list ...Ticket) (Preview, error) {
	if err := checkTickets(list); err != nil {
		return Preview{}, err
	}
	return do[Preview](ctx, o.c, opWhatIf, args{params: map[string]string{"accountId": account}, body: tickets{list}})
}

var opModify = register(Op{Group: "Orders", Name: "Modify", Method: http.MethodPost, Path: "/iserver/account/{accountId}/order/{orderId}", Urgency: ibkr.Write})

// Modify makes a working order what t says, in full: a field that is left out is
// reset or makes the change fail. POST /iserver/account/{accountId}/order/{orderId}.
func (o Orders) Modify(ctx context.Context, account string, orderID int64, t Ticket) (OrderAnswer, error) {
	if t.Side.String() == "" || t.OrderType.String() == "" || t.TIF.String() == "" {
		return OrderAnswer{}, errPartial
	}
	return do[OrderAnswer](ctx, o.c, opModify, args{params: orderPath(account, orderID), body: t})
}

var errPartial = errors.New("api: order change: want the whole ticket, with side, order type and time in force")

// Canceling says who cancels, where the exchange wants to know it.
type Canceling struct {
	ExtOperator     string // CME rule 536-B
	ManualIndicator *bool  // of US futures: a person or a machine cancels
	ManualTime      int64  // seconds since 1970; 0: not said
}

// CancelAnswer acknowledges a cancel. Conid -1 and no account say that it was
// done at once; else the order's status tells, and fills can come until then.
type CancelAnswer struct {
	Message Text `json:"msg,omitzero"`
	OrderID Num  `json:"order_id,omitzero"` // a number, against the document's text
	Conid   Num  `json:"conid,omitzero"`
	Account Text `json:"account,omitzero"` // null, or the account
	Extra
}

// Immediate says that the order is gone already.
func (a *CancelAnswer) Immediate() bool {
	conid, ok := a.Conid.Int()
	return ok && conid == -1 && a.Account.String() == ""
}

var opCancel = register(Op{Group: "Orders", Name: "Cancel", Method: http.MethodDelete, Path: "/iserver/account/{accountId}/order/{orderId}", Urgency: ibkr.Cancel})

// Cancel asks to cancel an order; -1 is every order of the account. GET
// /iserver/accounts has to have been called in the session. The document shows
// the answer in a list, the wire sends the object.
// DELETE /iserver/account/{accountId}/order/{orderId}.
func (o Orders) Cancel(ctx context.Context, account string, orderID int64, by Canceling) (CancelAnswer, error) {
	query := url.Values{}
	setText(query, "extOperator", by.ExtOperator)
	if by.ManualIndicator != nil {
		query.Set("manualIndicator", strconv.FormatBool(*by.ManualIndicator))
	}
	setInt(query, "manualCancelTime", by.ManualTime)
	answer, err := do[OneOrMany[CancelAnswer]](ctx, o.c, opCancel, args{params: orderPath(account, orderID), query: query})
	if err != nil || len(answer.List) == 0 {
		return CancelAnswer{}, err
	}
	return answer.List[0], nil
}

func orderPath(account string, orderID int64) map[string]string {
	return map[string]string{"accountId": account, "orderId": strconv.FormatInt(orderID, 10)}
}

// setText adds a query parameter when there is one.
func setText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

func setInt(query url.Values, name string, value int64) {
	if value != 0 {
		query.Set(name, strconv.FormatInt(value, 10))
	}
}

const maxClientID = 64

// checkTickets refuses what IBKR takes and then treats as something else.
func checkTickets(list []Ticket) error {
	if len(list) == 0 {
		return errors.New("api: orders: none given")
	}
	for i := range list {
		if err := list[i].check(); err != nil {
			return fmt.Errorf("api: order %d of %d: %w", i+1, len(list), err)
		}
	}
	return nil
}

func (t *Ticket) check() error {
	switch {
	case t.Conid.Text() != "" && t.Conidex.String() != "":
		return errors.New("conid and conidex together: want one; conid would route to SMART")
	case t.Conid.Text() == "" && t.Conidex.String() == "":
		return errors.New("conid or conidex is required")
	case t.ParentID.String() != "" && t.COID.String() != "":
		return fmt.Errorf("client order id %q on a child order: want none; children are found by their parent", t.COID)
	case len(t.COID.String()) > maxClientID:
		return fmt.Errorf("client order id %q: want at most %d characters", t.COID, maxClientID)
	case t.Side.String() != "BUY" && t.Side.String() != "SELL":
		return fmt.Errorf("side %q: want BUY or SELL", t.Side)
	}
	return nil
}
