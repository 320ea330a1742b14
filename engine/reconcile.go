package engine

import (
	"context"
	"sync"
	"time"

	"gannet/market"
	"gannet/oms"
)

// lastSnapshot is the broker's last complete answer.
type lastSnapshot struct {
	mu       sync.Mutex
	snapshot market.Snapshot
}

func (l *lastSnapshot) set(s market.Snapshot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshot = s
}

func (l *lastSnapshot) get() market.Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.snapshot
}

// reconcileLoop compares desk and broker at every connect and every few
// seconds. It is the one path of recovery: a start, a lost link and a lost
// frame all end here.
func (e *Engine) reconcileLoop(ctx context.Context) {
	tick := time.NewTicker(e.cfg.ReconcileEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.ready:
		case <-tick.C:
		}
		e.Reconcile(ctx)
	}
}

// Reconcile asks the broker for its truth once and lets the desk take what
// differs. It returns whether the two agree.
func (e *Engine) Reconcile(ctx context.Context) bool {
	ready := false
	if !e.runner.Do(ctx, func(d *oms.Desk) { ready = d.Broker().Ready }) || !ready {
		return false
	}
	snapshot := e.cfg.Broker.Snapshot(ctx)
	if ctx.Err() != nil {
		return false
	}
	e.logUnavailable(&snapshot)
	if snapshot.Positions.Known {
		e.last.set(snapshot)
	}
	e.runner.inbox.Put(&market.Event{TsEvent: snapshot.TsEvent, Body: &snapshot})
	agreed := false
	e.runner.Do(ctx, func(d *oms.Desk) { agreed = d.Reconciled() })
	e.cfg.Log.Debug().Bool("agreed", agreed).Int("orders", len(snapshot.Orders.List)).Int("trades", len(snapshot.Trades.List)).Msg("compared with the broker")
	if agreed {
		e.firstOnce.Do(func() { close(e.first) })
	}
	return agreed
}

func (e *Engine) logUnavailable(s *market.Snapshot) {
	for _, part := range []struct {
		name, reason string
		known        bool
	}{
		{"orders", s.Orders.Reason, s.Orders.Known},
		{"trades", s.Trades.Reason, s.Trades.Known},
		{"positions", s.Positions.Reason, s.Positions.Known},
	} {
		if !part.known {
			e.cfg.Log.Warn().Str("question", part.name).Str("reason", part.reason).Msg("broker did not answer")
		}
	}
}

// stop brings the engine to rest: no new signals, working orders as the
// config wants them, a last comparison.
func (e *Engine) stop(stages context.Context) {
	ctx, cancel := context.WithTimeout(stages, stopTimeout)
	defer cancel()
	e.strategies.Stop(ctx)
	if e.cfg.CancelOnStop {
		e.runner.inbox.Put(&market.Event{Body: &market.Command{Verb: market.VerbCancelAll, By: "engine", Reason: "stop", TsEvent: e.cfg.Clock.Now()}})
		e.awaitIdle(ctx)
	}
	e.Reconcile(ctx)
}

// awaitIdle returns when nothing works any more, or ctx ends.
func (e *Engine) awaitIdle(ctx context.Context) {
	poll := time.NewTicker(cancelPoll)
	defer poll.Stop()
	for working := 1; working > 0; {
		if !e.runner.Do(ctx, func(d *oms.Desk) { working = d.Working() }) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
	}
}
