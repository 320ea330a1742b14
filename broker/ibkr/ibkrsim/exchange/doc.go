// Package exchange is what the simulator trades: products with their contract
// data, their top of book, the trades and bars of their day, and where prices
// come from: a seeded random walk, recorded data, or a test.
//
//	x, err := exchange.New(exchange.Config{Instruments: exchange.DefaultInstruments(), Seed: 7})
//	x.Turn(now, func(p *exchange.Product, t *market.Tick) { venue.OnTick(t) })
//
// It has no clock: time comes in with each call. The same seed gives the same
// sequence of prices. It knows nothing of accounts, orders or HTTP.
package exchange
