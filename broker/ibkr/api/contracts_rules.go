package api

import (
	"context"
	"net/http"
)

// ContractInfo is what a contract is. The names are as on the wire; the prose
// documents have others.
type ContractInfo struct {
	CFICode                   Text           `json:"cfi_code,omitzero"`
	Symbol                    Text           `json:"symbol,omitzero"`
	CUSIP                     Text           `json:"cusip,omitzero"`
	ExpiryFull                Text           `json:"expiry_full,omitzero"`
	ConID                     Num            `json:"con_id,omitzero"`
	MaturityDate              Text           `json:"maturity_date,omitzero"`
	Industry                  Text           `json:"industry,omitzero"`
	InstrumentType            Text           `json:"instrument_type,omitzero"` // STK, OPT, FUT, CASH, ...
	HasRelatedContracts       Bool           `json:"has_related_contracts,omitzero"`
	TradingClass              Text           `json:"trading_class,omitzero"`
	ValidExchanges            Text           `json:"valid_exchanges,omitzero"` // with commas between
	AllowSellLong             Bool           `json:"allow_sell_long,omitzero"`
	IsZeroCommission          Bool           `json:"is_zero_commission_security,omitzero"`
	LocalSymbol               Text           `json:"local_symbol,omitzero"`
	ContractClarificationType Text           `json:"contract_clarification_type,omitzero"`
	Classifier                Text           `json:"classifier,omitzero"`
	Currency                  Text           `json:"currency,omitzero"`
	Text                      Text           `json:"text,omitzero"`
	UnderlyingConID           Num            `json:"underlying_con_id,omitzero"`
	RTH                       Bool           `json:"r_t_h,omitzero"` // trades outside regular hours, too
	Multiplier                Num            `json:"multiplier,omitzero"`
	UnderlyingIssuer          Text           `json:"underlying_issuer,omitzero"`
	ContractMonth             Text           `json:"contract_month,omitzero"`
	CompanyName               Text           `json:"company_name,omitzero"`
	SmartAvailable            Bool           `json:"smart_available,omitzero"`
	Exchange                  Text           `json:"exchange,omitzero"`
	Category                  Text           `json:"category,omitzero"`
	Rules                     *ContractRules `json:"rules,omitzero"` // InfoAndRules only
	Extra
}

// ContractRules is how a contract can be traded. The words for order types
// here are not those of order tickets.
type ContractRules struct {
	AlgoEligible      Bool                       `json:"algoEligible,omitzero"`
	AllOrNoneEligible Bool                       `json:"allOrNoneEligible,omitzero"`
	OvernightEligible Bool                       `json:"overnightEligible,omitzero"`
	CostReport        Bool                       `json:"costReport,omitzero"`
	CanTradeAcctIDs   []Text                     `json:"canTradeAcctIds,omitzero"`
	Error             Text                       `json:"error,omitzero"`
	OrderTypes        []Text                     `json:"orderTypes,omitzero"` // limit, midprice, market, stop, ...
	IBAlgoTypes       []Text                     `json:"ibAlgoTypes,omitzero"`
	FractionTypes     []Text                     `json:"fraqTypes,omitzero"` // order types that take fractions
	ForceOrderPreview Bool                       `json:"forceOrderPreview,omitzero"`
	CashQtyTypes      []Text                     `json:"cqtTypes,omitzero"` // order types that take a cash amount
	OrderDefaults     map[string]map[string]Text `json:"orderDefaults,omitzero"`
	OrderTypesOutside []Text                     `json:"orderTypesOutside,omitzero"` // outside regular hours
	DefaultSize       Num                        `json:"defaultSize,omitzero"`
	CashSize          Num                        `json:"cashSize,omitzero"`
	SizeIncrement     Num                        `json:"sizeIncrement,omitzero"` // a step for display, no least size
	TIFTypes          []Text                     `json:"tifTypes,omitzero"`      // "DAY/o,a": o outside hours, a with algos
	TIFDefaults       *TIFDefaults               `json:"tifDefaults,omitzero"`
	LimitPrice        Num                        `json:"limitPrice,omitzero"`
	StopPrice         Num                        `json:"stopprice,omitzero"` // stopPrice in the document
	StopPriceSpec     Num                        `json:"stopPrice,omitzero"`
	OrderOrigination  Text                       `json:"orderOrigination,omitzero"`
	Preview           Bool                       `json:"preview,omitzero"`
	DisplaySize       Num                        `json:"displaySize,omitzero"`
	FractionDigits    Num                        `json:"fraqInt,omitzero"` // decimals of a quantity
	CashCurrency      Text                       `json:"cashCcy,omitzero"`
	CashQtyIncrement  Num                        `json:"cashQtyIncr,omitzero"`
	PriceMagnifier    Num                        `json:"priceMagnifier,omitzero"`
	NegativeCapable   Bool                       `json:"negativeCapable,omitzero"`
	IncrementType     Num                        `json:"incrementType,omitzero"`
	IncrementRules    []IncrementRule            `json:"incrementRules,omitzero"`
	Increment         Num                        `json:"increment,omitzero"` // at the present price
	IncrementDigits   Num                        `json:"incrementDigits,omitzero"`
	HasSecondary      Bool                       `json:"hasSecondary,omitzero"`
	ModTypes          []Text                     `json:"modTypes,omitzero"`
	Extra
}

