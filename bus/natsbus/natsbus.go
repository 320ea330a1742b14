package natsbus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/time/rate"

	"gannet/bus"
	"gannet/market"
	"gannet/market/wire"
)

// Bus is a bus.Bus on one NATS connection. It may be used by several
// goroutines; the order of events is kept for each of them.
type Bus struct {
	nc      *nats.Conn
	options Options // without the seed
	codec   wire.Codec
	ticks   []string       // subject by instrument id
	odd     rate.Sometimes // limits the log of odd messages
	dropped [market.NumKinds]atomic.Uint64

	mu      sync.Mutex // guards what follows
	buf     []byte     // of Publish
	closed  bool
	stops   map[*subscription]struct{}
	served  map[string]*service
	lost    map[*nats.Subscription]int // reported so far
	refusal error                      // the last one that was returned
}

var _ bus.Bus = (*Bus)(nil)

func newBus(o Options) (*Bus, error) {
	if o.Instruments == nil {
		return nil, errors.New("natsbus: connect: no instruments")
	}
	if o.Name == "" {
		o.Name = "gannet"
	}
	if o.Backlog <= 0 {
		o.Backlog = defaultBacklog
	}
	o.Seed = ""
	b := &Bus{
		options: o, codec: wire.Codec{Instruments: o.Instruments},
		odd:   rate.Sometimes{First: 10, Interval: time.Second},
		stops: map[*subscription]struct{}{}, served: map[string]*service{}, lost: map[*nats.Subscription]int{},
	}
	b.ticks = make([]string, o.Instruments.Len()+1)
	for id := range b.ticks[1:] {
		ev := market.Event{Body: &market.Tick{Instrument: market.InstrumentID(id + 1)}}
		subject, err := bus.Subject(&ev, o.Instruments)
		if err != nil {
			return nil, err
		}
		b.ticks[id+1] = subject
	}
	return b, nil
}

// subject is bus.Subject without allocation for ticks.
func (b *Bus) subject(ev *market.Event) (string, error) {
	if tick, ok := ev.Body.(*market.Tick); ok && int(tick.Instrument) < len(b.ticks) && tick.Instrument != 0 {
		return b.ticks[tick.Instrument], nil
	}
	return bus.Subject(ev, b.options.Instruments)
}

// Publish sends ev to the server. A tick costs no allocation. Without an
// error it was handed to the connection; Flush says that the server has it.
func (b *Bus) Publish(ev *market.Event) error {
	subject, err := b.subject(ev)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return bus.ErrClosed
	}
	if b.buf, err = b.codec.AppendEvent(b.buf[:0], ev); err != nil {
		return fmt.Errorf("natsbus: publish %s: %w", subject, err)
	}
	if err := b.nc.Publish(subject, b.buf); err != nil {
		return fmt.Errorf("natsbus: publish %s: %w", subject, translate(err))
	}
	return nil
}

// translate gives NATS's errors the names that package bus promises.
func translate(err error) error {
	switch {
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionReconnecting),
		errors.Is(err, nats.ErrDisconnected):
		return bus.ErrDisconnected
	case errors.Is(err, nats.ErrConnectionClosed):
		return bus.ErrClosed
	case errors.Is(err, nats.ErrNoResponders):
		return bus.ErrNoResponder
	}
	return err
}

// flushTimeout bounds a wait for the server whose caller set no deadline.
const flushTimeout = 10 * time.Second

// Flush returns when the server has taken all that was published before. It
// waits at most ten seconds when ctx has no deadline.
func (b *Bus) Flush(ctx context.Context) error {
	if b.isClosed() {
		return bus.ErrClosed
	}
	if !b.nc.IsConnected() {
		return fmt.Errorf("natsbus: flush: %w", bus.ErrDisconnected)
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, flushTimeout)
		defer cancel()
	}
	if err := b.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("natsbus: flush: %w", translate(err))
	}
	return b.refused()
}

// refused returns the server's last refusal, once. The client has it before
// the answer to a flush, because the server sends them in that order.
func (b *Bus) refused() error {
	err := b.nc.LastError()
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(err, b.refusal) {
		return nil
	}
	b.refusal = err
	text := strings.TrimPrefix(err.Error(), nats.ErrPermissionViolation.Error()+": ")
	return fmt.Errorf("natsbus: %s: %w", text, bus.ErrForbidden)
}

// Dropped is how many events of the kind this connection's subscriptions are
// known to have lost or, of ticks, passed over.
func (b *Bus) Dropped(kind market.Kind) uint64 {
	if kind >= market.NumKinds {
		return 0
	}
	return b.dropped[kind].Load()
}

func (b *Bus) drop(kind market.Kind, n uint64) {
	b.dropped[kind].Add(n)
	if b.options.OnDrop != nil {
		b.options.OnDrop(kind, n)
	}
}

// countLost reports what the client dropped since the last call.
func (b *Bus) countLost(kind market.Kind, sub *nats.Subscription) {
	total, err := sub.Dropped()
	b.mu.Lock()
	n := total - b.lost[sub]
	if err != nil || n <= 0 {
		n = 1 // it has ended meanwhile, but something was lost
	} else {
		b.lost[sub] = total
	}
	b.mu.Unlock()
	if kind != market.KindTick && kind != market.KindBar {
		b.options.Log.Error().Stringer("kind", kind).Int("n", n).Msg("bus: events lost: the subscriber is too slow")
	}
	b.drop(kind, uint64(n))
}

func (b *Bus) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// Close ends all subscriptions and the connection. What was published before
// is sent if the link is up; a handler that is running may still finish.
func (b *Bus) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	var stops []func()
	for s := range b.stops {
		stops = append(stops, s.end)
	}
	for _, s := range b.served {
		stops = append(stops, s.end)
	}
	b.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	b.nc.Close()
	return nil
}
