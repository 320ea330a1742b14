package market

import (
	"fmt"
	"slices"
	"strings"
)

// Side is FIX tag 54.
type Side uint8

// Sides.
const (
	Buy  Side = 1
	Sell Side = 2
)

var sideNames = []string{"", "BUY", "SELL"}

func (s Side) String() string { return nameOf(sideNames, int(s)) }

// Sign is 1 for Buy and -1 for Sell.
func (s Side) Sign() int64 {
	if s == Sell {
		return -1
	}
	return 1
}

// Opposite is the other side.
func (s Side) Opposite() Side { return 3 - s }

// MarshalText writes BUY or SELL.
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads BUY or SELL in any case.
func (s *Side) UnmarshalText(text []byte) (err error) {
	*s, err = parseEnum[Side]("side", sideNames, text)
	return err
}

// OrdType is FIX tag 40. Its text is IBKR's orderType.
type OrdType uint8

// Order types.
const (
	Market       OrdType = 1 // MKT
	Limit        OrdType = 2 // LMT
	Stop         OrdType = 3 // STP
	StopLimit    OrdType = 4 // STOP_LIMIT
	TrailingStop OrdType = 5 // TRAIL, by an amount of price
)

var ordTypeNames = []string{"", "MKT", "LMT", "STP", "STOP_LIMIT", "TRAIL"}

func (t OrdType) String() string { return nameOf(ordTypeNames, int(t)) }

// MarshalText writes IBKR's orderType.
func (t OrdType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads IBKR's orderType in any case.
func (t *OrdType) UnmarshalText(text []byte) (err error) {
	*t, err = parseEnum[OrdType]("order type", ordTypeNames, text)
	return err
}

// TimeInForce is FIX tag 59.
type TimeInForce uint8

// Times in force.
const (
	DAY TimeInForce = 1 // until the session closes
	GTC TimeInForce = 2 // until canceled
	IOC TimeInForce = 3 // what fills at once; the rest is canceled
	FOK TimeInForce = 4 // all at once or nothing
	GTD TimeInForce = 5 // until Ticket.ExpireTime
	OPG TimeInForce = 6 // at the opening auction
	CLS TimeInForce = 7 // at the closing auction
)

var tifNames = []string{"", "DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "CLS"}

func (t TimeInForce) String() string { return nameOf(tifNames, int(t)) }

// MarshalText writes the name.
func (t TimeInForce) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name in any case.
func (t *TimeInForce) UnmarshalText(text []byte) (err error) {
	*t, err = parseEnum[TimeInForce]("time in force", tifNames, text)
	return err
}

// OrdStatus is where an order stands: FIX tag 39, plus Denied and Unknown.
type OrdStatus uint8

// Order statuses. The machine that moves between them is in package oms.
const (
	PendingSubmit   OrdStatus = 1  // accepted by the desk; on its way to the venue
	Submitted       OrdStatus = 2  // the venue has it
	PartiallyFilled OrdStatus = 3  // part of it is done, the rest works
	Filled          OrdStatus = 4  // all of it is done
	PendingCancel   OrdStatus = 5  // a cancel is on its way; fills are possible
	PendingReplace  OrdStatus = 6  // a change is on its way; fills are possible
	Canceled        OrdStatus = 7  // the rest is dead by a cancel
	Rejected        OrdStatus = 8  // refused by the venue
	Expired         OrdStatus = 9  // the rest is dead by its time in force
	Denied          OrdStatus = 10 // refused by us; never sent
	Unknown         OrdStatus = 11 // sent, and we do not know what became of it
)

// NumOrdStatus is the size of a table indexed by OrdStatus.
const NumOrdStatus = 12

var ordStatusNames = []string{
	"", "PendingSubmit", "Submitted", "PartiallyFilled", "Filled", "PendingCancel",
	"PendingReplace", "Canceled", "Rejected", "Expired", "Denied", "Unknown",
}

func (s OrdStatus) String() string { return nameOf(ordStatusNames, int(s)) }

// Terminal says that nothing more is expected. A late fill or a correction
// may still be recorded.
func (s OrdStatus) Terminal() bool {
	switch s {
	case Filled, Canceled, Rejected, Expired, Denied:
		return true
	}
	return false
}

// MarshalText writes the name.
func (s OrdStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name in any case.
func (s *OrdStatus) UnmarshalText(text []byte) (err error) {
	*s, err = parseEnum[OrdStatus]("order status", ordStatusNames, text)
	return err
}

// ExecType says what an ExecReport reports: FIX tag 150, plus those that FIX
// gives other messages or no word.
type ExecType uint8

// Execution report types.
const (
	ExecNew            ExecType = 1  // the venue has the order
	ExecTrade          ExecType = 2  // a fill
	ExecCanceled       ExecType = 3  // the rest is canceled
	ExecReplaced       ExecType = 4  // the change is in force
	ExecPendingCancel  ExecType = 5  // the venue works on a cancel
	ExecPendingReplace ExecType = 6  // the venue works on a change
	ExecRejected       ExecType = 7  // refused by the venue
	ExecExpired        ExecType = 8  // dead by its time in force
	ExecDenied         ExecType = 9  // refused by us before sending
	ExecUnknown        ExecType = 10 // sent, outcome not known
	ExecCancelRejected ExecType = 11 // FIX OrderCancelReject: the order stays as it was
	ExecTradeCorrect   ExecType = 12 // a fill replaced by a corrected one
	ExecTradeCancel    ExecType = 13 // a fill taken back (bust)
	ExecCommission     ExecType = 14 // the commission of an earlier fill
)

// NumExecType is the size of a table indexed by ExecType.
const NumExecType = 15

var execTypeNames = []string{
	"", "New", "Trade", "Canceled", "Replaced", "PendingCancel", "PendingReplace", "Rejected",
	"Expired", "Denied", "Unknown", "CancelRejected", "TradeCorrect", "TradeCancel", "Commission",
}

func (e ExecType) String() string { return nameOf(execTypeNames, int(e)) }

// MarshalText writes the name.
func (e ExecType) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the name in any case.
func (e *ExecType) UnmarshalText(text []byte) (err error) {
	*e, err = parseEnum[ExecType]("execution type", execTypeNames, text)
	return err
}

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("?%d", i)
}

func parseEnum[T ~uint8](what string, names []string, text []byte) (T, error) {
	i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, string(text)) })
	if i < 0 {
		return 0, fmt.Errorf("market: %s %q: want one of %s", what, text, strings.Join(names[1:], " "))
	}
	return T(i), nil
}
