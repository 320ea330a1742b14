package feed

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// Resolution is how fine LEAN data is. Its text is the name of LEAN's folder.
type Resolution uint8

// Resolutions.
const (
	Tick Resolution = iota + 1
	Second
	Minute
	Hour
	Daily
)

var resolutionNames = []string{"", "tick", "second", "minute", "hour", "daily"}

var resolutionIntervals = []market.Nanos{0, 0, market.Second, market.Minute, market.Hour, market.Day}

// ParseResolution reads tick, second, minute, hour or daily.
func ParseResolution(text string) (Resolution, error) {
	i := slices.Index(resolutionNames, text)
	if i < 1 {
		return 0, fmt.Errorf("feed: resolution %q: want one of%s", text, strings.Join(resolutionNames, " "))
	}
	return Resolution(i), nil
}

func (r Resolution) String() string {
	if int(r) < len(resolutionNames) {
		return resolutionNames[r]
	}
	return "?"
}

// Interval is the span of a bar, 0 for ticks.
func (r Resolution) Interval() market.Nanos {
	if int(r) < len(resolutionIntervals) {
		return resolutionIntervals[r]
	}
	return 0
}

// daysOfFiles says that each day has files of its own.
func (r Resolution) daysOfFiles() bool { return r <= Minute }

// leanPath is what the place of a LEAN file says about it:
// <market>/<resolution>/<ticker>/YYYYMMDD_{trade,quote}.zip, or
// <market>/{hour,daily}/<ticker>.zip.
type leanPath struct {
	path       string
	market     string // the folder that holds the resolutions
	ticker     string // lower case
	resolution Resolution
	quote      bool
	day        time.Time // midnight UTC; zero for hour and daily
}

func parseLeanPath(path string) (leanPath, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return leanPath{}, fmt.Errorf("feed: %s: %w", path, err)
	}
	folder, base := filepath.Dir(full), strings.TrimSuffix(filepath.Base(full), filepath.Ext(full))
	p := leanPath{path: path, ticker: strings.ToLower(base)}
	if r, err := ParseResolution(filepath.Base(folder)); err == nil && !r.daysOfFiles() {
		p.resolution, p.market = r, filepath.Dir(folder)
		return p, nil
	}
	p.ticker = strings.ToLower(filepath.Base(folder))
	folder = filepath.Dir(folder)
	p.resolution, _ = ParseResolution(filepath.Base(folder))
	p.market = filepath.Dir(folder)
	if p.resolution == 0 || !p.resolution.daysOfFiles() || !p.dated(base) {
		return leanPath{}, fmt.Errorf("feed: %s: not in LEAN's folders: want {tick,second,minute}/<ticker>/YYYYMMDD_{trade,quote}.zip or {hour,daily}/<ticker>.zip", path)
	}
	return p, nil
}

// dated reads YYYYMMDD_trade or YYYYMMDD_quote.
func (p *leanPath) dated(base string) bool {
	day, kind, _ := strings.Cut(base, "_")
	var err error
	p.day, err = time.Parse("20060102", day)
	p.quote = kind == "quote"
	return err == nil && (p.quote || kind == "trade") && p.day.Year() >= 1970 && p.day.Year() <= 2261
}

func (p *leanPath) dayText() string {
	if p.day.IsZero() {
		return ""
	}
	return p.day.Format("20060102")
}

func (p *leanPath) factorFile() string {
	return filepath.Join(p.market, "factor_files", p.ticker+".csv")
}
