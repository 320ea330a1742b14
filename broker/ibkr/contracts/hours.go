package contracts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gannet/broker/ibkr/api"
)

// Session is a span of time in which a contract trades, in UTC.
type Session struct {
	Date            string // the trading day, 20260402
	Open, Close     time.Time
	Liquid          bool // the main hours; false: all hours
	CancelDayOrders bool // day orders end at Close
}

// Contains says whether the contract trades at t.
func (s Session) Contains(t time.Time) bool { return !t.Before(s.Open) && t.Before(s.Close) }

// Hours lists when a contract trades in about six days around today, by time.
// A day that is not there is a holiday. exchange "": its own.
func (f *Finder) Hours(ctx context.Context, conid int64, exchange string) ([]Session, error) {
	list, err := f.hours.get(ctx, strconv.FormatInt(conid, 10)+"@"+exchange, func(ctx context.Context) ([]Session, error) {
		answer, err := f.api.Contracts.Schedule(ctx, conid, exchange)
		return sessionsOf(answer), err
	})
	return slices.Clone(list), err
}

func sessionsOf(answer api.Schedule) (list []Session) {
	add := func(date string, hours []api.Hours, liquid bool) {
		for _, h := range hours {
			opening, ok := h.Opening.Seconds()
			closing, ok2 := h.Closing.Seconds()
			if ok && ok2 && opening.Before(closing) {
				list = append(list, Session{date, opening, closing, liquid, h.CancelDailyOrders.True()})
			}
		}
	}
	for date, day := range answer.Schedules {
		add(date, day.Liquid, true)
		add(date, day.Extended, false)
	}
	sortSessions(list)
	return list
}

func sortSessions(list []Session) {
	slices.SortFunc(list, func(a, b Session) int {
		return cmp.Or(a.Open.Compare(b.Open), a.Close.Compare(b.Close), cmp.Compare(a.Date, b.Date))
	})
}

// VenueHours lists when a symbol trades at a venue on a date of its time zone,
// from the older form of schedules: that of the date itself, or else that of
// its weekday. No session: it does not trade.
func VenueHours(v api.VenueSchedule, date time.Time) ([]Session, error) {
	zone, err := time.LoadLocation(v.Timezone.String())
	if err != nil || v.Timezone.String() == "" {
		return nil, fmt.Errorf("contracts: hours of %s: time zone %q: want one such as America/New_York", v.TradeVenueID, v.Timezone)
	}
	day, ok := dayOf(v.Schedules, date)
	if !ok {
		return nil, nil
	}
	var list []Session
	for liquid, spans := range map[bool][]api.VenueSession{true: day.Sessions, false: slices.Concat(day.TradingTimes, day.TradingTimesSpec)} {
		for _, s := range spans {
			one, err := venueSession(s, date, zone)
			if err != nil {
				return nil, err
			}
			one.Liquid = liquid
			list = append(list, one)
		}
	}
	sortSessions(list)
	return list, nil
}

// dayOf is the hours of a date: its own, or those of its weekday, for which
// the days from 20000101, a Saturday, to 20000107 stand.
func dayOf(days []api.VenueHours, date time.Time) (api.VenueHours, bool) {
	own := date.Format("20060102")
	weekday := time.Date(2000, 1, 1+(int(date.Weekday())+1)%7, 0, 0, 0, 0, time.UTC).Format("20060102")
	for _, want := range []string{own, weekday} {
		for _, d := range days {
			if d.TradingScheduleDate.String() == want {
				return d, true
			}
		}
	}
	return api.VenueHours{}, false
}

func venueSession(s api.VenueSession, date time.Time, zone *time.Location) (Session, error) {
	opening, err := clock(s.OpeningTime.String())
	closing, err2 := clock(s.ClosingTime.String())
	if err != nil || err2 != nil {
		return Session{}, fmt.Errorf("contracts: hours %s-%s: want times such as 0930", s.OpeningTime, s.ClosingTime)
	}
	if closing <= opening {
		closing += 24 * 60 // past midnight
	}
	year, month, day := date.Date()
	at := func(minutes int) time.Time { return time.Date(year, month, day, 0, minutes, 0, 0, zone).UTC() }
	return Session{
		Date: date.Format("20060102"), Open: at(opening), Close: at(closing), CancelDayOrders: s.CancelDayOrders.String() == "Y",
	}, nil
}

// clock reads 0930, up to 2400, as minutes after midnight.
func clock(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 4 || n < 0 || n > 2400 || n%100 > 59 {
		return 0, fmt.Errorf("clock %q", text)
	}
	return n/100*60 + n%100, nil
}
