package risk

import "gannet/market"

// Code is the stable reason of a refusal.
type Code string

// Reason codes, in the order in which the checks run.
const (
	TradingHalted     Code = "TRADING_HALTED"
	ReducingOnly      Code = "REDUCING_ONLY"
	AccountMismatch   Code = "ACCOUNT_MISMATCH"
	PaperLiveMismatch Code = "PAPER_LIVE_MISMATCH"
	BrokerNotReady    Code = "BROKER_NOT_READY"
	NotReconciled     Code = "NOT_RECONCILED"
	InstrumentUnknown Code = "INSTRUMENT_UNKNOWN"
	UnsupportedOrder  Code = "UNSUPPORTED_ORDER_TYPE"
	QtyInvalid        Code = "QTY_INVALID"
	PriceInvalid      Code = "PRICE_INVALID"
	MarketDataStale   Code = "MARKET_DATA_STALE"
	MaxOrderQty       Code = "MAX_ORDER_QTY"
	MaxOrderNotional  Code = "MAX_ORDER_NOTIONAL"
	PriceCollar       Code = "PRICE_COLLAR"
	MaxPosition       Code = "MAX_POSITION"
	DuplicateIntent   Code = "DUPLICATE_INTENT"
	RateSubmit        Code = "RATE_SUBMIT"
	NothingToDo       Code = "NOTHING_TO_DO" // a target that is already held
	OrderNotWorking   Code = "ORDER_NOT_WORKING"
)

// Denial is a refusal. The zero value is none.
type Denial struct {
	Code Code
	Text string // names the value and the limit
}

// Denied says whether there is a refusal.
func (d Denial) Denied() bool { return d.Code != "" }

func (d Denial) String() string {
	if !d.Denied() {
		return ""
	}
	return string(d.Code) + ": " + d.Text
}

// View is one order and what the checks may know around it. WorkingBuy and
// WorkingSell are the account's, in the order's instrument: all that may still
// trade (working, in flight, Unknown), this order not counted.
type View struct {
	Now             market.Nanos
	Order           *market.Order
	Instrument      *market.Instrument // nil: not in the table
	Quote           *market.Tick       // nil or zero: none seen
	Broker          *market.BrokerState
	Reconciled      bool
	State           State
	StateReason     string
	Position        market.Qty
	WorkingBuy      market.Qty
	WorkingSell     market.Qty
	Duplicate       bool // the intent's id was seen before
	SubmitsInSecond int
	SubmitsInMinute int
	OperatorFlatten bool // an operator closes a position: see Gate
}

// Reference is the price at which the order would trade now: the opposite
// quote, or the last trade, or 0 when neither is known.
func (v *View) Reference() market.Price {
	if v.Quote == nil {
		return 0
	}
	if v.Order.Side == market.Buy && v.Quote.Ask > 0 {
		return v.Quote.Ask
	}
	if v.Order.Side == market.Sell && v.Quote.Bid > 0 {
		return v.Quote.Bid
	}
	return v.Quote.Mark()
}

// worst is the highest price at which the order may trade, for its notional.
func (v *View) worst() market.Price {
	ref := v.Reference()
	switch v.Order.Type {
	case market.Limit, market.StopLimit:
		return v.Order.Price
	case market.Stop:
		return max(ref, v.Order.StopPx)
	}
	return ref
}
