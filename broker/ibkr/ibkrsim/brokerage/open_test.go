package brokerage_test

import (
	"path/filepath"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// An account that was opened on the way is there after a restart with all that
// happened in it, its days included, and cannot be opened twice.
func TestOpenAccountIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	open := func() *brokerage.House {
		x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
		if err != nil {
			t.Fatal(err)
		}
		h, err := brokerage.Open(brokerage.Config{Exchange: x, Accounts: []brokerage.AccountConfig{{ID: "U1"}}, StatePath: path})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	commit := func(h *brokerage.House) {
		if _, err := h.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	noon := market.NanosOf(time.Date(2026, 7, 9, 12, 0, 0, 0, time.UTC)) // a Thursday
	h := open()
	h.Advance(noon)
	if err := h.OpenAccount(brokerage.AccountConfig{ID: "U2", Base: "EUR"}); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []brokerage.AccountConfig{{ID: "U2"}, {ID: "U1"}, {}, {ID: "U3", Cash: market.MustMoney("1")}} {
		if h.OpenAccount(wrong) == nil {
			t.Errorf("%+v: opened", wrong)
		}
	}
	if err := h.MoveCash("U2", "EUR", market.MustMoney("12.5"), "deposit"); err != nil {
		t.Fatal(err)
	}
	h.Advance(noon + market.Day)
	commit(h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = open()
	h.Advance(noon + 4*market.Day) // over a weekend
	a := h.Account("U2")
	if a == nil || a.Base != "EUR" || a.Balance("EUR").String() != "12.5" {
		t.Fatalf("after a restart: %+v", a)
	}
	days := h.Days("U2")
	if len(days) != 2 || days[0].Date != "20260709" || days[0].Flow.String() != "12.5" || days[1].Date != "20260710" || !days[1].Flow.IsZero() {
		t.Errorf("days: %+v", days)
	}
	commit(h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// Years of days stay bounded: the oldest go, in memory and in what is kept.
func TestDaysAreBounded(t *testing.T) {
	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := brokerage.Open(brokerage.Config{Exchange: x, Accounts: []brokerage.AccountConfig{{ID: "U1", Cash: market.MustMoney("5")}}})
	if err != nil {
		t.Fatal(err)
	}
	for day := range market.Nanos(1500) {
		h.Advance(market.NanosOf(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)) + day*market.Day)
		if _, err := h.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	days := h.Days("U1")
	if len(days) != 800 || days[0].Equity.String() != "5" || !days[0].Flow.IsZero() {
		t.Errorf("%d days, the first %+v", len(days), days[0])
	}
}
