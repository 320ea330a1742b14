package market_test

import (
	"fmt"
	"testing"
	"time"

	"gannet/market"
)

func newYork(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// wall is a moment by New York's clock.
func wall(t testing.TB, text string) market.Nanos {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, newYork(t))
	if err != nil {
		t.Fatal(err)
	}
	return market.NanosOf(v)
}

// A strategy that trades on a holiday, or after an early close, meets a market
// that is not there.
func TestSessionHolidays(t *testing.T) {
	loc := newYork(t)
	stocks, late, futures, currencies := market.NYSE(loc), market.NYSEExtended(loc), market.Globex(loc), market.ForexWeek(loc)
	for _, tt := range []struct {
		session market.Session
		now     string
		open    bool
		next    string // close after now
	}{
		{stocks, "2025-01-09 12:00", false, "2025-01-10 16:00"}, // mourning
		{stocks, "2026-04-03 12:00", false, "2026-04-06 16:00"}, // Good Friday
		{stocks, "2026-11-26 12:00", false, "2026-11-27 13:00"}, // Thanksgiving
		{stocks, "2026-11-27 12:59", true, "2026-11-27 13:00"},
		{stocks, "2026-11-27 13:00", false, "2026-11-30 16:00"},
		{stocks, "2027-12-31 12:00", true, "2027-12-31 16:00"}, // New Year on a Saturday moves nothing
		{stocks, "2013-11-29 14:00", true, "2013-11-29 16:00"}, // before the table
		{late, "2026-11-27 16:59", true, "2026-11-27 17:00"},
		{late, "2026-11-25 03:59", false, "2026-11-25 20:00"},
		{futures, "2026-03-06 16:59", true, "2026-03-06 17:00"},
		{futures, "2026-03-06 17:00", false, "2026-03-09 17:00"},
		{futures, "2026-03-07 23:30", false, "2026-03-09 17:00"},
		{futures, "2026-03-08 17:59", false, "2026-03-09 17:00"}, // the Sunday on which clocks go forward
		{futures, "2026-03-08 18:00", true, "2026-03-09 17:00"},
		{futures, "2026-03-10 17:30", false, "2026-03-11 17:00"}, // the daily break
		{futures, "2026-03-10 18:00", true, "2026-03-11 17:00"},
		{futures, "2026-11-01 18:00", true, "2026-11-02 17:00"}, // the Sunday on which they go back
		{futures, "2026-11-26 12:59", true, "2026-11-26 13:00"}, // Thanksgiving
		{futures, "2026-11-26 13:00", false, "2026-11-27 13:15"},
		{futures, "2026-11-26 18:00", true, "2026-11-27 13:15"},
		{futures, "2025-12-24 18:00", false, "2025-12-26 17:00"}, // Christmas Eve
		{futures, "2025-12-25 18:00", true, "2025-12-26 17:00"},
		{currencies, "2026-03-08 17:14", false, "2026-03-09 17:00"},
		{currencies, "2026-03-08 17:15", true, "2026-03-09 17:00"},
		{currencies, "2026-03-13 17:00", false, "2026-03-16 17:00"},
		{currencies, "2025-12-24 18:00", false, "2025-12-26 17:00"},
	} {
		at := wall(t, tt.now)
		if got := tt.session.IsOpen(at); got != tt.open {
			t.Errorf("open at %s: %v", tt.now, got)
		}
		if got := tt.session.NextClose(at); got != wall(t, tt.next) {
			t.Errorf("close after %s: %s, want %s", tt.now, got.Time().In(loc), tt.next)
		}
	}
}

// Bounds, IsOpen and Next are one calendar: a disagreement is a market that is
// open in one place and closed in another. All of a year.
func TestSessionAgrees(t *testing.T) {
	loc := newYork(t)
	for name, s := range map[string]market.Session{"NYSE": market.NYSE(loc), "Globex": market.Globex(loc), "forex": market.ForexWeek(loc)} {
		var before market.Nanos
		for at := wall(t, "2026-01-01 00:15"); at < wall(t, "2027-01-05 00:00"); at += 45 * market.Minute {
			open, closing := s.Next(at)
			if s.IsOpen(at) != (open <= at) || closing <= at || closing < before {
				t.Fatalf("%s at %s: open %v, next %s to %s", name, at, s.IsOpen(at), open, closing)
			}
			if o, c := s.Bounds(closing - 1); o != open || c != closing {
				t.Fatalf("%s: the session of %s is %s to %s", name, closing, o, c)
			}
			before = closing
		}
	}
}

// Each year has the closures that NYSE's calendar lists.
func TestNYSEYears(t *testing.T) {
	closed, early := map[int]int{}, map[int]int{}
	for _, h := range market.NYSE(newYork(t)).Holidays.All() {
		if h.Close == 0 {
			closed[h.Date/10000]++
		} else {
			early[h.Date/10000]++
		}
	}
	if got := fmt.Sprint(closed, early); got != "map[2024:10 2025:11 2026:10 2027:10 2028:9] map[2024:3 2025:3 2026:2 2027:1 2028:2]" {
		t.Error(got)
	}
}

func TestNewHolidays(t *testing.T) {
	for _, list := range [][]market.Holiday{{{Date: 20260230}}, {{Date: 0}}, {{Date: 20260101}, {Date: 20260101}},
		{{Date: 20260101, Close: -1}}, {{Date: 20260101, Close: market.Day + 1}}} {
		if _, err := market.NewHolidays(list...); err == nil {
			t.Errorf("%v was taken", list)
		}
	}
	// A close that is not after the open is no session at all.
	h, err := market.NewHolidays(market.Holiday{Date: 20260107, Close: 9 * market.Hour})
	if err != nil {
		t.Fatal(err)
	}
	s := market.USEquity(newYork(t))
	s.Holidays = h
	if open, closing := s.Bounds(wall(t, "2026-01-07 12:00")); open != 0 || closing != 0 {
		t.Errorf("%s to %s", open, closing)
	}
}

func ExampleNYSE() {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	at := market.NanosOf(time.Date(2026, 11, 27, 12, 0, 0, 0, loc)) // the Friday after Thanksgiving
	fmt.Println(market.NYSE(loc).NextClose(at).Time().In(loc).Format("15:04"))
	// Output: 13:00
}
