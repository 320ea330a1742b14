package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Extra keeps the fields of an answer that a struct does not name. Embed it by
// value as the last field:
//
//	type Ledger struct {
//		CashBalance Num `json:"cashbalance,omitzero"`
//		Extra
//	}
//
// Every field of such a struct should have ",omitzero", so that encoding
// writes only what was there. Structs are filled by Decode and written by
// Encode, at any depth. A named field that came in a shape which its type
// cannot hold, such as null for a list, is kept here, too.
//
// A map field with the tags `json:"-" api:"rest"` takes the unnamed fields that are
// objects, or lists for a map of lists: for answers with account numbers or
// periods for names.
type Extra struct {
	fields map[string]json.RawMessage
}

// Fields are the names that the struct does not have, with their values.
func (e *Extra) Fields() map[string]json.RawMessage { return e.fields }

func (e *Extra) extra() *Extra { return e }

type keeper interface{ extra() *Extra }

// Encode writes v with what it kept. Names come in sorted order.
func Encode(v any) ([]byte, error) {
	b, err := appendValue(nil, reflect.ValueOf(v))
	if err != nil {
		return nil, fmt.Errorf("api: encode: %w", err)
	}
	return b, nil
}

var marshaler = reflect.TypeFor[json.Marshaler]()

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	switch {
	case !v.IsValid():
		return append(b, "null"...), nil
	case v.Type().Implements(marshaler):
		return appendJSON(b, v)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return appendValue(b, v.Elem())
	case reflect.Slice:
		return appendSlice(b, v)
	case reflect.Map:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		fields := make(map[string][]byte, v.Len())
		if err := restFields(fields, v); err != nil {
			return nil, err
		}
		return appendObject(b, fields)
	case reflect.Struct:
		return appendStruct(b, v)
	}
	return appendJSON(b, v)
}

func appendJSON(b []byte, v reflect.Value) ([]byte, error) {
	raw, err := json.Marshal(v.Interface())
	return append(b, raw...), err
}

func appendSlice(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendStruct(b []byte, v reflect.Value) ([]byte, error) {
	fields := make(map[string][]byte)
	if !v.CanAddr() {
		addressable := reflect.New(v.Type()).Elem()
		addressable.Set(v)
		v = addressable
	}
	if k, ok := v.Addr().Interface().(keeper); ok {
		for name, raw := range k.extra().fields {
			fields[name] = raw
		}
	}
	for _, f := range fieldsOf(v.Type()) {
		one := v.FieldByIndex(f.index)
		if f.omit && isZero(one) {
			continue
		}
		if f.rest {
			if err := restFields(fields, one); err != nil {
				return nil, err
			}
			continue
		}
		raw, err := appendValue(nil, one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		fields[f.name] = raw
	}
	return appendObject(b, fields)
}

// restFields adds a map's entries to fields.
func restFields(fields map[string][]byte, v reflect.Value) error {
	for each := v.MapRange(); each.Next(); {
		raw, err := appendValue(nil, each.Value())
		if err != nil {
			return fmt.Errorf("%s: %w", each.Key(), err)
		}
		fields[each.Key().String()] = raw
	}
	return nil
}

func isZero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
		return z.IsZero()
	}
	return v.IsZero()
}

func appendObject(b []byte, fields map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, key...), ':'), fields[name]...)
	}
	return append(b, '}'), nil
}

// field is a named field of a struct.
type field struct {
	name  string
	index []int
	omit  bool
	rest  bool // takes what has no name
}

var fieldCache sync.Map // reflect.Type -> []field

// fieldsOf lists the fields with their JSON names, those of embedded structs
// included.
func fieldsOf(t reflect.Type) []field {
	if known, ok := fieldCache.Load(t); ok {
		return known.([]field)
	}
	var list []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		rest := f.Tag.Get("api") == "rest"
		if f.Anonymous || !f.IsExported() || name == "-" && !rest {
			continue
		}
		if name == "" {
			name = f.Name
		}
		omit := strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")
		list = append(list, field{name: name, index: f.Index, omit: omit, rest: rest})
	}
	fieldCache.Store(t, list)
	return list
}
