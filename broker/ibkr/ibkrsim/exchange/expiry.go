package exchange

import (
	"slices"
	"time"

	"gannet/market"
)

// stockDays says which dates New York trades on.
var stockDays = market.NYSE(time.UTC)

func tradingDay(date time.Time) bool {
	open, _ := stockDays.Bounds(market.NanosOf(date) + 12*market.Hour)
	return open != 0
}

// lastTradingDay is date or the trading day before it.
func lastTradingDay(date time.Time) time.Time {
	for !tradingDay(date) {
		date = date.AddDate(0, 0, -1)
	}
	return date
}

// back is n trading days before a trading day.
func back(date time.Time, n int) time.Time {
	for range n {
		date = lastTradingDay(date.AddDate(0, 0, -1))
	}
	return date
}

// thirdFriday is the third Friday of a month, or the trading day before it.
func thirdFriday(year int, month time.Month) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	friday := 1 + (int(time.Friday)-int(first.Weekday())+7)%7
	return lastTradingDay(first.AddDate(0, 0, friday-1+14))
}

// crudeExpiry is three trading days before the 25th of the month before.
func crudeExpiry(year int, month time.Month) time.Time {
	return back(lastTradingDay(time.Date(year, month-1, 25, 0, 0, 0, 0, time.UTC)), 3)
}

// goldExpiry is the third last trading day of the month.
func goldExpiry(year int, month time.Month) time.Time {
	return back(lastTradingDay(time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)), 2)
}

// optionExpiries are the next two Fridays and the next three third Fridays, in
// order.
func optionExpiries(today time.Time) []time.Time {
	var all []time.Time
	for day := today.AddDate(0, 0, 1); len(all) < 2; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Friday && lastTradingDay(day).After(today) {
			all = append(all, lastTradingDay(day))
		}
	}
	months := 0
	for month := today.Month(); months < 3; month++ {
		if expiry := thirdFriday(today.Year(), month); expiry.After(today) {
			all = append(all, expiry)
			months++
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// expiryTime is when a derivative ends: 16:00 in New York on its date, or
// 20:00 UTC when that place is not known. 0 for what does not end.
func expiryTime(i *Instrument, newYork *time.Location) market.Nanos {
	if i.SecType != Future && i.SecType != Option {
		return 0
	}
	hour := 16
	if newYork == nil {
		newYork, hour = time.UTC, 20
	}
	date, err := time.ParseInLocation("20060102", i.Expiry, newYork)
	if err != nil {
		return 0
	}
	return market.NanosOf(date.Add(time.Duration(hour) * time.Hour))
}
