package feed

import (
	"strings"
	"time"

	"gannet/market"
)

// LEAN counts time of day in milliseconds and prices in 1e-4 of a dollar;
// both may have decimals.
const (
	clockDigits = 6 // milliseconds to nanoseconds
	priceDigits = 5 // 1e-4 to 1e-9
)

const (
	wantClock     = "milliseconds after midnight, at most 86400000"
	wantLeanPrice = "a price in 1/10000 of a dollar, positive"
	wantDate      = "YYYYMMDD HH:MM"
)

// Regular hours and the day of New York, on the wall clock.
const (
	regularOpen   = 9*market.Hour + 30*market.Minute
	regularClose  = 16 * market.Hour
	extendedOpen  = 4 * market.Hour
	extendedClose = 20 * market.Hour
)

// leanConfig is what the files of one ticker and resolution have in common.
type leanConfig struct {
	newYork     *time.Location
	factors     factors // nil: raw
	resolution  Resolution
	open, close market.Nanos // what is kept, on the wall clock
	from, to    int          // days kept of files that hold many, YYYYMMDD; 0: no limit
}

// leanFile reads the rows of one LEAN file. What the last row said is in tick
// or in bars.
type leanFile struct {
	*zipText
	cfg    *leanConfig
	parse  func(*leanFile) (keep bool, err error)
	row    string // the columns of a row
	cells  [][]byte
	wall   wallDay
	factor factor
	clock  market.Nanos // start of the row on the wall clock
	tick   market.Tick
	bars   [2]market.Bar // trade; or bid and ask. Open is 0 for a side that is absent
}

// leanLayout is how the rows of a kind of file are read.
type leanLayout struct {
	columns string
	n       int
	parse   func(*leanFile) (bool, error)
}

var (
	tradeTicks = leanLayout{"ms,price,size,exchange,condition,suspicious", 6, (*leanFile).tradeTick}
	quoteTicks = leanLayout{"ms,bid,bidSize,ask,askSize,exchange,condition,suspicious", 8, (*leanFile).quoteTick}
	tradeBars  = leanLayout{"ms,open,high,low,close,volume", 6, (*leanFile).tradeBar}
	quoteBars  = leanLayout{"ms,bidOpen,bidHigh,bidLow,bidClose,bidSize,askOpen,askHigh,askLow,askClose,askSize", 11, (*leanFile).quoteBar}
	datedBars  = leanLayout{"date,open,high,low,close,volume", 6, (*leanFile).datedBar}
)

func layoutOf(p *leanPath) *leanLayout {
	switch {
	case p.resolution == Tick && p.quote:
		return &quoteTicks
	case p.resolution == Tick:
		return &tradeTicks
	case !p.resolution.daysOfFiles():
		return &datedBars
	case p.quote:
		return &quoteBars
	}
	return &tradeBars
}

func openLeanFile(cfg *leanConfig, id market.InstrumentID, p *leanPath) (*leanFile, error) {
	text, err := openZip(p.path)
	if err != nil {
		return nil, err
	}
	layout := layoutOf(p)
	f := &leanFile{zipText: text, cfg: cfg, parse: layout.parse, row: layout.columns, cells: make([][]byte, layout.n)}
	f.factor = unit
	if p.resolution.daysOfFiles() {
		f.setDay(p.day.Date())
	}
	f.tick.Instrument = id
	for i := range f.bars {
		f.bars[i].Instrument, f.bars[i].Interval = id, p.resolution.Interval()
	}
	if p.quote {
		f.bars[0].Source, f.bars[1].Source = market.BidBar, market.AskBar
	}
	return f, nil
}

func (f *leanFile) setDay(year int, month time.Month, day int) {
	f.wall = newWallDay(year, month, day, f.cfg.newYork)
	f.factor = f.cfg.factors.on(f.wall.number())
}

// next reads up to a row that is to be kept.
func (f *leanFile) next() error {
	for {
		line, err := f.lines.next()
		if err != nil {
			return err
		}
		if n := split(line, f.cells); n != len(f.cells) {
			return f.lines.row("%d cells: want %s", n, f.row)
		}
		if keep, err := f.parse(f); keep || err != nil {
			return err
		}
	}
}

// wrong is the error of a cell that cannot be used.
func (f *leanFile) wrong(cell int, want string) error {
	return f.fail(strings.Split(f.row, ",")[cell], f.cells[cell], want)
}

// readClock reads the first cell and says whether the hours are kept. A bar is
// kept when some of its span is.
func (f *leanFile) readClock(span market.Nanos) (bool, error) {
	clock, ok := fixed(f.cells[0], clockDigits)
	f.clock = market.Nanos(clock)
	if !ok || f.clock > market.Day {
		return false, f.wrong(0, wantClock)
	}
	return f.kept(span), nil
}

func (f *leanFile) kept(span market.Nanos) bool {
	return f.clock < f.cfg.close && f.clock+max(span, 1) > f.cfg.open
}

// price reads a positive price, adjusted.
func (f *leanFile) price(cell int) (market.Price, error) {
	p, err := f.side(cell)
	if err == nil && p == 0 {
		return 0, f.wrong(cell, wantLeanPrice)
	}
	return p, err
}

