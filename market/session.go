package market

import "time"

// Session is the trading day of an instrument: from Open to Close, on the
// dates Monday to Friday of its place that are not Holidays. The zero value is
// always open.
type Session struct {
	Loc *time.Location

	// Open and Close are what the wall shows, as spans after the midnight at
	// which the date begins. A negative Open is on the evening before: the
	// session of a Monday that opens at -6 h begins on Sunday at 18:00.
	Open, Close Nanos

	Holidays *Holidays // nil: none
}

// USEquity is 09:30 to 16:00 in the given New York location. It knows no
// holidays; NYSE does.
func USEquity(newYork *time.Location) Session {
	return Session{Loc: newYork, Open: 9*Hour + 30*Minute, Close: 16 * Hour}
}

// AlwaysOpen says that the session has no hours.
func (s Session) AlwaysOpen() bool { return s.Loc == nil }

// Bounds returns the open and the close of the trading day that holds at: of
// its local date, or of the next date when that date's session has opened on
// this evening. Both are 0 on a Saturday, a Sunday or a holiday, and for a
// session that is always open.
func (s Session) Bounds(at Nanos) (open, closing Nanos) {
	if s.AlwaysOpen() {
		return 0, 0
	}
	return s.on(s.date(at))
}

// date is the date that at trades for.
func (s Session) date(at Nanos) (year int, month time.Month, day int) {
	year, month, day = time.Unix(0, int64(at)).In(s.Loc).Date()
	if s.Open < 0 && at >= s.clock(year, month, day+1, s.Open) {
		day++
	}
	return year, month, day
}

// on is the session of a date. The day may lie outside the month.
func (s Session) on(year int, month time.Month, day int) (open, closing Nanos) {
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if weekday := date.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		return 0, 0
	}
	after, differs := s.Holidays.on(date)
	if !differs {
		return s.clock(year, month, day, s.Open), s.clock(year, month, day, s.Close)
	}
	if after <= s.Open || after == 0 {
		return 0, 0
	}
	return s.clock(year, month, day, s.Open), s.clock(year, month, day, min(after, s.Close))
}

// clock is a wall-clock time of a local day; on a day of a clock change it is
// what the wall shows, not a span after midnight.
func (s Session) clock(year int, month time.Month, day int, after Nanos) Nanos {
	seconds, rest := int(after/Second), int(after%Second)
	return NanosOf(time.Date(year, month, day, 0, 0, seconds, rest, s.Loc))
}

// IsOpen says whether at lies in the session: open <= at < close.
func (s Session) IsOpen(at Nanos) bool {
	if s.AlwaysOpen() {
		return true
	}
	open, closing := s.Bounds(at)
	return open != 0 && at >= open && at < closing
}

// Next returns the open and the close of the session that is open at that
// moment, or else of the first one after it. Both are 0 when always open.
func (s Session) Next(at Nanos) (open, closing Nanos) {
	if s.AlwaysOpen() {
		return 0, 0
	}
	year, month, day := s.date(at)
	for ; ; day++ {
		if open, closing = s.on(year, month, day); closing > at {
			return open, closing
		}
	}
}

// NextClose is the first close that is after at, and 0 when always open.
func (s Session) NextClose(at Nanos) Nanos {
	_, closing := s.Next(at)
	return closing
}
