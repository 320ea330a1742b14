package ibkrsim

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// num is an exact amount as a JSON number written the way IBKR's servers
// write a float: 1 is 1.0.
func num(d market.Money) json.Number { return json.Number(floatText(d.String())) }

// cents is num rounded to two decimals.
func cents(d market.Money) json.Number { return num(d.Round(2)) }

func floatText(s string) string {
	if strings.Contains(s, ".") {
		return s
	}
	return s + ".0"
}

func qtyNum(q market.Qty) json.Number { return num(q.Decimal()) }

func priceNum(p market.Price) json.Number { return num(p.Decimal()) }

// priceText writes a price with at least two decimals: 457.00.
func priceText(p market.Price) string { return decimalText(p.Decimal()) }

func decimalText(d market.Money) string {
	if d.Exponent() >= -2 || d.Equal(d.Truncate(2)) {
		return d.StringFixed(2)
	}
	return d.String()
}

// average is paid/held for text, rounded to eight decimals.
func average(paid market.Money, q market.Qty) market.Money {
	if q == 0 {
		return decimal.Zero
	}
	return paid.DivRound(q.Decimal(), 8)
}

// grouped writes the whole part of an amount with thousands commas: 1,300.
func grouped(d market.Money) string {
	text, sign := d.Truncate(0).Abs().String(), ""
	if d.Truncate(0).IsNegative() {
		sign = "-"
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// brief writes a volume as IBKR's field 87 does: 50.1M.
func brief(q market.Qty) string {
	d := q.Decimal()
	switch {
	case d.GreaterThanOrEqual(decimal.New(1, 6)):
		return d.Shift(-6).StringFixed(1) + "M"
	case d.GreaterThanOrEqual(decimal.New(1, 4)):
		return d.Shift(-3).StringFixed(1) + "K"
	}
	return d.String()
}

// seconds and millis are points in time as the API writes them.
func seconds(n market.Nanos) int64 { return int64(n / market.Second) }

func millis(n market.Nanos) int64 { return int64(n / market.Millisecond) }

// encode is JSON without the escapes for HTML. It panics on what is not one
// of our own wire types.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
