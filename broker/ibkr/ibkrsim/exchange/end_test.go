package exchange

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gannet/market"
)

// A market that runs over the last day of the nearest future goes on in the
// further ones, and finds them alone.
func TestFuturesOutliveTheNearest(t *testing.T) {
	x := universe(t, 1)
	first, next := x.Futures("ES")[0], x.Futures("ES")[1]
	run(x, first.ends-2*market.Second, first.ends, turn, nothing)
	was := next.Top
	run(x, first.ends, first.ends+30*market.Second, turn, nothing)
	if next.Top.TsEvent == was.TsEvent || next.Top.Bid == was.Bid && next.Top.Ask == was.Ask {
		t.Errorf("%s stands still: %+v", next.Name(), next.Top)
	}
	if first.Top.TsEvent >= first.ends {
		t.Errorf("%s is still quoted: %+v", first.Name(), first.Top)
	}
	if got := x.Futures("ES"); len(got) != 3 || got[0] != next {
		t.Errorf("%d futures, the nearest %s", len(got), got[0].Name())
	}
	if _, _, err := x.Set(first.Name(), Quote{Last: first.Price}, first.ends); err == nil {
		t.Error("what has expired was given a price")
	}
}

// What is listed although it has expired, for those who once traded it, has no
// market and leaves that of the others as it is without it. Kept as JSON it is
// the same contract.
func TestListedAfterItsEnd(t *testing.T) {
	later := start + 200*market.Day
	plain := open(t, Config{Instruments: Universe(later), Seed: 1, Start: later})
	list := Universe(later)
	for _, name := range []string{"ES-20261218.CME", "SPY-20261120-C-655.CBOE"} {
		old := universe(t, 1).Find(name).Instrument
		text, err := json.Marshal(old)
		if err != nil {
			t.Fatal(err)
		}
		var again Instrument
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(old, again, cmpopts.IgnoreFields(Instrument{}, "Session", "Extended")); diff != "" {
			t.Error(diff)
		}
		list = append(list, again)
	}
	x := open(t, Config{Instruments: list, Seed: 1, Start: later})
	run(x, later, later+5*market.Second, turn, nothing)
	run(plain, later, later+5*market.Second, turn, nothing)
	for i, p := range plain.Products() {
		if diff := cmp.Diff(p.Top, x.Products()[i].Top); diff != "" {
			t.Fatalf("%s: %s", p.Name(), diff)
		}
	}
	for _, p := range x.Products()[len(plain.Products()):] {
		if p.Quoted() || !p.Ended(later) || len(p.History(Query{From: later - 10*market.Day, Length: 5 * market.Minute})) != 0 {
			t.Errorf("%s: %+v", p.Name(), p.Top)
		}
	}
}

// What an option brings when it is exercised.
func TestIntrinsic(t *testing.T) {
	px := market.MustPrice
	for _, one := range []struct{ right, spot, want string }{
		{"C", "660", "5"}, {"C", "650", "0"}, {"P", "660", "0"}, {"P", "650.5", "4.5"}, {"", "660", "0"},
	} {
		p := Product{Instrument: Instrument{SecType: Option, Right: one.right, Strike: px("655")}}
		if one.right == "" {
			p.SecType = Future
		}
		if got := p.Intrinsic(px(one.spot)); got != px(one.want) {
			t.Errorf("%s at %s: %s, want %s", one.right, one.spot, got, one.want)
		}
	}
}
