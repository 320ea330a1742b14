package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Decode reads an answer into v, a pointer, and keeps what v does not name.
// The memory that it takes is at most 16 times the answer's length and 1 MiB:
// an answer of many tiny rows for a large type is an error.
func Decode(data []byte, v any) error {
	d := decoder{left: maxGrowth*len(data) + maxFree}
	if !json.Valid(data) {
		return errors.New("api: decode: not JSON")
	}
	if err := d.into(bytes.TrimSpace(data), reflect.ValueOf(v).Elem(), 0); err != nil {
		return fmt.Errorf("api: decode: %w", err)
	}
	return nil
}

const (
	maxDepth  = 32 // nested values
	maxGrowth = 12 // times the input, by the decoder's own count
	maxFree   = 1 << 20
)

// costMap is what a decoder counts for a map of a few entries beside them.
const costMap = 400

// costEntry is what it counts for an entry of a map, which grows by doubling.
func costEntry(name []byte, size int) int { return 5*(24+size) + len(name) }

var (
	errBudget = errors.New("values much smaller than their type")
	errDepth  = fmt.Errorf("nested deeper than %d", maxDepth)
)

// fatal says that an error concerns the whole answer.
func fatal(err error) bool { return errors.Is(err, errBudget) || errors.Is(err, errDepth) }

// decoder fills values from valid JSON without more memory than allowed.
type decoder struct{ left int }

func (d *decoder) take(n int) error {
	if d.left -= n; d.left < 0 {
		return errBudget
	}
	return nil
}

// decodable is a type with its own way to be read.
type decodable interface {
	decode(d *decoder, data []byte, depth int) error
}

func (d *decoder) into(data []byte, v reflect.Value, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	switch own := v.Addr().Interface().(type) {
	case decodable:
		return own.decode(d, data, depth)
	case json.Unmarshaler:
		if err := d.take(len(data)); err != nil {
			return err
		}
		return own.UnmarshalJSON(data)
	}
	if data[0] == 'n' {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if err := d.take(int(v.Type().Elem().Size())); err != nil {
			return err
		}
		v.Set(reflect.New(v.Type().Elem()))
		return d.into(data, v.Elem(), depth+1)
	case reflect.Slice:
		return d.slice(data, v, depth)
	case reflect.Map:
		return d.mapping(data, v, depth)
	case reflect.Struct:
		return d.structure(data, v, depth)
	}
	return json.Unmarshal(data, v.Addr().Interface())
}

func (d *decoder) slice(data []byte, v reflect.Value, depth int) error {
	if err := want(data, '[', "a list"); err != nil {
		return err
	}
	n := 0
	_ = eachElement(data, func([]byte) error { n++; return nil })
	if err := d.take(n * int(v.Type().Elem().Size())); err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), n, n)
	i := 0
	err := eachElement(data, func(raw []byte) error {
		if err := d.into(raw, list.Index(i), depth+1); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		i++
		return nil
	})
	v.Set(list)
	return err
}

func (d *decoder) mapping(data []byte, v reflect.Value, depth int) error {
	if err := want(data, '{', "an object"); err != nil {
		return err
	}
	if err := d.take(costMap); err != nil {
		return err
	}
	out := reflect.MakeMap(v.Type())
	v.Set(out)
	return eachField(data, func(name, raw []byte) error { return d.entry(name, raw, out, depth) })
}

// entry puts one field into a map.
func (d *decoder) entry(name, raw []byte, out reflect.Value, depth int) error {
	kind := out.Type().Elem()
	if err := d.take(costEntry(name, int(kind.Size()))); err != nil {
		return err
	}
	one := reflect.New(kind).Elem()
	if err := d.into(raw, one, depth+1); err != nil {
		return fmt.Errorf("%.60s: %w", name, err)
	}
	out.SetMapIndex(reflect.ValueOf(unquote(name)).Convert(out.Type().Key()), one)
	return nil
}

func (d *decoder) structure(data []byte, v reflect.Value, depth int) error {
	if err := want(data, '{', "an object"); err != nil {
		return err
	}
	var extra *Extra
	if k, ok := v.Addr().Interface().(keeper); ok {
		extra = k.extra()
	}
	plan := planOf(v.Type())
	return eachField(data, func(name, raw []byte) error {
		i, named := plan.byName[string(name)]
		if !named {
			return d.unnamed(plan, v, extra, name, raw, depth)
		}
		one := v.FieldByIndex(plan.fields[i].index)
		err := d.into(raw, one, depth+1)
		switch {
		case err == nil && (raw[0] != 'n' || !isZero(one)):
			return nil
		case fatal(err), extra == nil && err != nil:
			return fmt.Errorf("%.60s: %w", name, err)
		case extra == nil:
			return nil
		}
		one.SetZero()
		return d.keep(extra, name, raw)
	})
}

// unnamed takes care of a field that the struct does not name.
func (d *decoder) unnamed(p *plan, v reflect.Value, extra *Extra, name, raw []byte, depth int) error {
	if p.rest != nil && (raw[0] == '{' || raw[0] == '[') {
		into := v.FieldByIndex(p.rest.index)
		if into.IsNil() {
			if err := d.take(costMap); err != nil {
				return err
			}
			into.Set(reflect.MakeMap(into.Type()))
		}
		if err := d.entry(name, raw, into, depth); err == nil || fatal(err) {
			return err
		}
	}
	if extra == nil {
		return nil
	}
	return d.keep(extra, name, raw)
}

// keep notes a field in extra.
func (d *decoder) keep(extra *Extra, name, raw []byte) error {
	cost := costEntry(name, 24) + len(raw)
	if extra.fields == nil {
		cost += costMap
	}
	if err := d.take(cost); err != nil {
		return err
	}
	if extra.fields == nil {
		extra.fields = make(map[string]json.RawMessage)
	}
	extra.fields[unquote(name)] = bytes.Clone(raw)
	return nil
}

func want(data []byte, first byte, what string) error {
	if data[0] != first {
		return fmt.Errorf("%.40s: want %s", data, what)
	}
	return nil
}
