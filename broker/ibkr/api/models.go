package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// Models is the operations of advisors on model portfolios. Every request has
// an id of the caller's choice, which its answer repeats. The calls that can be
// polled take a SubscriptionKey, "" at first.
type Models struct{ c Caller }

// ModelQuery asks about one model, or all.
type ModelQuery struct {
	ReqID           Num  `json:"reqID,omitzero"`
	Model           Text `json:"model,omitzero"`
	SubscriptionKey Text `json:"subscriptionKey,omitzero"`
}

// ModelList is the models of an advisor.
type ModelList struct {
	BaseCcy       Text           `json:"baseCcy,omitzero"`
	MasterAccount Text           `json:"masterAccount,omitzero"`
	Models        []ModelSummary `json:"models,omitzero"`
	ReqID         Num            `json:"reqID,omitzero"`
	Subscription  Num            `json:"subscriptionStatus,omitzero"` // 1: polled
	Extra
}

// ModelSummary is one model.
type ModelSummary struct {
	Model        Text `json:"model,omitzero"`
	Desc         Text `json:"desc,omitzero"`
	IsStatic     Bool `json:"isStatic,omitzero"` // targets do not follow the market
	Mismatch     Bool `json:"mismatch,omitzero"` // what is held is off its targets
	NLV          Num  `json:"nlv,omitzero"`
	NumAccounts  Num  `json:"numAccounts,omitzero"`
	Bootstrapped Bool `json:"bootstrapped,omitzero"`
	CustomIndex  Bool `json:"customIndex,omitzero"`
	CI           Bool `json:"ci,omitzero"`
	ReqID        Num  `json:"reqID,omitzero"`
	Subscription Num  `json:"subscriptionStatus,omitzero"`
	Extra
}

// ModelPositionQuery asks what a model holds.
type ModelPositionQuery struct {
	ReqID           Num  `json:"reqID,omitzero"`
	Model           Text `json:"model,omitzero"`
	SortField       Text `json:"sortField,omitzero"`     // actl, ccy, cid, dlv, instrument, mv, position, target ...
	SortDirection   Text `json:"sortDirection,omitzero"` // ASC or DESC
	Limit           Num  `json:"limit,omitzero"`
	SubscriptionKey Text `json:"subscriptionKey,omitzero"`
}

// ModelPositions is what a model holds. Shares of it are fractions of 1.
type ModelPositions struct {
	Model        Text            `json:"model,omitzero"`
	Cash         []ModelCash     `json:"cash,omitzero"`
	Positions    []ModelPosition `json:"positionList,omitzero"`
	Mismatched   Bool            `json:"mismatched,omitzero"`
	NLV          Num             `json:"nlv,omitzero"`
	PositionTime Num             `json:"positionTs,omitzero"` // milliseconds since 1970
	StocksOnly   Bool            `json:"stkOnly,omitzero"`
	TotalDLV     Num             `json:"totalDlv,omitzero"`
	TotalMV      Num             `json:"totalMv,omitzero"`
	ReqID        Num             `json:"reqID,omitzero"`
	Subscription Num             `json:"subscriptionStatus,omitzero"`
	Extra
}

// ModelCash is a currency of a model.
type ModelCash struct {
	Ccy       Text `json:"ccy,omitzero"`
	Actual    Num  `json:"actl,omitzero"`
	Target    Num  `json:"trgt,omitzero"`
	Rate      Num  `json:"exrt,omitzero"`
	Imbalance Num  `json:"instrImbalance,omitzero"`
	MV        Num  `json:"mv,omitzero"`
	Extra
}

