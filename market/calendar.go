package market

import (
	"slices"
	"time"
)

// NYSE is USEquity with the holidays and half days of 2024 to 2028, as the
// New York Stock Exchange publishes them (nyse.com, Holidays & Trading Hours).
func NYSE(newYork *time.Location) Session {
	s := USEquity(newYork)
	s.Holidays = nyse
	return s
}

// NYSEExtended is 04:00 to 20:00 on the dates of NYSE, to 17:00 on half days:
// regular hours and what is traded before and after them.
func NYSEExtended(newYork *time.Location) Session {
	return Session{Loc: newYork, Open: 4 * Hour, Close: 20 * Hour, Holidays: nyseExtended}
}

// Globex is the week of CME Group's futures: from Sunday 18:00 to Friday
// 17:00, with a break from 17:00 to 18:00 each day, in New York. Of its
// holidays of 2024 to 2028 it has those of equity futures.
func Globex(newYork *time.Location) Session {
	return Session{Loc: newYork, Open: -6 * Hour, Close: 17 * Hour, Holidays: globex}
}

// ForexWeek is the week of currencies: from Sunday 17:15 to Friday 17:00, with
// a break of 15 minutes at 17:00 each day, in New York. It is closed at
// Christmas and New Year.
func ForexWeek(newYork *time.Location) Session {
	return Session{Loc: newYork, Open: -6*Hour - 45*Minute, Close: 17 * Hour, Holidays: forex}
}

// shut are the dates on which New York's exchanges and CME do not trade; idle
// are those on which New York does not, and CME stops at noon (Chicago).
var (
	shut = []int{
		20240101, 20240329, 20241225, 20250101, 20250418, 20251225, 20260101, 20260403, 20261225,
		20270101, 20270326, 20271224, 20280414, 20281225,
	}
	idle = []int{
		20240115, 20240219, 20240527, 20240619, 20240704, 20240902, 20241128,
		20250120, 20250217, 20250526, 20250619, 20250704, 20250901, 20251127,
		20260119, 20260216, 20260525, 20260619, 20260703, 20260907, 20261126,
		20270118, 20270215, 20270531, 20270618, 20270705, 20270906, 20271125,
		20280117, 20280221, 20280529, 20280619, 20280704, 20280904, 20281123,
	}
	half = []int{
		20240703, 20241129, 20241224, 20250703, 20251128, 20251224, 20261127, 20261224,
		20271126, 20280703, 20281124,
	}
)

// mourning is the national day of mourning of 9 January 2025: New York was
// closed, equity futures stopped when New York would have opened.
const mourning = 20250109

var (
	nyse         = stockHolidays(13 * Hour)
	nyseExtended = stockHolidays(17 * Hour)
	globex       = futureHolidays()
	forex        = must(NewHolidays(at(0, 20240101, 20241225, 20250101, 20251225, 20260101, 20261225, 20270101, 20281225)...))
)

func stockHolidays(halfDay Nanos) *Holidays {
	return must(NewHolidays(slices.Concat(at(0, shut...), at(0, idle...), at(0, mourning), at(halfDay, half...))...))
}

func futureHolidays() *Holidays {
	stop := at(9*Hour+30*Minute, mourning)
	return must(NewHolidays(slices.Concat(at(0, shut...), at(13*Hour, idle...), at(13*Hour+15*Minute, half...), stop)...))
}

// at gives all dates one close.
func at(closing Nanos, dates ...int) []Holiday {
	list := make([]Holiday, len(dates))
	for i, date := range dates {
		list[i] = Holiday{Date: date, Close: closing}
	}
	return list
}
