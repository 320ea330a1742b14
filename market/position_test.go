package market_test

import (
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
)

func TestPositionApply(t *testing.T) {
	type trade struct{ qty, px string }
	for _, tt := range []struct {
		name               string
		trades             []trade
		qty, avg, realized string
	}{
		{"opens", []trade{{"10", "100"}}, "10", "100", "0"},
		{"averages", []trade{{"10", "100"}, {"30", "102"}}, "40", "101.5", "0"},
		{"reduces at the average", []trade{{"10", "100"}, {"10", "102"}, {"-5", "104"}}, "15", "101", "15"},
		{"closes", []trade{{"10", "100"}, {"-10", "99.5"}}, "0", "0", "-5"},
		{"flips", []trade{{"10", "100"}, {"-15", "101"}}, "-5", "101", "10"},
		{"short and back", []trade{{"-10", "100"}, {"10", "98"}}, "0", "0", "20"},
		{"thirds leave no dust", []trade{{"3", "10"}, {"3", "10.01"}, {"-2", "11"}, {"-4", "11"}}, "0", "0", "5.97"},
	} {
		var p market.Position
		for _, x := range tt.trades {
			p.Apply(market.MustQty(x.qty), market.MustPrice(x.px), 1)
		}
		if p.Qty.String() != tt.qty || p.AvgPx(1).String() != tt.avg || !p.RealizedPnL.Equal(market.MustMoney(tt.realized)) {
			t.Errorf("%s: %s @ %s realized %s, want %s @ %s realized %s", tt.name, p.Qty, p.AvgPx(1), p.RealizedPnL, tt.qty, tt.avg, tt.realized)
		}
	}
}

// TestPositionLosesNothing: realized profit less the cost of what is held is
// exactly the cash that moved, whatever was traded.
func TestPositionLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p market.Position
		var cash market.Money
		var held market.Qty
		multiplier := rapid.SampledFrom([]int64{0, 1, 50}).Draw(t, "multiplier")
		for range rapid.IntRange(1, 30).Draw(t, "trades") {
			q := market.Qty(rapid.Int64Range(-1e10, 1e10).Filter(func(q int64) bool { return q != 0 }).Draw(t, "qty"))
			px := market.Price(rapid.Int64Range(1, 1e12).Draw(t, "px"))
			p.Apply(q, px, multiplier)
			cash = cash.Sub(market.Notional(px, q, multiplier))
			held += q
			if p.Qty != held || !p.RealizedPnL.Sub(p.Cost).Equal(cash) {
				t.Fatalf("holds %s (want %s), realized %s - cost %s is not %s", p.Qty, held, p.RealizedPnL, p.Cost, cash)
			}
			if held == 0 && !p.Cost.IsZero() {
				t.Fatalf("flat with a cost of %s", p.Cost)
			}
		}
	})
}

func TestPositionIdle(t *testing.T) {
	for _, p := range []market.Position{{Qty: 1}, {WorkingBuy: 1}, {WorkingSell: 1}} {
		if p.Idle() {
			t.Errorf("%+v is not idle", p)
		}
	}
	if p := (market.Position{}); !p.Idle() {
		t.Error("a flat position is idle")
	}
}