// ModelPosition is a contract of a model. A range that is not set reads None.
type ModelPosition struct {
	Conid        Num  `json:"cid,omitzero"`
	Instrument   Text `json:"instrument,omitzero"`
	Ccy          Text `json:"ccy,omitzero"`
	Rate         Num  `json:"exrt,omitzero"`
	Position     Num  `json:"position,omitzero"`
	MV           Num  `json:"mv,omitzero"`
	DLV          Num  `json:"dlv,omitzero"`
	Actual       Num  `json:"actl,omitzero"`
	RangeMax     Num  `json:"actlRangeMax,omitzero"`
	RangeMin     Num  `json:"actlRangeMin,omitzero"`
	Target       Num  `json:"trgt,omitzero"`
	Imbalance    Num  `json:"instrImbalance,omitzero"`
	MismatchType Num  `json:"mismatchType,omitzero"`
	Flags        Num  `json:"flg,omitzero"`
	Extra
}

// ModelAccountsQuery asks for the accounts of a model.
type ModelAccountsQuery struct {
	ReqID    Num  `json:"reqID,omitzero"`
	Model    Text `json:"model,omitzero"`
	CalcPnLs Bool `json:"calcPnls,omitzero"`
}

// ModelAccounts is the accounts of a model, with a row TOTAL.
type ModelAccounts struct {
	Model         Text           `json:"model,omitzero"`
	BaseCcyMaster Text           `json:"baseCcyMaster,omitzero"`
	Accounts      []ModelAccount `json:"accountInfoList,omitzero"`
	ReqID         Num            `json:"reqID,omitzero"`
	Extra
}

// ModelAccount is an account's part of a model.
type ModelAccount struct {
	Account       Text `json:"account,omitzero"`
	Alias         Text `json:"alias,omitzero"`
	BaseCcy       Text `json:"baseCcyAccount,omitzero"`
	Imbalance     Num  `json:"acctImbalance,omitzero"`
	CostBasis     Num  `json:"costBasis,omitzero"`
	Rate          Num  `json:"exrt,omitzero"`
	IndCash       Num  `json:"indCash,omitzero"` // outside of models
	NLV           Num  `json:"nlv,omitzero"`
	OutsideRange  Num  `json:"numInstrOutsideRange,omitzero"`
	UnrealizedPnL Num  `json:"unrealPnL,omitzero"`
	Extra
}

// ModelInvestment moves money of accounts into a model or out of it.
type ModelInvestment struct {
	ReqID           Num                `json:"reqID,omitzero"`
	Model           Text               `json:"model,omitzero"`
	Accounts        []ModelTransferRow `json:"accountList,omitzero"`
	SubscriptionKey Text               `json:"subscriptionKey,omitzero"`
}

// ModelTransferRow is one account's amount by field names. IBKR's document
// leaves the row open: take the names from IBKR for the account in question.
type ModelTransferRow map[string]Text

// ModelInvestAnswer acknowledges a ModelInvestment. ReqID is text here.
type ModelInvestAnswer struct {
	ReqID           Text `json:"reqID,omitzero"`
	SubscriptionKey Text `json:"subscriptionKey,omitzero"`
	Subscription    Num  `json:"subscriptionStatus,omitzero"`
	Extra
}

// ModelInvestedQuery asks who is invested in a model.
type ModelInvestedQuery struct {
	ReqID        Num  `json:"reqID,omitzero"`
	Model        Text `json:"model,omitzero"`
	Subscription Num  `json:"subscriptionStatus,omitzero"`
}

// ModelInvested is the accounts that are or can be invested in a model.
type ModelInvested struct {
	Model         Text                `json:"model,omitzero"`
	BaseCcyMaster Text                `json:"baseCcyMaster,omitzero"`
	Precision     Text                `json:"baseCcyMasterPrc,omitzero"` // 0.01
	Accounts      []ModelInvestedPart `json:"accountList,omitzero"`
	ReqID         Num                 `json:"reqID,omitzero"`
	Subscription  Num                 `json:"subscriptionStatus,omitzero"`
	Extra
}

