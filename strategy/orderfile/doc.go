// Package orderfile is the strategy "orderfile": it sends the orders of a CSV
// file at their times. It answers "what would these orders have done" in a
// backtest, and runs a prepared list live.
//
// The first line is the header, as here:
//
//	time,instrument,side,qty,type,limit,stop,trail,tif,gtd
//	2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,10,LMT,99.50,,,GTC,
//	2026-01-05T09:31:00-05:00,SPY.ARCA,SELL,5,TRAIL,,,0.25,GTD,2026-01-09
//
// time is RFC 3339 with an offset; instrument is SPY.ARCA, or SPY where that
// is clear; type is MKT, LMT, STP, STOP_LIMIT or TRAIL;
// tif is DAY, GTC, IOC, FOK, GTD or empty for DAY; gtd is RFC 3339, or a date
// that stands for the close of the instrument's session on that day. Cells
// that the type has no use for stay empty; TRAIL can have its first stop.
//
// A row is sent with the first tick, bar or timer at or after its time; with
// bars that is the bar that ends then. Rows of one time are sent in their
// order in the file. Rows from before the start of the run are not sent, so
// that a restart does not send them again; a backtest starts a day before its
// first data point.
//
// Errors name file, line, column and what would be right. The strategy does
// not read the file itself: see strategy.LoadFiles.
package orderfile
