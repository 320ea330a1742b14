package exchange

import (
	"time"

	"gannet/market"
)

// TradingDay is a date on which a product is traded, and when. An evening may
// belong to the next date.
type TradingDay struct {
	Date           string       // YYYYMMDD
	Open, Close    market.Nanos // regular hours
	Begins, Closes market.Nanos // with the hours before and after
}

// Schedule is the trading days of the next so many dates, today's the first:
// a week in contract/trading-schedule. A date without trading is left out. A
// market that is always open is open from midnight to midnight UTC.
func (i *Instrument) Schedule(now market.Nanos, dates int) []TradingDay {
	var all []TradingDay
	loc := i.Zone()
	year, month, day := now.Time().In(loc).Date()
	for n := range min(max(dates, 0), 400) {
		noon := time.Date(year, month, day+n, 12, 0, 0, 0, loc)
		at := market.NanosOf(noon)
		one := TradingDay{Date: noon.Format("20060102"), Open: floorDay(at), Close: floorDay(at) + market.Day}
		one.Begins, one.Closes = one.Open, one.Close
		if !i.Session.AlwaysOpen() {
			one.Open, one.Close = i.Session.Bounds(at)
			one.Begins, one.Closes = i.Extended.Bounds(at)
		}
		if one.Open != 0 {
			all = append(all, one)
		}
	}
	return all
}

// Zone is the place by whose clock the product is traded; UTC for one that is
// always open.
func (i *Instrument) Zone() *time.Location {
	if i.Session.AlwaysOpen() {
		return time.UTC
	}
	return i.Session.Loc
}
