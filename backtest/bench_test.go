package backtest_test

import (
	"path/filepath"
	"testing"

	"gannet/backtest"
	"gannet/feed"
	"gannet/market"
	"gannet/strategy"
)

// openSpyTicks opens 241,504 SPY trades of the regular session of 7 October 2013.
func openSpyTicks(b *testing.B, table *market.Instruments) feed.Source {
	b.Helper()
	path := filepath.Join(leanData(b), "equity", "usa", "tick", "spy", "20131007_trade.zip")
	source, err := feed.Open(path, feed.Options{Instruments: table})
	if err != nil {
		b.Fatal(err)
	}
	return source
}

// replay runs emacross over a source and reports data points a second.
func replay(b *testing.B, table *market.Instruments, params string, source feed.Source) *backtest.Result {
	b.Helper()
	s, err := strategy.New("emacross", []byte(params))
	if err != nil {
		b.Fatal(err)
	}
	cfg := backtest.Config{
		Instruments: table, Profile: profile(b, "gannet"), Gate: wideGate(b), Cash: market.MustMoney("1000000"), Source: source,
		Strategies: []strategy.Instance{{ID: "ema", Strategy: s, Instruments: []market.InstrumentID{1}}},
	}
	if bars, ok := s.(strategy.BarSubscriber); ok {
		for _, interval := range bars.Bars() {
			if interval > 0 {
				cfg.Bars = append(cfg.Bars, interval)
			}
		}
	}
	result, err := backtest.Run(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// BenchmarkMemory is a whole backtest of ticks that are in memory.
func BenchmarkMemory(b *testing.B) {
	for name, params := range map[string]string{
		"minutes": "{bar: 1m, fast: 10, slow: 20, qty: 100}",
		"seconds": "{bar: 1s, fast: 10, slow: 20, qty: 100}",
		"ticks":   "{fast: 100, slow: 500, qty: 100}",
	} {
		b.Run(name, func(b *testing.B) {
			table := spy(b)
			source := openSpyTicks(b, table)
			memory, err := feed.Load(source)
			if err != nil {
				b.Fatal(err)
			}
			source.Close()
			var points, fills int
			b.ReportAllocs()
			for b.Loop() {
				memory.Reset()
				r := replay(b, table, params, memory)
				points, fills = points+int(r.DataPoints), len(r.Fills)
			}
			b.ReportMetric(float64(points)/b.Elapsed().Seconds()/1e6, "Mpoints/s")
			b.ReportMetric(float64(fills), "fills")
		})
	}
}

// BenchmarkZip is the same from the zip file, opened anew each time.
func BenchmarkZip(b *testing.B) {
	table := spy(b)
	points := 0
	b.ReportAllocs()
	for b.Loop() {
		source := openSpyTicks(b, table)
		points += int(replay(b, table, "{bar: 1m, fast: 10, slow: 20, qty: 100}", source).DataPoints)
		source.Close()
	}
	b.ReportMetric(float64(points)/b.Elapsed().Seconds()/1e6, "Mpoints/s")
}
