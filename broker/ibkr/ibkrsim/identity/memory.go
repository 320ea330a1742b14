package identity

import (
	"container/list"
	"time"
)

// memory keeps values by key until they expire, at most limit of them: the
// oldest make room. Expired ones stay for linger, so that "expired" can be
// told from "unknown".
type memory[V any] struct {
	limit  int
	linger time.Duration
	items  map[string]*list.Element
	order  *list.List // of *kept[V], the oldest first
}

type kept[V any] struct {
	key   string
	value V
	until time.Time
}

func newMemory[V any](limit int, linger time.Duration) *memory[V] {
	return &memory[V]{limit: limit, linger: linger, items: map[string]*list.Element{}, order: list.New()}
}

// put keeps a value and makes room for it.
func (m *memory[V]) put(key string, value V, until, now time.Time) {
	m.drop(key)
	for front := m.order.Front(); front != nil; front = m.order.Front() {
		oldest := front.Value.(*kept[V])
		if len(m.items) < m.limit && now.Before(oldest.until.Add(m.linger)) {
			break
		}
		m.drop(oldest.key)
	}
	m.items[key] = m.order.PushBack(&kept[V]{key, value, until})
}

// find is the value of a key; live is false when it has expired.
func (m *memory[V]) find(key string, now time.Time) (value V, live, known bool) {
	element, known := m.items[key]
	if !known {
		return value, false, false
	}
	one := element.Value.(*kept[V])
	return one.value, now.Before(one.until), true
}

// get is find for what has not expired.
func (m *memory[V]) get(key string, now time.Time) (V, bool) {
	value, live, _ := m.find(key, now)
	return value, live
}

func (m *memory[V]) drop(key string) {
	if element, ok := m.items[key]; ok {
		m.order.Remove(element)
		delete(m.items, key)
	}
}

// dropIf forgets what test holds for.
func (m *memory[V]) dropIf(test func(V) bool) {
	for element := m.order.Front(); element != nil; {
		one, next := element.Value.(*kept[V]), element.Next()
		if test(one.value) {
			m.drop(one.key)
		}
		element = next
	}
}

// newest is the youngest live value that test holds for.
func (m *memory[V]) newest(now time.Time, test func(V) bool) (value V, ok bool) {
	for element := m.order.Back(); element != nil; element = element.Prev() {
		if one := element.Value.(*kept[V]); now.Before(one.until) && test(one.value) {
			return one.value, true
		}
	}
	return value, false
}
