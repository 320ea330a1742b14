package api

import (
	"bytes"
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
// Encode, at any depth.
type Extra struct {
	fields map[string]json.RawMessage
}

// Fields are the names that the struct does not have, with their values.
func (e *Extra) Fields() map[string]json.RawMessage { return e.fields }

func (e *Extra) extra() *Extra { return e }

type keeper interface{ extra() *Extra }

// Decode reads an answer into v and keeps what v does not name.
func Decode(data []byte, v any) error {
	if err := decodeInto(data, reflect.ValueOf(v).Elem(), 0); err != nil {
		return fmt.Errorf("api: decode: %w", err)
	}
	return nil
}

// maxDepth bounds nesting.
const maxDepth = 32

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func decodeInto(data []byte, v reflect.Value, depth int) error {
	data = bytes.TrimSpace(data)
	switch {
	case depth > maxDepth:
		return fmt.Errorf("nested deeper than %d", maxDepth)
	case v.Addr().Type().Implements(unmarshaler):
		return json.Unmarshal(data, v.Addr().Interface())
	case bytes.Equal(data, []byte("null")):
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return decodeInto(data, v.Elem(), depth+1)
	case reflect.Slice:
		return decodeSlice(data, v, depth)
	case reflect.Map:
		return decodeMap(data, v, depth)
	case reflect.Struct:
		return decodeStruct(data, v, depth)
	}
	return json.Unmarshal(data, v.Addr().Interface())
}

func decodeSlice(data []byte, v reflect.Value, depth int) error {
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), len(rows), len(rows))
	for i, row := range rows {
		if err := decodeInto(row, list.Index(i), depth+1); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	v.Set(list)
	return nil
}

func decodeMap(data []byte, v reflect.Value, depth int) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	out := reflect.MakeMapWithSize(v.Type(), len(fields))
	for name, raw := range fields {
		one := reflect.New(v.Type().Elem()).Elem()
		if err := decodeInto(raw, one, depth+1); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), one)
	}
	v.Set(out)
	return nil
}

func decodeStruct(data []byte, v reflect.Value, depth int) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for _, f := range fieldsOf(v.Type()) {
		raw, ok := fields[f.name]
		if !ok {
			continue
		}
		if err := decodeInto(raw, v.FieldByIndex(f.index), depth+1); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		delete(fields, f.name)
	}
	if k, ok := v.Addr().Interface().(keeper); ok && len(fields) > 0 {
		k.extra().fields = fields
	}
	return nil
}

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
		fields := make(map[string][]byte, v.Len())
		for each := v.MapRange(); each.Next(); {
			raw, err := appendValue(nil, each.Value())
			if err != nil {
				return nil, err
			}
			fields[each.Key().String()] = raw
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
		raw, err := appendValue(nil, one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		fields[f.name] = raw
	}
	return appendObject(b, fields)
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
		if f.Anonymous || !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		omit := strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")
		list = append(list, field{name: name, index: f.Index, omit: omit})
	}
	fieldCache.Store(t, list)
	return list
}
