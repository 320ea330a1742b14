package feed

import (
	"errors"
	"fmt"
	"io"

	"gannet/market"
)

// Source gives market data in the order of time: *market.Tick or *market.Bar,
// never anything else.
type Source interface {
	// Next returns the next value, or io.EOF after the last one. The value is
	// the source's own and valid until the next call of Next or Close. After an
	// error other than io.EOF the source is at its end.
	Next() (market.Body, error)
	// Close frees what the source holds. It is safe to call twice.
	Close() error
}

// TsEvent is when a tick or bar happened: for a bar its end. It is 0 for any
// other body.
func TsEvent(body market.Body) market.Nanos {
	switch v := body.(type) {
	case *market.Tick:
		return v.TsEvent
	case *market.Bar:
		return v.TsEvent
	}
	return 0
}

// Normalize puts a normalizer behind a source: ticks go through n.Step and
// come out whole, refused and pending ones are left out (n counts them), bars
// pass as they are.
func Normalize(src Source, n *Normalizer) Source { return &normalized{Source: src, n: n} }

type normalized struct {
	Source
	n   *Normalizer
	out market.Tick
}

func (s *normalized) Next() (market.Body, error) {
	for {
		body, err := s.Source.Next()
		if err != nil {
			return nil, err
		}
		raw, ok := body.(*market.Tick)
		if !ok {
			return body, nil
		}
		if s.n.Step(raw, &s.out).Emit() {
			return &s.out, nil
		}
	}
}

// Merge makes one source of several, each of which is in the order of time.
// At one time ticks come before bars, because a tick on the boundary belongs
// to the bar that ends there; within that, an earlier argument comes before a
// later one. A source that goes back in time is an error. Close closes all.
func Merge(sources ...Source) Source { return &merged{sources: sources} }

// merged keeps the heads of the sources in a binary heap.
type merged struct {
	sources []Source
	heads   []head
	started bool
	given   bool // heads[0] was given out and has to move on
	err     error
}

type head struct {
	at   market.Nanos
	rank uint64 // ticks before bars, then by place in the argument list
	body market.Body
}

func (h *head) source() int { return int(uint32(h.rank)) }

func (h *head) before(o *head) bool { return h.at < o.at || h.at == o.at && h.rank < o.rank }

func (m *merged) Next() (market.Body, error) {
	if m.err == nil {
		m.err = m.settle()
	}
	if m.err != nil {
		return nil, m.err
	}
	m.given = true
	return m.heads[0].body, nil
}

// settle brings the earliest value to heads[0].
func (m *merged) settle() error {
	if !m.started {
		return m.start()
	}
	if m.given {
		m.given = false
		if err := m.advance(); err != nil {
			return err
		}
	}
	if len(m.heads) == 0 {
		return io.EOF
	}
	return nil
}

func (m *merged) start() error {
	m.started = true
	for i := range m.sources {
		h, err := m.pull(i)
		if err == io.EOF {
			continue
		}
		if err != nil {
			return err
		}
		m.heads = append(m.heads, h)
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m.settle()
}

// advance replaces heads[0] by what its source has next.
func (m *merged) advance() error {
	root := &m.heads[0]
	h, err := m.pull(root.source())
	switch {
	case err == io.EOF:
		last := len(m.heads) - 1
		*root = m.heads[last]
		m.heads = m.heads[:last]
	case err != nil:
		return err
	case h.at < root.at:
		return fmt.Errorf("feed: merge: source %d went back from %s to %s", h.source(), root.at, h.at)
	default:
		*root = h
	}
	m.sink(0)
	return nil
}

func (m *merged) pull(i int) (head, error) {
	body, err := m.sources[i].Next()
	if err != nil {
		return head{}, err
	}
	rank := uint64(i)
	switch body.(type) {
	case *market.Tick:
	case *market.Bar:
		rank |= 1 << 32
	default:
		return head{}, fmt.Errorf("feed: merge: source %d gave %T: want a tick or a bar", i, body)
	}
	return head{at: TsEvent(body), rank: rank, body: body}, nil
}

// sink moves heads[i] down to its place.
func (m *merged) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(m.heads) {
			return
		}
		if right := child + 1; right < len(m.heads) && m.heads[right].before(&m.heads[child]) {
			child = right
		}
		if !m.heads[child].before(&m.heads[i]) {
			return
		}
		m.heads[i], m.heads[child] = m.heads[child], m.heads[i]
		i = child
	}
}

func (m *merged) Close() error {
	var errs []error
	for _, s := range m.sources {
		errs = append(errs, s.Close())
	}
	m.heads, m.started, m.err = nil, true, io.EOF
	return errors.Join(errs...)
}
