// Package feed turns what sources of market data say into the ticks and bars
// that strategies see.
//
//   - A Normalizer merges raw ticks into whole ones, checks them, and knows which
//     instruments are stale.
//   - Bars builds bars of time from ticks, and larger bars from smaller ones.
//   - Open, ReadCSV and Lean read recorded data as a Source; Describe tells what
//     a file holds before it is opened; Merge, Normalize, Load and Memory combine
//     sources and keep them in memory.
//
// The Normalizer and Bars are pure: time comes in as an argument, nothing is
// allocated per tick, and the same input gives the same output and the same
// Hash. Readers do the file I/O. They stream: memory does not grow with the
// size of a file, and a row allocates nothing.
//
// A reader gives raw ticks, of which only the fields in Mask are set, with
// TsInit equal to TsEvent. Put Normalize behind it, or a Normalizer, before
// anything that needs whole ticks.
//
// # Order
//
// A Source is in the order of TsEvent; the TsEvent of a bar is its end. At one
// time ticks come before bars, and what is stamped exactly on a boundary
// belongs to the bar that ends there. Rows that go back in time are an error.
//
// # CSV
//
// The first line names the columns, in any order, in capitals or not, separated
// by commas. Any other name is an error. The rows are ticks or bars:
//
//	time        ticks: when it happened; bars: the start. timestamp is the same
//	end         bars: the end, instead of time
//	instrument  the name such as SPY.ARCA, or the symbol where only one has it;
//	            may be absent when the file is about one instrument
//
//	bid bid_size ask ask_size last last_size
//	            ticks: an empty cell did not change; a bid or ask of 0 is an
//	            empty side of the book; each last is a trade
//
//	open high low close
//	            bars: all needed, low <= open, close <= high
//	volume      bars: may be absent
//	interval    bars: 1m, 4h, 1d, 30s, 250ms, or a number of seconds
//	source      bars: trade (the default), bid or ask
//
// A time is RFC 3339 with an offset (2013-10-07T09:31:00-04:00), a date or a
// date and time without one, which is UTC (2013-10-07 13:31:00.000001), or a
// Unix time of at least nine digits, the size of which tells whether it counts
// s, ms, us or ns. A bar is given at its end: time plus interval, or time itself
// with Options.TimeIsEnd. Without an interval in the rows or in the options it
// is the smallest step between two bars of one instrument in the first 64 KiB.
//
// Prices are plain decimals, exact to 1e-9; more decimals are an error. Sizes
// and volumes are rounded half to even to 1e-8. There are no signs, exponents
// or NaN. A cell may stand in plain quotes.
//
// # LEAN
//
// US equities in the layout of QuantConnect LEAN's Data folder, under a folder
// equity/usa:
//
//	tick|second|minute/<ticker>/YYYYMMDD_trade.zip and _quote.zip
//	hour|daily/<ticker>.zip
//	factor_files/<ticker>.csv
//
//	tick trade  ms,price,size,exchange,condition,suspicious
//	tick quote  ms,bid,bidSize,ask,askSize,exchange,condition,suspicious
//	bar trade   ms,open,high,low,close,volume
//	bar quote   ms, then open,high,low,close,size of the bid and of the ask
//	hour, daily YYYYMMDD HH:MM,open,high,low,close,volume
//
// Prices count 1/10000 of a dollar. Times are the wall clock of New York, ms
// after midnight; for a bar its start. The day, the ticker and the resolution
// are those of the path.
//
//   - Only 09:30 <= time < 16:00 is kept, for ticks too, unless Extended is set.
//     An hour bar is kept when some of it lies in the session.
//   - A bar is given at its end, a daily bar at 16:00. At one time an
//     instrument's trade comes first, then its bid, then its ask.
//   - Suspicious ticks are left out. A quote side of 0 did not change.
//   - Minutes without data are filled with flat bars (Filled) from 09:30 to 16:00
//     (04:00 to 20:00 with Extended), from the first bar known on, also over the
//     end of a day, on each day that has a file of that kind. Holidays and early
//     closes are not known: a half day is filled up to 16:00. Seconds, hours and
//     days are not filled.
//   - Unless Raw is set, prices are multiplied by priceFactor times splitFactor
//     of the first row of the factor file whose day is on or after theirs, and
//     rounded half to even to 1e-9. Sizes are not adjusted. Without a factor file
//     the factor is 1.
//
// # Limits
//
// A line has at most 64 KiB; a zip holds one csv of at most 4 GiB, packed at
// most 400 times. What exceeds this, a damaged file, or a row that makes no
// sense ends the source with an error that names the file, the line, the column
// and what would be right; it never panics.
//
// # What it does not promise
//
// The Normalizer judges each tick by itself: a wrong price within MaxJump of
// the last one passes. It keeps no clock; the caller asks Stale when it wants
// to know. New York's time zone must be known to the system or to the program
// (import time/tzdata).
package feed
