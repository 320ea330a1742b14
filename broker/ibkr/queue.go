package ibkr

import (
	"errors"
	"slices"
	"sync"

	"gannet/market"
)

type requestKind uint8

const (
	submit requestKind = iota
	replace
	cancel
)

type orderRequest struct {
	kind  requestKind
	order market.Order
}

// requestQueue holds order requests in order. It has no limit: what limits
// orders is the risk gate before it.
type requestQueue struct {
	mu       sync.Mutex
	list     []orderRequest
	wake     chan struct{}        // holds a token while the list may have something
	leaving  market.ClientOrderID // of the new order that was taken out and waits for its turn to be sent
	recalled bool                 // it was canceled meanwhile
}

func newRequestQueue() requestQueue { return requestQueue{wake: make(chan struct{}, 1)} }

func (q *requestQueue) put(kind requestKind, o market.Order) {
	q.mu.Lock()
	q.list = append(q.list, orderRequest{kind, o})
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// recall takes a new order that has not left back. It says whether it could,
// and whether the order was still queued: else whoever sends it reports.
func (q *requestQueue) recall(id market.ClientOrderID) (recalled, queued bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.leaving == id {
		q.recalled = true
		return true, false
	}
	if i := q.firstOf(id); i < 0 || q.list[i].kind != submit {
		return false, false
	}
	q.list = slices.DeleteFunc(q.list, func(r orderRequest) bool { return r.order.ClientOrderID == id })
	return true, true
}

// errRecalled is the cause of an order that was canceled before it was sent.
var errRecalled = errors.New("canceled before it was sent")

// leave is the last moment in which the order that was taken out can be
// recalled.
func (q *requestQueue) leave() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.leaving = ""
	if q.recalled {
		return errRecalled
	}
	return nil
}

// next takes the first cancel that nothing of the same order stands before,
// else the first request.
func (q *requestQueue) next() (r orderRequest, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return r, false
	}
	at := 0
	for i := range q.list {
		if q.list[i].kind == cancel && q.firstOf(q.list[i].order.ClientOrderID) == i {
			at = i
			break
		}
	}
	r = q.list[at]
	q.list = slices.Delete(q.list, at, at+1)
	q.leaving, q.recalled = "", false
	if r.kind == submit {
		q.leaving = r.order.ClientOrderID
	}
	return r, true
}

func (q *requestQueue) firstOf(id market.ClientOrderID) int {
	return slices.IndexFunc(q.list, func(r orderRequest) bool { return r.order.ClientOrderID == id })
}
