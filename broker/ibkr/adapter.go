package ibkr

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"gannet/broker"
	"gannet/market"
)

var _ broker.Broker = (*Adapter)(nil)

// Adapter is the broker.Broker that speaks to IBKR. Run may be called once.
type Adapter struct {
	cfg    Config
	client *Client
	book   *book
	queue  requestQueue
	out    mailbox
	conids conids
	ticks  *ticks
	quotes *quotes
	onTick func(*market.Tick)
	state  atomic.Pointer[state]
	keeper *keeper
	stream *Stream

	asking sync.Mutex // one snapshot at a time
	primed primed     // guarded by asking
}

// state is what the session can do now.
type state struct {
	name    string
	reason  string
	session bool   // requests can be made
	ready   bool   // and the stream is up
	epoch   uint64 // counts sessions
}

// New checks cfg and builds an adapter. Nothing is sent before Run.
func New(cfg Config) (*Adapter, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	client, err := NewClient(ClientConfig{
		BaseURL: cfg.BaseURL, Pin: cfg.Pin, Auth: cfg.Auth, Account: string(cfg.Account),
		Pacing: cfg.Pacing, Timeouts: cfg.Timeouts, Log: cfg.Log, Now: cfg.Now,
	})
	if err != nil {
		return nil, err
	}
	a := &Adapter{cfg: cfg, client: client, queue: newRequestQueue(), out: newMailbox()}
	a.conids = newConids(cfg.Instruments)
	a.ticks = newTicks(cfg.Instruments.Len())
	a.quotes = newQuotes(cfg.Instruments.Len())
	a.book = newBook(cfg.Account, a.out.put, a.now)
	a.book.instruments = a.conids.instrument
	a.state.Store(&state{name: stateDisconnected, reason: "not started"})
	a.stream = a.newStream()
	a.keeper = newKeeper(a)
	return a, nil
}

// Client is the REST client, for questions that are not part of trading.
func (a *Adapter) Client() *Client { return a.client }

// Stream is the adapter's stream, for topics that are not part of trading. The
// adapter holds it; do not call its Run.
func (a *Adapter) Stream() *Stream { return a.stream }

// OnTick sets who receives market data, before Run. fn is called from the
// stream's goroutine and must not block; the tick is valid until it returns.
// Its Mask says what IBKR's frame carried; nothing is validated or smoothed.
// Without it no market data is subscribed.
func (a *Adapter) OnTick(fn func(*market.Tick)) { a.onTick = fn }

func (a *Adapter) now() market.Nanos { return market.NanosOf(a.cfg.Now()) }

// Run holds the session until ctx ends. See broker.Broker. Final faults are an
// account that is not there or not of the wanted kind, an instrument that
// cannot be found, a wrong certificate, and a user that may not trade.
func (a *Adapter) Run(ctx context.Context, deliver func(market.Body)) error {
	defer a.client.Close()
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return a.keeper.run(running) })
	g.Go(func() error { return a.writeOrders(running) })
	ended := make(chan error, 1)
	go func() { ended <- g.Wait() }()
	for {
		select {
		case <-a.out.wake:
			a.out.drain(deliver)
		case err := <-ended:
			a.out.drain(deliver)
			return err
		}
	}
}

// publish sets the state and tells it when it changed.
func (a *Adapter) publish(s state) {
	old := a.state.Swap(&s)
	if old.name == s.name && old.ready == s.ready && old.reason == s.reason {
		return
	}
	a.cfg.Log.Info().Str("state", s.name).Bool("ready", s.ready).Str("reason", s.reason).Msg("broker session")
	a.out.put(&market.BrokerState{
		Ready: s.ready, Account: a.cfg.Account, Paper: a.cfg.Paper, Name: s.name, Reason: s.reason, TsEvent: a.now(),
	})
}

func (a *Adapter) alert(code, text string) {
	a.out.put(&market.Alert{Code: code, Text: limitText(text, maxErrorText), TsEvent: a.now()})
}

// mailbox carries reports to Run in order, without limit: executions are
// never dropped, and the stream never waits for the desk.
type mailbox struct {
	mu   *sync.Mutex
	list *[]market.Body
	wake chan struct{}
}

func newMailbox() mailbox {
	return mailbox{mu: new(sync.Mutex), list: new([]market.Body), wake: make(chan struct{}, 1)}
}

func (m mailbox) put(body market.Body) {
	m.mu.Lock()
	*m.list = append(*m.list, body)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m mailbox) drain(deliver func(market.Body)) {
	for {
		m.mu.Lock()
		list := *m.list
		*m.list = nil
		m.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for _, body := range list {
			deliver(body)
		}
	}
}
