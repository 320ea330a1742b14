package ibkr

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gannet/market"
)

// maxRounds is how many questions of one order are answered.
const maxRounds = 10

// shutdownGrace is how long an order request may still wait for its answer
// when the broker stops.
const shutdownGrace = 2 * time.Second

// Submit queues a new order. See broker.Broker.
func (a *Adapter) Submit(o market.Order) { a.queue.put(submit, o) }

// Replace queues a change of a working order. See broker.Broker.
func (a *Adapter) Replace(o market.Order) { a.queue.put(replace, o) }

// Cancel queues a cancel. See broker.Broker. An order that has not left yet is
// never sent.
func (a *Adapter) Cancel(o market.Order) {
	recalled, queued := a.queue.recall(o.ClientOrderID)
	switch {
	case queued:
		a.book.answer(&o, market.ExecCanceled, errRecalled.Error())
	case !recalled:
		a.queue.put(cancel, o)
	}
}

// writeOrders performs the queued requests one after the other until ctx ends.
// One at a time is what IBKR needs: a second order while a question is open
// voids the question, and nobody knows what becomes of its order. What is
// still queued at the end was never sent, and is reported so.
func (a *Adapter) writeOrders(ctx context.Context) error {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	grace := context.AfterFunc(ctx, func() { time.AfterFunc(shutdownGrace, stop) })
	defer grace()
	for {
		for ctx.Err() == nil {
			r, ok := a.queue.next()
			if !ok {
				break
			}
			a.perform(sending, &r)
			_ = a.queue.leave() // also of an order that was refused before its turn
		}
		select {
		case <-ctx.Done():
			a.refuseQueued()
			return nil
		case <-a.queue.wake:
		}
	}
}

func (a *Adapter) refuseQueued() {
	for {
		r, ok := a.queue.next()
		if !ok {
			return
		}
		a.refuse(&r, "ibkr: not sent: the broker is stopping")
	}
}

// refuse reports that a request was not sent, or was turned down. For an order
// whose id is known to be with the venue that is no rejection: it was sent
// before.
func (a *Adapter) refuse(r *orderRequest, text string) {
	t := market.ExecRejected
	if r.kind != submit {
		t = market.ExecCancelRejected
	} else if a.book.seen(r.order.ClientOrderID) {
		t = market.ExecUnknown
	}
	a.book.answer(&r.order, t, text)
}

func (a *Adapter) perform(ctx context.Context, r *orderRequest) {
	o := &r.order
	if s := a.state.Load(); s.epoch == 0 || !s.ready && r.kind != cancel { // a cancel is tried without a stream
		a.refuse(r, fmt.Sprintf("ibkr: not sent: session is %s: %s", s.name, s.reason))
		return
	}
	if o.Account != "" && o.Account != a.cfg.Account {
		a.refuse(r, fmt.Sprintf("ibkr: not sent: order is for account %s, the session holds %s", o.Account, a.cfg.Account))
		return
	}
	if r.kind == cancel {
		a.cancelOrder(ctx, r)
		return
	}
	a.place(ctx, r)
}

// place sends a new order or a change and reports what became of it.
func (a *Adapter) place(ctx context.Context, r *orderRequest) {
	o := &r.order
	id := a.orderID(o)
	t, err := ticketOf(o, a.conids.of(o.Instrument))
	if err == nil && r.kind == replace && id == "" {
		err = fmt.Errorf("ibkr: order %s: IBKR's order id is not known", o.ClientOrderID)
	}
	if err != nil {
		a.refuse(r, err.Error())
		return
	}
	defer a.book.begin()()
	var answer OrderAnswer
	if r.kind == submit {
		answer, err = a.client.place(ctx, &t, a.queue.leave)
	} else {
		answer, err = a.client.Modify(ctx, id, &t)
	}
	switch {
	case errors.Is(err, errRecalled):
		a.book.answer(o, market.ExecCanceled, errRecalled.Error())
		return
	case err != nil:
		a.failed(r, outcome(err), err)
		return
	}
	a.converse(ctx, r, answer)
}

// failed reports a request that did not succeed.
func (a *Adapter) failed(r *orderRequest, t market.ExecType, err error) {
	a.cfg.Log.Warn().Err(err).Str("order", string(r.order.ClientOrderID)).Stringer("outcome", t).Msg("order request failed")
	if t == market.ExecRejected {
		a.refuse(r, reasonOf(err))
		return
	}
	if r.kind == submit && a.book.seen(r.order.ClientOrderID) {
		return // the stream has proved that the venue has it
	}
	a.book.answer(&r.order, market.ExecUnknown, reasonOf(err))
}

