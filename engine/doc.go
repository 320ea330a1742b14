// Package engine runs the machines: it gives each stage a goroutine and a
// bounded inbox, carries their effects out in the right order, keeps the
// journal, and brings everything back after a stop, a crash or a lost link by
// one and the same path.
//
// Stages and who owns what:
//
//   - Feed: the broker's stream goroutine calls Feed.OnTick; normalizer and
//     bars are behind one mutex with the timer that closes bars.
//   - Strategies: one goroutine owns the strategy.Host.
//   - Runner: one goroutine owns the oms.Desk and the journal.
//
// What it promises: an order request leaves only after its Sent record is on
// the disk; reports and fills are in the journal before they are published;
// signals, orders, fills and positions are never dropped; ticks that a stage
// is too slow for are conflated per instrument and counted.
//
// What it does not promise: that a strategy sees every tick, or that a
// strategy's own memory survives a restart. Positions and orders do.
package engine
