package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Portfolio is the operations about what accounts hold. They need no
// brokerage session. An account that is not the login's is a 401 without a
// body: ibkr.KindNotFound, the session is fine.
type Portfolio struct{ c Caller }

// PortfolioAccount is an account with its attributes.
type PortfolioAccount struct {
	ID                  Text           `json:"id,omitzero"`
	PrepaidCryptoZ      Bool           `json:"PrepaidCrypto-Z,omitzero"`
	PrepaidCryptoP      Bool           `json:"PrepaidCrypto-P,omitzero"`
	BrokerageAccess     Bool           `json:"brokerageAccess,omitzero"` // false without a brokerage session
	AccountID           Text           `json:"accountId,omitzero"`
	AccountVan          Text           `json:"accountVan,omitzero"`
	AccountTitle        Text           `json:"accountTitle,omitzero"`
	DisplayName         Text           `json:"displayName,omitzero"`
	AccountAlias        Text           `json:"accountAlias,omitzero"`
	AccountStatus       Num            `json:"accountStatus,omitzero"` // when it was opened, milliseconds since 1970
	Currency            Text           `json:"currency,omitzero"`      // base currency
	Type                Text           `json:"type,omitzero"`          // INDIVIDUAL, JOINT, ORG, TRUST, DEMO
	TradingType         Text           `json:"tradingType,omitzero"`   // STKCASH, STKMRGN, STKNOPT, PMRGN
	BusinessType        Text           `json:"businessType,omitzero"`
	Category            Text           `json:"category,omitzero"`
	IBEntity            Text           `json:"ibEntity,omitzero"` // IBLLC-US, ...
	FAClient            Bool           `json:"faclient,omitzero"` // faClient in the document
	ClearingStatus      Text           `json:"clearingStatus,omitzero"`
	Covestor            Bool           `json:"covestor,omitzero"`
	NoClientTrading     Bool           `json:"noClientTrading,omitzero"`
	TrackVirtualFX      Bool           `json:"trackVirtualFXPortfolio,omitzero"`
	AccountCustomerType Text           `json:"acctCustType,omitzero"`
	Parent              *ParentAccount `json:"parent,omitzero"`
	Description         Text           `json:"desc,omitzero"`
	FAClientAsInTheSpec Bool           `json:"faClient,omitzero"`
	Extra
}

// ParentAccount is where an account belongs.
type ParentAccount struct {
	MMC         []Text `json:"mmc,omitzero"`
	AccountID   Text   `json:"accountId,omitzero"`
	IsMParent   Bool   `json:"isMParent,omitzero"`
	IsMChild    Bool   `json:"isMChild,omitzero"`
	IsMultiplex Bool   `json:"isMultiplex,omitzero"`
	Extra
}

// Subaccounts is one page of accounts. The document gives an object; a paper
// account gives the bare list. Both are read, and written back as they came.
type Subaccounts struct {
	Metadata    *PageMetadata      `json:"metadata,omitzero"` // nil for a bare list
	Subaccounts []PortfolioAccount `json:"subaccounts,omitzero"`
	Extra
}

// PageMetadata says which page of how many rows.
type PageMetadata struct {
	Total    Num `json:"total,omitzero"`
	PageSize Num `json:"pageSize,omitzero"` // 20
	PageNum  Num `json:"pageNum,omitzero"`  // from 0
	Extra
}

type subaccountsObject Subaccounts // without the methods

// UnmarshalJSON reads either form.
func (s *Subaccounts) UnmarshalJSON(b []byte) error { return Decode(b, s) }

func (s *Subaccounts) decode(d *decoder, data []byte, depth int) error {
	*s = Subaccounts{}
	if data[0] == '[' {
		return d.of(data, &s.Subaccounts, depth)
	}
	return d.of(data, (*subaccountsObject)(s), depth)
}

// MarshalJSON writes the form that was read.
func (s Subaccounts) MarshalJSON() ([]byte, error) {
	if s.Metadata == nil && s.Extra.fields == nil && s.Subaccounts != nil {
		return Encode(s.Subaccounts)
	}
	return Encode(subaccountsObject(s))
}

