package exchange

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gannet/market"
)

// The same seed is the same market in every product, so that a run can be
// repeated; another seed is another one.
func TestSameSeedSameMarket(t *testing.T) {
	path := func(seed uint64) string {
		x, all := universe(t, seed), strings.Builder{}
		run(x, start, start+5*market.Second, turn, func(p *Product, tick *market.Tick) { fmt.Fprintln(&all, p.ID, *tick) })
		for _, p := range x.Products() {
			fmt.Fprintln(&all, p.Open, p.High, p.Low, p.Volume, p.Prior())
		}
		return all.String()
	}
	a, b, c := path(5), path(5), path(6)
	if a != b {
		t.Error("one seed, two markets")
	}
	if a == c {
		t.Error("two seeds, one market")
	}
}

// No client ever sees a crossed or locked book, a price off the tick, or a size
// of nothing, in any product, at any hour.
func TestQuotesAreSound(t *testing.T) {
	for name, loc := range map[string]*time.Location{"always open": nil, "real hours": newYork(t)} {
		x := open(t, Config{Instruments: Universe(start), Seed: 2, Start: start, NewYork: loc})
		moved := map[string]int{}
		run(x, start, start+4*market.Hour, 700*market.Millisecond, func(p *Product, tick *market.Tick) {
			moved[p.SecType]++
			if tick.Bid <= 0 || tick.Bid >= tick.Ask || !tick.Bid.OnTick(p.Tick) || !tick.Ask.OnTick(p.Tick) || !tick.Last.OnTick(p.Tick) ||
				tick.BidSize <= 0 || tick.AskSize <= 0 {
				t.Fatalf("%s, %s: %+v", name, p.Name(), *tick)
			}
		})
		for _, kind := range []string{Stock, Future, Forex, Option} {
			if moved[kind] < 1000 {
				t.Errorf("%s: %d moves of %s", name, moved[kind], kind)
			}
		}
	}
}

// Outside of hours nothing moves, days begin and end with a print, and the
// day's figures and the prior close are those of the right day.
func TestHours(t *testing.T) {
	loc := newYork(t)
	at := func(day, hour, minute int) market.Nanos {
		return market.NanosOf(time.Date(2026, 11, day, hour, minute, 0, 0, loc))
	}
	born := at(25, 15, 58) // the day before Thanksgiving
	x := open(t, Config{Instruments: Universe(born), Seed: 3, Start: born, NewYork: loc})
	spy, es, eur := x.Find("SPY"), x.Find("ES"), x.Find("EUR.USD")
	prints := map[string]market.Price{}
	moved := func(p *Product, tick *market.Tick) {
		if !p.Extended.IsOpen(tick.TsEvent) {
			t.Fatalf("%s moves at %s", p.Name(), tick.TsEvent.Time().In(loc))
		}
		if p == spy && tick.IsTrade() && tick.LastSize >= market.Shares(4000) {
			prints[tick.TsEvent.Time().In(loc).Format("02 15:04")] = tick.Last
		}
	}
	run(x, born, at(25, 16, 1), 200*market.Millisecond, moved)
	regularClose := prints["25 15:59"]
	if regularClose == 0 || spy.settle != regularClose {
		t.Errorf("no closing print: %v", prints)
	}
	run(x, at(25, 19, 59), at(25, 20, 1), 250*market.Millisecond, moved)
	late := spy.Top
	run(x, at(26, 9, 0), at(26, 16, 0), 20*market.Second, moved)
	if spy.Top != late || spy.Prior() == regularClose {
		t.Error("stocks traded on Thanksgiving")
	}
	if es.Top.TsEvent < at(26, 12, 59) || es.Top.TsEvent >= at(26, 13, 0) {
		t.Errorf("ES stopped at %s", es.Top.TsEvent.Time().In(loc))
	}
	if eur.Top.TsEvent < at(26, 15, 0) {
		t.Error("currencies did not trade")
	}
	run(x, at(27, 9, 29), at(27, 9, 31), 250*market.Millisecond, moved)
	if prints["27 09:30"] == 0 || spy.Open != prints["27 09:30"] || spy.Prior() != regularClose {
		t.Errorf("open %s, prior %s: %v", spy.Open, spy.Prior(), prints)
	}
	run(x, at(27, 12, 59), at(27, 13, 1), 250*market.Millisecond, moved)
	if prints["27 12:59"] == 0 || spy.settle != prints["27 12:59"] {
		t.Errorf("no print at the early close: %v", prints)
	}
}

// A chain without arbitrage: a client that sorts or hedges by strikes relies on
// it. Calls fall and puts rise with the strike, both rise with time, quotes of
// a call and a put differ by what the strike is in the money, and nothing is
// worth less than exercising it.
func TestOptionsAreMonotone(t *testing.T) {
	x := open(t, Config{Instruments: Universe(start), Start: start, Slots: 1})
	rapid.Check(t, func(r *rapid.T) {
		spot := market.Price(rapid.IntRange(50_000, 80_000).Draw(r, "spot")) * market.MustPrice("0.01")
		later := start + market.Nanos(rapid.IntRange(0, 60*24).Draw(r, "hours"))*market.Hour
		if _, _, err := x.Set("SPY", Quote{Last: spot}, later); err != nil {
			t.Fatal(err)
		}
		run(x, later, later+4*turn, turn, nothing)
		chain := map[string]*Product{}
		for _, p := range x.Contracts(Contract{Underlying: 756733}) {
			if !p.Ended(later) {
				chain[fmt.Sprint(p.Expiry, p.Right, p.Strike)] = p
			}
		}
		mid := x.Find("SPY").Top.Mid()
		for _, p := range chain {
			checkOption(r, p, chain, mid)
		}
	})
}

