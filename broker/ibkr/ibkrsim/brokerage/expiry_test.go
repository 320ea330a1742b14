package brokerage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

var lastDay = market.NanosOf(time.Date(2026, 12, 18, 20, 0, 0, 0, time.UTC))

// holder has two calls of 655, bought at 8, and a future short at 6500.
func holder(t *testing.T, path string) (*shop, *Execution) {
	t.Helper()
	s := open(t, path, AccountConfig{ID: "DU1", Cash: market.MustMoney("1000000")})
	s.must(s.draft("DU1", 610, market.Buy, "2", MKT, "0"))
	bought := s.execs[len(s.execs)-1]
	s.must(s.draft("DU1", 551, market.Sell, "1", MKT, "0"))
	return s, bought
}

// expire moves the market a last time and then to the end of the last day.
func (s *shop) expire() {
	s.t.Helper()
	s.quote("SPY.ARCA", "661.5", 100)
	s.quote("ES-20261218.CME", "6510", 100)
	s.now = lastDay
	s.Advance(s.now)
	if _, err := s.Commit(); err != nil {
		s.t.Fatal(err)
	}
}

// What is held at the end becomes cash to the cent: equity does not move, no
// order and no fee comes of it, and performance does not see a deposit.
func TestSettlement(t *testing.T) {
	s, _ := holder(t, "")
	resting := s.must(s.draft("DU1", 610, market.Sell, "1", LMT, "90"))
	combo := &Order{Account: "DU1", COID: "combo", Ticket: Ticket{Side: market.Buy, Type: LMT, TIF: GTC, Qty: market.Shares(1), Price: market.MustPrice("1")}}
	if err := s.Combine(combo, []Leg{{Conid: 756733, Ratio: 1}, {Conid: 610, Ratio: -1}}); err != nil {
		t.Fatal(err)
	}
	s.must(combo)
	a := s.Account("DU1")
	cash, fees, execs := a.Balance("USD"), s.Fees(a), len(s.execs)
	s.expire()
	if got := a.Balance("USD").Sub(cash); !got.Equal(market.MustMoney("800")) { // 2*100*6.5 less 50*10
		t.Errorf("the expiry brought %s", got)
	}
	if f := s.Figures(a); !f.Equity.Equal(f.Cash) || !f.Fees.Equal(fees) || len(s.execs) != execs {
		t.Errorf("%+v after %d executions", f, len(s.execs))
	}
	for _, o := range []*Order{resting, combo} {
		if o.Status != Cancelled || o.Reason != ContractExpired {
			t.Errorf("order %d is %s: %s", o.ID, o.Status, o.Reason)
		}
	}
	again := s.draft("DU1", 610, market.Buy, "1", MKT, "0")
	if text := s.send(again); text != "The contract SPY   261218C00655000 has expired and is not available for trading." || s.Submit(again) != text {
		t.Errorf("a new order: %q", text)
	}
	s.Advance(lastDay + market.Day)
	days := s.Days("DU1")
	if last := days[len(days)-1]; last.Date != "20261218" || !last.Flow.IsZero() {
		t.Errorf("%+v", last)
	}
}

// A trade that is taken back after the expiry leaves nothing behind: what was
// settled of it goes back at the price of the settlement.
func TestBustAfterSettlement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s, bought := holder(t, path)
	before := s.Account("DU1").Balance("USD")
	s.expire()
	s.now += market.Minute
	s.quote("SPY.ARCA", "700", 100)
	if err := s.Amend(bought.ID, 0, 0); err != nil {
		t.Fatal(err)
	}
	s.Advance(s.now + 1)
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	a := s.Account("DU1")
	want := before.Add(market.MustMoney("1600")).Add(bought.Commission).Sub(market.MustMoney("500")) // the price, the fee; the future
	if a.Held(610) != 0 || !a.Balance("USD").Equal(want) {
		t.Errorf("%s held, %s USD, want %s", a.Held(610), a.Balance("USD"), want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, AccountConfig{ID: "DU1"})
	s.Advance(lastDay + market.Hour)
	if a := s.Account("DU1"); a.Held(610) != 0 || !a.Balance("USD").Equal(want) {
		t.Errorf("after a restart %s held, %s USD, want %s", a.Held(610), a.Balance("USD"), want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Of a pair of event contracts one pays, after the market's last opinion.
func TestEventsPay(t *testing.T) {
	px := market.MustPrice
	for last, want := range map[string]string{"0.62": "1", "0.5": "1", "0.31": "0"} {
		yes := exchange.Instrument{Symbol: "EV", Exchange: "FORECASTX", Conid: 71, SecType: exchange.Option, Expiry: "20261218", Strike: px("3"),
			Right: "C", Price: px("0.4"), Tick: px("0.01"), Most: px("0.99")}
		no := yes
		no.Conid, no.Right, no.Against = 72, "P", 71
		x, err := exchange.New(exchange.Config{Instruments: []exchange.Instrument{yes, no}, Manual: true})
		if err != nil {
			t.Fatal(err)
		}
		h, err := Open(Config{Exchange: x, Accounts: []AccountConfig{{ID: "DU1"}}})
		if err != nil {
			t.Fatal(err)
		}
		h.Advance(lastDay - market.Hour)
		for _, conid := range []int64{71, 72} {
			if err := h.Adjust("DU1", conid, market.Shares(10), px("0.5")); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := x.Set("EV-20261218-C-3.FORECASTX", exchange.Quote{Bid: px(last), Ask: px(last), Last: px(last)}, lastDay-market.Hour); err != nil {
			t.Fatal(err)
		}
		h.Advance(lastDay)
		if a := h.Account("DU1"); !a.Balance("USD").Equal(market.MustMoney("10")) || h.ends.settled[71] != px(want) {
			t.Errorf("at %s: %s USD, yes pays %s", last, a.Balance("USD"), h.ends.settled[71])
		}
	}
}

// A state file from before contracts were kept in it opens as long as they are
// listed, and keeps them from then on. Without them the error names one.
func TestListed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s, _ := holder(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if list, err := Listed(path); err != nil || len(list) != 2 || list[0].Conid != 610 || list[1].Name() != "ES-20261218.CME" {
		t.Fatalf("%+v, %v", list, err)
	}
	stripListed(t, path)
	if list, err := Listed(path); err != nil || len(list) != 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	s = open(t, path, AccountConfig{ID: "DU1"})
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if list, err := Listed(path); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Exchange: x, StatePath: path, Accounts: []AccountConfig{{ID: "DU1"}}}); err == nil || !strings.Contains(err.Error(), "conid 610 is not among the instruments") {
		t.Errorf("without the contracts: %v", err)
	}
	if list, err := Listed(filepath.Join(t.TempDir(), "none")); err != nil || list != nil {
		t.Errorf("no file: %v, %v", list, err)
	}
}

// stripListed rewrites a state file without the contracts.
func stripListed(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := parseLog(text)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, r := range records {
		r.Listed = nil
		body := asJSON(r)
		out = append(out, checksum(body)+" "+string(body)+"\n"...)
	}
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
}
