package api

import (
	"context"
	"errors"
	"net/http"

	"gannet/broker/ibkr"
)

var opReply = register(Op{Group: "Orders", Name: "Reply", Method: http.MethodPost, Path: "/iserver/reply/{replyId}", Urgency: ibkr.Write})

// Reply answers a question. The answer may be the next question. Reply before
// anything else is sent for the account: a second question voids the first,
// and its order can still go live. An error other than a refusal (KindRefused
// with status 200) says nothing of the order. POST /iserver/reply/{replyId}.
func (o Orders) Reply(ctx context.Context, questionID string, confirmed bool) (OrderAnswer, error) {
	body := struct {
		Confirmed bool `json:"confirmed"`
	}{confirmed}
	return do[OrderAnswer](ctx, o.c, opReply, args{params: map[string]string{"replyId": questionID}, body: body})
}

// SuppressAnswer acknowledges a change of what is asked.
type SuppressAnswer struct {
	Status Text `json:"status,omitzero"` // submitted
	Extra
}

var opSuppress = register(Op{Group: "Orders", Name: "Suppress", Method: http.MethodPost, Path: "/iserver/questions/suppress", Urgency: ibkr.Write})

var errNoMessages = errors.New("api: suppressed questions: none given, and IBKR fails on an empty list; see SuppressReset")

// Suppress names the questions that IBKR shall not ask in this brokerage
// session, at most 51. Each call replaces the list. Unknown ids are taken.
// POST /iserver/questions/suppress.
func (o Orders) Suppress(ctx context.Context, messageIDs ...string) (SuppressAnswer, error) {
	if len(messageIDs) == 0 {
		return SuppressAnswer{}, errNoMessages
	}
	body := struct {
		MessageIDs []string `json:"messageIds"`
	}{messageIDs}
	return do[SuppressAnswer](ctx, o.c, opSuppress, args{body: body})
}

var opSuppressReset = register(Op{Group: "Orders", Name: "SuppressReset", Method: http.MethodPost, Path: "/iserver/questions/suppress/reset", Urgency: ibkr.Write})

// SuppressReset has all questions asked again. POST /iserver/questions/suppress/reset.
func (o Orders) SuppressReset(ctx context.Context) (SuppressAnswer, error) {
	return do[SuppressAnswer](ctx, o.c, opSuppressReset, args{})
}

// PromptAnswer is the choice that answers a prompt.
type PromptAnswer struct {
	OrderID Num  `json:"orderId,omitzero"`
	ReqID   Text `json:"reqId,omitzero"`
	Text    Text `json:"text,omitzero"` // one of the prompt's choices, word for word
}

var opNotify = register(Op{Group: "Orders", Name: "Notify", Method: http.MethodPost, Path: "/iserver/notification", Urgency: ibkr.Write})

// Notify answers a prompt. IBKR's answer is text, such as "Success", with or
// without quotes. POST /iserver/notification.
func (o Orders) Notify(ctx context.Context, a PromptAnswer) (Text, error) {
	return plainText(ctx, o.c, opNotify, args{body: a})
}
