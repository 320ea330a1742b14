// Package strategy is what a user writes against: the Strategy interface, the
// Context it is called with, the Host that calls it, and the registry that
// makes a strategy from its name and its parameters.
//
// A strategy has one method, OnTick. The other interfaces of strategy.go are
// optional; the host finds once, when it is made, which of them a strategy
// has. The smallest useful strategy is the package's example.
//
// The host is a pure machine: Host.Step takes one event and appends to Effects
// what the strategies asked for. It has no clock, no I/O and no goroutine, so
// that the same events in the same order give the same signals live, in the
// simulator and in a backtest. Host.Hash folds its state into one number.
//
// # Contract
//
//   - All methods of a strategy are called from one goroutine, one at a time.
//     A strategy must not block, start goroutines or read a clock: ctx.Now is
//     the time.
//   - A Context is valid during the call that got it.
//   - ctx.Submit only queues. What becomes of an order comes back through
//     OnOrder, a denial by our own risk checks included.
//   - A strategy sees its own orders, fills and positions only, and the market
//     data of the instruments it was given.
//   - What works counts from the moment of ctx.Submit until the order is
//     terminal, so ctx.Position(i).Idle() never lets an order out twice. A
//     fill that is known from its order counts as working until the position
//     holds it.
//
// What the caller of Host.Step must do: hand over every Order, Fill and
// Position that the desk publishes, in the order in which it publishes them
// (for each fill the Order, the Fill, the Position); answer every Submit,
// Target and TargetWeight with at least one Order of the same ClientOrderID,
// Denied when nothing was to be done; return a Timer event for every timer.
//
// # What it does not promise
//
// A strategy's own fields are not saved: after a restart it begins anew, and
// hears of positions and open orders through the same events as before. A
// panic of a strategy is not caught. Order tells about open orders only.
package strategy
