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
// so what passes here is not one mistake made twice.
func TestSuiteOnSimulator(t *testing.T) {
	brokertest.Run(t, func(t *testing.T) brokertest.Harness {
		sim, err := ibkrsim.Start(ibkrsim.Options{
			Manual: true, Timing: ibkrsim.Timing{Bridge: 20 * time.Millisecond, Cancel: 10 * time.Millisecond},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { sim.Close() })
		// The conid is left out, to be looked up.
		table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", SecType: "STK", Currency: "USD"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := ibkr.New(ibkr.Config{
			BaseURL: sim.URL(), Pin: sim.Pin(), Account: "DU1000001", Paper: true, Instruments: table,
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
		return brokertest.Harness{
			Broker: a, Account: "DU1000001", Instrument: 1, Drop: sim.DropSockets,
			Quote: func(bid, ask market.Price) {
				q := ibkrsim.Quote{Bid: bid, Ask: ask, Last: bid, BidSize: market.Shares(1000), AskSize: market.Shares(1000)}
				if err := sim.SetPrice("SPY", q); err != nil {
					t.Error(err)
				}
			},
		}
	})
}
