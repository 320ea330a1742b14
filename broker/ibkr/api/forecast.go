package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Forecast is the operations on event contracts (ForecastEx, CME). A contract
// pays 1 and trades between 0.01 and 0.99 in whole numbers; one is closed by
// buying the other side. A contract that does not exist is a 500.
type Forecast struct{ c Caller }

// ForecastCategories is the tree of categories; they name their parents.
type ForecastCategories struct {
	Categories map[string]ForecastCategory `json:"categories,omitzero"` // by id, such as g78664
	Extra
}

// ForecastCategory is a category. Only leaves have markets.
type ForecastCategory struct {
	Name     Text                         `json:"name,omitzero"`
	ParentID Text                         `json:"parent_id,omitzero"`
	Markets  OneOrMany[ForecastCatMarket] `json:"markets,omitzero"` // a list on the wire, an object in the document
	Extra
}

// ForecastCatMarket is a market of a category. Conid is the underlying of its contracts.
type ForecastCatMarket struct {
	Name         Text `json:"name,omitzero"`
	Symbol       Text `json:"symbol,omitzero"`
	Exchange     Text `json:"exchange,omitzero"`
	Conid        Num  `json:"conid,omitzero"`
	ProductConid Num  `json:"product_conid,omitzero"`
	Extra
}

// ForecastMarket is a market with its contracts.
type ForecastMarket struct {
	Name         Text                   `json:"market_name,omitzero"`
	Exchange     Text                   `json:"exchange,omitzero"`
	Symbol       Text                   `json:"symbol,omitzero"`
	LogoCategory Text                   `json:"logo_category,omitzero"`
	NoHistory    Bool                   `json:"exclude_historical_data,omitzero"`
	Payout       Num                    `json:"payout,omitzero"`
	Contracts    []ForecastContractName `json:"contracts,omitzero"`
	Extra
}

// ForecastContractName is a contract of a market.
type ForecastContractName struct {
	Conid           Num  `json:"conid,omitzero"`
	Side            Text `json:"side,omitzero"`       // Y or N
	Expiration      Text `json:"expiration,omitzero"` // YYYYMMDD
	Strike          Num  `json:"strike,omitzero"`
	StrikeLabel     Text `json:"strike_label,omitzero"`
	ExpiryLabel     Text `json:"expiry_label,omitzero"`
	UnderlyingConid Num  `json:"underlying_conid,omitzero"`
	TimeSpecifier   Text `json:"time_specifier,omitzero"`
	Extra
}

// ForecastDetails is a contract with both of its sides.
type ForecastDetails struct {
	ConidYes        Num  `json:"conid_yes,omitzero"`
	ConidNo         Num  `json:"conid_no,omitzero"`
	Question        Text `json:"question,omitzero"`
	Side            Text `json:"side,omitzero"`
	Strike          Num  `json:"strike,omitzero"` // has a fraction, against the document
	StrikeLabel     Text `json:"strike_label,omitzero"`
	Exchange        Text `json:"exchange,omitzero"`
	Expiration      Text `json:"expiration,omitzero"`
	Symbol          Text `json:"symbol,omitzero"`
	Category        Text `json:"category,omitzero"`
	LogoCategory    Text `json:"logo_category,omitzero"`
	MeasuredPeriod  Text `json:"measured_period,omitzero"`
	MarketName      Text `json:"market_name,omitzero"`
	UnderlyingConid Num  `json:"underlying_conid,omitzero"`
	ProductConid    Num  `json:"product_conid,omitzero"`
	Payout          Num  `json:"payout,omitzero"`
	Restricted      Bool `json:"is_restricted,omitzero"`
	Extra
}

