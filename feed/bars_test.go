package feed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gannet/market"
)

// barLine is a bar as the tests write it: instrument, source, interval, end
// (time of day UTC), prices, size, and * for a filled one.
func barLine(b *market.Bar) string {
	line := fmt.Sprintf("%d %d %s %s %s/%s/%s/%s %s", b.Instrument, b.Source, b.Interval.Duration(),
		b.TsEvent.Time().Format("15:04:05.999"), b.Open, b.High, b.Low, b.Close, b.Size)
	if b.Filled {
		line += " *"
	}
	return line
}

// builder is a Bars that writes down what it gives.
type builder struct {
	*Bars
	got []string
}

func newBuilder(t testing.TB, cfg BarsConfig) *builder {
	t.Helper()
	b := new(builder)
	if cfg.Instruments == nil {
		cfg.Instruments = table(t, "SPY.ARCA", "IBM.NYSE")
	}
	cfg.Emit = func(bar *market.Bar) { b.got = append(b.got, barLine(bar)) }
	b.Bars = must[*Bars](t)(NewBars(cfg))
	return b
}

func (b *builder) want(t *testing.T, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, b.got); diff != "" {
		t.Error(diff)
	}
	b.got = nil
}

// at is a time on 2013-10-07 (a Monday) UTC.
func at(clock string) market.Nanos {
	t, ok := parseTime([]byte("2013-10-07 " + clock))
	if !ok {
		panic(clock)
	}
	return t
}

func trade(id market.InstrumentID, clock, px string, shares int64) *market.Tick {
	return &market.Tick{Instrument: id, TsEvent: at(clock), TsInit: at(clock), Last: price(px), LastSize: market.Shares(shares),
		Mask: market.HasLast | market.HasLastSize}
}

var minute = []market.Nanos{market.Minute}

// A trade stamped exactly on the boundary belongs to the bar that ends there.
func TestBarsBoundary(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: minute})
	b.OnTick(trade(1, "14:30:00.001", "10", 1))
	b.OnTick(trade(1, "14:31:00", "12", 2))
	b.Advance(at("14:31:00"))
	b.want(t)
	b.OnTick(trade(1, "14:31:00", "9", 3))
	b.OnTick(trade(1, "14:31:00.000000001", "11", 4))
	b.want(t, "1 0 1m0s 14:31:00 10/12/9/9 6")
	b.Advance(at("14:32:00"))
	b.want(t)
	b.Advance(at("14:32:00.000000001"))
	b.want(t, "1 0 1m0s 14:32:00 11/11/11/11 4")
	b.Advance(at("20:00:00"))
	b.want(t)
}

// Bars come by their end, then by instrument and interval, whoever moved time on.
func TestBarsOrder(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: []market.Nanos{5 * market.Minute, market.Minute}})
	b.OnTick(trade(2, "14:30:30", "20", 1))
	b.OnTick(trade(1, "14:30:30", "10", 1))
	b.OnTick(trade(1, "14:34:30", "11", 2))
	b.want(t, "1 0 1m0s 14:31:00 10/10/10/10 1")
	b.Advance(at("15:00:00"))
	b.want(t,
		"2 0 1m0s 14:31:00 20/20/20/20 1",
		"1 0 1m0s 14:35:00 11/11/11/11 2",
		"1 0 5m0s 14:35:00 10/11/10/11 3",
		"2 0 5m0s 14:35:00 20/20/20/20 1")
}

// What comes after its bar was given does not change the past.
func TestBarsLate(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: minute})
	b.OnTick(trade(1, "14:30:30", "10", 1))
	b.Advance(at("14:32:00"))
	b.OnTick(trade(1, "14:30:59", "99", 1))
	b.OnTick(trade(1, "14:33:30", "11", 1))
	b.OnTick(trade(1, "14:32:30", "99", 1))
	b.Advance(at("15:00:00"))
	b.want(t, "1 0 1m0s 14:31:00 10/10/10/10 1", "1 0 1m0s 14:34:00 11/11/11/11 1")
	for _, wild := range []market.Nanos{-1 << 63, -1, 0, 1<<63 - 1} {
		tick := trade(1, "14:30:00", "10", 1)
		tick.TsEvent = wild
		b.OnTick(tick)
	}
	if b.Late() != 6 {
		t.Errorf("%d late, want 6", b.Late())
	}
}

