package exchange

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
)

// Whatever a test sets as a price, nothing panics, no book is crossed, and what
// is shown of the market stays sound.
func TestAnyPriceIsSurvived(t *testing.T) {
	all := Universe(start)
	list := slices.Concat(all[:1], all[8:9], all[15:17], all[45:53]) // SPY, EUR.USD, two of ES, options on SPY
	amount := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1000*market.PriceScale), rapid.Int64(),
		rapid.Int64Range(1<<63-1000, 1<<63-1), rapid.SampledFrom([]int64{1, 10_000_000, 655 * market.PriceScale}))
	rapid.Check(t, func(r *rapid.T) {
		x := open(t, Config{Instruments: list, Slots: 1})
		now := start
		for range 20 {
			now += market.Nanos(rapid.Int64Range(1, int64(3*market.Hour)).Draw(r, "span"))
			price := func(name string) market.Price { return market.Price(amount.Draw(r, name)) }
			q := Quote{Bid: price("bid"), Ask: price("ask"), Last: price("last"), BidSize: market.Qty(price("size")), LastSize: market.Qty(price("traded"))}
			name := list[rapid.IntRange(0, 5).Draw(r, "instrument")].LocalSymbol()
			if p, _, err := x.Set(name, q, now); err == nil && p.Top.Ask > 0 && p.Top.Bid > p.Top.Ask {
				r.Fatalf("%s: %+v", name, p.Top)
			}
			for range 4 {
				x.Turn(now, func(p *Product, tick *market.Tick) { checkTick(r, p, tick) })
			}
		}
		for _, p := range x.Products() {
			checkShown(r, p, now)
		}
		for _, kind := range ScanTypes() {
			if _, err := x.Scan(ScanQuery{Type: kind.Code}); err != nil {
				r.Fatal(err)
			}
		}
	})
}

func checkTick(r *rapid.T, p *Product, tick *market.Tick) {
	if tick.Bid < 0 || tick.Ask < 0 || tick.Last < 0 || tick.Bid > tick.Ask {
		r.Fatalf("%s: %+v", p.Name(), *tick)
	}
}

func checkShown(r *rapid.T, p *Product, now market.Nanos) {
	bids, asks := p.Depth(10)
	if len(bids) > 0 && len(asks) > 0 && bids[0].Price > asks[0].Price {
		r.Fatalf("%s: %v %v", p.Name(), bids, asks)
	}
	if p.Volume < 0 || p.High < p.Low {
		r.Fatalf("%s: volume %s, %s to %s", p.Name(), p.Volume, p.Low, p.High)
	}
	p.Delayed(now)
	p.Greeks(now)
	for _, b := range p.History(Query{From: now - market.Day, Length: market.Hour, Source: Midpoint, Outside: true}) {
		if b.High < b.Low || b.Open > b.High || b.Close < b.Low {
			r.Fatalf("%s: %+v", p.Name(), b)
		}
	}
}
