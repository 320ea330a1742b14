// Package strategytest drives a strategy by hand in a test: feed it ticks and
// bars, look at what it asks for, and let its orders be accepted, filled or
// refused.
//
//	h := strategytest.New(t, s, "SPY.ARCA")
//	h.Trade("100")
//	h.Trade("97.50")
//	order := h.Signal()                 // the only signal since the last look
//	h.Fill(order.ID, market.Shares(10), "97.51")
//
// Signals pass through a small stand-in for the desk: each order is known to
// it from the signal on, targets are sized against what the strategy holds
// and has working, and a fill publishes the order, the fill and the position
// in that order. It checks no risk, matches nothing and knows no cash: an
// order does what the test says, and nothing until then.
package strategytest
