package market

import "github.com/shopspring/decimal"

// PriceScale is the number of Price units in one unit of currency. It is the
// scale of Databento's DBN encoding.
const PriceScale = 1_000_000_000

const priceDigits = 9

// Price is a price in the instrument's currency, in units of 1e-9. The range
// is about ±9.2 billion. Zero means "no price".
type Price int64

// ParsePrice reads exact decimal text such as "144.78172417". More than nine
// decimals, an exponent or a value out of range is an error.
func ParsePrice(s string) (Price, error) {
	v, err := parseFixed(s, priceDigits)
	return Price(v), err
}

// MustPrice is ParsePrice for constants; it panics on bad text.
func MustPrice(s string) Price { return must(ParsePrice(s)) }

// PriceFromDecimal rounds d half to even to 1e-9.
func PriceFromDecimal(d decimal.Decimal) (Price, error) {
	v, err := fixedFromDecimal(d, priceDigits)
	return Price(v), err
}

// String is the shortest exact decimal text.
func (p Price) String() string { return string(appendFixed(nil, int64(p), priceDigits)) }

// AppendText appends String to b.
func (p Price) AppendText(b []byte) ([]byte, error) {
	return appendFixed(b, int64(p), priceDigits), nil
}

// MarshalText is String as bytes.
func (p Price) MarshalText() ([]byte, error) { return p.AppendText(nil) }

// UnmarshalText is ParsePrice.
func (p *Price) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePrice(string(text))
	return err
}

// Decimal is the exact value as a decimal.
func (p Price) Decimal() Money { return decimal.New(int64(p), -priceDigits) }

// Float is the nearest float64, for indicators and statistics only.
func (p Price) Float() float64 { return float64(p) / PriceScale }

// Percent is n percent of p, rounded half to even to 1e-9.
func (p Price) Percent(n int64) Price { return p.Ratio(n, 100) }

// Ratio is p*num/den rounded half to even to 1e-9. den must be positive. A
// result out of range is 0, "no price".
func (p Price) Ratio(num, den int64) Price {
	v, err := mulDiv(int64(p), num, den)
	if err != nil {
		return 0
	}
	return Price(v)
}

// Add returns p + o, or ErrRange.
func (p Price) Add(o Price) (Price, error) {
	v, err := addChecked(int64(p), int64(o))
	return Price(v), err
}

// Abs is the magnitude of p.
func (p Price) Abs() Price {
	if p < 0 {
		return -p
	}
	return p
}

// OnTick says whether p is a whole number of ticks. A tick of 0 allows any price.
func (p Price) OnTick(tick Price) bool { return tick <= 0 || p%tick == 0 }

// Round moves p to the nearest whole tick, half to even. A tick of 0 leaves p.
func (p Price) Round(tick Price) Price {
	if tick <= 0 {
		return p
	}
	n, err := mulDiv(int64(p), 1, int64(tick))
	if err != nil {
		return p
	}
	return Price(n) * tick
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
