package exchange

import (
	"testing"
	"time"
	_ "time/tzdata"

	"gannet/market"
)

// start is a Wednesday at 15:00 in New York.
var start = market.NanosOf(time.Date(2026, 11, 18, 20, 0, 0, 0, time.UTC))

func newYork(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func open(t testing.TB, cfg Config) *Exchange {
	t.Helper()
	x, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func universe(t testing.TB, seed uint64) *Exchange {
	return open(t, Config{Instruments: Universe(start), Seed: seed, Start: start})
}

// nothing takes a tick and leaves it.
func nothing(*Product, *market.Tick) {}

// run turns from a moment to another, twenty times a second unless a step is
// given.
func run(x *Exchange, from, to, step market.Nanos, moved func(*Product, *market.Tick)) {
	for now := from; now < to; now += step {
		x.Turn(now, moved)
	}
}

const turn = 50 * market.Millisecond
