package exchange

import (
	"testing"

	"gannet/market"
)

// The same seed is the same market, so that a run can be repeated.
func TestSameSeedSamePath(t *testing.T) {
	for _, i := range DefaultInstruments() {
		a, b, c := newWalk(&i, 5), newWalk(&i, 5), newWalk(&i, 6)
		differs := false
		for range 1000 {
			qa, qb, qc := a.next(i.Tick), b.next(i.Tick), c.next(i.Tick)
			if qa != qb {
				t.Fatalf("%s: %+v and %+v of one seed", i.Symbol, qa, qb)
			}
			differs = differs || qa != qc
		}
		if !differs {
			t.Errorf("%s: two seeds are one market", i.Symbol)
		}
	}
}

// A demo must trade within seconds: dips of 0.05 % come every few seconds to
// tens of seconds (four steps are a second), and the price stays near home.
func TestWalkIsLively(t *testing.T) {
	const hour = 4 * 3600
	for _, i := range DefaultInstruments() {
		w := newWalk(&i, 1)
		var high market.Price
		dips := 0
		for range hour {
			q := w.next(i.Tick)
			if q.Bid >= q.Ask || !q.Bid.OnTick(i.Tick) || q.Ask-q.Bid > 2*i.Tick || q.BidSize < market.Shares(100) || q.BidSize > market.Shares(1500) {
				t.Fatalf("%s: %+v", i.Symbol, q)
			}
			if away := (q.Bid - i.Price).Abs(); away > i.Price.Percent(5) {
				t.Fatalf("%s: at %s, far from %s", i.Symbol, q.Bid, i.Price)
			}
			high = max(high, q.Bid)
			if q.Bid < high.Ratio(9995, 10000) {
				dips, high = dips+1, q.Bid
			}
		}
		if every := 3600 / dips; every > 60 {
			t.Errorf("%s: a dip every %d s", i.Symbol, every)
		}
	}
}
