package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// Accounts is the operations about the accounts that a login may trade.
type Accounts struct{ c Caller }

// TradableAccounts is the accounts of the brokerage session and what they may do.
type TradableAccounts struct {
	Accounts      []Text                  `json:"accounts,omitzero"` // with "All" for who has several
	AcctProps     map[string]AccountProps `json:"acctProps,omitzero"`
	Aliases       map[string]Text         `json:"aliases,omitzero"`
	AllowFeatures *AccountFeatures        `json:"allowFeatures,omitzero"`
	ChartPeriods  map[string][]Text       `json:"chartPeriods,omitzero"` // by asset class; "*": all
	Groups        []Text                  `json:"groups,omitzero"`
	Profiles      []Text                  `json:"profiles,omitzero"`
	Selected      Text                    `json:"selectedAccount,omitzero"`
	ServerInfo    *SessionServer          `json:"serverInfo,omitzero"`
	SessionID     Text                    `json:"sessionId,omitzero"`
	IsFT          Bool                    `json:"isFT,omitzero"`    // a free trial; isFt in the document
	IsPaper       Bool                    `json:"isPaper,omitzero"` // false: real money
	Extra
}

// AccountProps is what one account may do.
type AccountProps struct {
	HasChildAccounts  Bool `json:"hasChildAccounts,omitzero"`
	SupportsCashQty   Bool `json:"supportsCashQty,omitzero"`
	LiteUnderPro      Bool `json:"liteUnderPro,omitzero"`
	NoFXConv          Bool `json:"noFXConv,omitzero"`
	IsProp            Bool `json:"isProp,omitzero"`
	SupportsFractions Bool `json:"supportsFractions,omitzero"`
	AllowCustomerTime Bool `json:"allowCustomerTime,omitzero"`
	AutoFX            Bool `json:"autoFx,omitzero"`
	Extra
}

// AccountFeatures is what a login may use.
type AccountFeatures struct {
	ShowGFIS                  Bool `json:"showGFIS,omitzero"`
	ShowEUCostReport          Bool `json:"showEUCostReport,omitzero"`
	AllowEventContract        Bool `json:"allowEventContract,omitzero"`
	AllowFXConv               Bool `json:"allowFXConv,omitzero"`
	AllowFinancialLens        Bool `json:"allowFinancialLens,omitzero"`
	AllowMTA                  Bool `json:"allowMTA,omitzero"`
	AllowTypeAhead            Bool `json:"allowTypeAhead,omitzero"`
	AllowEventTrading         Bool `json:"allowEventTrading,omitzero"`
	SnapshotRefreshTimeout    Num  `json:"snapshotRefreshTimeout,omitzero"` // seconds
	LiteUser                  Bool `json:"liteUser,omitzero"`
	ShowWebNews               Bool `json:"showWebNews,omitzero"`
	Research                  Bool `json:"research,omitzero"`
	DebugPnl                  Bool `json:"debugPnl,omitzero"`
	ShowTaxOpt                Bool `json:"showTaxOpt,omitzero"`
	ShowImpactDashboard       Bool `json:"showImpactDashboard,omitzero"`
	AllowDynAccount           Bool `json:"allowDynAccount,omitzero"` // SearchDynamic and SetDynamic work
	AllowCrypto               Bool `json:"allowCrypto,omitzero"`
	AllowFA                   Bool `json:"allowFA,omitzero"`
	AllowLiteUnderPro         Bool `json:"allowLiteUnderPro,omitzero"`
	AllowedAssetTypes         Text `json:"allowedAssetTypes,omitzero"` // with commas between
	RestrictTradeSubscription Bool `json:"restrictTradeSubscription,omitzero"`
	ShowUKUserLabels          Bool `json:"showUkUserLabels,omitzero"`
	SideBySide                Bool `json:"sideBySide,omitzero"`
	Extra
}

var opTradable = register(Op{Group: "Accounts", Name: "Tradable", Method: http.MethodGet, Path: "/iserver/accounts"})

// Tradable lists the accounts of the brokerage session. IBKR wants this asked
// before orders are changed or market data is read.
func (a Accounts) Tradable(ctx context.Context) (TradableAccounts, error) {
	return do[TradableAccounts](ctx, a.c, opTradable, args{})
}

// AccountChoice names an account.
type AccountChoice struct {
	AcctID Text `json:"acctId,omitzero"`
}

// AccountSet says which account was chosen. Choosing the one that is chosen
// already gives only Success, in words.
type AccountSet struct {
	Set     Bool `json:"set,omitzero"`
	AcctID  Text `json:"acctId,omitzero"`
	Success Text `json:"success,omitzero"`
	Extra
}

var opSwitch = register(Op{Group: "Accounts", Name: "Switch", Method: http.MethodPost, Path: "/iserver/account", Urgency: ibkr.Write})

