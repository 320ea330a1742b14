package test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/engine"
	"gannet/market"
)

// The broker goes away in every way it can while the engine trades: sockets
// are cut, the session ends as it does every night, the gateway dies and
// comes back. Each time the engine notices, sends nothing meanwhile, comes
// back by itself, and knows every fill, also of the order that was filled
// while it was away.
func TestOutages(t *testing.T) {
	t.Parallel()
	p := pair{sim: newSimulator(t)}
	p.trader = newTrader(t, config{sim: p.sim, instruments: 4, every: 6 * time.Second, strategies: []string{resting(t), beats(t),
		"{id: swift, name: emacross, instruments: [QQQ.NASDAQ, AAPL.NASDAQ, IBM.NYSE], params: {fast: 1, slow: 3, qty: 10, short: false}}"}}.yaml())
	p.trader.run()
	p.trading()
	rests := p.restingOrder()
	for _, outage := range []struct {
		name  string
		begin func()
		end   func()
	}{
		{"sockets cut", func() { p.sim.make("drop", nil) }, func() {}},
		{"session ends, an order fills", func() {
			p.sim.make("logout", nil)
			p.sim.make("price", map[string]any{"instrument": "SPY", "bid": "639", "ask": "639.01", "bid_size": "500", "ask_size": "500"})
		}, func() {}},
		{"gateway dies", func() { p.sim.kill() }, func() { p.sim.restart() }},
	} {
		lost, back, fills := p.logs(`"ready":false`), p.logs(`"ready":true`), p.logs(`"message":"fill"`)
		outage.begin()
		p.await(outage.name+": the engine notices", func() bool { return p.logs(`"ready":false`) > lost })
		if outage.name == "gateway dies" {
			p.refuses()
		}
		outage.end()
		p.await(outage.name+": it comes back", func() bool { return p.logs(`"ready":true`) > back })
		p.await(outage.name+": it trades again", func() bool { return p.logs(`"message":"fill"`) > fills })
		p.compare()
		p.must("resume")
	}
	if o, _ := p.order(func(o orderRow) bool { return o.ID == rests.ID }); o.Status != "Filled" {
		t.Errorf("the order that was filled during an outage is %+v", o)
	}
	p.signal(os.Interrupt)
	agreed(t, p.report())
}

// refuses waits until an order is denied for want of a broker, and fails when
// the engine says that it could trade.
func (p *pair) refuses() {
	p.t.Helper()
	p.await("an order is refused without a broker", func() bool {
		_, ok := p.order(func(o orderRow) bool { return o.Strategy == "beat" && o.Status == "Denied" })
		return ok
	})
	if s := p.status(); s.Ready || s.Reconciled {
		p.t.Errorf("without a broker the status is %+v", s)
	}
}

// beats is a strategy that sends an order every second, market data or not,
// which the venue cancels at once.
func beats(t *testing.T) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("time,instrument,side,qty,type,limit,stop,trail,tif,gtd\n")
	for after := range 180 {
		at := time.Now().Add(time.Duration(after) * time.Second).UTC().Format(time.RFC3339)
		fmt.Fprintf(&rows, "%s,IBM.NYSE,BUY,1,LMT,200,,,IOC,\n", at)
	}
	return "{id: beat, name: orderfile, instruments: [IBM.NYSE], params: {file: " + write(t, t.TempDir(), "beats.csv", rows.String()) + "}}"
}

// The answer to an order is lost, and so is what the stream says of it: the
// order is Unknown until the broker was asked, and never sent again.
func TestLostAnswer(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := newRig(t)
	check(t, r.sim.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: ibkrsim.CutResponse}))
	check(t, r.sim.FaultStream(ibkrsim.DropOrders, 100))
	check(t, r.sim.FaultStream(ibkrsim.DropTrades, 100))
	r.given <- market.BuyMarket(1, market.Shares(10))
	r.reaches(0, "Filled")
	if r.logs("order request failed") != 1 {
		t.Error("no answer was lost: the test shows nothing")
	}
	r.once()
	if s := r.end(); s.Fills != 1 || s.Orders.Unknown != 0 || !s.BrokerPositionsMatch {
		t.Errorf("%+v", s)
	}
}

// The order itself is lost on its way. It is Unknown and counts in full until
// the broker's complete list has lacked it for long enough; then it is over,
// and the strategy may go on.
func TestLostOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := newRig(t)
	check(t, r.sim.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: ibkrsim.CutRequest}))
	r.given <- market.BuyMarket(1, market.Shares(10))
	r.reaches(0, "Unknown")
	if s := r.ask("status", engine.ControlRequest{}).Status; s.Working != 1 || s.Orders.Unknown != 1 {
		t.Errorf("while its fate is open: %+v", s)
	}
	for range 3 {
		r.clock.leap.Add(int64(20 * market.Second))
		r.compared()
	}
	r.reaches(0, "Rejected")
	if n := len(r.sim.State().Orders); n != 0 {
		t.Errorf("%d orders at the broker", n)
	}
	r.given <- market.BuyMarket(1, market.Shares(10))
	r.reaches(1, "Filled")
	r.once()
	r.end()
}

// compared waits until the engine has asked the broker at least once more.
func (r *rig) compared() {
	r.t.Helper()
	before := r.logs("compared with the broker")
	r.await("compared", func() bool { return r.logs("compared with the broker") >= before+3 })
}

// A socket that stays open and says nothing more is found out, and what was
// filled meanwhile is known.
func TestSilentSocket(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := newRig(t)
	up := r.logs(`"ready":true`)
	check(t, r.sim.FaultStream(ibkrsim.Silence, 0))
	r.await("the silence is noticed", func() bool { return r.logs(`"ready":false`) >= 2 })
	r.await("a new stream", func() bool { return r.logs(`"ready":true`) > up })
	r.compared()
	r.await("reconciled", func() bool { return r.ask("status", engine.ControlRequest{}).Status.Reconciled })
	r.given <- market.BuyMarket(1, market.Shares(10))
	r.reaches(0, "Filled")
	if s := r.end(); s.Fills != 1 || !s.Reconciled || !s.BrokerPositionsMatch {
		t.Errorf("%+v", s)
	}
}
