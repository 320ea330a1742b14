package ibkr

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"gannet/market"
)

// OrderAck is one row of a good answer to an order.
type OrderAck struct {
	OrderID FlexString `json:"order_id"`
	Status  FlexString `json:"order_status"`
	Text    FlexString `json:"text"`
	Warning FlexString `json:"warning_message"`
	LocalID FlexString `json:"local_order_id"` // the cOID
}

// refused says that the row is a refusal in the shape of a success.
func (a *OrderAck) refused() bool {
	return a.OrderID == "-1" || sameWord(string(a.Status), "Failed") || sameWord(string(a.Status), "Inactive")
}

// Question is what IBKR asks before it takes an order.
type Question struct {
	ID         FlexString   `json:"id"`
	Message    []FlexString `json:"message"`
	MessageIDs []FlexString `json:"messageIds"`
}

// OrderAnswer is the answer to place, modify or reply: acks, a question, or
// neither (a prompt that waits for a person; Prompt is its text).
type OrderAnswer struct {
	Acks     []OrderAck
	Question *Question
	Prompt   string
}

// errShape says that an order's answer has none of the known shapes.
var errShape = errors.New("unknown shape of an order answer")

// parseOrderAnswer reads the shapes that place, modify and reply have. An
// {"error"} body was taken out before.
func parseOrderAnswer(body []byte) (OrderAnswer, error) {
	rows := []json.RawMessage{body}
	if len(body) > 0 && body[0] == '[' {
		if err := json.Unmarshal(body, &rows); err != nil {
			return OrderAnswer{}, err
		}
	}
	var answer OrderAnswer
	for _, row := range rows {
		if err := answer.add(row); err != nil {
			return OrderAnswer{}, err
		}
	}
	if answer.Question != nil && len(rows) > 1 || len(rows) == 0 {
		return OrderAnswer{}, errShape
	}
	return answer, nil
}

func (a *OrderAnswer) add(row json.RawMessage) error {
	var one struct {
		OrderAck
		Question
		ReqID FlexString `json:"reqId"`
	}
	if err := json.Unmarshal(row, &one); err != nil {
		return err
	}
	switch {
	case one.OrderAck.OrderID != "":
		a.Acks = append(a.Acks, one.OrderAck)
	case one.ReqID != "":
		a.Prompt = "prompt: " + string(one.Text)
	case one.Question.ID != "" && len(one.Message) > 0:
		a.Question = &one.Question
	default:
		return errShape
	}
	return nil
}

// order sends a request that can create or change an order. It is sent once.
func (c *Client) order(ctx context.Context, r request) (OrderAnswer, error) {
	r.class = classOrder
	body, err := c.once(ctx, r)
	if err != nil {
		return OrderAnswer{}, err
	}
	answer, err := parseOrderAnswer(body)
	if err != nil {
		return answer, &Error{Kind: KindMalformed, Method: r.method, Endpoint: r.pattern, Sent: true, Err: err}
	}
	return answer, nil
}

// Place sends one new order (POST /iserver/account/{accountId}/orders).
func (c *Client) Place(ctx context.Context, t *Ticket) (OrderAnswer, error) {
	return c.place(ctx, t, nil)
}

// place is Place that asks leave, unless it is nil, when its turn has come.
func (c *Client) place(ctx context.Context, t *Ticket, leave func() error) (OrderAnswer, error) {
	body := struct {
		Orders []*Ticket `json:"orders"`
	}{[]*Ticket{t}}
	return c.order(ctx, request{method: http.MethodPost, pattern: pathPlace, body: body, leave: leave})
}

// Modify makes the working order what t says, in full
// (POST /iserver/account/{accountId}/order/{orderId}).
func (c *Client) Modify(ctx context.Context, orderID string, t *Ticket) (OrderAnswer, error) {
	return c.order(ctx, request{method: http.MethodPost, pattern: pathOrder, id: orderID, body: t})
}

// Reply answers a question (POST /iserver/reply/{replyId}).
func (c *Client) Reply(ctx context.Context, id string, confirmed bool) (OrderAnswer, error) {
	body := struct {
		Confirmed bool `json:"confirmed"`
	}{confirmed}
	return c.order(ctx, request{method: http.MethodPost, pattern: pathReply, id: id, body: body})
}

// Cancel asks to cancel an order (DELETE /iserver/account/{accountId}/order/{orderId}).
// A good answer only acknowledges the wish. It may be repeated, and is on
// passing faults.
func (c *Client) Cancel(ctx context.Context, orderID string) error {
	return c.read(ctx, request{method: http.MethodDelete, pattern: pathOrder, id: orderID, class: classCancel}, nil)
}

