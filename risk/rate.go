package risk

import "gannet/market"

// Rate remembers the times of the last submits, as many as a minute may hold.
type Rate struct {
	times []market.Nanos // ring
	next  int
}

// NewRate remembers up to perMinute times.
func NewRate(perMinute int) *Rate { return &Rate{times: make([]market.Nanos, max(perMinute, 1))} }

// Add notes a submit.
func (r *Rate) Add(at market.Nanos) {
	r.times[r.next] = at
	r.next = (r.next + 1) % len(r.times)
}

// Count says how many remembered submits lie within the span before now.
// It never counts more than it remembers.
func (r *Rate) Count(now, span market.Nanos) int {
	n := 0
	for i := range r.times {
		at := r.times[(r.next-1-i+2*len(r.times))%len(r.times)]
		if at == 0 || at <= now-span {
			break
		}
		n++
	}
	return n
}
