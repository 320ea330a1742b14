package management

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// field is a field of a request: its name, whether it must be there, and what
// its value may be. Fields that are not listed are passed by.
type field struct {
	name string
	must bool
	fits func(raw json.RawMessage) bool
	in   []field // of an object
}

// must is a field that a request has to have, may one that it can have.
func must(name string, fits func(json.RawMessage) bool) field { return field{name, true, fits, nil} }

func may(name string, fits func(json.RawMessage) bool) field { return field{name, false, fits, nil} }

func mustHave(name string, in ...field) field { return field{name, true, nil, in} }

func mayHave(name string, in ...field) field { return field{name, false, nil, in} }

// clean checks an object and returns it with the listed fields only, and what
// is wrong with it.
func clean(raw json.RawMessage, fields []field) (map[string]json.RawMessage, []argument) {
	var got map[string]json.RawMessage
	if json.Unmarshal(raw, &got) != nil || got == nil {
		return nil, []argument{{"payload", notInput}}
	}
	out := map[string]json.RawMessage{}
	var wrong []argument
	for i := range fields {
		f := &fields[i]
		value, has := got[f.name]
		if !has || string(value) == "null" {
			if f.must {
				wrong = append(wrong, argument{f.name, missing})
			}
			continue
		}
		if f.in != nil {
			inner, bad := clean(value, f.in)
			wrong = append(wrong, bad...)
			value = web.Encode(inner)
		} else if !f.fits(value) {
			wrong = append(wrong, argument{f.name, invalid})
		}
		out[f.name] = value
	}
	return out, wrong
}

// text is a text of 1 to limit characters.
func text(limit int) func(json.RawMessage) bool {
	return func(raw json.RawMessage) bool {
		s, ok := textOf(raw)
		return ok && s != "" && utf8.RuneCountInString(s) <= limit
	}
}

func textOf(raw json.RawMessage) (s string, ok bool) {
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}

// one is a text out of a list.
func one(of ...string) func(json.RawMessage) bool {
	return func(raw json.RawMessage) bool {
		s, ok := textOf(raw)
		return ok && slices.Contains(of, s)
	}
}

// number is a JSON number with a bounded exponent: others could fill the memory.
func number(raw json.RawMessage) (decimal.Decimal, bool) {
	if len(raw) == 0 || len(raw) > 32 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(string(raw))
	return d, err == nil && d.Exponent() <= 18 && d.Exponent() >= -18
}

var maxAmount = decimal.New(1, 13)

// amount is a positive amount of money in whole cents, below 10^13.
func amount(raw json.RawMessage) bool {
	d, ok := number(raw)
	return ok && d.IsPositive() && d.LessThan(maxAmount) && d.Equal(d.Truncate(2))
}

// quantity is a positive quantity of at most eight decimals.
func quantity(raw json.RawMessage) bool {
	d, ok := number(raw)
	if !ok || !d.IsPositive() || !d.Equal(d.Truncate(8)) {
		return false
	}
	_, err := market.QtyFromDecimal(d)
	return err == nil
}

func anyNumber(raw json.RawMessage) bool {
	_, ok := number(raw)
	return ok
}

// whole is a whole number from 1 to 2^53-1, which every JSON reader keeps.
func whole(raw json.RawMessage) bool {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return err == nil && n > 0 && n < 1<<53
}

// moment is a point in time, RFC 3339.
func moment(raw json.RawMessage) bool {
	s, ok := textOf(raw)
	t, err := time.Parse(time.RFC3339, s)
	return ok && err == nil && t.Year() >= 1900 && t.Year() <= 2200
}

// date is a day, 2026-01-31, with or without a time.
func date(raw json.RawMessage) bool {
	s, ok := textOf(raw)
	_, valid := dayOf(s, time.UTC)
	return ok && valid
}

func dayOf(s string, where *time.Location) (time.Time, bool) {
	if len(s) < len(time.DateOnly) {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(time.DateOnly, s[:len(time.DateOnly)], where)
	return t, err == nil && t.Year() >= 1900 && t.Year() <= 2200
}

// currency is an ISO 4217 code.
func currency(raw json.RawMessage) bool {
	s, ok := textOf(raw)
	return ok && len(s) == 3 && !bytes.ContainsFunc([]byte(s), func(r rune) bool { return r < 'A' || r > 'Z' })
}