// Only real trades make trade bars; quotes make bid and ask bars, also when
// they repeat themselves.
func TestBarsSources(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: minute, Sources: []market.BarSource{market.TradeBar, market.BidBar, market.AskBar}})
	tick := trade(1, "14:30:10", "10", 1)
	tick.Flags = market.FlagLastClose
	b.OnTick(tick)
	tick = &market.Tick{Instrument: 1, TsEvent: at("14:30:20"), Bid: price("9"), BidSize: 5, Last: price("10"), Mask: market.HasBid}
	b.OnTick(tick)
	tick = &market.Tick{Instrument: 1, TsEvent: at("14:30:30"), Bid: price("9"), Ask: price("11"), BidSize: market.Shares(3)}
	b.OnTick(tick)
	tick = &market.Tick{Instrument: 1, TsEvent: at("14:30:40"), Bid: price("8"), Ask: price("12"), Flags: market.FlagStale, Mask: market.HasFlags}
	b.OnTick(tick)
	b.Advance(at("14:40:00"))
	b.want(t, "1 1 1m0s 14:31:00 9/9/9/9 3", "1 2 1m0s 14:31:00 11/11/11/11 0")
}

func smaller(clock, o, h, l, c string, shares int64) *market.Bar {
	return &market.Bar{Instrument: 1, Interval: market.Minute, TsEvent: at(clock), TsInit: at(clock),
		Open: price(o), High: price(h), Low: price(l), Close: price(c), Size: market.Shares(shares)}
}

// A five-minute bar is there as soon as its last minute is.
func TestBarsConsolidate(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: []market.Nanos{market.Minute, 5 * market.Minute, 7 * market.Minute / 2}})
	b.OnBar(smaller("14:31:00", "10", "11", "9", "10.5", 1))
	filled := smaller("14:32:00", "77", "77", "77", "77", 0)
	filled.Filled = true
	b.OnBar(filled)
	b.OnBar(smaller("14:34:00", "10.5", "13", "10", "12", 2))
	b.want(t)
	b.OnBar(smaller("14:35:00", "12", "12", "8", "9", 3))
	b.want(t, "1 0 5m0s 14:35:00 10/13/8/9 6")
	b.OnBar(smaller("14:36:00", "9", "9", "9", "9", 1))
	b.OnBar(smaller("14:42:00", "5", "5", "5", "5", 1))
	b.want(t, "1 0 5m0s 14:40:00 9/9/9/9 1")
}

// A source that gives both ticks and bars, or bars of two intervals, is not
// counted twice.
func TestBarsTakeOneFeed(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: []market.Nanos{4 * market.Minute}})
	b.OnBar(smaller("14:01:00", "10", "10", "10", "10", 1))
	two := smaller("14:02:00", "10", "10", "10", "10", 100)
	two.Interval = 2 * market.Minute
	b.OnBar(two)
	b.OnTick(trade(1, "14:03:00", "99", 100))
	b.OnBar(smaller("14:04:00", "11", "11", "11", "11", 1))
	b.want(t, "1 0 4m0s 14:04:00 10/11/10/11 2")
}

// Filling goes on through empty minutes, stops at the close and starts again
// at the next day's open.
func TestBarsFillForward(t *testing.T) {
	session := market.USEquity(newYork(t))
	instruments := must[*market.Instruments](t)(market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Session: session}))
	b := newBuilder(t, BarsConfig{Instruments: instruments, Intervals: minute, FillForward: true})
	b.OnTick(trade(1, "19:56:30", "10", 5))
	b.OnTick(trade(1, "19:58:30", "12", 1))
	b.want(t, "1 0 1m0s 19:57:00 10/10/10/10 5", "1 0 1m0s 19:58:00 10/10/10/10 0 *")
	b.Advance(at("23:00:00"))
	b.want(t, "1 0 1m0s 19:59:00 12/12/12/12 1", "1 0 1m0s 20:00:00 12/12/12/12 0 *")
	b.Advance(at("13:32:00") + market.Day + 1)
	b.want(t, "1 0 1m0s 13:31:00 12/12/12/12 0 *", "1 0 1m0s 13:32:00 12/12/12/12 0 *")
	tick := trade(1, "13:32:30", "13", 7)
	tick.TsEvent += market.Day
	b.OnTick(tick)
	b.Advance(at("13:33:00") + market.Day + 1)
	b.want(t, "1 0 1m0s 13:33:00 13/13/13/13 7")
}

// A wild time must not make bars without end.
func TestBarsFillIsBounded(t *testing.T) {
	n := 0
	bars := must[*Bars](t)(NewBars(BarsConfig{
		Instruments: table(t, "SPY.ARCA"), Intervals: []market.Nanos{market.Second}, FillForward: true,
		Emit: func(*market.Bar) { n++ },
	}))
	bars.OnTick(trade(1, "14:30:00", "10", 1))
	bars.Advance(1<<63 - 1)
	if n != 1+maxFill {
		t.Errorf("%d bars, want %d", n, 1+maxFill)
	}
}

