package exchange

import (
	"fmt"
	"testing"

	"gannet/market"
)

// A turn of a hundred instruments that move five times a second, of the whole
// universe, and the start of each.
func BenchmarkTurn(b *testing.B) {
	var hundred []Instrument
	for n := range 100 {
		hundred = append(hundred, Instrument{Symbol: fmt.Sprintf("S%d", n), Exchange: "ARCA", Conid: int64(n + 1)})
	}
	for name, cfg := range map[string]Config{
		"hundred":  {Instruments: hundred, Start: start, Slots: 4},
		"universe": {Instruments: Universe(start), Start: start},
	} {
		b.Run(name, func(b *testing.B) {
			x := open(b, cfg)
			now, moves := start, 0
			for b.Loop() {
				now += turn
				x.Turn(now, func(*Product, *market.Tick) { moves++ })
			}
			b.ReportMetric(float64(moves)/float64(b.N), "moves/op")
			b.ReportAllocs()
		})
	}
}

func BenchmarkNew(b *testing.B) {
	list := Universe(start)
	b.ReportAllocs()
	for b.Loop() {
		open(b, Config{Instruments: list, Start: start})
	}
}

// Bars of two hours out of minutes, and days that are made once.
func BenchmarkHistory(b *testing.B) {
	x := universe(b, 1)
	for name, q := range map[string]Query{
		"minutes": {Length: market.Minute, Max: 1000}, "hours": {Length: market.Hour, Max: 1000}, "days": {Length: market.Day, Max: 400},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(x.Find("SPY").History(q)) < 400 {
					b.Fatal("too few")
				}
			}
		})
	}
	b.Run("new days", func(b *testing.B) {
		for b.Loop() {
			x.Find("SPY").agoDays = nil
			x.Find("SPY").History(Query{Length: market.Day})
		}
	})
}
