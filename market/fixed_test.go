package market_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
)

func TestParsePrice(t *testing.T) {
	for _, tt := range []struct {
		in, out string
		bad     bool
	}{
		{"144.78172417", "144.78172417", false},
		{"0.000000001", "0.000000001", false},
		{"-1.50", "-1.5", false},
		{"+7", "7", false},
		{".5", "0.5", false},
		{"5.", "5", false},
		{"1.0000000000", "1", false},
		{"9223372036.854775807", "9223372036.854775807", false},
		{"9223372036.854775808", "", true},
		{"99999999999999999999", "", true},
		{"0.0000000001", "", true},
		{"", "", true}, {".", "", true}, {"-", "", true}, {"1e3", "", true}, {" 1", "", true},
		{"1,300", "", true}, {"NaN", "", true}, {"1.2.3", "", true}, {"0x10", "", true},
	} {
		p, err := market.ParsePrice(tt.in)
		if (err != nil) != tt.bad || !tt.bad && p.String() != tt.out {
			t.Errorf("ParsePrice(%q) = %s, %v; want %q", tt.in, p, err, tt.out)
		}
	}
}

func TestPriceText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := market.Price(rapid.Int64Min(-1<<62).Draw(t, "price"))
		back, err := market.ParsePrice(p.String())
		if err != nil || back != p {
			t.Fatalf("%d -> %s -> %d, %v", p, p, back, err)
		}
		if !p.Decimal().Equal(market.MustMoney(p.String())) {
			t.Fatalf("%s as a decimal is %s", p, p.Decimal())
		}
		again, err := market.PriceFromDecimal(p.Decimal())
		if err != nil || again != p {
			t.Fatalf("%s from its decimal is %s, %v", p, again, err)
		}
	})
}

// TestRatio holds the 128-bit arithmetic against big numbers.
func TestRatio(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "p")
		num, den := rapid.Int64Range(-1000, 1000).Draw(t, "num"), rapid.Int64Range(1, 1000).Draw(t, "den")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(p), big.NewInt(num)), big.NewInt(den))
		got := new(big.Rat).SetInt64(int64(market.Price(p).Ratio(num, den)))
		off := new(big.Rat).Sub(got, exact)
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d * %d / %d = %s, off by %s", p, num, den, got, off)
		}
	})
}

func TestRounding(t *testing.T) {
	for _, tt := range []struct{ price, tick, want string }{
		{"1.005", "0.01", "1"}, {"1.015", "0.01", "1.02"}, {"1.0149", "0.01", "1.01"},
		{"-1.015", "0.01", "-1.02"}, {"1.03", "0.05", "1.05"}, {"1.234", "0", "1.234"},
	} {
		if got := market.MustPrice(tt.price).Round(market.MustPrice(tt.tick)); got.String() != tt.want {
			t.Errorf("%s to the tick %s is %s, want %s", tt.price, tt.tick, got, tt.want)
		}
	}
	if got := market.MustQty("-7.9").FloorLot(market.Shares(1)); got != -market.Shares(7) {
		t.Errorf("-7.9 in lots of 1 is %s, want -7", got)
	}
}

func TestOverflowIsAnError(t *testing.T) {
	top := market.Price(1<<63 - 1)
	if _, err := top.Add(1); !errors.Is(err, market.ErrRange) {
		t.Errorf("top + 1: %v", err)
	}
	if _, err := (-top).Add(-2); !errors.Is(err, market.ErrRange) {
		t.Errorf("bottom - 2: %v", err)
	}
	if _, err := market.QtyFromDecimal(market.MustMoney("92233720369")); !errors.Is(err, market.ErrRange) {
		t.Errorf("too large a quantity: %v", err)
	}
	if got := top.Ratio(3, 2); got != 0 {
		t.Errorf("a ratio out of range is %s, want no price", got)
	}
}

func TestNotionalIsExact(t *testing.T) {
	got := market.Notional(market.MustPrice("144.78172417"), market.Shares(688), 1)
	if want := market.MustMoney("99609.82622896"); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := market.Notional(market.MustPrice("0.5"), market.MustQty("-0.25"), 50); !got.Equal(market.MustMoney("-6.25")) {
		t.Errorf("with a multiplier: %s", got)
	}
}

func FuzzParsePrice(f *testing.F) {
	for _, s := range []string{"1", "-0.5", "9223372036.854775807", "1e9", "..", "+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := market.ParsePrice(s)
		if err != nil {
			return
		}
		if back, err := market.ParsePrice(p.String()); err != nil || back != p {
			t.Errorf("%q -> %s -> %s, %v", s, p, back, err)
		}
	})
}

func BenchmarkParsePrice(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := market.ParsePrice("144.7817"); err != nil {
			b.Fatal(err)
		}
	}
}
