package feed

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
)

// Every row of the published tick files is read (the one suspicious quote of
// IBM is left out); by default only the regular session's.
func TestSharedTicks(t *testing.T) {
	root := shared(t, "lean", "equity", "usa", "tick")
	instruments := table(t, "SPY.ARCA", "BAC.NYSE", "IBM.NYSE")
	for _, c := range []struct {
		path              string
		regular, extended int
	}{
		{"spy/20131007_trade.zip", 241_504, 250_601},
		{"bac/20131008_trade.zip", 124_969, 125_872},
		{"bac/20131008_quote.zip", 573_998, 576_096},
		{"ibm/20131007_quote.zip", 107_998, 109_066},
	} {
		for extended, want := range map[bool]int{false: c.regular, true: c.extended} {
			src := must[Source](t)(Open(filepath.Join(root, c.path), Options{Instruments: instruments, Extended: extended}))
			got := 0
			each(t, src, func(market.Body) { got++ })
			if got != want {
				t.Errorf("%s extended %v: %d ticks, want %d", c.path, extended, got, want)
			}
		}
	}
}

// A day of a liquid stock passes the default limits whole: nothing that really
// traded is refused.
func TestSharedTicksPassTheNormalizer(t *testing.T) {
	root := shared(t, "lean")
	instruments := table(t, "BAC.NYSE", "IBM.NYSE")
	day := time.Date(2013, 10, 7, 0, 0, 0, 0, time.UTC)
	src := must[Source](t)(Lean{Root: root, Instruments: instruments, Resolution: Tick, From: day, To: day, Extended: true}.Open())
	n := NewNormalizer(NormalizerConfig{Instruments: instruments})
	each(t, Normalize(src, n), func(body market.Body) {
		if tick := body.(*market.Tick); tick.Last == 0 && (tick.Bid == 0 || tick.Ask == 0) {
			t.Fatalf("incomplete tick %+v", tick)
		}
	})
	c := n.Counters()
	if c.Refused() != 0 || c.Clamped != 0 || c.Taken() < 500_000 {
		t.Errorf("counters %+v: want nothing refused", c)
	}
}

// Each day of each stock has its 390 minutes, in trades, bids and asks; the
// two minutes without a trade are filled.
func TestSharedMinutes(t *testing.T) {
	root, loc := shared(t, "lean"), newYork(t)
	instruments := table(t, "SPY.ARCA", "IBM.NYSE", "BAC.NYSE", "AIG.NYSE")
	src := must[Source](t)(Lean{Root: root, Instruments: instruments, Resolution: Minute}.Open())
	type key struct {
		id     market.InstrumentID
		source market.BarSource
		day    string
	}
	counts := map[key]int{}
	var filled []string
	each(t, src, func(body market.Body) {
		b := body.(*market.Bar)
		counts[key{b.Instrument, b.Source, b.TsEvent.Time().In(loc).Format("0102")}]++
		if b.Filled {
			filled = append(filled, instruments.Name(b.Instrument)+" "+b.TsEvent.Time().In(loc).Format("01-02 15:04"))
		}
	})
	if len(counts) != 4*3*5 {
		t.Errorf("%d series, want 60", len(counts))
	}
	for k, n := range counts {
		if n != 390 {
			t.Errorf("%+v: %d bars, want 390", k, n)
		}
	}
	if want := []string{"AIG.NYSE 10-07 13:48", "IBM.NYSE 10-11 12:47"}; !cmp.Equal(filled, want) {
		t.Errorf("filled %q, want %q", filled, want)
	}
}

// The first two minutes have the prices at which LEAN's published backtests
// fill: the ask at the end of the first, and the open of the second.
func TestSharedAdjustedPrices(t *testing.T) {
	root := shared(t, "lean")
	src := must[Source](t)(Lean{Root: root, Instruments: table(t, "SPY.ARCA"), Resolution: Minute}.Open())
	defer src.Close()
	bar := func(source market.BarSource) market.Bar {
		for {
			if b := must[market.Body](t)(src.Next()).(*market.Bar); b.Source == source {
				return *b
			}
		}
	}
	if got, want := bar(market.AskBar).Close, price("144.78172417"); got != want {
		t.Errorf("ask at 09:31 %s, want %s", got, want)
	}
	if got, want := bar(market.TradeBar).Open, price("144.799016702"); got != want {
		t.Errorf("open of 09:31 to 09:32 %s, want %s", got, want)
	}
}

