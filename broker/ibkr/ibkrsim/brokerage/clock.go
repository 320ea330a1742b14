package brokerage

import (
	"slices"
	"time"

	"gannet/market"
)

// wake makes sure that Advance looks at the orders at that time.
func (h *House) wake(at market.Nanos) {
	if at != 0 && (h.next == 0 || at < h.next) {
		h.next = at
	}
}

// schedule says when an order expires: DAY at the close of its session, GTC
// at the end of the next quarter.
func (h *House) schedule(o *Order) {
	o.expires = 0
	switch o.Ticket.TIF {
	case DAY, OND, OVT:
		o.expires = endOfDay(o.Product.Session, h.now)
	case GTC:
		o.expires = EndOfNextQuarter(h.now)
	}
	h.wake(o.expires)
}

// endOfDay is the next close, or midnight UTC where the market never closes.
func endOfDay(s market.Session, now market.Nanos) market.Nanos {
	if s.AlwaysOpen() {
		return now - now%market.Day + market.Day
	}
	return s.NextClose(now)
}

// EndOfNextQuarter is when a GTC order of that time is cancelled: 22:00 in
// central Europe, taken as 21:00 UTC, on the last day of the next calendar
// quarter, as the API's notices say.
func EndOfNextQuarter(now market.Nanos) market.Nanos {
	t := now.Time().UTC()
	quarter := (int(t.Month()) - 1) / 3
	end := time.Date(t.Year(), time.Month(3*(quarter+2)+1), 1, 21, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	return market.NanosOf(end)
}

// nextOpen is when a session that is closed opens; 0 when it is open.
func nextOpen(s market.Session, now market.Nanos) market.Nanos {
	if s.IsOpen(now) {
		return 0
	}
	open, _ := s.Bounds(s.NextClose(now) - 1)
	return open
}

// watchOpening has Advance look at an order that waits for the opening.
func (h *House) watchOpening(o *Order) {
	if o.Status == PreSubmitted && o.Phase != asleep {
		h.wake(nextOpen(o.Product.Session, h.now))
	}
}

// Advance lets time pass: contracts expire, cancels arrive, sessions open and
// close, auctions are held. It does nothing but that before the next thing is due.
func (h *House) Advance(now market.Nanos) {
	h.now = max(h.now, now)
	h.endContracts()
	h.turnDay()
	if h.next != 0 && h.next <= h.now {
		h.next = 0
		h.open = slices.DeleteFunc(h.open, func(o *Order) bool { return !o.Working() })
		for _, o := range slices.Clone(h.open) {
			h.pass(o)
		}
	}
	h.venue.Advance(h.now)
	h.collect()
	if len(h.open) > 2*len(h.held)+1000 {
		h.open = slices.DeleteFunc(h.open, func(o *Order) bool { return !o.Working() })
	}
}

// pass does what is due for an order and notes when the next thing is.
func (h *House) pass(o *Order) {
	switch {
	case !o.Working():
		return
	case o.cancelAt != 0 && o.cancelAt <= h.now:
		o.cancelAt = 0
		h.venue.Cancel(o.venueID())
		h.collect()
	case o.due != 0 && o.due <= h.now:
		h.callAuction(o)
	case o.expires != 0 && o.expires <= h.now:
		h.expire(o)
	case o.Status == PreSubmitted && o.resting(h.now) == Submitted:
		h.set(o, Submitted)
	}
	if o.Working() {
		for _, at := range []market.Nanos{o.cancelAt, o.due, o.expires} {
			if at > h.now {
				h.wake(at)
			}
		}
		h.watchOpening(o)
	}
}

// expire ends an order whose time is over. The venue ends its own DAY orders.
func (h *House) expire(o *Order) {
	switch {
	case o.Phase != sent:
		h.end(o, Cancelled, expired)
	case o.Ticket.TIF == GTC:
		o.Reason = expired
		h.venue.Cancel(o.venueID())
		h.collect()
	}
}

// auction is when the auction is held that an order waits for; 0 for none.
func (h *House) auction(o *Order) market.Nanos {
	s := o.Product.Session
	switch {
	case s.AlwaysOpen():
		return 0
	case o.Ticket.Type == MOC || o.Ticket.Type == LOC:
		return s.NextClose(h.now)
	case o.Ticket.TIF != OPG:
		return 0
	}
	if open := nextOpen(s, h.now); open != 0 {
		return open
	}
	closing := s.NextClose(h.now)
	open, _ := s.Bounds(s.NextClose(closing) - 1)
	return open
}

// callAuction fills an order at the auction's price, the last one traded, when
// its limit takes it, and ends it when not.
func (h *House) callAuction(o *Order) {
	o.due = 0
	px := o.Product.Top.Last
	if px <= 0 {
		px = o.Product.Mark()
	}
	if px > 0 && o.allows(px) {
		h.cross(o, o.Left(), px)
		return
	}
	h.end(o, Cancelled, expired)
}
