package membus

import "gannet/market"

// queue is a first-in first-out ring that grows. Its size is a power of two.
type queue struct {
	ring  []market.Event
	first uint
	count uint
}

func (q *queue) push(ev market.Event) {
	if q.count == uint(len(q.ring)) {
		q.grow()
	}
	q.ring[(q.first+q.count)&uint(len(q.ring)-1)] = ev
	q.count++
}

// pop moves the oldest event to ev, and returns false when there is none.
func (q *queue) pop(ev *market.Event) bool {
	if q.count == 0 {
		return false
	}
	*ev, q.ring[q.first] = q.ring[q.first], market.Event{}
	q.first = (q.first + 1) & uint(len(q.ring)-1)
	q.count--
	return true
}

func (q *queue) grow() {
	ring := make([]market.Event, max(16, 2*len(q.ring)))
	n := copy(ring, q.ring[q.first:])
	copy(ring[n:], q.ring[:q.first])
	q.ring, q.first = ring, 0
}
