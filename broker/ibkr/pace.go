package ibkr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pacing is how fast the client may ask. IBKR allows ten requests a second
// through a gateway and up to 50 with OAuth, and shuts an address out for 10 to
// 15 minutes when that is ignored. In no second are there more than PerSecond
// and Burst together. A zero field takes its default. Limits are those of
// single endpoints; above 50 a second, which IBKR allows nobody, only those
// hold that have a field here.
type Pacing struct {
	PerSecond     float64       // all requests; default 8
	CancelReserve float64       // of these, kept for cancels; default 2
	Burst         int           // requests at once after a rest; default 2, and 1 where a second would have too many
	Poll          time.Duration // between reads of orders, trades, PnL, portfolio accounts; default 5 s. Spans of a second and more are kept by 200 ms more
	Tickle        time.Duration // between tickles; default 1 s
	Validate      time.Duration // between sso/validate; default 1 min
	Snapshot      float64       // market data snapshots a second; default 10
	Quiet         time.Duration // pause of all but orders after one 429; default 1 s
	Penalty       time.Duration // pause of all but cancels after two 429 in a minute; default 15 min
}

func (p Pacing) withDefaults() Pacing {
	setDefault(&p.PerSecond, 8)
	setDefault(&p.CancelReserve, min(2, p.PerSecond/2))
	setDefault(&p.Burst, burstFor(p.PerSecond))
	setDefault(&p.Poll, 5*time.Second)
	setDefault(&p.Tickle, time.Second)
	setDefault(&p.Validate, time.Minute)
	setDefault(&p.Snapshot, 10)
	setDefault(&p.Quiet, time.Second)
	setDefault(&p.Penalty, 15*time.Minute)
	return p
}

// burstFor is how many requests may go at once without there ever being more
// than IBKR's 10 or 50 in a second.
func burstFor(perSecond float64) int {
	for _, most := range []float64{10, maxPerSecond} {
		if perSecond <= most && perSecond+2 > most {
			return 1
		}
	}
	return 2
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
	all    *rate.Limiter // every request
	others *rate.Limiter // all but cancels
	turn   chan struct{} // held by the one poll that may take a slot
	broken chan struct{} // a note that the breaker opened

	mu        sync.Mutex
	rules     map[string]*rule // by limit and endpoint
	waiting   int              // polls that wait for a slot
	orders    int              // orders waiting for a slot
	noOrders  chan struct{}    // closed when orders falls to 0; nil while it is 0
	quiet     time.Time        // polls wait until then
	penalty   time.Time        // all but cancels fail until then
	lastPaced time.Time
}

// rule is a Limit at work.
type rule struct {
	pace    *rate.Limiter // nil: as often as you like
	turn    chan struct{} // held by the one that may go next
	waiting int           // for turn; guarded by pacer.mu
	slots   chan struct{} // nil: as many as you like
}

func newPacer(cfg Pacing) *pacer {
	cfg = cfg.withDefaults()
	return &pacer{
		cfg:    cfg,
		all:    rate.NewLimiter(rate.Limit(cfg.PerSecond*0.999), cfg.Burst), // a limiter rounds its pauses down
		others: rate.NewLimiter(rate.Limit(cfg.PerSecond-cfg.CancelReserve), cfg.Burst),
		turn:   make(chan struct{}, 1),
		broken: make(chan struct{}, 1),
		rules:  make(map[string]*rule),
	}
}

