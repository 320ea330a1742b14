package venue_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/broker/venue"
	"gannet/market"
)

func TestSizeForWeight(t *testing.T) {
	cases := []struct {
		name, profile, weight, equity, held, price, lot string
		multiplier                                      int64
		want                                            string
	}{
		// 100000 x 0.9975 / 144.78172417 is 688.97 less the fee
		{"LEAN's own example", "lean-equity", "1", "100000", "0", "144.78172417", "0", 0, "688"},
		// 40 x 100 = 4000 fits in 4000 only before the fee of 1
		{"the fee must fit too", "lean-equity", "1", "4010.02506265664160401", "0", "100", "0", 0, "39"},
		{"short rounds toward zero", "lean-equity", "-1", "100000", "0", "300", "0", 0, "-332"},
		{"from long to short", "lean-equity", "-0.5", "100000", "100", "100", "0", 0, "-598"},
		{"zero closes all of it", "lean-equity", "0", "100000", "7", "0.01", "0", 0, "-7"},
		{"a small change is left", "lean-equity", "0.5", "100000", "498", "100", "0", 0, "0"},
		{"one just above is made", "lean-equity", "0.5", "100000", "497", "100", "0", 0, "1"},
		{"less is sold", "lean-equity", "0.25", "100000", "498", "100", "0", 0, "-249"},
		{"all of the equity but the fee", "gannet", "1", "1000", "0", "100", "0", 0, "9"},
		{"all of the equity", "gannet", "1", "1001", "0", "100", "0", 0, "10"},
		{"whole lots", "gannet", "1", "1001", "0", "9", "10", 0, "110"},
		{"parts of a share", "gannet", "0.5", "1000", "0", "300", "0.01", 0, "1.66"},
		{"a multiplier", "gannet", "1", "1000", "0", "9", "0", 50, "2"},
		{"no price yet", "gannet", "1", "1000", "5", "0", "0", 0, "0"},
		{"no equity", "gannet", "1", "-3", "5", "10", "0", 0, "0"},
		{"the fee would eat it", "lean-equity", "1", "0.90", "0", "0.01", "0", 0, "0"},
		{"too many for a quantity", "gannet", "1", "1000000000000", "0", "0.000000001", "0", 0, "0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := venue.Lookup(c.profile)
			check(err)
			got := p.SizeForWeight(venue.SizeInput{
				Weight: market.MustMoney(c.weight), Equity: market.MustMoney(c.equity), Held: market.MustQty(c.held),
				Price: market.MustPrice(c.price), Multiplier: c.multiplier, Lot: market.MustQty(c.lot),
			})
			if got != market.MustQty(c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// A target never costs more than the weight's part of the equity, fee included.
func TestSizeFitsTheEquity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := venue.Lookup(rapid.SampledFrom(venue.Names()).Draw(t, "profile"))
		check(err)
		in := venue.SizeInput{
			Weight: market.MustMoney(rapid.SampledFrom([]string{"1", "0.3", "-1", "-0.7"}).Draw(t, "weight")),
			Equity: market.Shares(rapid.Int64Range(1, 1e6).Draw(t, "equity")).Decimal(),
			Held:   market.Shares(rapid.Int64Range(-1000, 1000).Draw(t, "held")),
			Price:  market.Price(rapid.Int64Range(1, 1e12).Draw(t, "price")),
		}
		q := p.SizeForWeight(in)
		if q == 0 {
			return
		}
		fee := p.Fee(q.Abs(), market.Notional(in.Price, q, 1))
		value := market.Notional(in.Price, in.Held+q, 1).Abs()
		if most := in.Weight.Abs().Mul(in.Equity.Sub(fee)); value.GreaterThan(most) {
			t.Fatalf("%+v: trade %s: holds %s, want at most %s", in, q, value, most)
		}
	})
}

func TestFee(t *testing.T) {
	cases := []struct{ profile, qty, value, want string }{
		{"lean-equity", "688", "99609.83", "3.44"},
		{"lean-equity", "10", "1447.99", "1"},
		{"lean-equity", "10", "2", "1"},        // the minimum has no cap
		{"lean-equity", "10000", "5000", "25"}, // half a percent
		{"lean-equity", "0", "0", "0"},
		{"gannet", "1000", "100000", "5"},
		{"gannet", "100", "10000", "1"},
		{"gannet", "10", "2", "0.02"}, // one percent, even below the minimum
		{"gannet", "10000", "2000", "20"},
	}
	for _, c := range cases {
		p, err := venue.Lookup(c.profile)
		check(err)
		if got := p.Fee(market.MustQty(c.qty), market.MustMoney(c.value)); !got.Equal(market.MustMoney(c.want)) {
			t.Errorf("%s: %s for %s costs %s, want %s", c.profile, c.qty, c.value, got, c.want)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, name := range venue.Names() {
		if p, err := venue.Lookup(name); err != nil || p.Name() != name {
			t.Errorf("Lookup(%q) = %v, %v", name, p, err)
		}
	}
	_, err := venue.Lookup("nasdaq")
	if err == nil || !strings.Contains(err.Error(), "nasdaq") || !strings.Contains(err.Error(), "lean-equity") {
		t.Errorf("error %v names neither what was asked nor what there is", err)
	}
}
