package test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/backtest"
	"gannet/broker/venue"
	"gannet/engine"
	"gannet/engine/journal"
	"gannet/feed"
	"gannet/market"
	"gannet/market/wire"
	"gannet/oms"
	"gannet/strategy"
	_ "gannet/strategy/all"
)

// What must not matter does not: each test here does the same thing in two
// ways and wants the same result to the last bit.

// sessionStart is when generated data begins.
var sessionStart = market.NanosOf(time.Date(2024, 1, 8, 15, 0, 0, 0, time.UTC))

// generated is n ticks of each of the table's instruments: random walks, each
// the same whoever else is in the table.
func generated(t *testing.T, table *market.Instruments, n int) *feed.Memory {
	t.Helper()
	memory := new(feed.Memory)
	all := table.All()
	price, rng := make([]market.Price, len(all)), make([]*rand.Rand, len(all))
	for i := range all {
		price[i] = market.MustPrice("100")
		rng[i] = rand.New(rand.NewPCG(uint64(all[i].Conid), 7))
	}
	const cent = market.Price(10_000_000)
	for k := range n {
		for i := range all {
			price[i] += market.Price(rng[i].Int64N(9)-4) * cent
			at := sessionStart + market.Nanos(k)*10*market.Millisecond
			check(t, memory.Add(&market.Tick{Instrument: all[i].ID, TsEvent: at, TsInit: at,
				Mask: market.HasBid | market.HasAsk | market.HasBidSize | market.HasAskSize | market.HasLast | market.HasLastSize,
				Bid:  price[i] - cent, Ask: price[i] + cent, BidSize: market.Shares(300), AskSize: market.Shares(300),
				Last: price[i], LastSize: market.Shares(100)}))
		}
	}
	return memory
}

// cross is an average crossing over ticks.
func cross(t *testing.T, id string, instruments ...market.InstrumentID) strategy.Instance {
	t.Helper()
	s, err := strategy.New("emacross", []byte("{fast: 5, slow: 20, qty: 10, short: false}"))
	check(t, err)
	return strategy.Instance{ID: market.StrategyID(id), Strategy: s, Instruments: instruments}
}

func backtested(t *testing.T, table *market.Instruments, source feed.Source, strategies ...strategy.Instance) *backtest.Result {
	t.Helper()
	profile, err := venue.Lookup("gannet")
	check(t, err)
	result, err := backtest.Run(backtest.Config{Instruments: table, Profile: profile, Gate: testGate(t), Cash: market.MustMoney("1000000"),
		Strategies: strategies, Source: source})
	check(t, err)
	if len(result.Fills) < 20 {
		t.Fatalf("only %d fills: the test shows nothing", len(result.Fills))
	}
	return result
}

func TestBacktestTwice(t *testing.T) {
	table := testTable(t, 3)
	var hashes []uint64
	for range 2 {
		hashes = append(hashes, backtested(t, table, generated(t, table, 3000), cross(t, "a", 1, 3), cross(t, "b", 2)).Hash)
	}
	if hashes[0] != hashes[1] {
		t.Errorf("two backtests of the same differ: %x and %x", hashes[0], hashes[1])
	}
}

// What one instrument's strategy does is not changed by another instrument
// that is traded beside it, even in front of it.
func TestUnrelatedInstrument(t *testing.T) {
	alone := testTable(t, 1)
	beside, err := market.NewInstruments(*testTable(t, 2).Get(2), *alone.Get(1))
	check(t, err)
	one := backtested(t, alone, generated(t, alone, 3000), cross(t, "a", 1))
	two := backtested(t, beside, generated(t, beside, 3000), cross(t, "b", 1), cross(t, "a", 2))
	if diff := cmp.Diff(trades(alone, one, "a"), trades(beside, two, "a")); diff != "" {
		t.Errorf("fills (-alone +beside another instrument):\n%s", diff)
	}
}

// trades are a strategy's fills without the venue's running numbers.
func trades(table *market.Instruments, r *backtest.Result, id market.StrategyID) (list []string) {
	for _, f := range r.Fills {
		if f.Strategy == id {
			list = append(list, fmt.Sprintf("%s %s %s %s %s at %s for %s", f.TsEvent, f.ClientOrderID, f.Side, f.Qty,
				table.Name(f.Instrument), f.Price, f.Commission))
		}
	}
	return list
}

// beginning is the beginning of a source.
type beginning struct {
	feed.Source
	left int
}

func (b *beginning) Next() (market.Body, error) {
	if b.left--; b.left < 0 {
		return nil, io.EOF
	}
	return b.Source.Next()
}

// The same ticks as CSV and as a LEAN zip are the same ticks.
func TestCSVAndZip(t *testing.T) {
	const n = 20_000
	path := shared(t, "market", "lean", "equity", "usa", "tick", "spy", "20131007_trade.zip")
	table := testTable(t, 1)
	open := func(path string) feed.Source {
		source, err := feed.Open(path, feed.Options{Instruments: table, Raw: true})
		check(t, err)
		t.Cleanup(func() { check(t, source.Close()) })
		return &beginning{source, n}
	}
	var csv strings.Builder
	csv.WriteString("time,instrument,last,last_size\n")
	for source := open(path); ; {
		body, err := source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		tick := body.(*market.Tick)
		fmt.Fprintf(&csv, "%d,%s,%s,%s\n", tick.TsEvent, table.Name(tick.Instrument), tick.Last, tick.LastSize)
	}
	file := filepath.Join(t.TempDir(), "ticks.csv")
	check(t, os.WriteFile(file, []byte(csv.String()), 0o600))
	zipped, plain := backtested(t, table, open(path), cross(t, "a", 1)), backtested(t, table, open(file), cross(t, "a", 1))
	if zipped.DataPoints != n || zipped.Hash != plain.Hash {
		t.Errorf("%d points with hash %x from the zip, %d with %x from CSV", zipped.DataPoints, zipped.Hash, plain.DataPoints, plain.Hash)
	}
	if diff := cmp.Diff(trades(table, zipped, "a"), trades(table, plain, "a")); diff != "" {
		t.Errorf("fills (-zip +csv):\n%s", diff)
	}
}

// The journal of a live run, replayed, leads to the state in which the run
// ended: over a restart, and with an operator's commands in it.
func TestJournalReplaysToLiveHash(t *testing.T) {
	t.Parallel()
	e := newTrader(t, config{instruments: 2}.yaml())
	var last runReport
	for range 2 {
		e.run()
		e.trading()
		e.await("fills", func() bool { return e.logs(`"message":"fill"`) >= 3 })
		e.must("flatten", "--reason", "test", "--instrument", "SPY.ARCA")
		e.ticksPass(5)
		e.must("resume", "--instrument", "SPY.ARCA")
		e.signal(os.Interrupt)
		last = e.report()
		agreed(t, last)
	}
	table := testTable(t, 2)
	j, err := journal.Open(filepath.Join(e.folder, "journal", "sim-"+account), journal.Options{})
	check(t, err)
	defer j.Close()
	desk := oms.NewDesk(oms.Config{Instruments: table, Gate: testGate(t), CashFromBroker: true})
	inputs, err := engine.Replay(j, wire.Codec{Instruments: table, Portable: true}, account, desk)
	check(t, err)
	if got := fmt.Sprintf("%016x", desk.Hash()); got != last.Hash || inputs < 20 {
		t.Errorf("%d inputs replayed end at %s, the live run ended at %s", inputs, got, last.Hash)
	}
}
