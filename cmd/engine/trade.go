package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/bus"
	"gannet/bus/natsbus"
	"gannet/configs"
	"gannet/engine"
	"gannet/market"
	"gannet/oms"
)

// trade runs an engine on a bus with a broker, in any mode, until ctx ends.
// What happens is shown on view, or logged when that is nil. The summary is nil
// when the engine did not come to run.
func (p *plan) trade(ctx context.Context, log zerolog.Logger, view *live) (summary *engine.Summary, err error) {
	ctx, fault := context.WithCancelCause(ctx)
	defer fault(nil)
	var c closers
	defer func() { err = errors.Join(err, c.close()) }()
	for _, folder := range []string{p.journalDir(), filepath.Join(p.cfg.DataDir, "sim")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	gateway, err := p.gateway(&c, log)
	if err != nil {
		return nil, err
	}
	adapter, err := ibkr.New(gateway)
	if err != nil {
		return nil, err
	}
	b, operator, err := p.bus(&c, log, fault)
	if err != nil {
		return nil, err
	}
	e, err := engine.Open(p.engineConfig(adapter, b, log, view))
	if err != nil {
		return nil, err
	}
	adapter.OnTick(e.Feed().OnTick)
	stop, err := p.serveControl(ctx, &c, e, b, operator)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	shown := showStatus(ctx, e, view)
	done, err := e.Run(ctx)
	done.TicksDropped += b.Dropped(market.KindTick)
	shown()
	stop()
	return &done, errors.Join(err, faultOf(ctx))
}

// showStatus keeps the status line until the returned function is called.
func showStatus(ctx context.Context, e *engine.Engine, view *live) func() {
	if view == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() { view.keepStatus(ctx, e.Status); close(ended) }()
	return func() { cancel(); <-ended }
}

// faultOf is why a run was ended, when it was neither the user nor the clock.
func faultOf(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return cause
	}
	return nil
}

func (p *plan) engineConfig(adapter *ibkr.Adapter, b bus.Bus, log zerolog.Logger, view *live) engine.Config {
	now := time.Now()
	observe := p.observer(log)
	if view != nil {
		observe = view.observe
	}
	return engine.Config{
		Instruments: p.instruments,
		Session: engine.Session{
			Account: market.AccountID(p.cfg.Broker.IBKR.Account), Mode: p.cfg.Mode,
			Version: buildVersion(debug.ReadBuildInfo()).Revision, Run: strconv.FormatInt(now.UnixMilli(), 36),
		},
		JournalDir: p.journalDir(), Desk: oms.Config{Instruments: p.instruments, Gate: p.gate, CashFromBroker: true},
		Strategies: p.strategies, Bars: p.bars, Broker: adapter, Bus: b, Clock: engine.NewSystemClock(),
		ReconcileEvery: p.cfg.Reconcile.Every, CancelOnStop: p.cfg.OnStop == "cancel",
		Observe: observe, Log: log,
	}
}

// journalDir is the journal of the account: it is never shared by two.
func (p *plan) journalDir() string {
	return filepath.Join(p.cfg.DataDir, "journal", p.cfg.Mode+"-"+p.cfg.Broker.IBKR.Account)
}

// simPoll is how often the simulator inside may be asked for orders, trades
// and positions. It is not paced as IBKR is, so that a first run trades soon.
const simPoll = 250 * time.Millisecond

// gateway is where the broker is. In mode sim without an address it starts
// the simulator, whose orders and cash outlast the process as a real one's do.
func (p *plan) gateway(c *closers, log zerolog.Logger) (ibkr.Config, error) {
	g := &p.cfg.Broker.IBKR
	auth, err := loginOf(&g.Auth)
	if err != nil {
		return ibkr.Config{}, err
	}
	cfg := ibkr.Config{
		BaseURL: g.Address(), Pin: g.Pin, Auth: auth, Account: market.AccountID(g.Account), Paper: p.cfg.Mode != "live",
		Compete: g.Compete, Instruments: p.instruments, Questions: p.questions,
		Pacing: ibkr.Pacing{PerSecond: float64(g.RequestsPerSecond)}, Timeouts: ibkr.Timeouts{Order: g.OrderTimeout}, Log: log,
	}
	if g.Address() != "" {
		return cfg, p.keepHours(&cfg)
	}
	opt, closeMarket, err := p.simOptions(log)
	c.add(closeMarket)
	if err != nil {
		return cfg, err
	}
	opt.StatePath = filepath.Join(p.cfg.DataDir, "sim", g.Account+".jsonl")
	server, err := ibkrsim.Start(opt)
	if err != nil {
		return cfg, err
	}
	c.add(server.Close)
	cfg.BaseURL, cfg.Pin = server.URL(), server.Pin()
	cfg.Pacing.Poll = simPoll
	return cfg, nil
}

