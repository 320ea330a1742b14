package contracts

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// maxKept bounds the answers of one kind that are remembered.
const maxKept = 4096

// cache remembers answers for a while, and asks once for many askers.
type cache[T any] struct {
	now   func() time.Time
	keep  time.Duration
	group singleflight.Group

	mu   sync.Mutex
	kept map[string]kept[T]
	age  uint64 // of forget
}

type kept[T any] struct {
	value T
	until time.Time
}

func newCache[T any](cfg Config, keep time.Duration) *cache[T] {
	return &cache[T]{now: cfg.Now, keep: keep, kept: make(map[string]kept[T])}
}

// get is the answer to key, from load when none is remembered. load goes on
// when ctx ends, for the others who wait. Errors are not remembered.
func (c *cache[T]) get(ctx context.Context, key string, load func(context.Context) (T, error)) (T, error) {
	if v, ok := c.known(key); ok {
		return v, nil
	}
	answer := c.group.DoChan(key, func() (any, error) {
		if v, ok := c.known(key); ok {
			return v, nil
		}
		age := c.aged()
		v, err := load(context.WithoutCancel(ctx))
		if err == nil {
			c.put(key, v, age)
		}
		return v, err
	})
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case r := <-answer:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil
	}
}

func (c *cache[T]) known(key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.value, ok && c.now().Before(k.until)
}

func (c *cache[T]) aged() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.age
}

// put remembers an answer that was asked for after the last forget.
func (c *cache[T]) put(key string, v T, age uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age != c.age {
		return
	}
	now := c.now()
	if len(c.kept) >= maxKept {
		c.sweep(now)
	}
	c.kept[key] = kept[T]{v, now.Add(c.keep)}
}

// sweep makes room: what is too old goes, and when nothing is, everything.
func (c *cache[T]) sweep(now time.Time) {
	for key, k := range c.kept {
		if !now.Before(k.until) {
			delete(c.kept, key)
		}
	}
	if len(c.kept) >= maxKept {
		clear(c.kept)
	}
}

func (c *cache[T]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age++
	clear(c.kept)
}

// drop forgets one answer.
func (c *cache[T]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
}
