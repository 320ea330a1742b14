package api

import (
	"bytes"
	"strings"
)

// OrderAnswer is the answer to place, modify and reply, in any of its shapes:
// rows of acknowledgements, a question, a prompt. A refusal of the whole
// request is an *ibkr.Error instead.
type OrderAnswer struct {
	Rows []OrderReply // in no order: rows say themselves what they are
	bare bool         // one object instead of a list
}

// ReplyKind is what a row of an OrderAnswer is.
type ReplyKind uint8

// Kinds of rows.
const (
	ReplyOther    ReplyKind = iota // of no known shape: the outcome is unknown
	ReplyAck                       // the order is with IBKR
	ReplyRefused                   // this order is not; others of its group may be
	ReplyQuestion                  // nothing was sent: see Orders.Reply
	ReplyPrompt                    // the order waits: see Orders.Notify
)

// OrderReply is one row of an OrderAnswer.
type OrderReply struct {
	OrderAck
	OrderQuestion
	OrderPrompt
	Text  Text `json:"text,omitzero"`  // of a refusal or a prompt
	Error Text `json:"error,omitzero"` // why this row's order was refused
	Extra
}

// OrderAck is what IBKR says of an order that it took. The parent of a group
// has its LocalID, a child its ParentID.
type OrderAck struct {
	OrderID Text `json:"order_id,omitzero"` // a number as text; -1 with status Failed: refused
	Status  Text `json:"order_status,omitzero"`
	Encrypt Text `json:"encrypt_message,omitzero"`
	LocalID Text `json:"local_order_id,omitzero"`  // the client's order id
	Parent  Text `json:"parent_order_id,omitzero"` // of a child
	Warning Text `json:"warning_message,omitzero"`
}

// OrderQuestion is what IBKR asks before it takes an order.
type OrderQuestion struct {
	ID         Text   `json:"id,omitzero"` // for Orders.Reply
	Message    []Text `json:"message,omitzero"`
	Suppressed Bool   `json:"isSuppressed,omitzero"`
	MessageIDs []Text `json:"messageIds,omitzero"` // such as o354
	Options    []Text `json:"messageOptions,omitzero"`
}

// OrderPrompt is a question that is answered by a choice.
type OrderPrompt struct {
	PromptOrder Num    `json:"orderId,omitzero"`
	ReqID       Text   `json:"reqId,omitzero"` // for Orders.Notify
	Dismissable []Text `json:"dismissable,omitzero"`
	Choices     []Text `json:"options,omitzero"`
	Type        Text   `json:"type,omitzero"`
	MessageID   Text   `json:"messageId,omitzero"`
	Prompt      Bool   `json:"prompt,omitzero"`
}

// Kind says what the row is.
func (r *OrderReply) Kind() ReplyKind {
	status := r.Status.String()
	switch id := r.OrderID.String(); {
	case id == "-1", strings.EqualFold(status, "Failed"), strings.EqualFold(status, "Inactive"), id == "" && r.Error.String() != "":
		return ReplyRefused
	case id != "":
		return ReplyAck
	case r.ReqID.String() != "":
		return ReplyPrompt
	case r.ID.String() != "" && len(r.Message) > 0:
		return ReplyQuestion
	}
	return ReplyOther
}

// Question is the open question, nil when there is none.
func (a *OrderAnswer) Question() *OrderQuestion {
	for i := range a.Rows {
		if a.Rows[i].Kind() == ReplyQuestion {
			return &a.Rows[i].OrderQuestion
		}
	}
	return nil
}

// Taken says that each of n orders sent was taken. When it is false with some
// acknowledged, a part of a group may be working alone: look in Live, and see
// Group.
func (a *OrderAnswer) Taken(n int) bool {
	for i := range a.Rows {
		if a.Rows[i].Kind() != ReplyAck {
			return false
		}
	}
	return len(a.Rows) == n
}

// Parent is the row of the order with a client order id, nil when it is not
// there. A single row is that of the only order sent, with or without its id.
func (a *OrderAnswer) Parent(clientID string) *OrderReply {
	for i := range a.Rows {
		if r := &a.Rows[i]; r.LocalID.String() == clientID || len(a.Rows) == 1 && r.OrderAck.Parent.String() == "" {
			return r
		}
	}
	return nil
}

// UnmarshalJSON reads a list, or one object in place of it.
func (a *OrderAnswer) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*a = OrderAnswer{bare: len(b) > 0 && b[0] == '{'}
	if a.bare {
		a.Rows = make([]OrderReply, 1)
		return Decode(b, &a.Rows[0])
	}
	return Decode(b, &a.Rows)
}

// MarshalJSON writes what was read.
func (a OrderAnswer) MarshalJSON() ([]byte, error) {
	if a.bare && len(a.Rows) == 1 {
		return Encode(a.Rows[0])
	}
	return Encode(a.Rows)
}

// Preview is what an order would do. Amounts are texts such as
// "1,977.60 USD (10 Shares)"; Num reads those with a currency behind them.
type Preview struct {
	Amount      *PreviewAmount `json:"amount,omitzero"`
	Equity      *PreviewChange `json:"equity,omitzero"`
	Initial     *PreviewChange `json:"initial,omitzero"`     // initial margin
	Maintenance *PreviewChange `json:"maintenance,omitzero"` // maintenance margin
	Position    *PreviewChange `json:"position,omitzero"`    // of the contract
	Warn        Text           `json:"warn,omitzero"`        // "21/text" or text
	Warns       []Text         `json:"warns,omitzero"`
	Error       Text           `json:"error,omitzero"`
	Extra
}

// PreviewAmount is the cost of an order.
type PreviewAmount struct {
	Amount     Num `json:"amount,omitzero"`
	Commission Num `json:"commission,omitzero"` // may be a range, which is no number
	Total      Num `json:"total,omitzero"`
	Extra
}

// PreviewChange is a value before and after an order.
type PreviewChange struct {
	Current Num `json:"current,omitzero"`
	Change  Num `json:"change,omitzero"`
	After   Num `json:"after,omitzero"`
	Extra
}
