package brokertest_test

import (
	"testing"

	"gannet/broker"
	"gannet/broker/brokertest"
	"gannet/market"
)

// newBroker stands for the broker under test and its venue.
func newBroker(*testing.T) (b broker.Broker, quote func(bid, ask market.Price), cut func()) {
	return nil, nil, nil
}

// What a broker's own test package does.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestSuite(t *testing.T)
		brokertest.Run(t, func(t *testing.T) brokertest.Harness {
			b, quote, cut := newBroker(t)
			return brokertest.Harness{Broker: b, Account: "DU1234567", Instrument: 1, Quote: quote, Drop: cut}
		})
	}
}
