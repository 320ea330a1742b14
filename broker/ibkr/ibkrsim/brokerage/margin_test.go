package brokerage

import (
	"path/filepath"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// shop is a house with a market that the test sets.
type shop struct {
	*House
	t   *testing.T
	now market.Nanos
}

func open(t *testing.T, path string, accounts ...AccountConfig) *shop {
	t.Helper()
	x, err := exchange.New(exchange.Config{Instruments: universe(), Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(Config{Exchange: x, StatePath: path, Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{House: h, t: t, now: 1_783_605_600 * market.Second} // Thursday, 9 July 2026, 14:00 UTC
	s.Advance(s.now)
	s.quote("SPY.ARCA", "500", 1000)
	s.quote("ES-20261218.CME", "6500", 1000)
	s.quote("SPY-20261218-C-655.CBOE", "8", 1000)
	s.quote("EUR.USD.IDEALPRO", "1.1", 1_000_000)
	return s
}

// quote is a market without a spread.
func (s *shop) quote(name, price string, size int64) {
	s.t.Helper()
	px := market.MustPrice(price)
	_, tick, err := s.exchange.Set(name, exchange.Quote{Bid: px, Ask: px, Last: px, BidSize: market.Shares(size), AskSize: market.Shares(size)}, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.OnTick(tick)
}

func (s *shop) draft(account string, conid int64, side market.Side, q string, typ OrderType, price string) *Order {
	s.t.Helper()
	return &Order{Account: account, COID: "o" + s.execID(), Product: s.exchange.ByConid(conid),
		Ticket: Ticket{Side: side, Type: typ, TIF: GTC, Qty: market.MustQty(q), Price: market.MustPrice(price)}}
}

// send submits an order unless the account cannot pay; it returns the refusal.
func (s *shop) send(o *Order) string {
	s.t.Helper()
	if text := s.Afford(o); text != "" {
		return text
	}
	if text := s.Submit(o); text != "" {
		return text
	}
	if _, err := s.Commit(); err != nil {
		s.t.Fatal(err)
	}
	return ""
}

func (s *shop) must(o *Order) *Order {
	s.t.Helper()
	if text := s.send(o); text != "" {
		s.t.Fatalf("%s %s: %s", o.Ticket.Side, o.Ticket.Qty, text)
	}
	return o
}

func usd(id, cash string) AccountConfig { return AccountConfig{ID: id, Cash: market.MustMoney(cash)} }

// What fills cost, by product and side. The minimum and the fees of regulators
// count for the order, not for each of its fills.
func TestCommission(t *testing.T) {
	for _, c := range []struct {
		name  string
		conid int64
		side  market.Side
		qty   string
		want  string
	}{
		{"a few shares", 756733, market.Buy, "10", "1"},
		{"many shares", 756733, market.Buy, "300", "1.5"},
		{"part of a share", 756733, market.Buy, "0.1", "0.5"},
		{"shares sold: SEC and FINRA take theirs", 756733, market.Sell, "10", "1.10495"},
		{"futures with the exchange's and the NFA's fee", 551, market.Sell, "2", "4.5"},
		{"options with the regulatory fee", 610, market.Buy, "10", "6.7295"},
		{"currencies pay USD", 12087792, market.Buy, "1000", "2"},
	} {
		s := open(t, "", usd("DU1", "1000000"))
		o := s.must(s.draft("DU1", c.conid, c.side, c.qty, MKT, "0"))
		if o.Status != Filled || !o.Charged.Equal(market.MustMoney(c.want)) {
			t.Errorf("%s: %s, cost %s, want %s", c.name, o.Status, o.Charged, c.want)
		}
		if fees := s.Fees(s.accounts[0]); !fees.Equal(o.Charged) {
			t.Errorf("%s: the account paid %s", c.name, fees)
		}
	}
}

// A process that dies between two fills of an order goes on charging where it
// was: the minimum is not taken twice.
func TestCommissionOverRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s := open(t, path, usd("DU1", "1000000"))
	s.quote("SPY.ARCA", "500", 150)
	o := s.must(s.draft("DU1", 756733, market.Buy, "300", LMT, "500"))
	if !o.Charged.Equal(market.MustMoney("1")) {
		t.Fatalf("150 shares cost %s", o.Charged)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, usd("DU1", "1000000"))
	s.quote("SPY.ARCA", "500", 1000)
	if o = s.Order(o.ID); o.Status != Filled || !o.Charged.Equal(market.MustMoney("1.5")) {
		t.Errorf("all 300: %s, cost %s, want 1.5", o.Status, o.Charged)
	}
}

// The tiers of a month count what was traded before the order.
func TestTieredVolume(t *testing.T) {
	s := open(t, "", AccountConfig{ID: "DU1", Plan: "tiered", Cash: market.MustMoney("1000000000")})
	s.quote("SPY.ARCA", "500", 10_000_000)
	buy := func(q string) market.Money {
		o := s.must(s.draft("DU1", 756733, market.Buy, q, MKT, "0"))
		return o.Bills[0].Charged.Commission
	}
	if got := buy("300000"); !got.Equal(market.MustMoney("1050")) {
		t.Errorf("the first 300,000 cost %s", got)
	}
	if got := buy("1000"); !got.Equal(market.MustMoney("2")) {
		t.Errorf("1,000 of the next tier cost %s", got)
	}
	s.now += 30 * market.Day
	s.Advance(s.now)
	if got := buy("1000"); !got.Equal(market.MustMoney("3.5")) {
		t.Errorf("1,000 of the next month cost %s", got)
	}
}

// Orders that rest tie up what they would need: together they cannot need more
// than there is. What closes a holding is always taken.
func TestWorkingOrdersTieFunds(t *testing.T) {
	s := open(t, "", usd("DU1", "10000"))
	buy := func(q string) string { return s.send(s.draft("DU1", 756733, market.Buy, q, LMT, "499")) }
	if text := buy("40"); text != "" {
		t.Fatal(text)
	}
	first := s.orders[0]
	if text := buy("45"); !strings.HasPrefix(text, "We are unable to accept your order. Your available funds of 4999.00 USD are less than the initial margin of 5625.00 USD") {
		t.Errorf("a second order for more than is left: %q", text)
	}
	if f := s.Figures(s.accounts[0]); !f.Available.Equal(market.MustMoney("10000")) {
		t.Errorf("resting orders changed the figures: %s available", f.Available)
	}
	s.Cancel(first)
	if text := buy("75"); text != "" {
		t.Errorf("after the cancel: %s", text)
	}
	s.quote("SPY.ARCA", "499", 1000)
	if text := buy("20"); text == "" {
		t.Error("bought more than the margin allows")
	}
	if text := s.send(s.draft("DU1", 756733, market.Sell, "75", LMT, "600")); text != "" {
		t.Errorf("closing: %s", text)
	}
}

// One of a group fills: only the dearest counts.
func TestGroupTiesOnce(t *testing.T) {
	s := open(t, "", usd("DU1", "10000"))
	for range 3 {
		o := s.draft("DU1", 756733, market.Buy, "50", LMT, "499")
		o.OCA = "oco-1"
		s.must(o)
	}
	if text := s.send(s.draft("DU1", 756733, market.Buy, "20", LMT, "499")); text != "" {
		t.Errorf("a group of one fill tied more than one: %s", text)
	}
}

// A cash account sells what it holds and buys with what has settled: sales
// settle on the next business day.
func TestCashAccount(t *testing.T) {
	s := open(t, "", AccountConfig{ID: "DU1", Kind: "cash", Cash: market.MustMoney("5010")})
	want := func(what, prefix string, o *Order) {
		t.Helper()
		if got := s.send(o); !strings.HasPrefix(got, prefix) || prefix == "" && got != "" {
			t.Errorf("%s: %q, want %q", what, got, prefix)
		}
	}
	const short = "This account cannot sell short"
	want("nothing held", short, s.draft("DU1", 756733, market.Sell, "1", MKT, "0"))
	want("all the cash", "", s.draft("DU1", 756733, market.Buy, "10", MKT, "0"))
	want("no cash is left", "We are unable to accept your order. Your available funds", s.draft("DU1", 756733, market.Buy, "1", MKT, "0"))
	want("offered", "", s.draft("DU1", 756733, market.Sell, "6", LMT, "600"))
	want("offered twice", short, s.draft("DU1", 756733, market.Sell, "5", LMT, "600"))
	want("the rest", "", s.draft("DU1", 756733, market.Sell, "4", MKT, "0"))
	a := s.accounts[0]
	if got := a.Settled("USD", s.now); !got.Equal(a.Balance("USD").Sub(market.MustMoney("2000"))) {
		t.Errorf("settled %s of %s", got, a.Balance("USD"))
	}
	want("with unsettled money", "We are unable to accept your order. Your settled cash", s.draft("DU1", 756733, market.Buy, "1", MKT, "0"))
	want("a call that nothing covers", "This account has no margin", s.draft("DU1", 610, market.Sell, "1", MKT, "0"))
	s.now += 10 * market.Hour // Friday in UTC
	s.Advance(s.now)
	want("settled", "", s.draft("DU1", 756733, market.Buy, "1", MKT, "0"))
}

// A bust takes the commission back, a correction keeps it; clients hear of a
// new id.
func TestAmend(t *testing.T) {
	s := open(t, "", usd("DU1", "100000"))
	o := s.must(s.draft("DU1", 756733, market.Buy, "10", MKT, "0"))
	first := s.execs[0]
	if err := s.Amend(first.ID, market.Shares(10), market.MustPrice("499")); err != nil {
		t.Fatal(err)
	}
	ch, err := s.Commit()
	if err != nil || len(ch.Execs) != 1 || ch.Execs[0].ID != nextVersion(first.ID) {
		t.Fatalf("told %+v (%v)", ch.Execs, err)
	}
	if got := s.accounts[0].Balance("USD"); !got.Equal(market.MustMoney("95009")) || !o.AvgPrice().Equal(market.MustMoney("499")) {
		t.Errorf("corrected: cash %s, average %s", got, o.AvgPrice())
	}
	if err := s.Amend(ch.Execs[0].ID, 0, 0); err != nil {
		t.Fatal(err)
	}
	if got := s.accounts[0].Balance("USD"); !got.Equal(market.MustMoney("100000")) || s.accounts[0].Held(756733) != 0 {
		t.Errorf("taken back: cash %s, %s held", got, s.accounts[0].Held(756733))
	}
	if err := s.Amend("none", 0, 0); err == nil {
		t.Error("amended an execution that is not known")
	}
}

// What an order would do is the same whether all lines of the account are
// added up or only those that it touches.
func TestBookForIsTheBook(t *testing.T) {
	for seed := range uint64(5) {
		l := newLife(t, seed+1, "")
		for range 400 {
			l.act()
			a, p, side := l.any()
			o := l.new(a, p, side)
			whole, errWhole := l.h.impact(a, o, l.h.book(a))
			part, errPart := l.h.impact(a, o, l.h.bookFor(a, o))
			if errWhole != errPart || !whole.Before.Available.Equal(part.Before.Available) ||
				!whole.After.Available.Equal(part.After.Available) || !whole.After.Excess.Equal(part.After.Excess) ||
				!whole.After.NetLiquidation.Equal(part.After.NetLiquidation) {
				t.Fatalf("seed %d after %d: %s of %s: %+v %v, want %+v %v", seed+1, l.count, o.Ticket.Type, p.Name(), part, errPart, whole, errWhole)
			}
		}
	}
}
