package brokerage

import "gannet/market"

// family are the working orders for which is says yes.
func (h *House) family(is func(*Order) bool) []*Order {
	var list []*Order
	for _, o := range h.open {
		if o.Working() && is(o) {
			list = append(list, o)
		}
	}
	return list
}

// groupFilled is one-cancels-all: a fill takes the others of an OCA group
// away. The children of a bracket share a holding: a partial fill of one
// takes as much off the others.
func (h *House) groupFilled(o *Order, q market.Qty) {
	for _, other := range h.family(func(x *Order) bool { return x != o && x.OCA == o.OCA && x.Account == o.Account }) {
		if !other.Working() {
			continue
		}
		if o.Parent == 0 || o.Status == Filled || other.Ticket.Qty-q <= other.Filled {
			h.cancelNow(other)
			continue
		}
		t := other.Ticket
		t.Qty -= q
		if h.Replace(other, t) != "" {
			h.cancelNow(other)
		}
	}
}

// cancelNow cancels without a delay, as the system does.
func (h *House) cancelNow(o *Order) {
	if !o.Working() {
		return
	}
	if o.Phase == sent {
		h.venue.Cancel(o.venueID())
		h.collect()
		return
	}
	h.end(o, Cancelled, "")
}

// wakeChildren begins to work the children of an order that is filled.
func (h *House) wakeChildren(o *Order) {
	for _, child := range h.family(func(x *Order) bool { return x.Parent == o.ID && x.Phase == asleep }) {
		if child.Working() && child.Phase == asleep && !child.Ticket.Deactivated {
			h.start(child)
		}
	}
}

// ended cancels what cannot live without an order that was cancelled or
// refused: its children, and the others of its OCA group.
func (h *House) ended(o *Order) {
	for _, other := range h.family(func(x *Order) bool {
		return x.Parent == o.ID || o.OCA != "" && x != o && x.OCA == o.OCA && x.Account == o.Account
	}) {
		h.cancelNow(other)
	}
}
