package api

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gannet/broker/ibkr"
)

// historyServer gives one-minute bars that end at startTime, as IBKR does.
type historyServer struct {
	*fake
	newest time.Time // start of the newest bar
	oldest time.Time
	length int64 // of a bar, seconds
	factor func(end time.Time) int
	closed func(t time.Time) bool // no bars there
	skew   time.Duration          // how far a page reaches over its end
}

func newHistoryServer(t *testing.T, bars int) *historyServer {
	h := &historyServer{fake: newFake(t), newest: time.Date(2026, 4, 2, 19, 59, 0, 0, time.UTC), length: 60}
	h.oldest = h.newest.Add(-time.Duration(bars-1) * time.Minute)
	h.factor = func(time.Time) int { return 40 }
	h.closed = func(time.Time) bool { return false }
	h.on("GET /iserver/marketdata/history", h.answer)
	return h
}

func (h *historyServer) answer(a asked) (int, string) {
	if a.query.Get("direction") == "1" {
		return 200, `{"error":"Chart data unavailable"}`
	}
	end := h.newest.Add(time.Minute)
	if text := a.query.Get("startTime"); text != "" {
		end, _ = time.Parse("20060102-15:04:05", text)
	}
	span, err := periodSpan(a.query.Get("period"))
	if err != nil {
		return 200, `{"error":"Invalid period"}`
	}
	var rows []string
	for at := end.Add(-span); at.Before(end.Add(h.skew)) && len(rows) < 1000; at = at.Add(time.Minute) {
		if !at.Before(h.oldest) && !at.After(h.newest) && !h.closed(at) {
			rows = append(rows, fmt.Sprintf(`{"o":1.10,"c":1.20,"h":1.30,"l":1.00,"v":17219.125,"t":%d}`, at.UnixMilli()))
		}
	}
	if len(rows) == 0 {
		return 200, `{"error":"No data."}`
	}
	return 200, fmt.Sprintf(`{"symbol":"SPY","barLength":%d,"volumeFactor":%d,"points":0,"data":[%s]}`, h.length, h.factor(end), strings.Join(rows, ","))
}

func (h *historyServer) pager(t *testing.T) *Pager {
	return NewPager(h.api(t).MarketData, PagerConfig{Pause: time.Millisecond, Now: func() time.Time { return h.newest.Add(time.Minute) }})
}

var minuteBars = HistoryRequest{Conid: 756733, Bar: "1min"}

func checkBars(t *testing.T, bars []PagedBar, first, last time.Time, n int) {
	t.Helper()
	if len(bars) != n || !bars[0].At.Equal(first) || !bars[n-1].At.Equal(last) {
		t.Fatalf("%d bars, want %d from %s to %s", len(bars), n, first, last)
	}
	for i := 1; i < n; i++ {
		if !bars[i].At.After(bars[i-1].At) {
			t.Fatalf("bar %d at %s after %s", i, bars[i].At, bars[i-1].At)
		}
	}
}

// startTime is the end of a window: the pages go back from the newest, and
// nobody asks for the other direction.
func TestHistoryStartTimeIsTheEnd(t *testing.T) {
	h := newHistoryServer(t, 1200)
	bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest)
	if err != nil {
		t.Fatal(err)
	}
	checkBars(t, bars, h.oldest, h.newest, 1200)
	calls := h.got("GET /iserver/marketdata/history")
	if calls[0].query.Has("startTime") {
		t.Error("the newest page was asked for with a time, which ends it a day early")
	}
	for i, c := range calls {
		if c.query.Has("direction") || i > 0 && c.query.Get("startTime") >= h.newest.Format(historyTime) {
			t.Errorf("call %d: %v", i, c.query)
		}
	}
}

// IBKR cuts at 1000 bars without a word. Pages are shorter than that, and a
// bar of two pages is given once.
func TestHistoryPagesAndDedupes(t *testing.T) {
	h := newHistoryServer(t, 3000)
	h.skew = 5 * time.Minute // pages overlap
	bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	checkBars(t, bars, h.oldest, h.newest, 3000)
}

// What is older than asked for is left out, and the end can be in the past.
func TestHistoryWindow(t *testing.T) {
	h := newHistoryServer(t, 3000)
	from, end := h.newest.Add(-1000*time.Minute), h.newest.Add(-100*time.Minute)
	in := minuteBars
	in.End = end
	bars, err := h.pager(t).Bars(t.Context(), in, from)
	if err != nil {
		t.Fatal(err)
	}
	checkBars(t, bars, from, end.Add(-time.Minute), 900)
}

// A window without data, such as a long weekend, is stepped over; where there
// is no older data the reading ends.
func TestHistoryNoDataIsAGap(t *testing.T) {
	h := newHistoryServer(t, 6*24*60)
	h.closed = func(at time.Time) bool {
		return at.Before(h.newest.Add(-8*time.Hour)) && at.After(h.newest.Add(-4*24*time.Hour))
	}
	bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.newest.AddDate(-1, 0, 0))
	if err != nil || !bars[0].At.Equal(h.oldest) {
		t.Fatalf("oldest %v, %v", bars[0].At, err)
	}
	if n := len(h.got("GET /iserver/marketdata/history")); n > 80 {
		t.Errorf("%d requests: the search for older data does not end", n)
	}
}

