package ibkr

import (
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limit is a row of IBKR's table of limits by endpoint ("Pacing Limitations"
// in the documentation of the Web API).
type Limit struct {
	Service    Service
	Method     string // "": any
	Path       string // as the specification writes it; "/x/*": all paths below, each for itself
	Calls      int    // so many requests
	Every      time.Duration
	Concurrent int // so many at the same time; 0: as many as you like
	source     func(*Pacing) time.Duration
}

// Limits is IBKR's table, to which the limit for all requests comes
// (Pacing.PerSecond). What is not in it has only that.
func Limits() []Limit { return slices.Clone(limits) }

var limits = []Limit{
	{Method: http.MethodGet, Path: pathSnapshot, Calls: 10, Every: time.Second, source: func(p *Pacing) time.Duration { return time.Duration(float64(time.Second) / p.Snapshot) }},
	{Method: http.MethodGet, Path: pathHistory, Concurrent: 5},
	{Method: http.MethodGet, Path: pathOrders, Calls: 1, Every: 5 * time.Second, source: pollSpan},
	{Method: http.MethodGet, Path: pathTrades, Calls: 1, Every: 5 * time.Second, source: pollSpan},
	{Method: http.MethodGet, Path: "/iserver/account/pnl/partitioned", Calls: 1, Every: 5 * time.Second, source: pollSpan},
	{Method: http.MethodGet, Path: pathPortfolioAccounts, Calls: 1, Every: 5 * time.Second, source: pollSpan},
	{Method: http.MethodGet, Path: "/portfolio/subaccounts", Calls: 1, Every: 5 * time.Second, source: pollSpan},
	{Method: http.MethodGet, Path: "/iserver/scanner/params", Calls: 1, Every: 15 * time.Minute},
	{Method: http.MethodPost, Path: "/iserver/scanner/run", Calls: 1, Every: time.Second},
	{Method: http.MethodPost, Path: "/pa/performance", Calls: 1, Every: 15 * time.Minute},
	{Method: http.MethodPost, Path: "/pa/summary", Calls: 1, Every: 15 * time.Minute},
	{Method: http.MethodPost, Path: "/pa/transactions", Calls: 1, Every: 15 * time.Minute},
	{Path: "/fyi/*", Calls: 1, Every: time.Second},
	{Path: pathTickle, Calls: 1, Every: time.Second, source: func(p *Pacing) time.Duration { return p.Tickle }},
	{Method: http.MethodGet, Path: pathValidate, Calls: 1, Every: time.Minute, source: func(p *Pacing) time.Duration { return p.Validate }},
	{Service: Management, Path: "/*", Calls: 10, Every: time.Second},
}

func pollSpan(p *Pacing) time.Duration { return p.Poll }

const pathHistory = "/iserver/marketdata/history"

// MaxSecdefConids is how many contracts one GET /trsrv/secdef may ask for.
const MaxSecdefConids = 200

// SecdefChunks cuts conids into lists that GET /trsrv/secdef takes.
func SecdefChunks(conids []int64) iter.Seq[[]int64] { return slices.Chunk(conids, MaxSecdefConids) }

// maxPerSecond is the most that IBKR allows anybody. A server that is asked
// faster than that is not IBKR's, and the table does not hold for it.
const maxPerSecond = 50

// bunching is added to the span between two requests: IBKR counts from arrival
// to arrival, and the first may be longer on its way than the second.
const bunching = 200 * time.Millisecond

// span is the least time between two requests, 0 for none.
func (l *Limit) span(p *Pacing) time.Duration {
	if l.Calls == 0 || l.source == nil && p.PerSecond > maxPerSecond {
		return 0
	}
	span := l.Every / time.Duration(l.Calls)
	if l.source != nil {
		span = l.source(p)
	}
	if l.Calls == 1 && span >= time.Second {
		span += bunching
	}
	return span
}

// Covers says whether a request falls under the row.
func (l *Limit) Covers(service Service, method, path string) bool {
	if l.Service != service || l.Method != "" && l.Method != method {
		return false
	}
	if below, all := strings.CutSuffix(l.Path, "*"); all {
		return strings.HasPrefix(path, below)
	}
	return l.Path == path
}

// limitOf is the row of a request, nil for none.
func limitOf(r *request) *Limit {
	for i := range limits {
		if limits[i].Covers(r.service, r.method, r.pattern) {
			return &limits[i]
		}
	}
	return nil
}

// requestOf is a request of the class that a method and a path stand for. The
// path may hold values in place of names in braces.
func requestOf(method, path string) request {
	r := request{method: method, pattern: path}
	if rest, ok := strings.CutPrefix(path, prefixes[Management]); ok {
		r.service, r.pattern = Management, rest
	}
	order := strings.HasPrefix(path, "/iserver/account/") && strings.Contains(path, "/order")
	switch {
	case order && method == http.MethodDelete:
		r.class = classCancel
	case order && method == http.MethodPost && !strings.HasSuffix(path, "/whatif"), strings.HasPrefix(path, "/iserver/reply/"):
		r.class = classOrder
	}
	return r
}