// ModelInvestedPart is one account's money, in and out of models.
type ModelInvestedPart struct {
	Account        Text `json:"account,omitzero"`
	Alias          Text `json:"alias,omitzero"`
	BaseCcy        Text `json:"baseCcyAccount,omitzero"`
	Precision      Text `json:"baseCcyAccountPrc,omitzero"`
	Rate           Num  `json:"exrt,omitzero"`
	ModelNLV       Num  `json:"accountModelNlv,omitzero"`
	OtherModelsNLV Num  `json:"accountOtherModelsNlv,omitzero"`
	IndCashNLV     Num  `json:"indCashNlv,omitzero"`
	IndPositionNLV Num  `json:"indPosNlv,omitzero"`
	NLV            Num  `json:"nlv,omitzero"`
	Extra
}

// ModelTargets makes or changes a model. The document asks for a field reqId
// and describes reqID; both are sent.
type ModelTargets struct {
	ReqID           Num              `json:"reqID,omitzero"`
	ReqIDDocument   Num              `json:"reqId,omitzero"` // set by Save
	Model           Text             `json:"model,omitzero"`
	Desc            Text             `json:"desc,omitzero"`
	IsStatic        Bool             `json:"isStatic,omitzero"`
	CashTargets     []ModelTargetRow `json:"cashTargets"`
	PositionTargets []ModelTargetRow `json:"positionTargets"`
}

// ModelTargetRow is one target, in the names of ModelCash and ModelPosition.
// IBKR's document leaves the row open; one that is read by Decode keeps other names, too.
type ModelTargetRow struct {
	Conid      Num  `json:"cid,omitzero"` // of a position
	Instrument Text `json:"instrument,omitzero"`
	Ccy        Text `json:"ccy,omitzero"`
	Target     Num  `json:"trgt,omitzero"` // fraction of 1
	Extra
}

// ModelAnswer acknowledges a request.
type ModelAnswer struct {
	ReqID        Num  `json:"reqID,omitzero"`
	Success      Bool `json:"success,omitzero"`
	Error        Text `json:"error,omitzero"` // of SavePresets; None when there is none
	Subscription Num  `json:"subscriptionStatus,omitzero"`
	Extra
}

// ModelPresets is how models are rebalanced.
type ModelPresets struct {
	ReqID                  Num  `json:"reqID,omitzero"`
	AvoidNegativeCash      Bool `json:"avoidNegativeCashInCore,omitzero"`
	CashQtyFactor          Num  `json:"cashQtyEstimateFactor,omitzero"`
	CloseDivestedCore      Bool `json:"closeDivestCorePosition,omitzero"`
	FullyInvestLong        Bool `json:"fullyInvestExistingLongPositions,omitzero"`
	KeepModelOpen          Bool `json:"keepModelOpen,omitzero"`
	PreferCross            Bool `json:"preferCrossWithIndependent,omitzero"`
	PreferTransfer         Bool `json:"preferTransferFromIndependent,omitzero"`
	RoundToBoardLot        Bool `json:"roundAllocExchBoardLot,omitzero"`
	UseNonBaseCcy          Bool `json:"useNonBaseCcy,omitzero"`
	UseToleranceRange      Bool `json:"useToleranceRange,omitzero"`
	SubscriptionStatusCode Num  `json:"subscriptionStatus,omitzero"`
	Extra
}

// modelRequest is a body that carries the request id under both names that the
// document has for it.
type modelRequest struct {
	ModelQuery
	ReqIDDocument Num `json:"reqId,omitzero"`
}

var opModels = register(Op{Group: "Models", Name: "List", Method: http.MethodPost, Path: "/fa/model/list"})

// List lists the models. POST /fa/model/list.
func (m Models) List(ctx context.Context, q ModelQuery) (ModelList, error) {
	return do[ModelList](ctx, m.c, opModels, args{body: modelRequest{q, q.ReqID}})
}

var opModelSummary = register(Op{Group: "Models", Name: "Summary", Method: http.MethodPost, Path: "/fa/model/summary"})

// Summary is one model. POST /fa/model/summary.
func (m Models) Summary(ctx context.Context, q ModelQuery) (ModelSummary, error) {
	return do[ModelSummary](ctx, m.c, opModelSummary, args{body: q})
}

