package market

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Holiday is a date on which a session differs from other days.
type Holiday struct {
	Date  int   // 20241129 is 29 November 2024
	Close Nanos // when it closes, a span after midnight; 0: closed all day
}

// Holidays is a table of holidays. It is built once and then only read; nil is
// an empty one.
type Holidays struct{ list []Holiday }

// NewHolidays makes a table, in any order. An error names a date that does not
// exist or comes twice, or a close that is not of its day.
func NewHolidays(list ...Holiday) (*Holidays, error) {
	h := &Holidays{list: slices.Clone(list)}
	slices.SortFunc(h.list, func(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) })
	for i, one := range h.list {
		year, month, day := one.Date/10000, time.Month(one.Date/100%100), one.Date%100
		if number(time.Date(year, month, day, 0, 0, 0, 0, time.UTC)) != one.Date || year < 1 {
			return nil, fmt.Errorf("market: holiday %d: no such date", one.Date)
		}
		if i > 0 && h.list[i-1].Date == one.Date {
			return nil, fmt.Errorf("market: holiday %d: given twice", one.Date)
		}
		if one.Close < 0 || one.Close > Day {
			return nil, fmt.Errorf("market: holiday %d: close %s after midnight: want a time of the day", one.Date, one.Close.Duration())
		}
	}
	return h, nil
}

// All is the table by date. Do not change it.
func (h *Holidays) All() []Holiday {
	if h == nil {
		return nil
	}
	return h.list
}

// on says whether a date is in the table, and when it closes.
func (h *Holidays) on(date time.Time) (closing Nanos, differs bool) {
	if h == nil {
		return 0, false
	}
	i, found := slices.BinarySearchFunc(h.list, number(date), func(one Holiday, date int) int { return cmp.Compare(one.Date, date) })
	if !found {
		return 0, false
	}
	return h.list[i].Close, true
}

// number is a date as 20241129.
func number(date time.Time) int {
	year, month, day := date.Date()
	return year*10000 + int(month)*100 + day
}
