package feed

import (
	"fmt"
	"io"
	"time"

	"gannet/market"
)

// leanStream reads files of one ticker, resolution and kind (trades, or
// quotes) one after the other, with one of them open at a time. Gaps in minute
// bars are filled forward, over the end of a day too.
type leanStream struct {
	cfg   *leanConfig
	id    market.InstrumentID
	files []leanPath // still to open
	file  *leanFile  // open, or nil
	read  bool       // file holds a row that was not given yet
	ended bool       // file has no more rows
	slot  market.Nanos
	queue [2]market.Bar // given next: queue[at:n]
	at, n int
	flat  [2]market.Bar // last bar given of each side, for filling
	last  market.Nanos  // TsEvent of the last row
	err   error
}

// newLeanConfig reads what the files of p's ticker have in common.
func newLeanConfig(p leanPath, raw, extended bool) (*leanConfig, error) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, fmt.Errorf("feed: LEAN data needs New York's time zone: %w", err)
	}
	cfg := &leanConfig{newYork: newYork, resolution: p.resolution, open: regularOpen, close: regularClose}
	if extended {
		cfg.open, cfg.close = 0, 25*market.Hour
	}
	if !raw {
		cfg.factors, err = readFactors(p.factorFile())
	}
	return cfg, err
}

// openStream opens the first of the files, so that what is wrong with it shows
// at once.
func openStream(cfg *leanConfig, id market.InstrumentID, files []leanPath) (Source, error) {
	s := &leanStream{cfg: cfg, id: id, files: files}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens the next file; io.EOF when there is none.
func (s *leanStream) open() error {
	if len(s.files) == 0 {
		return io.EOF
	}
	file, err := openLeanFile(s.cfg, s.id, &s.files[0])
	if err != nil {
		return err
	}
	s.files = s.files[1:]
	s.file, s.read, s.ended = file, false, false
	s.slot, _ = s.window()
	return nil
}

// window is the part of the day in which minute bars are filled forward.
func (s *leanStream) window() (from, to market.Nanos) {
	if s.cfg.open == regularOpen {
		return regularOpen, regularClose
	}
	return extendedOpen, extendedClose
}

func (s *leanStream) Next() (market.Body, error) {
	for s.at == s.n && s.err == nil {
		s.at, s.n = 0, 0
		if s.err = s.step(); s.err == nil && s.cfg.resolution == Tick && s.read {
			s.read = false
			return &s.file.tick, nil
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	s.at++
	return &s.queue[s.at-1], nil
}

func (s *leanStream) Close() error {
	s.err, s.files = io.EOF, nil
	return s.closeFile()
}

func (s *leanStream) closeFile() error {
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return file.Close()
}

// step moves on by a row or a filled minute. It may give nothing.
func (s *leanStream) step() error {
	if s.file == nil {
		return s.open()
	}
	if err := s.look(); err != nil {
		return err
	}
	if s.cfg.resolution == Minute && s.fill() {
		return nil
	}
	if s.ended {
		return s.closeFile()
	}
	if s.cfg.resolution != Tick {
		s.read = false
		s.give(s.file.bars[:])
	}
	return nil
}

// look reads a row ahead.
func (s *leanStream) look() error {
	if s.read || s.ended {
		return nil
	}
	err := s.file.next()
	if err == io.EOF {
		s.ended = true
		return nil
	}
	if err != nil {
		return err
	}
	s.read = true
	return s.order()
}

// order checks the row's time: ticks may share one, bars may not.
func (s *leanStream) order() error {
	f, at := s.file, s.file.tick.TsEvent
	if s.cfg.resolution != Tick {
		at = max(f.bars[0].TsEvent, f.bars[1].TsEvent)
	}
	if at < s.last || at == s.last && s.cfg.resolution != Tick {
		return f.lines.row("%s comes after %s: want the rows in the order of time", at, s.last)
	}
	if s.cfg.resolution == Minute && f.clock%market.Minute != 0 {
		return f.wrong(0, "the start of a minute")
	}
	s.last = at
	return nil
}

// fill gives flat bars for the minute at slot when the row that was read is
// later, and says whether the slot was empty. It moves slot to the next minute.
func (s *leanStream) fill() bool {
	_, to := s.window()
	if s.slot >= to || !s.ended && s.file.clock < s.slot {
		return false
	}
	start := s.slot
	s.slot += market.Minute
	if !s.ended && s.file.clock == start {
		return false
	}
	s.fillSides(start)
	return true
}

func (s *leanStream) fillSides(start market.Nanos) {
	end := s.file.wall.at(start) + market.Minute
	for side := range s.flat {
		if s.flat[side].Open != 0 {
			s.enqueueFlat(side, end)
		}
	}
}

// give queues the sides that a row has, and flat bars for one it lacks.
func (s *leanStream) give(bars []market.Bar) {
	end := max(bars[0].TsEvent, bars[1].TsEvent)
	for side := range bars {
		switch {
		case bars[side].Open != 0:
			s.flat[side] = bars[side]
			s.enqueue(bars[side])
		case s.cfg.resolution == Minute && s.flat[side].Open != 0:
			s.enqueueFlat(side, end)
		}
	}
}

func (s *leanStream) enqueueFlat(side int, end market.Nanos) {
	b := s.flat[side]
	b.Open, b.High, b.Low, b.Filled = b.Close, b.Close, b.Close, true
	b.TsEvent, b.TsInit = end, end
	if b.Source == market.TradeBar {
		b.Size = 0
	}
	s.enqueue(b)
}

func (s *leanStream) enqueue(b market.Bar) {
	s.queue[s.n] = b
	s.n++
}
