// Package membus is the bus of a backtest: events in memory, in order, in one
// goroutine. The same run gives the same order every time.
//
//	b := membus.New()
//	stop, err := b.Subscribe(market.KindFill, func(ev *market.Event) { ... })
//	err = b.Publish(&ev) // the subscribers have run when it returns
//
// Publish calls the subscribers of the kind in the order in which they
// subscribed. What a subscriber publishes meanwhile is copied, waits in a
// queue, and goes out, first in first out, before the outer Publish returns.
// So no subscriber is called inside another, and all see the same sequence.
// Request calls the service directly.
//
// Publishing a tick from outside a subscriber allocates nothing.
//
// It is not safe for use by several goroutines, has no buffer that could
// overflow, drops nothing, and does not encode: a subscriber sees the
// publisher's own value and must not change it.
package membus
