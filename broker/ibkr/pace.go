package ibkr

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pacing is how fast the client may ask. IBKR allows about ten requests a
// second and shuts an address out for 10 to 15 minutes when that is ignored.
// A zero field takes its default.
type Pacing struct {
	PerSecond     float64       // all requests; default 8
	CancelReserve float64       // of these, kept for cancels; default 2
	Burst         int           // requests at once after a rest; default 2
	Poll          time.Duration // between reads of orders, trades, portfolio accounts; default 5.2 s: IBKR wants 5 s between arrivals
	Tickle        time.Duration // between tickles; default 1 s
	Validate      time.Duration // between sso/validate; default 1 min
	Snapshot      float64       // market data snapshots a second; default 10
	Quiet         time.Duration // pause of all but orders after one 429; default 1 s
	Penalty       time.Duration // pause of all but cancels after two 429 in a minute; default 15 min
}

func (p Pacing) withDefaults() Pacing {
	setDefault(&p.PerSecond, 8)
	setDefault(&p.CancelReserve, min(2, p.PerSecond/2))
	setDefault(&p.Burst, 2)
	setDefault(&p.Poll, 5200*time.Millisecond)
	setDefault(&p.Tickle, time.Second)
	setDefault(&p.Validate, time.Minute)
	setDefault(&p.Snapshot, 10)
	setDefault(&p.Quiet, time.Second)
	setDefault(&p.Penalty, 15*time.Minute)
	return p
}

func setDefault[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

// class is how urgent a request is.
type class uint8

const (
	classPoll   class = iota // reads and session upkeep
	classOrder               // place, modify, reply
	classCancel              // cancel
)

// errPenalty is the cause of a request refused by our own breaker.
var errPenalty = errors.New("pausing after repeated 429 answers")

// pacer lets requests through at IBKR's pace: cancels first, then orders, then
// everything else.
type pacer struct {
	cfg    Pacing
	all    *rate.Limiter            // every request
	others *rate.Limiter            // all but cancels
	rules  map[string]*rate.Limiter // by endpoint
	turn   chan struct{}            // held by the one poll that may take a slot
	broken chan struct{}            // a note that the breaker opened

	mu        sync.Mutex
	orders    int           // orders waiting for a slot
	noOrders  chan struct{} // closed when orders falls to 0; nil while it is 0
	quiet     time.Time     // polls wait until then
	penalty   time.Time     // all but cancels fail until then
	lastPaced time.Time
}

func newPacer(cfg Pacing) *pacer {
	cfg = cfg.withDefaults()
	every := func(d time.Duration) *rate.Limiter { return rate.NewLimiter(rate.Every(d), 1) }
	return &pacer{
		cfg:    cfg,
		all:    rate.NewLimiter(rate.Limit(cfg.PerSecond), cfg.Burst),
		others: rate.NewLimiter(rate.Limit(cfg.PerSecond-cfg.CancelReserve), cfg.Burst),
		turn:   make(chan struct{}, 1),
		broken: make(chan struct{}, 1),
		rules: map[string]*rate.Limiter{
			pathOrders:            every(cfg.Poll),
			pathTrades:            every(cfg.Poll),
			pathPortfolioAccounts: every(cfg.Poll),
			pathTickle:            every(cfg.Tickle),
			pathValidate:          every(cfg.Validate),
			pathSnapshot:          rate.NewLimiter(rate.Limit(cfg.Snapshot), 1),
		},
	}
}

// wait returns when the request may be sent, or an error when it may not.
func (p *pacer) wait(ctx context.Context, c class, endpoint string) error {
	if c == classCancel {
		return p.all.Wait(ctx)
	}
	if p.penalized() {
		return errPenalty
	}
	if c == classOrder {
		p.enter()
		defer p.leave()
		return p.slot(ctx)
	}
	if rule := p.rules[endpoint]; rule != nil {
		if err := rule.Wait(ctx); err != nil {
			return err
		}
	}
	return p.pollSlot(ctx)
}

func (p *pacer) slot(ctx context.Context) error {
	if err := p.others.Wait(ctx); err != nil {
		return err
	}
	return p.all.Wait(ctx)
}

// pollSlot takes a slot when no order wants one. Polls queue behind turn, so
// that an order never waits for more than one of them.
func (p *pacer) pollSlot(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		pause, orders := p.obstacle()
		if orders == nil && pause <= 0 {
			return p.slot(ctx)
		}
		if err := await(ctx, pause, orders); err != nil {
			return err
		}
		if p.penalized() {
			return errPenalty
		}
	}
}

// obstacle is what a poll has to wait for now.
func (p *pacer) obstacle() (pause time.Duration, orders <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.quiet), p.noOrders
}

// await waits for done, or for pause when done is nil.
func await(ctx context.Context, pause time.Duration, done <-chan struct{}) error {
	if done == nil {
		return sleep(ctx, pause)
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sleep pauses for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pacer) enter() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders++
	if p.noOrders == nil {
		p.noOrders = make(chan struct{})
	}
}

func (p *pacer) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.orders--; p.orders == 0 {
		close(p.noOrders)
		p.noOrders = nil
	}
}

func (p *pacer) penalized() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.penalty)
}

// paced takes note of a 429 answer to a request of a class. A poll that is
// answered so during the quiet pause was under way when the pause began: that
// is one offence, not two.
func (p *pacer) paced(c class) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	together := c == classPoll && now.Before(p.quiet)
	p.quiet = now.Add(p.cfg.Quiet)
	if together {
		return
	}
	if !p.lastPaced.IsZero() && now.Sub(p.lastPaced) < time.Minute {
		p.penalty = now.Add(p.cfg.Penalty)
		select {
		case p.broken <- struct{}{}:
		default:
		}
	}
	p.lastPaced = now
}
