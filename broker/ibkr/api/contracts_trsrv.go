package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// CurrencyPair is a pair that is traded.
type CurrencyPair struct {
	Symbol  Text `json:"symbol,omitzero"` // EUR.USD
	Conid   Num  `json:"conid,omitzero"`
	CcyPair Text `json:"ccyPair,omitzero"` // the other currency
	Extra
}

// ExchangeRate is the price of one unit of the source currency in the target.
type ExchangeRate struct {
	Rate Num `json:"rate,omitzero"`
	Extra
}

// Stock is a company or fund with its listings.
type Stock struct {
	Name        Text      `json:"name,omitzero"`
	ChineseName Text      `json:"chineseName,omitzero"`
	AssetClass  Text      `json:"assetClass,omitzero"`
	Contracts   []Listing `json:"contracts,omitzero"`
	Extra
}

// Listing is a stock at an exchange.
type Listing struct {
	Conid    Num  `json:"conid,omitzero"`
	Exchange Text `json:"exchange,omitzero"`
	IsUS     Bool `json:"isUS,omitzero"`
	Extra
}

// Future is a futures contract. Dates are numbers such as 20261218.
type Future struct {
	Symbol             Text `json:"symbol,omitzero"`
	Conid              Num  `json:"conid,omitzero"`
	UnderlyingConid    Num  `json:"underlyingConid,omitzero"`
	ExpirationDate     Num  `json:"expirationDate,omitzero"`
	LastTradingDay     Num  `json:"ltd,omitzero"`
	ShortFuturesCutOff Num  `json:"shortFuturesCutOff,omitzero"`
	LongFuturesCutOff  Num  `json:"longFuturesCutOff,omitzero"`
	Extra
}

// SecDefs is definitions of contracts.
type SecDefs struct {
	SecDef []SecDef `json:"secdef,omitzero"`
	Extra
}

// SecDef is the definition of a contract.
type SecDef struct {
	Conid           Num             `json:"conid,omitzero"`
	Currency        Text            `json:"currency,omitzero"`
	Name            Text            `json:"name,omitzero"`
	ChineseName     Text            `json:"chineseName,omitzero"`
	AssetClass      Text            `json:"assetClass,omitzero"`
	Expiry          Text            `json:"expiry,omitzero"`
	LastTradingDay  Text            `json:"lastTradingDay,omitzero"`
	Group           Text            `json:"group,omitzero"`
	PutOrCall       Text            `json:"putOrCall,omitzero"`
	Sector          Text            `json:"sector,omitzero"`
	SectorGroup     Text            `json:"sectorGroup,omitzero"`
	Strike          Num             `json:"strike,omitzero"` // "0" on the wire
	Ticker          Text            `json:"ticker,omitzero"`
	UndConid        Num             `json:"undConid,omitzero"`
	Multiplier      Num             `json:"multiplier,omitzero"`
	Type            Text            `json:"type,omitzero"`
	HasOptions      Bool            `json:"hasOptions,omitzero"`
	FullName        Text            `json:"fullName,omitzero"`
	IsUS            Bool            `json:"isUS,omitzero"`
	IsEventContract Bool            `json:"isEventContract,omitzero"`
	ListingExchange Text            `json:"listingExchange,omitzero"`
	AllExchanges    Text            `json:"allExchanges,omitzero"`
	CountryCode     Text            `json:"countryCode,omitzero"`
	IncrementRules  []IncrementRule `json:"incrementRules,omitzero"`
	DisplayRule     *DisplayRule    `json:"displayRule,omitzero"`
	CrossCurrency   Bool            `json:"crossCurrency,omitzero"`
	Time            Num             `json:"time,omitzero"`
	PageSize        Num             `json:"pageSize,omitzero"`
	Extra
}

// ExchangeConid is a stock of an exchange.
type ExchangeConid struct {
	Ticker   Text `json:"ticker,omitzero"`
	Conid    Num  `json:"conid,omitzero"`
	Exchange Text `json:"exchange,omitzero"` // NMS where NASDAQ was asked for
	Extra
}

var (
	opCurrencyPairs = register(Op{Group: "Contracts", Name: "CurrencyPairs", Method: http.MethodGet, Path: "/iserver/currency/pairs"})
	opExchangeRate  = register(Op{Group: "Contracts", Name: "ExchangeRate", Method: http.MethodGet, Path: "/iserver/exchangerate"})
	opStocks        = register(Op{Group: "Contracts", Name: "Stocks", Method: http.MethodGet, Path: "/trsrv/stocks"})
	opFutures       = register(Op{Group: "Contracts", Name: "Futures", Method: http.MethodGet, Path: "/trsrv/futures"})
	opSecDef        = register(Op{Group: "Contracts", Name: "SecDef", Method: http.MethodGet, Path: "/trsrv/secdef"})
	opAllConids     = register(Op{Group: "Contracts", Name: "AllConids", Method: http.MethodGet, Path: "/trsrv/all-conids"})
)

// CurrencyPairs lists the pairs of a currency, by that currency.
func (o Contracts) CurrencyPairs(ctx context.Context, currency string) (map[string][]CurrencyPair, error) {
	return do[map[string][]CurrencyPair](ctx, o.c, opCurrencyPairs, args{query: queryOf("currency", currency)})
}

// ExchangeRate is what one unit of source is in target.
func (o Contracts) ExchangeRate(ctx context.Context, source, target string) (ExchangeRate, error) {
	return do[ExchangeRate](ctx, o.c, opExchangeRate, args{query: queryOf("source", source, "target", target)})
}

// Stocks lists companies by symbol with their listings. A symbol that nobody
// has is left out. It needs no brokerage session.
func (o Contracts) Stocks(ctx context.Context, symbols ...string) (map[string][]Stock, error) {
	return do[map[string][]Stock](ctx, o.c, opStocks, args{query: queryOf("symbols", strings.Join(symbols, ","))})
}

// Futures lists futures by symbol, in no order, those that have not expired.
// exchange "": any.
func (o Contracts) Futures(ctx context.Context, exchange string, symbols ...string) (map[string][]Future, error) {
	q := queryOf("symbols", strings.Join(symbols, ","), "exchange", exchange)
	return do[map[string][]Future](ctx, o.c, opFutures, args{query: q})
}

// SecDef is the definitions of up to 200 contracts. Unknown ones are left
// out; none at all can be a 204, which gives no rows.
func (o Contracts) SecDef(ctx context.Context, conids ...int64) (SecDefs, error) {
	return do[SecDefs](ctx, o.c, opSecDef, args{query: queryOf("conids", joinInts(conids))})
}

// AllConids lists the stocks of an exchange. It has stocks only.
func (o Contracts) AllConids(ctx context.Context, exchange string) ([]ExchangeConid, error) {
	return do[[]ExchangeConid](ctx, o.c, opAllConids, args{query: queryOf("exchange", exchange, "assetClass", "STK")})
}

func joinInts(list []int64) string {
	var b []byte
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, v, 10)
	}
	return string(b)
}
