package feed

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gannet/market"
)

// wantTime says what parseTime takes.
const wantTime = "RFC 3339 such as 2013-10-07T09:31:00-04:00, UTC such as 2013-10-07 13:31:00, or a Unix time of at least 9 digits in s, ms, us or ns"

// parseTime reads a time of the years 1970 to 2261: RFC 3339 with an offset;
// a date, or a date and time without an offset, which is UTC; or an integer
// Unix time, of which the size tells the unit.
func parseTime(text []byte) (market.Nanos, bool) {
	if len(text) >= 10 && text[4] == '-' {
		return parseCalendar(text)
	}
	v, ok := digits(text)
	switch {
	case !ok || v < 1e8: // 20131007 is no time
		return 0, false
	case v < 1e11:
		return market.Nanos(v) * market.Second, v < math.MaxInt64/1_000_000_000
	case v < 1e14:
		return market.Nanos(v) * market.Millisecond, v < math.MaxInt64/1_000_000
	case v < 1e17:
		return market.Nanos(v) * 1000, v < math.MaxInt64/1_000
	}
	return market.Nanos(v), true
}

// digits reads an unsigned integer of at most 19 digits.
func digits(text []byte) (int64, bool) {
	if len(text) == 0 || len(text) > 19 {
		return 0, false
	}
	var v uint64
	for _, c := range text {
		digit := uint64(c - '0')
		if digit > 9 {
			return 0, false
		}
		v = v*10 + digit
	}
	return int64(v), v <= math.MaxInt64
}

// parseCalendar reads YYYY-MM-DD[{T| }HH:MM[:SS[.f]][Z|+HH:MM|-HH:MM]].
func parseCalendar(text []byte) (market.Nanos, bool) {
	seconds, ok := parseDate(text)
	if !ok || len(text) == 10 {
		return market.Nanos(seconds) * market.Second, ok && seconds > 0
	}
	if c := text[10]; c != 'T' && c != 't' && c != ' ' {
		return 0, false
	}
	clock, nanos, rest, ok := parseClock(text[11:])
	if !ok {
		return 0, false
	}
	offset, ok := parseOffset(rest)
	at := market.Nanos(seconds+clock-offset)*market.Second + nanos
	return at, ok && at > 0
}

// parseDate reads YYYY-MM-DD at the start of text as seconds since 1970.
func parseDate(text []byte) (int64, bool) {
	year, ok1 := digits(text[:4])
	month, ok2 := digits(text[5:7])
	day, ok3 := digits(text[8:10])
	ok := ok1 && ok2 && ok3 && text[4] == '-' && text[7] == '-'
	if !ok || year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysSince1970(year, month, day) * 86_400, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days of the Gregorian calendar, years beginning in
// March so that the leap day is the last of its year.
func daysSince1970(year, month, day int64) int64 {
	month -= 3
	if month < 0 {
		month, year = month+12, year-1
	}
	inYear := (153*month+2)/5 + day - 1
	return year*365 + year/4 - year/100 + year/400 + inYear - 719_468
}

// parseClock reads HH:MM[:SS[.fffffffff]] and returns what follows it.
func parseClock(text []byte) (seconds int64, nanos market.Nanos, rest []byte, ok bool) {
	hour, text, ok1 := twoDigits(text, 23)
	minute, text, ok2 := twoDigits(after(text, ':'), 59)
	if !ok1 || !ok2 {
		return 0, 0, nil, false
	}
	seconds = hour*3600 + minute*60
	if len(text) == 0 || text[0] != ':' {
		return seconds, 0, text, true
	}
	second, text, ok := twoDigits(text[1:], 59)
	if !ok || len(text) == 0 || text[0] != '.' {
		return seconds + second, 0, text, ok
	}
	end := 1
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	fraction, ok := fixed(text[:end], 9)
	return seconds + second, market.Nanos(fraction), text[end:], ok
}

// twoDigits reads a number of two digits that is at most most.
func twoDigits(text []byte, most int64) (int64, []byte, bool) {
	if len(text) < 2 {
		return 0, nil, false
	}
	v, ok := digits(text[:2])
	return v, text[2:], ok && v <= most
}

// after is what follows c at the start of text, or nothing.
func after(text []byte, c byte) []byte {
	if len(text) == 0 || text[0] != c {
		return nil
	}
	return text[1:]
}

// parseOffset reads an offset from UTC in seconds; none is UTC.
func parseOffset(text []byte) (int64, bool) {
	switch {
	case len(text) == 0:
		return 0, true
	case len(text) == 1:
		return 0, text[0] == 'Z' || text[0] == 'z'
	case text[0] != '+' && text[0] != '-':
		return 0, false
	}
	hour, rest, ok1 := twoDigits(text[1:], 23)
	minute, rest, ok2 := twoDigits(after(rest, ':'), 59)
	offset := hour*3600 + minute*60
	if text[0] == '-' {
		offset = -offset
	}
	return offset, ok1 && ok2 && len(rest) == 0
}

// ParseInterval reads a span such as 250ms, 30s, 1m, 4h or 1d; a number
// without a unit counts seconds. It must be positive and at most 366 days.
func ParseInterval(text string) (market.Nanos, error) {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit, known := units[text[len(number):]]
	n, err := strconv.ParseInt(number, 10, 64)
	if !known || err != nil || n <= 0 || n > int64(366*market.Day/unit) {
		return 0, fmt.Errorf("feed: interval %q: want a positive number and ms, s, m, h or d, such as 1m", text)
	}
	return market.Nanos(n) * unit, nil
}

var units = map[string]market.Nanos{
	"": market.Second, "ms": market.Millisecond, "s": market.Second,
	"m": market.Minute, "h": market.Hour, "d": market.Day,
}
