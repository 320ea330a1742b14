package feed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// Lean is a folder in the layout of QuantConnect LEAN's Data folder, US
// equities. Open makes one source of it.
type Lean struct {
	// Root holds equity/usa, or is the folder that holds the resolutions.
	Root string
	// Instruments says what to read: the symbol of each, in lower case, is the
	// ticker of the folder.
	Instruments *market.Instruments
	Resolution  Resolution
	// From and To are the first and last day; only year, month and day count.
	// Zero: as far as there are files.
	From, To time.Time
	// Raw and Extended are those of Options.
	Raw, Extended bool
}

// Open opens the files of the range, those of one day at a time, and merges
// them by time: at one time instrument by instrument in the order of the
// table, its trade before its bid and ask. An instrument without any file in
// the range is an error; a day without files, or with only trades or only
// quotes, is not.
func (l Lean) Open() (Source, error) {
	if l.Resolution < Tick || l.Resolution > Daily {
		return nil, fmt.Errorf("feed: lean: resolution %d: want one of%s", l.Resolution, strings.Join(resolutionNames, " "))
	}
	root, err := l.marketFolder()
	if err != nil {
		return nil, err
	}
	if l.Instruments == nil || l.Instruments.Len() == 0 {
		return nil, errors.New("feed: lean: no instruments: want at least one")
	}
	var sources []Source
	for _, one := range l.Instruments.All() {
		streams, err := l.openTicker(root, one)
		sources = append(sources, streams...)
		if err != nil {
			Merge(sources...).Close()
			return nil, err
		}
	}
	return Merge(sources...), nil
}

// marketFolder is the folder that holds the resolutions.
func (l Lean) marketFolder() (string, error) {
	for _, folder := range []string{filepath.Join(l.Root, "equity", "usa"), l.Root} {
		if statError(filepath.Join(folder, l.Resolution.String())) == nil {
			return folder, nil
		}
	}
	return "", fmt.Errorf("feed: lean: %s: want a folder with equity/usa/%s", l.Root, l.Resolution)
}

// openTicker gives the streams of one instrument, trades first.
func (l Lean) openTicker(root string, one market.Instrument) ([]Source, error) {
	ticker := strings.ToLower(one.Symbol())
	if strings.ContainsAny(ticker, `/\`) || !filepath.IsLocal(ticker) {
		return nil, fmt.Errorf("feed: lean: %s: not the name of a folder", one.Name)
	}
	trades, quotes, err := l.find(filepath.Join(root, l.Resolution.String()), ticker)
	if err != nil {
		return nil, err
	}
	first := slices.Concat(trades, quotes)[0]
	cfg, err := newLeanConfig(first, l.Raw, l.Extended)
	if err != nil {
		return nil, err
	}
	cfg.from, cfg.to = dayNumber(l.From), dayNumber(l.To)
	var sources []Source
	for _, files := range [2][]leanPath{trades, quotes} {
		if len(files) == 0 {
			continue
		}
		stream, err := openStream(cfg, one.ID, files)
		if err != nil {
			return sources, err
		}
		sources = append(sources, stream)
	}
	return sources, nil
}

// find lists the files of a ticker that lie in the range, at least one.
func (l Lean) find(folder, ticker string) (trades, quotes []leanPath, err error) {
	if !l.Resolution.daysOfFiles() {
		p, err := parseLeanPath(filepath.Join(folder, ticker+".zip"))
		return []leanPath{p}, nil, err
	}
	entries, err := os.ReadDir(filepath.Join(folder, ticker))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("feed: lean: %s: no folder %s (there are: %s)", folder, ticker, list(folder))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("feed: lean: %w", err)
	}
	var first, last string
	for _, entry := range entries { // in the order of names, so of days
		p, err := parseLeanPath(filepath.Join(folder, ticker, entry.Name()))
		if err != nil || extension(entry.Name()) != "zip" {
			continue
		}
		if last = p.dayText(); first == "" {
			first = last
		}
		switch {
		case !l.holds(p.day):
		case p.quote:
			quotes = append(quotes, p)
		default:
			trades = append(trades, p)
		}
	}
	if len(trades)+len(quotes) == 0 {
		return nil, nil, fmt.Errorf("feed: lean: %s: no files from %s to %s: there are %s to %s",
			filepath.Join(folder, ticker), dayName(l.From, "the first"), dayName(l.To, "the last"), orNone(first), orNone(last))
	}
	return trades, quotes, nil
}

// holds says whether the day lies in the range.
func (l Lean) holds(day time.Time) bool {
	n := dayNumber(day)
	return n >= dayNumber(l.From) && (l.To.IsZero() || n <= dayNumber(l.To))
}

// dayNumber is the date as YYYYMMDD, 0 for none.
func dayNumber(day time.Time) int {
	if day.IsZero() {
		return 0
	}
	year, month, date := day.Date()
	return year*10_000 + int(month)*100 + date
}

func dayName(day time.Time, none string) string {
	if day.IsZero() {
		return none
	}
	return day.Format("20060102")
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// list is the names in a folder, the first few of them.
func list(folder string) string {
	entries, _ := os.ReadDir(folder)
	var names []string
	for _, entry := range entries[:min(len(entries), 20)] {
		names = append(names, entry.Name())
	}
	return orNone(strings.Join(names, " "))
}
