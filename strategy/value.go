package strategy

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/market"
)

var (
	nanosType = reflect.TypeFor[market.Nanos]()
	moneyType = reflect.TypeFor[market.Money]()
	textType  = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// kinds tells for each type that a parameter can have its name and what to
// write for it.
func kinds(t reflect.Type) (name, want string) {
	switch t {
	case reflect.TypeFor[market.InstrumentID](): // a number of one run; Context.Instruments has them
		return "", ""
	case nanosType:
		return "duration", "a duration such as 90s, 1m or 1h30m, or a time such as 2026-01-02T15:04:05Z"
	case moneyType:
		return "decimal", "a decimal number such as 0.05"
	case reflect.TypeFor[market.Qty]():
		return "quantity", "a quantity such as 10 or 0.001"
	case reflect.TypeFor[market.Price]():
		return "price", "a price such as 99.50"
	}
	if reflect.PointerTo(t).Implements(textType) {
		return strings.ToLower(t.Name()), "" // its own errors tell
	}
	switch t.Kind() {
	case reflect.String:
		return "text", "text"
	case reflect.Bool:
		return "true or false", "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "whole number", "a whole number such as 20"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "whole number from 0", "a whole number from 0"
	case reflect.Float32, reflect.Float64:
		return "number", "a number such as 0.5"
	}
	return "", ""
}

func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && !reflect.PointerTo(t).Implements(textType)
}

// typeName is the type in words, or "" when a parameter cannot have it.
func typeName(t reflect.Type) string {
	if !isList(t) {
		name, _ := kinds(t)
		return name
	}
	if name, _ := kinds(t.Elem()); name != "" {
		return "list of " + name
	}
	return ""
}

// wanted is what to write for a value of the type.
func wanted(t reflect.Type) string {
	if !isList(t) {
		_, want := kinds(t)
		return want
	}
	if _, want := kinds(t.Elem()); want != "" {
		return "a list, each " + want
	}
	return "a list"
}

// setText sets v to the value that text stands for, exactly.
func setText(v reflect.Value, text string) error {
	switch v.Type() {
	case nanosType:
		n, err := parseNanos(text)
		v.SetInt(int64(n))
		return err
	case moneyType:
		m, err := market.ParseMoney(text)
		v.Set(reflect.ValueOf(m))
		return err
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if !setBasic(v, text) {
		return fmt.Errorf("got %q", text)
	}
	return nil
}

func setBasic(v reflect.Value, text string) bool {
	bits := 0
	if v.CanInt() || v.CanUint() || v.CanFloat() {
		bits = v.Type().Bits()
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
		return true
	case v.Kind() == reflect.Bool:
		v.SetBool(text == "true")
		return text == "true" || text == "false"
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, bits)
		v.SetInt(n)
		return err == nil
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, bits)
		v.SetUint(n)
		return err == nil
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, bits)
		v.SetFloat(f)
		return err == nil && f-f == 0 // neither NaN nor infinite
	}
	return false
}

// textOf is a value as it would be written; "" for one that is not set.
func textOf(v reflect.Value) string {
	if isList(v.Type()) {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = textOf(v.Index(i))
		}
		return strings.Join(parts, ",")
	}
	if v.Type() == nanosType {
		return nanosText(market.Nanos(v.Int()))
	}
	return fmt.Sprint(v.Interface())
}

// spans are the units of a duration, in the order in which they may follow
// each other.
var spans = []struct {
	unit string
	span market.Nanos
}{
	{"d", market.Day}, {"h", market.Hour}, {"m", market.Minute}, {"s", market.Second},
	{"ms", market.Millisecond}, {"us", 1000}, {"ns", 1},
}

// parseNanos reads a duration, or a time of RFC 3339 in the years 1678 to 2262.
func parseNanos(text string) (market.Nanos, error) {
	var at market.Nanos
	if err := at.UnmarshalText([]byte(text)); err == nil || text == "0" {
		return at, nil
	}
	var total market.Money
	rest, next := text, 0
	for rest != "" {
		number := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
		rest = rest[len(number):]
		unit := rest[:len(rest)-len(strings.TrimLeft(rest, "dhmsun"))]
		rest = rest[len(unit):]
		i := next
		for i < len(spans) && spans[i].unit != unit {
			i++
		}
		count, err := market.ParseMoney(number)
		if err != nil || i == len(spans) {
			return 0, fmt.Errorf("got %q", text)
		}
		total = total.Add(count.Mul(decimal.NewFromInt(int64(spans[i].span))))
		next = i + 1
	}
	if n := total.BigInt(); total.IsInteger() && n.IsInt64() {
		return market.Nanos(n.Int64()), nil
	}
	return 0, fmt.Errorf("%q is not a whole number of nanoseconds within 292 years", text)
}

// nanosText is n as a duration, in the largest units.
func nanosText(n market.Nanos) string {
	if n < 0 || n > 1000*market.Day {
		return n.String()
	}
	var b strings.Builder
	for _, s := range spans {
		if count := n / s.span; count > 0 {
			fmt.Fprintf(&b, "%d%s", count, s.unit)
			n -= count * s.span
		}
	}
	return b.String()
}
