package ibkr_test

import (
	"testing"
	"time"

	"gannet/broker/brokertest"
	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// The simulator of the Web API was written without this package's wire types,
// so what passes here is not one mistake made twice. Each way to log in has to
// carry all of a trading day: connect, fill, cancel, modify, lose the stream.
func TestSuiteOnSimulator(t *testing.T) {
	for _, m := range modes() {
		t.Run(m.name, func(t *testing.T) {
			brokertest.Run(t, func(t *testing.T) brokertest.Harness { return m.harness(t) })
		})
	}
}

func (m *mode) harness(t *testing.T) brokertest.Harness {
	d, auth := m.start(t, ibkrsim.Options{})
	a, err := ibkr.New(ibkr.Config{
		BaseURL: m.address(d), Pin: d.sim.Pin(), Auth: auth, Account: "DU1000001", Paper: true, Instruments: spyTable(t),
		Questions: ibkr.Questions{Confirm: []string{"o163", "o354", "o383", "o451", "o10151"}},
		Pacing:    ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond, Tickle: time.Millisecond},
		Timeouts: ibkr.Timeouts{
			Order: 5 * time.Second, Retry: 2 * time.Millisecond, Status: 5 * time.Millisecond,
			BackoffMin: 2 * time.Millisecond, BackoffMax: 20 * time.Millisecond,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.reach(d, a.Client())
	return brokertest.Harness{
		Broker: a, Account: "DU1000001", Instrument: 1, Drop: d.sim.DropSockets,
		Quote: func(bid, ask market.Price) {
			q := ibkrsim.Quote{Bid: bid, Ask: ask, Last: bid, BidSize: market.Shares(1000), AskSize: market.Shares(1000)}
			if err := d.sim.SetPrice("SPY", q); err != nil {
				t.Error(err)
			}
		},
	}
}
