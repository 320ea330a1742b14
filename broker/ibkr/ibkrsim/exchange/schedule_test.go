package exchange

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/market"
)

// A client that plans by the schedule finds the market open when it says so.
func TestSchedule(t *testing.T) {
	loc := newYork(t)
	now := market.NanosOf(time.Date(2026, 11, 25, 21, 0, 0, 0, loc)) // the evening before Thanksgiving
	show := func(x *Exchange, name string) string {
		var all []string
		p := x.Find(name)
		for _, d := range p.Schedule(now, 5) {
			clock := func(at market.Nanos) string { return at.Time().In(p.Zone()).Format("02 15:04") }
			all = append(all, fmt.Sprintf("%s: %s-%s in %s-%s", d.Date, clock(d.Open), clock(d.Close), clock(d.Begins), clock(d.Closes)))
			if !p.Session.IsOpen(d.Open) || p.Session.IsOpen(d.Close) && !p.Session.AlwaysOpen() {
				t.Errorf("%s: %+v", name, d)
			}
		}
		return strings.Join(all, "; ")
	}
	real := open(t, Config{Instruments: Universe(now), NewYork: loc})
	for name, want := range map[string]string{
		"SPY":     "20261125: 25 09:30-25 16:00 in 25 04:00-25 20:00; 20261127: 27 09:30-27 13:00 in 27 04:00-27 17:00",
		"ES":      "20261125: 24 18:00-25 17:00 in 24 18:00-25 17:00; 20261126: 25 18:00-26 13:00 in 25 18:00-26 13:00; 20261127: 26 18:00-27 13:15 in 26 18:00-27 13:15",
		"EUR.USD": "20261125: 24 17:15-25 17:00 in 24 17:15-25 17:00; 20261126: 25 17:15-26 17:00 in 25 17:15-26 17:00; 20261127: 26 17:15-27 17:00 in 26 17:15-27 17:00",
	} {
		if got := show(real, name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := show(open(t, Config{Instruments: Universe(now)}), "ES"); !strings.HasPrefix(got, "20261126: 26 00:00-27 00:00 in 26 00:00-27 00:00; 20261127") {
		t.Errorf("always open: %s", got)
	}
}
