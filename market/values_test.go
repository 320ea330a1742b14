package market_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"gannet/market"
)

func TestEnumsReadTheirText(t *testing.T) {
	for s := market.PendingSubmit; s < market.NumOrdStatus; s++ {
		var back market.OrdStatus
		if err := back.UnmarshalText([]byte(strings.ToLower(s.String()))); err != nil || back != s {
			t.Errorf("%s: %s, %v", s, back, err)
		}
	}
	for e := market.ExecNew; e < market.NumExecType; e++ {
		var back market.ExecType
		if err := back.UnmarshalText([]byte(e.String())); err != nil || back != e {
			t.Errorf("%s: %s, %v", e, back, err)
		}
	}
	for k := market.KindTick; k < market.NumKinds; k++ {
		var back market.Kind
		if err := back.UnmarshalText([]byte(k.String())); err != nil || back != k {
			t.Errorf("%s: %s, %v", k, back, err)
		}
	}
	var side market.Side
	if err := side.UnmarshalText([]byte("LONG")); err == nil || !strings.Contains(err.Error(), "BUY SELL") {
		t.Errorf("LONG: %v", err)
	}
	if got := market.OrdType(77).String(); got != "?77" {
		t.Errorf("a type out of range reads %q", got)
	}
}

func TestInstruments(t *testing.T) {
	for _, name := range []string{"", "SPY", ".ARCA", "SPY.", "SPÿ.ARCA", "SPY\n.ARCA"} {
		if _, err := market.NewInstruments(market.Instrument{Name: name}); err == nil {
			t.Errorf("%q is no name", name)
		}
	}
	if _, err := market.NewInstruments(market.Instrument{Name: "A.B"}, market.Instrument{Name: "A.B"}); err == nil {
		t.Error("the same name twice is allowed")
	}
	table, err := market.NewInstruments(market.Instrument{Name: "BRK.B.NYSE"})
	if err != nil {
		t.Fatal(err)
	}
	one := table.Get(1)
	if one.Symbol() != "BRK.B" || one.Exchange() != "NYSE" || table.Get(0) != nil || table.Get(2) != nil || table.Name(9) != "" {
		t.Errorf("got %q %q", one.Symbol(), one.Exchange())
	}
}

func TestSession(t *testing.T) {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	s := market.USEquity(loc)
	at := func(text string) market.Nanos {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", text, loc)
		if err != nil {
			t.Fatal(err)
		}
		return market.NanosOf(v)
	}
	for _, tt := range []struct {
		now  string
		open bool
		next string
	}{
		{"2013-10-07 09:29:59", false, "2013-10-07 16:00:00"},
		{"2013-10-07 09:30:00", true, "2013-10-07 16:00:00"},
		{"2013-10-07 16:00:00", false, "2013-10-08 16:00:00"},
		{"2013-10-11 16:00:00", false, "2013-10-14 16:00:00"}, // Friday
		{"2026-03-08 12:00:00", false, "2026-03-09 16:00:00"}, // the Sunday on which clocks go forward
		{"2026-11-02 09:30:00", true, "2026-11-02 16:00:00"},  // the Monday after they went back
	} {
		if got := s.IsOpen(at(tt.now)); got != tt.open {
			t.Errorf("open at %s: %v", tt.now, got)
		}
		if got := s.NextClose(at(tt.now)); got != at(tt.next) {
			t.Errorf("close after %s: %s, want %s", tt.now, got.Time().In(loc), tt.next)
		}
	}
	if always := (market.Session{}); !always.IsOpen(1) || always.NextClose(1) != 0 {
		t.Error("the zero session is always open")
	}
}

func TestDigestTellsApart(t *testing.T) {
	sums := map[market.Digest]string{}
	for _, parts := range [][]string{{"a", "b"}, {"ab"}, {"", "ab"}, {"ab", ""}, {"b", "a"}, {"abcdefgh"}, {"abcdefgh", ""}} {
		var d market.Digest
		for _, p := range parts {
			d.Text(p)
		}
		if other, same := sums[d]; same {
			t.Errorf("%q and %s have the same digest", parts, other)
		}
		sums[d] = fmt.Sprintf("%q", parts)
	}
	var a, b market.Digest
	a.Money(market.MustMoney("1.50"))
	b.Money(market.MustMoney("1.5"))
	if a != b {
		t.Error("equal amounts differ")
	}
}

func ExamplePosition_Apply() {
	var p market.Position
	p.Apply(market.Shares(10), market.MustPrice("100"), 1)
	p.Apply(market.Shares(-15), market.MustPrice("101"), 1) // closes 10, opens 5 short
	fmt.Println(p.Qty, "at", p.AvgPx(1), "realized", p.RealizedPnL)
	// Output: -5 at 101 realized 10
}

func ExamplePrice_Percent() {
	high := market.MustPrice("170.25")
	fmt.Println(high.Percent(98))
	// Output: 166.845
}

func ExampleBuyMarket() {
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", TickSize: market.MustPrice("0.01")})
	if err != nil {
		fmt.Println(err)
		return
	}
	id, _ := table.Lookup("SPY.ARCA")
	t := market.BuyMarket(id, market.Shares(10))
	fmt.Println(t.Side, t.OrderQty, table.Name(t.Instrument), t.Type, t.TimeInForce)
	// Output: BUY 10 SPY.ARCA MKT DAY
}