// OrderStatus is the answer of GET /iserver/account/order/status/{orderId}.
type OrderStatus struct {
	OrderID FlexInt     `json:"order_id"`
	Status  FlexString  `json:"order_status"`
	Side    FlexString  `json:"side"`
	CumFill FlexDecimal `json:"cum_fill"`
	TIF     FlexString  `json:"tif"`
}

// OrderStatus asks for one order. An unknown one is an error of KindRefused
// or KindTemporary: servers differ.
func (c *Client) OrderStatus(ctx context.Context, orderID string) (s OrderStatus, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathOrderStatus, id: orderID}, &s)
	return s, err
}

// OrderRow is an order as live orders and the sor stream show it. In the
// stream a row holds only what changed: an empty field was not said.
type OrderRow struct {
	Account      FlexString  `json:"acct"`
	OrderID      FlexInt     `json:"orderId"`
	Conid        FlexInt     `json:"conid"`
	OrderRef     FlexString  `json:"order_ref"` // the cOID
	Side         FlexString  `json:"side"`
	Status       FlexString  `json:"status"`
	Type         FlexString  `json:"orderType"`
	OrigType     FlexString  `json:"origOrderType"`
	TIF          FlexString  `json:"timeInForce"`
	Total        FlexDecimal `json:"totalSize"`
	Filled       FlexDecimal `json:"filledQuantity"`
	Price        FlexDecimal `json:"price"`
	AuxPrice     FlexDecimal `json:"auxPrice"`
	StopPrice    FlexDecimal `json:"stop_price"`
	AvgPrice     FlexDecimal `json:"avgPrice"`
	OutsideRTH   *FlexBool   `json:"outsideRTH"`
	LastTimeMs   FlexInt     `json:"lastExecutionTime_r"`
	SystemReason FlexString  `json:"order_cancellation_by_system_reason"`
}

// LiveOrders is the answer of GET /iserver/account/orders. Only with Snapshot
// true is the list all there is.
type LiveOrders struct {
	Orders   []OrderRow `json:"orders"`
	Snapshot FlexBool   `json:"snapshot"`
}

// LiveOrders asks for the day's orders of the account. force clears the
// server's cache: that answer is empty and the next one fresh. The request
// never filters, because a filtered one silences the sor stream.
func (c *Client) LiveOrders(ctx context.Context, force bool) (l LiveOrders, err error) {
	query := url.Values{"accountId": {c.account}}
	if force {
		query.Set("force", "true")
	}
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathOrders, query: query}, &l)
	return l, err
}

// TradeRow is an execution as trades and the str stream show it. The stream
// has neither commission nor order id.
type TradeRow struct {
	ExecID     FlexString  `json:"execution_id"`
	Account    FlexString  `json:"account"`
	OrderRef   FlexString  `json:"order_ref"`
	OrderID    FlexInt     `json:"order_id"`
	Conid      FlexInt     `json:"conid"`
	Symbol     FlexString  `json:"symbol"`
	Side       FlexString  `json:"side"`
	Size       FlexDecimal `json:"size"`
	Price      FlexDecimal `json:"price"`
	Commission FlexDecimal `json:"commission"`
	TimeMs     FlexInt     `json:"trade_time_r"`
}

// Trades asks for the executions of the last days, 1 to 7
// (GET /iserver/account/trades). The first answer of a session is empty.
func (c *Client) Trades(ctx context.Context, days int) (rows []TradeRow, err error) {
	query := url.Values{"days": {strconv.Itoa(days)}}
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathTrades, query: query}, &rows)
	return rows, err
}

// Ticket is an order as IBKR wants it. Numbers are JSON numbers with exactly
// the digits of the order.
type Ticket struct {
	Account      string      `json:"acctId,omitempty"`
	Conid        int64       `json:"conid"`
	COID         string      `json:"cOID,omitempty"`
	OrderType    string      `json:"orderType"`
	Side         string      `json:"side"`
	TIF          string      `json:"tif"`
	Quantity     json.Number `json:"quantity"`
	Price        json.Number `json:"price,omitempty"`
	AuxPrice     json.Number `json:"auxPrice,omitempty"`
	TrailingAmt  json.Number `json:"trailingAmt,omitempty"`
	TrailingType string      `json:"trailingType,omitempty"`
	OutsideRTH   bool        `json:"outsideRTH,omitempty"`
}

func number(p market.Price) json.Number {
	if p == 0 {
		return ""
	}
	return json.Number(p.String())
}
