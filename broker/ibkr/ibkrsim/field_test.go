package ibkrsim

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
)

// A price is written exactly, with as many decimals as its tick has, two at
// least, and more only when it needs them.
func TestAppendPrice(t *testing.T) {
	for want, one := range map[string]struct{ px, tick string }{
		"500.00": {"500", "0.01"}, "0.01": {"0.01", "0.01"}, "-1.20": {"-1.2", "0.01"}, "1.08500": {"1.085", "0.00005"},
		"6610.25": {"6610.25", "0.25"}, "6610.00": {"6610", "0.25"}, "81.120": {"81.12", "0.005"}, "1.23456": {"1.23456", "0.01"},
	} {
		if got := string(appendPrice(nil, market.MustPrice(one.px), market.MustPrice(one.tick))); got != want {
			t.Errorf("%s on ticks of %s: %s, want %s", one.px, one.tick, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		px := market.Price(rapid.Int64Range(-1e15, 1e15).Draw(t, "px"))
		text := string(appendPrice(nil, px, market.Price(rapid.Int64Range(1, 2e9).Draw(t, "tick"))))
		if back, err := market.ParsePrice(text); err != nil || back != px || len(text)-strings.IndexByte(text, '.') < 3 {
			t.Fatalf("%d is written %s", px, text)
		}
	})
}

// Text that is not plain is escaped as JSON wants it.
func TestAppendQuoted(t *testing.T) {
	for text, want := range map[string]string{"SPY": `"SPY"`, `a"b`: `"a\"b"`, "S&P": `"S&P"`, "é": `"é"`, "\n": `"\n"`} {
		if got := string(appendQuoted(nil, text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
