package exchange

import (
	"testing"

	"gannet/market"
)

// A load test measures its client, not the garbage of the market.
func TestTurnDoesNotAllocate(t *testing.T) {
	x := open(t, Config{Instruments: Universe(start), Start: start, Slots: 4})
	now := start
	one := func() { now += turn; x.Turn(now, nothing) }
	for range 100 {
		one()
	}
	if got := testing.AllocsPerRun(500, one); got >= 1 {
		t.Errorf("%v allocations a turn", got)
	}
}

// Slots set how often an instrument moves: a hundred conids at five moves a
// second are five hundred moves.
func TestSlots(t *testing.T) {
	for slots, want := range map[int]int{0: 4, 4: 5, 1: 20, 20: 1} {
		x := open(t, Config{Instruments: DefaultInstruments(), Start: start, Slots: slots})
		moves := map[*Product]int{}
		run(x, start, start+10*market.Second, turn, func(p *Product, _ *market.Tick) { moves[p]++ })
		for _, p := range x.Products() {
			if moves[p] != 10*want {
				t.Errorf("slots %d: %s moved %d times in ten seconds", slots, p.Name(), moves[p])
			}
		}
	}
}

// Before and after regular hours quotes are wider and trades rarer, and a
// currency moves less than a share.
func TestQuietHours(t *testing.T) {
	x := open(t, Config{Instruments: Universe(start), Start: start, NewYork: newYork(t)})
	spy, eur := x.Find("SPY"), x.Find("EUR.USD")
	look := func(from market.Nanos) (width market.Price, trades int64, reach market.Price) {
		before, high, low := spy.Trades, market.Price(0), market.Price(1<<62)
		run(x, from, from+10*market.Minute, 250*market.Millisecond, func(p *Product, tick *market.Tick) {
			if p == spy {
				width = max(width, tick.Ask-tick.Bid)
			}
			if p == eur {
				high, low = max(high, tick.Ask), min(low, tick.Bid)
			}
		})
		return width, spy.Trades - before, high - low
	}
	width, trades, reach := look(start)
	quietWidth, quietTrades, _ := look(start + 2*market.Hour)
	if quietWidth <= width || quietTrades*2 >= trades || quietTrades == 0 {
		t.Errorf("width %s then %s, trades %d then %d", width, quietWidth, trades, quietTrades)
	}
	if reach <= 0 || reach > eur.Price.Percent(1) {
		t.Errorf("EUR.USD moved %s in ten minutes", reach)
	}
}
