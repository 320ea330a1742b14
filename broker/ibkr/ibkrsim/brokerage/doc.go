// Package brokerage is the simulator's truth: accounts with their cash and
// holdings, orders and how they are worked, executions, and the state file
// that keeps them. It outlives every session and knows nothing of HTTP.
//
// A House works an order in two places. What an exchange understands (MKT,
// LMT, STP, STOP_LIMIT) rests on a broker/venue; what only IBKR's own system
// understands is held here until its time comes: trailing stops, orders if
// touched, pegged and all-or-none orders, auctions, children of a bracket,
// combinations.
//
//	h, err := brokerage.Open(brokerage.Config{Exchange: x, Accounts: []brokerage.AccountConfig{{ID: "DU1000001"}}})
//	o := &brokerage.Order{Account: "DU1000001", COID: "my-1", Product: x.ByConid(756733), Ticket: ticket}
//	refusal := h.Submit(o)
//	x.Turn(now, func(_ *exchange.Product, t *market.Tick) { h.OnTick(t) })
//	changes, err := h.Commit() // durable from here on; now tell the clients
//
// What fills cost and what orders tie up is by package rates: an order keeps
// what it has been charged, by leg, so that a minimum counts once over all its
// fills and a restart goes on where it was. Afford refuses what the account
// cannot pay beside the orders that work already, and what has no price list.
//
// Derivatives end at Product.Ended: their orders are cancelled and what is held
// of them is settled in cash, by a Move that Settles: futures at the last price,
// options at what exercising them brings, event contracts at all or nothing.
// The state file keeps every derivative that was ordered or held, and the last
// price of those that are held when the house is closed and when a day ends. A
// contract that ended while the house was closed is settled at that price (or
// that of its last trade here) by the first Advance, an option at that of its
// underlying; without one, it waits for a price of the underlying.
//
//	listed, err := brokerage.Listed(path) // to be listed beside today's contracts before Open
//
// # Contract
//
//   - Nothing is to be told to anybody before Commit has returned: it writes the
//     step to the state file first.
//   - Cash, positions, executions and moves of an account always add up exactly.
//   - The same calls with the same times give the same bytes.
//   - Time comes in with Advance and OnTick and never goes back.
//
// # What it does not promise
//
// It is not safe for concurrent use. It keeps Config.Keep finished orders and
// executions in memory; older ones live on in the sums and in the state file
// only. The file survives the death of the process, not a loss of power. No
// option is exercised or assigned, also not early: no shares are delivered.
package brokerage
