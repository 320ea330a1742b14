package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Contracts is the operations that find contracts and tell what they are.
// Package contracts, one folder below, answers whole questions with them.
type Contracts struct{ c Caller }

// SearchRequest asks for contracts by symbol or by the name of a company.
// Share classes are written with a space: "BRK B".
type SearchRequest struct {
	Symbol            Text `json:"symbol,omitzero"`
	SecType           Text `json:"secType,omitzero"` // STK, IND, BOND
	Name              Bool `json:"name,omitzero"`    // Symbol is a company's name; such a search does not unlock Strikes
	More              Bool `json:"more,omitzero"`
	Fund              Bool `json:"fund,omitzero"`
	FundFamilyConidEx Text `json:"fundFamilyConidEx,omitzero"`
	Pattern           Bool `json:"pattern,omitzero"`
	Referrer          Text `json:"referrer,omitzero"`
}

// SearchRow is one listing that a search found. They come in no useful order:
// the first can be a foreign one.
type SearchRow struct {
	Conid         Num             `json:"conid,omitzero"` // text on the wire
	BondID        Num             `json:"bondid,omitzero"`
	CompanyHeader Text            `json:"companyHeader,omitzero"`
	CompanyName   Text            `json:"companyName,omitzero"`
	Symbol        Text            `json:"symbol,omitzero"`
	Description   Text            `json:"description,omitzero"` // the listing exchange
	Restricted    Text            `json:"restricted,omitzero"`
	FOP           Text            `json:"fop,omitzero"` // months of options on futures
	OPT           Text            `json:"opt,omitzero"`
	WAR           Text            `json:"war,omitzero"`
	ShowPRIPs     Bool            `json:"showPrips,omitzero"`
	Sections      []SearchSection `json:"sections,omitzero"`
	Issuers       []Issuer        `json:"issuers,omitzero"`
	Extra
}

// SearchSection is one kind of contract that a listing has.
type SearchSection struct {
	SecType    Text `json:"secType,omitzero"`    // STK, OPT, FUT, WAR, CFD, BAG, ...
	Months     Text `json:"months,omitzero"`     // APR26;MAY26;JUN26
	Exchange   Text `json:"exchange,omitzero"`   // SMART;AMEX;CBOE
	Conid      Num  `json:"conid,omitzero"`      // of a CFD, text
	LegSecType Text `json:"legSecType,omitzero"` // of a BAG
	ShowPRIPs  Bool `json:"showPrips,omitzero"`
	Extra
}

// Issuer issues bonds.
type Issuer struct {
	ID   Text `json:"id,omitzero"` // e1432232
	Name Text `json:"name,omitzero"`
	Extra
}

var (
	opSearch     = register(Op{Group: "Contracts", Name: "Search", Method: http.MethodGet, Path: "/iserver/secdef/search"})
	opSearchPost = register(Op{Group: "Contracts", Name: "SearchPost", Method: http.MethodPost, Path: "/iserver/secdef/search"})
)

// Search finds listings. A symbol that nobody has gives an error or an empty
// list. A search must come before Strikes and before market data of
// derivatives in each session.
func (o Contracts) Search(ctx context.Context, in SearchRequest) ([]SearchRow, error) {
	q := queryOf("symbol", in.Symbol.String(), "secType", in.SecType.String(), "name", flag(in.Name), "more", flag(in.More),
		"fund", flag(in.Fund), "fundFamilyConidEx", in.FundFamilyConidEx.String(), "pattern", flag(in.Pattern),
		"referrer", in.Referrer.String())
	return do[[]SearchRow](ctx, o.c, opSearch, args{query: q})
}

// SearchPost is Search with the question in the body. IBKR answers the same.
func (o Contracts) SearchPost(ctx context.Context, in SearchRequest) ([]SearchRow, error) {
	return do[[]SearchRow](ctx, o.c, opSearchPost, args{body: in})
}

func flag(v Bool) string {
	if v.IsZero() {
		return ""
	}
	return strconv.FormatBool(v.True())
}

// StrikesRequest asks for the strikes of a month.
type StrikesRequest struct {
	Conid    int64  // of the underlying
	SecType  string // OPT, FOP, WAR
	Month    string // JAN26; any other form gives empty lists
	Exchange string // "": SMART
}

// Strikes are those of a month's calls and puts.
type Strikes struct {
	Call []Num `json:"call,omitzero"`
	Put  []Num `json:"put,omitzero"`
	Extra
}

