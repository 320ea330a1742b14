package ibkr

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// errNotObject says that a row is no object.
var errNotObject = errors.New("ibkr: row: want an object")

// fill reads an object into the fields of the struct that v points to, by
// their JSON names. It does what json.Unmarshal does for such a struct, but
// costs nothing by itself: a frame of many small rows must not cost more than
// it is worth. row has to be valid JSON, names have to be written exactly so.
func fill(row []byte, v any) error {
	c := members(row)
	if c.b == nil {
		return errNotObject
	}
	to := reflect.ValueOf(v).Elem()
	fields := fieldsByName(to.Type())
	for key, value, ok := c.member(); ok; key, value, ok = c.member() {
		i, known := fields[string(key)]
		if !known {
			continue
		}
		if err := fillField(to.Field(i), value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func fillField(field reflect.Value, value []byte) error {
	if field.Kind() == reflect.Pointer {
		if string(value) == "null" {
			field.SetZero()
			return nil
		}
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch to := field.Addr().Interface().(type) {
	case *json.RawMessage:
		*to = append(json.RawMessage(nil), value...)
	case json.Unmarshaler:
		return to.UnmarshalJSON(value)
	case *[]FlexString:
		return fillTexts(to, value)
	default:
		return json.Unmarshal(value, to)
	}
	return nil
}

// fillTexts reads a list of texts.
func fillTexts(to *[]FlexString, value []byte) error {
	n := 0
	for c := elements(value); ; n++ {
		if _, ok := c.element(); !ok {
			break
		}
	}
	*to = make([]FlexString, 0, n)
	c := elements(value)
	for one, ok := c.element(); ok; one, ok = c.element() {
		text, err := scalarText(one)
		if err != nil {
			return err
		}
		*to = append(*to, FlexString(text))
	}
	return nil
}

var fieldIndex sync.Map // reflect.Type -> map[string]int

// fieldsByName finds a struct's fields by their JSON names.
func fieldsByName(t reflect.Type) map[string]int {
	if known, ok := fieldIndex.Load(t); ok {
		return known.(map[string]int)
	}
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	fieldIndex.Store(t, fields)
	return fields
}
