package feed

import (
	"time"

	"gannet/market"
)

// wallDay turns New York's wall clock of one day into time.
type wallDay struct {
	year   int
	month  time.Month
	day    int
	loc    *time.Location
	base   market.Nanos // UTC of midnight, as the clock runs at noon
	steady bool         // the clock is not changed on this day
}

func newWallDay(year int, month time.Month, day int, loc *time.Location) wallDay {
	w := wallDay{year: year, month: month, day: day, loc: loc}
	noon := market.NanosOf(time.Date(year, month, day, 12, 0, 0, 0, loc))
	w.base = noon - 12*market.Hour
	w.steady = w.slow(0) == w.base && w.slow(24*market.Hour) == w.base+24*market.Hour
	return w
}

// at is when the wall clock shows the given span after midnight. On a day of a
// clock change it is what the clock shows, not what has passed; an hour that
// comes twice is the first one.
func (w *wallDay) at(clock market.Nanos) market.Nanos {
	if w.steady {
		return w.base + clock
	}
	return w.slow(clock)
}

func (w *wallDay) slow(clock market.Nanos) market.Nanos {
	return market.NanosOf(time.Date(w.year, w.month, w.day, 0, 0, int(clock/market.Second), int(clock%market.Second), w.loc))
}

// number is the day as YYYYMMDD.
func (w *wallDay) number() int { return w.year*10_000 + int(w.month)*100 + w.day }
