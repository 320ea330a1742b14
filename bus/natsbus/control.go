package natsbus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"gannet/bus"
)

// DeadlineHeader is the NATS header of a request that says until when it may
// be carried out, in nanoseconds since 1970 UTC. A service passes over a
// request that comes later: nobody waits for its answer any more.
const DeadlineHeader = "Gannet-Deadline"

// service answers the requests at one subject, one at a time.
type service struct {
	bus     *Bus
	subject string
	fn      func([]byte) []byte
	sub     *nats.Subscription
	once    sync.Once
	over    atomic.Bool
}

// Request asks the service at the subject and waits for its answer until ctx
// ends. Set a deadline: it travels with the request.
func (b *Bus) Request(ctx context.Context, subject string, request []byte) ([]byte, error) {
	if b.isClosed() {
		return nil, bus.ErrClosed
	}
	if err := bus.CheckControl(subject); err != nil {
		return nil, err
	}
	msg := nats.NewMsg(subject)
	msg.Data = request
	if at, ok := ctx.Deadline(); ok {
		msg.Header.Set(DeadlineHeader, strconv.FormatInt(at.UnixNano(), 10))
	}
	answer, err := b.nc.RequestMsgWithContext(ctx, msg)
	if err != nil {
		err = fmt.Errorf("natsbus: request %s: %w", subject, translate(err))
		if refusal := b.refused(); refusal != nil { // then nobody got it, so nobody answered
			err = fmt.Errorf("%w: %w", err, refusal)
		}
		return nil, err
	}
	return answer.Data, nil
}

// Serve answers requests at a control subject, one after the other.
func (b *Bus) Serve(subject string, fn func([]byte) []byte) (func(), error) {
	if err := bus.CheckControl(subject); err != nil {
		return nil, err
	}
	s := &service{bus: b, subject: subject, fn: fn}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("natsbus: serve %s: %w", subject, err)
	}
	if err := b.confirm(); err != nil {
		s.end()
		return nil, fmt.Errorf("natsbus: serve %s: %w", subject, err)
	}
	return s.stop, nil
}

func (s *service) open() (err error) {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	if s.bus.closed {
		return bus.ErrClosed
	}
	if s.bus.served[s.subject] != nil {
		return errors.New("it is served already")
	}
	if s.sub, err = s.bus.nc.Subscribe(s.subject, s.answer); err != nil {
		return translate(err)
	}
	s.bus.served[s.subject] = s
	return nil
}

func (s *service) answer(msg *nats.Msg) {
	if s.over.Load() || msg.Reply == "" {
		return
	}
	log := s.bus.options.Log.With().Str("subject", msg.Subject).Logger()
	if late(msg.Header.Get(DeadlineHeader)) {
		log.Warn().Msg("bus: request passed over: its deadline is past")
		return
	}
	if err := msg.Respond(s.fn(msg.Data)); err != nil {
		log.Error().Err(err).Msg("bus: answer not sent")
	}
}

// late says that a deadline is past or cannot be read.
func late(deadline string) bool {
	if deadline == "" {
		return false
	}
	at, err := strconv.ParseInt(deadline, 10, 64)
	return err != nil || time.Now().UnixNano() > at
}

// stop is end, and waits for the server to know it, so that the next request
// finds no responder.
func (s *service) stop() {
	s.end()
	if err := s.bus.confirm(); err != nil && !s.bus.isClosed() {
		s.bus.options.Log.Warn().Err(err).Str("subject", s.subject).Msg("bus: end of service not confirmed")
	}
}

func (s *service) end() {
	s.once.Do(func() {
		s.over.Store(true)
		_ = s.sub.Unsubscribe() // fails only when the connection has ended
		s.bus.mu.Lock()
		defer s.bus.mu.Unlock()
		delete(s.bus.served, s.subject)
	})
}
