// Package dip is the strategy "dip": it buys once when the price of an
// instrument has fallen by a given percentage from the highest price it has
// seen, and begins to look for the next dip from there. It never buys while
// it holds or works anything in the instrument, and it never sells: it is an
// example, not advice.
//
// It acts on trades: trade ticks, and the closes of trade bars where the data
// has bars.
//
//	qty: 10     # how much to buy
//	drop: 2     # percent under the high
package dip
