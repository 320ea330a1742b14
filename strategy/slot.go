package strategy

import (
	"slices"
	"strconv"

	"gannet/market"
)

// slot is one strategy of the host with what belongs to it.
type slot struct {
	id          market.StrategyID
	prefix      string // of its client order ids
	strategy    Strategy
	onBar       BarHandler // nil when the strategy is none; so the next three
	onOrder     OrderHandler
	onFill      FillHandler
	onTimer     TimerHandler
	intervals   []market.Nanos // of bars; empty is all
	instruments []market.InstrumentID
	place       []int32 // index InstrumentID: 1 + its index in books, 0 is none
	books       []book  // those of instruments first
	open        []*order
	signals     uint64 // how many were sent
}

// book is what a strategy has in one instrument.
type book struct {
	position  market.Position // as the desk said last, with what works by our own count
	buy, sell market.Qty      // of open orders
	unbooked  market.Qty      // signed fills that orders told of since the last position
}

// count brings the position up to date with what works.
func (b *book) count() {
	b.position.WorkingBuy = b.buy + max(b.unbooked, 0)
	b.position.WorkingSell = b.sell + max(-b.unbooked, 0)
}

// order is an open order and what it counts as working.
type order struct {
	market.Order
	slot      *slot
	at        int // index in slot.open
	buy, sell market.Qty
	change    market.Qty // the OrderQty that a Replace asked for, 0 is none
}

// smallest is the quantity that something working counts at least.
const smallest market.Qty = 1

func newSlot(one Instance, run string, instruments int) *slot {
	s := &slot{
		id: one.ID, strategy: one.Strategy, prefix: string(one.ID) + "-" + run + "-",
		instruments: slices.Clone(one.Instruments),
		place:       make([]int32, instruments+1),
	}
	s.onBar, _ = one.Strategy.(BarHandler)
	s.onOrder, _ = one.Strategy.(OrderHandler)
	s.onFill, _ = one.Strategy.(FillHandler)
	s.onTimer, _ = one.Strategy.(TimerHandler)
	if subscriber, ok := one.Strategy.(BarSubscriber); ok {
		if wanted := subscriber.Bars(); !slices.Contains(wanted, 0) {
			s.intervals = slices.Clone(wanted)
		}
	}
	for _, id := range s.instruments {
		s.addBook(id)
	}
	return s
}

func (s *slot) addBook(id market.InstrumentID) *book {
	s.books = append(s.books, book{position: market.Position{Strategy: s.id, Instrument: id}})
	s.place[id] = int32(len(s.books))
	return &s.books[len(s.books)-1]
}

// trades says whether the strategy was given the instrument.
func (s *slot) trades(id market.InstrumentID) bool {
	return int(id) < len(s.place) && s.place[id] > 0 && int(s.place[id]) <= len(s.instruments)
}

func (s *slot) wants(interval market.Nanos) bool {
	return len(s.intervals) == 0 || slices.Contains(s.intervals, interval)
}

// book returns the strategy's book of an instrument, which need not be one
// that it was given, or nil for an id that does not exist.
func (s *slot) book(id market.InstrumentID) *book {
	if id == 0 || int(id) >= len(s.place) {
		return nil
	}
	if i := s.place[id]; i > 0 {
		return &s.books[i-1]
	}
	return s.addBook(id)
}

// signal completes a signal, sends it and returns its id.
func (h *Host) signal(s *slot, sig market.Signal) market.ClientOrderID {
	s.signals++
	var text [64]byte
	id := strconv.AppendUint(append(text[:0], s.prefix...), s.signals, 10)
	sig.ID, sig.Strategy, sig.TsEvent = market.ClientOrderID(id), s.id, h.now
	h.out.Signals = append(h.out.Signals, sig)
	return sig.ID
}

// own finds an open order of the strategy.
func (h *Host) own(s *slot, id market.ClientOrderID) *order {
	if o := h.open[id]; o != nil && o.slot == s {
		return o
	}
	return nil
}

// keep files an order that the desk has not answered yet.
func (h *Host) keep(s *slot, o market.Order, buy, sell market.Qty) {
	o.Strategy, o.Status = s.id, market.PendingSubmit
	o.LeavesQty, o.TsInit, o.TsEvent = o.OrderQty, h.now, h.now
	h.work(h.file(s, o), buy, sell)
}

func (h *Host) file(s *slot, o market.Order) *order {
	kept := &order{Order: o, slot: s, at: len(s.open)}
	s.open = append(s.open, kept)
	h.open[o.ClientOrderID] = kept
	return kept
}

// work sets what an open order counts as working.
func (h *Host) work(o *order, buy, sell market.Qty) {
	if b := o.slot.book(o.Instrument); b != nil {
		b.buy += buy - o.buy
		b.sell += sell - o.sell
		b.count()
	}
	o.buy, o.sell = buy, sell
}

// drop forgets an order. The last one of the list takes its place.
func (h *Host) drop(o *order) {
	h.work(o, 0, 0)
	delete(h.open, o.ClientOrderID)
	s := o.slot
	last := len(s.open) - 1
	s.open[o.at] = s.open[last]
	s.open[o.at].at = o.at
	s.open[last] = nil
	s.open = s.open[:last]
}

// onOrder takes in where an order stands. One that the host does not know, of
// an earlier run or made by the desk for the strategy, is taken over.
func (h *Host) onOrder(ev *market.Event, o *market.Order, out *Effects) {
	kept, s := h.open[o.ClientOrderID], h.owner[o.Strategy]
	if kept != nil {
		s = kept.slot
	}
	if s == nil {
		return
	}
	h.begin(taken(ev), out)
	if kept == nil && !o.Status.Terminal() {
		kept = h.file(s, *o)
	}
	if kept != nil {
		h.update(kept, o)
	}
	if s.onOrder != nil {
		s.onOrder.OnOrder(Context{h, s}, *o)
	}
}

func (h *Host) update(kept *order, o *market.Order) {
	if b := kept.slot.book(o.Instrument); b != nil {
		b.unbooked += (o.CumQty - kept.CumQty) * market.Qty(o.Side.Sign())
		b.count()
	}
	if o.Status.Terminal() {
		h.drop(kept)
		return
	}
	if kept.Instrument != o.Instrument {
		h.work(kept, 0, 0)
	}
	if o.Status != market.PendingReplace {
		kept.change = 0
	}
	kept.Order = *o
	h.workLeaves(kept)
}

// workLeaves counts what may still trade of an order the desk has answered,
// with the larger size while a change is on its way.
func (h *Host) workLeaves(o *order) {
	buy, sell := bySide(o.Side, max(o.LeavesQty, o.change-o.CumQty, smallest))
	h.work(o, buy, sell)
}

func bySide(side market.Side, q market.Qty) (buy, sell market.Qty) {
	if side == market.Sell {
		return 0, q
	}
	return q, 0
}

// onPosition takes in what the strategy holds. It includes the fills of every
// order that came before.
func (h *Host) onPosition(p *market.Position) {
	s := h.owner[p.Strategy]
	if s == nil {
		return
	}
	if b := s.book(p.Instrument); b != nil {
		b.position, b.unbooked = *p, 0
		b.count()
	}
}
