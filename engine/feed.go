package engine

import (
	"sync"

	"gannet/bus"
	"gannet/feed"
	"gannet/market"
)

// Feed is the feed stage: raw ticks in, normalized ticks and bars out on the
// bus. It runs in the goroutine of whoever brings the ticks.
type Feed struct {
	mu     sync.Mutex
	norm   *feed.Normalizer
	bars   *feed.Bars
	bus    bus.Bus
	clock  Clock
	seq    uint64
	ticks  uint64
	whole  market.Tick
	event  market.Event
	failed uint64
	closed bool
}

// Bars that no tick closes are closed this often, and this long after their
// end, so that ticks on their way still count.
const (
	barsEvery = 100 * market.Millisecond
	barsGrace = 200 * market.Millisecond
)

// newFeed makes the stage. intervals are the bars to build; none is allowed.
func newFeed(instruments *market.Instruments, intervals []market.Nanos, b bus.Bus, clock Clock) (*Feed, error) {
	f := &Feed{norm: feed.NewNormalizer(feed.NormalizerConfig{Instruments: instruments}), bus: b, clock: clock}
	if len(intervals) == 0 {
		return f, nil
	}
	bars, err := feed.NewBars(feed.BarsConfig{Instruments: instruments, Intervals: intervals, Emit: f.publishBar})
	f.bars = bars
	return f, err
}

// OnTick takes one raw tick of the source.
func (f *Feed) OnTick(raw *market.Tick) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.norm.Step(raw, &f.whole).Emit() || f.closed {
		return
	}
	f.ticks++
	if f.bars != nil {
		f.bars.OnTick(&f.whole)
	}
	f.publish(f.whole.TsEvent, f.whole.TsInit, &f.whole)
}

// Lost says that the source is gone: every quote is marked stale until the
// source speaks again.
func (f *Feed) Lost() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.norm.Lost(nil, f.clock.Now()) {
		f.whole = t
		f.publish(t.TsEvent, t.TsInit, &f.whole)
	}
}

// Ticks is the number of ticks published.
func (f *Feed) Ticks() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ticks
}

// close ends publishing.
func (f *Feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
}

// keepBars closes bars as time passes, until the feed is closed.
func (f *Feed) keepBars() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.bars == nil {
		return
	}
	f.bars.Advance(f.clock.Now() - barsGrace)
	f.clock.AfterFunc(barsEvery, f.keepBars)
}

func (f *Feed) publishBar(b *market.Bar) { f.publish(b.TsEvent, b.TsInit, b) }

// publish drops what the bus does not take: market data is never kept for later.
func (f *Feed) publish(at, taken market.Nanos, body market.Body) {
	f.seq++
	f.event = market.Event{Seq: f.seq, TsEvent: at, TsInit: taken, Body: body}
	if f.bus.Publish(&f.event) != nil {
		f.failed++
	}
}
