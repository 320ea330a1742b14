package api

import (
	"context"
	"net/http"
)

// Schedule is a contract's trading hours by date, 20260402, for about six days
// around today. Holidays are missing.
type Schedule struct {
	TimeZone  Text                   `json:"exchange_time_zone,omitzero"` // US/Eastern
	Schedules map[string]ScheduleDay `json:"schedules,omitzero"`
	Extra
}

// ScheduleDay is one day's hours.
type ScheduleDay struct {
	Liquid   []Hours `json:"liquid_hours,omitzero"`
	Extended []Hours `json:"extended_hours,omitzero"`
	Extra
}

// Hours is a span of time, in seconds since 1970.
type Hours struct {
	Opening           Num  `json:"opening,omitzero"`
	Closing           Num  `json:"closing,omitzero"`
	CancelDailyOrders Bool `json:"cancel_daily_orders,omitzero"` // day orders end at Closing
	Extra
}

// VenueSchedule is the trading hours at one venue in the older form.
type VenueSchedule struct {
	ID           Text         `json:"id,omitzero"`
	TradeVenueID Text         `json:"tradeVenueId,omitzero"`
	Exchange     Text         `json:"exchange,omitzero"`
	Description  Text         `json:"description,omitzero"`
	Timezone     Text         `json:"timezone,omitzero"` // America/New_York
	Schedules    []VenueHours `json:"schedules,omitzero"`
	Extra
}

// VenueHours is the hours of one day. A date from 20000101, a Saturday, to
// 20000107, a Friday, stands for each such weekday; any other date for itself,
// and it wins.
type VenueHours struct {
	ClearingCycleEndTime Text           `json:"clearingCycleEndTime,omitzero"` // 2000
	TradingScheduleDate  Text           `json:"tradingScheduleDate,omitzero"`  // 20000103
	Sessions             []VenueSession `json:"sessions,omitzero"`
	TradingTimes         []VenueSession `json:"tradingtimes,omitzero"`
	TradingTimesSpec     []VenueSession `json:"tradingTimes,omitzero"`
	Description          Text           `json:"description,omitzero"`
	Extra
}

// VenueSession is a span of local time, 0930 to 1600.
type VenueSession struct {
	OpeningTime     Text `json:"openingTime,omitzero"`
	ClosingTime     Text `json:"closingTime,omitzero"`
	Prop            Text `json:"prop,omitzero"`            // LIQUID
	CancelDayOrders Text `json:"cancelDayOrders,omitzero"` // Y, N
	Extra
}

// VenueScheduleRequest asks for hours by symbol.
type VenueScheduleRequest struct {
	AssetClass     string // STK, OPT, FUT, CFD, WAR, SWP, FND, BND, ICS
	Symbol         string
	Exchange       string // a stock without it is a 400
	ExchangeFilter string
}

var (
	opSchedule      = register(Op{Group: "Contracts", Name: "Schedule", Method: http.MethodGet, Path: "/contract/trading-schedule"})
	opVenueSchedule = register(Op{Group: "Contracts", Name: "VenueSchedule", Method: http.MethodGet, Path: "/trsrv/secdef/schedule"})
)

// Schedule is a contract's trading hours. exchange "": its own.
func (o Contracts) Schedule(ctx context.Context, conid int64, exchange string) (Schedule, error) {
	return do[Schedule](ctx, o.c, opSchedule, args{query: queryOf("conid", itoa(conid), "exchange", exchange)})
}

// VenueSchedule is a symbol's trading hours by venue. Prefer Schedule.
func (o Contracts) VenueSchedule(ctx context.Context, in VenueScheduleRequest) ([]VenueSchedule, error) {
	q := queryOf("assetClass", in.AssetClass, "symbol", in.Symbol, "exchange", in.Exchange, "exchangeFilter", in.ExchangeFilter)
	return do[[]VenueSchedule](ctx, o.c, opVenueSchedule, args{query: q})
}