// rule is what limits a request beside the global limit, nil for nothing.
func (p *pacer) rule(r *request) *rule {
	limit := limitOf(r)
	if limit == nil {
		return nil
	}
	key := limit.Method + limit.Path
	if strings.HasSuffix(limit.Path, "*") {
		key = r.method + " " + prefixes[r.service] + r.pattern
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	one := p.rules[key]
	if one == nil {
		one = new(rule)
		if span := limit.span(&p.cfg); span > 0 {
			one.pace, one.turn = rate.NewLimiter(rate.Every(span), 1), make(chan struct{}, 1)
		}
		if limit.Concurrent > 0 {
			one.slots = make(chan struct{}, limit.Concurrent)
		}
		p.rules[key] = one
	}
	return one
}

// enter waits for one of the places of a request that may only run so many
// times at once; done gives it back.
func (p *pacer) enter(ctx context.Context, r *request) (done func(), err error) {
	one := p.rule(r)
	if one == nil || one.slots == nil {
		return func() {}, nil
	}
	select {
	case one.slots <- struct{}{}:
		return func() { <-one.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wait returns when the request may be sent, or an error when it may not.
func (p *pacer) wait(ctx context.Context, r *request) error {
	if r.class == classCancel {
		return p.all.Wait(ctx)
	}
	if p.penalized() {
		return errPenalty
	}
	one := p.rule(r)
	if one == nil || one.pace == nil {
		return p.share(ctx, r)
	}
	return p.ruled(ctx, r, one)
}

// ruled waits for a request that has a limit of its own. The limit counts from
// when the request goes, and not from when it could have gone, so that waiting
// for a slot never brings two of them together.
func (p *pacer) ruled(ctx context.Context, r *request, one *rule) error {
	p.count(&one.waiting, 1)
	defer p.count(&one.waiting, -1)
	select {
	case one.turn <- struct{}{}:
		defer func() { <-one.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	pause := until(one.pace, time.Now(), 1)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return fmt.Errorf("ibkr: %s may be asked again in %s: %w", r.pattern, pause.Round(time.Second), context.DeadlineExceeded)
	}
	if err := sleep(ctx, pause); err != nil {
		return err
	}
	if err := p.share(ctx, r); err != nil {
		return err
	}
	one.pace.Reserve() // takes it now
	return nil
}

// share waits for a slot of those that all requests share.
func (p *pacer) share(ctx context.Context, r *request) error {
	if r.class == classOrder {
		p.orderWaits()
		defer p.orderGone()
		return p.slot(ctx)
	}
	return p.pollSlot(ctx)
}

// slot takes a slot of those that are not kept for cancels. The breaker may
// have opened while it waited.
func (p *pacer) slot(ctx context.Context) error {
	if err := p.others.Wait(ctx); err != nil {
		return err
	}
	if err := p.all.Wait(ctx); err != nil {
		return err
	}
	if p.penalized() {
		return errPenalty
	}
	return nil
}

// pollSlot takes a slot when no order wants one. Polls queue behind turn, so
// that an order never waits for more than one of them.
func (p *pacer) pollSlot(ctx context.Context) error {
	p.count(&p.waiting, 1)
	defer p.count(&p.waiting, -1)
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

func (p *pacer) count(what *int, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*what += n
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

func (p *pacer) orderWaits() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders++
	if p.noOrders == nil {
		p.noOrders = make(chan struct{})
	}
}

func (p *pacer) orderGone() {
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

// paced takes note of a 429 answer to a request of a class. It opens the
// breaker when it is the second within a minute, or the first after the breaker
// closed. A poll that is answered so during the quiet pause was under way when
// the pause began: that is one offence, not two.
func (p *pacer) paced(c class) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	together := c == classPoll && now.Before(p.quiet)
	p.quiet = now.Add(p.cfg.Quiet)
	if together {
		return
	}
	again := func(t time.Time) bool { return !t.IsZero() && now.Sub(t) < time.Minute }
	if again(p.lastPaced) || again(p.penalty) {
		p.penalty = now.Add(p.cfg.Penalty)
		select {
		case p.broken <- struct{}{}:
		default:
		}
	}
	p.lastPaced = now
}

// PaceState is what holds requests up now.
type PaceState struct {
	Quiet   time.Duration // reads pause that long after one 429
	Penalty time.Duration // all but cancels are refused that long after two
	Waiting int           // reads that wait for their turn
	Orders  int           // order requests that wait for theirs
}

// Pace says what holds requests up now.
func (c *Client) Pace() PaceState {
	p := c.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	return PaceState{
		Quiet: max(time.Until(p.quiet), 0), Penalty: max(time.Until(p.penalty), 0), Waiting: p.waiting, Orders: p.orders,
	}
}

// Delay is how long a request would have to wait if it were made now and
// nothing more urgent came; the path is the specification's, or one with
// values in it. It reserves nothing. While the breaker is open a request other
// than a cancel is refused at once, and Delay is how long that lasts. It does
// not know when one of the places of Limit.Concurrent becomes free.
func (c *Client) Delay(method, path string) time.Duration {
	r := requestOf(method, path)
	return c.pace.delay(&r)
}

func (p *pacer) delay(r *request) time.Duration {
	now := time.Now()
	if r.class == classCancel {
		return until(p.all, now, 1)
	}
	wait := until(p.all, now, 1)
	one := p.rule(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if one != nil && one.pace != nil {
		wait = max(wait, until(one.pace, now, 1+float64(one.waiting)))
	}
	before := 0.0
	if r.class == classPoll {
		before = max(float64(p.waiting-1), 0) // the first of them has its slot
		wait = max(wait, p.quiet.Sub(now))
	}
	return max(wait, until(p.others, now, 1+before), p.penalty.Sub(now))
}

// until is how long it takes until a limiter has n tokens, rounded up.
func until(l *rate.Limiter, now time.Time, n float64) time.Duration {
	missing := n - l.TokensAt(now)
	if missing <= 0 || l.Limit() == rate.Inf {
		return 0
	}
	return time.Duration(math.Ceil(missing / float64(l.Limit()) * float64(time.Second)))
}
