package oms

import "gannet/market"

// order is the desk's record of one order.
type order struct {
	market.Order
	notional market.Money   // sum of price x quantity of the fills, multiplier left out
	sent     bool           // handed to the broker
	external bool           // not ours: another platform, or an earlier life without a journal
	flatten  bool           // an operator's closing order
	cancel   bool           // to be canceled as soon as the broker is known to have it
	asked    market.Nanos   // when the last cancel or replace was requested
	missing  market.Nanos   // first complete answer of the broker that lacked it
	lost     bool           // accepted, and no longer listed by the broker
	change   *market.Ticket // the ticket asked for, while PendingReplace
}

// leaves is the most that may still trade.
func (o *order) leaves() market.Qty {
	if !o.Working() {
		return 0
	}
	left := o.OrderQty - o.CumQty
	if o.change != nil {
		left = max(left, o.change.OrderQty-o.CumQty)
	}
	return max(left, 0)
}

// book holds every order, and the open ones by instrument in the order of
// their arrival.
type book struct {
	all     []*order
	byID    map[market.ClientOrderID]*order
	byVenue map[string]*order
	open    [][]*order // index InstrumentID
	working int        // orders in open
}

func newBook(instruments int) book {
	return book{
		byID:    make(map[market.ClientOrderID]*order),
		byVenue: make(map[string]*order),
		open:    make([][]*order, instruments+1),
	}
}

func (b *book) add(o *order) {
	b.all = append(b.all, o)
	b.byID[o.ClientOrderID] = o
	if o.VenueOrderID != "" {
		b.byVenue[o.VenueOrderID] = o
	}
	if o.Working() {
		b.open[o.Instrument] = append(b.open[o.Instrument], o)
		b.working++
	}
}

// find looks an order up by our id, and failing that by the venue's.
func (b *book) find(id market.ClientOrderID, venueID string) *order {
	if o := b.byID[id]; o != nil && id != "" {
		return o
	}
	if venueID == "" {
		return nil
	}
	return b.byVenue[venueID]
}

// identify remembers the venue's id of an order.
func (b *book) identify(o *order, venueID string) {
	if venueID == "" || o.VenueOrderID == venueID {
		return
	}
	o.VenueOrderID = venueID
	b.byVenue[venueID] = o
}

// refile moves an order in or out of the open list after its status changed.
func (b *book) refile(o *order, wasWorking bool) {
	switch {
	case wasWorking && !o.Working():
		list := b.open[o.Instrument]
		for i := range list {
			if list[i] == o {
				b.open[o.Instrument] = append(list[:i], list[i+1:]...)
				b.working--
				break
			}
		}
	case !wasWorking && o.Working():
		b.open[o.Instrument] = append(b.open[o.Instrument], o)
		b.working++
	}
}

// eachOpen calls fn for every open order, by instrument and then by arrival.
// fn may close orders.
func (b *book) eachOpen(fn func(o *order)) {
	for i := range b.open {
		for _, o := range append([]*order(nil), b.open[i]...) {
			fn(o)
		}
	}
}
