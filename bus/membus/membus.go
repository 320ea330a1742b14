package membus

import (
	"context"
	"fmt"
	"slices"

	"gannet/bus"
	"gannet/market"
)

// Bus is an in-memory bus.Bus for one goroutine.
type Bus struct {
	subscribers [market.NumKinds][]*subscriber // replaced, never changed in place
	services    map[string]func([]byte) []byte
	queue       queue
	current     market.Event // taken from the queue, being delivered
	busy        bool         // inside Publish
	closed      bool
}

var _ bus.Bus = (*Bus)(nil)

type subscriber struct {
	fn      func(*market.Event)
	stopped bool
}

// New is an empty bus.
func New() *Bus { return &Bus{services: map[string]func([]byte) []byte{}} }

// Publish delivers ev, then all that its subscribers published. Inside a
// subscriber it copies ev and queues it.
func (b *Bus) Publish(ev *market.Event) error {
	if b.closed {
		return bus.ErrClosed
	}
	if err := bus.CheckKinds(ev.Kind()); err != nil {
		return err
	}
	if b.busy {
		b.queue.push(bus.Clone(ev))
		return nil
	}
	b.busy = true
	b.deliver(ev)
	for b.queue.pop(&b.current) {
		b.deliver(&b.current)
	}
	b.current = market.Event{}
	b.busy = false
	return nil
}

func (b *Bus) deliver(ev *market.Event) {
	for _, s := range b.subscribers[ev.Kind()] {
		if !s.stopped {
			s.fn(ev)
		}
	}
}

// Subscribe calls fn for every event of the kind.
func (b *Bus) Subscribe(kind market.Kind, fn func(*market.Event)) (func(), error) {
	return b.SubscribeMany([]market.Kind{kind}, fn)
}

// SubscribeMany calls fn for every event of the kinds; no kinds is all kinds.
func (b *Bus) SubscribeMany(kinds []market.Kind, fn func(*market.Event)) (func(), error) {
	if b.closed {
		return nil, bus.ErrClosed
	}
	if err := bus.CheckKinds(kinds...); err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		kinds = bus.Kinds()
	}
	s := &subscriber{fn: fn}
	for _, k := range kinds {
		if !slices.Contains(b.subscribers[k], s) {
			b.subscribers[k] = append(slices.Clip(b.subscribers[k]), s)
		}
	}
	return func() { b.remove(s) }, nil
}

func (b *Bus) remove(s *subscriber) {
	s.stopped = true
	for k, list := range b.subscribers {
		if i := slices.Index(list, s); i >= 0 {
			b.subscribers[k] = slices.Concat(list[:i], list[i+1:])
		}
	}
}

// Request calls the service and returns its answer. A ctx that has ended
// already is an error; the call itself is not interrupted.
func (b *Bus) Request(ctx context.Context, subject string, request []byte) ([]byte, error) {
	if b.closed {
		return nil, bus.ErrClosed
	}
	if err := bus.CheckControl(subject); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("membus: request %s: %w", subject, err)
	}
	fn, ok := b.services[subject]
	if !ok {
		return nil, fmt.Errorf("membus: request %s: %w", subject, bus.ErrNoResponder)
	}
	return fn(request), nil
}

// Serve answers requests at a control subject, which only one can do.
func (b *Bus) Serve(subject string, fn func([]byte) []byte) (func(), error) {
	if b.closed {
		return nil, bus.ErrClosed
	}
	if err := bus.CheckControl(subject); err != nil {
		return nil, err
	}
	if _, taken := b.services[subject]; taken {
		return nil, fmt.Errorf("membus: serve %s: it is served already", subject)
	}
	b.services[subject] = fn
	stopped := false
	return func() {
		if !stopped {
			stopped = true
			delete(b.services, subject)
		}
	}, nil
}

// Flush has nothing to wait for.
func (b *Bus) Flush(ctx context.Context) error {
	if b.closed {
		return bus.ErrClosed
	}
	return ctx.Err()
}

// Close ends all subscriptions and services and forgets what is queued.
func (b *Bus) Close() error {
	for _, list := range b.subscribers {
		for _, s := range list {
			s.stopped = true
		}
	}
	*b = Bus{busy: b.busy, closed: true}
	return nil
}
