package brokertest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker"
	"gannet/market"
)

// Harness is a broker and what the suite needs around it. The account starts
// flat, with cash for the test's orders, and the market is open.
type Harness struct {
	Broker     broker.Broker // Run was not called yet
	Account    market.AccountID
	Instrument market.InstrumentID
	// Quote makes the market of Instrument, deep enough for 100 units.
	Quote func(bid, ask market.Price)
	// Drop cuts the link between broker and venue; the broker gets it back by
	// itself. nil skips the tests that need it.
	Drop func()
	// Patience is how long to wait for anything; 0 is 20 s.
	Patience time.Duration
}

// Run runs the suite. start gives a fresh harness for each test.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	for _, one := range []struct {
		name string
		fn   func(*session)
	}{
		{"MarketOrderFills", marketOrderFills},
		{"LimitRestsAndCancels", limitRestsAndCancels},
		{"LimitFillsLater", limitFillsLater},
		{"ReplaceChangesPrice", replaceChangesPrice},
		{"RefusalsAreReports", refusalsAreReports},
		{"CancelOfUnknownOrder", cancelOfUnknownOrder},
		{"DuplicateIDExecutesOnce", duplicateIDExecutesOnce},
		{"SnapshotAgrees", snapshotAgrees},
		{"NothingLostOverReconnect", nothingLostOverReconnect},
	} {
		t.Run(one.name, func(t *testing.T) { one.fn(open(t, start(t))) })
	}
}

// session is a running broker and what it delivered.
type session struct {
	Harness
	t    *testing.T
	mu   sync.Mutex
	list []market.Body
	in   sync.Mutex // held inside deliver
}

// open runs the broker until the test ends, and waits until it is ready.
func open(t *testing.T, h Harness) *session {
	if h.Patience == 0 {
		h.Patience = 20 * time.Second
	}
	s := &session{Harness: h, t: t}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Broker.Run(ctx, s.deliver) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v after its context ended, want nil", err)
		}
	})
	s.Quote(bid, ask)
	s.ready(1)
	return s
}

func (s *session) deliver(body market.Body) {
	if !s.in.TryLock() {
		s.t.Error("deliver was called from two goroutines at once")
		return
	}
	defer s.in.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, body)
}

// wait polls until cond holds.
func (s *session) wait(what string, cond func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(s.Patience)
	for !cond() {
		if time.Now().After(deadline) {
			s.t.Fatalf("never: %s; delivered %s", what, s.story())
		}
		<-time.After(time.Millisecond)
	}
}

// story is what was delivered, for a person.
func (s *session) story() string {
	var b strings.Builder
	for _, r := range s.reports("") {
		b.WriteString("\n  " + r.ExecType.String() + " " + string(r.ClientOrderID) + " " + r.ExecID + " " +
			r.LastQty.String() + "@" + r.LastPx.String() + " " + r.Text)
	}
	for _, state := range s.states() {
		b.WriteString("\n  " + state.Name + " " + state.Reason)
	}
	return b.String()
}

func (s *session) states() (list []*market.BrokerState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, body := range s.list {
		if state, is := body.(*market.BrokerState); is {
			list = append(list, state)
		}
	}
	return list
}

// ready waits until orders can be sent, for the n-th time.
func (s *session) ready(n int) {
	s.t.Helper()
	s.wait("ready", func() bool {
		up := 0
		for _, state := range s.states() {
			if state.Ready && state.Account == s.Account {
				up++
			}
		}
		return up >= n
	})
}

// reports are those of an order of the given types; all for "" and none.
func (s *session) reports(id market.ClientOrderID, types ...market.ExecType) (list []*market.ExecReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, body := range s.list {
		r, is := body.(*market.ExecReport)
		if is && (id == "" || r.ClientOrderID == id) && (len(types) == 0 || slices.Contains(types, r.ExecType)) {
			list = append(list, r)
		}
	}
	return list
}

// report waits for the first report of an order of one of the types.
func (s *session) report(id market.ClientOrderID, types ...market.ExecType) *market.ExecReport {
	s.t.Helper()
	s.wait("report of "+string(id), func() bool { return len(s.reports(id, types...)) > 0 })
	return s.reports(id, types...)[0]
}

// filled sums the executions of an order, each once.
func (s *session) filled(id market.ClientOrderID) (sum market.Qty) {
	seen := make(map[string]bool)
	for _, r := range s.reports(id, market.ExecTrade) {
		if seen[r.ExecID] {
			s.t.Errorf("execution %s was reported twice in one Run", r.ExecID)
		}
		seen[r.ExecID] = true
		sum += r.LastQty
	}
	return sum
}

// snapshot asks until every part is known.
func (s *session) snapshot() market.Snapshot {
	s.t.Helper()
	var snap market.Snapshot
	s.wait("a complete snapshot", func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
		defer cancel()
		snap = s.Broker.Snapshot(ctx)
		return snap.Orders.Known && snap.Trades.Known && snap.Positions.Known && snap.Cash.Known
	})
	return snap
}

// orderIn is an order of a snapshot, nil when it is not there.
func orderIn(snap market.Snapshot, id market.ClientOrderID) *market.Order {
	for i := range snap.Orders.List {
		if snap.Orders.List[i].ClientOrderID == id {
			return &snap.Orders.List[i]
		}
	}
	return nil
}

func tradedIn(snap market.Snapshot, id market.ClientOrderID) (sum market.Qty) {
	for _, r := range snap.Trades.List {
		if r.ClientOrderID == id {
			sum += r.LastQty
		}
	}
	return sum
}

func heldIn(snap market.Snapshot, id market.InstrumentID) (sum market.Qty) {
	for _, h := range snap.Positions.List {
		if h.Instrument == id {
			sum += h.Qty
		}
	}
	return sum
}
