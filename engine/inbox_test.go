package engine

import (
	"sync"
	"testing"

	"go.uber.org/goleak"

	"gannet/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func tickOf(id market.InstrumentID, mask market.TickMask, last market.Price) *market.Event {
	return &market.Event{Body: &market.Tick{Instrument: id, Mask: mask, Last: last}}
}

// TestInboxKeepsOrder: events come out as they went in; only ticks of the same
// instrument are merged, at the place of the first.
func TestInboxKeepsOrder(t *testing.T) {
	b := NewInbox(8, 2)
	b.Put(tickOf(1, market.HasLast, 10))
	b.Put(&market.Event{Body: &market.Order{ClientOrderID: "a"}})
	b.Put(tickOf(2, market.HasLast, 20))
	b.Put(tickOf(1, market.HasBid, 11))
	b.Put(&market.Event{Body: &market.Order{ClientOrderID: "b"}})
	got := b.Take()
	if len(got) != 4 || b.Dropped() != 1 {
		t.Fatalf("%d events, %d dropped", len(got), b.Dropped())
	}
	first := got[0].Body.(*market.Tick)
	if first.Last != 11 || first.Mask != market.HasLast|market.HasBid {
		t.Errorf("merged tick is %+v", first)
	}
	if got[1].Body.(*market.Order).ClientOrderID != "a" || got[3].Body.(*market.Order).ClientOrderID != "b" {
		t.Errorf("orders are out of order: %+v", got)
	}
	if again := b.Take(); len(again) != 0 {
		t.Errorf("taken twice: %+v", again)
	}
}

// TestInboxNeverDropsOrders: a full inbox makes the sender wait.
func TestInboxNeverDropsOrders(t *testing.T) {
	const senders, each = 4, 500
	b := NewInbox(16, 1)
	var wg sync.WaitGroup
	for range senders {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				b.Put(&market.Event{Seq: uint64(i), Body: &market.Order{}})
				b.Put(tickOf(1, 0, market.Price(i)))
			}
		}()
	}
	orders := 0
	for orders < senders*each {
		<-b.Ready()
		for _, ev := range b.Take() {
			if ev.Kind() == market.KindOrder {
				orders++
			}
		}
	}
	wg.Wait()
	b.Take()
}

func TestInboxClose(t *testing.T) {
	b := NewInbox(1, 1)
	b.Put(&market.Event{Body: &market.Order{}})
	waiting := make(chan bool)
	go func() { waiting <- b.Put(&market.Event{Body: &market.Order{}}) }()
	b.Close()
	if <-waiting {
		t.Error("Put into a closed inbox says it was taken")
	}
	if b.Put(tickOf(1, 0, 1)) {
		t.Error("a tick into a closed inbox says it was taken")
	}
}

func TestInboxTickDoesNotAllocate(t *testing.T) {
	b := NewInbox(64, 4)
	ev := tickOf(3, market.HasLast, 1)
	if n := testing.AllocsPerRun(1000, func() { b.Put(ev); b.Put(ev); b.Take() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkInboxTick(b *testing.B) {
	in := NewInbox(64, 4)
	ev := tickOf(3, market.HasLast, 1)
	b.ReportAllocs()
	for b.Loop() {
		in.Put(ev)
		in.Take()
	}
}
