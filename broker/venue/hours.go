package venue

import (
	"time"

	"gannet/market"
)

// latest is the last moment a venue believes in: 2200-01-01. A time beyond it
// is a fault of the feed.
const latest = market.Nanos(7258118400) * market.Second

// hours answers whether a session is open, and remembers for how long that
// answer holds.
type hours struct {
	session     market.Session
	from, until market.Nanos // the answer holds for from <= t < until
	open        bool
}

// isOpen is session.IsOpen. While it is open, from is when it opened; while
// it is closed, until is when it opens next.
func (h *hours) isOpen(at market.Nanos) bool {
	if h.session.AlwaysOpen() {
		return true
	}
	if at < h.from || at >= h.until {
		h.look(at)
	}
	return h.open
}

func (h *hours) look(at market.Nanos) {
	closing := h.session.NextClose(at)
	open, _ := h.session.Bounds(closing - 1)
	h.open = at >= open
	if h.open {
		h.from, h.until = open, closing
		return
	}
	h.from, h.until = at, open
}

// endOfDay is when a DAY order of that moment expires: the next close of the
// session, or the next midnight UTC where the market never closes.
func endOfDay(s market.Session, at market.Nanos) market.Nanos {
	if s.AlwaysOpen() {
		return at - at%market.Day + market.Day
	}
	return s.NextClose(at)
}

// endOfDate is the close of the session on the date that at lies on, or of the
// next date that has one. The date is the exchange's, but a moment that is
// midnight UTC is a bare date and means that date.
func endOfDate(s market.Session, at market.Nanos) market.Nanos {
	if s.AlwaysOpen() {
		return endOfDay(s, at)
	}
	date := at.Time()
	if at%market.Day != 0 {
		date = date.In(s.Loc)
	}
	year, month, day := date.Date()
	return s.NextClose(market.NanosOf(time.Date(year, month, day, 0, 0, 0, 0, s.Loc)))
}
