// Package market holds the values of the field: prices, quantities, money,
// times, instruments, ticks, bars, orders, execution reports, fills,
// positions, and the events that carry them between stages.
//
// It imports nothing of Gannet's. Everything in it is pure: no clock, no
// goroutine, no I/O, no randomness. Numbers that stand for money are exact:
// Price and Qty are int64 fixed point, Money is a decimal. Names follow
// FIX 4.4 where FIX has a word.
//
// The zero value of every type is safe to read. Zero means "not set" for a
// Price or a Nanos, and "none" for an InstrumentID.
package market
