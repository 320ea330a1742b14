package wire

import (
	"fmt"
	"slices"

	"gannet/market"
)

// Names of bits, lowest first.
var (
	maskNames   = []string{"bid", "bid_size", "ask", "ask_size", "last", "last_size", "flags"}
	flagNames   = []string{"delayed", "halted", "last_close", "stale"}
	sourceNames = []string{"trade", "bid", "ask"}
)

type tickBody struct {
	Instrument string       `json:"instrument"`
	Mask       []string     `json:"mask,omitempty"`
	Flags      []string     `json:"flags,omitempty"`
	TsEvent    market.Nanos `json:"ts_event,omitempty"`
	TsInit     market.Nanos `json:"ts_init,omitempty"`
	Bid        market.Price `json:"bid,omitempty"`
	Ask        market.Price `json:"ask,omitempty"`
	Last       market.Price `json:"last,omitempty"`
	BidSize    market.Qty   `json:"bid_size,omitempty"`
	AskSize    market.Qty   `json:"ask_size,omitempty"`
	LastSize   market.Qty   `json:"last_size,omitempty"`
}

func (l *lookup) tick(t *market.Tick) body {
	return &tickBody{
		l.needName(t.Instrument), l.bitNames("mask", uint16(t.Mask), maskNames),
		l.bitNames("flags", uint16(t.Flags), flagNames), t.TsEvent, t.TsInit,
		t.Bid, t.Ask, t.Last, t.BidSize, t.AskSize, t.LastSize,
	}
}

func (b *tickBody) market(l *lookup, s *Scratch) market.Body {
	s.tick = market.Tick{
		Instrument: l.needID(b.Instrument), Mask: market.TickMask(l.bits("mask", b.Mask, maskNames)),
		Flags: market.TickFlags(l.bits("flags", b.Flags, flagNames)), TsEvent: b.TsEvent, TsInit: b.TsInit,
		Bid: b.Bid, Ask: b.Ask, Last: b.Last, BidSize: b.BidSize, AskSize: b.AskSize, LastSize: b.LastSize,
	}
	return &s.tick
}

// barBody has its interval as a whole number of nanoseconds in a string, so
// that no reader rounds it.
type barBody struct {
	Instrument string       `json:"instrument"`
	Source     string       `json:"source"`
	Filled     bool         `json:"filled,omitempty"`
	Interval   int64        `json:"interval_ns,string"`
	TsEvent    market.Nanos `json:"ts_event,omitempty"`
	TsInit     market.Nanos `json:"ts_init,omitempty"`
	Open       market.Price `json:"open,omitempty"`
	High       market.Price `json:"high,omitempty"`
	Low        market.Price `json:"low,omitempty"`
	Close      market.Price `json:"close,omitempty"`
	Size       market.Qty   `json:"size,omitempty"`
}

func (l *lookup) bar(b *market.Bar) body {
	shape := &barBody{
		l.needName(b.Instrument), "", b.Filled, int64(b.Interval), b.TsEvent, b.TsInit,
		b.Open, b.High, b.Low, b.Close, b.Size,
	}
	if int(b.Source) < len(sourceNames) {
		shape.Source = sourceNames[b.Source]
	} else {
		l.fail(fmt.Errorf("source %d has no name", b.Source))
	}
	return shape
}

func (b *barBody) market(l *lookup, s *Scratch) market.Body {
	source := slices.Index(sourceNames, b.Source)
	if source < 0 {
		l.fail(fmt.Errorf("source %q: want one of %v", b.Source, sourceNames))
	}
	s.bar = market.Bar{
		Instrument: l.needID(b.Instrument), Source: market.BarSource(max(source, 0)), Filled: b.Filled,
		Interval: market.Nanos(b.Interval), TsEvent: b.TsEvent, TsInit: b.TsInit,
		Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, Size: b.Size,
	}
	return &s.bar
}

func (l *lookup) bitNames(what string, v uint16, names []string) (out []string) {
	for i, name := range names {
		if v&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	if v>>len(names) != 0 {
		l.fail(fmt.Errorf("%s 0x%x: unknown bits", what, v))
	}
	return out
}

func (l *lookup) bits(what string, list, names []string) (v uint16) {
	for _, name := range list {
		i := slices.Index(names, name)
		if i < 0 {
			l.fail(fmt.Errorf("%s %q: want one of %v", what, name, names))
			return 0
		}
		v |= 1 << i
	}
	return v
}
