package api

import (
	"encoding/json"
	"reflect"
	"sync"
)

// eachElement calls f with each element of a list. data is valid JSON.
func eachElement(data []byte, f func(raw []byte) error) error {
	for i := skipSpace(data, 1); data[i] != ']'; {
		end := skipValue(data, i)
		if err := f(data[i:end]); err != nil {
			return err
		}
		if i = skipSpace(data, end); data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return nil
}

// eachField calls f with each field of an object; name is still escaped.
func eachField(data []byte, f func(name, raw []byte) error) error {
	for i := skipSpace(data, 1); data[i] != '}'; {
		end := skipText(data, i)
		name := data[i+1 : end-1]
		i = skipSpace(data, skipSpace(data, end)+1)
		end = skipValue(data, i)
		if err := f(name, data[i:end]); err != nil {
			return err
		}
		if i = skipSpace(data, end); data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return nil
}

func skipSpace(data []byte, i int) int {
	for data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r' {
		i++
	}
	return i
}

// skipText returns the index behind the text that begins at i.
func skipText(data []byte, i int) int {
	for i++; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the index behind the value that begins at i.
func skipValue(data []byte, i int) int {
	for depth := 0; ; {
		switch data[i] {
		case '"':
			i = skipText(data, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
			continue
		default:
			i = skipBare(data, i)
		}
		if depth == 0 {
			return i
		}
	}
}

// skipBare skips a number, true, false or null.
func skipBare(data []byte, i int) int {
	for i < len(data) {
		switch data[i] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return i
		}
		i++
	}
	return i
}

// unquote is the text of a name that is still escaped.
func unquote(name []byte) string {
	for _, c := range name {
		if c == '\\' || c >= 0x80 {
			var s string
			if json.Unmarshal([]byte(`"`+string(name)+`"`), &s) == nil {
				return s
			}
		}
	}
	return string(name)
}

// plan is how a struct's fields are found.
type plan struct {
	fields []field
	byName map[string]int
	rest   *field
}

var planCache sync.Map // reflect.Type -> *plan

func planOf(t reflect.Type) *plan {
	if known, ok := planCache.Load(t); ok {
		return known.(*plan)
	}
	p := &plan{fields: fieldsOf(t), byName: make(map[string]int)}
	for i := range p.fields {
		if p.fields[i].rest {
			p.rest = &p.fields[i]
			continue
		}
		p.byName[p.fields[i].name] = i
	}
	planCache.Store(t, p)
	return p
}
