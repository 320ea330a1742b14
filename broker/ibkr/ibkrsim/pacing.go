package ibkrsim

import (
	"strings"
	"sync"
	"time"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"

	"golang.org/x/time/rate"
)

// limits is the API's pacing table. An endpoint's second call may follow at
// once, as it does on the wire where first answers are empty.
type limits struct {
	on      bool
	penalty time.Duration

	mu      sync.Mutex
	all     *rate.Limiter
	each    map[string]*rate.Limiter // by pattern
	history int                      // running requests
	until   time.Time                // of the penalty box
}

// maxHistory is how many requests for history may run at once.
const maxHistory = 5

const historyPattern = "/iserver/marketdata/history"

func newLimits(on bool, penalty time.Duration) *limits {
	l := &limits{on: on, penalty: penalty, all: rate.NewLimiter(10, 10), each: map[string]*rate.Limiter{}}
	for every, patterns := range map[time.Duration][]string{
		5 * time.Second:  {"/iserver/account/orders", "/iserver/account/trades", "/iserver/account/pnl/partitioned", "/portfolio/accounts", "/portfolio/subaccounts"},
		time.Minute:      {"/sso/validate"},
		time.Second:      append(below("/fyi/"), "/tickle"),
		15 * time.Minute: {"/pa/performance", "/pa/transactions", "/pa/summary"},
	} {
		for _, p := range patterns {
			l.each[p] = rate.NewLimiter(rate.Every(every), 2)
		}
	}
	for _, p := range below(management.Prefix) {
		l.each[p] = rate.NewLimiter(10, 10)
	}
	return l
}

// enter admits a request, or not; done ends it.
func (l *limits) enter(r *web.Route[*Server], now time.Time) (done func(), ok bool) {
	done = func() {}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) {
		return done, false
	}
	if !l.on {
		return done, true
	}
	own, all := l.each[r.Pattern], l.all
	if isManaged(r.Pattern) {
		all = own // its limit is by endpoint only
	}
	busy := r.Pattern == historyPattern && l.history >= maxHistory
	if busy || !all.AllowN(now, 1) || own != nil && own != all && !own.AllowN(now, 1) {
		l.until = now.Add(l.penalty)
		return done, false
	}
	if r.Pattern == historyPattern {
		l.history++
		done = func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.history--
		}
	}
	return done, true
}

// below are the patterns of routes under a prefix.
func below(prefix string) []string {
	var list []string
	for i := range routes.All {
		if pattern := routes.All[i].Pattern; strings.HasPrefix(pattern, prefix) {
			list = append(list, pattern)
		}
	}
	return list
}

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