var (
	opPortfolioAccounts = register(Op{Group: "Portfolio", Name: "Accounts", Method: http.MethodGet, Path: "/portfolio/accounts"})
	opSubaccounts       = register(Op{Group: "Portfolio", Name: "Subaccounts", Method: http.MethodGet, Path: "/portfolio/subaccounts"})
	opSubaccountsPage   = register(Op{
		Group: "Portfolio", Name: "SubaccountsPage", Method: http.MethodGet, Path: "/portfolio/subaccounts2",
		NotSpec: "documented in prose for advisors with more than 100 accounts; recorded",
	})
	opMeta = register(Op{Group: "Portfolio", Name: "Meta", Method: http.MethodGet, Path: "/portfolio/{accountId}/meta"})
)

// Accounts lists the accounts, at most once in five seconds. IBKR wants this
// asked before the other operations of the group.
func (p Portfolio) Accounts(ctx context.Context) ([]PortfolioAccount, error) {
	return do[[]PortfolioAccount](ctx, p.c, opPortfolioAccounts, args{})
}

// Subaccounts lists an advisor's accounts, up to 100, at most once in five seconds.
func (p Portfolio) Subaccounts(ctx context.Context) ([]PortfolioAccount, error) {
	return do[[]PortfolioAccount](ctx, p.c, opSubaccounts, args{})
}

// SubaccountsPage lists an advisor's accounts, 20 a page, pages from 0.
func (p Portfolio) SubaccountsPage(ctx context.Context, page int) (Subaccounts, error) {
	return do[Subaccounts](ctx, p.c, opSubaccountsPage, args{query: url.Values{"page": {strconv.Itoa(page)}}})
}

// Meta is one account's attributes.
func (p Portfolio) Meta(ctx context.Context, account string) (PortfolioAccount, error) {
	return do[PortfolioAccount](ctx, p.c, opMeta, args{params: map[string]string{"accountId": account}})
}

// PortfolioAllocation is what is held, in base currency, by asset class, sector and
// industry group.
type PortfolioAllocation struct {
	AssetClass *LongShort `json:"assetClass,omitzero"`
	Sector     *LongShort `json:"sector,omitzero"`
	Group      *LongShort `json:"group,omitzero"`
	Extra
}

// LongShort is values by name, long and short apart.
type LongShort struct {
	Long  map[string]Num `json:"long,omitzero"`
	Short map[string]Num `json:"short,omitzero"`
	Extra
}

// AccountList names accounts.
type AccountList struct {
	AcctIDs []string `json:"acctIds"`
}

var (
	opAllocation             = register(Op{Group: "Portfolio", Name: "Allocation", Method: http.MethodGet, Path: "/portfolio/{accountId}/allocation"})
	opConsolidatedAllocation = register(Op{
		Group: "Portfolio", Name: "ConsolidatedAllocation", Method: http.MethodPost, Path: "/portfolio/allocation",
		NotSpec: "documented in prose; recorded",
	})
)

// Allocation is how an account's holdings are spread. model "": all.
func (p Portfolio) Allocation(ctx context.Context, account, model string) (PortfolioAllocation, error) {
	return do[PortfolioAllocation](ctx, p.c, opAllocation, args{
		params: map[string]string{"accountId": account}, query: queryOf("model", model),
	})
}

// ConsolidatedAllocation is how the holdings of several accounts are spread
// together. Accounts without any position can give a 500.
func (p Portfolio) ConsolidatedAllocation(ctx context.Context, accounts ...string) (PortfolioAllocation, error) {
	return do[PortfolioAllocation](ctx, p.c, opConsolidatedAllocation, args{body: AccountList{accounts}})
}

// SummaryValue is one value of an account.
type SummaryValue struct {
	Amount    Num  `json:"amount,omitzero"`
	Currency  Text `json:"currency,omitzero"` // null for what is no money
	IsNull    Bool `json:"isNull,omitzero"`
	Timestamp Num  `json:"timestamp,omitzero"` // seconds on the wire, milliseconds in the documents
	Value     Text `json:"value,omitzero"`     // text; null for money in the documents
	Severity  Num  `json:"severity,omitzero"`
	Extra
}