// side reads a price, adjusted, that is empty or 0 when there is none.
func (f *leanFile) side(cell int) (market.Price, error) {
	if len(f.cells[cell]) == 0 {
		return 0, nil
	}
	v, ok := fixed(f.cells[cell], priceDigits)
	p := f.factor.apply(market.Price(v))
	if !ok || p == 0 && v != 0 {
		return 0, f.wrong(cell, wantLeanPrice)
	}
	return p, nil
}

func (f *leanFile) size(cell int) (market.Qty, error) {
	if len(f.cells[cell]) == 0 {
		return 0, nil
	}
	q, ok := parseQty(f.cells[cell])
	if !ok {
		return 0, f.wrong(cell, wantSize)
	}
	return q, nil
}

// suspicious says whether the last cell marks a tick that is not to be trusted.
func (f *leanFile) suspicious() bool {
	last := f.cells[len(f.cells)-1]
	return len(last) != 1 || last[0] != '0'
}

func (f *leanFile) tradeTick() (bool, error) {
	keep, err := f.readClock(0)
	if err != nil || !keep || f.suspicious() {
		return false, err
	}
	t := &f.tick
	if t.Last, err = f.price(1); err != nil {
		return false, err
	}
	if t.LastSize, err = f.size(2); err != nil {
		return false, err
	}
	t.Mask = market.HasLast | market.HasLastSize
	t.TsEvent = f.wall.at(f.clock)
	t.TsInit = t.TsEvent
	return true, nil
}

func (f *leanFile) quoteTick() (bool, error) {
	keep, err := f.readClock(0)
	if err != nil || !keep || f.suspicious() {
		return false, err
	}
	t := &f.tick
	t.Mask = 0
	if t.Bid, err = f.side(1); err != nil {
		return false, err
	}
	if t.BidSize, err = f.size(2); err != nil {
		return false, err
	}
	if t.Ask, err = f.side(3); err != nil {
		return false, err
	}
	if t.AskSize, err = f.size(4); err != nil {
		return false, err
	}
	if t.Bid != 0 {
		t.Mask = market.HasBid | market.HasBidSize
	}
	if t.Ask != 0 {
		t.Mask |= market.HasAsk | market.HasAskSize
	}
	t.TsEvent = f.wall.at(f.clock)
	t.TsInit = t.TsEvent
	return t.Mask != 0, nil
}

func (f *leanFile) tradeBar() (bool, error) {
	keep, err := f.readClock(f.bars[0].Interval)
	if err != nil || !keep {
		return false, err
	}
	return f.bar(0, 1)
}

// quoteBar keeps a row with at least one side.
func (f *leanFile) quoteBar() (bool, error) {
	keep, err := f.readClock(f.bars[0].Interval)
	if err != nil || !keep {
		return false, err
	}
	bid, err := f.bar(0, 1)
	if err != nil {
		return false, err
	}
	ask, err := f.bar(1, 6)
	return bid || ask, err
}

// bar reads bars[i] from the five cells that begin at the given one, and says
// whether there is one.
func (f *leanFile) bar(i, cell int) (bool, error) {
	b := &f.bars[i]
	for k, price := range [4]*market.Price{&b.Open, &b.High, &b.Low, &b.Close} {
		var err error
		if *price, err = f.side(cell + k); err != nil {
			return false, err
		}
	}
	var err error
	if b.Size, err = f.size(cell + 4); err != nil {
		return false, err
	}
	if b.Open == 0 && b.High == 0 && b.Low == 0 && b.Close == 0 {
		return false, nil
	}
	if b.Low <= 0 || b.High < max(b.Open, b.Close) || b.Low > min(b.Open, b.Close) {
		return false, f.lines.row("open %s high %s low %s close %s: want low <= open, close <= high", b.Open, b.High, b.Low, b.Close)
	}
	b.TsEvent = f.wall.at(f.clock) + b.Interval
	b.TsInit = b.TsEvent
	return true, nil
}

// datedBar reads a row of an hour or daily file.
func (f *leanFile) datedBar() (bool, error) {
	day, ok := f.readDate()
	if !ok {
		return false, f.wrong(0, wantDate)
	}
	interval := f.bars[0].Interval
	if f.cfg.from != 0 && day < f.cfg.from || f.cfg.to != 0 && day > f.cfg.to {
		return false, nil
	}
	if interval < market.Day && !f.kept(interval) {
		return false, nil
	}
	keep, err := f.bar(0, 1)
	if interval == market.Day {
		f.bars[0].TsEvent = f.wall.at(regularClose)
		f.bars[0].TsInit = f.bars[0].TsEvent
	}
	return keep, err
}

// readDate reads YYYYMMDD HH:MM into wall and clock and returns the day as a
// number.
func (f *leanFile) readDate() (int, bool) {
	text := f.cells[0]
	if len(text) != 14 || text[8] != ' ' {
		return 0, false
	}
	number, ok := digits(text[:8])
	year, month, day := number/10_000, number/100%100, number%100
	seconds, _, rest, ok2 := parseClock(text[9:])
	if !ok || !ok2 || len(rest) != 0 || year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	if int(number) != f.wall.number() {
		f.setDay(int(year), time.Month(month), int(day))
	}
	f.clock = market.Nanos(seconds) * market.Second
	return int(number), true
}