// bus connects to the configured NATS server, or starts one inside. The
// credential is the operator's with the server inside.
func (p *plan) bus(c *closers, log zerolog.Logger, fault context.CancelCauseFunc) (b *natsbus.Bus, operator natsbus.Credential, err error) {
	o := natsbus.Options{Instruments: p.instruments, Log: log, OnDrop: func(kind market.Kind, n uint64) {
		if kind != market.KindTick && kind != market.KindBar {
			fault(fmt.Errorf("bus: %d events of kind %s were lost", n, kind))
		}
	}}
	if p.cfg.Bus.URL != "" {
		o.URL, o.NkeyFile = p.cfg.Bus.URL, p.cfg.Bus.CredentialFile
		b, err = natsbus.Connect(o)
	} else {
		var server *natsbus.Server
		if server, err = natsbus.StartServer(natsbus.ServerOptions{Listen: p.cfg.Bus.Listen, Log: log}); err != nil {
			return nil, operator, err
		}
		c.add(func() error { server.Close(); return nil })
		operator = server.Operator()
		b, err = server.Connect(natsbus.EngineUser, o)
	}
	if err == nil {
		c.add(b.Close)
	}
	return b, operator, err
}

// serveControl answers the control verbs. The operator's credential is left
// in the data folder only now that the journal is this engine's: another
// engine's must not be overwritten.
func (p *plan) serveControl(ctx context.Context, c *closers, e *engine.Engine, b bus.Bus, operator natsbus.Credential) (func(), error) {
	if operator.Seed != "" {
		file := operatorCredential(p.cfg)
		if err := natsbus.WriteCredential(file, operator); err != nil {
			return nil, err
		}
		c.add(func() error { return removeFile(file) })
	}
	return e.ServeControl(ctx, b)
}

// operatorCredential is where a running engine leaves the key to its control.
func operatorCredential(cfg *configs.Config) string {
	return filepath.Join(cfg.DataDir, "operator.nkey")
}

func removeFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// observer logs what a trader wants to see.
func (p *plan) observer(log zerolog.Logger) func(market.Body) {
	return func(body market.Body) {
		switch b := body.(type) {
		case *market.Fill:
			log.Info().Str("order", string(b.ClientOrderID)).Str("instrument", p.instruments.Name(b.Instrument)).Stringer("side", b.Side).
				Stringer("qty", b.Qty).Stringer("price", b.Price).Stringer("fee", b.Commission).Msg("fill")
		case *market.Order:
			level := zerolog.InfoLevel
			if b.Status == market.Denied || b.Status == market.Rejected || b.Status == market.Unknown {
				level = zerolog.WarnLevel
			}
			log.WithLevel(level).Str("order", string(b.ClientOrderID)).Str("instrument", p.instruments.Name(b.Instrument)).
				Stringer("side", b.Side).Stringer("qty", b.OrderQty).Stringer("status", b.Status).Str("text", b.Text).Msg("order")
		case *market.Alert:
			log.Warn().Str("code", b.Code).Str("text", b.Text).Msg("alert")
		case *market.Reconciled:
			if !b.OK {
				log.Warn().Strs("breaks", b.Breaks).Msg("differs from the broker")
			}
		}
	}
}

// closers are called in the reverse of the order in which they were added.
type closers []func() error

func (c *closers) add(fn func() error) { *c = append(*c, fn) }

func (c closers) close() error {
	var errs []error
	for i := len(c) - 1; i >= 0; i-- {
		errs = append(errs, c[i]())
	}
	return errors.Join(errs...)
}
