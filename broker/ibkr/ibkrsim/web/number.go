package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// Num is an exact amount as a JSON number written the way IBKR's servers
// write a float: 1 is 1.0.
func Num(d market.Money) json.Number { return json.Number(FloatText(d.String())) }

// Cents is Num rounded to two decimals.
func Cents(d market.Money) json.Number { return Num(d.Round(2)) }

// FloatText is a number's text as a float's: 1 is 1.0.
func FloatText(s string) string {
	if strings.Contains(s, ".") {
		return s
	}
	return s + ".0"
}

// QtyNum is Num of a quantity.
func QtyNum(q market.Qty) json.Number { return Num(q.Decimal()) }

// PriceNum is Num of a price.
func PriceNum(p market.Price) json.Number { return Num(p.Decimal()) }

// PriceText writes a price with at least two decimals: 457.00.
func PriceText(p market.Price) string { return DecimalText(p.Decimal()) }

// DecimalText writes an amount with at least two decimals: 457.00.
func DecimalText(d market.Money) string {
	if d.Exponent() >= -2 || d.Equal(d.Truncate(2)) {
		return d.StringFixed(2)
	}
	return d.String()
}

// Average is paid/held for text, rounded to eight decimals.
func Average(paid market.Money, q market.Qty) market.Money {
	if q == 0 {
		return decimal.Zero
	}
	return paid.DivRound(q.Decimal(), 8)
}

// Grouped writes the whole part of an amount with thousands commas: 1,300.
func Grouped(d market.Money) string {
	text, sign := d.Truncate(0).Abs().String(), ""
	if d.Truncate(0).IsNegative() {
		sign = "-"
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// Brief writes a volume as IBKR's field 87 does: 50.1M.
func Brief(q market.Qty) string {
	d := q.Decimal()
	switch {
	case d.GreaterThanOrEqual(decimal.New(1, 6)):
		return d.Shift(-6).StringFixed(1) + "M"
	case d.GreaterThanOrEqual(decimal.New(1, 4)):
		return d.Shift(-3).StringFixed(1) + "K"
	}
	return d.String()
}

// Seconds is a point in time in seconds since 1970.
func Seconds(n market.Nanos) int64 { return int64(n / market.Second) }

// Millis is a point in time in milliseconds since 1970.
func Millis(n market.Nanos) int64 { return int64(n / market.Millisecond) }

// Number is a JSON number that has to be one: text in quotes is refused. Empty
// is a number that was not given.
type Number string

// UnmarshalJSON takes a number or null.
func (n *Number) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	if text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return errors.New("not a number")
	}
	*n = Number(text)
	return nil
}

// Int is a whole number as text.
func Int(n int64) string { return strconv.FormatInt(n, 10) }
