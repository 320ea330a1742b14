package workspace

import (
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// History is what the portfolio analyst works with.
type History interface {
	// Days are an account's days, oldest first, and its base currency. False:
	// no such account.
	Days(account string) (days []Day, currency string, ok bool)
	// Transactions are an account's in a contract, oldest first.
	Transactions(account string, conid int64) []Transaction
}

// Day is the end of an account's day. An account's first deposit is a flow.
type Day struct {
	Date string       // YYYYMMDD
	NAV  market.Money // net asset value, base currency
	Flow market.Money // what came in during the day, less what went out
}

const dateText = "20060102"

// span is the days of a period. before is the day that it is measured from.
type span struct {
	start, end string
	before     Day
	days       []Day
}

// periods of the analyst, as the API names them. 12M is another name for 1Y.
var periods = []string{"1D", "7D", "MTD", "1M", "3M", "6M", "12M", "YTD", "1Y"}

// startOf is the first day of a period that ends with a day.
func startOf(period string, end time.Time) (time.Time, bool) {
	switch period {
	case "1D":
		return end, true
	case "7D":
		return end.AddDate(0, 0, -6), true
	case "MTD":
		return end.AddDate(0, 0, 1-end.Day()), true
	case "1M":
		return end.AddDate(0, -1, 0), true
	case "3M":
		return end.AddDate(0, -3, 0), true
	case "6M":
		return end.AddDate(0, -6, 0), true
	case "12M", "1Y":
		return end.AddDate(-1, 0, 0), true
	case "YTD":
		return time.Date(end.Year(), time.January, 1, 0, 0, 0, 0, time.UTC), true
	}
	return time.Time{}, false
}

// cut is the days of a period that ends with the last day. Before the first day
// there was nothing.
func cut(days []Day, period string) (span, error) {
	if len(days) == 0 {
		return span{days: []Day{}}, nil
	}
	end, err := time.Parse(dateText, days[len(days)-1].Date)
	if err != nil {
		return span{}, err
	}
	from, ok := startOf(period, end)
	if !ok {
		return span{}, errors.New("unknown period")
	}
	start := max(from.Format(dateText), days[0].Date)
	i, _ := slices.BinarySearchFunc(days, start, func(d Day, date string) int { return strings.Compare(d.Date, date) })
	s := span{start: start, end: days[len(days)-1].Date, days: days[i:], before: Day{Date: start}}
	if i > 0 {
		s.before = days[i-1]
	}
	return s, nil
}

// count is the calendar days of a span, both ends included.
func (s *span) count() int64 {
	from, err := time.Parse(dateText, s.start)
	to, err2 := time.Parse(dateText, s.end)
	if err != nil || err2 != nil {
		return 0
	}
	return int64(to.Sub(from)/(24*time.Hour)) + 1
}

// growth is what a unit became in a day: flows come at its beginning. A day
// that begins with nothing leaves it as it was.
func growth(before market.Money, d Day) *big.Rat {
	base := before.Add(d.Flow)
	if base.Sign() <= 0 {
		return big.NewRat(1, 1)
	}
	return new(big.Rat).Quo(d.NAV.Rat(), base.Rat())
}

// returns are the cumulative time-weighted returns at the end of each day: the
// growth of the days multiplied, less one, exact until they are written.
func (s *span) returns() []json.Number {
	out := []json.Number{}
	total, before := big.NewRat(1, 1), s.before.NAV
	for _, d := range s.days {
		total.Mul(total, growth(before, d))
		before = d.NAV
		out = append(out, gain(total))
	}
	return out
}

// gain is a growth less one, to eight decimals.
func gain(total *big.Rat) json.Number {
	text := new(big.Rat).Sub(total, big.NewRat(1, 1)).FloatString(8)
	return web.Num(market.MustMoney(text))
}

// months are the returns of each calendar month of the span.
func (s *span) months() (names []string, returns []json.Number) {
	names, returns = []string{}, []json.Number{}
	total, before := big.NewRat(1, 1), s.before.NAV
	for i, d := range s.days {
		month := d.Date[:6]
		total.Mul(total, growth(before, d))
		before = d.NAV
		if i+1 == len(s.days) || s.days[i+1].Date[:6] != month {
			names, returns = append(names, month), append(returns, gain(total))
			total = big.NewRat(1, 1)
		}
	}
	return names, returns
}

func (s *span) dates() []string {
	out := []string{}
	for _, d := range s.days {
		out = append(out, d.Date)
	}
	return out
}

func (s *span) navs() []json.Number {
	out := []json.Number{}
	for _, d := range s.days {
		out = append(out, web.Num(d.NAV))
	}
	return out
}

// checkDays says that days are in order and have dates.
func checkDays(days []Day) error {
	last := ""
	for _, d := range days {
		if _, err := time.Parse(dateText, d.Date); err != nil || d.Date <= last {
			return errors.New("the days of the account are not in order")
		}
		last = d.Date
	}
	return nil
}

// merge adds up the days of accounts. An account is worth on a day that it does
// not have what it was worth before.
func merge(all [][]Day) []Day {
	if len(all) == 1 {
		return all[0]
	}
	var dates []string
	for _, days := range all {
		for _, d := range days {
			dates = append(dates, d.Date)
		}
	}
	slices.Sort(dates)
	dates = slices.Compact(dates)
	out := make([]Day, len(dates))
	for _, days := range all {
		var last market.Money
		next := 0
		for i, date := range dates {
			out[i].Date = date
			if next < len(days) && days[next].Date == date {
				last = days[next].NAV
				out[i].Flow = out[i].Flow.Add(days[next].Flow)
				next++
			}
			out[i].NAV = out[i].NAV.Add(last)
		}
	}
	return out
}
