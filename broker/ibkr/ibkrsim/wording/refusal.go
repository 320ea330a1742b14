package wording

import (
	"gannet/market"
)

// Refusal is an order that is not taken: the HTTP status and the error text of
// the answer. Mistakes of the client have status 400; what the account or the
// exchange does not take has 200.
type Refusal struct {
	Status int
	Text   string
}

// Error is the text.
func (r Refusal) Error() string { return r.Text }

// Refusals without details.
var (
	BadSide       = Refusal{400, "Invalid Side (must be 'BUY' or 'SELL')."}
	BadType       = Refusal{400, "Unknown order type"}
	NoContract    = Refusal{400, "conid or conidex is required"}
	LongCOID      = Refusal{400, "cOID is longer than 64 characters"}
	OrderInactive = Refusal{400, "Order is inactive"}
	NotConfirmed  = Refusal{200, "Order not confirmed "} // with the space
	BadPrices     = Refusal{200, "Invalid order price fields"}
	NoTIF         = Refusal{200, "null time in force is not supported for this order"}
	BadLimit      = Refusal{200, "We cannot accept an order at the limit price you selected. Please submit your order " +
		"using a limit price that is closer to the current market price."}
	StopOutside = Refusal{200, "A stop order cannot work outside regular trading hours."}
	OtherOrder  = Refusal{200, "An order's contract and side cannot be changed."}
	Cancelling  = Refusal{200, "Cannot modify an order that is being cancelled."}
	NoShort     = Refusal{200, "This account cannot sell short: the order is for more than the position."}
	NoMargin    = Refusal{200, "This account has no margin: options sold must be covered."}
)

// Texts of orders that had been taken.
const (
	Expired      = "Cancelled by System: order expired"
	RejectedLeg  = "Order rejected by the exchange." // warning_message of a group's leg
	CancelQueued = "Request was submitted"           // msg of the answer to a cancel
)

// BadTIF is a time in force that the order cannot have.
func BadTIF(tif string) Refusal {
	return Refusal{200, tif + " time in force is not supported for this order"}
}

// BadAccount is an account that the user does not have.
func BadAccount(account string) Refusal {
	return Refusal{500, "Account " + account + " is not accessible"}
}

// UnknownContract is a conid that nothing is known of.
func UnknownContract(conid string) Refusal {
	return Refusal{200, "no sec defs returned for conid " + conid}
}

// ContractExpired is a derivative, by its local symbol, whose last trading day is over.
func ContractExpired(symbol string) Refusal {
	return Refusal{200, "The contract " + symbol + " has expired and is not available for trading."}
}

// BadSize is a quantity, as the client wrote it, that is not a multiple of
// the contract's smallest.
func BadSize(size string, step market.Qty) Refusal {
	return Refusal{200, "The size, " + size + ", does not conform to the minimum variation of " + step.String() +
		" for this contract."}
}

// SizeFilled is a change to a quantity that has been traded already.
func SizeFilled(q market.Qty) Refusal {
	return Refusal{200, "The size, " + q.String() + ", is not more than the quantity filled."}
}

// BadTick is a price that is not on a tick.
func BadTick(tick market.Price) Refusal {
	return Refusal{200, "The price does not conform to the minimum price variation of " + tick.String() +
		" for this contract."}
}

// UsedCOID is a client order id that has been used.
func UsedCOID(coid string) Refusal {
	return Refusal{200, "Order couldn't be submitted: Local order ID=" + coid + " is already registered."}
}

// NoFunds is an order that the account cannot pay for.
func NoFunds(available, needed market.Money, currency string) Refusal {
	return Refusal{200, "We are unable to accept your order. Your available funds of " + available.StringFixed(2) + " " +
		currency + " are less than the initial margin of " + needed.StringFixed(2) + " " + currency + "."}
}

// NotSettled is an order of a cash account whose money has not settled.
func NotSettled(settled, needed market.Money, currency string) Refusal {
	return Refusal{200, "We are unable to accept your order. Your settled cash of " + settled.StringFixed(2) + " " +
		currency + " is less than the order's cost of " + needed.StringFixed(2) + " " + currency + "."}
}

// NoReply is the answer to a reply id that no question has.
func NoReply(id string) Refusal { return Refusal{400, "reply id not found: '" + id + "'"} }

// NoOrder is an order id, as the client wrote it, that the account does not
// have.
func NoOrder(id string) Refusal { return Refusal{400, "OrderID " + id + " doesn't exist"} }
