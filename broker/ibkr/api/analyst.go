package api

import (
	"context"
	"net/http"
)

// Analyst is the operations of Portfolio Analyst: performance and
// transactions. IBKR allows each but AllPeriods once in 15 minutes.
type Analyst struct{ c Caller }

// PerformanceRequest asks for a period: 1D, 7D, MTD, 1M, 3M, 6M, 12M, 1Y, YTD.
type PerformanceRequest struct {
	AcctIDs []string `json:"acctIds"`
	Period  Text     `json:"period,omitzero"`
}

// Performance is returns and values of accounts over time. Returns are
// fractions: 0.0001 is a hundredth of a percent.
type Performance struct {
	CurrencyType Text               `json:"currencyType,omitzero"` // base
	Code         Num                `json:"rc,omitzero"`           // 0: good; in the documents only
	Method       Text               `json:"pm,omitzero"`           // TWR: time weighted
	Days         Num                `json:"nd,omitzero"`
	ID           Text               `json:"id,omitzero"`
	Included     []Text             `json:"included,omitzero"`
	Cumulative   *PerformanceSeries `json:"cps,omitzero"`
	ByPeriod     *PerformanceSeries `json:"tpps,omitzero"`
	NAV          *PerformanceSeries `json:"nav,omitzero"`
	Extra
}

// PerformanceSeries is values by date.
type PerformanceSeries struct {
	Freq  Text               `json:"freq,omitzero"` // D, M, Q
	Dates []Text             `json:"dates,omitzero"`
	Data  []PerformanceEntry `json:"data,omitzero"`
	Extra
}

// PerformanceEntry is one account's values, one for each date: returns in the
// series of returns, values in that of values.
type PerformanceEntry struct {
	ID           Text  `json:"id,omitzero"`
	IDType       Text  `json:"idType,omitzero"` // acctid
	Start        Text  `json:"start,omitzero"`  // 20260302
	End          Text  `json:"end,omitzero"`
	Returns      []Num `json:"returns,omitzero"`
	StartNAV     *NAV  `json:"startNAV,omitzero"`
	NAVs         []Num `json:"navs,omitzero"`
	BaseCurrency Text  `json:"baseCurrency,omitzero"`
	Extra
}

// NAV is an account's value at the end of a day.
type NAV struct {
	Date  Text `json:"date,omitzero"` // 20260227
	Value Num  `json:"val,omitzero"`
	Extra
}

// AllPeriods is the performance of accounts over every period.
type AllPeriods struct {
	CurrencyType Text                      `json:"currencyType,omitzero"`
	Code         Num                       `json:"rc,omitzero"`
	Method       Text                      `json:"pm,omitzero"`
	Days         Num                       `json:"nd,omitzero"`
	ID           Text                      `json:"id,omitzero"`
	View         []Text                    `json:"view,omitzero"`
	Included     []Text                    `json:"included,omitzero"`
	Accounts     map[string]AccountPeriods `json:"-" api:"rest"` // by account
	Extra
}

// AccountPeriods is one account's performance.
type AccountPeriods struct {
	ByPeriod     map[string]PeriodSeries `json:"-" api:"rest"`     // "1D", "7D", ...
	Periods      []Text                  `json:"periods,omitzero"` // the order of ByPeriod
	BaseCurrency Text                    `json:"baseCurrency,omitzero"`
	Start        Text                    `json:"start,omitzero"` // 20260202
	End          Text                    `json:"end,omitzero"`
	LastUpdate   Text                    `json:"lastSuccessfulUpdate,omitzero"` // 2026-04-02 22:40:19
	Extra
}

// PeriodSeries is values and returns of one period by date.
type PeriodSeries struct {
	Freq     Text   `json:"freq,omitzero"`
	StartNAV *NAV   `json:"startNAV,omitzero"`
	SpecNAV  *NAV   `json:"startNav,omitzero"` // its name in the document
	Dates    []Text `json:"dates,omitzero"`
	NAV      []Num  `json:"nav,omitzero"`
	Returns  []Num  `json:"cps,omitzero"` // cumulative, fractions
	Extra
}

// TransactionsRequest asks for one contract's transactions. IBKR takes a list
// of contracts and looks at the first.
type TransactionsRequest struct {
	AcctIDs  []string `json:"acctIds"`
	Conids   []int64  `json:"conids"`
	Currency string   `json:"currency"`
	Days     Num      `json:"days,omitzero"` // default 90
}

