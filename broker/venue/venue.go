package venue

import (
	"cmp"
	"slices"
	"strconv"

	"gannet/market"
)

// Config is what a venue is made of.
type Config struct {
	Instruments *market.Instruments
	Profile     *Profile              // nil: "gannet"
	OrderID     func(n uint64) string // VenueOrderID of the n-th accepted order, n from 1; nil: decimal n
	ExecID      func(n uint64) string // ExecID of the n-th execution, n from 1; nil: "E" and decimal n
}

// Venue is a simulated venue. It is not safe for concurrent use.
type Venue struct {
	cfg     Config
	profile *Profile
	now     market.Nanos                    // 0: no time has been given yet
	due     market.Nanos                    // no order expires before it; 0: none expires
	books   []book                          // by market.InstrumentID
	fresh   []*book                         // books with bars of this slice
	start   market.Nanos                    // of the slice: the earliest start of its bars
	open    []*order                        // open orders in acceptance order
	ids     map[market.ClientOrderID]*order // every id ever seen; nil: not open
	seq     uint64
	orders  uint64 // accepted
	execs   uint64
	reports []market.ExecReport
}

// New returns a venue without prices, orders and time.
func New(cfg Config) *Venue {
	if cfg.Profile == nil {
		cfg.Profile = profiles[0]
	}
	if cfg.ExecID == nil {
		cfg.ExecID = func(n uint64) string { return "E" + strconv.FormatUint(n, 10) }
	}
	v := &Venue{
		cfg:     cfg,
		profile: cfg.Profile,
		books:   make([]book, cfg.Instruments.Len()+1),
		ids:     make(map[market.ClientOrderID]*order),
	}
	for i := range cfg.Instruments.All() {
		in := &cfg.Instruments.All()[i]
		v.books[in.ID] = book{inst: in, hours: hours{session: in.Session}}
	}
	return v
}

// Now is the venue's time: the latest it has been given.
func (v *Venue) Now() market.Nanos { return v.now }

// Submit takes a new order at the venue's current time: the Ticket,
// ClientOrderID, Strategy and Account of o. It queues New and what trades at
// once, or Rejected with the reason.
func (v *Venue) Submit(o *market.Order) {
	if err := v.checkID(o.ClientOrderID); err != nil {
		v.reject(o, err)
		return
	}
	v.ids[o.ClientOrderID] = nil
	t := v.rounded(o.Ticket)
	if err := v.check(&t); err != nil {
		v.reject(o, err)
		return
	}
	v.orders++
	one := v.add(*o, t)
	one.VenueOrderID, one.CumQty = v.orderID(v.orders), 0
	v.place(one, v.now)
	v.report(one, market.ExecNew)
	v.match(one)
}

// Replace makes o.Ticket the ticket of the open order o.ClientOrderID.
// OrderQty counts what is filled already. It queues Replaced and what trades
// at once, or CancelRejected, after which the order works as before.
func (v *Venue) Replace(o *market.Order) {
	one := v.ids[o.ClientOrderID]
	t := v.rounded(o.Ticket)
	if err := v.checkReplace(one, o.ClientOrderID, &t); err != nil {
		v.refuse(one, o.ClientOrderID, err)
		return
	}
	was := one.Ticket
	one.Ticket = t
	one.restop(&was)
	v.place(one, v.now)
	v.report(one, market.ExecReplaced).Ticket = &t
	v.match(one)
}

// Cancel ends an open order and queues Canceled; or it queues CancelRejected,
// when there is no such order or it is done.
func (v *Venue) Cancel(id market.ClientOrderID) {
	one := v.ids[id]
	if one == nil {
		v.refuse(nil, id, v.notOpen(id))
		return
	}
	v.end(one, market.Canceled)
	v.report(one, market.ExecCanceled)
}

// Restore puts a resting order back as Open gave it, with its VenueOrderID,
// CumQty and TsEvent, and queues nothing; a DAY order is of the day of its
// TsEvent. An order that is done, or cannot be one, only has its
// ClientOrderID remembered. That a stop had triggered is known only if the
// order is partly filled.
func (v *Venue) Restore(o market.Order) {
	if v.checkID(o.ClientOrderID) != nil {
		return
	}
	v.ids[o.ClientOrderID] = nil
	sound := o.Working() && o.CumQty >= 0 && o.CumQty < o.OrderQty && o.TsEvent >= 0 && o.TsEvent <= latest
	if !sound || v.checkTicket(&o.Ticket) != nil {
		return
	}
	if n, err := strconv.ParseUint(o.VenueOrderID, 10, 64); err == nil {
		v.orders = max(v.orders, n)
	}
	one := v.add(o, o.Ticket)
	one.value = market.Notional(o.AvgPx, o.CumQty, one.book.inst.Multiplier)
	one.charged = v.profile.Fee(o.CumQty, one.value)
	v.place(one, cmp.Or(o.TsEvent, v.now))
	one.triggered, one.taking = o.CumQty > 0, o.Type != market.Limit
}

// Open appends the resting orders to dst, in the order they were accepted.
func (v *Venue) Open(dst []market.Order) []market.Order {
	for _, o := range v.open {
		dst = append(dst, o.view())
	}
	return dst
}

// Reports returns what was queued since the last call, in order. It is valid
// until the next call of a method that queues.
func (v *Venue) Reports() []market.ExecReport {
	queued := v.reports
	v.reports = v.reports[:0]
	return queued
}

// add puts an order on its book.
func (v *Venue) add(o market.Order, t market.Ticket) *order {
	v.seq++
	o.Ticket, o.Text, o.AvgPx = t, "", 0
	one := &order{Order: o, book: v.book(t.Instrument), seq: v.seq, stop: t.StopPx}
	one.book.orders = append(one.book.orders, one)
	v.open = append(v.open, one)
	v.ids[o.ClientOrderID] = one
	return one
}

// place starts an order, new or replaced, at that time.
func (v *Venue) place(o *order, at market.Nanos) {
	o.LeavesQty = o.OrderQty - o.CumQty
	o.Status = market.Submitted
	if o.CumQty > 0 {
		o.Status = market.PartiallyFilled
	}
	o.placed, o.since, o.taking = at, o.book.updates, true
	o.TsEvent = at
	v.schedule(o)
}

// end takes an order off its book.
func (v *Venue) end(o *order, status market.OrdStatus) {
	o.Status, o.LeavesQty, o.TsEvent = status, 0, v.now
	o.book.orders = without(o.book.orders, o)
	v.open = without(v.open, o)
	v.ids[o.ClientOrderID] = nil
}

// without removes o from a list in acceptance order.
func without(list []*order, o *order) []*order {
	i, _ := slices.BinarySearchFunc(list, o.seq, func(one *order, seq uint64) int { return cmp.Compare(one.seq, seq) })
	return slices.Delete(list, i, i+1)
}

// book is nil for an instrument that is not in the table.
func (v *Venue) book(id market.InstrumentID) *book {
	if id == 0 || int(id) >= len(v.books) {
		return nil
	}
	return &v.books[id]
}

func (v *Venue) orderID(n uint64) string {
	if v.cfg.OrderID != nil {
		return v.cfg.OrderID(n)
	}
	return strconv.FormatUint(n, 10)
}

// Forget takes the id of an order that is done out of memory: it may be used
// again. An open order stays.
func (v *Venue) Forget(id market.ClientOrderID) {
	if v.ids[id] == nil {
		delete(v.ids, id)
	}
}
