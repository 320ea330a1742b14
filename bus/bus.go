package bus

import (
	"context"
	"errors"

	"gannet/market"
)

// Errors of a bus.
var (
	// ErrClosed says that the bus was closed.
	ErrClosed = errors.New("bus: closed")
	// ErrDisconnected says that the link is down. Nothing was sent and
	// nothing will be sent later: a stale command never arrives.
	ErrDisconnected = errors.New("bus: disconnected")
	// ErrNoResponder says that nobody serves the requested subject.
	ErrNoResponder = errors.New("bus: no responder")
	// ErrForbidden says that the server refused a subject to this user.
	ErrForbidden = errors.New("bus: forbidden")
)

// Bus carries events between stages. The topic of an event follows from the
// event itself (see Subject), so publishing needs no address.
type Bus interface {
	// Publish hands the event to every subscriber of its kind. The event and
	// its body are read before Publish returns, or copied.
	Publish(ev *market.Event) error
	// Subscribe calls fn for every event of the kind, in the order in which
	// each publisher published. The event is valid until fn returns; Clone
	// keeps it. fn must not block. The returned function ends the
	// subscription: what is published after it returned is not delivered.
	Subscribe(kind market.Kind, fn func(ev *market.Event)) (func(), error)
	// SubscribeMany is Subscribe for several kinds in one stream: fn is
	// called for one event at a time, and each publisher's events keep their
	// order across the kinds. A stage has one of these. No kinds is all kinds.
	SubscribeMany(kinds []market.Kind, fn func(ev *market.Event)) (func(), error)
	// Request asks the service at a control subject (such as "ctl.status")
	// and waits for its answer until ctx ends.
	Request(ctx context.Context, subject string, request []byte) ([]byte, error)
	// Serve answers requests at a control subject. The returned function ends it.
	Serve(subject string, fn func(request []byte) []byte) (func(), error)
	// Flush returns when all that was published before has left. It returns
	// ErrForbidden when the server refused some of it.
	Flush(ctx context.Context) error
	// Close ends all subscriptions. It is safe to call twice.
	Close() error
}
