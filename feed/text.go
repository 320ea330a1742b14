package feed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"gannet/market"
)

// maxLine is the longest line that a reader takes.
const maxLine = 64 << 10

// lines reads a text file line by line through one buffer.
type lines struct {
	name string
	in   *bufio.Reader
	n    int // number of the line last read, from 1
}

func newLines(name string, in io.Reader) *lines {
	return &lines{name: name, in: bufio.NewReaderSize(in, maxLine)}
}

// next returns the next line that is not empty, without its end, valid until
// the next call; io.EOF after the last one.
func (l *lines) next() ([]byte, error) {
	for {
		line, err := l.in.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil, io.EOF
		}
		l.n++
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("feed: %s:%d: line is longer than %d bytes", l.name, l.n, maxLine)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("feed: %s:%d: read: %w", l.name, l.n, err)
		}
		if line = chomp(line); len(line) != 0 {
			return line, nil
		}
	}
}

// chomp takes the line's end off.
func chomp(line []byte) []byte {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
	}
	if n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n]
}

// fail is the error of a value that cannot be used.
func (l *lines) fail(column string, value []byte, want string) error {
	return fmt.Errorf("feed: %s:%d: column %s: %q: want %s", l.name, l.n, column, clip(value), want)
}

// row is the error of a line that cannot be used.
func (l *lines) row(format string, args ...any) error {
	return fmt.Errorf("feed: %s:%d: %w", l.name, l.n, fmt.Errorf(format, args...))
}

// clip keeps an error message short.
func clip(value []byte) []byte {
	const most = 40
	if len(value) <= most {
		return value
	}
	return append(bytes.Clone(value[:most]), "..."...)
}

// split cuts line at its commas into cells and returns how many there are. A
// line with more cells than fit gives len(cells)+1.
func split(line []byte, cells [][]byte) int {
	n, start := 0, 0
	for i, c := range line {
		if c != ',' {
			continue
		}
		if n == len(cells) {
			return n + 1
		}
		cells[n] = line[start:i]
		n, start = n+1, i+1
	}
	if n == len(cells) {
		return n + 1
	}
	cells[n] = line[start:]
	return n + 1
}

var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// fixed reads a plain decimal without a sign as a count of 10^-digits, digits
// at most 9. More decimals than that must be zeros.
func fixed(text []byte, digits int) (int64, bool) {
	var value uint64
	seen, decimals, point := false, 0, false
	for _, c := range text {
		digit := uint64(c - '0')
		if digit > 9 {
			if c != '.' || point {
				return 0, false
			}
			point = true
			continue
		}
		seen = true
		if point {
			if decimals == digits {
				if digit != 0 {
					return 0, false
				}
				continue
			}
			decimals++
		}
		if value > math.MaxInt64/10 {
			return 0, false
		}
		value = value*10 + digit
	}
	scale := powers[digits-decimals]
	if !seen || value > math.MaxInt64/scale {
		return 0, false
	}
	return int64(value * scale), true
}

func parsePrice(text []byte) (market.Price, bool) {
	v, ok := fixed(text, 9)
	return market.Price(v), ok
}

// parseQty reads a quantity. Published volumes are often sums of floating-point
// numbers, so what goes beyond 1e-8 is rounded, half to even.
func parseQty(text []byte) (market.Qty, bool) {
	const places = 8
	v, ok := fixed(text, places)
	if ok {
		return market.Qty(v), true
	}
	cut := bytes.IndexByte(text, '.') + 1 + places
	if cut <= places || cut >= len(text) {
		return 0, false
	}
	v, ok = fixed(text[:cut], places)
	up, ok2 := roundsUp(text[cut:], v&1 == 1)
	if !ok || !ok2 || v == math.MaxInt64 {
		return 0, false
	}
	if up {
		v++
	}
	return market.Qty(v), true
}

// roundsUp says whether the digits behind the last one kept make it one more,
// half to even; false twice when they are not digits.
func roundsUp(rest []byte, odd bool) (up, ok bool) {
	for _, c := range rest {
		if c < '0' || c > '9' {
			return false, false
		}
	}
	half := len(bytes.TrimRight(rest[1:], "0")) == 0
	return rest[0] > '5' || rest[0] == '5' && (odd || !half), true
}
