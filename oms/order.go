package oms

import (
	"fmt"
	"strings"

	"gannet/market"
)

// Pseudo-statuses of the table. They are resolved with the order's quantities.
const (
	illegal market.OrdStatus = 0   // never expected: keep the order, raise an alert
	open    market.OrdStatus = 100 // Submitted, or PartiallyFilled when something is filled
	filled  market.OrdStatus = 101 // a fill: Filled when nothing is left, else as below
)

// transitions is the whole order state machine. Rows are where the order
// stands, columns what is reported. A fill keeps PendingCancel, PendingReplace
// and Canceled as they are until nothing is left: a fill after a cancel is
// legal. Reports that repeat what is known leave a status as it is.
var transitions = [market.NumOrdStatus][market.NumExecType]market.OrdStatus{
	market.PendingSubmit: {
		market.ExecNew: open, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: illegal, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: illegal,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired, market.ExecDenied: market.Denied,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: market.PendingSubmit,
	},
	market.Submitted: {
		market.ExecNew: open, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: open, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: market.PendingReplace,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: open,
	},
	market.PartiallyFilled: {
		market.ExecNew: open, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: open, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: market.PendingReplace,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: open,
	},
	market.PendingCancel: {
		market.ExecNew: market.PendingCancel, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: market.PendingCancel, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: market.PendingCancel,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: open,
	},
	market.PendingReplace: {
		market.ExecNew: market.PendingReplace, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: open, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: market.PendingReplace,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: open,
	},
	market.Unknown: {
		market.ExecNew: open, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: open, market.ExecPendingCancel: market.PendingCancel, market.ExecPendingReplace: market.PendingReplace,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Expired,
		market.ExecUnknown: market.Unknown, market.ExecCancelRejected: market.Unknown,
	},
	market.Filled: {
		market.ExecNew: market.Filled, market.ExecTrade: filled, market.ExecCanceled: market.Filled,
		market.ExecReplaced: market.Filled, market.ExecPendingCancel: market.Filled, market.ExecPendingReplace: market.Filled,
		market.ExecExpired: market.Filled, market.ExecCancelRejected: market.Filled,
	},
	market.Canceled: {
		market.ExecNew: market.Canceled, market.ExecTrade: filled, market.ExecCanceled: market.Canceled,
		market.ExecReplaced: market.Canceled, market.ExecPendingCancel: market.Canceled, market.ExecPendingReplace: market.Canceled,
		market.ExecRejected: market.Canceled, market.ExecExpired: market.Canceled, market.ExecCancelRejected: market.Canceled,
	},
	market.Rejected: {
		market.ExecTrade: filled, market.ExecCanceled: market.Rejected, market.ExecPendingCancel: market.Rejected,
		market.ExecRejected: market.Rejected, market.ExecExpired: market.Rejected, market.ExecCancelRejected: market.Rejected,
	},
	market.Expired: {
		market.ExecNew: market.Expired, market.ExecTrade: filled, market.ExecCanceled: market.Expired,
		market.ExecPendingCancel: market.Expired, market.ExecRejected: market.Expired, market.ExecExpired: market.Expired,
		market.ExecCancelRejected: market.Expired,
	},
	market.Denied: {market.ExecDenied: market.Denied},
}

// Next is where an order goes from status s on a report of type e, and false
// when that is never expected. cum is what is filled, this report included;
// all says whether that is the whole order.
func Next(s market.OrdStatus, e market.ExecType, cum market.Qty, all bool) (market.OrdStatus, bool) {
	if int(s) >= len(transitions) || int(e) >= len(transitions[0]) {
		return s, false
	}
	switch to := transitions[s][e]; to {
	case illegal:
		return s, false
	case open:
		if cum > 0 {
			return market.PartiallyFilled, true
		}
		return market.Submitted, true
	case filled:
		return afterFill(s, all), true
	default:
		return to, true
	}
}

func afterFill(s market.OrdStatus, all bool) market.OrdStatus {
	if all {
		return market.Filled
	}
	switch s {
	case market.PendingSubmit, market.Submitted, market.Unknown:
		return market.PartiallyFilled
	}
	return s
}

// Table prints the state machine as Markdown, for the documentation.
func Table() string {
	var b strings.Builder
	b.WriteString("| status |")
	for e := market.ExecNew; e <= market.ExecCancelRejected; e++ {
		fmt.Fprintf(&b, " %s |", e)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", int(market.ExecCancelRejected)) + "\n")
	for s := market.PendingSubmit; s < market.NumOrdStatus; s++ {
		fmt.Fprintf(&b, "| **%s** |", s)
		for e := market.ExecNew; e <= market.ExecCancelRejected; e++ {
			fmt.Fprintf(&b, " %s |", cell(transitions[s][e]))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func cell(to market.OrdStatus) string {
	switch to {
	case illegal:
		return "-"
	case open:
		return "open"
	case filled:
		return "fill"
	}
	return to.String()
}
