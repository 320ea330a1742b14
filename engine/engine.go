package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gannet/broker"
	"gannet/bus"
	"gannet/engine/journal"
	"gannet/market"
	"gannet/market/wire"
	"gannet/oms"
	"gannet/strategy"

	"github.com/rs/zerolog"
)

// Config is what an engine is made of. All fields but Journal, Bars,
// CancelOnStop, Observe and Log must be set.
type Config struct {
	Instruments    *market.Instruments
	Session        Session
	JournalDir     string
	Journal        journal.Options
	Desk           oms.Config
	Strategies     []strategy.Instance
	Bars           []market.Nanos // intervals to build from ticks
	Broker         broker.Broker
	Bus            bus.Bus
	Clock          Clock
	ReconcileEvery time.Duration
	CancelOnStop   bool // cancel what works before the engine stops
	Observe        func(market.Body)
	Log            zerolog.Logger
}

// Sizes and waits.
const (
	inboxLimit  = 4096
	stopTimeout = 20 * time.Second // for cancels and the last comparison
	cancelPoll  = 50 * time.Millisecond
)

// Engine runs one account.
type Engine struct {
	cfg        Config
	runner     *Runner
	strategies *Strategies
	feed       *Feed
	desk       *oms.Desk
	record     *recorder
	started    market.Nanos
	ready      chan struct{} // a token when the broker's session came up
	first      chan struct{} // closed when first reconciled
	firstOnce  sync.Once
	last       lastSnapshot
	before     oms.Counts // of earlier runs
}

// Open recovers the desk from the journal and makes the stages. Close the
// engine with Run, or with Close when Run is not called.
func Open(cfg Config) (*Engine, error) {
	j, err := journal.Open(cfg.JournalDir, cfg.Journal)
	if err != nil {
		return nil, err
	}
	e, err := open(cfg, j)
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return e, nil
}

func open(cfg Config, j *journal.Journal) (*Engine, error) {
	codec := wire.Codec{Instruments: cfg.Instruments, Portable: true}
	desk := oms.NewDesk(cfg.Desk)
	inputs, err := Replay(j, codec, cfg.Session.Account, desk)
	if err != nil {
		return nil, err
	}
	record := newRecorder(j, codec, cfg.Instruments.Len())
	if err := record.begin(cfg.Session); err != nil {
		return nil, err
	}
	host, err := strategy.NewHost(strategy.HostConfig{Instruments: cfg.Instruments, Run: cfg.Session.Run, Strategies: cfg.Strategies})
	if err != nil {
		return nil, err
	}
	cfg.Log.Info().Int("inputs", inputs).Int("working", desk.Working()).Str("report", j.Report().String()).Msg("journal replayed")
	e := &Engine{
		cfg: cfg, desk: desk, record: record, started: cfg.Clock.Now(), before: desk.Counts(),
		ready: make(chan struct{}, 1), first: make(chan struct{}),
	}
	e.runner = newRunner(desk, record, cfg.Broker, cfg.Bus, cfg.Clock, NewInbox(inboxLimit, cfg.Instruments.Len()))
	e.strategies = newStrategies(host, cfg.Bus, cfg.Clock, NewInbox(inboxLimit, cfg.Instruments.Len()), e.logLine)
	e.feed, err = newFeed(cfg.Instruments, cfg.Bars, cfg.Bus, cfg.Clock)
	return e, err
}

// Close releases the journal of an engine that was not run.
func (e *Engine) Close() error { return e.record.close() }

// Feed is where raw ticks go in.
func (e *Engine) Feed() *Feed { return e.feed }

func (e *Engine) logLine(l strategy.LogLine) {
	e.cfg.Log.Info().Str("strategy", string(l.Strategy)).Msg(l.Text)
}

// Run trades until ctx ends, then stops in order: strategies, working orders,
// a last comparison with the broker, journal. It returns what was done.
func (e *Engine) Run(ctx context.Context) (Summary, error) {
	stopSubs, err := e.subscribe()
	if err != nil {
		return Summary{}, errors.Join(err, e.record.close())
	}
	defer stopSubs()
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	stages, stageCtx := errgroup.WithContext(life)
	e.restart()
	stages.Go(func() error { return e.runner.Run(stageCtx) })
	stages.Go(func() error { return e.strategies.Run(stageCtx) })
	stages.Go(func() error { return e.cfg.Broker.Run(stageCtx, e.deliver) })
	stages.Go(func() error { e.reconcileLoop(stageCtx); return nil })
	stages.Go(func() error { return e.startStrategies(stageCtx, ctx) })
	e.feed.keepBars()

	select {
	case <-ctx.Done():
		e.stop(stageCtx)
	case <-stageCtx.Done():
	}
	summary := e.summarize(stageCtx)
	e.feed.close()
	kill()
	err = stages.Wait()
	summary.Hash = e.desk.Hash() // of all that the journal holds
	return summary, errors.Join(err, e.record.close())
}

// restart publishes where things stand, so that the strategies know what they
// hold, and settles what the last stop left open.
func (e *Engine) restart() {
	e.runner.inbox.Put(&market.Event{Body: &market.Command{Verb: market.VerbStart, By: "engine", TsEvent: e.started}})
	e.runner.publishState()
}

// startStrategies lets the strategies begin once the desk agreed with the broker.
func (e *Engine) startStrategies(stages, user context.Context) error {
	select {
	case <-e.first:
		e.cfg.Log.Info().Msg("agrees with the broker; strategies start")
		close(e.strategies.begin)
	case <-stages.Done():
	case <-user.Done():
	}
	return nil
}

// deliver takes what the broker says.
func (e *Engine) deliver(body market.Body) {
	e.runner.inbox.Put(&market.Event{TsEvent: e.cfg.Clock.Now(), Body: body})
	if state, ok := body.(*market.BrokerState); ok {
		if !state.Ready {
			e.feed.Lost()
			return
		}
		select {
		case e.ready <- struct{}{}:
		default:
		}
	}
	if alert, ok := body.(*market.Alert); ok {
		e.observe(alert)
	}
}

func (e *Engine) observe(body market.Body) {
	if e.cfg.Observe != nil {
		e.cfg.Observe(body)
	}
}

// subscribe joins the stages to the bus: one ordered stream each.
func (e *Engine) subscribe() (func(), error) {
	var ends []func()
	end := func() {
		for _, one := range ends {
			one()
		}
	}
	for _, s := range []struct {
		kinds []market.Kind
		fn    func(*market.Event)
	}{
		{strategyKinds, func(ev *market.Event) { e.strategies.inbox.Put(ev) }},
		{[]market.Kind{market.KindTick, market.KindSignal}, func(ev *market.Event) { e.runner.inbox.Put(ev) }},
		{observedKinds, func(ev *market.Event) { e.observe(ev.Body) }},
	} {
		one, err := e.cfg.Bus.SubscribeMany(s.kinds, s.fn)
		if err != nil {
			end()
			return nil, fmt.Errorf("engine: subscribe: %w", err)
		}
		ends = append(ends, one)
	}
	return end, nil
}

// observedKinds is what Config.Observe hears of.
var observedKinds = []market.Kind{market.KindOrder, market.KindFill, market.KindAlert, market.KindReconciled}
