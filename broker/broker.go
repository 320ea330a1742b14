package broker

import (
	"context"
	"errors"

	"gannet/market"
)

// ErrTemporary marks a passing fault: a read may be asked again later. An
// order that met one has an unknown outcome.
var ErrTemporary = errors.New("temporary")

// Broker is where orders go.
//
// Submit, Replace and Cancel only put the request in a queue and return; what
// becomes of it arrives through Run. A request that can create or change an
// order is sent at most once: the broker never retries it. When its outcome
// cannot be known the report is ExecUnknown.
type Broker interface {
	// Submit sends a new order. o.ClientOrderID goes with it.
	Submit(o market.Order)
	// Replace changes the working order o.ClientOrderID (o.VenueOrderID) so
	// that it becomes o.Ticket.
	Replace(o market.Order)
	// Cancel asks to cancel o.
	Cancel(o market.Order)
	// Snapshot asks the broker for its truth. Each part is known or
	// unavailable by itself.
	Snapshot(ctx context.Context) market.Snapshot
	// Run holds the session and delivers *market.ExecReport,
	// *market.BrokerState and *market.Alert until ctx ends (it then returns
	// nil) or a final fault. deliver is called from one goroutine at a time
	// and may block for a moment.
	Run(ctx context.Context, deliver func(market.Body)) error
}
