package membus_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/bus"
	"gannet/bus/bustest"
	"gannet/bus/membus"
	"gannet/market"
)

func TestBus(t *testing.T) {
	bustest.Run(t, func(*testing.T) bus.Bus { return membus.New() })
}

// A backtest publishes millions of ticks.
func TestTicksDoNotAllocate(t *testing.T) {
	b := membus.New()
	seen := 0
	if _, err := b.Subscribe(market.KindTick, func(*market.Event) { seen++ }); err != nil {
		t.Fatal(err)
	}
	ev := market.Event{Body: &market.Tick{Instrument: 1}}
	if allocs := testing.AllocsPerRun(100, func() { _ = b.Publish(&ev) }); allocs != 0 {
		t.Errorf("%v allocations for a tick, want 0", allocs)
	}
	if seen != 101 {
		t.Errorf("%d ticks seen, want 101", seen)
	}
}

// Subscribers run in the order in which they subscribed, and one that joins
// or leaves in the middle of an event does not disturb the others.
func TestSubscribersKeepTheirOrder(t *testing.T) {
	b := membus.New()
	var calls []string
	add := func(name string) func() {
		stop, err := b.Subscribe(market.KindTick, func(*market.Event) { calls = append(calls, name) })
		if err != nil {
			t.Fatal(err)
		}
		return stop
	}
	var stopC func()
	add("a")
	first := true
	if _, err := b.Subscribe(market.KindTick, func(*market.Event) {
		calls = append(calls, "b")
		if first {
			first = false
			stopC()
			add("e")
		}
	}); err != nil {
		t.Fatal(err)
	}
	stopC = add("c")
	add("d")
	for range 2 {
		if err := b.Publish(&market.Event{Body: new(market.Tick)}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a", "b", "d", "a", "b", "d", "e"}; !slices.Equal(calls, want) {
		t.Errorf("got %v, want %v", calls, want)
	}
}

// However handlers publish into each other, every subscriber sees the same
// sequence: breadth first, in the order of publishing.
func TestCascadesAreFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		children := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 60).Draw(t, "children")
		b := membus.New()
		var published, first, second []uint64
		publish := func(seq uint64) {
			published = append(published, seq)
			if err := b.Publish(&market.Event{Seq: seq, Body: new(market.Alert)}); err != nil {
				t.Fatal(err)
			}
		}
		next := uint64(0)
		subscribe(t, b, func(ev *market.Event) {
			first = append(first, ev.Seq)
			if ev.Seq < uint64(len(children)) {
				for range children[ev.Seq] {
					next++
					publish(next)
				}
			}
		})
		subscribe(t, b, func(ev *market.Event) { second = append(second, ev.Seq) })
		publish(0)
		if !slices.Equal(first, published) || !slices.Equal(second, published) {
			t.Fatalf("published %v, first saw %v, second saw %v", published, first, second)
		}
	})
}

func subscribe(t *rapid.T, b *membus.Bus, fn func(*market.Event)) {
	if _, err := b.Subscribe(market.KindAlert, fn); err != nil {
		t.Fatal(err)
	}
}

// What is queued when the run ends is not delivered to anybody.
func TestCloseForgetsTheQueue(t *testing.T) {
	b := membus.New()
	calls := 0
	if _, err := b.Subscribe(market.KindAlert, func(ev *market.Event) {
		calls++
		if err := b.Publish(ev); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(&market.Event{Body: new(market.Alert)}); err != nil {
		t.Fatal(err)
	}
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func Example() {
	b := membus.New()
	stop, _ := b.Subscribe(market.KindSignal, func(ev *market.Event) {
		fmt.Println("desk:", ev.Body.(*market.Signal).ID)
	})
	defer stop()
	_, _ = b.Subscribe(market.KindTick, func(*market.Event) {
		_ = b.Publish(&market.Event{Body: &market.Signal{Kind: market.SignalOrder, ID: "dip-bt-1"}})
		fmt.Println("strategy: done")
	})
	_ = b.Publish(&market.Event{Body: &market.Tick{Instrument: 1}})
	// Output:
	// strategy: done
	// desk: dip-bt-1
}

func BenchmarkPublishTick(b *testing.B) {
	m := membus.New()
	seen := 0
	for range 3 {
		if _, err := m.Subscribe(market.KindTick, func(*market.Event) { seen++ }); err != nil {
			b.Fatal(err)
		}
	}
	ev := market.Event{Body: &market.Tick{Instrument: 1}}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Publish(&ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublishInside(b *testing.B) {
	m := membus.New()
	signal := market.Event{Body: &market.Signal{Kind: market.SignalOrder}}
	if _, err := m.Subscribe(market.KindTick, func(*market.Event) { _ = m.Publish(&signal) }); err != nil {
		b.Fatal(err)
	}
	ev := market.Event{Body: &market.Tick{Instrument: 1}}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Publish(&ev); err != nil {
			b.Fatal(err)
		}
	}
}
