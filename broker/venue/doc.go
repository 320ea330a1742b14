// Package venue is a simulated venue: it takes orders and market data, and
// says what trades. The backtest and the IBKR simulator are built on it.
//
// It is pure: time comes in with the data, the same calls give the same
// reports, and nothing is random. One goroutine uses a Venue at a time.
//
//	v := venue.New(venue.Config{Instruments: table})
//	v.OnTick(&tick)            // time, book, and the orders resting on it
//	v.Submit(&order)           // at the venue's time
//	for _, r := range v.Reports() {
//		// New, Trade, Canceled, ... in the order they happened
//	}
//
// Bars come in slices: OnBar for each bar that ends at a time, then Match.
// Advance lets time pass without data.
//
// The orders are those of one user: they do not trade with each other. They
// are looked at in the order they were accepted. Work on a tick grows with
// the open orders of its instrument only. Orders that are done are forgotten,
// all but their ClientOrderID, which is never taken twice.
//
// # What both profiles share
//
// A trade never goes beyond a limit, or beyond the order's quantity. Nothing
// trades while market.FlagHalted or market.FlagStale is set; delayed data
// trades like any other. An order that is not for outside regular hours
// (Ticket.OutsideRTH) rests while its session is closed. What IOC and FOK
// orders do not get of the first tick, or the first bar, is canceled; they are
// for MKT and LMT. A DAY order expires at the next close of its session, or at
// midnight UTC where the market never closes. The commission of a fill is the
// fee of all the order traded, less what its earlier fills were charged.
// Holidays and early closes are those of the instrument's market.Session.
//
// # Profile gannet, the default: like the live venue
//
// On ticks:
//   - MKT takes what the opposite quote shows, at the quote. The rest fills
//     as the quote refreshes: what an update shows can be taken once. A feed
//     that never gave a size bounds nothing.
//   - LMT takes the opposite quote when it is within the limit: at the quote
//     as long as it has been in reach since the order came in, at the limit
//     once the order has rested. A resting order also fills at its limit when
//     a trade prints beyond it, for the size of that trade.
//   - STP triggers when the last trade is at the stop or beyond (IBKR's default
//     for US stocks), and is a market order then. STOP_LIMIT is a limit order then.
//   - TRAIL keeps its stop at the trail from the best trade since it came in,
//     or at Ticket.StopPx as long as that is nearer to the market.
//   - Trades of an earlier session, or from outside the session, trigger and
//     fill nothing but orders that work outside of it.
//   - Without quotes, the last trade stands for both sides, for its size.
//     Without trades, stops look at the opposite quote.
//
// On bars, for an instrument that has had no tick (a later tick ends this):
//   - An order meets the bars that come after it: the ask bars for a buy and
//     the bid bars for a sell where there are any, else the trade bars. Of a
//     bar in which it came in, only the close counts. Bars marked Filled do not.
//   - MKT fills at the open. LMT fills when the bar goes beyond the limit, at
//     the limit, or at the open if that is better. STP fills when the bar gets
//     to the stop, at the stop, or at the open if that is worse.
//   - STOP_LIMIT that triggers is a limit order from the next bar on. TRAIL looks
//     for a fill first and moves its stop after the bar's best price then.
//   - All fills of a slice together are bounded by the trade bar's volume, if
//     it has one.
//   - An order may trade on a bar that begins before the order expires.
//
// GTD expires at Ticket.ExpireTime exactly. OPG and CLS are refused. Prices
// off the tick size are refused. The fee is IBKR's fixed plan for US stocks:
// 0.005 a share, at least 1, at most 1 % of the trade's value, also where that
// is below 1; the same numbers are used for every instrument. A target weight
// is weight x equity / price toward zero, less what the fee takes.
//
// # Profile lean-equity: QuantConnect LEAN's equity backtests
//
// A tick counts as flat bars: a trade bar for a trade, bid and ask bars for
// quotes. No fill is bounded by a size. An order never fills on a bar that was
// there when it came in, but for market orders:
//   - MKT fills at once: a buy at the close of the last ask bar, a sell of the
//     last bid bar, without quotes at the trade close. Before the first bar it is
//     refused. Outside the session, or with OPG, it fills at the open of the
//     first regular trade bar of a session that opens at or after the order's
//     time. With CLS it fills at the close of the bar that ends at the close; it
//     is refused later than 15 minutes 30 seconds before.
//   - LMT fills when the trade bar goes beyond the limit, at the limit, or at
//     the open if that is better. STP fills when the trade bar gets to the stop,
//     at the stop, or at the open if that is worse. Only bars of regular hours count.
//   - STOP_LIMIT and TRAIL look at the quote bar of their side (ask for a buy),
//     at the trade bar where there are no quotes. STOP_LIMIT triggers when the bar
//     goes beyond the stop and stays triggered; it fills when the bar closes
//     beyond the limit: a buy at the lower of high and limit, a sell at the
//     higher of low and limit. TRAIL fills when the bar gets to the stop, at the
//     worse of stop and close; else the stop moves after the bar's best price. Its first
//     stop is Ticket.StopPx, or the trail from the trade close.
//   - DAY expires at the close and GTD at the close of the date of
//     Ticket.ExpireTime, both before fills. The date is the exchange's, but a
//     moment that is midnight UTC is a bare date and means that date.
//     Market orders do not expire.
//   - Prices off the tick size are rounded to it, half to even. Give the
//     instrument no tick size where prices are adjusted for dividends.
//   - The fee is 0.005 a share, at least 1, otherwise at most 0.5 % of the value.
//   - A target weight p is T = p x 0.9975 x equity; nothing if that is less than
//     0.1 % of the equity away from what is held; else T / price toward zero. While
//     that holding is worth more than T, T is taken anew from the equity less the
//     fee. A weight of 0 closes the holding.
//
// # What it does not promise
//
// Nothing about queues: a resting order has no place in one. No slippage
// beyond the shown size, no market impact, no latency: a caller that wants
// latency submits later.
package venue
