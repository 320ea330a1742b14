// Package emacross is the strategy "emacross": it holds the side to which a
// fast exponential moving average of the closes has crossed a slow one. It is
// the EMA-cross rule that NautilusTrader's examples have.
//
// The averages have the weight 2/(n+1) for the newest close and start with
// the first. Bars that did not move (open, high, low and close equal) change
// the averages and are not acted on. From the moment the slow average has
// seen its n closes: while the fast one is at or over the slow one, the
// strategy buys when flat, and when short closes the position and buys, as
// two orders. While the fast one is under the slow one it does the mirror
// image, or with short: false only closes. While any order works it does
// nothing.
//
// Closes are those of bars of the interval bar. When bar is empty they are
// those of whatever bars the data has, and as long as there are none the
// trades, or the middles of the quotes where there are no trades. Of several
// kinds of bars (intervals; trade, bid and ask) those count of which the first
// was one; bar and price choose.
//
//	fast: 10
//	slow: 20
//	qty: 10
//	bar: 1m
package emacross
