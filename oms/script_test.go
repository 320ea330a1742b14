package oms_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
	"gannet/oms"
	"gannet/risk"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

// TestScripts runs testdata/*.txt: commands, "----", and what the desk answers
// up to the next empty line. See the scripts for the commands.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newScript(t)
	got := s.run(string(text))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// script drives one desk by text.
type script struct {
	t     *testing.T
	table *market.Instruments
	desk  *oms.Desk
	now   market.Nanos
	fx    oms.Effects
	out   strings.Builder
	snap  *market.Snapshot
}

const account = "DU1"

func newTable(t testing.TB) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(
		market.Instrument{Name: "SPY.ARCA", TickSize: market.MustPrice("0.01"), LotSize: market.Shares(1), Multiplier: 1},
		market.Instrument{Name: "IBM.NYSE", TickSize: market.MustPrice("0.01"), LotSize: market.Shares(1), Multiplier: 1},
	)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func newGate(t testing.TB) *risk.Gate {
	t.Helper()
	gate, err := risk.NewGate(
		risk.AccountLimits{Account: account, Paper: true, MaxSubmitsPerSecond: 50, MaxSubmitsPerMinute: 500},
		risk.Limits{
			MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("50000"), PriceCollarPercent: market.MustMoney("5"),
			MaxDataAge: 5 * market.Second, MaxPositionQty: market.Shares(250),
		})
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func newScript(t *testing.T) *script {
	table := newTable(t)
	return &script{
		t: t, table: table, now: market.NanosOf(time.Date(2026, 1, 5, 15, 0, 0, 0, time.UTC)),
		desk: oms.NewDesk(oms.Config{Instruments: table, Gate: newGate(t), Cash: market.MustMoney("100000")}),
	}
}

// run executes all blocks and returns the script with the answers it gave.
func (s *script) run(text string) string {
	var all strings.Builder
	var block []string
	skipping := false
	scan := bufio.NewScanner(strings.NewReader(text))
	for scan.Scan() {
		line := scan.Text()
		switch {
		case line == "----":
			s.execute(block)
			all.WriteString(strings.Join(block, "\n") + "\n----\n" + s.out.String())
			s.out.Reset()
			block, skipping = nil, true
		case line == "" && skipping:
			skipping = false
			all.WriteString("\n")
		case !skipping:
			block = append(block, line)
		}
	}
	if len(block) > 0 {
		s.t.Fatalf("script ends without ---- after %q", block)
	}
	return all.String()
}

func (s *script) execute(lines []string) {
	for _, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if s.snap != nil && !strings.HasPrefix(line, "  ") {
			s.step(s.snap)
			s.snap = nil
		}
		s.command(words[0], words[1:])
	}
	if s.snap != nil {
		s.step(s.snap)
		s.snap = nil
	}
}

func (s *script) command(verb string, args []string) {
	switch verb {
	case "time":
		d, err := time.ParseDuration(args[0])
		s.check(err)
		s.now += market.Nanos(d)
	case "tick":
		bid, ask := market.MustPrice(args[1]), market.MustPrice(args[2])
		s.step(&market.Tick{Instrument: s.id(args[0]), TsEvent: s.now, TsInit: s.now, Bid: bid, Ask: ask, Last: bid})
	case "broker":
		s.step(&market.BrokerState{Ready: args[0] == "ready", Account: account, Paper: true, Name: args[0], Reason: "script"})
	case "ready":
		s.command("tick", []string{"SPY.ARCA", "99.99", "100.01"})
		s.command("tick", []string{"IBM.NYSE", "200.00", "200.02"})
		s.command("broker", []string{"ready"})
		s.step(s.emptySnapshot())
	case "order":
		s.step(&market.Signal{Kind: market.SignalOrder, ID: market.ClientOrderID(args[0]), Strategy: "s1", Ticket: s.ticket(args[1:])})
	case "target":
		s.step(&market.Signal{Kind: market.SignalTarget, ID: market.ClientOrderID(args[0]), Strategy: "s1",
			Ticket: market.Ticket{Instrument: s.id(args[1])}, TargetQty: market.MustQty(args[2])})
	case "weight":
		s.step(&market.Signal{Kind: market.SignalWeight, ID: market.ClientOrderID(args[0]), Strategy: "s1",
			Ticket: market.Ticket{Instrument: s.id(args[1])}, TargetWeight: market.MustMoney(args[2])})
	case "cancel":
		s.step(&market.Signal{Kind: market.SignalCancel, ID: market.ClientOrderID("c-" + args[0]), Strategy: "s1", OrigClientOrderID: market.ClientOrderID(args[0])})
	case "replace":
		s.step(&market.Signal{Kind: market.SignalReplace, ID: market.ClientOrderID("r-" + args[0] + args[2]), Strategy: "s1",
			OrigClientOrderID: market.ClientOrderID(args[0]), Ticket: s.ticket(args[1:])})
	case "sent":
		s.step(&market.Sent{ClientOrderID: market.ClientOrderID(args[0])})
	case "report":
		s.step(s.report(args))
	case "operator":
		s.step(&market.Command{Verb: market.Verb(args[0]), By: "op", Reason: "script", ClientOrderID: market.ClientOrderID(strings.Join(args[1:], ""))})
	case "snapshot":
		s.snap = s.emptySnapshot()
		s.snap.Positions = market.Known(s.holdings())
	case "has", "holds", "traded", "lacks":
		s.snapshotLine(verb, args)
	case "state":
		s.state()
	default:
		s.t.Fatalf("script: unknown command %q", verb)
	}
}

