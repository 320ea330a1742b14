package market

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// Money is an exact decimal amount of one currency: cash, fees, P&L,
// notional. Which currency is the instrument's or the account's.
type Money = decimal.Decimal

// MoneyDecimals is how many decimals a cost keeps when an average forces a
// division: see Position.
const MoneyDecimals = 12

// ParseMoney reads exact decimal text; no exponent, no spaces.
func ParseMoney(s string) (Money, error) {
	for i := range len(s) {
		if s[i] == 'e' || s[i] == 'E' {
			return Money{}, fmt.Errorf("market: %q is not a plain decimal number", s)
		}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Money{}, fmt.Errorf("market: %q is not a decimal number", s)
	}
	return d, nil
}

// MustMoney is ParseMoney for constants; it panics on bad text.
func MustMoney(s string) Money { return must(ParseMoney(s)) }

// Notional is price * quantity * multiplier, exact. A multiplier of 0 counts as 1.
func Notional(p Price, q Qty, multiplier int64) Money {
	product := new(big.Int).Mul(big.NewInt(int64(p)), big.NewInt(int64(q)))
	if multiplier > 1 {
		product.Mul(product, big.NewInt(multiplier))
	}
	return decimal.NewFromBigInt(product, -(priceDigits + qtyDigits))
}

// fixedFromDecimal rounds d half to even to the given decimals.
func fixedFromDecimal(d decimal.Decimal, digits int32) (int64, error) {
	n := d.RoundBank(digits).Shift(digits).BigInt()
	if !n.IsInt64() {
		return 0, fmt.Errorf("market: %s: %w", d, ErrRange)
	}
	return n.Int64(), nil
}
