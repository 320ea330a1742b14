package oms

import "gannet/market"

// RequestKind is what to ask of the broker.
type RequestKind uint8

// Kinds of broker requests.
const (
	RequestSubmit RequestKind = iota + 1
	RequestReplace
	RequestCancel
)

// Request is a request to the broker. A Submit or Replace must not leave
// before its record is durable.
type Request struct {
	Kind  RequestKind
	Order market.Order
}

// Effects is what the world should do after a Step, in order. The caller owns
// it, clears it with Reset and passes it in again, so that a Step allocates
// nothing once it has grown.
type Effects struct {
	Requests []Request      // to the broker
	Events   []market.Event // to publish: *Order, *Fill, *Position, *Alert
}

// Reset empties fx and keeps its memory.
func (fx *Effects) Reset() {
	fx.Requests, fx.Events = fx.Requests[:0], fx.Events[:0]
}

// Empty says that there is nothing to do.
func (fx *Effects) Empty() bool {
	return len(fx.Requests) == 0 && len(fx.Events) == 0
}
