package ibkr

import (
	"context"
	"errors"
	"sync"
)

// ErrFeedClosed is what Next gives after Close, once all is read.
var ErrFeedClosed = errors.New("ibkr: feed: closed")

// Feed is an open subscription to a topic of the Stream: one goroutine calls
// Next, another may call Close. It stays open over lost connections; the
// Stream subscribes again.
//
// A Feed of market data or of account values keeps only the newest state of
// each contract or key that was not read yet, so a slow reader misses steps in
// between and never what they came to. A Feed of orders, executions, notices
// and the like keeps everything until it is read, without limit.
type Feed[T any] struct {
	wake  chan struct{} // holds a token while there may be something
	done  chan struct{}
	once  sync.Once
	end   func() // ends the subscription
	store interface {
		take() (T, bool)
	}
}

func newFeed[T any](store interface{ take() (T, bool) }) *Feed[T] {
	return &Feed[T]{wake: make(chan struct{}, 1), done: make(chan struct{}), store: store, end: func() {}}
}

// Next waits for the next value. Its errors are ctx's and ErrFeedClosed.
func (f *Feed[T]) Next(ctx context.Context) (T, error) {
	for {
		if v, ok := f.store.take(); ok {
			return v, nil
		}
		var none T
		select {
		case <-f.wake:
		case <-ctx.Done():
			return none, ctx.Err()
		case <-f.done:
			if v, ok := f.store.take(); ok {
				return v, nil
			}
			return none, ErrFeedClosed
		}
	}
}

// Close unsubscribes. It may be called twice.
func (f *Feed[T]) Close() {
	f.once.Do(func() {
		f.end()
		close(f.done)
	})
}

func (f *Feed[T]) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// note wakes the reader when there is news, and counts a row that could not be
// read.
func (f *Feed[T]) note(row []byte, news bool, err error, bad *misread) {
	if err != nil {
		bad.add(row, err)
	}
	if news {
		f.poke()
	}
}

// queued keeps frames until they are read. Their rows are decoded only then,
// so that what waits is not larger than what came.
type queued[T any] struct {
	decode func(row []byte, connection uint64) (v T, news bool, err error)
	tell   func(connection uint64, bad *misread)

	mu   sync.Mutex
	list []parcel
	rows cursor // of the parcel that is being read
	from uint64
	bad  misread // of that parcel
}

// parcel is the rows of one frame.
type parcel struct {
	args       []byte
	connection uint64
}

// put keeps a copy of args.
func (q *queued[T]) put(args []byte, connection uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, parcel{append([]byte(nil), args...), connection})
}

func (q *queued[T]) take() (v T, ok bool) {
	for {
		v, ok, end, from, bad := q.pull()
		if bad.rows > 0 {
			q.tell(from, &bad)
		}
		if ok || end {
			return v, ok
		}
	}
}

// pull reads the parcel up to the next value, or up to its end and begins the
// next one. It gives what could not be read when a parcel is read.
func (q *queued[T]) pull() (v T, ok, end bool, from uint64, bad misread) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for row, more := q.rows.element(); more; row, more = q.rows.element() {
		var err error
		if v, ok, err = q.decode(row, q.from); err != nil {
			q.bad.add(row, err)
		} else if ok {
			return v, true, false, 0, misread{}
		}
	}
	from, bad, q.bad = q.from, q.bad, misread{}
	var none T
	if len(q.list) == 0 {
		q.list, q.rows = nil, cursor{}
		return none, false, true, from, bad
	}
	next := q.list[0]
	q.list[0] = parcel{}
	q.list = q.list[1:]
	q.rows, q.from = rows(next.args), next.connection
	return none, false, false, from, bad
}

// latest keeps the newest state of each key. T has no references, or copy
// replaces them.
type latest[T any] struct {
	copy func(T) T // nil: as it is
	max  int       // keys

	mu    sync.Mutex
	slots map[string]*slot[T]
	dirty []*slot[T]
	spare *slot[T] // for a key whose first row is no news
}

type slot[T any] struct {
	value T
	dirty bool
}

// update changes the state of a key; change says whether that is news.
func (l *latest[T]) update(key []byte, change func(*T) (bool, error)) (news bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, known := l.slots[string(key)]
	if !known {
		if len(l.slots) >= l.max {
			return false, errTooMany
		}
		if s = l.spare; s == nil {
			s = new(slot[T])
		}
		*s, l.spare = slot[T]{}, s
	}
	if news, err = change(&s.value); !news || err != nil {
		return false, err
	}
	if !known {
		l.spare = nil
		if l.slots == nil {
			l.slots = make(map[string]*slot[T])
		}
		l.slots[string(key)] = s
	}
	if !s.dirty {
		s.dirty = true
		l.dirty = append(l.dirty, s)
	}
	return true, nil
}

// reset forgets all states: what a lost connection said may be long wrong.
func (l *latest[T]) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slots, l.dirty = nil, nil
}

func (l *latest[T]) take() (v T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.dirty) == 0 {
		return v, false
	}
	s := l.dirty[0]
	l.dirty[0] = nil
	l.dirty = l.dirty[1:]
	s.dirty = false
	v = s.value
	if l.copy != nil {
		v = l.copy(v)
	}
	return v, true
}
