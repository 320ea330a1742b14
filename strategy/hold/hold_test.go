package hold_test

import (
	"fmt"
	"testing"

	"gannet/market"
	"gannet/strategy"
	_ "gannet/strategy/hold"
	"gannet/strategy/strategytest"
)

func Example() {
	params, err := strategy.Describe("hold")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(params[0].Name, params[0].Type, params[0].Default)
	// Output: weight decimal 1
}

func start(t *testing.T, names ...string) *strategytest.Host {
	t.Helper()
	s, err := strategy.New("hold", []byte("weight: 0.5"))
	if err != nil {
		t.Fatal(err)
	}
	return strategytest.New(t, s, names...)
}

func TestBuysOnceAndHolds(t *testing.T) {
	h := start(t, "SPY.ARCA")
	h.Minute("1", "1", "1", "1")
	ask := h.Signal()
	if ask.Kind != market.SignalWeight || ask.Ticket.Instrument != 1 || !ask.TargetWeight.Equal(market.MustMoney("0.5")) {
		t.Errorf("got %+v", ask)
	}
	h.Minute("1", "1", "1", "1")
	h.Fill(ask.ID, market.Shares(5), "1")
	h.Minute("1", "1", "1", "1")
	h.Trade("1")
	if n := len(h.Signals()); n != 0 {
		t.Errorf("%d signals while it holds", n)
	}
}

// Asking at each tick for what was refused would flood the desk.
func TestAsksAgainAfterAMinute(t *testing.T) {
	h := start(t, "SPY.ARCA", "QQQ.NASDAQ")
	h.Trade("1")
	h.Status(h.Signal().ID, market.Denied, "closed")
	h.Advance(h.Now() + market.Minute - 1)
	h.Trade("1")
	if n := len(h.Signals()); n != 0 {
		t.Errorf("%d signals within a minute of a denial", n)
	}
	h.Tick(market.Tick{Instrument: 2})
	if got := h.Signal().Ticket.Instrument; got != 2 {
		t.Errorf("asked for instrument %d, want the other one", got)
	}
	h.Advance(h.Now() + 1)
	h.Trade("1")
	if got := h.Signal().Ticket.Instrument; got != 1 {
		t.Errorf("asked for instrument %d after a minute, want 1", got)
	}
}

func TestWeightZeroIsRefused(t *testing.T) {
	if _, err := strategy.New("hold", []byte("weight: 0.00")); err == nil {
		t.Error("weight 0 is taken")
	}
}
