package api

import (
	"context"
	"net/http"
)

// AccountSummary is an account's values in its base currency.
type AccountSummary struct {
	AccountType         Text          `json:"accountType,omitzero"`
	Status              Text          `json:"status,omitzero"`
	Balance             Num           `json:"balance,omitzero"`
	SMA                 Num           `json:"SMA,omitzero"`
	BuyingPower         Num           `json:"buyingPower,omitzero"`
	AvailableFunds      Num           `json:"availableFunds,omitzero"`
	ExcessLiquidity     Num           `json:"excessLiquidity,omitzero"`
	NetLiquidationValue Num           `json:"netLiquidationValue,omitzero"`
	EquityWithLoanValue Num           `json:"equityWithLoanValue,omitzero"`
	RegTLoan            Num           `json:"regTLoan,omitzero"`
	SecuritiesGVP       Num           `json:"securitiesGVP,omitzero"`
	TotalCashValue      Num           `json:"totalCashValue,omitzero"`
	AccruedInterest     Num           `json:"accruedInterest,omitzero"`
	RegTMargin          Num           `json:"regTMargin,omitzero"`
	InitialMargin       Num           `json:"initialMargin,omitzero"`
	MaintenanceMargin   Num           `json:"maintenanceMargin,omitzero"`
	CashBalances        []CashBalance `json:"cashBalances,omitzero"`
	Extra
}

// CashBalance is the cash in one currency.
type CashBalance struct {
	Currency    Text `json:"currency,omitzero"`
	Balance     Num  `json:"balance,omitzero"`
	SettledCash Num  `json:"settledCash,omitzero"`
	Extra
}

// The sub-reports are by segment: "total", "securities", "commodities",
// "Crypto at Paxos". Their values are texts such as "994,831 USD", which Num
// reads. The document has abbreviated names where the servers have long ones;
// both are here.

// SegmentFunds is one segment's funds.
type SegmentFunds struct {
	CurrentAvailable   Num `json:"current_available,omitzero"`
	CurrentExcess      Num `json:"current_excess,omitzero"`
	BuyingPower        Num `json:"buying_power,omitzero"`
	Leverage           Num `json:"leverage,omitzero"`
	LookAheadAvailable Num `json:"look_ahead_available,omitzero"`
	LookAheadExcess    Num `json:"look_ahead_excess,omitzero"`

	// In the document only.
	PostExpiryExcess    Num  `json:"Prdctd Pst-xpry Excss,omitzero"`
	LookAheadFunds      Num  `json:"Lk Ahd Avlbl Fnds,omitzero"`
	LookAheadLiquidity  Num  `json:"Lk Ahd Excss Lqdty,omitzero"`
	LookAheadNextChange Text `json:"Lk Ahd Nxt Chng,omitzero"`
	OvernightAvailable  Num  `json:"overnight_available,omitzero"`
	OvernightExcess     Num  `json:"overnight_excess,omitzero"`
	DayTradesLeft       Text `json:"day_trades_left,omitzero"` // a number or "Unlimited"
	SMA                 Num  `json:"SMA,omitzero"`
	Extra
}

// SegmentBalances is one segment's balances.
type SegmentBalances struct {
	NetLiquidation   Num `json:"net_liquidation,omitzero"`
	EquityWithLoan   Num `json:"equity_with_loan,omitzero"`
	Cash             Num `json:"cash,omitzero"`
	MTDInterest      Num `json:"MTD Interest,omitzero"`
	PreviousDayELV   Num `json:"previous_day_equity_with_loan,omitzero"`
	GrossPositionSec Num `json:"sec_gross_pos_val,omitzero"`

	// In the document only.
	NetLiquidationUncertainty Num `json:"Nt Lqdtn Uncrtnty,omitzero"`
	PreviousDayELVShort       Num `json:"Prvs Dy Eqty Wth Ln Vl,omitzero"`
	PendingDebitCard          Num `json:"Pndng Dbt Crd Chrgs,omitzero"`
	Extra
}

