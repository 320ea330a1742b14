// Package brokertest is the suite that every broker.Broker passes. It speaks
// to the broker through that interface only; a few hooks of the Harness move
// the market and cut the link.
//
// # Contract
//
// Run starts a fresh broker for every test and checks what the desk relies on:
// an order is executed once however often its id is sent; fills add up to the
// order; what rests can be canceled and replaced; a refusal is one report with
// a text; the snapshot agrees with the reports; nothing is lost over a broken
// link.
//
// # What it does not promise
//
// It does not test what only one broker has: questions, pacing, sessions.
//
// # Use
//
//	func TestSuite(t *testing.T) {
//		brokertest.Run(t, func(t *testing.T) brokertest.Harness { ... })
//	}
package brokertest
