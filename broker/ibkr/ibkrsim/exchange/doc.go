// Package exchange is what the simulator trades: products with their contract
// data, their hours, their book, the bars and figures of their days, and where
// prices come from: a seeded synthetic market, recorded data, or a test.
//
//	x, err := exchange.New(exchange.Config{Instruments: exchange.Universe(now), Seed: 7, Start: now})
//	x.Turn(now, func(p *exchange.Product, t *market.Tick) { venue.OnTick(t) })
//	bars := x.Find("SPY").History(exchange.Query{From: now - market.Day, Length: 5 * market.Minute})
//
// It has no clock: time comes in with each call, and must not go back. The
// same seed and Start, turned at the same times, give the same market. In a
// synthetic one stocks, currencies and the nearest futures are random walks,
// further futures and options follow what they are on. It has a past of 500
// trading days that leads up to its first price; an option has 30. History
// never contradicts what was streamed. What expires keeps its last market and
// gets no other; what has expired at the start has none, and no past.
//
// Not promised: that products move together (ES does not follow SPY, nor a
// cross rate its two legs), bars of less than a minute, new expiries in a
// market that runs for weeks, halts, dividends and splits. Recorded data and
// prices set by hand have no past. It knows nothing of accounts, orders or
// HTTP.
package exchange
