package configs

import (
	"math/big"
	"regexp"
	"strings"
)

// Decimal is an exact number as it was written, such as 0.01. It has no
// exponent, no sign of plus and no separators.
type Decimal string

const maxDecimalLength = 40

var decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// Valid says whether d is a plain decimal number of at most 40 characters.
func (d Decimal) Valid() bool {
	return len(d) <= maxDecimalLength && decimalForm.MatchString(string(d))
}

// Positive says whether d is valid and greater than zero.
func (d Decimal) Positive() bool {
	return d.Valid() && d[0] != '-' && strings.ContainsAny(string(d), "123456789")
}

// cmp compares two valid decimals.
func (d Decimal) cmp(o Decimal) int { return d.rat().Cmp(o.rat()) }

func (d Decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return new(big.Rat)
	}
	return r
}
