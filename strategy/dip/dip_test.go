package dip_test

import (
	"fmt"
	"testing"

	"gannet/market"
	"gannet/strategy"
	_ "gannet/strategy/dip"
	"gannet/strategy/strategytest"
)

func Example() {
	s, err := strategy.New("dip", []byte("qty: 10\ndrop: 2.5"))
	fmt.Printf("%T %v\n", s, err)
	_, err = strategy.New("dip", []byte("qty: 10\ndorp: 2.5"))
	fmt.Println(err)
	// Output:
	// *dip.Dip <nil>
	// strategy: dip: line 2: unknown parameter "dorp", did you mean drop? parameters are qty, drop
}

func start(t *testing.T, params ...string) *strategytest.Host {
	t.Helper()
	s, err := strategy.NewFromPairs("dip", params)
	if err != nil {
		t.Fatal(err)
	}
	return strategytest.New(t, s, "SPY.ARCA", "QQQ.NASDAQ")
}

func TestBuysOncePerDip(t *testing.T) {
	h := start(t, "qty=10")
	for _, p := range []string{"100", "101", "98.98"} { // 101 less 2 % is 98.98
		h.Trade(p)
	}
	if n := len(h.Signals()); n != 0 {
		t.Fatalf("%d signals at a fall of exactly 2 percent", n)
	}
	h.Trade("98.97")
	order := h.Signal()
	if order.Ticket != market.BuyMarket(1, market.Shares(10)) {
		t.Errorf("got %+v", order.Ticket)
	}
	h.Trade("90")
	h.Status(order.ID, market.Denied, "no cash")
	h.Trade("89")
	if n := len(h.Signals()); n != 1 {
		t.Errorf("%d signals after a denial and another dip, want 1: the dip from 98.97", n)
	}
	h.Trade("88.9")
	h.FillAll("88.9")
	h.Trade("50")
	if n := len(h.Signals()); n != 0 {
		t.Errorf("%d signals while it holds", n)
	}
}

// A refused order must not be sent again at each tick of the same dip.
func TestDenialDoesNotRepeat(t *testing.T) {
	h := start(t, "qty=10", "drop=0.5")
	h.Trade("100")
	h.Trade("99.4")
	h.Status(h.Signal().ID, market.Denied, "no")
	h.Trade("99.3")
	h.Trade("99.2")
	if n := len(h.Signals()); n != 0 {
		t.Errorf("%d signals in the dip that was refused", n)
	}
}

func TestActsOnTradesOnly(t *testing.T) {
	h := start(t, "qty=10")
	h.Tick(market.Tick{Instrument: 1, Mask: market.HasLast, Flags: market.FlagLastClose, Last: market.MustPrice("200")})
	h.Trade("100")
	h.Quote("1", "2")
	h.Tick(market.Tick{Instrument: 2, Mask: market.HasLast, Last: market.MustPrice("5")})
	for _, b := range []market.Bar{
		{Source: market.BidBar, Close: market.MustPrice("50")},
		{Filled: true, Close: market.MustPrice("50")},
	} {
		b.Instrument = 1
		h.Bar(b)
	}
	if n := len(h.Signals()); n != 0 {
		t.Errorf("%d signals of what is no trade, or of another instrument", n)
	}
	h.Minute("100", "100", "90", "97")
	if got := h.Signal().Ticket.Instrument; got != 1 {
		t.Errorf("bought instrument %d on a bar, want 1", got)
	}
}

func TestParameters(t *testing.T) {
	for _, bad := range []string{"", "qty: 0", "qty: -1", "qty: 1\ndrop: 0", "qty: 1\ndrop: 100", "qty: 1\ndrop: 0.0000001"} {
		if _, err := strategy.New("dip", []byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