// Daily bars end at 16:00 New York and carry the day's own factor.
func TestSharedDaily(t *testing.T) {
	root := shared(t, "lean")
	src := must[Source](t)(Lean{
		Root: root, Instruments: table(t, "SPY.ARCA"), Resolution: Daily,
		From: time.Date(2013, 10, 7, 0, 0, 0, 0, time.UTC), To: time.Date(2013, 10, 11, 0, 0, 0, 0, time.UTC),
	}.Open())
	var got []string
	each(t, src, func(body market.Body) {
		b := body.(*market.Bar)
		got = append(got, b.TsEvent.String()+" "+b.Close.String())
	})
	want := []string{
		"2013-10-07T20:00:00Z 144.755785372", "2013-10-08T20:00:00Z 143.078409768",
		"2013-10-09T20:00:00Z 143.156226162", "2013-10-10T20:00:00Z 146.329405784",
		"2013-10-11T20:00:00Z 147.24590998",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Second bars are read and put into minutes that hold the same volume.
func TestSharedSeconds(t *testing.T) {
	path := shared(t, "lean", "equity", "usa", "second", "spy", "20131007_trade.zip")
	instruments := table(t, "SPY.ARCA")
	var minutes int
	var inMinutes, inSeconds market.Qty
	bars := must[*Bars](t)(NewBars(BarsConfig{
		Instruments: instruments, Intervals: []market.Nanos{market.Minute},
		Emit: func(b *market.Bar) { minutes++; inMinutes += b.Size },
	}))
	each(t, must[Source](t)(Open(path, Options{Instruments: instruments})), func(body market.Body) {
		b := body.(*market.Bar)
		inSeconds += b.Size
		bars.OnBar(b)
	})
	if minutes != 390 || inMinutes != inSeconds {
		t.Errorf("%d minutes of %s shares, want 390 of %s", minutes, inMinutes, inSeconds)
	}
}

// The public one-minute file of a perpetual has 10,000 rows; as four quotes a
// row, the last exactly on the boundary, they give 10,000 bid bars that equal
// the rows.
func TestSharedQuotesToBars(t *testing.T) {
	path := shared(t, "nautilus", "btc-perp-1m.csv")
	instruments := table(t, "BTCUSDT-PERP.BINANCE")
	rows := must[*Memory](t)(Load(must[Source](t)(Open(path, Options{Instruments: instruments, TimeIsEnd: true}))))
	if rows.Len() != 10_000 {
		t.Fatalf("%d rows, want 10,000", rows.Len())
	}
	var built []market.Bar
	bars := must[*Bars](t)(NewBars(BarsConfig{
		Instruments: instruments, Intervals: []market.Nanos{market.Minute}, Sources: []market.BarSource{market.BidBar},
		Emit: func(b *market.Bar) { built = append(built, *b) },
	}))
	n := NewNormalizer(NormalizerConfig{Instruments: instruments})
	var wanted []market.Bar
	each(t, rows, func(body market.Body) {
		b := *body.(*market.Bar)
		for i, price := range []market.Price{b.Open, b.High, b.Low, b.Close} {
			raw := market.Tick{Instrument: 1, Bid: price, Ask: price, Mask: market.HasBid | market.HasAsk}
			raw.TsEvent = b.TsEvent - market.Nanos(3-i)*100*market.Millisecond
			var tick market.Tick
			if n.Step(&raw, &tick).Emit() {
				bars.OnTick(&tick)
			}
		}
		b.Source, b.Size, b.TsInit = market.BidBar, 0, 0
		wanted = append(wanted, b)
	})
	bars.Advance(market.Nanos(1 << 62))
	for i := range built {
		built[i].TsInit = 0
	}
	if diff := cmp.Diff(wanted, built); diff != "" {
		t.Error(diff)
	}
}
