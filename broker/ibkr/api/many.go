package api

import "reflect"

// OneOrMany is a list that some servers give as a lone object, which is a list
// of one. It is written as it came.
type OneOrMany[T any] struct {
	List []T
	bare bool // came as an object
}

// UnmarshalJSON reads an object or a list.
func (m *OneOrMany[T]) UnmarshalJSON(b []byte) error { return Decode(b, m) }

func (m *OneOrMany[T]) decode(d *decoder, data []byte, depth int) error {
	*m = OneOrMany[T]{bare: data[0] == '{'}
	if !m.bare {
		return d.of(data, &m.List, depth)
	}
	if err := d.take(int(reflect.TypeFor[T]().Size())); err != nil {
		return err
	}
	m.List = make([]T, 1)
	return d.of(data, &m.List[0], depth)
}

// MarshalJSON writes what was read.
func (m OneOrMany[T]) MarshalJSON() ([]byte, error) {
	if m.bare && len(m.List) == 1 {
		return Encode(m.List[0])
	}
	return Encode(m.List)
}

// of decodes into what v points to.
func (d *decoder) of(data []byte, v any, depth int) error {
	return d.into(data, reflect.ValueOf(v).Elem(), depth+1)
}
