package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr"
	"gannet/market"
)

// Num is a number in any of IBKR's forms: 1300, "1300", "1,300", "1.3K",
// "C189.60", 1.3E3, "1,005,254 USD". It is kept as it came. Its zero value, null
// and "" mean "not said", never zero.
type Num struct{ raw string }

// NumOf is a number to send, written as a JSON number.
func NumOf(d decimal.Decimal) Num { return Num{d.String()} }

// IntOf is a whole number to send.
func IntOf(i int64) Num { return Num{fmt.Sprint(i)} }

// UnmarshalJSON keeps any scalar. Text that is no number is kept, too: Decimal
// says so.
func (n *Num) UnmarshalJSON(b []byte) error { return keepScalar(&n.raw, b) }

// MarshalJSON writes what was read.
func (n Num) MarshalJSON() ([]byte, error) { return writeRaw(n.raw) }

// IsZero says that there is nothing to write.
func (n Num) IsZero() bool { return n.raw == "" }

// Said says that there is a number.
func (n Num) Said() bool { _, ok := n.Decimal(); return ok }

// Decimal is the exact value, and false when none was said or the text is no number.
func (n Num) Decimal() (market.Money, bool) {
	var f ibkr.FlexDecimal
	text, _, _ := strings.Cut(n.Text(), " ")
	quoted, err := json.Marshal(text)
	if err != nil || f.UnmarshalJSON(quoted) != nil || !f.Valid {
		return market.Money{}, false
	}
	return f.Decimal, true
}

// Int is the value as a whole number, and false when it is none.
func (n Num) Int() (int64, bool) {
	d, ok := n.Decimal()
	if !ok || !d.IsInteger() || !d.BigInt().IsInt64() {
		return 0, false
	}
	return d.IntPart(), true
}

// Text is the number as it was written, without quotes; "" for null.
func (n Num) Text() string { return scalarText(n.raw) }

func (n Num) String() string { return n.Text() }

// Text is text; a number or boolean in its place is kept and reads as its
// JSON text. Its zero value is absent; null and "" read as "".
type Text struct{ raw string }

// TextOf is text to send.
func TextOf(s string) Text {
	b, err := json.Marshal(s)
	if err != nil {
		return Text{}
	}
	return Text{string(b)}
}

// UnmarshalJSON keeps any scalar.
func (t *Text) UnmarshalJSON(b []byte) error { return keepScalar(&t.raw, b) }

// MarshalJSON writes what was read.
func (t Text) MarshalJSON() ([]byte, error) { return writeRaw(t.raw) }

// IsZero says that there is nothing to write.
func (t Text) IsZero() bool { return t.raw == "" }

func (t Text) String() string { return scalarText(t.raw) }

// Bool is a boolean, written as true, "true", 1 or "1".
type Bool struct{ raw string }

// BoolOf is a boolean to send.
func BoolOf(b bool) Bool { return Bool{fmt.Sprint(b)} }

// UnmarshalJSON keeps any scalar.
func (v *Bool) UnmarshalJSON(b []byte) error { return keepScalar(&v.raw, b) }

// MarshalJSON writes what was read.
func (v Bool) MarshalJSON() ([]byte, error) { return writeRaw(v.raw) }

// IsZero says that there is nothing to write.
func (v Bool) IsZero() bool { return v.raw == "" }

// True says that it is true.
func (v Bool) True() bool {
	var f ibkr.FlexBool
	return v.raw != "" && f.UnmarshalJSON([]byte(v.raw)) == nil && bool(f)
}

// Seconds reads n as seconds since 1970.
func (n Num) Seconds() (time.Time, bool) { return n.epoch(1) }

// Millis reads n as milliseconds since 1970.
func (n Num) Millis() (time.Time, bool) { return n.epoch(1000) }

func (n Num) epoch(perSecond int64) (time.Time, bool) {
	v, ok := n.Int()
	if !ok || v <= 0 {
		return time.Time{}, false
	}
	return time.Unix(v/perSecond, v%perSecond*(1_000_000_000/perSecond)).UTC(), true
}

// maxScalar is the longest scalar that is kept.
const maxScalar = 1 << 16

func keepScalar(raw *string, b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] == '{' || b[0] == '[' {
		return fmt.Errorf("api: value %.40s: want text, a number or a boolean", b)
	}
	if len(b) > maxScalar {
		return fmt.Errorf("api: value of %d bytes: want at most %d", len(b), maxScalar)
	}
	*raw = string(b)
	return nil
}

func writeRaw(raw string) ([]byte, error) {
	if raw == "" {
		return []byte("null"), nil
	}
	return []byte(raw), nil
}

func scalarText(raw string) string {
	if raw == "" || raw == "null" {
		return ""
	}
	if raw[0] != '"' {
		return raw
	}
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return ""
	}
	return s
}