func TestNewBarsErrors(t *testing.T) {
	for _, c := range []struct {
		cfg  BarsConfig
		want string
	}{
		{BarsConfig{Intervals: []market.Nanos{0}}, "feed: bars: interval 0s: want positive intervals, each once"},
		{BarsConfig{Intervals: []market.Nanos{market.Minute, market.Minute}}, "feed: bars: interval 1m0s: want positive intervals, each once"},
		{BarsConfig{Intervals: minute, Sources: []market.BarSource{3}}, "feed: bars: source 3: want trade, bid or ask, each once"},
	} {
		c.cfg.Instruments = table(t, "SPY.ARCA")
		if _, err := NewBars(c.cfg); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestBarsIgnoreUnknown(t *testing.T) {
	b := newBuilder(t, BarsConfig{Intervals: minute})
	for _, id := range []market.InstrumentID{0, 3, 1 << 31} {
		b.OnTick(trade(id, "14:30:00", "10", 1))
		bar := smaller("14:31:00", "10", "10", "10", "10", 1)
		bar.Instrument = id
		b.OnBar(bar)
	}
	bar := smaller("14:31:00", "10", "10", "10", "10", 1)
	bar.Interval = 0
	b.OnBar(bar)
	b.Advance(at("23:00:00"))
	b.want(t)
}

func TestBarsDoNotAllocate(t *testing.T) {
	bars := must[*Bars](t)(NewBars(BarsConfig{
		Instruments: table(t, "SPY.ARCA"), Intervals: []market.Nanos{market.Minute, market.Hour},
		Emit: func(*market.Bar) {}, FillForward: true,
	}))
	tick := trade(1, "14:30:00", "10", 1)
	if allocs := testing.AllocsPerRun(1000, func() { tick.TsEvent += 20 * market.Second; bars.OnTick(tick) }); allocs != 0 {
		t.Errorf("%v allocations a tick", allocs)
	}
}

// Any trades in the order of time: the bars agree with a plain sum over them,
// large bars with the small ones they are made of, and nothing is lost.
func TestBarsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instruments, _ := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
		interval := rapid.SampledFrom([]market.Nanos{1, 3, market.Second, market.Minute}).Draw(t, "interval")
		var small, large, consolidated []market.Bar
		keep := func(to *[]market.Bar) func(*market.Bar) {
			return func(b *market.Bar) { c := *b; c.TsInit = 0; *to = append(*to, c) }
		}
		build := func(k market.Nanos, to *[]market.Bar) *Bars {
			bars, err := NewBars(BarsConfig{Instruments: instruments, Intervals: []market.Nanos{k * interval}, Emit: keep(to)})
			if err != nil {
				t.Fatal(err)
			}
			return bars
		}
		ticks, bigTicks, bigBars := build(1, &small), build(5, &large), build(5, &consolidated)
		expected := map[market.Nanos]*market.Bar{}
		now := market.Day
		for range rapid.IntRange(1, 50).Draw(t, "trades") {
			now += interval * market.Nanos(rapid.IntRange(0, 25).Draw(t, "step")) / 10
			tick := market.Tick{Instrument: 1, TsEvent: now, Mask: market.HasLast | market.HasLastSize,
				Last: market.Price(rapid.IntRange(1, 9).Draw(t, "price")), LastSize: market.Qty(rapid.IntRange(0, 9).Draw(t, "size"))}
			ticks.OnTick(&tick)
			bigTicks.OnTick(&tick)
			expect(expected, interval, &tick)
		}
		ticks.Advance(now + 10*interval)
		bigTicks.Advance(now + 10*interval)
		for i := range small {
			bigBars.OnBar(&small[i])
		}
		bigBars.Advance(now + 10*interval)
		if len(small) != len(expected) || ticks.Late() != 0 {
			t.Fatalf("%d bars, want %d", len(small), len(expected))
		}
		for i, b := range small {
			if b != *expected[b.TsEvent] || i > 0 && b.TsEvent <= small[i-1].TsEvent {
				t.Fatalf("%+v, want %+v", b, *expected[b.TsEvent])
			}
		}
		if diff := cmp.Diff(large, consolidated); diff != "" {
			t.Fatal(diff)
		}
	})
}

// expect is the plain way to make a bar.
func expect(bars map[market.Nanos]*market.Bar, interval market.Nanos, tick *market.Tick) {
	end := tick.TsEvent
	for end%interval != 0 {
		end += interval - end%interval
	}
	b := bars[end]
	if b == nil {
		b = &market.Bar{Instrument: 1, Interval: interval, TsEvent: end, Open: tick.Last, High: tick.Last, Low: tick.Last}
		bars[end] = b
	}
	b.High, b.Low, b.Close = max(b.High, tick.Last), min(b.Low, tick.Last), tick.Last
	b.Size += tick.LastSize
}

// Two runs over the same input agree, and a different one shows.
func TestBarsHash(t *testing.T) {
	run := func(px string) uint64 {
		b := newBuilder(t, BarsConfig{Intervals: minute})
		b.OnTick(trade(1, "14:30:30", px, 1))
		return b.Hash()
	}
	if run("10") != run("10") || run("10") == run("11") {
		t.Error("the hash does not tell states apart")
	}
	if !strings.Contains(Passed.String()+Verdict(200).String(), "PASSED?") {
		t.Error("names of verdicts")
	}
}
