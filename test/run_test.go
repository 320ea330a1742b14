package test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// agreed fails when a run did not trade, or ended with an open question.
func agreed(t *testing.T, r runReport) {
	t.Helper()
	if r.Fills == 0 || r.Orders.Submitted == 0 || r.Ticks == 0 {
		t.Errorf("the run traded nothing: %+v", r)
	}
	if r.Orders.Unknown != 0 || !r.Reconciled || !r.BrokerPositionsMatch || len(r.Breaks) != 0 {
		t.Errorf("the run ended in doubt: %+v", r)
	}
}

// A user's first run trades, ends at the given time and agrees with the
// broker; the next run goes on with what the first held, and never uses an
// order's id again.
func TestRunAndRunAgain(t *testing.T) {
	t.Parallel()
	e := newTrader(t, config{instruments: 3}.yaml())
	e.run("--for", "10s")
	first := e.report()
	agreed(t, first)
	e.run()
	e.trading()
	held := sum(t, first.Positions)
	e.await("fills of the second run", func() bool { return e.logs(`"message":"fill"`) >= 3 })
	unique(t, e.orders())
	e.signal(os.Interrupt)
	second := e.report()
	agreed(t, second)
	if len(held) == 0 || len(sum(t, second.Positions)) < len(held) {
		t.Errorf("held %v after the first run, %v after the second", held, second.Positions)
	}
}

// unique fails when two orders have one id, or one id is of the wrong form.
func unique(t *testing.T, orders []orderRow) {
	t.Helper()
	seen, runs := map[string]bool{}, map[string]bool{}
	for _, o := range orders {
		if seen[o.ID] {
			t.Errorf("order id %s is there twice", o.ID)
		}
		seen[o.ID] = true
		parts := strings.Split(o.ID, "-")
		runs[parts[len(parts)-2]] = true
	}
	if len(runs) < 2 {
		t.Errorf("ids are of the runs %v, want two runs", runs)
	}
}

// What the engine holds after a start is what it held at its end: the second
// run does nothing but look.
func TestPositionsCarryOver(t *testing.T) {
	t.Parallel()
	e := newTrader(t, config{instruments: 2}.yaml())
	e.run()
	e.trading()
	e.await("fills", func() bool { return e.logs(`"message":"fill"`) >= 3 })
	e.signal(os.Interrupt)
	first := e.report()
	agreed(t, first)
	e.flags[len(e.flags)-1] = write(t, t.TempDir(), "idle.yaml", config{instruments: 2,
		strategies: []string{"{id: idle, name: dip, instruments: [all], params: {qty: 1, drop: 99}}"}}.yaml())
	e.run()
	e.trading()
	e.ticksPass(10)
	e.signal(os.Interrupt)
	second := e.report()
	if second.Fills != 0 || !second.Reconciled || !second.BrokerPositionsMatch {
		t.Errorf("%+v", second)
	}
	if diff := cmp.Diff(first.Positions, second.Positions); diff != "" {
		t.Errorf("positions changed over a restart (-before +after):\n%s", diff)
	}
}

// For people there is a summary in words instead of JSON.
func TestRunText(t *testing.T) {
	t.Parallel()
	d := run(t, nil, "run", "--for", "8s", "--data-dir", filepath.Join(t.TempDir(), "var"))
	if d.code != 0 {
		t.Fatalf("exit code %d\n%s", d.code, d.log)
	}
	for _, line := range []string{"mode", "ticks", "orders", "fills", "reconciled              yes", "positions match broker  yes"} {
		if !strings.Contains("\n"+d.out, "\n"+line) {
			t.Errorf("no line %q in\n%s", line, d.out)
		}
	}
	if !strings.Contains(d.log, "strategies start") {
		t.Errorf("no log on stderr:\n%s", d.log)
	}
}

// Both signals that ask a program to stop let it stop in order; its summary
// and its data are whole.
func TestSignalsStopInOrder(t *testing.T) {
	t.Parallel()
	e := newTrader(t, config{instruments: 3}.yaml())
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		e.run()
		e.trading()
		e.await("a fill", func() bool { return e.logs(`"message":"fill"`) > 0 })
		e.signal(s)
		agreed(t, e.report())
		if _, err := os.Stat(filepath.Join(e.folder, "operator.nkey")); !os.IsNotExist(err) {
			t.Errorf("%v left the operator's key behind: %v", s, err)
		}
	}
}

// The second signal ends the program at once, even while it waits for a
// broker that does not answer; nothing of that hurts the next run.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	sim := newSimulator(t)
	e := newTrader(t, config{instruments: 1, sim: sim, strategies: []string{resting(t)}}.yaml())
	e.run()
	e.trading()
	e.await("the order rests", func() bool { return len(sim.truth().Orders) > 0 })
	sim.make("fault", map[string]any{"on": "DELETE /iserver/account/{accountId}/order/{orderId}", "count": 9, "delay": "60s"})
	e.signal(os.Interrupt)
	e.await("stops", func() bool { return e.logs("PendingCancel") > 0 })
	e.signal(os.Interrupt)
	if code := e.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if e.out.String() != "" {
		t.Errorf("printed a summary of what it did not wait for: %s", e.out.String())
	}
}

// Recorded ticks at two hundred times their pace go the same way.
func TestRunRecordedMarket(t *testing.T) {
	t.Parallel()
	ticks := shared(t, "market", "lean", "equity", "usa", "tick", "spy", "20131007_trade.zip")
	e := newTrader(t, config{instruments: 1}.yaml())
	e.run("--market", ticks, "--speed", "200", "--for", "12s")
	agreed(t, e.report())
}
