package api

import "bytes"

// OneOrMany is an answer that is an object on some servers and a list on
// others.
type OneOrMany[T any] struct {
	List []T
	bare bool // came as an object
}

// UnmarshalJSON reads an object or a list.
func (m *OneOrMany[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*m = OneOrMany[T]{bare: len(b) > 0 && b[0] == '{'}
	if m.bare {
		m.List = make([]T, 1)
		return Decode(b, &m.List[0])
	}
	return Decode(b, &m.List)
}

// MarshalJSON writes what was read.
func (m OneOrMany[T]) MarshalJSON() ([]byte, error) {
	if m.bare && len(m.List) == 1 {
		return Encode(m.List[0])
	}
	return Encode(m.List)
}
