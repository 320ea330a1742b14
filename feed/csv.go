package feed

import (
	"fmt"
	"io"

	"gannet/market"
)

// csvReader reads ticks or bars from CSV with a header.
type csvReader struct {
	*lines
	closer     io.Closer
	head       *header
	cells      [][]byte
	names      map[string]market.InstrumentID
	lastName   []byte // instrument column of the row before, and what it means
	instrument market.InstrumentID
	interval   market.Nanos // of bars, unless the row says
	endTime    bool         // the time column is the end of a bar
	last       market.Nanos
	tick       market.Tick
	bar        market.Bar
	err        error
}

// ReadCSV reads ticks or bars from CSV text; see the package documentation for
// the columns. name stands for the text in errors. When in is an io.Closer it
// is closed with the source, or at once on an error.
func ReadCSV(name string, in io.Reader, opts Options) (Source, error) {
	closer, _ := in.(io.Closer)
	r := &csvReader{lines: newLines(name, in), closer: closer, endTime: opts.TimeIsEnd, interval: opts.Interval}
	err := r.begin(opts)
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *csvReader) begin(opts Options) error {
	if opts.Instruments == nil {
		return fmt.Errorf("feed: %s: no instruments: want a table of them in the options", r.name)
	}
	var err error
	if r.head, err = readHeader(r.lines); err != nil {
		return err
	}
	r.cells = make([][]byte, r.head.width)
	r.endTime = r.endTime || r.head.has(colEnd)
	if r.head.has(colInstrument) {
		r.names = nameTable(opts.Instruments)
	} else if err = r.single(opts); err != nil {
		return err
	}
	if r.head.bars && r.interval == 0 && !r.head.has(colInterval) {
		r.interval, err = inferInterval(r.lines, r.head)
	}
	return err
}

// single is the instrument of a file without an instrument column: the one of
// the options, or the only one of the table.
func (r *csvReader) single(opts Options) error {
	r.instrument = opts.Instrument
	if r.instrument == 0 && opts.Instruments.Len() == 1 {
		r.instrument = 1
	}
	if opts.Instruments.Get(r.instrument) == nil {
		return r.row("no column instrument: say which instrument the file is about")
	}
	return nil
}

// nameTable maps the names of the instruments and, where only one has it, the
// symbol.
func nameTable(instruments *market.Instruments) map[string]market.InstrumentID {
	table := make(map[string]market.InstrumentID, 2*instruments.Len())
	for _, one := range instruments.All() {
		symbol := one.Symbol()
		if _, taken := table[symbol]; taken {
			table[symbol] = 0
		} else {
			table[symbol] = one.ID
		}
	}
	for _, one := range instruments.All() {
		table[one.Name] = one.ID
	}
	return table
}

func (r *csvReader) Next() (market.Body, error) {
	if r.err == nil {
		r.err = r.read()
	}
	switch {
	case r.err != nil:
		return nil, r.err
	case r.head.bars:
		return &r.bar, nil
	}
	return &r.tick, nil
}

func (r *csvReader) Close() error {
	r.err = io.EOF
	if r.closer == nil {
		return nil
	}
	closer := r.closer
	r.closer = nil
	return closer.Close()
}

// read makes the next row the current tick or bar.
func (r *csvReader) read() error {
	line, err := r.next()
	if err != nil {
		return err
	}
	if n := split(line, r.cells); n != r.head.width {
		return r.row("%d cells: want %d, as in the header", n, r.head.width)
	}
	unquote(r.cells)
	if err := r.which(); err != nil {
		return err
	}
	if r.head.bars {
		return r.readBar()
	}
	return r.readTick()
}

// unquote takes plain quotes and the spaces around cells off.
func unquote(cells [][]byte) {
	for i, cell := range cells {
		for len(cell) > 0 && cell[0] == ' ' {
			cell = cell[1:]
		}
		for len(cell) > 0 && cell[len(cell)-1] == ' ' {
			cell = cell[:len(cell)-1]
		}
		if n := len(cell); n > 1 && cell[0] == '"' && cell[n-1] == '"' {
			cell = cell[1 : n-1]
		}
		cells[i] = cell
	}
}

// cell is the row's text in a column, nil when there is no such column.
func (r *csvReader) cell(c column) []byte {
	if at := r.head.at[c]; at >= 0 {
		return r.cells[at]
	}
	return nil
}

// which sets the row's instrument.
func (r *csvReader) which() error {
	if r.names == nil {
		return nil
	}
	name := r.cell(colInstrument)
	if r.instrument != 0 && string(name) == string(r.lastName) {
		return nil
	}
	id := r.names[string(name)]
	if id == 0 {
		return r.fail("instrument", name, "one of the instruments of this run")
	}
	r.instrument, r.lastName = id, append(r.lastName[:0], name...)
	return nil
}

