package wording

// Statuses of an order, as live orders and the order status spell them.
const (
	Inactive      = "Inactive"
	PendingSubmit = "PendingSubmit"
	PreSubmitted  = "PreSubmitted"
	Submitted     = "Submitted"
	Filled        = "Filled"
	PendingCancel = "PendingCancel"
	PreCancelled  = "PreCancelled"
	Cancelled     = "Cancelled"
	WarnState     = "WarnState"
	Failed        = "Failed" // of the answer to a submit only, with id -1
)

// Done says that nothing more happens to an order of that status.
func Done(status string) bool {
	switch status {
	case Inactive, Filled, Cancelled, Failed:
		return true
	}
	return false
}

// Colors are bgColor and fgColor of live orders. The order status has the two
// the other way round.
func Colors(status string) (background, foreground string) {
	switch status {
	case PendingSubmit:
		return "#FFFFFF", "#3399CC"
	case PreSubmitted:
		return "#FFFFFF", "#0000CC"
	case Submitted:
		return "#000000", "#00F000"
	case PendingCancel, PreCancelled, Cancelled:
		return "#FFFFFF", "#CC0000"
	}
	return "#FFFFFF", "#000000"
}

// CCPWord is order_ccp_status of live orders: Submitted for all that work.
func CCPWord(status string) string {
	if Done(status) {
		return status
	}
	return Submitted
}

// CCPCode is order_ccp_status of the order status: 0 works, 2 is filled, 4 is
// done otherwise, as FIX tag 39 counts.
func CCPCode(status string) string {
	switch {
	case status == Filled:
		return "2"
	case Done(status):
		return "4"
	}
	return "0"
}

// StatusText is order_status_description: Order Submitted.
func StatusText(status string) string { return "Order " + CCPWord(status) }