func (s *script) check(err error) {
	if err != nil {
		s.t.Fatalf("script: %v", err)
	}
}

func (s *script) id(name string) market.InstrumentID {
	id, ok := s.table.Lookup(name)
	if !ok {
		return 99
	}
	return id
}

// ticket reads SIDE QTY INSTRUMENT TYPE [price [stop]].
func (s *script) ticket(args []string) market.Ticket {
	t := market.Ticket{OrderQty: market.MustQty(args[1]), Instrument: s.id(args[2]), TimeInForce: market.DAY}
	s.check(t.Side.UnmarshalText([]byte(args[0])))
	s.check(t.Type.UnmarshalText([]byte(args[3])))
	if len(args) > 4 && t.Type == market.Stop {
		t.StopPx = market.MustPrice(args[4])
	} else if len(args) > 4 {
		t.Price = market.MustPrice(args[4])
	}
	return t
}

// report reads ID TYPE key=value...; ID "-" is an order that is not ours.
func (s *script) report(args []string) *market.ExecReport {
	r := &market.ExecReport{Account: account, TsEvent: s.now, Instrument: 1, Side: market.Buy}
	if args[0] != "-" {
		r.ClientOrderID = market.ClientOrderID(args[0])
		if o, ok := s.desk.Order(r.ClientOrderID); ok {
			r.Instrument, r.Side = o.Instrument, o.Side
		}
	}
	s.check(r.ExecType.UnmarshalText([]byte(args[1])))
	for _, arg := range args[2:] {
		key, value, _ := strings.Cut(arg, "=")
		switch key {
		case "venue":
			r.VenueOrderID = value
		case "exec":
			r.ExecID = value
		case "qty":
			r.LastQty = market.MustQty(value)
		case "px":
			r.LastPx = market.MustPrice(value)
		case "fee":
			r.Commission, r.CommissionKnown = market.MustMoney(value), true
		case "side":
			s.check(r.Side.UnmarshalText([]byte(value)))
		case "text":
			r.Text = value
		case "account":
			r.Account = market.AccountID(value)
		default:
			s.t.Fatalf("script: unknown key %q", key)
		}
	}
	return r
}

func (s *script) emptySnapshot() *market.Snapshot {
	return &market.Snapshot{
		TsEvent: s.now, Account: account, Orders: market.Known[market.Order](nil),
		Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil),
	}
}

// holdings is what the desk itself holds, so that a script names only what differs.
func (s *script) holdings() (list []market.Holding) {
	for _, i := range s.table.All() {
		if q := s.desk.AccountPosition(i.ID).Qty; q != 0 {
			list = append(list, market.Holding{Instrument: i.ID, Qty: q})
		}
	}
	return list
}

