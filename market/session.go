package market

import "time"

// Session is the regular trading day of an instrument: from Open to Close
// after local midnight, Monday to Friday. The zero value is always open.
// Holidays and early closes are not known to it.
type Session struct {
	Loc         *time.Location
	Open, Close Nanos // spans after local midnight
}

// USEquity is 09:30 to 16:00 in the given New York location.
func USEquity(newYork *time.Location) Session {
	return Session{Loc: newYork, Open: 9*Hour + 30*Minute, Close: 16 * Hour}
}

// AlwaysOpen says that the session has no hours.
func (s Session) AlwaysOpen() bool { return s.Loc == nil }

// Bounds returns the open and the close of the local day that holds at. Both
// are 0 on a Saturday or Sunday, and for a session that is always open.
func (s Session) Bounds(at Nanos) (open, closing Nanos) {
	if s.AlwaysOpen() {
		return 0, 0
	}
	local := time.Unix(0, int64(at)).In(s.Loc)
	if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
		return 0, 0
	}
	year, month, day := local.Date()
	return s.clock(year, month, day, s.Open), s.clock(year, month, day, s.Close)
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

// NextClose is the first close that is after at, and 0 when always open.
func (s Session) NextClose(at Nanos) Nanos {
	if s.AlwaysOpen() {
		return 0
	}
	for day := at; ; day += Day {
		if _, closing := s.Bounds(day); closing > at {
			return closing
		}
	}
}
