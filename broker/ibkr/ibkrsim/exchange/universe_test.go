package exchange

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/market"
)

// A run without options trades the eight names as before, at their ids.
func TestUniverseBeginsWithTheDefault(t *testing.T) {
	list, eight := Universe(start), DefaultInstruments()
	if !reflect.DeepEqual(list[:len(eight)], eight) {
		t.Errorf("%+v", list[:len(eight)])
	}
}

// What a client stored of a contract yesterday is the same contract today.
func TestConidsAreStable(t *testing.T) {
	seen := map[int64]string{}
	for _, at := range []market.Nanos{start, start + market.Day, start + 40*market.Day, start + 400*market.Day} {
		today := map[int64]bool{}
		for _, i := range Universe(at) {
			if today[i.Conid] || i.Conid <= 0 || i.Conid > 1<<31-1 {
				t.Fatalf("%s: conid %d", i.Name(), i.Conid)
			}
			today[i.Conid] = true
			if name := seen[i.Conid]; name != "" && name != i.Name() {
				t.Fatalf("conid %d is %s and %s", i.Conid, name, i.Name())
			}
			seen[i.Conid] = i.Name()
		}
		if _, err := New(Config{Instruments: Universe(at)}); err != nil {
			t.Error(err)
		}
	}
}

// The exchanges' calendars: contracts end when they do in the world.
func TestExpiries(t *testing.T) {
	day := func(at time.Time) string { return at.Format("20060102") }
	for want, got := range map[string]string{
		"20261218": day(thirdFriday(2026, time.December)),
		"20270319": day(thirdFriday(2027, time.March)),
		"20260618": day(thirdFriday(2026, time.June)), // Juneteenth is a Friday
		"20261120": day(crudeExpiry(2026, time.December)),
		"20261221": day(crudeExpiry(2027, time.January)), // Christmas is the 25th
		"20261229": day(goldExpiry(2026, time.December)),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestLocalSymbols(t *testing.T) {
	x := universe(t, 1)
	for name, want := range map[string]string{
		"SPY": "SPY", "ESZ6": "ESZ6", "CLF7": "CLF7", "EUR.USD": "EUR.USD", "EUR.USD.IDEALPRO": "EUR.USD",
		"SPY   261218C00655000": "SPY   261218C00655000", "SPY-20261218-P-655.CBOE": "SPY   261218P00655000",
	} {
		if p := x.Find(name); p == nil || p.LocalSymbol() != want {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := x.Find("SPY"); p.SecType != Stock {
		t.Errorf("SPY is %s", p.Name())
	}
	if x.Find("ES").Expiry != "20261218" || x.Find("nobody") != nil {
		t.Error("a symbol is not its first instrument")
	}
}

func TestLookups(t *testing.T) {
	x := universe(t, 1)
	months := x.Months(756733, Option)
	if fmt.Sprint(months) != "[NOV26 DEC26 JAN27]" {
		t.Errorf("months %v", months)
	}
	calls, puts := x.Strikes(756733, "DEC26")
	if len(calls) != 17 || !slices.Equal(calls, puts) || !slices.IsSorted(calls) || calls[8] != market.MustPrice("655") {
		t.Errorf("strikes %v %v", calls, puts)
	}
	one := x.Contracts(Contract{Underlying: 756733, SecType: Option, Month: "JAN27", Strike: market.MustPrice("660"), Right: "P"})
	if len(one) != 1 || one[0].LocalSymbol() != "SPY   270115P00660000" || one[0].Multiplier != 100 {
		t.Errorf("contracts %+v", one)
	}
	if calls, puts := x.Strikes(756733, "DEC31"); calls != nil || puts != nil {
		t.Error("a month without options has strikes")
	}
	es := x.Futures("ES")
	if len(es) != 4 || es[0].Expiry != "20261218" || es[1].Expiry != "20270319" || es[0].Multiplier != 50 {
		t.Errorf("futures %v", es)
	}
	if got := x.Pairs("GBP"); len(got) != 2 || x.Pair("EUR", "USD").Conid != 12087792 || x.Pair("USD", "EUR") != nil {
		t.Errorf("pairs %v", got)
	}
	if MonthOf("x") != "" || MonthOf("202613") != "" {
		t.Error("no month has a name")
	}
}

// A mistake in a list of instruments is named, not served.
func TestNewRefuses(t *testing.T) {
	option := Instrument{Symbol: "A", Exchange: "CBOE", Conid: 9, SecType: Option, Expiry: "20261218", Strike: 1, Right: "C"}
	for want, change := range map[string]func(*Instrument){
		"conid":      func(i *Instrument) { i.Conid = 0 },
		"expiry":     func(i *Instrument) { i.Expiry = "2026121" },
		"right":      func(i *Instrument) { i.Right = "X" },
		"month":      func(i *Instrument) { i.Month = "202699" },
		"volatility": func(i *Instrument) { i.Volatility = -1 },
		"ticks":      func(i *Instrument) { i.Tick = -1 },
	} {
		one := option
		change(&one)
		if _, err := New(Config{Instruments: []Instrument{one}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := New(Config{Instruments: []Instrument{option, option}}); err == nil {
		t.Error("a conid was taken twice")
	}
	if _, err := New(Config{Slots: -1}); err == nil {
		t.Error("slots -1")
	}
}
