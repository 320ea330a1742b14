package ibkrsim

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
)

// Pace is how often requests may come, before the API answers 429. Zero is the
// default, below 0 no limit.
type Pace struct {
	Gateway int // a second for each user of the gateway, default 10
	OAuth   int // a second for each user with a token, default 50
}

// limit is a row of the API's pacing table (Web API, Pacing Limitations): count
// requests in each span. Count may follow at once, of the two where first
// answers are empty and have to be asked for again.
type limit struct {
	pattern string
	count   int
	every   time.Duration
	burst   int
}

// paceTable is the pacing table. Each user has it for himself.
var paceTable = []limit{
	{"/iserver/marketdata/snapshot", 10, time.Second, 10},
	{"/iserver/account/orders", 1, 5 * time.Second, 2},
	{"/iserver/account/trades", 1, 5 * time.Second, 2},
	{"/iserver/account/pnl/partitioned", 1, 5 * time.Second, 2},
	{"/iserver/scanner/params", 1, 15 * time.Minute, 1},
	{"/iserver/scanner/run", 1, time.Second, 1},
	{"/portfolio/accounts", 1, 5 * time.Second, 2},
	{"/portfolio/subaccounts", 1, 5 * time.Second, 2},
	{"/pa/performance", 1, 15 * time.Minute, 1},
	{"/pa/summary", 1, 15 * time.Minute, 1},
	{"/pa/transactions", 1, 15 * time.Minute, 1},
	{"/tickle", 1, time.Second, 2},
	{"/sso/validate", 1, time.Minute, 2},
}

// Endpoints whose limit goes by how their path begins: each method and path has
// it for itself. Account management has no users and no limit but that.
var paceBranches = []limit{
	{"/fyi/", 1, time.Second, 1},
	{management.Prefix, 10, time.Second, 10},
}

// maxHistory is how many requests for history of one user may run at once.
const maxHistory = 5

const historyPattern = "/iserver/marketdata/history"

// limits enforces the table.
type limits struct {
	on      bool
	penalty time.Duration
	pace    Pace

	mu    sync.Mutex
	users map[string]*userLimits // by login and name
	until time.Time              // of the penalty box
}

// userLimits is what a user has used up.
type userLimits struct {
	all     *rate.Limiter // nil: none
	each    map[string]*rate.Limiter
	history int // running requests
}

func newLimits(on bool, penalty time.Duration, pace Pace) *limits {
	setDefault(&pace.Gateway, 10)
	setDefault(&pace.OAuth, 50)
	return &limits{on: on, penalty: penalty, pace: pace, users: map[string]*userLimits{}}
}

// limitOf is the row for an endpoint, and whose it is; false when there is none.
func limitOf(r *web.Route[*Server]) (l limit, key string, ok bool) {
	for _, one := range paceTable {
		if one.pattern == r.Pattern {
			return one, r.Pattern, true
		}
	}
	for _, one := range paceBranches {
		if strings.HasPrefix(r.Pattern, one.pattern) {
			return one, r.Methods + " " + r.Pattern, true
		}
	}
	return limit{}, "", false
}

// of is what a caller has used up.
func (l *limits) of(c *identity.Caller) *userLimits {
	key, perSecond := string(c.Method)+" "+c.User, l.pace.OAuth
	switch {
	case c.User == "":
		key, perSecond = string(c.Method)+" client "+c.Client, -1
	case c.Method == identity.Gateway:
		perSecond = l.pace.Gateway
	}
	u := l.users[key]
	if u == nil {
		u = &userLimits{each: map[string]*rate.Limiter{}}
		if perSecond > 0 {
			u.all = rate.NewLimiter(rate.Limit(perSecond), perSecond)
		}
		l.users[key] = u
	}
	return u
}

// admit counts a request, or refuses it.
func (u *userLimits) admit(r *web.Route[*Server], now time.Time) bool {
	if r.Pattern == historyPattern && u.history >= maxHistory {
		return false
	}
	if u.all != nil && !u.all.AllowN(now, 1) {
		return false
	}
	row, key, ok := limitOf(r)
	if !ok {
		return true
	}
	own := u.each[key]
	if own == nil {
		own = rate.NewLimiter(rate.Limit(float64(row.count)/row.every.Seconds()), row.burst)
		u.each[key] = own
	}
	return own.AllowN(now, 1)
}

// enter admits a request, and done ends it; or it says how to refuse it. One
// that is refused puts the address of everybody, which is this machine, into
// the penalty box.
func (l *limits) enter(r *web.Route[*Server], c *identity.Caller, now time.Time) (done func(), refused web.Reply, ok bool) {
	done = func() {}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) {
		return done, tooMany(), false
	}
	if !l.on {
		return done, web.Reply{}, true
	}
	u := l.of(c)
	if !u.admit(r, now) {
		l.until = now.Add(l.penalty)
		if strings.HasPrefix(r.Pattern, "/iserver/watchlist") {
			return done, web.FailCode(http.StatusServiceUnavailable, "Service Unavailable"), false
		}
		return done, tooMany(), false
	}
	if r.Pattern == historyPattern {
		u.history++
		done = func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			u.history--
		}
	}
	return done, web.Reply{}, true
}

func tooMany() web.Reply { return web.Fail(http.StatusTooManyRequests, "Too many requests") }

// enforce switches the table on or off.
func (l *limits) enforce(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = on
}

// box has everything refused until then, or no longer.
func (l *limits) box(closed bool, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until = until; !closed {
		l.until = time.Time{}
	}
}

func (l *limits) state() PacingState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return PacingState{On: l.on, Until: l.until}
}