func checkOption(r *rapid.T, p *Product, chain map[string]*Product, mid market.Price) {
	if !p.Quoted() {
		r.Fatalf("%s has no quotes", p.Name())
	}
	worth := mid - p.Strike
	if p.Right == "P" {
		worth = -worth
	}
	if p.Top.Ask < worth {
		r.Fatalf("%s is offered at %s and worth %s", p.Name(), p.Top.Ask, worth)
	}
	for _, other := range chain {
		same := other.Right == p.Right
		higher := same && other.Expiry == p.Expiry && (other.Strike > p.Strike) == (p.Right == "P") && other.Strike != p.Strike
		longer := same && other.Strike == p.Strike && other.Expiry > p.Expiry
		if (higher || longer) && (other.Top.Bid < p.Top.Bid || other.Top.Ask < p.Top.Ask) {
			r.Fatalf("%s at %s/%s is cheaper than %s at %s/%s", other.Name(), other.Top.Bid, other.Top.Ask, p.Name(), p.Top.Bid, p.Top.Ask)
		}
	}
	if put := chain[fmt.Sprint(p.Expiry, "P", p.Strike)]; p.Right == "C" {
		if put.Top.Bid-p.Top.Ask > p.Strike-mid || put.Top.Ask-p.Top.Bid < p.Strike-mid {
			r.Fatalf("%s: put-call parity is an arbitrage", p.Name())
		}
	}
}

// The figures that a client shows beside an option are those of its price.
func TestGreeks(t *testing.T) {
	x := universe(t, 1)
	run(x, start, start+3*market.Second, turn, nothing)
	p := x.Find("SPY-20261218-C-655.CBOE")
	now := start + 3*market.Second
	g, ok := p.Greeks(now)
	spot := p.lead.Mark().Float()
	up := (p.model.value(spot+0.01, now) - p.model.value(spot-0.01, now)) / 0.02
	day := p.model.value(spot, now+market.Hour) - p.model.value(spot, now)
	if !ok || math.Abs(g.Delta-up) > 1e-4 || math.Abs(g.Theta-day*24) > 0.01 || g.Gamma <= 0 || g.Vega <= 0 || g.Volatility != 0.16 {
		t.Errorf("%+v: delta %v theta %v", g, up, day*24)
	}
	if _, ok := x.Find("SPY").Greeks(now); ok {
		t.Error("a share has greeks")
	}
	if _, ok := p.Greeks(p.ends); ok {
		t.Error("an option that ended has greeks")
	}
}

// What ends stops trading and keeps its last market.
func TestEnd(t *testing.T) {
	x := universe(t, 1)
	p := x.Find("SPY-20261120-C-655.CBOE")
	run(x, p.ends-2*market.Second, p.ends+5*market.Second, turn, nothing)
	if p.Top.TsEvent >= p.ends || !p.Ended(p.ends) || !p.Quoted() {
		t.Errorf("%+v", p.Top)
	}
}

// Depth shows a book around the top, the same at one moment.
func TestDepth(t *testing.T) {
	x := universe(t, 4)
	run(x, start, start+3*market.Second, turn, nothing)
	for _, p := range x.Products() {
		bids, asks := p.Depth(10)
		again, _ := p.Depth(10)
		if len(asks) != 10 || len(bids) == 0 || bids[0] != (Level{p.Top.Bid, p.Top.BidSize}) || asks[0] != (Level{p.Top.Ask, p.Top.AskSize}) ||
			fmt.Sprint(bids) != fmt.Sprint(again) {
			t.Fatalf("%s: %v %v", p.Name(), bids, asks)
		}
		for _, side := range [][]Level{bids, asks} {
			for i, one := range side {
				if one.Size <= 0 || one.Price <= 0 || !one.Price.OnTick(p.Tick) || i > 0 && (one.Price > side[i-1].Price) != (side[0] == asks[0]) {
					t.Fatalf("%s: %v", p.Name(), side)
				}
			}
		}
	}
	if bids, asks := x.Find("SPY").Depth(1000); len(bids) != MaxDepth || len(asks) != MaxDepth {
		t.Error("the book is not bounded")
	}
}

// Delayed data is the market of fifteen minutes ago, also when that was before
// the simulator ran.
func TestDelayed(t *testing.T) {
	x := open(t, Config{Instruments: DefaultInstruments(), Seed: 1, Start: start})
	spy := x.Find("SPY")
	was := map[market.Nanos]market.Tick{}
	step := 250 * market.Millisecond
	for now := start; now < start+40*market.Minute; now += step {
		x.Turn(now, nothing)
		was[now] = spy.Top
		if now%(7*market.Second) != 0 {
			continue
		}
		v, ok := spy.Delayed(now)
		late := now - Delay - v.Top.TsEvent
		if !ok || v.Top.Flags&market.FlagDelayed == 0 || late < 0 || late > 2*market.Minute || v.Prior != spy.Prior() {
			t.Fatalf("%s after the start: %+v", (now - start).Duration(), v)
		}
		if now-start > Delay+10*market.Second {
			v.Top.Flags = 0
			if v.Top != was[v.Top.TsEvent] || late > viewStep+2*market.Second {
				t.Fatalf("%s after the start: %+v, %s late, was %+v", (now - start).Duration(), v.Top, late.Duration(), was[v.Top.TsEvent])
			}
		}
	}
	y := open(t, Config{Instruments: DefaultInstruments(), Manual: true})
	if _, _, err := y.Set("SPY", Quote{Last: market.MustPrice("600")}, start); err != nil {
		t.Fatal(err)
	}
	if _, ok := y.Find("SPY").Delayed(start + market.Minute); ok {
		t.Error("a market set by hand has no past")
	}
}
