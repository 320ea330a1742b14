package natsbus

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"

	"gannet/bus"
	"gannet/market"
	"gannet/market/wire"
)

// subscription is one stream of events: the NATS subscriptions of its kinds
// put their messages into one channel, in the order in which they come from
// the server, and one goroutine takes them out.
type subscription struct {
	bus     *Bus
	fn      func(*market.Event)
	msgs    chan *nats.Msg
	done    chan struct{} // closed by end
	once    sync.Once
	parts   []*nats.Subscription
	event   market.Event
	scratch wire.Scratch
}

// Subscribe calls fn for every event of the kind. It waits for the server to
// confirm, so that nothing published afterwards is missed.
func (b *Bus) Subscribe(kind market.Kind, fn func(*market.Event)) (func(), error) {
	return b.SubscribeMany([]market.Kind{kind}, fn)
}

// SubscribeMany is Subscribe for several kinds in one stream; no kinds is all
// kinds.
func (b *Bus) SubscribeMany(kinds []market.Kind, fn func(*market.Event)) (func(), error) {
	if err := bus.CheckKinds(kinds...); err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		kinds = bus.Kinds()
	}
	kinds = slices.Compact(slices.Sorted(slices.Values(kinds)))
	s := &subscription{
		bus: b, fn: fn, msgs: make(chan *nats.Msg, b.options.Backlog), done: make(chan struct{}),
	}
	if err := s.open(kinds); err != nil {
		s.end()
		return nil, fmt.Errorf("natsbus: subscribe %v: %w", kinds, err)
	}
	go s.run()
	return s.end, nil
}

func (s *subscription) open(kinds []market.Kind) error {
	b := s.bus
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return bus.ErrClosed
	}
	b.stops[s] = struct{}{}
	for _, kind := range kinds {
		part, err := b.nc.ChanSubscribe(bus.SubjectAll(kind), s.msgs)
		if err != nil {
			b.mu.Unlock()
			return translate(err)
		}
		s.parts = append(s.parts, part)
	}
	b.mu.Unlock()
	return b.confirm()
}

// confirm waits until the server has taken what was asked.
func (b *Bus) confirm() error {
	if !b.nc.IsConnected() {
		return bus.ErrDisconnected
	}
	if err := b.nc.FlushTimeout(flushTimeout); err != nil {
		return translate(err)
	}
	return b.refused()
}

// end ends the subscription. It does not wait for a call of fn under way,
// because that call may be what ends it.
func (s *subscription) end() {
	s.once.Do(func() {
		close(s.done)
		s.bus.mu.Lock()
		defer s.bus.mu.Unlock()
		for _, part := range s.parts {
			_ = part.Unsubscribe() // fails only when the connection has ended
			delete(s.bus.lost, part)
		}
		delete(s.bus.stops, s)
	})
}

func (s *subscription) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func (s *subscription) run() {
	for {
		select {
		case <-s.done:
			return
		case msg := <-s.msgs:
			if !s.ended() {
				s.handle(msg)
			}
		}
	}
}

func (s *subscription) handle(msg *nats.Msg) {
	if len(s.msgs) > cap(s.msgs)/4 && strings.HasPrefix(msg.Subject, "md.tick.") {
		s.bus.drop(market.KindTick, 1)
		return
	}
	if err := s.decode(msg); err != nil {
		s.bus.odd.Do(func() {
			s.bus.options.Log.Error().Err(err).Str("subject", msg.Subject).Msg("bus: message refused")
		})
		return
	}
	s.fn(&s.event)
}

var errSubject = errors.New("the subject is not this event's")

// decode reads the message and refuses an event that was published under
// another subject: permissions are by subject, so it may be forged.
func (s *subscription) decode(msg *nats.Msg) error {
	if err := s.bus.codec.Decode(msg.Data, &s.event, &s.scratch); err != nil {
		return err
	}
	subject, err := s.bus.subject(&s.event)
	if err == nil && subject != msg.Subject {
		err = fmt.Errorf("%v of %s: %w", s.event.Kind(), subject, errSubject)
	}
	return err
}
