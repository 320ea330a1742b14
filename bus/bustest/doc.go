// Package bustest is the suite that every bus passes, so that a strategy
// cannot tell a backtest's bus from a live one.
//
//	func TestBus(t *testing.T) {
//		bustest.Run(t, func(t *testing.T) bus.Bus { return membus.New() })
//	}
//
// The bus must know the instruments of market/wire/wiretest. The suite
// publishes and subscribes on the one bus that it is given; what needs two
// connections, a broken link or permissions is tested where they exist.
package bustest
