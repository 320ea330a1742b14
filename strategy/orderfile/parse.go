package orderfile

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// columns is the header.
var columns = []string{"time", "instrument", "side", "qty", "type", "limit", "stop", "trail", "tif", "gtd"}

// row is an order of the file.
type row struct {
	at     place
	time   market.Nanos
	name   string // of the instrument
	ticket market.Ticket
	day    time.Time // gtd as a date; zero when it is not one
}

// place tells where in the file a row stands.
type place struct {
	file string
	line int
	cols []int // of its cells, from 1
}

// errorf is an error about a cell of the row.
func (p place) errorf(column, format string, args ...any) error {
	col := p.cols[slices.Index(columns, column)]
	return fmt.Errorf("%s:%d:%d: %s: %w", p.file, p.line, col, column, fmt.Errorf(format, args...))
}

// parse reads the file and sorts its rows by time.
func parse(name string, data []byte) ([]row, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, syntaxError(name, err)
	}
	if !slices.Equal(header, columns) {
		return nil, fmt.Errorf("%s:1:1: header: want %s", name, strings.Join(columns, ","))
	}
	var rows []row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntaxError(name, err)
		}
		one, err := parseRow(placeOf(name, r, len(cells)), cells)
		if err != nil {
			return nil, err
		}
		rows = append(rows, one)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.time, b.time) })
	return rows, nil
}

// placeOf is the place of the row that was read last.
func placeOf(name string, r *csv.Reader, cells int) place {
	at := place{file: name, cols: make([]int, cells)}
	for i := range at.cols {
		at.line, at.cols[i] = r.FieldPos(i)
	}
	return at
}

func syntaxError(name string, err error) error {
	var detail *csv.ParseError
	if errors.As(err, &detail) {
		return fmt.Errorf("%s:%d:%d: %w", name, detail.Line, detail.Column, detail.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

func parseRow(at place, cells []string) (row, error) {
	if len(cells) != len(columns) {
		return row{}, fmt.Errorf("%s:%d: want %d cells, got %d", at.file, at.line, len(columns), len(cells))
	}
	r := row{at: at, name: cells[1]}
	t := &r.ticket
	t.TimeInForce = market.DAY
	steps := []func() error{
		func() error { return r.read("time", cells[0], timeForm, &r.time) },
		func() error { return r.read("side", cells[2], "BUY or SELL", &t.Side) },
		func() error { return r.read("qty", cells[3], "a quantity such as 10", &t.OrderQty) },
		func() error { return r.read("type", cells[4], "MKT, LMT, STP, STOP_LIMIT or TRAIL", &t.Type) },
		func() error { return r.readPrices(cells) },
		func() error { return r.readTIF(cells[8], cells[9]) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return row{}, err
		}
	}
	if t.OrderQty <= 0 {
		return row{}, at.errorf("qty", "got %q, want more than 0", cells[3])
	}
	return r, nil
}

// text is a value that reads itself.
type text interface{ UnmarshalText([]byte) error }

// read sets a value from a cell that must not be empty.
func (r *row) read(column, cell, want string, to text) error {
	if err := to.UnmarshalText([]byte(cell)); err != nil || cell == "" {
		return r.at.errorf(column, "got %q, want %s", cell, want)
	}
	return nil
}

const timeForm = "a time with an offset such as 2026-01-05T09:31:00-05:00"

// readPrices reads limit, stop and trail: those that the type needs, and none
// that it has no use for.
func (r *row) readPrices(cells []string) error {
	t := &r.ticket
	prices := []struct {
		column       string
		cell         string
		to           *market.Price
		needed, used bool
	}{
		{"limit", cells[5], &t.Price, t.Type == market.Limit || t.Type == market.StopLimit, false},
		{"stop", cells[6], &t.StopPx, t.Type == market.Stop || t.Type == market.StopLimit, t.Type == market.TrailingStop},
		{"trail", cells[7], &t.TrailAmt, t.Type == market.TrailingStop, false},
	}
	for _, p := range prices {
		switch {
		case p.cell == "" && !p.needed:
			continue
		case !p.needed && !p.used:
			return r.at.errorf(p.column, "got %q, want it empty: %s has none", p.cell, t.Type)
		}
		if err := r.read(p.column, p.cell, fmt.Sprintf("a price such as 99.50 for %s", t.Type), p.to); err != nil {
			return err
		}
		if *p.to <= 0 {
			return r.at.errorf(p.column, "got %q, want more than 0", p.cell)
		}
	}
	return nil
}

// readTIF reads the time in force and, for GTD, its end.
func (r *row) readTIF(tif, gtd string) error {
	t := &r.ticket
	const known = "DAY, GTC, IOC, FOK, GTD or nothing"
	if tif != "" {
		if err := r.read("tif", tif, known, &t.TimeInForce); err != nil {
			return err
		}
	}
	if t.TimeInForce > market.GTD {
		return r.at.errorf("tif", "got %q, want %s", tif, known)
	}
	if t.TimeInForce != market.GTD {
		if gtd != "" {
			return r.at.errorf("gtd", "got %q, want it empty: the order is %s", gtd, t.TimeInForce)
		}
		return nil
	}
	if day, err := time.Parse(time.DateOnly, gtd); err == nil && day.Year() < 2262 && day.Year() > 1970 {
		r.day = day
		return nil
	}
	if err := r.read("gtd", gtd, timeForm+", or a date", &t.ExpireTime); err != nil {
		return err
	}
	if t.ExpireTime <= r.time {
		return r.at.errorf("gtd", "got %q, want a time after that of the order", gtd)
	}
	return nil
}

// endOf is the close of the session on a day, or the end of the day where the
// session has no close then.
func endOf(day time.Time, s market.Session) market.Nanos {
	year, month, date := day.Date()
	if s.AlwaysOpen() {
		return market.NanosOf(time.Date(year, month, date+1, 0, 0, 0, 0, time.UTC))
	}
	if _, closing := s.Bounds(market.NanosOf(time.Date(year, month, date, 12, 0, 0, 0, s.Loc))); closing != 0 {
		return closing
	}
	return market.NanosOf(time.Date(year, month, date+1, 0, 0, 0, 0, s.Loc))
}
