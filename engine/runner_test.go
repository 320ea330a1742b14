package engine

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gannet/bus/membus"
	"gannet/engine/journal"
	"gannet/market"
	"gannet/market/wire"
	"gannet/oms"
	"gannet/risk"
)

const testAccount market.AccountID = "DU1"

// stepClock is a clock that a test moves.
type stepClock struct{ now atomic.Int64 }

func (c *stepClock) Now() market.Nanos                     { return market.Nanos(c.now.Add(1)) }
func (c *stepClock) AfterFunc(market.Nanos, func()) func() { return func() {} }

// recordingBroker notes what reaches it, and what was durable at that moment.
type recordingBroker struct {
	dir   string
	table *market.Instruments
	got   []market.Order
	early []market.ClientOrderID // submitted before their Sent record was in the file
}

func (b *recordingBroker) Submit(o market.Order) {
	b.got = append(b.got, o)
	if !b.durable(o.ClientOrderID) {
		b.early = append(b.early, o.ClientOrderID)
	}
}
func (b *recordingBroker) Replace(o market.Order) { b.Submit(o) }
func (b *recordingBroker) Cancel(market.Order)    {}
func (b *recordingBroker) Snapshot(context.Context) market.Snapshot {
	return market.Snapshot{}
}
func (b *recordingBroker) Run(ctx context.Context, _ func(market.Body)) error {
	<-ctx.Done()
	return nil
}

// durable reads the journal's files as a crashed engine would find them.
func (b *recordingBroker) durable(id market.ClientOrderID) bool {
	found := false
	codec := wire.Codec{Instruments: b.table, Portable: true}
	_, err := journal.Walk(b.dir, func(r journal.Record) error {
		var ev market.Event
		if r.Type == recordInput && codec.Decode(r.Payload, &ev, nil) == nil {
			if s, ok := ev.Body.(*market.Sent); ok && s.ClientOrderID == id {
				found = true
			}
		}
		return nil
	})
	return err == nil && found
}

func testTable(t testing.TB) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", LotSize: market.Shares(1), Multiplier: 1})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func testDesk(t testing.TB, table *market.Instruments) *oms.Desk {
	t.Helper()
	gate, err := risk.NewGate(
		risk.AccountLimits{Account: testAccount, Paper: true, MaxSubmitsPerSecond: 1000, MaxSubmitsPerMinute: 1000},
		risk.Limits{MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("1000000"), PriceCollarPercent: market.MustMoney("5"),
			MaxDataAge: market.Hour, MaxPositionQty: market.Shares(10000)})
	if err != nil {
		t.Fatal(err)
	}
	return oms.NewDesk(oms.Config{Instruments: table, Gate: gate, Cash: market.MustMoney("100000")})
}

// testRunner is a runner over a real journal whose events are given by hand.
type testRunner struct {
	*Runner
	dir    string
	broker *recordingBroker
	clock  *stepClock
}

func newTestRunner(t *testing.T) *testRunner {
	t.Helper()
	table, dir := testTable(t), filepath.Join(t.TempDir(), "journal")
	j, err := journal.Open(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	desk := testDesk(t, table)
	codec := wire.Codec{Instruments: table, Portable: true}
	if _, err := Replay(j, codec, testAccount, desk); err != nil {
		t.Fatal(err)
	}
	record := newRecorder(j, codec, table.Len())
	if err := record.begin(Session{Account: testAccount, Mode: "test", Run: "r"}); err != nil {
		t.Fatal(err)
	}
	tr := &testRunner{dir: dir, broker: &recordingBroker{dir: dir, table: table}, clock: &stepClock{}}
	tr.Runner = newRunner(desk, record, tr.broker, membus.New(), tr.clock, NewInbox(1024, table.Len()))
	return tr
}

func (tr *testRunner) give(t *testing.T, bodies ...market.Body) {
	t.Helper()
	for _, b := range bodies {
		tr.inbox.Put(&market.Event{Body: b})
	}
	if err := tr.takeAll(); err != nil {
		t.Fatal(err)
	}
}

func (tr *testRunner) ready(t *testing.T) {
	tr.give(t, &market.BrokerState{Ready: true, Account: testAccount, Paper: true, Name: "Brokerage"},
		&market.Snapshot{Orders: market.Known[market.Order](nil), Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil)},
		&market.Tick{Instrument: 1, Bid: market.MustPrice("100"), Ask: market.MustPrice("100.02")})
}

func buySignal(id market.ClientOrderID) *market.Signal {
	return &market.Signal{Kind: market.SignalOrder, ID: id, Strategy: "s", Ticket: market.BuyMarket(1, market.Shares(1))}
}

// TestJournalBeforeEffect: when an order reaches the broker, a crash at that
// moment would find its Sent record.
func TestJournalBeforeEffect(t *testing.T) {
	tr := newTestRunner(t)
	defer tr.record.close()
	tr.ready(t)
	tr.give(t, buySignal("a"), buySignal("b"))
	tr.give(t, buySignal("c"))
	if len(tr.broker.got) != 3 || len(tr.broker.early) != 0 {
		t.Errorf("%d orders sent, before they were durable: %v", len(tr.broker.got), tr.broker.early)
	}
}

// TestReplayIsTheSame: the journal of a live desk leads another desk to the
// same state, though ticks were left out of it.
func TestReplayIsTheSame(t *testing.T) {
	tr := newTestRunner(t)
	tr.ready(t)
	for i := range 50 {
		px := market.MustPrice("100") + market.Price(i)*10_000_000
		tr.give(t, &market.Tick{Instrument: 1, Bid: px, Ask: px + 10_000_000, TsInit: tr.clock.Now()})
		if i%10 == 0 {
			id := market.ClientOrderID("o" + string(rune('a'+i/10)))
			tr.give(t, buySignal(id), &market.ExecReport{ExecType: market.ExecTrade, ClientOrderID: id, ExecID: string(id),
				Instrument: 1, Side: market.Buy, LastQty: market.Shares(1), LastPx: px, CommissionKnown: true, Commission: market.MustMoney("1")})
		}
	}
	want := tr.desk.Hash()
	if err := tr.record.close(); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(tr.dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	again := testDesk(t, testTable(t))
	n, err := Replay(j, wire.Codec{Instruments: testTable(t), Portable: true}, testAccount, again)
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != want {
		t.Errorf("replay of %d inputs ends at %x, the live desk at %x", n, again.Hash(), want)
	}
}

func TestForeignJournalIsRefused(t *testing.T) {
	tr := newTestRunner(t)
	if err := tr.record.close(); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(tr.dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	table := testTable(t)
	if _, err := Replay(j, wire.Codec{Instruments: table, Portable: true}, "DU2", testDesk(t, table)); !errors.Is(err, ErrForeignJournal) {
		t.Errorf("journal of another account: %v", err)
	}
}
