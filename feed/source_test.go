package feed

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gannet/market"
)

// slice is a source of given values that notes its closing.
type slice struct {
	list   []market.Body
	err    error // at the end, instead of io.EOF
	closed int
}

func (s *slice) Next() (market.Body, error) {
	if len(s.list) == 0 {
		if s.err != nil {
			return nil, s.err
		}
		return nil, io.EOF
	}
	body := s.list[0]
	s.list = s.list[1:]
	return body, nil
}

func (s *slice) Close() error { s.closed++; return s.err }

func tickAt(at market.Nanos, id market.InstrumentID) market.Body {
	return &market.Tick{Instrument: id, TsEvent: at}
}

func barAt(at market.Nanos, id market.InstrumentID) market.Body {
	return &market.Bar{Instrument: id, TsEvent: at}
}

// At one time ticks come first, then the earlier source.
func TestMergeOrder(t *testing.T) {
	src := Merge(
		&slice{list: []market.Body{barAt(2, 1), barAt(2, 2), barAt(3, 3)}},
		&slice{list: []market.Body{tickAt(1, 4), tickAt(2, 5)}},
		&slice{},
		&slice{list: []market.Body{tickAt(2, 6), barAt(2, 7)}},
	)
	var got []market.InstrumentID
	each(t, src, func(body market.Body) {
		switch v := body.(type) {
		case *market.Tick:
			got = append(got, v.Instrument)
		case *market.Bar:
			got = append(got, v.Instrument)
		}
	})
	if want := []market.InstrumentID{4, 5, 6, 1, 2, 7, 3}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestMergeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sources []Source
		var want []market.Tick
		for i := range rapid.IntRange(0, 6).Draw(t, "sources") {
			times := rapid.SliceOf(rapid.Int64Range(1, 9)).Draw(t, "times")
			slices.Sort(times)
			s := new(slice)
			for _, at := range times {
				tick := market.Tick{Instrument: market.InstrumentID(i), TsEvent: market.Nanos(at)}
				s.list, want = append(s.list, &tick), append(want, tick)
			}
			sources = append(sources, s)
		}
		slices.SortStableFunc(want, func(a, b market.Tick) int { return int(a.TsEvent - b.TsEvent) })
		var got []market.Tick
		src := Merge(sources...)
		for body, err := src.Next(); err == nil; body, err = src.Next() {
			got = append(got, *body.(*market.Tick))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A source that breaks, goes back in time or gives something else stops the
// replay with an error instead of a wrong order.
func TestMergeErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		src  *slice
		good int
		want string
	}{
		"broken":         {&slice{list: []market.Body{tickAt(1, 1)}, err: broken}, 1, "broken"},
		"broken at once": {&slice{err: broken}, 0, "broken"},
		"back in time":   {&slice{list: []market.Body{tickAt(2e9, 1), tickAt(1e9, 1)}}, 1, "feed: merge: source 1 went back from 1970-01-01T00:00:02Z to 1970-01-01T00:00:01Z"},
		"neither":        {&slice{list: []market.Body{&market.Alert{}}}, 0, "feed: merge: source 1 gave *market.Alert: want a tick or a bar"},
	} {
		t.Run(name, func(t *testing.T) {
			other := &slice{list: []market.Body{tickAt(3e9, 2)}}
			src := Merge(other, c.src)
			for range c.good {
				if _, err := src.Next(); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if _, err := src.Next(); err == nil || err.Error() != c.want {
					t.Errorf("%v, want %s", err, c.want)
				}
			}
			if err := src.Close(); !errors.Is(err, c.src.err) || other.closed != 1 || c.src.closed != 1 {
				t.Errorf("close: %v, closed %d and %d", err, other.closed, c.src.closed)
			}
		})
	}
}

// A memory can be read again and again, by several at once, and a reader that
// changes what it got does not change what is kept.
func TestMemory(t *testing.T) {
	src := &slice{}
	for i := range market.Nanos(3 * chunkLen) {
		if i%3 == 0 {
			src.list = append(src.list, barAt(i, 1))
		} else {
			src.list = append(src.list, tickAt(i, 1))
		}
	}
	m := must[*Memory](t)(Load(src))
	if m.Len() != 3*chunkLen || src.closed != 1 {
		t.Fatalf("%d values, closed %d times", m.Len(), src.closed)
	}
	for round := range 2 {
		next := market.Nanos(0)
		each(t, m.Fork(), func(body market.Body) {
			if TsEvent(body) != next || (body.EventKind() == market.KindBar) != (next%3 == 0) {
				t.Fatalf("round %d: %T at %d, want %d", round, body, TsEvent(body), next)
			}
			next++
		})
		if count(t, m) != m.Len() || count(t, m) != 0 {
			t.Error("the memory's own place moved with its fork")
		}
		m.Reset()
	}
	m.Reset()
	m.Next()
	body, _ := m.Next()
	*body.(*market.Tick) = market.Tick{}
	m.Reset()
	m.Next()
	if body, _ = m.Next(); TsEvent(body) != 1 {
		t.Error("a reader changed what is kept")
	}
	if allocs := testing.AllocsPerRun(100, func() { m.Next() }); allocs != 0 {
		t.Errorf("%v allocations a value", allocs)
	}
}

func TestLoadErrors(t *testing.T) {
	for name, src := range map[string]*slice{
		"broken":       {list: []market.Body{tickAt(1, 1)}, err: errors.New("broken")},
		"back in time": {list: []market.Body{tickAt(2, 1), barAt(1, 1)}},
		"neither":      {list: []market.Body{&market.Alert{}}},
	} {
		if _, err := Load(src); err == nil || src.closed != 1 {
			t.Errorf("%s: error %v, closed %d times", name, err, src.closed)
		}
	}
}

// Behind Normalize a replay gives whole ticks only, and bars as they are.
func TestNormalize(t *testing.T) {
	quoteOnly, trade := quote(1, bid, "99", "0", "0"), quote(2, last, "0", "0", "100")
	bad := quote(3, last, "0", "0", "-1")
	bar := &market.Bar{Instrument: 1, TsEvent: trade.TsEvent}
	n := newNormalizer(t)
	src := Normalize(&slice{list: []market.Body{&quoteOnly, bar, &trade, &bad}}, n)
	var got []string
	each(t, src, func(body market.Body) {
		if tick, ok := body.(*market.Tick); ok {
			got = append(got, "tick "+tick.Bid.String()+" "+tick.Last.String())
		} else {
			got = append(got, "bar")
		}
	})
	if want := []string{"bar", "tick 99 100"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if c := n.Counters(); c.Refused() != 1 || c.Verdicts[Pending] != 1 {
		t.Errorf("counters %+v", c)
	}
}
