package engine

import (
	"sync"
	"time"

	"gannet/market"
)

// Clock tells the time and wakes later. Now never goes back.
type Clock interface {
	Now() market.Nanos
	// AfterFunc calls fn in its own goroutine after the span. The returned
	// function calls it off.
	AfterFunc(after market.Nanos, fn func()) (stop func())
}

// SystemClock is the machine's clock, held back where it steps back.
type SystemClock struct {
	mu   sync.Mutex
	last market.Nanos
}

// NewSystemClock starts at the present.
func NewSystemClock() *SystemClock { return &SystemClock{} }

// Now is the wall clock, or the last answer where that is later.
func (c *SystemClock) Now() market.Nanos {
	now := market.Nanos(time.Now().UnixNano())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last, now)
	return c.last
}

// AfterFunc is time.AfterFunc.
func (c *SystemClock) AfterFunc(after market.Nanos, fn func()) (stop func()) {
	t := time.AfterFunc(max(after, 0).Duration(), fn)
	return func() { t.Stop() }
}
