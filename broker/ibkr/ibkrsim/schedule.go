package ibkrsim

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// scheduleDays is how many trading days contract/trading-schedule has, one of
// them before today.
const scheduleDays = 6

// tradingSchedule is GET contract/trading-schedule, in epoch seconds.
func (s *Server) tradingSchedule(r *web.Request) web.Reply {
	i, out, ok := s.contract(r.Query.Get("conid"))
	if !ok {
		return out
	}
	days := i.Schedule(r.Now-10*market.Day, 25)
	today := r.Now.Time().In(i.Zone()).Format("20060102")
	for len(days) > 1 && days[1].Date < today {
		days = days[1:]
	}
	schedules := map[string]any{}
	for _, day := range days[:min(len(days), scheduleDays)] {
		schedules[day.Date] = map[string]any{
			"liquid_hours": []any{map[string]any{"opening": web.Seconds(day.Open), "closing": web.Seconds(day.Close)}},
			"extended_hours": []any{map[string]any{"opening": web.Seconds(day.Begins), "closing": web.Seconds(day.Closes),
				"cancel_daily_orders": true}},
		}
	}
	return web.OK(map[string]any{"exchange_time_zone": zoneName(i.Zone()), "schedules": schedules})
}

// zoneName is the API's name of a time zone.
func zoneName(loc *time.Location) string {
	if loc.String() == "America/New_York" {
		return "US/Eastern"
	}
	return loc.String()
}

// venueSchedule is GET trsrv/secdef/schedule: the week of a symbol at an
// exchange, and the dates of the next month that are not like it.
func (s *Server) venueSchedule(r *web.Request) web.Reply {
	kind, symbol := strings.ToUpper(r.Query.Get("assetClass")), r.Query.Get("symbol")
	at := strings.ToUpper(cmp.Or(r.Query.Get("exchange"), r.Query.Get("exchangeFilter")))
	switch {
	case kind == "" || symbol == "":
		return web.FailCode(400, "Bad Request: assetClass and symbol are required")
	case at == "":
		return web.FailCode(400, "Bad Request: exchange is missing")
	}
	rows := []any{}
	if i := s.traded(kind, symbol); i != nil {
		for _, name := range strings.Split(at, ",") {
			if slices.Contains(exchangesOf(i), name) && name != "SMART" {
				rows = append(rows, scheduleRow(i, name, r.Now))
			}
		}
	}
	return web.OK(rows)
}

// traded is the first contract of a type and a symbol.
func (s *Server) traded(kind, symbol string) *exchange.Instrument {
	for _, p := range s.exchange.Products() {
		if p.SecType == kind && (p.Symbol == symbol || p.LocalSymbol() == symbol) {
			return &p.Instrument
		}
	}
	return nil
}

// scheduleRow is the week of a contract at a venue. The first seven dates stand
// for the days of any week: 1 January 2000 was a Saturday.
func scheduleRow(i *exchange.Instrument, venue string, now market.Nanos) map[string]any {
	week := time.Date(2000, 1, 1, 12, 0, 0, 0, i.Zone())
	number := int64(0)
	for _, letter := range venue {
		number = number*31%1000 + int64(letter)
	}
	schedules, usual := []any{}, map[time.Weekday]clockHours{}
	for n := range 7 {
		day := week.AddDate(0, 0, n)
		usual[day.Weekday()] = usualHours(i, day)
		schedules = append(schedules, usual[day.Weekday()].row(day.Format("20060102")))
	}
	today := now.Time().In(i.Zone())
	trading := map[string]exchange.TradingDay{}
	for _, day := range i.Schedule(now, 31) {
		trading[day.Date] = day
	}
	for n := range 31 {
		day := time.Date(today.Year(), today.Month(), today.Day()+n, 12, 0, 0, 0, i.Zone())
		date := day.Format("20060102")
		if hours := hoursOn(i, trading[date]); hours != usual[day.Weekday()] {
			schedules = append(schedules, hours.row(date))
		}
	}
	return map[string]any{"id": "p" + web.Int(100_000+number), "tradeVenueId": "v" + web.Int(13_000+number), "exchange": venue,
		"description": venue, "timezone": i.Zone().String(), "schedules": schedules}
}

// clockHours are hours of a day as a clock at the exchange shows them. All are
// empty on a day without trading.
type clockHours struct{ open, close, begins, closes string }

func hoursOn(i *exchange.Instrument, day exchange.TradingDay) clockHours {
	if day.Date == "" {
		return clockHours{}
	}
	if day.Close-day.Open == market.Day {
		return clockHours{"0000", "2359", "0000", "2359"}
	}
	clock := func(at market.Nanos) string { return at.Time().In(i.Zone()).Format("1504") }
	return clockHours{clock(day.Open), clock(day.Close), clock(day.Begins), clock(day.Closes)}
}

// usualHours are those of a day's weekday, without holidays.
func usualHours(i *exchange.Instrument, day time.Time) clockHours {
	plain := *i
	plain.Session.Holidays, plain.Extended.Holidays = nil, nil
	if days := plain.Schedule(market.NanosOf(day), 1); len(days) == 1 {
		return hoursOn(i, days[0])
	}
	return clockHours{}
}

// row is the hours of a date. A day without trading has no session.
func (h clockHours) row(date string) map[string]any {
	trading := map[string]any{"openingTime": "0000", "closingTime": "0000", "cancelDayOrders": "Y"}
	sessions, cycle := []any{}, "0000"
	if h != (clockHours{}) {
		trading["openingTime"], trading["closingTime"], cycle = h.begins, h.closes, h.closes
		sessions = []any{map[string]any{"openingTime": h.open, "closingTime": h.close, "prop": "LIQUID"}}
	}
	return map[string]any{"clearingCycleEndTime": cycle, "tradingScheduleDate": date, "sessions": sessions, "tradingtimes": []any{trading}}
}
