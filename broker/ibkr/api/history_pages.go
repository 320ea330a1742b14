package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr"
)

// PagerConfig is how a Pager reads. A zero field takes its default.
type PagerConfig struct {
	Concurrent int              // requests at the same time; default 4, IBKR allows 5
	Pause      time.Duration    // before a request that failed is tried again; default 2 s
	Now        func() time.Time // default time.Now
}

// Pager reads more history than fits one answer. It is safe for concurrent use.
type Pager struct {
	m     MarketData
	pause time.Duration
	now   func() time.Time
	slots chan struct{}
}

// NewPager builds a Pager.
func NewPager(m MarketData, cfg PagerConfig) *Pager {
	p := &Pager{
		m: m, now: cfg.Now, pause: cmp.Or(cfg.Pause, 2*time.Second),
		slots: make(chan struct{}, min(cmp.Or(cfg.Concurrent, 4), 5)),
	}
	if p.now == nil {
		p.now = time.Now
	}
	return p
}

// PagedBar is a bar with what is needed to read its volume.
type PagedBar struct {
	Bar
	At           time.Time
	VolumeFactor Num // volumes compare only where it is the same
}

const (
	emptySpan  = 10 * 24 * time.Hour // without any bar: there is no older data
	firstTries = 4                   // of one request
)

// Bars reads in's bars from from (inclusive) to in.End, oldest first. It asks
// from the newest back, page by page: IBKR's startTime is the end of a window,
// and its other direction does not work. A bar that two pages have is
// given once. in.Period "" is as long as 1000 bars allow. What is there no data
// for is left out; bars of another length than asked for are an error.
func (p *Pager) Bars(ctx context.Context, in HistoryRequest, from time.Time) ([]PagedBar, error) {
	size, ok := barSizes[strings.ToLower(in.Bar)]
	if !ok {
		return nil, fmt.Errorf("api: history: bar %q: want one such as 1min, 2h, 1d, 1w", in.Bar)
	}
	in.Period = cmp.Or(in.Period, size.period)
	window, err := periodSpan(in.Period)
	if err != nil {
		return nil, err
	}
	run := pageRun{in: in, from: from, size: size.span, seen: make(map[int64]bool), oldest: in.End, lastData: in.End}
	if in.End.IsZero() {
		run.oldest, run.lastData = p.now(), p.now()
	}
	for first := true; ; first = false {
		page, err := p.page(ctx, run.in, first)
		if err != nil {
			return nil, err
		}
		if done, err := run.add(page, window); done || err != nil {
			return run.sorted(), err
		}
	}
}

// page reads one page; no data is a page without bars.
func (p *Pager) page(ctx context.Context, in HistoryRequest, first bool) (History, error) {
	for try := 1; ; try++ {
		page, err := p.once(ctx, in)
		switch {
		case noData(err):
			return History{}, nil
		case err == nil, !passing(err), try >= firstTries, !first && notFound(err):
			return page, err
		}
		if err := sleep(ctx, p.pause); err != nil {
			return History{}, err
		}
	}
}

func (p *Pager) once(ctx context.Context, in HistoryRequest) (History, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return History{}, ctx.Err()
	}
	a := in.args()
	a.once = true
	return do[History](ctx, p.m.c, opHistory, a)
}

// noData says that IBKR has no bars in a window.
func noData(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Status == http.StatusOK &&
		(strings.Contains(e.Text, "No data") || strings.Contains(e.Text, "Chart data unavailable"))
}

// passing says that a request can succeed when it is tried again: the first
// for a contract can be a 404 or a 500.
func passing(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && (e.Kind == ibkr.KindNotFound || e.Kind == ibkr.KindTemporary)
}

func notFound(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Kind == ibkr.KindNotFound
}

// pageRun gathers pages.
type pageRun struct {
	in       HistoryRequest
	from     time.Time
	size     time.Duration // of a bar; 0: a month
	seen     map[int64]bool
	bars     []PagedBar
	oldest   time.Time // what is older is still to be read
	lastData time.Time // the oldest bar so far, or where the reading began
}

// add takes a page's bars and sets what to ask next; done says that there is
// nothing more to ask.
func (r *pageRun) add(page History, window time.Duration) (done bool, err error) {
	if length, ok := page.BarLength.Int(); ok && r.size > 0 && len(page.Data) > 0 && time.Duration(length)*time.Second != r.size {
		return true, fmt.Errorf("api: history: IBKR gave bars of %d s instead of %s: ask for a shorter period than %s", length, r.in.Bar, r.in.Period)
	}
	grown := false
	for _, bar := range page.Data {
		at, ok := bar.Time.Millis()
		if !ok || r.seen[at.UnixMilli()] {
			continue
		}
		r.seen[at.UnixMilli()] = true
		if at.Before(r.oldest) {
			r.oldest, r.lastData, grown = at, at, true
		}
		if !at.Before(r.from) {
			r.bars = append(r.bars, PagedBar{bar, at, page.VolumeFactor})
		}
	}
	if !grown {
		r.oldest = r.oldest.Add(-window)
	}
	r.in.End = r.oldest
	return !r.oldest.After(r.from) || r.lastData.Sub(r.oldest) > max(emptySpan, 2*window), nil
}

func (r *pageRun) sorted() []PagedBar {
	slices.SortFunc(r.bars, func(a, b PagedBar) int { return a.At.Compare(b.At) })
	return r.bars
}

// barSizes are the bars with the longest period that has at most 1000 of them
// and for which IBKR does not make them coarser.
var barSizes = map[string]struct {
	span   time.Duration
	period string
}{
	"1min": {time.Minute, "8h"}, "2min": {2 * time.Minute, "1d"}, "3min": {3 * time.Minute, "1d"},
	"5min": {5 * time.Minute, "1d"}, "10min": {10 * time.Minute, "5d"}, "15min": {15 * time.Minute, "1w"},
	"30min": {30 * time.Minute, "1w"}, "1h": {time.Hour, "1m"}, "2h": {2 * time.Hour, "2m"},
	"3h": {3 * time.Hour, "3m"}, "4h": {4 * time.Hour, "5m"}, "8h": {8 * time.Hour, "10m"},
	"1d": {24 * time.Hour, "2y"}, "1w": {7 * 24 * time.Hour, "15y"}, "1m": {0, "15y"},
}

// periodSpan is a period as a duration, months and years at their longest.
func periodSpan(period string) (time.Duration, error) {
	var n int
	var unit string
	if _, err := fmt.Sscanf(period, "%d%s", &n, &unit); err != nil || n < 1 || n > 1000 {
		return 0, fmt.Errorf("api: history: period %q: want one such as 30min, 8h, 5d, 1w, 6m, 15y", period)
	}
	day := 24 * time.Hour
	one, ok := map[string]time.Duration{
		"min": time.Minute, "h": time.Hour, "d": day, "w": 7 * day, "m": 31 * day, "y": 366 * day,
	}[unit]
	if !ok {
		return 0, fmt.Errorf("api: history: period %q: want the unit min, h, d, w, m or y", period)
	}
	return time.Duration(n) * one, nil
}