// SegmentMargins is one segment's margin requirements.
type SegmentMargins struct {
	CurrentInitial   Num `json:"current_initial,omitzero"`
	CurrentMaint     Num `json:"current_maint,omitzero"`
	LookAheadInitial Num `json:"look_ahead_initial,omitzero"`
	LookAheadMaint   Num `json:"look_ahead_maint,omitzero"`
	RegTMargin       Num `json:"RegT Margin,omitzero"`

	// In the document only.
	PostExpiryAtOpen        Num `json:"Prdctd Pst-xpry Mrgn @ Opn,omitzero"`
	ProjectedInitial        Num `json:"projected_liquidity_inital_margin,omitzero"` //nolint:misspell // IBKR's spelling
	ProjectedLookAheadMaint Num `json:"Prjctd Lk Ahd Mntnnc Mrgn,omitzero"`
	ProjectedOvernightInit  Num `json:"projected_overnight_initial_margin,omitzero"`
	ProjectedOvernightMaint Num `json:"Prjctd Ovrnght Mntnnc Mrgn,omitzero"`
	Extra
}

// MarketValue is what is held in one currency, in that currency.
type MarketValue struct {
	TotalCash           Num `json:"total_cash,omitzero"`
	SettledCash         Num `json:"settled_cash,omitzero"`
	MTDInterest         Num `json:"MTD Interest,omitzero"`
	Stock               Num `json:"stock,omitzero"`
	Options             Num `json:"options,omitzero"`
	Futures             Num `json:"futures,omitzero"`
	FutureOptions       Num `json:"future_options,omitzero"`
	Funds               Num `json:"funds,omitzero"`
	DividendsReceivable Num `json:"dividends_receivable,omitzero"`
	MutualFunds         Num `json:"mutual_funds,omitzero"`
	MoneyMarket         Num `json:"money_market,omitzero"`
	Bonds               Num `json:"bonds,omitzero"`
	GovtBonds           Num `json:"Govt Bonds,omitzero"`
	TBills              Num `json:"t_bills,omitzero"`
	Warrants            Num `json:"warrants,omitzero"`
	IssuerOption        Num `json:"issuer_option,omitzero"`
	Commodity           Num `json:"commodity,omitzero"`
	NotionalCFD         Num `json:"Notional CFD,omitzero"`
	CFD                 Num `json:"cfd,omitzero"`
	Cryptocurrency      Num `json:"Cryptocurrency,omitzero"`
	NetLiquidation      Num `json:"net_liquidation,omitzero"`
	UnrealizedPnL       Num `json:"unrealized_pnl,omitzero"`
	RealizedPnL         Num `json:"realized_pnl,omitzero"`
	ExchangeRate        Num `json:"Exchange Rate,omitzero"`
	Extra
}

var (
	opAccountSummary = register(Op{Group: "Accounts", Name: "Summary", Method: http.MethodGet, Path: "/iserver/account/{accountId}/summary"})
	opAvailableFunds = register(Op{Group: "Accounts", Name: "AvailableFunds", Method: http.MethodGet, Path: "/iserver/account/{accountId}/summary/available_funds"})
	opBalances       = register(Op{Group: "Accounts", Name: "Balances", Method: http.MethodGet, Path: "/iserver/account/{accountId}/summary/balances"})
	opMargins        = register(Op{Group: "Accounts", Name: "Margins", Method: http.MethodGet, Path: "/iserver/account/{accountId}/summary/margins"})
	opMarketValue    = register(Op{Group: "Accounts", Name: "MarketValue", Method: http.MethodGet, Path: "/iserver/account/{accountId}/summary/market_value"})
)

// Summary is an account's values. An unknown account is a 400.
func (a Accounts) Summary(ctx context.Context, account string) (AccountSummary, error) {
	return do[AccountSummary](ctx, a.c, opAccountSummary, args{params: map[string]string{"accountId": account}})
}

// AvailableFunds is an account's funds by segment.
func (a Accounts) AvailableFunds(ctx context.Context, account string) (map[string]SegmentFunds, error) {
	return do[map[string]SegmentFunds](ctx, a.c, opAvailableFunds, args{params: map[string]string{"accountId": account}})
}

// Balances is an account's balances by segment.
func (a Accounts) Balances(ctx context.Context, account string) (map[string]SegmentBalances, error) {
	return do[map[string]SegmentBalances](ctx, a.c, opBalances, args{params: map[string]string{"accountId": account}})
}

// Margins is an account's margin requirements by segment.
func (a Accounts) Margins(ctx context.Context, account string) (map[string]SegmentMargins, error) {
	return do[map[string]SegmentMargins](ctx, a.c, opMargins, args{params: map[string]string{"accountId": account}})
}

// MarketValue is what an account holds by currency.
func (a Accounts) MarketValue(ctx context.Context, account string) (map[string]MarketValue, error) {
	return do[map[string]MarketValue](ctx, a.c, opMarketValue, args{params: map[string]string{"accountId": account}})
}
