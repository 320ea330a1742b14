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

// Two contracts of which one pays cost a dollar together, now and in all of
// their past, and neither ever costs more than what it can pay.
func TestPairPaysOnce(t *testing.T) {
	yes := Instrument{Symbol: "FF", Exchange: "FORECASTX", Conid: 10, SecType: Option, Right: "C", Strike: market.MustPrice("3"),
		Expiry: "20270127", Price: market.MustPrice("0.90"), Tick: market.MustPrice("0.01"), Most: market.MustPrice("0.99"), Underlying: 5}
	no := yes
	no.Conid, no.Right, no.Price, no.Against = 14, "P", market.MustPrice("0.10"), 10
	x := open(t, Config{Instruments: []Instrument{yes, no}, Seed: 3, Start: start})
	one := market.MustPrice("1")
	check := func(p *Product, px ...market.Price) {
		for _, each := range px {
			if each <= 0 || each >= one {
				t.Fatalf("%s at %s", p.Name(), each)
			}
		}
	}
	prices := map[market.Price]bool{}
	for n := range 40_000 {
		x.Turn(start+market.Nanos(n)*turn, func(p *Product, tick *market.Tick) {
			check(p, tick.Bid, tick.Ask)
			if q := x.ByConid(10).Top; p.Conid == 14 && (tick.Bid+q.Ask != one || tick.Ask+q.Bid != one) {
				t.Fatalf("yes %s to %s, no %s to %s", q.Bid, q.Ask, tick.Bid, tick.Ask)
			}
			prices[tick.Bid] = true
		})
	}
	if len(prices) < 4 {
		t.Errorf("only %d prices", len(prices))
	}
	a, b := x.ByConid(10), x.ByConid(14)
	for d := range a.ages() {
		var bars []Bar
		a.ago(d, func(one Bar, _ bool) bool { bars = append(bars, one); check(a, one.Low, one.High); return true })
		b.ago(d, func(other Bar, _ bool) bool {
			if other.Open+bars[0].Open != one || other.High+bars[0].Low != one {
				t.Fatalf("day %d: %+v and %+v", d, bars[0], other)
			}
			bars = bars[1:]
			return true
		})
	}
	for name, wrong := range map[string]func(*Instrument){
		"itself":  func(i *Instrument) { i.Against = i.Conid },
		"no most": func(i *Instrument) { i.Most, i.Against = 0, 10 },
		"above":   func(i *Instrument) { i.Most = market.MustPrice("0.50") },
	} {
		i := yes
		if wrong(&i); i.complete() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