var opModelPositions = register(Op{Group: "Models", Name: "Positions", Method: http.MethodPost, Path: "/fa/model/positions"})

// Positions is what a model holds. POST /fa/model/positions.
func (m Models) Positions(ctx context.Context, q ModelPositionQuery) (ModelPositions, error) {
	return do[ModelPositions](ctx, m.c, opModelPositions, args{body: q})
}

var opModelAccounts = register(Op{Group: "Models", Name: "Accounts", Method: http.MethodPost, Path: "/fa/model/accounts-details"})

// Accounts is the accounts of a model. POST /fa/model/accounts-details.
func (m Models) Accounts(ctx context.Context, q ModelAccountsQuery) (ModelAccounts, error) {
	return do[ModelAccounts](ctx, m.c, opModelAccounts, args{body: q})
}

var opModelInvest = register(Op{Group: "Models", Name: "Invest", Method: http.MethodPost, Path: "/fa/model/invest-divest", Urgency: ibkr.Write})

// Invest moves money into a model or out of it. It makes orders that wait for
// SubmitTransfers. POST /fa/model/invest-divest.
func (m Models) Invest(ctx context.Context, in ModelInvestment) (ModelInvestAnswer, error) {
	return do[ModelInvestAnswer](ctx, m.c, opModelInvest, args{body: in})
}

var opModelInvested = register(Op{Group: "Models", Name: "Invested", Method: http.MethodPost, Path: "/fa/model/invest-divest-positions"})

// Invested tells who is invested in a model. POST /fa/model/invest-divest-positions.
func (m Models) Invested(ctx context.Context, q ModelInvestedQuery) (ModelInvested, error) {
	return do[ModelInvested](ctx, m.c, opModelInvested, args{body: q})
}

var opModelSave = register(Op{Group: "Models", Name: "Save", Method: http.MethodPost, Path: "/fa/model/save", Urgency: ibkr.Write})

// Save makes a model or changes its targets. POST /fa/model/save.
func (m Models) Save(ctx context.Context, t ModelTargets) (ModelAnswer, error) {
	t.ReqIDDocument = t.ReqID
	t.CashTargets = append([]ModelTargetRow{}, t.CashTargets...)
	t.PositionTargets = append([]ModelTargetRow{}, t.PositionTargets...)
	return do[ModelAnswer](ctx, m.c, opModelSave, args{body: t})
}

// ModelSubmission sends the waiting orders of models.
type ModelSubmission struct {
	ReqID   Num `json:"reqID,omitzero"`
	OrderID Num `json:"fpOrderId,omitzero"` // to follow the orders by
}

var opModelSubmit = register(Op{Group: "Models", Name: "SubmitTransfers", Method: http.MethodPost, Path: "/fa/model/submit-transfers", Urgency: ibkr.Write})

// SubmitTransfers sends all waiting orders of models. It is sent once: after a
// lost answer look at the orders. POST /fa/model/submit-transfers.
func (m Models) SubmitTransfers(ctx context.Context, s ModelSubmission) (ModelAnswer, error) {
	return do[ModelAnswer](ctx, m.c, opModelSubmit, args{body: s})
}

var opModelPresets = register(Op{Group: "Models", Name: "Presets", Method: http.MethodPost, Path: "/fa/fa-preset/get"})

// Presets is how models are rebalanced. POST /fa/fa-preset/get.
func (m Models) Presets(ctx context.Context, q ModelQuery) (ModelPresets, error) {
	return do[ModelPresets](ctx, m.c, opModelPresets, args{body: modelRequest{q, q.ReqID}})
}

var opModelSavePresets = register(Op{Group: "Models", Name: "SavePresets", Method: http.MethodPost, Path: "/fa/fa-preset/save", Urgency: ibkr.Write})

// SavePresets sets how models are rebalanced. POST /fa/fa-preset/save.
func (m Models) SavePresets(ctx context.Context, p ModelPresets) (ModelAnswer, error) {
	return do[ModelAnswer](ctx, m.c, opModelSavePresets, args{body: p})
}
