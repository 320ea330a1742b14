package feed

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"gannet/market"
)

// count reads src to its end.
func count(b testing.TB, src Source) (n int) {
	b.Helper()
	for {
		_, err := src.Next()
		if err == io.EOF {
			return n
		}
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func rate(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkLeanTicks reads a day of trades from its zip, inflating included.
func BenchmarkLeanTicks(b *testing.B) {
	path := shared(b, "lean", "equity", "usa", "tick", "spy", "20131007_trade.zip")
	opts := Options{Instruments: table(b, "SPY.ARCA"), Extended: true}
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		src := must[Source](b)(Open(path, opts))
		rows = count(b, src)
		src.Close()
	}
	rate(b, rows)
}

// BenchmarkLeanRows reads the same rows from memory.
func BenchmarkLeanRows(b *testing.B) {
	path := shared(b, "lean", "equity", "usa", "tick", "spy", "20131007_trade.zip")
	text := must[*zipText](b)(openZip(path))
	plain := must[[]byte](b)(io.ReadAll(text.in))
	text.Close()
	p := must[leanPath](b)(parseLeanPath(path))
	cfg := must[*leanConfig](b)(newLeanConfig(p, false, true))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		file := must[*leanFile](b)(openLeanFile(cfg, 1, &p))
		file.in.Reset(bytes.NewReader(plain))
		for rows = 0; file.next() == nil; rows++ {
		}
		file.Close()
	}
	rate(b, rows)
}

// BenchmarkCSV reads ticks with all columns from memory.
func BenchmarkCSV(b *testing.B) {
	const rows = 100_000
	text := []byte("time,instrument,bid,bid_size,ask,ask_size,last,last_size\n")
	for i := range rows {
		text = fmt.Appendf(text, "2013-10-07T13:30:%02d.%06dZ,SPY.ARCA,144.78,100,144.79,200,144.785,300\n", i/2000, i%2000)
	}
	instruments := table(b, "SPY.ARCA")
	b.ReportAllocs()
	for b.Loop() {
		src := must[Source](b)(ReadCSV("ticks.csv", bytes.NewReader(text), Options{Instruments: instruments}))
		if n := count(b, src); n != rows {
			b.Fatalf("%d rows", n)
		}
	}
	rate(b, rows)
}

func synthetic(n int) *Memory {
	m := new(Memory)
	for i := range n {
		at := market.Nanos(1_381_152_600+i) * market.Second
		price := market.Price(100*market.PriceScale + int64(i%7)*10_000_000)
		m.Add(&market.Tick{Instrument: 1, TsEvent: at, TsInit: at, Last: price, LastSize: market.Shares(100),
			Mask: market.HasLast | market.HasLastSize})
	}
	return m
}

func BenchmarkMemory(b *testing.B) {
	m := synthetic(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		m.Reset()
		count(b, m)
	}
	rate(b, m.Len())
}

func BenchmarkMerge(b *testing.B) {
	const sources = 50
	base := synthetic(20_000)
	b.ReportAllocs()
	for b.Loop() {
		list := make([]Source, sources)
		for i := range list {
			list[i] = base.Fork()
		}
		count(b, Merge(list...))
	}
	rate(b, sources*base.Len())
}

func BenchmarkNormalizer(b *testing.B) {
	n := NewNormalizer(NormalizerConfig{Instruments: table(b, "SPY.ARCA")})
	m := synthetic(8192)
	raw := make([]market.Tick, 0, m.Len())
	each(b, m, func(body market.Body) { raw = append(raw, *body.(*market.Tick)) })
	var out market.Tick
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		n.Step(&raw[i%len(raw)], &out)
		i++
	}
}

func BenchmarkBars(b *testing.B) {
	bars := must[*Bars](b)(NewBars(BarsConfig{
		Instruments: table(b, "SPY.ARCA"),
		Intervals:   []market.Nanos{market.Minute, 5 * market.Minute, market.Hour},
		Emit:        func(*market.Bar) {},
	}))
	tick := market.Tick{Instrument: 1, TsEvent: market.Day, Last: 1, LastSize: 1, Mask: market.HasLast | market.HasLastSize}
	b.ReportAllocs()
	for b.Loop() {
		tick.TsEvent += market.Second
		bars.OnTick(&tick)
	}
}