// LedgerRow is the cash and values of an account in one currency.
type LedgerRow struct {
	CommodityMarketValue      Num  `json:"commoditymarketvalue,omitzero"`
	FutureMarketValue         Num  `json:"futuremarketvalue,omitzero"`
	SettledCash               Num  `json:"settledcash,omitzero"`
	ExchangeRate              Num  `json:"exchangerate,omitzero"` // base currency for one of this
	SessionID                 Num  `json:"sessionid,omitzero"`
	CashBalance               Num  `json:"cashbalance,omitzero"`
	CorporateBondsMarketValue Num  `json:"corporatebondsmarketvalue,omitzero"`
	WarrantsMarketValue       Num  `json:"warrantsmarketvalue,omitzero"`
	NetLiquidationValue       Num  `json:"netliquidationvalue,omitzero"`
	Interest                  Num  `json:"interest,omitzero"`
	UnrealizedPnL             Num  `json:"unrealizedpnl,omitzero"`
	StockMarketValue          Num  `json:"stockmarketvalue,omitzero"`
	MoneyFunds                Num  `json:"moneyfunds,omitzero"`
	Currency                  Text `json:"currency,omitzero"`
	RealizedPnL               Num  `json:"realizedpnl,omitzero"`
	Funds                     Num  `json:"funds,omitzero"`
	AcctCode                  Text `json:"acctcode,omitzero"`
	IssuerOptionsMarketValue  Num  `json:"issueroptionsmarketvalue,omitzero"`
	Key                       Text `json:"key,omitzero"`       // LedgerList
	Timestamp                 Num  `json:"timestamp,omitzero"` // seconds since 1970
	Severity                  Num  `json:"severity,omitzero"`
	StockOptionMarketValue    Num  `json:"stockoptionmarketvalue,omitzero"`
	FuturesOnlyPnL            Num  `json:"futuresonlypnl,omitzero"`
	TBondsMarketValue         Num  `json:"tbondsmarketvalue,omitzero"`
	FutureOptionMarketValue   Num  `json:"futureoptionmarketvalue,omitzero"`
	CashBalanceFXSegment      Num  `json:"cashbalancefxsegment,omitzero"`
	SecondKey                 Text `json:"secondkey,omitzero"` // the currency
	TBillsMarketValue         Num  `json:"tbillsmarketvalue,omitzero"`
	EndOfBundle               Num  `json:"endofbundle,omitzero"` // on one currency, on all or on none
	Dividends                 Num  `json:"dividends,omitzero"`
	CryptocurrencyValue       Num  `json:"cryptocurrencyvalue,omitzero"`
	Extra
}

var (
	opPortfolioSummary = register(Op{Group: "Portfolio", Name: "Summary", Method: http.MethodGet, Path: "/portfolio/{accountId}/summary"})
	opLedger           = register(Op{Group: "Portfolio", Name: "Ledger", Method: http.MethodGet, Path: "/portfolio/{accountId}/ledger"})
)

// Summary is an account's values, about 120 by name: netliquidation,
// availablefunds, buyingpower, ... with "-s" behind for the securities
// segment and "-c" for commodities.
func (p Portfolio) Summary(ctx context.Context, account string) (map[string]SummaryValue, error) {
	return do[map[string]SummaryValue](ctx, p.c, opPortfolioSummary, args{params: map[string]string{"accountId": account}})
}

// Ledger is the cash and values of an account by currency; "BASE" is all of
// it, in base currency.
func (p Portfolio) Ledger(ctx context.Context, account string) (map[string]LedgerRow, error) {
	return do[map[string]LedgerRow](ctx, p.c, opLedger, args{params: map[string]string{"accountId": account}})
}

// queryOf makes a query of pairs, without those whose value is "".
func queryOf(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

var _ json.Marshaler = Subaccounts{}
