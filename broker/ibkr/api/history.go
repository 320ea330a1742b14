package api

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// HistoryRequest asks for bars.
type HistoryRequest struct {
	Conid      int64
	Period     string    // 30min, 8h, 1000d, 792w, 182m, 15y at most; always send it
	Bar        string    // 1min 2min 3min 5min 10min 15min 30min 1h 2h 3h 4h 8h 1d 1w 1m
	Exchange   string    // "": SMART
	OutsideRTH bool      // bars outside regular trading hours, too
	End        time.Time // the end of the window; zero: now, which is not the same as sending the time
	Source     string    // Last (Trades in the prose documents), Midpoint, Bid_Ask; "": Last
}

// History is bars and how to read them. At most 1000 bars come; a longer
// window is cut without a word.
type History struct {
	ServerID           Text  `json:"serverId,omitzero"`
	Symbol             Text  `json:"symbol,omitzero"`
	Text               Text  `json:"text,omitzero"`
	PriceFactor        Num   `json:"priceFactor,omitzero"`
	StartTime          Text  `json:"startTime,omitzero"` // 20260402-13:30:00, UTC
	High               Text  `json:"high,omitzero"`      // price x PriceFactor / volume / minutes from the start
	Low                Text  `json:"low,omitzero"`
	TimePeriod         Text  `json:"timePeriod,omitzero"`
	BarLength          Num   `json:"barLength,omitzero"` // seconds
	Availability       Text  `json:"mdAvailability,omitzero"`
	MktDataDelay       Num   `json:"mktDataDelay,omitzero"`
	OutsideRTH         Bool  `json:"outsideRth,omitzero"`
	TradingDayDuration Num   `json:"tradingDayDuration,omitzero"` // minutes
	VolumeFactor       Num   `json:"volumeFactor,omitzero"`
	PriceDisplayRule   Num   `json:"priceDisplayRule,omitzero"`
	PriceDisplayValue  Text  `json:"priceDisplayValue,omitzero"`
	ChartPanStartTime  Text  `json:"chartPanStartTime,omitzero"`
	ChartAnnotations   Text  `json:"chartAnnotations,omitzero"`
	Direction          Num   `json:"direction,omitzero"`
	NegativeCapable    Bool  `json:"negativeCapable,omitzero"`
	MessageVersion     Num   `json:"messageVersion,omitzero"`
	TravelTime         Num   `json:"travelTime,omitzero"`
	Points             Num   `json:"points,omitzero"` // not the number of bars
	Data               []Bar `json:"data,omitzero"`
	Extra
}

// Bar is one bar. Its volume is relative: IBKR does not say its unit, and it
// compares only with bars of the same History.VolumeFactor.
type Bar struct {
	Open   Num `json:"o,omitzero"`
	Close  Num `json:"c,omitzero"`
	High   Num `json:"h,omitzero"`
	Low    Num `json:"l,omitzero"`
	Volume Num `json:"v,omitzero"`
	Time   Num `json:"t,omitzero"` // start of the bar, milliseconds since 1970
	Extra
}

var opHistory = register(Op{Group: "MarketData", Name: "History", Method: http.MethodGet, Path: "/iserver/marketdata/history"})

// History reads bars that end at in.End, oldest first. No more than five
// reads can be under way at IBKR; the client holds the rest back. No data
// and an unknown period are good answers with an error in words: ibkr.Error.
func (m MarketData) History(ctx context.Context, in HistoryRequest) (History, error) {
	return do[History](ctx, m.c, opHistory, in.args())
}

func (in *HistoryRequest) args() args {
	q := queryOf("conid", itoa(in.Conid), "period", in.Period, "bar", in.Bar, "exchange", in.Exchange, "source", in.Source)
	q.Set("outsideRth", strconv.FormatBool(in.OutsideRTH))
	if !in.End.IsZero() {
		q.Set("startTime", in.End.UTC().Format(historyTime))
	}
	return args{query: q}
}

// historyTime is how IBKR writes a UTC time in requests and answers.
const historyTime = "20060102-15:04:05"

// HMDSRequest asks the history service itself for bars.
type HMDSRequest struct {
	Conid      int64
	Period     string // 1S 1d 1w 1m 1y
	Bar        string // 1secs 1mins 1hrs 1d 1w 1m
	BarType    string // Last, Midpoint, Bid_Ask, Inventory, FeeRate
	OutsideRTH bool
	End        time.Time
}

// HMDSInit says whether the session of the history service is there.
type HMDSInit struct {
	Authenticated Bool `json:"authenticated,omitzero"`
	Competing     Bool `json:"competing,omitzero"`
	Connected     Bool `json:"connected,omitzero"`
	Message       Text `json:"message,omitzero"`
	Extra
}

var (
	opHMDSInit = register(Op{
		Group: "MarketData", Name: "HMDSInit", Method: http.MethodPost, Path: "/hmds/auth/init",
		NotSpec: "not documented any more; newer servers want it before the other /hmds operations",
	})
	opHMDSHistory = register(Op{
		Group: "MarketData", Name: "HMDSHistory", Method: http.MethodGet, Path: "/hmds/history",
		NotSpec: "documented in prose once; its first call is a 404. Prefer History",
	})
)

// HMDSInit opens the session of the history service.
func (m MarketData) HMDSInit(ctx context.Context) (HMDSInit, error) {
	return hmds[HMDSInit](ctx, m.c, opHMDSInit, args{})
}

// hmds performs an operation of the history service, whose first call in a
// session is a 404: it is asked once more then.
func hmds[T any](ctx context.Context, c Caller, op *Op, a args) (T, error) {
	out, err := do[T](ctx, c, op, a)
	if notFound(err) {
		return do[T](ctx, c, op, a)
	}
	return out, err
}

// HMDSHistory reads bars from the history service. Prefer History.
func (m MarketData) HMDSHistory(ctx context.Context, in HMDSRequest) (History, error) {
	q := queryOf("conid", itoa(in.Conid), "period", in.Period, "bar", in.Bar, "barType", in.BarType)
	q.Set("outsideRth", strconv.FormatBool(in.OutsideRTH))
	if !in.End.IsZero() {
		q.Set("startTime", in.End.UTC().Format(historyTime))
	}
	return hmds[History](ctx, m.c, opHMDSHistory, args{query: q})
}
