package ibkr

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

const (
	renewPause = time.Second      // after a failed login, doubled with each
	renewMost  = time.Minute      // longest such pause
	renewYoung = 10 * time.Second // a login refused at this age is not asked for again
)

// fetch logs in. until is when the credentials end, by IBKR's clock.
type fetch func(ctx context.Context, link *Link) (cred Credentials, until time.Time, err error)

// renewer keeps one set of credentials fresh: many callers make one request,
// and a login that fails is not tried in a loop, which would lock the user out.
type renewer struct {
	fetch fetch
	lead  time.Duration // renew so long before the end, at most a quarter of the life
	grant atomic.Pointer[grant]
	turn  chan struct{} // held by who renews

	// Guarded by turn.
	failure error
	fails   int
	again   time.Time // no login before
}

// grant is one login.
type grant struct {
	cred       Credentials
	got, until time.Time
	renew      time.Time
}

func newRenewer(lead time.Duration, fn fetch) *renewer {
	return &renewer{fetch: fn, lead: lead, turn: make(chan struct{}, 1)}
}

// good says that the credentials can still be used.
func (g *grant) good(now time.Time, refused Credentials) bool {
	return g != nil && g.cred != refused && now.Before(g.until)
}

func (r *renewer) credentials(ctx context.Context, link *Link, refused Credentials) (Credentials, error) {
	g := r.grant.Load()
	good := g.good(link.Now(), refused)
	if good && link.Now().Before(g.renew) {
		return g.cred, nil
	}
	select {
	case r.turn <- struct{}{}:
	default:
		if good { // somebody renews; these still serve
			return g.cred, nil
		}
		select {
		case r.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-r.turn }()
	return r.renewed(ctx, link, refused)
}

// renewed renews, with the turn held, unless that has just been done. Old
// credentials that still serve outlive a failure.
func (r *renewer) renewed(ctx context.Context, link *Link, refused Credentials) (Credentials, error) {
	g, now := r.grant.Load(), link.Now()
	good := g.good(now, refused)
	if good && now.Before(g.renew) {
		return g.cred, nil
	}
	err := r.failure
	switch {
	case err != nil && now.Before(r.again) && r.again.Sub(now) <= renewMost:
	case g != nil && g.cred == refused && now.Sub(g.got).Abs() < renewYoung:
		err = &Error{Kind: KindUnauthorized, Err: errors.New("a new login is refused at once; not asking again so soon")}
	default:
		var next *grant
		if next, err = r.login(ctx, link); err == nil {
			return next.cred, nil
		}
		link.c.log.Warn().Err(err).Msg("login")
	}
	if good {
		return g.cred, nil
	}
	return nil, err
}

func (r *renewer) login(ctx context.Context, link *Link) (*grant, error) {
	cred, until, err := r.fetch(ctx, link)
	now := link.Now() // the answer may have corrected it
	if err == nil && !now.Before(until) {
		err = &Error{Kind: KindMalformed, Err: errors.New("a new login that has ended already; is this machine's clock right?")}
	}
	if err != nil {
		if ctx.Err() == nil {
			r.failure, r.again = err, now.Add(min(renewPause<<min(r.fails, 6), renewMost))
			r.fails++
		}
		return nil, err
	}
	g := &grant{cred: cred, got: now, until: until, renew: until.Add(-min(r.lead, until.Sub(now)/4))}
	r.failure, r.fails = nil, 0
	r.grant.Store(g)
	return g, nil
}
