// Package backtest replays recorded market data through the same strategies,
// desk, risk gate and positions that trade live, against the simulated venue
// of broker/venue, in one goroutine over the in-memory bus.
//
// At each data point, in this order: the venue takes the new prices and looks
// at resting orders; the desk takes the quote; reports of those orders are
// booked and the strategies hear of them; then the strategies see the data;
// what they ask for passes the risk gate and reaches the venue at the same
// moment. Bars that end at one time are one data point in time: all prices are
// updated before any order is looked at. A bar is also shown to strategies as
// a tick of its close.
//
// The same data, strategies and settings give the same Result.Hash, on any
// machine. What it does not model: latency, market impact, borrowing, and
// interest on cash.
package backtest
