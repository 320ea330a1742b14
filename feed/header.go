package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gannet/market"
)

// column is a column that a CSV file may have.
type column int

const (
	colTime column = iota
	colEnd
	colInstrument
	colBid
	colBidSize
	colAsk
	colAskSize
	colLast
	colLastSize
	colOpen
	colHigh
	colLow
	colClose
	colVolume
	colInterval
	colSource
	numColumns
)

var columnNames = [numColumns]string{
	"time", "end", "instrument", "bid", "bid_size", "ask", "ask_size", "last", "last_size",
	"open", "high", "low", "close", "volume", "interval", "source",
}

func (c column) String() string { return columnNames[c] }

// header says where the columns of a CSV file are.
type header struct {
	at    [numColumns]int // place in a row, -1 when absent
	width int
	bars  bool // rows are bars, not ticks
}

func (h *header) has(c column) bool { return h.at[c] >= 0 }

// readHeader reads the first line.
func readHeader(l *lines) (*header, error) {
	line, err := l.next()
	if err == io.EOF {
		return nil, fmt.Errorf("feed: %s: empty file: want a header such as time,instrument,bid,ask or time,open,high,low,close", l.name)
	}
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(line)
	if err != nil {
		return nil, l.row("header: %w", err)
	}
	return h, nil
}

func parseHeader(line []byte) (*header, error) {
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // byte order mark
	h := new(header)
	for i := range h.at {
		h.at[i] = -1
	}
	names := bytes.Split(line, []byte{','})
	if len(names) == 1 {
		return nil, fmt.Errorf("%q: want columns separated by commas", clip(line))
	}
	unquote(names)
	for i, name := range names {
		c, err := columnOf(strings.ToLower(string(name)))
		if err != nil {
			return nil, err
		}
		if h.at[c] >= 0 {
			return nil, fmt.Errorf("column %s: given twice", c)
		}
		h.at[c] = i
	}
	h.width = len(names)
	return h, h.check()
}

// columnOf finds a column by its name in lower case.
func columnOf(name string) (column, error) {
	if name == "timestamp" {
		return colTime, nil
	}
	best, least := colTime, len(name)+longName
	for c, known := range columnNames {
		if name == known {
			return column(c), nil
		}
		if d := distance(name, known); d < least {
			best, least = column(c), d
		}
	}
	return 0, fmt.Errorf("column %q: not known; the nearest is %s (known: %s)",
		clip([]byte(name)), best, strings.Join(columnNames[:], " "))
}

// longName is longer than any column's name.
const longName = 16

// distance is how many characters to insert, delete or change to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// check says what is missing or does not go together, and whether the rows
// are bars.
func (h *header) check() error {
	var bar, tick []string
	for c := colBid; c < numColumns; c++ {
		switch {
		case !h.has(c):
		case c >= colOpen:
			bar = append(bar, c.String())
		default:
			tick = append(tick, c.String())
		}
	}
	h.bars = bar != nil
	switch {
	case bar != nil && tick != nil:
		return fmt.Errorf("columns %s are of bars, %s of ticks: want one kind in a file", strings.Join(bar, " "), strings.Join(tick, " "))
	case h.bars:
		return h.checkBars()
	case !h.has(colTime):
		return errors.New("no column time")
	case h.has(colEnd):
		return errors.New("column end: a tick has only a time")
	case !h.has(colLast) && !h.has(colBid) && !h.has(colAsk):
		return errors.New("no column with a price: want bid, ask or last, or open, high, low and close")
	}
	return nil
}

func (h *header) checkBars() error {
	for _, c := range []column{colOpen, colHigh, colLow, colClose} {
		if !h.has(c) {
			return fmt.Errorf("no column %s", c)
		}
	}
	if h.has(colTime) == h.has(colEnd) {
		return errors.New("want one of the columns time (the start of the bar) and end")
	}
	return nil
}

// inferInterval looks ahead, without reading on, for the smallest step between
// two bars of one instrument and source.
func inferInterval(l *lines, h *header) (market.Nanos, error) {
	text, err := l.in.Peek(maxLine)
	if len(text) == 0 || err == nil { // the last line may be cut off
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	cells := make([][]byte, h.width)
	last := make(map[string]market.Nanos)
	var least market.Nanos
	for line := range bytes.Lines(text) {
		if split(chomp(line), cells) != h.width {
			continue // the error comes when the line is read
		}
		unquote(cells)
		at, series, ok := h.seriesOf(cells)
		if !ok {
			continue
		}
		if step := at - last[series]; last[series] != 0 && step > 0 && (least == 0 || step < least) {
			least = step
		}
		last[series] = at
	}
	if least == 0 {
		return 0, fmt.Errorf("feed: %s: interval of the bars: too few rows to tell; give it, or a column interval", l.name)
	}
	return least, nil
}

// seriesOf is the time of a row and a key of the series it belongs to.
func (h *header) seriesOf(cells [][]byte) (at market.Nanos, series string, ok bool) {
	c := colTime
	if h.has(colEnd) {
		c = colEnd
	}
	for _, key := range [2]column{colInstrument, colSource} {
		if h.has(key) {
			series += string(cells[h.at[key]]) + ","
		}
	}
	at, ok = parseTime(cells[h.at[c]])
	return at, series, ok
}
