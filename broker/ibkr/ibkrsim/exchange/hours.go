package exchange

import (
	"time"

	"gannet/market"
)

// hours answers whether a session is open, and remembers for how long that
// answer holds. A session that is always open begins anew at midnight UTC.
type hours struct {
	session     market.Session
	from, until market.Nanos // the answer holds for from <= t < until
	open        bool
}

func (h *hours) isOpen(at market.Nanos) bool {
	if at < h.from || at >= h.until {
		h.look(at)
	}
	return h.open
}

func (h *hours) look(at market.Nanos) {
	if h.session.AlwaysOpen() {
		h.open, h.from, h.until = true, floorDay(at), floorDay(at)+market.Day
		return
	}
	open, closing := h.session.Next(at)
	h.open = open <= at
	if h.open {
		h.from, h.until = open, closing
		return
	}
	h.from, h.until = at, open
}

// floorDay is the midnight UTC before at.
func floorDay(at market.Nanos) market.Nanos { return at - at%market.Day }

// Phase says how much is traded at a time of day.
type Phase uint8

// Phases.
const (
	Closed   Phase = iota
	Extended       // before and after regular hours
	Regular
)

// PhaseAt is the phase at a moment; a market that is always open is Regular.
func (p *Product) PhaseAt(at market.Nanos) Phase {
	switch {
	case p.regular.isOpen(at):
		return Regular
	case p.extended.isOpen(at):
		return Extended
	}
	return Closed
}

// window is a trading day of the past, in whole minutes.
type window struct {
	open, closing market.Nanos // what is traded of it: the newest ends where the market began
	whole         market.Nanos // its length when it is over
	from, until   market.Nanos // regular hours in it
}

// span is the length of a window's hours.
func (w *window) span(outside bool) market.Nanos {
	if outside {
		return w.closing - w.open
	}
	return max(0, min(w.until, w.closing)-w.from)
}

func (w *window) isRegular(at market.Nanos) bool { return at >= w.from && at < w.until }

// pastDays is how many trading days a synthetic market has behind it.
const pastDays = 500

// windowsBefore are the trading days of a product before a moment, the newest
// first.
func (i *Instrument) windowsBefore(born market.Nanos) []window {
	born -= born % market.Minute
	all := make([]window, 0, pastDays)
	if i.Extended.AlwaysOpen() {
		for open := floorDay(born - 1); len(all) < pastDays; open -= market.Day {
			end := open + market.Day
			all = append(all, window{open, min(end, born), market.Day, open, end})
		}
		return all
	}
	for at := born - 1; len(all) < pastDays; at -= market.Day {
		open, closing := i.Extended.Bounds(at)
		if open == 0 || open >= born {
			continue
		}
		middle := open + (closing-open)/2
		from, until := i.Session.Bounds(middle)
		all = append(all, window{open, min(closing, born), closing - open, from, until})
		at = middle // a day before it is a time of the date before, whatever clocks do
	}
	return all
}

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
