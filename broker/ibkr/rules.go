package ibkr

import (
	"fmt"
	"time"
)

// SessionRules bound what is done by itself to get a session back. A zero
// field takes its default.
type SessionRules struct {
	LoginsPerHour int           // attempts to open the brokerage session; default 12
	CompeteEvery  time.Duration // first span between forced take-overs, doubled up to an hour; default 5 min
	BackoffQuiet  time.Duration // longest pause while IBKR is expected to be away or another login has the session; default 5 times Timeouts.BackoffMax
	Weekend       Weekend       // when IBKR is expected to be away; like Config.Maintenance it only names the state and calms the attempts
	Open          Opening       // when the market opens, before which a person is told that there is no session
}

func (r SessionRules) withDefaults(longest time.Duration) SessionRules {
	setDefault(&r.LoginsPerHour, 12)
	setDefault(&r.CompeteEvery, 5*time.Minute)
	setDefault(&r.BackoffQuiet, 5*longest)
	setDefault(&r.Open.Before, 30*time.Minute)
	return r
}

// WeekTime is a moment of the week.
type WeekTime struct {
	Day time.Weekday
	At  time.Duration // after local midnight
}

func (w WeekTime) ofWeek() time.Duration { return time.Duration(w.Day)*24*time.Hour + w.At }

// Weekend is a span of the week, which may reach into the next. The zero value
// is never.
type Weekend struct {
	Loc      *time.Location
	From, To WeekTime
}

// contains says whether t lies in the span.
func (w Weekend) contains(t time.Time) bool {
	if w.Loc == nil || w.From == w.To {
		return false
	}
	t = t.In(w.Loc)
	at := WeekTime{t.Weekday(), sinceMidnight(t)}.ofWeek()
	if from, end := w.From.ofWeek(), w.To.ofWeek(); from < end {
		return at >= from && at < end
	}
	return at >= w.From.ofWeek() || at < w.To.ofWeek()
}

// Opening is when a market opens from Monday to Friday. Without Loc there is none.
type Opening struct {
	Loc    *time.Location
	At     time.Duration // after local midnight
	Before time.Duration // so long before it a person is told; default 30 min
}

// warning is when a person is to be told next, at t or later, if there is no
// session then: at t itself while it is late already. day names the opening.
func (o Opening) warning(t time.Time) (at time.Time, day string, ok bool) {
	if o.Loc == nil {
		return at, "", false
	}
	local := t.In(o.Loc)
	for n := range 8 {
		y, m, d := local.AddDate(0, 0, n).Date()
		open := time.Date(y, m, d, 0, 0, int(o.At/time.Second), 0, o.Loc)
		if wd := open.Weekday(); wd == time.Saturday || wd == time.Sunday || !t.Before(open) {
			continue
		}
		at = open.Add(-o.Before)
		if at.Before(t) {
			at = t
		}
		return at, fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
	}
	return at, "", false
}

func sinceMidnight(t time.Time) time.Duration {
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
}

// attempts counts what may be done only so often in an hour.
type attempts struct {
	most int
	at   []time.Time
}

// take uses one up, or says how long until there is another.
func (a *attempts) take(now time.Time) (wait time.Duration, ok bool) {
	if len(a.at) >= a.most {
		if wait = a.at[len(a.at)-a.most].Add(time.Hour).Sub(now); wait > 0 {
			return wait, false
		}
	}
	a.at = append(a.at, now)
	if len(a.at) > a.most {
		a.at = a.at[len(a.at)-a.most:]
	}
	return 0, true
}

// takeover decides when the session may be asked for while another login has
// it. Two programs that always take it would do so for ever.
type takeover struct {
	every  time.Duration // the first span
	span   time.Duration // the present one
	last   time.Time     // the last attempt
	forced time.Time     // the last forced one
}

// may says whether to try now, and whether by force.
func (t *takeover) may(now time.Time, compete bool) (try, force bool) {
	if compete && (t.forced.IsZero() || now.Sub(t.forced) >= t.span) {
		if !t.forced.IsZero() {
			t.span = min(2*t.span, time.Hour)
		}
		t.forced, t.last = now, now
		return true, true
	}
	if !t.last.IsZero() && now.Sub(t.last) < t.every {
		return false, false
	}
	t.last = now
	return true, false
}

// calm forgets the force that was needed, after the session was held for long.
func (t *takeover) calm() { t.span = t.every }

// KeepHours sets Maintenance and Session.Weekend for a login whose region is in
// loc: New York, Zurich or Hong Kong. IBKR resets a region around its midnight,
// and works on the whole API from Saturday on.
func (cfg *Config) KeepHours(loc *time.Location) {
	cfg.Maintenance = Window{Loc: loc, From: 23*time.Hour + 45*time.Minute, To: 90 * time.Minute}
	cfg.Session.Weekend = Weekend{Loc: loc, From: WeekTime{Day: time.Saturday}, To: WeekTime{time.Sunday, 18 * time.Hour}}
}