// time reads the row's time, which for a bar may be its start or its end.
func (r *csvReader) time() (market.Nanos, error) {
	c := colTime
	if r.head.has(colEnd) {
		c = colEnd
	}
	at, ok := parseTime(r.cell(c))
	if !ok {
		return 0, r.fail(c.String(), r.cell(c), wantTime)
	}
	return at, nil
}

// order checks that time does not go back.
func (r *csvReader) order(at market.Nanos) error {
	if at < r.last {
		return r.row("%s comes after %s: want the rows in the order of time", at, r.last)
	}
	r.last = at
	return nil
}

func (r *csvReader) readTick() error {
	at, err := r.time()
	if err != nil {
		return err
	}
	t := &r.tick
	*t = market.Tick{Instrument: r.instrument, TsEvent: at, TsInit: at}
	for _, f := range [3]struct {
		column column
		has    market.TickMask
		price  *market.Price
	}{{colBid, market.HasBid, &t.Bid}, {colAsk, market.HasAsk, &t.Ask}, {colLast, market.HasLast, &t.Last}} {
		if err := r.price(f.column, f.has, f.price); err != nil {
			return err
		}
	}
	for _, f := range [3]struct {
		column column
		has    market.TickMask
		size   *market.Qty
	}{{colBidSize, market.HasBidSize, &t.BidSize}, {colAskSize, market.HasAskSize, &t.AskSize}, {colLastSize, market.HasLastSize, &t.LastSize}} {
		if err := r.size(f.column, f.has, f.size); err != nil {
			return err
		}
	}
	return r.order(at)
}

// price reads a price of a tick; an empty cell says that it did not change.
func (r *csvReader) price(c column, has market.TickMask, price *market.Price) error {
	text := r.cell(c)
	if len(text) == 0 {
		return nil
	}
	var ok bool
	*price, ok = parsePrice(text)
	if !ok || *price == 0 && c == colLast {
		return r.fail(c.String(), text, wantPrice)
	}
	r.tick.Mask |= has
	return nil
}

func (r *csvReader) size(c column, has market.TickMask, size *market.Qty) error {
	text := r.cell(c)
	if len(text) == 0 {
		return nil
	}
	var ok bool
	if *size, ok = parseQty(text); !ok {
		return r.fail(c.String(), text, wantSize)
	}
	r.tick.Mask |= has
	return nil
}

const (
	wantPrice = "a positive decimal number of at most 9 decimals, such as 144.78"
	wantSize  = "a decimal number, not negative, such as 100"
)

func (r *csvReader) readBar() error {
	b := &r.bar
	*b = market.Bar{Instrument: r.instrument, Interval: r.interval}
	for _, f := range [4]struct {
		column column
		price  *market.Price
	}{{colOpen, &b.Open}, {colHigh, &b.High}, {colLow, &b.Low}, {colClose, &b.Close}} {
		var ok bool
		if *f.price, ok = parsePrice(r.cell(f.column)); !ok || *f.price == 0 {
			return r.fail(f.column.String(), r.cell(f.column), wantPrice)
		}
	}
	if text := r.cell(colVolume); len(text) != 0 {
		var ok bool
		if b.Size, ok = parseQty(text); !ok {
			return r.fail("volume", text, wantSize)
		}
	}
	if b.High < max(b.Open, b.Low, b.Close) || b.Low > min(b.Open, b.Close) {
		return r.row("open %s high %s low %s close %s: want low <= open, close <= high", b.Open, b.High, b.Low, b.Close)
	}
	return r.readSpan()
}

// readSpan reads source, interval and time of a bar.
func (r *csvReader) readSpan() error {
	b := &r.bar
	if text := r.cell(colSource); len(text) != 0 {
		var ok bool
		if b.Source, ok = parseSource(text); !ok {
			return r.fail("source", text, "trade, bid or ask")
		}
	}
	if r.head.has(colInterval) {
		if err := r.readInterval(); err != nil {
			return err
		}
	}
	at, err := r.time()
	if err != nil {
		return err
	}
	if !r.endTime {
		at += b.Interval
	}
	b.TsEvent, b.TsInit = at, at
	return r.order(at)
}

func (r *csvReader) readInterval() (err error) {
	text := r.cell(colInterval)
	if r.bar.Interval, err = ParseInterval(string(text)); err != nil {
		return r.fail("interval", text, "a span such as 1m, 1h or 1d, or a number of seconds")
	}
	return nil
}

func parseSource(text []byte) (market.BarSource, bool) {
	switch string(text) {
	case "trade":
		return market.TradeBar, true
	case "bid":
		return market.BidBar, true
	case "ask":
		return market.AskBar, true
	}
	return 0, false
}