// ForecastRules is how a contract is decided and paid. Times are seconds since
// 1970; payout and increment are texts such as "$1.00".
type ForecastRules struct {
	AssetClass     Text `json:"asset_class,omitzero"`
	Description    Text `json:"description,omitzero"`
	MarketName     Text `json:"market_name,omitzero"`
	MeasuredPeriod Text `json:"measured_period,omitzero"`
	Threshold      Text `json:"threshold,omitzero"`
	SourceAgency   Text `json:"source_agency,omitzero"`
	DataLink       Text `json:"data_and_resolution_link,omitzero"`
	RulesLink      Text `json:"market_rules_link,omitzero"`
	ProductCode    Text `json:"product_code,omitzero"`
	LastTradeTime  Num  `json:"last_trade_time,omitzero"`
	ReleaseTime    Num  `json:"release_time,omitzero"`
	PayoutTime     Num  `json:"payout_time,omitzero"`
	Payout         Text `json:"payout,omitzero"`
	PriceIncrement Text `json:"price_increment,omitzero"`
	TimeZone       Text `json:"exchange_timezone,omitzero"`
	Extra
}

// ForecastSchedules is when a contract trades.
type ForecastSchedules struct {
	TimeZone  Text          `json:"timezone,omitzero"` // US/Central
	Schedules []ForecastDay `json:"trading_schedules,omitzero"`
	Extra
}

// ForecastDay is the sessions of a day of the week.
type ForecastDay struct {
	DayOfWeek Text            `json:"day_of_week,omitzero"` // Saturday
	Times     []ForecastHours `json:"trading_times,omitzero"`
	Extra
}

// ForecastHours is one session, as times of a 12-hour clock: 12:00 AM.
type ForecastHours struct {
	Open  Text `json:"open,omitzero"`
	Close Text `json:"close,omitzero"`
	Extra
}

var opForecastTree = register(Op{Group: "Forecast", Name: "Categories", Method: http.MethodGet, Path: "/forecast/category/tree"})

// Categories is the tree of categories with their markets. GET /forecast/category/tree.
func (f Forecast) Categories(ctx context.Context) (ForecastCategories, error) {
	return do[ForecastCategories](ctx, f.c, opForecastTree, args{})
}

var opForecastMarket = register(Op{Group: "Forecast", Name: "Market", Method: http.MethodGet, Path: "/forecast/contract/market"})

// Market is a market by the conid of its underlying, on one exchange or ("") all.
// GET /forecast/contract/market.
func (f Forecast) Market(ctx context.Context, underlying int64, exchange string) (ForecastMarket, error) {
	query := url.Values{"underlyingConid": {strconv.FormatInt(underlying, 10)}}
	setText(query, "exchange", exchange)
	return do[ForecastMarket](ctx, f.c, opForecastMarket, args{query: query})
}

func conidQuery(conid int64) url.Values { return url.Values{"conid": {strconv.FormatInt(conid, 10)}} }

var opForecastDetails = register(Op{Group: "Forecast", Name: "Details", Method: http.MethodGet, Path: "/forecast/contract/details"})

// Details is a contract and its other side. GET /forecast/contract/details.
func (f Forecast) Details(ctx context.Context, conid int64) (ForecastDetails, error) {
	return do[ForecastDetails](ctx, f.c, opForecastDetails, args{query: conidQuery(conid)})
}

var opForecastRules = register(Op{Group: "Forecast", Name: "Rules", Method: http.MethodGet, Path: "/forecast/contract/rules"})

// Rules is how a contract is decided. GET /forecast/contract/rules.
func (f Forecast) Rules(ctx context.Context, conid int64) (ForecastRules, error) {
	return do[ForecastRules](ctx, f.c, opForecastRules, args{query: conidQuery(conid)})
}

var opForecastSchedules = register(Op{Group: "Forecast", Name: "Schedules", Method: http.MethodGet, Path: "/forecast/contract/schedules"})

// Schedules is when a contract trades. GET /forecast/contract/schedules.
func (f Forecast) Schedules(ctx context.Context, conid int64) (ForecastSchedules, error) {
	return do[ForecastSchedules](ctx, f.c, opForecastSchedules, args{query: conidQuery(conid)})
}
