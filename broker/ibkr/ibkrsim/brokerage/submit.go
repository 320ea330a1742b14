package brokerage

import (
	"slices"
	"strconv"

	"gannet/market"
)

// Submit takes an order in. Account, Ticket and Product (or Legs) must be set
// and have been checked; the rest is filled in. A refusal is the reason, as
// the API words it, and leaves nothing behind.
func (h *House) Submit(o *Order) (refusal string) {
	if refusal = h.expiredIn(o); refusal != "" {
		return refusal
	}
	o.ID, o.Created = h.nextID(), h.now
	if o.Product != nil && !o.IsCombo() {
		o.Conid = o.Product.Conid
	}
	h.byID[o.ID] = o
	h.tie(o)
	before := len(h.changes.Orders)
	if o.Ticket.Type == MKT {
		h.set(o, Inactive)
	}
	h.set(o, PendingSubmit)
	h.start(o)
	if o.refusal == "" {
		h.add(o)
		h.listOrder(o)
		return ""
	}
	delete(h.byID, o.ID)
	h.changes.Orders = h.changes.Orders[:before]
	h.pending.Orders = slices.DeleteFunc(h.pending.Orders, func(x *Order) bool { return x == o })
	return o.refusal
}

// NextID is the id that the next order gets.
func (h *House) NextID() int64 { return h.head.NextOrder }

// TakeID is an order id that no order will have.
func (h *House) TakeID() int64 { return h.nextID() }

func (h *House) nextID() int64 {
	id := h.head.NextOrder
	if h.head.NextOrder++; h.head.NextOrder > 1<<31-1 {
		h.head.NextOrder = 100_000_000
	}
	return id
}

// start begins to work a new order, or one that slept.
func (h *House) start(o *Order) {
	h.schedule(o)
	switch parent := h.byID[o.Parent]; {
	case o.Ticket.Deactivated:
		o.Phase = asleep
		h.set(o, Inactive)
	case parent != nil && parent.Status != Filled:
		o.Phase = asleep
		h.set(o, PreSubmitted)
	case o.isHeld():
		h.hold(o)
	default:
		h.send(o)
	}
}

// send gives an order to the venue.
func (h *House) send(o *Order) {
	o.Phase = sent
	asked := o.venueOrder()
	h.venue.Submit(&asked)
	h.collect()
}

// Replace changes a working order to a new ticket. A refusal is the reason and
// leaves the order as it was.
func (h *House) Replace(o *Order, t Ticket) (refusal string) {
	if refusal = h.replace(o, t); refusal == "" && o.Working() {
		h.tie(o)
	}
	return refusal
}

func (h *House) replace(o *Order, t Ticket) (refusal string) {
	switch {
	case o.Phase == sent && t.Type != o.Ticket.Type && t.heldHere():
		return "An order that works at the exchange cannot become " + string(t.Type) + "."
	case o.Phase == sent && pegged(t.Type):
		return h.repeg(o, t)
	case o.Phase == sent:
		return h.replaceSent(o, t)
	}
	return h.replaceHeld(o, t)
}

// repeg changes the cap or the size of an order whose limit follows the market.
func (h *House) repeg(o *Order, t Ticket) string {
	o.Ticket, o.Limit = t, 0
	h.note(o)
	h.peg(o)
	return ""
}

func (h *House) replaceSent(o *Order, t Ticket) string {
	was, status := o.Ticket, o.Status
	o.refusal = ""
	h.set(o, PendingSubmit)
	o.Ticket = t
	changed := o.venueOrder()
	h.venue.Replace(&changed)
	h.collect()
	if o.refusal != "" {
		o.Ticket = was
		h.set(o, status)
	}
	return o.refusal
}

// replaceHeld starts an order that is not at the venue again with its new
// ticket. A trailing stop begins anew when its prices change.
func (h *House) replaceHeld(o *Order, t Ticket) (refusal string) {
	was, stop := o.Ticket, o.Stop
	o.refusal = ""
	h.unhold(o)
	o.Ticket = t
	if t.Price != was.Price || t.Aux != was.Aux || t.Trail != was.Trail {
		o.Stop = 0
	}
	h.set(o, PendingSubmit)
	h.start(o)
	if o.refusal == "" {
		return ""
	}
	refusal = o.refusal
	o.Ticket, o.Stop, o.refusal = was, stop, ""
	h.start(o)
	return refusal
}