// snapshotLine adds to a snapshot: "has ID VENUE STATUS [ticket]",
// "traded ...report", "holds INSTRUMENT QTY", "lacks orders|trades|positions".
func (s *script) snapshotLine(verb string, args []string) {
	switch verb {
	case "has":
		o := market.Order{ClientOrderID: market.ClientOrderID(strings.Trim(args[0], "-")), VenueOrderID: args[1]}
		s.check(o.Status.UnmarshalText([]byte(args[2])))
		if ours, ok := s.desk.Order(o.ClientOrderID); ok {
			o.Ticket = ours.Ticket
		}
		if len(args) > 3 {
			o.Ticket = s.ticket(args[3:])
		}
		s.snap.Orders.List = append(s.snap.Orders.List, o)
	case "traded":
		s.snap.Trades.List = append(s.snap.Trades.List, *s.report(append([]string{args[0], "Trade"}, args[1:]...)))
	case "holds":
		s.snap.Positions.List = append(s.snap.Positions.List, market.Holding{Instrument: s.id(args[0]), Qty: market.MustQty(args[1])})
	case "lacks":
		switch args[0] {
		case "orders":
			s.snap.Orders = market.Unavailable[market.Order]("script")
		case "trades":
			s.snap.Trades = market.Unavailable[market.ExecReport]("script")
		case "positions":
			s.snap.Positions = market.Unavailable[market.Holding]("script")
		case "holdings":
			s.snap.Positions.List = nil
		}
	}
}

func (s *script) step(body market.Body) {
	s.fx.Reset()
	if snap, ok := body.(*market.Snapshot); ok {
		s.checkAgrees(snap)
		return
	}
	s.desk.Step(&market.Event{TsEvent: s.now, TsInit: s.now, Body: body}, &s.fx)
	s.print()
}

// checkAgrees holds Agrees against what Step does: where it says yes, the
// state must not change.
func (s *script) checkAgrees(snap *market.Snapshot) {
	agrees, before := s.desk.Agrees(snap), s.desk.Hash()
	s.desk.Step(&market.Event{TsEvent: s.now, TsInit: s.now, Body: snap}, &s.fx)
	if agrees && (!s.fx.Empty() || s.desk.Hash() != before) {
		s.t.Errorf("Agrees said yes, and Step did %+v", s.fx)
	}
	if agrees {
		s.out.WriteString("agrees\n")
	}
	s.print()
}

func (s *script) print() {
	for i := range s.fx.Events {
		switch b := s.fx.Events[i].Body.(type) {
		case *market.Order:
			fmt.Fprintf(&s.out, "order %s %s %s/%s @ %s %s\n", b.ClientOrderID, b.Status, b.CumQty, b.OrderQty, b.AvgPx, b.Text)
		case *market.Fill:
			fmt.Fprintf(&s.out, "fill %s %s %s %s @ %s fee %s for %q\n", b.ExecID, b.Side, b.Qty, s.table.Name(b.Instrument), b.Price, b.Commission, b.Strategy)
		case *market.Position:
			fmt.Fprintf(&s.out, "position %q %s %s avg %s realized %s fees %s\n", b.Strategy, s.table.Name(b.Instrument), b.Qty, b.AvgPx(1), b.RealizedPnL, b.Fees)
		case *market.Alert:
			fmt.Fprintf(&s.out, "alert %s: %s\n", b.Code, b.Text)
		case *market.Reconciled:
			fmt.Fprintf(&s.out, "reconciled %v %v\n", b.OK, b.Breaks)
		case *market.Adjustment:
			fmt.Fprintf(&s.out, "adjustment %s %s: %s\n", s.table.Name(b.Instrument), b.Qty, b.Reason)
		}
	}
	for _, r := range s.fx.Requests {
		fmt.Fprintf(&s.out, "-> %s %s %s %s %s %s\n", [...]string{"", "submit", "replace", "cancel"}[r.Kind],
			r.Order.ClientOrderID, r.Order.Side, r.Order.OrderQty, r.Order.Type, r.Order.Price)
	}
}

func (s *script) state() {
	for _, o := range s.desk.Orders(nil) {
		fmt.Fprintf(&s.out, "  %s %s %s %s cum %s leaves %s venue %q\n", o.ClientOrderID, o.Status, o.Side, o.OrderQty, o.CumQty, o.LeavesQty, o.VenueOrderID)
	}
	for _, p := range s.desk.Positions(nil) {
		fmt.Fprintf(&s.out, "  %q %s %s working +%s -%s\n", p.Strategy, s.table.Name(p.Instrument), p.Qty, p.WorkingBuy, p.WorkingSell)
	}
	for _, st := range s.desk.States() {
		fmt.Fprintf(&s.out, "  %s strategy %q instrument %q: %s\n", st.State, st.Scope.Strategy, s.table.Name(st.Scope.Instrument), st.Reason)
	}
	cash, _ := s.desk.Cash()
	fmt.Fprintf(&s.out, "  cash %s unknown %d reconciled %v\n", cash, s.desk.UnknownOrders(), s.desk.Reconciled())
}
