package market

import "github.com/shopspring/decimal"

// QtyScale is the number of Qty units in one share, contract or coin.
const QtyScale = 100_000_000

const qtyDigits = 8

// Qty is a quantity in units of 1e-8. Order quantities are positive; a
// position's Qty is negative when short. The range is about ±92 billion.
type Qty int64

// Shares is n whole units.
func Shares(n int64) Qty { return Qty(n * QtyScale) }

// ParseQty reads exact decimal text. More than eight decimals, an exponent
// or a value out of range is an error.
func ParseQty(s string) (Qty, error) {
	v, err := parseFixed(s, qtyDigits)
	return Qty(v), err
}

// MustQty is ParseQty for constants; it panics on bad text.
func MustQty(s string) Qty { return must(ParseQty(s)) }

// QtyFromDecimal rounds d half to even to 1e-8.
func QtyFromDecimal(d decimal.Decimal) (Qty, error) {
	v, err := fixedFromDecimal(d, qtyDigits)
	return Qty(v), err
}

// String is the shortest exact decimal text.
func (q Qty) String() string { return string(appendFixed(nil, int64(q), qtyDigits)) }

// AppendText appends String to b.
func (q Qty) AppendText(b []byte) ([]byte, error) { return appendFixed(b, int64(q), qtyDigits), nil }

// MarshalText is String as bytes.
func (q Qty) MarshalText() ([]byte, error) { return q.AppendText(nil) }

// UnmarshalText is ParseQty.
func (q *Qty) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQty(string(text))
	return err
}

// Decimal is the exact value as a decimal.
func (q Qty) Decimal() Money { return decimal.New(int64(q), -qtyDigits) }

// Float is the nearest float64, for indicators and statistics only.
func (q Qty) Float() float64 { return float64(q) / QtyScale }

// Add returns q + o, or ErrRange.
func (q Qty) Add(o Qty) (Qty, error) {
	v, err := addChecked(int64(q), int64(o))
	return Qty(v), err
}

// Abs is the magnitude of q.
func (q Qty) Abs() Qty {
	if q < 0 {
		return -q
	}
	return q
}

// Sign is -1, 0 or 1.
func (q Qty) Sign() int {
	switch {
	case q < 0:
		return -1
	case q > 0:
		return 1
	}
	return 0
}

// OnLot says whether q is a whole number of lots. A lot of 0 allows any quantity.
func (q Qty) OnLot(lot Qty) bool { return lot <= 0 || q%lot == 0 }

// FloorLot rounds q toward zero to a whole number of lots.
func (q Qty) FloorLot(lot Qty) Qty {
	if lot <= 0 {
		return q
	}
	return q - q%lot
}
