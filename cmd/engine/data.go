package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gannet/configs"
	"gannet/feed"
	"gannet/market"
)

// dataset is recorded market data and how to read it.
type dataset struct {
	paths      []string // files, or folders in LEAN's layout
	resolution feed.Resolution
	raw        bool
	from, to   time.Time // first and last day; zero: all
}

// String names the data.
func (d dataset) String() string {
	if len(d.paths) == 0 {
		return "a generated sample, of no meaning"
	}
	return strings.Join(d.paths, ", ")
}

// newDataset takes a dataset from the configuration's defaults of a backtest.
func newDataset(b *configs.Backtest) (dataset, error) {
	resolution, err := feed.ParseResolution(b.Resolution)
	if err != nil {
		return dataset{}, err
	}
	d := dataset{paths: b.Data, resolution: resolution, raw: b.Raw}
	if d.from, err = day(b.From); err != nil {
		return dataset{}, err
	}
	if d.to, err = day(b.To); err != nil {
		return dataset{}, err
	}
	for _, path := range d.paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return dataset{}, usagef("data %s: no such file or folder", path)
		}
	}
	return d, nil
}

func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, text)
}

// adjusted says that prices are not those that were traded, and so lie on no
// tick: LEAN data without raw.
func (d dataset) adjusted() bool {
	return !d.raw && slices.ContainsFunc(d.paths, isLean)
}

// lean says that all of it is LEAN data: US equities.
func (d dataset) lean() bool {
	return len(d.paths) > 0 && !slices.ContainsFunc(d.paths, func(path string) bool { return !isLean(path) })
}

// isLean says whether a path is a LEAN folder or zip.
func isLean(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(strings.ToLower(path), ".zip")
}

// open merges all of the paths by time.
func (d dataset) open(instruments *market.Instruments) (feed.Source, error) {
	var sources []feed.Source
	for _, path := range d.paths {
		one, err := d.openPath(path, instruments)
		if err != nil {
			return nil, errors.Join(err, feed.Merge(sources...).Close())
		}
		sources = append(sources, one)
	}
	if len(sources) == 1 {
		return sources[0], nil
	}
	return feed.Merge(sources...), nil
}

func (d dataset) openPath(path string, instruments *market.Instruments) (feed.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if info.IsDir() {
		return feed.Lean{Root: path, Instruments: instruments, Resolution: d.resolution, From: d.from, To: d.to, Raw: d.raw}.Open()
	}
	source, err := feed.Open(path, feed.Options{Instruments: instruments, Raw: d.raw})
	if err != nil || d.from.IsZero() && d.to.IsZero() {
		return source, err
	}
	return newDays(source, d.from, d.to, instruments), nil
}

// days leaves out what is not of the given days.
type days struct {
	feed.Source
	from, end market.Nanos // end 0: no end
}

// newDays counts days where the instruments trade: in the time zone of their
// session, UTC when they have none.
func newDays(source feed.Source, from, to time.Time, instruments *market.Instruments) feed.Source {
	zone := time.UTC
	if all := instruments.All(); len(all) > 0 && all[0].Session.Loc != nil {
		zone = all[0].Session.Loc
	}
	d := &days{Source: source}
	if !from.IsZero() {
		d.from = midnight(from, zone)
	}
	if !to.IsZero() {
		d.end = midnight(to.AddDate(0, 0, 1), zone)
	}
	return d
}

func midnight(day time.Time, zone *time.Location) market.Nanos {
	return market.NanosOf(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone))
}

// Next implements feed.Source. A bar is of the day in which it starts.
func (d *days) Next() (market.Body, error) {
	for {
		body, err := d.Source.Next()
		if err != nil {
			return nil, err
		}
		at := feed.TsEvent(body)
		if bar, ok := body.(*market.Bar); ok {
			at -= bar.Interval
		}
		if d.end != 0 && at >= d.end {
			return nil, io.EOF
		}
		if at >= d.from {
			return body, nil
		}
	}
}

// symbols are the instruments that the files say they hold; none for folders.
func (d dataset) symbols() ([]string, error) {
	var all []string
	for _, path := range d.paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if info.IsDir() {
			continue
		}
		file, err := feed.Describe(path)
		if err != nil {
			return nil, err
		}
		for _, symbol := range file.Symbols {
			if !slices.Contains(all, symbol) {
				all = append(all, symbol)
			}
		}
	}
	return all, nil
}
