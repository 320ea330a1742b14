package feed

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gannet/market"
)

// Options say how to read a file. The zero value of each field but Instruments
// is a sensible default.
type Options struct {
	// Instruments is the table of the run; required.
	Instruments *market.Instruments
	// Instrument is what a file is about that does not say so itself: CSV
	// without a column instrument. For a LEAN zip it is the instrument that has
	// the folder's ticker as its symbol.
	Instrument market.InstrumentID
	// Interval of CSV bars without a column interval; 0 takes the smallest
	// step between two bars of one instrument near the start of the file.
	Interval market.Nanos
	// TimeIsEnd says that the column time of CSV bars is the end of the bar.
	TimeIsEnd bool
	// Raw leaves LEAN prices as they were traded. By default they are adjusted
	// for dividends and splits when there is a factor file.
	Raw bool
	// Extended keeps LEAN data outside 09:30-16:00 New York.
	Extended bool
}

// Open reads one file: a LEAN zip in its folders, or CSV.
func Open(path string, opts Options) (Source, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	if strings.EqualFold(extension(path), "zip") {
		return openLean(path, opts)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return ReadCSV(path, file, opts)
}

func extension(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func checkFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("feed: %s: not a file: want CSV or a LEAN zip; a whole LEAN folder is opened as such", path)
	}
	return nil
}

// Info is what a file says about itself.
type Info struct {
	Path        string
	Format      string       // csv or lean
	Kind        market.Kind  // KindTick or KindBar
	Symbols     []string     // CSV: the instruments in order of appearance; LEAN: the ticker, in upper case; nil: not said
	Interval    market.Nanos // of bars, 0 when rows have their own; 0 for ticks
	Resolution  string       // LEAN: tick, second, minute, hour, daily
	Day         string       // LEAN: YYYYMMDD of a file of one day
	From, To    market.Nanos // CSV: first and last time, as written
	Rows        int          // CSV
	FactorsPath string       // LEAN: the factor file, "" when there is none
}

// Describe tells what a file holds, so that a table of instruments can be made
// before it is opened. CSV is read through once.
func Describe(path string) (Info, error) {
	if err := checkFile(path); err != nil {
		return Info{}, err
	}
	if strings.EqualFold(extension(path), "zip") {
		return describeLean(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return Info{}, fmt.Errorf("feed: %w", err)
	}
	defer file.Close()
	return describeCSV(path, file)
}

// maxSymbols is how many instruments Describe finds in one file.
const maxSymbols = 100_000

func describeCSV(path string, in io.Reader) (Info, error) {
	l := newLines(path, in)
	h, err := readHeader(l)
	if err != nil {
		return Info{}, err
	}
	info := Info{Path: path, Format: "csv", Kind: market.KindTick}
	if h.bars {
		info.Kind = market.KindBar
	}
	if h.bars && !h.has(colInterval) {
		// Too few rows to tell leaves 0: Open then asks for it.
		info.Interval, _ = inferInterval(l, h)
	}
	return info, info.scan(l, h)
}

// scan reads all rows for what they are about.
func (info *Info) scan(l *lines, h *header) error {
	cells := make([][]byte, h.width)
	seen := make(map[string]bool)
	for {
		line, err := l.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n := split(line, cells); n != h.width {
			return l.row("%d cells: want %d, as in the header", n, h.width)
		}
		unquote(cells)
		if err := info.span(l, h, cells); err != nil {
			return err
		}
		if !h.has(colInstrument) {
			continue
		}
		if name := cells[h.at[colInstrument]]; !seen[string(name)] {
			seen[string(name)] = true
			info.Symbols = append(info.Symbols, string(name))
		}
		if len(seen) > maxSymbols {
			return l.row("more than %d instruments", maxSymbols)
		}
	}
}

// span widens From and To by a row.
func (info *Info) span(l *lines, h *header, cells [][]byte) error {
	c := colTime
	if h.has(colEnd) {
		c = colEnd
	}
	at, ok := parseTime(cells[h.at[c]])
	if !ok {
		return l.fail(c.String(), cells[h.at[c]], wantTime)
	}
	if info.Rows == 0 {
		info.From = at
	}
	info.To = at
	info.Rows++
	return nil
}

func openLean(path string, opts Options) (Source, error) {
	p, err := parseLeanPath(path)
	if err != nil {
		return nil, err
	}
	if opts.Instruments == nil {
		return nil, fmt.Errorf("feed: %s: no instruments: want a table of them in the options", path)
	}
	id := opts.Instrument
	if id == 0 {
		id = findTicker(opts.Instruments, p.ticker)
	}
	if opts.Instruments.Get(id) == nil {
		return nil, fmt.Errorf("feed: %s: no instrument has the symbol %s", path, strings.ToUpper(p.ticker))
	}
	cfg, err := newLeanConfig(p, opts.Raw, opts.Extended)
	if err != nil {
		return nil, err
	}
	return openStream(cfg, id, []leanPath{p})
}

// findTicker is the first instrument whose symbol is the ticker, or 0.
func findTicker(instruments *market.Instruments, ticker string) market.InstrumentID {
	i := slices.IndexFunc(instruments.All(), func(one market.Instrument) bool {
		return strings.EqualFold(one.Symbol(), ticker)
	})
	return market.InstrumentID(i + 1)
}

func describeLean(path string) (Info, error) {
	p, err := parseLeanPath(path)
	if err != nil {
		return Info{}, err
	}
	z, err := openZip(path)
	if err != nil {
		return Info{}, err
	}
	info := Info{
		Path: path, Format: "lean", Kind: market.KindBar, Symbols: []string{strings.ToUpper(p.ticker)},
		Interval: p.resolution.Interval(), Resolution: p.resolution.String(), Day: p.dayText(),
	}
	if p.resolution == Tick {
		info.Kind = market.KindTick
	}
	if factors := p.factorFile(); statError(factors) == nil {
		info.FactorsPath = factors
	}
	return info, z.Close()
}

func statError(path string) error {
	_, err := os.Stat(path)
	return err
}
