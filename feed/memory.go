package feed

import (
	"fmt"
	"io"

	"gannet/market"
)

// chunkLen is how many values a chunk of memory holds: growing never copies.
const chunkLen = 8192

// chunks is a list that grows without moving what it holds.
type chunks[T any] struct {
	list [][]T
	n    int
}

func (c *chunks[T]) add(v T) {
	if c.n%chunkLen == 0 {
		c.list = append(c.list, make([]T, 0, chunkLen))
	}
	last := &c.list[len(c.list)-1]
	*last = append(*last, v)
	c.n++
}

func (c *chunks[T]) at(i int) *T { return &c.list[i/chunkLen][i%chunkLen] }

// Memory is market data held in memory, to be replayed many times: 73 bytes a
// tick or bar, nothing allocated per value. It is a Source that starts again
// after Reset.
type Memory struct {
	kinds chunks[market.Kind]
	ticks chunks[market.Tick]
	bars  chunks[market.Bar]

	next, nextTick, nextBar int
	tick                    market.Tick // what Next gave
	bar                     market.Bar
	last                    market.Nanos
}

// Load reads src to its end, closes it, and returns what it gave.
func Load(src Source) (*Memory, error) {
	m := new(Memory)
	for {
		body, err := src.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = m.Add(body)
		}
		if err != nil {
			src.Close()
			return nil, err
		}
	}
	return m, src.Close()
}

// Add appends a copy of a *market.Tick or *market.Bar. It must not be earlier
// than the value before it.
func (m *Memory) Add(body market.Body) error {
	at := TsEvent(body)
	if at < m.last {
		return fmt.Errorf("feed: memory: %s comes after %s: want the order of time", at, m.last)
	}
	switch v := body.(type) {
	case *market.Tick:
		m.ticks.add(*v)
	case *market.Bar:
		m.bars.add(*v)
	default:
		return fmt.Errorf("feed: memory: %T: want a tick or a bar", body)
	}
	m.kinds.add(body.EventKind())
	m.last = at
	return nil
}

// Len is the number of values.
func (m *Memory) Len() int { return m.kinds.n }

// Next gives a copy of the next value, so that the caller may change it.
func (m *Memory) Next() (market.Body, error) {
	if m.next >= m.kinds.n {
		return nil, io.EOF
	}
	kind := *m.kinds.at(m.next)
	m.next++
	if kind == market.KindTick {
		m.tick = *m.ticks.at(m.nextTick)
		m.nextTick++
		return &m.tick, nil
	}
	m.bar = *m.bars.at(m.nextBar)
	m.nextBar++
	return &m.bar, nil
}

// Reset goes back to the first value.
func (m *Memory) Reset() { m.next, m.nextTick, m.nextBar = 0, 0, 0 }

// Fork returns a reader of the same data with a place of its own, at the
// first value. Forks may be read at the same time by different goroutines as
// long as nothing is added.
func (m *Memory) Fork() *Memory {
	fork := *m
	fork.Reset()
	return &fork
}

// Close does nothing: the data stays.
func (m *Memory) Close() error { return nil }