// Switch chooses the account that the session works with. An unknown one is a 500.
func (a Accounts) Switch(ctx context.Context, account string) (AccountSet, error) {
	return do[AccountSet](ctx, a.c, opSwitch, args{body: AccountChoice{TextOf(account)}})
}

// DynamicAccounts is what a search found.
type DynamicAccounts struct {
	Matched []DynamicAccount `json:"matchedAccounts,omitzero"`
	Pattern Text             `json:"pattern,omitzero"`
	Extra
}

// DynamicAccount is one account of a search.
type DynamicAccount struct {
	AccountID    Text `json:"accountId,omitzero"`
	Alias        Text `json:"alias,omitzero"`
	AllocationID Text `json:"allocationId,omitzero"`
	Extra
}

var (
	opSearchDynamic = register(Op{Group: "Accounts", Name: "SearchDynamic", Method: http.MethodGet, Path: "/iserver/account/search/{searchPattern}"})
	opSetDynamic    = register(Op{Group: "Accounts", Name: "SetDynamic", Method: http.MethodPost, Path: "/iserver/dynaccount", Urgency: ibkr.Write})
)

// SearchDynamic finds accounts by the beginning of their name. Only logins
// with the DYNACCT property have it; others get a 503.
func (a Accounts) SearchDynamic(ctx context.Context, pattern string) (DynamicAccounts, error) {
	return do[DynamicAccounts](ctx, a.c, opSearchDynamic, args{params: map[string]string{"searchPattern": pattern}})
}

// SetDynamic chooses an account that SearchDynamic found. Logins without the
// DYNACCT property get a 401, which says nothing about the session.
func (a Accounts) SetDynamic(ctx context.Context, account string) (AccountSet, error) {
	return do[AccountSet](ctx, a.c, opSetDynamic, args{body: AccountChoice{TextOf(account)}})
}

// PartitionedPnL is profit and loss by account and model: keys such as
// "U1234567.Core". No entry at all is a valid answer of a session that is new.
type PartitionedPnL struct {
	UPnL map[string]PnLRow `json:"upnl,omitzero"`
	Extra
}

// PnLRow is the profit and loss of one account, in its base currency.
type PnLRow struct {
	RowType         Num `json:"rowType,omitzero"` // 1: an account
	DailyPnL        Num `json:"dpl,omitzero"`
	NetLiquidity    Num `json:"nl,omitzero"`
	UnrealizedPnL   Num `json:"upl,omitzero"`
	UEL             Num `json:"uel,omitzero"` // newer servers only; IBKR does not say what it is
	ExcessLiquidity Num `json:"el,omitzero"`
	MarketValue     Num `json:"mv,omitzero"`
	Extra
}

var opPnL = register(Op{Group: "Accounts", Name: "PnL", Method: http.MethodGet, Path: "/iserver/account/pnl/partitioned"})

// PnL is the profit and loss of the day, at most once in five seconds.
func (a Accounts) PnL(ctx context.Context) (PartitionedPnL, error) {
	return do[PartitionedPnL](ctx, a.c, opPnL, args{})
}

// Owners is who owns and may use an account.
type Owners struct {
	AccountID Text        `json:"accountId,omitzero"`
	Users     []OwnerUser `json:"users,omitzero"`
	Applicant *Applicant  `json:"applicant,omitzero"`
	Extra
}

// OwnerUser is one user of an account.
type OwnerUser struct {
	RoleID          Text         `json:"roleId,omitzero"` // OWNER, Trustee, ...
	HasRightCodeInd Bool         `json:"hasRightCodeInd,omitzero"`
	UserName        Text         `json:"userName,omitzero"`
	Entity          *OwnerEntity `json:"entity,omitzero"`
	Extra
}

// OwnerEntity is a person or an organization.
type OwnerEntity struct {
	FirstName   Text `json:"firstName,omitzero"`
	LastName    Text `json:"lastName,omitzero"`
	EntityType  Text `json:"entityType,omitzero"` // INDIVIDUAL, Joint, ORG
	EntityName  Text `json:"entityName,omitzero"`
	DateOfBirth Text `json:"dateOfBirth,omitzero"` // 1990-01-15
	Extra
}

// Applicant is who signs for an account.
type Applicant struct {
	Signatures []Text `json:"signatures,omitzero"`
	Extra
}

var opOwners = register(Op{Group: "Accounts", Name: "Owners", Method: http.MethodGet, Path: "/acesws/{accountId}/signatures-and-owners"})

// Owners tells who owns an account. An account that is not the login's is a
// 401 without a body: ibkr.KindNotFound, the session is fine.
func (a Accounts) Owners(ctx context.Context, account string) (Owners, error) {
	return do[Owners](ctx, a.c, opOwners, args{params: map[string]string{"accountId": account}})
}