// TIFDefaults is what a new order begins with.
type TIFDefaults struct {
	TIF            Text `json:"TIF,omitzero"`
	Size           Num  `json:"SIZE,omitzero"`
	DefaultAccount Text `json:"DEFAULT_ACCT,omitzero"`
	PMAlgo         Bool `json:"PMALGO,omitzero"`
	Extra
}

// IncrementRule is the price step from LowerEdge on.
type IncrementRule struct {
	LowerEdge Num `json:"lowerEdge,omitzero"`
	Increment Num `json:"increment,omitzero"`
	Extra
}

// RulesRequest asks how a contract can be traded.
type RulesRequest struct {
	Conid       int64 `json:"conid"`
	IsBuy       Bool  `json:"isBuy,omitzero"`
	ModifyOrder Bool  `json:"modifyOrder,omitzero"` // for an order that is there: OrderID
	OrderID     Num   `json:"orderId,omitzero"`
}

// Algos is IBKR's algorithms for a contract.
type Algos struct {
	Algos []Algo `json:"algos,omitzero"`
	Extra
}

// Algo is one of them.
type Algo struct {
	ID          Text        `json:"id,omitzero"`
	Name        Text        `json:"name,omitzero"`
	Description Text        `json:"description,omitzero"`
	Parameters  []AlgoParam `json:"parameters,omitzero"`
	Extra
}

// AlgoParam is one parameter of an algorithm.
type AlgoParam struct {
	ID               Text   `json:"id,omitzero"`
	Name             Text   `json:"name,omitzero"`
	Description      Text   `json:"description,omitzero"`
	ValueClassName   Text   `json:"valueClassName,omitzero"` // String, Double, Integer, Boolean, Time
	GUIRank          Num    `json:"guiRank,omitzero"`
	Required         Bool   `json:"required,omitzero"` // the text "true" on the wire
	DefaultValue     Text   `json:"defaultValue,omitzero"`
	MinValue         Num    `json:"minValue,omitzero"`
	MaxValue         Num    `json:"maxValue,omitzero"`
	LegalStrings     []Text `json:"legalStrings,omitzero"`
	EnabledCondition []Text `json:"enabledConditions,omitzero"`
	PriceMarketRule  Bool   `json:"priceMarketRule,omitzero"`
	Extra
}

// AlgosRequest asks for a contract's algorithms.
type AlgosRequest struct {
	Conid        int64
	Algos        string // up to eight ids with semicolons between; "": all
	Descriptions bool
	Parameters   bool
}

var (
	opInfo         = register(Op{Group: "Contracts", Name: "Info", Method: http.MethodGet, Path: "/iserver/contract/{conid}/info"})
	opInfoAndRules = register(Op{Group: "Contracts", Name: "InfoAndRules", Method: http.MethodGet, Path: "/iserver/contract/{conid}/info-and-rules"})
	opRules        = register(Op{Group: "Contracts", Name: "Rules", Method: http.MethodPost, Path: "/iserver/contract/rules"})
	opAlgos        = register(Op{Group: "Contracts", Name: "Algos", Method: http.MethodGet, Path: "/iserver/contract/{conid}/algos"})
)

// Info is what a contract is. An unknown one is a 400.
func (o Contracts) Info(ctx context.Context, conid int64) (ContractInfo, error) {
	return do[ContractInfo](ctx, o.c, opInfo, args{params: map[string]string{"conid": itoa(conid)}})
}

// InfoAndRules is what a contract is and how it can be traded.
func (o Contracts) InfoAndRules(ctx context.Context, conid int64) (ContractInfo, error) {
	return do[ContractInfo](ctx, o.c, opInfoAndRules, args{params: map[string]string{"conid": itoa(conid)}})
}

// Rules is how a contract can be traded.
func (o Contracts) Rules(ctx context.Context, in RulesRequest) (ContractRules, error) {
	return do[ContractRules](ctx, o.c, opRules, args{body: in})
}

// Algos lists the algorithms for a contract. An unknown one is a 503.
func (o Contracts) Algos(ctx context.Context, in AlgosRequest) (Algos, error) {
	q := queryOf("algos", in.Algos, "addDescription", oneIf(in.Descriptions), "addParams", oneIf(in.Parameters))
	return do[Algos](ctx, o.c, opAlgos, args{params: map[string]string{"conid": itoa(in.Conid)}, query: q})
}

func oneIf(on bool) string {
	if !on {
		return ""
	}
	return "1"
}