// The text for a direction that does not work means no data, too.
func TestHistoryChartDataUnavailable(t *testing.T) {
	h := newHistoryServer(t, 1)
	h.always("GET /iserver/marketdata/history", 200, `{"error":"Chart data unavailable"}`)
	bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.newest.Add(-time.Hour))
	if err != nil || len(bars) != 0 {
		t.Errorf("%d bars, %v", len(bars), err)
	}
}

// A bad request in a good answer's clothes is an error.
func TestHistoryInvalidPeriod(t *testing.T) {
	h := newHistoryServer(t, 1)
	h.always("GET /iserver/marketdata/history", 200, `{"error":"Invalid period"}`)
	var e *ibkr.Error
	if _, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest); !errors.As(err, &e) || e.Kind != ibkr.KindRefused {
		t.Errorf("%v", err)
	}
	for _, in := range []HistoryRequest{{Bar: "7min"}, {Bar: "1min", Period: "5x"}, {Bar: "1min", Period: "d"}} {
		if _, err := h.pager(t).Bars(t.Context(), in, h.oldest); err == nil {
			t.Errorf("%+v: no error", in)
		}
	}
}

// Volumes have no known unit: a bar keeps the factor of its own page.
func TestHistoryVolumeKeepsItsFactor(t *testing.T) {
	h := newHistoryServer(t, 600)
	h.factor = func(end time.Time) int {
		if end.Before(h.newest) {
			return 1
		}
		return 40
	}
	bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest)
	if err != nil || len(bars) != 600 {
		t.Fatalf("%d bars, %v", len(bars), err)
	}
	if a, b := bars[0].VolumeFactor.Text(), bars[599].VolumeFactor.Text(); a != "1" || b != "40" || bars[0].Volume.Text() != "17219.125" {
		t.Errorf("factors %s and %s", a, b)
	}
}

// The first request for a contract can be a 404 or a 500.
func TestHistoryFirstRequestFails(t *testing.T) {
	for _, status := range []int{404, 500} {
		h := newHistoryServer(t, 10)
		var n atomic.Int32
		h.on("GET /iserver/marketdata/history", func(a asked) (int, string) {
			if n.Add(1) <= 3 {
				return status, `{"error":"not yet"}`
			}
			return h.answer(a)
		})
		bars, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest)
		if err != nil || len(bars) != 10 {
			t.Errorf("%d: %d bars, %v", status, len(bars), err)
		}
		h.always("GET /iserver/marketdata/history", status, `{"error":"never"}`)
		before := len(h.got("GET /iserver/marketdata/history"))
		if _, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest); err == nil {
			t.Errorf("%d: no error", status)
		}
		if n := len(h.got("GET /iserver/marketdata/history")) - before; n != 4 {
			t.Errorf("%d: asked %d times, want 4", status, n)
		}
	}
}

// Bars that IBKR made coarser are not what was asked for.
func TestHistoryCoarserBars(t *testing.T) {
	h := newHistoryServer(t, 10)
	h.length = 300
	if _, err := h.pager(t).Bars(t.Context(), minuteBars, h.oldest); err == nil {
		t.Error("no error")
	}
}

// IBKR answers the sixth request at a time with a 429.
func TestHistoryConcurrent(t *testing.T) {
	h := newHistoryServer(t, 100)
	var now, most atomic.Int32
	sixth := make(chan struct{})
	var once sync.Once
	h.on("GET /iserver/marketdata/history", func(a asked) (int, string) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n > 5 {
			once.Do(func() { close(sixth) })
			return 429, `{"error":"too many requests"}`
		}
		select { // long enough for one too many to come
		case <-sixth:
		case <-time.After(30 * time.Millisecond):
		}
		return h.answer(a)
	})
	p := h.pager(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := p.Bars(t.Context(), minuteBars, h.oldest); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > 5 {
		t.Errorf("%d at a time", most.Load())
	}
}

// The first call of the history service in a session is a 404, and only the
// first: a service that is not there is not asked for ever.
func TestHMDSFirstCallIsNotFound(t *testing.T) {
	missing := answerForTest{err: &ibkr.Error{Kind: ibkr.KindNotFound, Status: 404}}
	for name, call := range map[string]func(a *API) error{
		"init":    func(a *API) error { _, err := a.MarketData.HMDSInit(t.Context()); return err },
		"history": func(a *API) error { _, err := a.MarketData.HMDSHistory(t.Context(), HMDSRequest{Conid: 1}); return err },
		"scanner": func(a *API) error { _, err := a.Scanner.HMDSRun(t.Context(), HMDSScan{}); return err },
	} {
		s, a := script(missing, answerForTest{body: `{}`})
		if err := call(a); err != nil || len(s.calls) != 2 {
			t.Errorf("%s: %v after %d calls", name, err, len(s.calls))
		}
		s, a = script(missing)
		if err := call(a); statusOf(err) != 404 || len(s.calls) != 2 {
			t.Errorf("%s, never there: %v after %d calls", name, err, len(s.calls))
		}
	}
}
