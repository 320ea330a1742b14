package market

import (
	"fmt"
	"time"
)

// Nanos is a point in time, nanoseconds since 1970-01-01 UTC, or a span of
// nanoseconds. Zero means "not set".
type Nanos int64

// Spans.
const (
	Millisecond Nanos = 1e6
	Second      Nanos = 1e9
	Minute            = 60 * Second
	Hour              = 60 * Minute
	Day               = 24 * Hour
)

// NanosOf is t's point in time. Years 1678 to 2262.
func NanosOf(t time.Time) Nanos { return Nanos(t.UnixNano()) }

// Time is n in UTC.
func (n Nanos) Time() time.Time { return time.Unix(0, int64(n)).UTC() }

// Duration is n as a span.
func (n Nanos) Duration() time.Duration { return time.Duration(n) }

// String is RFC 3339 with as many decimals as needed, or "" for zero.
func (n Nanos) String() string {
	if n == 0 {
		return ""
	}
	return n.Time().Format(time.RFC3339Nano)
}

// MarshalText is String as bytes.
func (n Nanos) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads RFC 3339 with an offset, or "" for zero. A year outside
// 1678 to 2262 is an error.
func (n *Nanos) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*n = 0
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return err
	}
	at := NanosOf(t)
	if !at.Time().Equal(t) {
		return fmt.Errorf("market: time %s: %w", text, ErrRange)
	}
	*n = at
	return nil
}
