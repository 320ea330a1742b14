package engine

import (
	"sync"

	"gannet/market"
)

// Inbox is the bounded queue in front of a stage. Events come out in the
// order in which they went in. A tick whose instrument already has one waiting
// is merged into that one, and counted; everything else is kept, and the
// sender waits when the queue is full.
type Inbox struct {
	mu      sync.Mutex
	space   sync.Cond
	ready   chan struct{} // holds one token while there is something to take
	filling *batch
	spare   *batch
	limit   int
	dropped uint64
	closed  bool
}

// batch is the events of one Take. waiting[id] is 1 + the index in ticks of
// the instrument's waiting tick, or 0.
type batch struct {
	events  []market.Event
	ticks   []market.Tick
	waiting []int32
}

// NewInbox holds up to limit events, for a table of n instruments.
func NewInbox(limit, instruments int) *Inbox {
	b := &Inbox{ready: make(chan struct{}, 1), limit: limit}
	b.space.L = &b.mu
	b.filling, b.spare = newBatch(limit, instruments), newBatch(limit, instruments)
	return b
}

func newBatch(limit, instruments int) *batch {
	return &batch{
		events:  make([]market.Event, 0, limit),
		ticks:   make([]market.Tick, 0, instruments+1),
		waiting: make([]int32, instruments+1),
	}
}

// Put takes an event in. A tick or bar is copied; any other body must not be
// changed by the caller afterwards. It returns false after Close.
func (b *Inbox) Put(ev *market.Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if tick, ok := ev.Body.(*market.Tick); ok {
		return b.putTick(ev, tick)
	}
	for len(b.filling.events) >= b.limit && !b.closed {
		b.space.Wait()
	}
	if b.closed {
		return false
	}
	copied := *ev
	if bar, ok := ev.Body.(*market.Bar); ok {
		own := *bar
		copied.Body = &own
	}
	b.filling.events = append(b.filling.events, copied)
	b.wake()
	return true
}

// putTick never waits: there is at most one waiting tick per instrument.
func (b *Inbox) putTick(ev *market.Event, t *market.Tick) bool {
	f := b.filling
	if b.closed || int(t.Instrument) >= len(f.waiting) {
		return false
	}
	if i := f.waiting[t.Instrument]; i > 0 {
		b.dropped++
		slot := &f.ticks[i-1]
		mask := slot.Mask
		*slot = *t
		slot.Mask |= mask
		return true
	}
	f.ticks = append(f.ticks, *t)
	f.waiting[t.Instrument] = int32(len(f.ticks))
	copied := *ev
	copied.Body = &f.ticks[len(f.ticks)-1]
	f.events = append(f.events, copied)
	b.wake()
	return true
}

func (b *Inbox) wake() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// Ready gives a token when there is something to take.
func (b *Inbox) Ready() <-chan struct{} { return b.ready }

// Take returns all that waits, in order; it may be empty. What it returns is
// valid until the next Take.
func (b *Inbox) Take() []market.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken, next := b.filling, b.spare
	next.events, next.ticks = next.events[:0], next.ticks[:0]
	clear(next.waiting)
	b.filling, b.spare = next, taken
	b.space.Broadcast()
	return taken.events
}

// Dropped is the number of ticks that were merged into a later one.
func (b *Inbox) Dropped() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Close lets every waiting and later Put return false.
func (b *Inbox) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.space.Broadcast()
}