// Transactions is what was bought, sold or paid in a contract.
type Transactions struct {
	Code             Num           `json:"rc,omitzero"`
	Days             Num           `json:"nd,omitzero"`
	RealizedPnL      *RealizedPnL  `json:"rpnl,omitzero"`
	Currency         Text          `json:"currency,omitzero"`
	From             Num           `json:"from,omitzero"` // milliseconds since 1970
	To               Num           `json:"to,omitzero"`
	ID               Text          `json:"id,omitzero"`
	IncludesRealTime Bool          `json:"includesRealTime,omitzero"`
	Transactions     []Transaction `json:"transactions,omitzero"`
	Extra
}

// RealizedPnL is profit and loss that was realized.
type RealizedPnL struct {
	Data   []RealizedRow `json:"data,omitzero"`
	Items  *RealizedRow  `json:"items,omitzero"` // in the document only
	Amount Num           `json:"amt,omitzero"`
	Extra
}

// RealizedRow is the profit or loss of one day.
type RealizedRow struct {
	Date   Text `json:"date,omitzero"`
	Cur    Text `json:"cur,omitzero"`
	FXRate Num  `json:"fxRate,omitzero"`
	Side   Text `json:"side,omitzero"` // L loss, G gain
	AcctID Text `json:"acctid,omitzero"`
	Amount Num  `json:"amt,omitzero"`
	Conid  Num  `json:"conid,omitzero"`
	Extra
}

// Transaction is one of them. Date is text in the server's zone, "Tue Mar 31
// 00:00:00 EDT 2026"; When reads RawDate, too.
type Transaction struct {
	Cur     Text `json:"cur,omitzero"`
	Date    Text `json:"date,omitzero"`
	RawDate Text `json:"rawDate,omitzero"` // 20260331
	FXRate  Num  `json:"fxRate,omitzero"`
	Price   Num  `json:"pr,omitzero"`
	Qty     Num  `json:"qty,omitzero"`
	AcctID  Text `json:"acctid,omitzero"`
	Amount  Num  `json:"amt,omitzero"` // negative for what was bought
	Conid   Num  `json:"conid,omitzero"`
	Type    Text `json:"type,omitzero"` // Buy, Sell, Dividend Payment, ...
	Desc    Text `json:"desc,omitzero"`
	Extra
}

// BalanceSummary is an answer that IBKR does not describe; Fields has it.
type BalanceSummary struct{ Extra }

var (
	opPerformance  = register(Op{Group: "Analyst", Name: "Performance", Method: http.MethodPost, Path: "/pa/performance"})
	opAllPeriods   = register(Op{Group: "Analyst", Name: "AllPeriods", Method: http.MethodPost, Path: "/pa/allperiods"})
	opTransactions = register(Op{Group: "Analyst", Name: "Transactions", Method: http.MethodPost, Path: "/pa/transactions"})
	opPASummary    = register(Op{
		Group: "Analyst", Name: "Summary", Method: http.MethodPost, Path: "/pa/summary",
		NotSpec: "known from IBKR's pacing table only",
	})
)

// Performance is how accounts did in a period. A period that IBKR does not
// know, or no account, is a 400.
func (a Analyst) Performance(ctx context.Context, period string, accounts ...string) (Performance, error) {
	in := PerformanceRequest{AcctIDs: accounts, Period: TextOf(period)}
	return do[Performance](ctx, a.c, opPerformance, args{body: in})
}

// AllPeriods is how accounts did in every period. An unknown account is a 500.
func (a Analyst) AllPeriods(ctx context.Context, accounts ...string) (AllPeriods, error) {
	return do[AllPeriods](ctx, a.c, opAllPeriods, args{body: AccountList{accounts}})
}

// Transactions is a contract's transactions. No contract is a 400, an unknown
// account a 500.
func (a Analyst) Transactions(ctx context.Context, in TransactionsRequest) (Transactions, error) {
	return do[Transactions](ctx, a.c, opTransactions, args{body: in})
}

// Summary is the balances of accounts taken together.
func (a Analyst) Summary(ctx context.Context, accounts ...string) (BalanceSummary, error) {
	return do[BalanceSummary](ctx, a.c, opPASummary, args{body: AccountList{accounts}})
}
