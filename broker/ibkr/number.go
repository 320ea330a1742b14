package ibkr

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// IBKR writes the same number as 1300, "1300", "1,300", "1.3K", "C189.60" or
// 1.3E3, depending on the endpoint and the day. The Flex types read all of it.

// maxNumberText bounds the text of a number; maxExponent its power of ten.
const (
	maxNumberText = 64
	maxExponent   = 30
)

// FlexDecimal is an exact number that may be absent. null, "" and a missing
// key leave Valid false, which means "not said" and never zero. Text that is
// no number is an error.
type FlexDecimal struct {
	decimal.Decimal
	Valid bool
	// Mark is the letter in front of a last price: 'C' when it is the
	// previous close, 'H' when trading is halted, else 0.
	Mark byte
}

// UnmarshalJSON reads a number in any of IBKR's forms.
func (d *FlexDecimal) UnmarshalJSON(b []byte) error {
	text, err := scalarText(b)
	*d = FlexDecimal{}
	if err != nil || text == "" {
		return err
	}
	d.Decimal, d.Mark, err = parseNumber(text)
	d.Valid = err == nil
	return err
}

// FlexInt is a whole number; null and "" are 0.
type FlexInt int64

// UnmarshalJSON reads a whole number in any of IBKR's forms.
func (i *FlexInt) UnmarshalJSON(b []byte) error {
	text, err := scalarText(b)
	*i = 0
	if err != nil || text == "" {
		return err
	}
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = FlexInt(v)
		return nil
	}
	d, _, err := parseNumber(text)
	if err != nil {
		return err
	}
	if n := d.BigInt(); d.IsInteger() && n.IsInt64() {
		*i = FlexInt(n.Int64())
		return nil
	}
	return fmt.Errorf("ibkr: number %q: want a whole number", text)
}

// FlexString is text; a number or a boolean gives its JSON text, null is "".
type FlexString string

// UnmarshalJSON reads text or any other scalar.
func (s *FlexString) UnmarshalJSON(b []byte) error {
	text, err := scalarText(b)
	*s = FlexString(text)
	return err
}

// FlexBool is true or false, written as a boolean, as text or as 1 and 0.
// null and "" are false.
type FlexBool bool

// UnmarshalJSON reads a boolean in any of IBKR's forms.
func (v *FlexBool) UnmarshalJSON(b []byte) error {
	text, err := scalarText(b)
	*v = false
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return fmt.Errorf("ibkr: boolean %q: want true or false", limitText(text, maxNumberText))
	}
	*v = FlexBool(value)
	return nil
}

// scalarText is the text of a JSON scalar: a string's content, a number or
// boolean as written, "" for null.
func scalarText(b []byte) (string, error) {
	if len(b) == 0 {
		return "", errors.New("ibkr: value: empty")
	}
	switch b[0] {
	case '"':
		if end := stringEnd(b, 1); end == len(b)-1 && b[end] == '"' {
			return string(b[1:end]), nil
		}
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case '{', '[':
		return "", fmt.Errorf("ibkr: value %s: want a scalar", limitText(string(b), maxNumberText))
	case 'n':
		return "", nil
	}
	return string(b), nil
}

// parseNumber reads number text: a C or H in front, thousands commas, a K, M
// or B behind, an exponent.
func parseNumber(text string) (d decimal.Decimal, mark byte, err error) {
	bad := fmt.Errorf("ibkr: number %q: want decimal text", limitText(text, maxNumberText))
	body := strings.TrimSpace(text)
	if len(body) > maxNumberText {
		return d, 0, bad
	}
	if body != "" && (body[0] == 'C' || body[0] == 'H') {
		mark, body = body[0], body[1:]
	}
	body, shift := cutSuffix(strings.ReplaceAll(body, ",", ""))
	if !plainNumber(body) {
		return decimal.Decimal{}, 0, bad
	}
	if d, err = decimal.NewFromString(body); err != nil {
		return decimal.Decimal{}, 0, bad
	}
	return d.Shift(shift), mark, nil
}

// cutSuffix takes a K, M or B off and returns its power of ten.
func cutSuffix(s string) (string, int32) {
	n := len(s) - 1
	for _, one := range suffixes {
		if n > 0 && s[n] == one.letter {
			return s[:n], one.power
		}
	}
	return s, 0
}

var suffixes = [...]struct {
	letter byte
	power  int32
}{{'K', 3}, {'M', 6}, {'B', 9}}

// plainNumber says whether s is sign, digits, point and a small exponent.
func plainNumber(s string) bool {
	mantissa, exponent, has := strings.Cut(strings.ReplaceAll(s, "E", "e"), "e")
	if has {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > maxExponent || n < -maxExponent {
			return false
		}
	}
	digits, point := 0, false
	for i := range len(mantissa) {
		switch c := mantissa[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		case (c == '-' || c == '+') && i == 0:
		default:
			return false
		}
	}
	return digits > 0
}

// parseFixed reads plain number text as a count of 10^-digits (at most 18)
// without allocating. It gives up (ok false) on anything unusual, which
// parseNumber then decides on.
func parseFixed(b []byte, digits int) (v int64, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) > maxFixed {
		return 0, false
	}
	point, commas := len(b), 0
	done := 0
	if len(b) >= 8 {
		v, done = eightDigits(binary.LittleEndian.Uint64(b))
	}
	for i := done; i < len(b); i++ {
		switch c := b[i]; {
		case c-'0' <= 9:
			v = v*10 + int64(c-'0')
		case c == '.' && point == len(b):
			point = i
		case c == ',' && point == len(b):
			commas++
		default:
			return 0, false
		}
	}
	power := digits
	if point < len(b) {
		power -= len(b) - 1 - point
		if point == len(b)-1 || power < 0 {
			return 0, false
		}
	}
	if point == commas {
		return 0, false
	}
	high, low := bits.Mul64(uint64(v), powers[power])
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(low), true
	}
	return int64(low), true
}

// eightDigits reads eight bytes as a number, when all are digits: neighbours
// are put together to pairs, the pairs to fours, and those to eight.
func eightDigits(w uint64) (v int64, n int) {
	const zeros, highs = 0x3030303030303030, 0xf0f0f0f0f0f0f0f0
	if (w&highs)|((w+0x0606060606060606)&highs)>>4 != 0x3333333333333333 {
		return 0, 0
	}
	w -= zeros
	w = w*10 + w>>8
	w = (w&0x000000ff000000ff)*(100+1000000<<32) + (w>>16&0x000000ff000000ff)*(1+10000<<32)
	return int64(w >> 32), 8
}

// maxFixed digits always fit an int64.
const maxFixed = 18

// powers are those of ten.
var powers = [maxFixed + 1]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// limitText cuts s to n bytes, on a character's edge.
func limitText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}