// converse answers questions until the order is taken or refused. A reply that
// fails proves nothing: its order may live.
func (a *Adapter) converse(ctx context.Context, r *orderRequest, answer OrderAnswer) {
	declined, why := "", ""
	for round := 0; answer.Question != nil; round++ {
		q := answer.Question
		yes := declined == "" && round < maxRounds
		if yes {
			v := a.answerTo(r, q)
			yes, why = v.yes, v.why
		}
		if !yes && declined == "" {
			declined = joined(q.text(), why)
		}
		if round > maxRounds {
			a.book.answer(&r.order, market.ExecUnknown, "ibkr: more questions than are answered: "+declined)
			return
		}
		var err error
		if answer, err = a.client.Reply(ctx, string(q.ID), yes); err != nil {
			a.replyFailed(r, declined, err)
			return
		}
	}
	if declined != "" && len(answer.Acks) == 0 {
		answer.Prompt = "declined, and not refused: " + declined
	}
	a.conclude(r, answer)
}

// replyFailed reports a reply without a good answer. Only a refusal in a good
// answer (HTTP 200) says that the order is dead.
func (a *Adapter) replyFailed(r *orderRequest, declined string, err error) {
	t := market.ExecUnknown
	var e *Error
	if errors.As(err, &e) && e.Status == 200 && e.Kind == KindRefused && !isDuplicate(e.Text) {
		t = market.ExecRejected
	}
	if t == market.ExecRejected && declined != "" {
		a.refuse(r, declined)
		return
	}
	a.failed(r, t, err)
}

// conclude reports the last answer. A single order has a single row; anything
// else proves nothing.
func (a *Adapter) conclude(r *orderRequest, answer OrderAnswer) {
	o := &r.order
	if len(answer.Acks) != 1 {
		text := answer.Prompt
		if text == "" {
			text = fmt.Sprintf("ibkr: answer with %d rows to one order", len(answer.Acks))
		}
		a.book.answer(o, market.ExecUnknown, text)
		return
	}
	ack := &answer.Acks[0]
	if ack.refused() {
		a.refuse(r, ack.why())
		return
	}
	id, err := strconv.ParseInt(string(ack.OrderID), 10, 64)
	switch {
	case err != nil || id <= 0:
		a.book.answer(o, market.ExecUnknown, fmt.Sprintf("ibkr: order id %q in the answer", ack.OrderID))
	case r.kind == submit:
		a.book.accepted(o, id)
	default:
		a.book.replaced(o, id)
	}
}

// why is the text of a refusal in the shape of a success.
func (a *OrderAck) why() string {
	text := strings.TrimSpace(string(a.Text + " " + a.Warning))
	if text == "" {
		return "IBKR answered " + string(a.Status)
	}
	return text
}

// orderID is IBKR's id of an order.
func (a *Adapter) orderID(o *market.Order) string {
	if id := a.book.venueID(o.ClientOrderID); id != "" {
		return id
	}
	return o.VenueOrderID
}

// cancelOrder asks to cancel. A good answer is only an acknowledgement; the
// end comes from the stream.
func (a *Adapter) cancelOrder(ctx context.Context, r *orderRequest) {
	id := a.orderID(&r.order)
	if id == "" {
		a.refuse(r, fmt.Sprintf("ibkr: order %s: IBKR's order id is not known", r.order.ClientOrderID))
		return
	}
	err := a.client.Cancel(ctx, id)
	if err == nil {
		a.book.answer(&r.order, market.ExecPendingCancel, "")
		return
	}
	if outcome(err) != market.ExecRejected {
		a.refuse(r, "outcome of the cancel not known: "+reasonOf(err))
		return
	}
	a.refuse(r, reasonOf(err))
	a.checkEnded(ctx, r, id)
}

// checkEnded asks whether an order that could not be canceled is dead already.
func (a *Adapter) checkEnded(ctx context.Context, r *orderRequest, id string) {
	s, err := a.client.OrderStatus(ctx, id)
	if err != nil {
		return // live orders and trades will tell
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		a.book.onRow(&OrderRow{OrderID: FlexInt(n), OrderRef: FlexString(r.order.ClientOrderID), Status: s.Status, Filled: s.CumFill})
	}
}
