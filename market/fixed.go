package market

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// ErrRange says that a number does not fit its fixed-point type.
var ErrRange = errors.New("out of range")

// parseFixed reads a plain decimal (no exponent, no spaces) as an integer
// count of 10^-digits. Digits beyond the scale must be zero.
func parseFixed(s string, digits int) (int64, error) {
	body, negative := s, false
	if body != "" && (body[0] == '-' || body[0] == '+') {
		negative, body = body[0] == '-', body[1:]
	}
	var value uint64
	seen, fraction := false, -1
	for i := range len(body) {
		c := body[i]
		if c == '.' && fraction < 0 {
			fraction = 0
			continue
		}
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("market: %q is not a decimal number", s)
		}
		seen = true
		if fraction >= 0 {
			fraction++
		}
		if fraction > digits {
			if c != '0' {
				return 0, fmt.Errorf("market: %q has more than %d decimals", s, digits)
			}
			continue
		}
		var ok bool
		if value, ok = appendDigit(value, c); !ok {
			return 0, fmt.Errorf("market: %q: %w", s, ErrRange)
		}
	}
	if !seen {
		return 0, fmt.Errorf("market: %q is not a decimal number", s)
	}
	for range digits - min(max(fraction, 0), digits) {
		var ok bool
		if value, ok = appendDigit(value, '0'); !ok {
			return 0, fmt.Errorf("market: %q: %w", s, ErrRange)
		}
	}
	return signed(value, negative), nil
}

// appendDigit returns value*10 + c, and false when that leaves int64.
func appendDigit(value uint64, c byte) (uint64, bool) {
	hi, lo := bits.Mul64(value, 10)
	sum, carry := bits.Add64(lo, uint64(c-'0'), 0)
	return sum, hi == 0 && carry == 0 && sum <= math.MaxInt64
}

func signed(value uint64, negative bool) int64 {
	if negative {
		return -int64(value)
	}
	return int64(value)
}

// appendFixed writes v, a count of 10^-digits, with no trailing zeros.
func appendFixed(b []byte, v int64, digits int) []byte {
	u := uint64(v)
	if v < 0 {
		b = append(b, '-')
		u = -u
	}
	scale := uint64(1)
	for range digits {
		scale *= 10
	}
	b = appendUint(b, u/scale, 1)
	fraction := u % scale
	if fraction == 0 {
		return b
	}
	b = append(b, '.')
	b = appendUint(b, fraction, digits)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// appendUint writes u with at least width digits.
func appendUint(b []byte, u uint64, width int) []byte {
	var text [20]byte
	i := len(text)
	for u > 0 || len(text)-i < width {
		i--
		text[i] = byte('0' + u%10)
		u /= 10
	}
	return append(b, text[i:]...)
}

// addChecked returns a + b, or ErrRange.
func addChecked(a, b int64) (int64, error) {
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return 0, ErrRange
	}
	return sum, nil
}

// mulDiv returns a*b/c rounded half to even through 128 bits. c > 0.
func mulDiv(a, b, c int64) (int64, error) {
	negative := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(abs64(a), abs64(b))
	if hi >= uint64(c) {
		return 0, ErrRange
	}
	quotient, rest := bits.Div64(hi, lo, uint64(c))
	double := rest * 2 // rest < c <= 2^63, so this does not overflow
	if double > uint64(c) || double == uint64(c) && quotient&1 == 1 {
		quotient++
	}
	if quotient > math.MaxInt64 {
		return 0, ErrRange
	}
	return signed(quotient, negative), nil
}

func abs64(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}
