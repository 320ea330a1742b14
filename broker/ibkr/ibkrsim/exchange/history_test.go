package exchange

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
)

func trades(p *Product, length market.Nanos) Query {
	return Query{Length: length, Outside: true, Max: 2000}
}

// tape is bars as a client would make them of what was streamed to it.
type tape map[*Product]*[sources][]Bar

func (all tape) take(p *Product, t *market.Tick) {
	if all[p] == nil {
		all[p] = &[sources][]Bar{}
	}
	add := func(s Source, price market.Price, size market.Qty) {
		minute := Bar{t.TsEvent - t.TsEvent%market.Minute, price, price, price, price, size}
		list := &all[p][s]
		if n := len(*list); n > 0 && (*list)[n-1].Start == minute.Start {
			(*list)[n-1].merge(&minute)
			return
		}
		*list = append(*list, minute)
	}
	if t.IsTrade() {
		add(Trades, t.Last, t.LastSize)
	}
	add(Bids, t.Bid, 0)
	add(Asks, t.Ask, 0)
	add(Midpoint, t.Bid+(t.Ask-t.Bid)/2, 0)
}

// History says what was streamed, in all sources, and the past leads up to the
// first price and does not change while the market goes on.
func TestHistoryIsWhatWasStreamed(t *testing.T) {
	x := universe(t, 9)
	before := map[*Product][]Bar{}
	for _, p := range x.Products() {
		before[p] = p.History(Query{To: start, Length: market.Minute, Outside: true})
	}
	seen := tape{}
	run(x, start, start+3*market.Minute+10*market.Second, turn, seen.take)
	for _, p := range x.Products() {
		for source := range sources {
			got := p.History(Query{From: start, Length: market.Minute, Source: source, Outside: true})
			if !slices.Equal(seen[p][source], got) {
				t.Fatalf("%s, source %d: %s", p.Name(), source, cmp.Diff(seen[p][source], got))
			}
		}
		past := p.History(Query{To: start, Length: market.Minute, Outside: true})
		if !slices.Equal(before[p], past) {
			t.Fatalf("%s: the past changed: %s", p.Name(), cmp.Diff(before[p], past))
		}
		if p.lead == nil && (past[len(past)-1].Close != p.Price || seen[p][Trades][0].Open != p.Price) {
			t.Errorf("%s: the past ends at %s, the first trade is at %s", p.Name(), past[len(past)-1].Close, seen[p][Trades][0].Open)
		}
	}
}

// Bars of any length are the minutes they are made of, and sound; two
// simulators of one seed tell one history.
func TestHistoryAddsUp(t *testing.T) {
	for name, loc := range map[string]*time.Location{"always open": nil, "real hours": newYork(t)} {
		var all [2]*Exchange
		for i := range all {
			all[i] = open(t, Config{Instruments: Universe(start), Seed: 4, Start: start, NewYork: loc})
			run(all[i], start, start+90*market.Minute, 5*market.Second, nothing)
		}
		for _, symbol := range []string{"SPY", "TSLA", "ES", "ESH7", "USD.JPY", "SPY-20261218-C-655.CBOE"} {
			p, twin := all[0].Find(symbol), all[1].Find(symbol)
			for _, outside := range []bool{false, true} {
				days := p.History(Query{Length: market.Day, Outside: outside})
				if other := twin.History(Query{Length: market.Day, Outside: outside}); !slices.Equal(other, days) {
					t.Fatalf("%s, %s: one seed, two histories: %s", name, symbol, cmp.Diff(other, days))
				}
				if p.SecType != Option && len(days) < 260 {
					t.Errorf("%s, %s: %d days", name, symbol, len(days))
				}
				checkDays(t, p, days, outside)
			}
		}
	}
}

// checkDays compares the last days with their minutes and hours.
func checkDays(t *testing.T, p *Product, days []Bar, outside bool) {
	t.Helper()
	for i, day := range days {
		if day.Low <= 0 || day.High < max(day.Open, day.Close) || day.Low > min(day.Open, day.Close) || !day.Close.OnTick(p.Tick) || day.Volume <= 0 ||
			i > 0 && day.Start <= days[i-1].Start {
			t.Fatalf("%s: %+v", p.Name(), day)
		}
		if i < len(days)-5 {
			continue
		}
		for _, length := range []market.Nanos{market.Minute, 5 * market.Minute, market.Hour, 4 * market.Hour} {
			parts := p.History(Query{From: day.Start, To: day.Start + 23*market.Hour + 59*market.Minute + 1, Length: length, Outside: outside, Max: 2000})
			whole := parts[0]
			for _, part := range parts[1:] {
				whole.merge(&part)
			}
			if !p.Session.AlwaysOpen() && length == market.Hour && !outside && p.SecType == Stock && (len(parts) > 7 || whole.Start != day.Start) {
				t.Errorf("%s: %d hours, from %s", p.Name(), len(parts), whole.Start)
			}
			whole.Start = day.Start
			if whole != day {
				t.Errorf("%s, bars of %s: %+v, the day is %+v", p.Name(), length.Duration(), whole, day)
			}
		}
	}
}

