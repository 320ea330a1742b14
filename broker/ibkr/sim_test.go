package ibkr_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// desk is an adapter on a simulator and what it reported.
type desk struct {
	*ibkr.Adapter
	sim  *ibkrsim.Server
	t    *testing.T
	mu   sync.Mutex
	list []market.Body
}

func newDesk(t *testing.T, opt ibkrsim.Options, change func(*ibkr.Config)) *desk {
	t.Helper()
	opt.Manual = true
	opt.Timing.Bridge, opt.Timing.Cancel = 20*time.Millisecond, 10*time.Millisecond
	sim, err := ibkrsim.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Conid: 756733, SecType: "STK", Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := ibkr.Config{
		BaseURL: sim.URL(), Pin: sim.Pin(), Account: "DU1000001", Paper: true, Instruments: table,
		Pacing: ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond, Tickle: time.Millisecond},
		Timeouts: ibkr.Timeouts{
			Order: 2 * time.Second, Retry: 2 * time.Millisecond, Status: 5 * time.Millisecond,
			BackoffMin: 2 * time.Millisecond, BackoffMax: 20 * time.Millisecond,
		},
	}
	if change != nil {
		change(&cfg)
	}
	d := &desk{sim: sim, t: t}
	if d.Adapter, err = ibkr.New(cfg); err != nil {
		t.Fatal(err)
	}
	d.Adapter.OnTick(func(*market.Tick) {})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, d.deliver) }()
	t.Cleanup(func() { cancel(); <-done })
	d.quote("100", "100.02")
	d.wait("ready", func() bool { return d.find(func(s *market.BrokerState) bool { return s.Ready }) != nil })
	return d
}

func (d *desk) deliver(body market.Body) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, body)
}

func (d *desk) quote(bid, ask string) {
	q := ibkrsim.Quote{Bid: market.MustPrice(bid), Ask: market.MustPrice(ask), Last: market.MustPrice(bid),
		BidSize: market.Shares(1000), AskSize: market.Shares(1000)}
	if err := d.sim.SetPrice("SPY", q); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) wait(what string, cond func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !cond(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("never: %s; sim has %+v; told last: %s", what, d.sim.State().Orders, d.told(20))
		}
	}
}

// told is the last reports and states that were delivered, a line each.
func (d *desk) told(n int) (lines string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, body := range d.list[max(0, len(d.list)-n):] {
		lines += fmt.Sprintf("\n%T %+v", body, body)
	}
	return lines
}

func (d *desk) find(fits func(*market.BrokerState) bool) *market.BrokerState {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, body := range d.list {
		if s, is := body.(*market.BrokerState); is && fits(s) {
			return s
		}
	}
	return nil
}

// report waits for a report of a type on an order.
func (d *desk) report(id market.ClientOrderID, t market.ExecType) (found *market.ExecReport) {
	d.t.Helper()
	d.wait(fmt.Sprintf("%s of %s", t, id), func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, body := range d.list {
			if r, is := body.(*market.ExecReport); is && r.ClientOrderID == id && r.ExecType == t {
				found = r
			}
		}
		return found != nil
	})
	return found
}

func buy(id market.ClientOrderID) market.Order {
	return market.Order{Ticket: market.BuyMarket(1, market.Shares(10)), ClientOrderID: id, Account: "DU1000001"}
}

// The answer to an order is lost, and its fill too: the order is Unknown, is
// never sent again, and the snapshot has what became of it.
func TestSimLostAnswer(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{}, nil)
	for _, err := range []error{
		d.sim.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: ibkrsim.CutResponse}),
		d.sim.FaultStream(ibkrsim.DropOrders, 100), d.sim.FaultStream(ibkrsim.DropTrades, 100),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Submit(buy("x-1"))
	d.report("x-1", market.ExecUnknown)
	snap := d.Snapshot(context.Background())
	if !snap.Trades.Known || len(snap.Trades.List) != 1 || snap.Trades.List[0].ClientOrderID != "x-1" || snap.Trades.List[0].LastQty != market.Shares(10) {
		t.Errorf("trades %+v", snap.Trades)
	}
	if !snap.Orders.Known || len(snap.Orders.List) != 1 || snap.Orders.List[0].Status != market.Filled {
		t.Errorf("orders %+v", snap.Orders)
	}
	if n := d.sim.State().Received["x-1"]; n != 1 {
		t.Errorf("the order was sent %d times", n)
	}
}

// The order never arrived: Unknown too, and absent from a complete snapshot.
func TestSimLostRequest(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{}, nil)
	if err := d.sim.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: ibkrsim.CutRequest}); err != nil {
		t.Fatal(err)
	}
	d.Submit(buy("x-1"))
	d.report("x-1", market.ExecUnknown)
	if snap := d.Snapshot(context.Background()); !snap.Orders.Known || len(snap.Orders.List) != 0 {
		t.Errorf("orders %+v", snap.Orders)
	}
}

// Questions as the server asks them: answered from the list, else declined.
func TestSimQuestions(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{}, func(c *ibkr.Config) { c.Questions.Confirm = []string{"o354", "o163"} })
	d.sim.Ask("o354", "o163")
	d.Submit(buy("x-1"))
	d.report("x-1", market.ExecTrade)
	d.sim.Ask("o354", "o383")
	d.Submit(buy("x-2"))
	if r := d.report("x-2", market.ExecRejected); r.Text == "" {
		t.Error("the report does not say what was asked")
	}
	if n := len(d.sim.State().Executions); n != 1 {
		t.Errorf("%d executions, want 1", n)
	}
}

// Another login takes the session and leaves; orders go on after that.
func TestSimCompetingLogin(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{}, func(c *ibkr.Config) { c.Compete = true })
	d.sim.Compete()
	d.wait("not ready", func() bool {
		return d.find(func(s *market.BrokerState) bool { return !s.Ready && s.Name == "Competing" }) != nil
	})
}

// Executions that come twice or in the wrong order are each reported once.
func TestSimStreamFaults(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{}, nil)
	if err := d.sim.FaultStream(ibkrsim.DuplicateTrades, 5); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		d.Submit(buy(market.ClientOrderID(fmt.Sprint("x-", n))))
	}
	for n := range 3 {
		d.report(market.ClientOrderID(fmt.Sprint("x-", n)), market.ExecTrade)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := map[string]bool{}
	for _, body := range d.list {
		if r, is := body.(*market.ExecReport); is && r.ExecType == market.ExecTrade {
			if seen[r.ExecID] {
				t.Errorf("execution %s twice", r.ExecID)
			}
			seen[r.ExecID] = true
		}
	}
}

// With the pace that is the default, the pacing table of the API is kept: an
// address that breaks it is shut out for 15 minutes.
func TestSimDefaultPace(t *testing.T) {
	d := newDesk(t, ibkrsim.Options{Pacing: true}, func(c *ibkr.Config) { c.Pacing = ibkr.Pacing{} })
	const n = 8
	for i := range n {
		o := buy(market.ClientOrderID(fmt.Sprint("x-", i)))
		d.Submit(o)
	}
	for i := range n {
		d.report(market.ClientOrderID(fmt.Sprint("x-", i)), market.ExecTrade)
	}
}
