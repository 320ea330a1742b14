package api

import "reflect"

// Rows is a list that can come as a lone object, too, which is a list of one.
type Rows[T any] []T

// UnmarshalJSON reads a list or one object.
func (r *Rows[T]) UnmarshalJSON(b []byte) error { return Decode(b, r) }

func (r *Rows[T]) decode(d *decoder, data []byte, depth int) error {
	if data[0] == '{' {
		if err := d.take(int(reflect.TypeFor[T]().Size())); err != nil {
			return err
		}
		list := make([]T, 1)
		*r = list
		return d.of(data, &list[0], depth)
	}
	return d.of(data, (*[]T)(r), depth)
}

// of decodes into what v points to.
func (d *decoder) of(data []byte, v any, depth int) error {
	return d.into(data, reflect.ValueOf(v).Elem(), depth+1)
}