// InfoRequest asks for the contracts of a month, a strike and a side; "" leaves
// a field out.
type InfoRequest struct {
	Conid    int64  // of the underlying
	SecType  string // OPT, FOP, WAR, FUT, BOND, CASH, STK, ...
	Month    string // JAN26; 202601 is a 400
	Exchange string
	Strike   Num
	Right    string // C or P
	IssuerID string // of bonds
	Filters  string // of bonds, from BondFilters
}

// ContractDetail is one contract of a family. The document has one object with
// ticker and companyName, the servers a list with symbol.
type ContractDetail struct {
	Conid           Num  `json:"conid,omitzero"`
	Symbol          Text `json:"symbol,omitzero"`
	Ticker          Text `json:"ticker,omitzero"`
	SecType         Text `json:"secType,omitzero"`
	Exchange        Text `json:"exchange,omitzero"`
	ListingExchange Text `json:"listingExchange,omitzero"`
	Right           Text `json:"right,omitzero"` // C, P
	Strike          Num  `json:"strike,omitzero"`
	Currency        Text `json:"currency,omitzero"`
	CUSIP           Text `json:"cusip,omitzero"`
	Coupon          Text `json:"coupon,omitzero"`
	Desc1           Text `json:"desc1,omitzero"`
	Desc2           Text `json:"desc2,omitzero"`
	MaturityDate    Text `json:"maturityDate,omitzero"` // 20260117
	Multiplier      Num  `json:"multiplier,omitzero"`   // text on the wire
	TradingClass    Text `json:"tradingClass,omitzero"`
	ValidExchanges  Text `json:"validExchanges,omitzero"` // with commas between
	CompanyName     Text `json:"companyName,omitzero"`
	PriceRendering  Text `json:"priceRendering,omitzero"`
	ShowPRIPs       Bool `json:"showPrips,omitzero"`
	Extra
}

// BondFilters is what bonds of an issuer can be chosen by.
type BondFilters struct {
	BondFilters []BondFilter `json:"bondFilters,omitzero"`
	Extra
}

// BondFilter is one such attribute.
type BondFilter struct {
	DisplayText Text         `json:"displayText,omitzero"` // Maturity Date, Issue Date, Coupon, Currency
	ColumnID    Num          `json:"columnId,omitzero"`    // 27 maturity, 28 issue date, 25 coupon, 5 currency
	Options     []BondOption `json:"options,omitzero"`
	Extra
}

// BondOption is one value of an attribute.
type BondOption struct {
	Text  Text `json:"text,omitzero"` // Dec 2028; absent where it equals Value
	Value Text `json:"value,omitzero"`
	Extra
}

var (
	opStrikes     = register(Op{Group: "Contracts", Name: "Strikes", Method: http.MethodGet, Path: "/iserver/secdef/strikes"})
	opSecdefInfo  = register(Op{Group: "Contracts", Name: "Details", Method: http.MethodGet, Path: "/iserver/secdef/info"})
	opBondFilters = register(Op{Group: "Contracts", Name: "BondFilters", Method: http.MethodGet, Path: "/iserver/secdef/bond-filters"})
)

// Strikes lists the strikes of a month. Search for the underlying must have
// come first in the session, else the lists are empty.
func (o Contracts) Strikes(ctx context.Context, in StrikesRequest) (Strikes, error) {
	q := queryOf("conid", itoa(in.Conid), "sectype", in.SecType, "month", strings.ToUpper(in.Month), "exchange", in.Exchange)
	return do[Strikes](ctx, o.c, opStrikes, args{query: q})
}

// Details lists the contracts of a family.
func (o Contracts) Details(ctx context.Context, in InfoRequest) ([]ContractDetail, error) {
	q := queryOf("conid", itoa(in.Conid), "sectype", in.SecType, "month", strings.ToUpper(in.Month), "exchange", in.Exchange,
		"strike", in.Strike.Text(), "right", in.Right, "issuerId", in.IssuerID, "filters", in.Filters)
	answer, err := do[OneOrMany[ContractDetail]](ctx, o.c, opSecdefInfo, args{query: q})
	return answer.List, err
}

// BondFilters is what the bonds of an issuer, such as "e1400715", can be
// chosen by. An unknown issuer is a good answer without options.
func (o Contracts) BondFilters(ctx context.Context, issuer string) (BondFilters, error) {
	return do[BondFilters](ctx, o.c, opBondFilters, args{query: queryOf("symbol", "BOND", "issuerId", issuer)})
}