// Cancel asks for a cancel. What waits in the house or for the exchange to
// open is done at once, and done says so; what works at the exchange is done
// after Config.CancelDelay.
func (h *House) Cancel(o *Order) (done bool) {
	if !o.Working() {
		return true
	}
	switch {
	case o.Phase != sent:
		h.end(o, Cancelled, "")
	case o.Status == PreSubmitted:
		h.venue.Cancel(o.venueID())
		h.collect()
	case o.Status != PendingCancel:
		o.cancelAt = h.now + h.cfg.CancelDelay
		h.wake(o.cancelAt)
		h.set(o, PendingCancel)
		h.Advance(h.now)
	}
	return !o.Working()
}

// Reject ends an order as the system does when it refuses what it had taken:
// Inactive, or Cancelled when some of it has traded at the exchange.
func (h *House) Reject(o *Order, reason string) {
	if o.Phase == sent {
		o.Reason, o.rejected = reason, o.Filled == 0
		h.venue.Cancel(o.venueID())
		h.collect()
		return
	}
	h.end(o, Inactive, reason)
}

// Kill cancels an order at once, as the system does, with a reason.
func (h *House) Kill(o *Order, reason string) {
	if o.Working() {
		o.Reason = reason
		h.cancelNow(o)
	}
}

// end finishes an order that is not at the venue, or no longer.
func (h *House) end(o *Order, status Status, reason string) {
	h.unhold(o)
	if reason != "" {
		o.Reason = reason
	}
	o.Ticket.Deactivated = false
	h.set(o, status)
	h.later = append(h.later, func() { h.ended(o) })
	h.follow()
}

// collect books what the venue has reported, and then does what follows from it.
func (h *House) collect() {
	h.depth++
	for {
		reports := slices.Clone(h.venue.Reports())
		if len(reports) == 0 {
			break
		}
		for i := range reports {
			id, err := strconv.ParseInt(string(reports[i].ClientOrderID), 10, 64)
			if o := h.byID[id]; err == nil && o != nil {
				h.onReport(o, &reports[i])
			}
		}
	}
	h.depth--
	h.follow()
}

// follow does what fills and ends lead to. It waits until all reports of a
// step are booked: two orders of a group may have filled in it.
func (h *House) follow() {
	for h.depth == 0 && len(h.later) > 0 {
		next := h.later[0]
		h.later = h.later[1:]
		next()
	}
}

func (h *House) onReport(o *Order, r *market.ExecReport) {
	switch r.ExecType {
	case market.ExecNew:
		h.set(o, o.resting(h.now))
		h.watchOpening(o)
	case market.ExecTrade:
		h.onTrade(o, r)
	case market.ExecCanceled:
		status := Cancelled
		if o.rejected {
			status = Inactive
		}
		h.end(o, status, "")
	case market.ExecExpired:
		h.end(o, Cancelled, expired)
	case market.ExecReplaced:
		if o.Status == PendingSubmit {
			h.set(o, o.resting(h.now))
			h.watchOpening(o)
		}
	case market.ExecRejected:
		h.onRejected(o, r.Text)
	case market.ExecCancelRejected:
		o.refusal = r.Text
		if o.Status == PendingCancel {
			h.set(o, o.resting(h.now))
		}
	}
}

// expired is the reason of an order whose time is over.
const expired = "Cancelled by System: order expired"

// onRejected is a refusal at the door, or of an order that was already in.
func (h *House) onRejected(o *Order, text string) {
	if o.Status == PendingSubmit && o.Filled == 0 {
		o.refusal = text
		return
	}
	h.end(o, Inactive, text)
}

func (h *House) onTrade(o *Order, r *market.ExecReport) {
	if o.Status == PreSubmitted { // a stop has triggered
		h.set(o, Submitted)
	}
	h.fill(o, &Execution{ID: r.ExecID, Qty: r.LastQty, Price: r.LastPx, Commission: r.Commission, Product: o.Product, Side: o.Ticket.Side})
	h.afterFill(o, r.LastQty)
}

// afterFill moves an order on after one of its fills.
func (h *House) afterFill(o *Order, q market.Qty) {
	if o.Left() > 0 {
		h.set(o, o.Status)
	} else {
		h.unhold(o)
		h.set(o, Filled)
	}
	if o.OCA != "" {
		h.later = append(h.later, func() { h.groupFilled(o, q) })
	}
	if o.Status == Filled {
		h.later = append(h.later, func() { h.wakeChildren(o) })
	}
}