// The figures of the day and what changes are measured from are those that the
// daily bars tell, also after midnight.
func TestFiguresAreHistory(t *testing.T) {
	x := open(t, Config{Instruments: Universe(start), Seed: 8, Start: start})
	for hour := range 9 {
		at := start + market.Nanos(hour)*market.Hour
		run(x, at, at+20*market.Second, turn, nothing)
		for _, symbol := range []string{"SPY", "GC", "EUR.USD", "AAPL-20261218-P-255.CBOE"} {
			p := x.Find(symbol)
			days := p.History(Query{Length: market.Day, Max: 2})
			today := days[1]
			if p.Open != today.Open || p.High != today.High || p.Low != today.Low || p.Volume != today.Volume || p.Prior() != days[0].Close {
				t.Fatalf("%s at %s: open %s high %s low %s volume %s prior %s, bars %+v", symbol, at, p.Open, p.High, p.Low, p.Volume, p.Prior(), days)
			}
		}
	}
}

// Weeks begin on Mondays, months on the first day, and no day is lost.
func TestLongBars(t *testing.T) {
	loc := newYork(t)
	x := open(t, Config{Instruments: Universe(start), Seed: 8, Start: start, NewYork: loc})
	for _, symbol := range []string{"SPY", "ES", "EUR.USD"} {
		p := x.Find(symbol)
		volume := func(list []Bar) (sum market.Qty) {
			for _, b := range list {
				sum += b.Volume
			}
			return sum
		}
		days := p.History(Query{Length: market.Day})
		weeks, months := p.History(Query{Length: 7 * market.Day}), p.History(Query{Length: 30 * market.Day})
		if volume(days) != volume(weeks) || volume(days) != volume(months) || len(months) < 12 || len(weeks) < 52 {
			t.Errorf("%s: %d days, %d weeks, %d months", symbol, len(days), len(weeks), len(months))
		}
		for _, week := range weeks[1:] {
			if local := (week.Start + 12*market.Hour).Time().In(loc); local.Weekday() > time.Tuesday {
				t.Errorf("%s: a week begins on %s", symbol, local)
			}
		}
		if two := p.History(Query{Length: 2 * market.Day}); len(two) >= len(days) || len(two)*2 < len(days) {
			t.Errorf("%s: %d bars of two days", symbol, len(two))
		}
	}
}

// A simulator that runs for weeks does not grow, and its days stay complete
// when their minutes are gone.
func TestHistoryIsBounded(t *testing.T) {
	x := open(t, Config{Instruments: DefaultInstruments(), Seed: 1, Start: start})
	p := x.Find("BAC")
	run(x, start, start+25*market.Day, 10*market.Second, nothing)
	if len(p.streamed.minutes) > keptMinutes || len(p.tops.list) > viewsKept {
		t.Errorf("%d minutes, %d views", len(p.streamed.minutes), len(p.tops.list))
	}
	days := p.History(Query{From: start, Length: market.Day})
	if len(days) < 24 || slices.ContainsFunc(days, func(b Bar) bool { return b.Volume < days[len(days)-2].Volume/2 && b.Start < days[len(days)-1].Start }) {
		t.Errorf("%d days: %+v", len(days), days)
	}
	if list := p.History(Query{Length: market.Minute, Max: 300}); len(list) != 300 || list[299].Start < start+25*market.Day-2*market.Minute {
		t.Errorf("%d minutes", len(list))
	}
	if list := p.Minutes(0, 1<<62); len(list) > keptMinutes {
		t.Errorf("%d minutes at once", len(list))
	}
}

// A market without a past has the bars it was given.
func TestHistoryOfAnEmptyMarket(t *testing.T) {
	x := open(t, Config{Instruments: DefaultInstruments(), Manual: true})
	if list := x.Find("SPY").History(trades(nil, market.Day)); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if _, ok := x.Find("SPY").Last(Query{}); ok {
		t.Error("a bar of nothing")
	}
}
