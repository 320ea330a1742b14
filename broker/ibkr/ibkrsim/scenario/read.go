package scenario

import (
	"encoding"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// key is a key of a mapping that makes a T.
type key[T any] struct {
	name string
	read func(*T, *node) error
}

// readKeys reads a mapping into v. A key that is not in the list is a mistake;
// one without a value is as if it were not there.
func readKeys[T any](n *node, what string, keys []key[T], v *T) error {
	if n.kind != mapNode {
		return mistake(n.line, "%s: want keys and values", what)
	}
	for _, f := range n.fields {
		i := slices.IndexFunc(keys, func(k key[T]) bool { return k.name == f.key })
		if i < 0 {
			return mistake(f.line, "%s: %v", what, unknown("key", f.key, namesOf(keys)))
		}
		if f.value.kind == nullNode {
			continue
		}
		if err := keys[i].read(v, f.value); err != nil {
			return err
		}
	}
	return nil
}

func namesOf[T any](keys []key[T]) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// scalar makes a key whose value is one word.
func scalar[T, V any](name, want string, parse func(string) (V, bool), field func(*T) *V) key[T] {
	return key[T]{name, func(v *T, n *node) error {
		if n.kind != scalarNode {
			return mistake(n.line, "%s: want %s", name, want)
		}
		value, ok := parse(n.text)
		if !ok {
			return mistake(n.line, "%s: %q is not %s", name, clip(n.text), want)
		}
		*field(v) = value
		return nil
	}}
}

func textKey[T any](name string, field func(*T) *string) key[T] {
	return scalar(name, "text of at most 1000 characters", func(s string) (string, bool) { return s, len(s) <= 1000 }, field)
}

// wordKey is one of a list of words; which ones is checked later.
func wordKey[T any, V ~string](name string, field func(*T) *V) key[T] {
	return scalar(name, "a word", func(s string) (V, bool) { return V(s), s != "" }, field)
}

func intKey[T any](name string, field func(*T) *int) key[T] {
	return scalar(name, "a whole number", parseInt, field)
}

func parseInt(s string) (int, bool) {
	v, err := strconv.ParseInt(s, 10, 32)
	return int(v), err == nil
}

func boolKey[T any](name string, field func(*T) *bool) key[T] {
	return scalar(name, "true or false", func(s string) (bool, bool) { return s == "true", s == "true" || s == "false" }, field)
}

func floatKey[T any](name string, field func(*T) *float64) key[T] {
	return scalar(name, "a number", func(s string) (float64, bool) {
		v, err := strconv.ParseFloat(s, 64)
		return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}, field)
}

func durationKey[T any](name string, field func(*T) *time.Duration) key[T] {
	return scalar(name, wantDuration, parseDuration, field)
}

const wantDuration = "a time with a unit, such as 250ms, 20s or 5m"

func parseDuration(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(s)
	return d, err == nil && d.Abs() <= MaxSpan
}

// exactKey is a price, quantity or side as package market reads it.
func exactKey[T, V any, P interface {
	*V
	encoding.TextUnmarshaler
}](name, want string, field func(*T) *V) key[T] {
	return scalar(name, want, func(s string) (V, bool) {
		var v V
		return v, len(s) <= 64 && P(&v).UnmarshalText([]byte(s)) == nil
	}, field)
}

func percentKey[T any](name string, field func(*T) *market.Money) key[T] {
	return scalar(name, "a percentage such as -5 or 2.5", func(s string) (market.Money, bool) {
		s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
		if len(s) > 16 || strings.ContainsAny(s, "eE") {
			return decimal.Zero, false
		}
		d, err := decimal.NewFromString(s)
		return d, err == nil
	}, field)
}

// textsKey is a list of words, or one.
func textsKey[T any](name string, field func(*T) *[]string) key[T] {
	return key[T]{name, func(v *T, n *node) error {
		items := n.items
		if n.kind == scalarNode {
			items = []*node{n}
		}
		if n.kind == mapNode || n.kind == nullNode || len(items) > maxCalls {
			return mistake(n.line, "%s: want a list of at most %d words", name, maxCalls)
		}
		*field(v) = []string{}
		for _, item := range items {
			if item.kind != scalarNode || item.text == "" || len(item.text) > 100 {
				return mistake(item.line, "%s: want a list of words", name)
			}
			*field(v) = append(*field(v), item.text)
		}
		return nil
	}}
}

// bodyKey is text, or anything else written out as JSON.
func bodyKey[T any](name string, field func(*T) *string) key[T] {
	return key[T]{name, func(v *T, n *node) error {
		switch {
		case n.kind == scalarNode:
			*field(v) = n.text
		default:
			*field(v) = string(n.json(nil))
		}
		return nil
	}}
}

// json appends the node as JSON.
func (n *node) json(b []byte) []byte {
	switch n.kind {
	case nullNode:
		return append(b, "null"...)
	case listNode:
		b = append(b, '[')
		for i, item := range n.items {
			b = item.json(comma(b, i))
		}
		return append(b, ']')
	case mapNode:
		b = append(b, '{')
		for i, f := range n.fields {
			b = append(quote(comma(b, i), f.key), ':')
			b = f.value.json(b)
		}
		return append(b, '}')
	}
	if n.plain && json.Valid([]byte(n.text)) {
		return append(b, n.text...)
	}
	return quote(b, n.text)
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func quote(b []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
