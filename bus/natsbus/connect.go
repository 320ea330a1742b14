package natsbus

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/rs/zerolog"

	"gannet/bus"
	"gannet/market"
)

// Options are the choices of a connection.
type Options struct {
	URL      string // "nats://127.0.0.1:4222", or "tls://..." to another machine
	Seed     string // the user's nkey seed (SU...); empty: no key
	NkeyFile string // instead of Seed, and of URL when that is empty: a file for ReadCredential
	Name     string // shown in the server's log; default "gannet"

	Instruments *market.Instruments
	Log         zerolog.Logger

	// OnDrop is called when n more events of the kind are known to be lost to
	// this connection because a handler was too slow. For any kind but Tick
	// and Bar it is a fault: what the subscriber knows is no longer complete.
	// It is called by any goroutine, and must not block.
	OnDrop func(kind market.Kind, n uint64)
	// OnLink is called when the link goes down and when it is up again. What
	// others published in between is lost to this connection.
	OnLink func(up bool)
	// Backlog is how many events may wait at each subscription, by default
	// 65,536; when more do, the newest are lost. From a quarter of it on, ticks
	// are passed over until the handler has caught up.
	Backlog int
}

const (
	defaultBacklog = 65_536
	dialTimeout    = 5 * time.Second
	// reconnectWait is the pause between two attempts to get the link back.
	reconnectWait = 250 * time.Millisecond
	// pingInterval finds a dead link within three of it.
	pingInterval = 10 * time.Second
)

// Connect connects to a NATS server. It fails when the server cannot be
// reached or refuses the key; a link that breaks later is restored for as
// long as the bus is open.
func Connect(o Options) (*Bus, error) {
	if o.NkeyFile != "" {
		c, err := ReadCredential(o.NkeyFile)
		if err != nil {
			return nil, err
		}
		o.Seed = c.Seed
		if o.URL == "" {
			o.URL = c.URL
		}
	}
	if o.URL == "" {
		return nil, errors.New("natsbus: connect: no URL: want one such as nats://127.0.0.1:4222")
	}
	return connect(o)
}

func connect(o Options, more ...nats.Option) (*Bus, error) {
	b, err := newBus(o)
	if err != nil {
		return nil, err
	}
	options := append(more,
		nats.Name(b.options.Name), nats.Timeout(dialTimeout),
		nats.MaxReconnects(-1), nats.ReconnectBufSize(-1),
		nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.PingInterval(pingInterval), nats.MaxPingsOutstanding(2),
		nats.ErrorHandler(b.onError), nats.DisconnectErrHandler(b.onDown),
		nats.ReconnectHandler(b.onUp), nats.ClosedHandler(b.onClosed),
	)
	if o.Seed != "" {
		key, err := userKey(o.Seed)
		if err != nil {
			return nil, err
		}
		options = append(options, key)
	}
	if b.nc, err = nats.Connect(o.URL, options...); err != nil {
		return nil, fmt.Errorf("natsbus: connect %s: %w", withoutUser(o.URL), err)
	}
	return b, nil
}

func userKey(seed string) (nats.Option, error) {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, fmt.Errorf("natsbus: seed: %w: want a user's nkey seed (SU...)", err)
	}
	public, err := pair.PublicKey()
	if err != nil || !nkeys.IsValidPublicUserKey(public) {
		return nil, errors.New("natsbus: seed: not a user's: want one that begins with SU")
	}
	return nats.Nkey(public, pair.Sign), nil
}

func (b *Bus) onDown(_ *nats.Conn, err error) {
	if b.isClosed() {
		return
	}
	b.options.Log.Warn().Err(err).Msg("bus: link down")
	if b.options.OnLink != nil {
		b.options.OnLink(false)
	}
}

func (b *Bus) onUp(*nats.Conn) {
	b.options.Log.Info().Msg("bus: link up")
	if b.options.OnLink != nil {
		b.options.OnLink(true)
	}
}

func (b *Bus) onClosed(nc *nats.Conn) {
	if !b.isClosed() {
		b.options.Log.Error().Err(nc.LastError()).Msg("bus: link closed for good")
	}
}

// onError hears of messages that the client had to drop and of what the
// server refused.
func (b *Bus) onError(_ *nats.Conn, sub *nats.Subscription, err error) {
	if sub == nil || !errors.Is(err, nats.ErrSlowConsumer) {
		b.options.Log.Error().Err(err).Msg("bus: server")
		return
	}
	for _, kind := range bus.Kinds() {
		if bus.SubjectAll(kind) == sub.Subject {
			b.countLost(kind, sub)
			return
		}
	}
	b.options.Log.Error().Str("subject", sub.Subject).Msg("bus: requests lost: the service is too slow")
}

// withoutUser is an address for people: the user, password or token in it is
// masked.
func withoutUser(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return address
	}
	return scheme + "://***" + rest[at:]
}
