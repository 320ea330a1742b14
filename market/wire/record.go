package wire

import (
	"encoding/binary"
	"fmt"
	"math"

	"gannet/market"
)

// RecordSize is the size in bytes of a tick or bar record, without the name
// that Codec.Portable adds:
//
//	 0  u8   0x47, 'G'
//	 1  u8   Version
//	 2  u8   1 tick, 2 bar
//	 3  u8   bar: source, 0 trade, 1 bid, 2 ask
//	 4  u32  instrument id
//	 8  u32  instrument check: FNV-1a of its name
//	12  u16  tick: mask; bar: 1 when filled
//	14  u16  tick: flags
//	16  u64  seq
//	24  i64  ts_event of the event
//	32  i64  ts_init of the event
//	40  i64  ts_event of the body
//	48  i64  ts_init of the body
//	56  i64  tick: bid; bar: open
//	64  i64  tick: ask; bar: high
//	72  i64  tick: last; bar: low
//	80  i64  tick: bid size; bar: close
//	88  i64  tick: ask size; bar: size
//	96  i64  tick: last size; bar: interval
//	104      portable only: the instrument's name, to the end
//
// Everything is little-endian. Times and the interval are nanoseconds, prices
// units of 1e-9, sizes units of 1e-8. What has no meaning for a kind is 0.
const RecordSize = 104

const (
	magic    = 'G'
	wordsAt  = 16 // where the eleven 64-bit words begin
	numWords = (RecordSize - wordsAt) / 8
)

const (
	maskBits = market.HasFlags<<1 - 1
	flagBits = market.FlagStale<<1 - 1
)

var order = binary.LittleEndian

// head is the first 16 bytes of a record behind magic and version.
type head struct {
	kind       market.Kind
	source     uint8
	instrument market.InstrumentID
	mask       uint16
	flags      uint16
}

// words are the 64-bit words of a record in their order.
type words [numWords]int64

func (c Codec) appendTick(b []byte, ev *market.Event, t *market.Tick) ([]byte, error) {
	h := head{market.KindTick, 0, t.Instrument, uint16(t.Mask), uint16(t.Flags)}
	w := words{
		int64(ev.Seq), int64(ev.TsEvent), int64(ev.TsInit), int64(t.TsEvent), int64(t.TsInit),
		int64(t.Bid), int64(t.Ask), int64(t.Last), int64(t.BidSize), int64(t.AskSize), int64(t.LastSize),
	}
	return c.appendRecord(b, h, &w)
}

func (c Codec) appendBar(b []byte, ev *market.Event, r *market.Bar) ([]byte, error) {
	h := head{market.KindBar, uint8(r.Source), r.Instrument, 0, 0}
	if r.Filled {
		h.mask = 1
	}
	w := words{
		int64(ev.Seq), int64(ev.TsEvent), int64(ev.TsInit), int64(r.TsEvent), int64(r.TsInit),
		int64(r.Open), int64(r.High), int64(r.Low), int64(r.Close), int64(r.Size), int64(r.Interval),
	}
	return c.appendRecord(b, h, &w)
}

func (c Codec) appendRecord(b []byte, h head, w *words) ([]byte, error) {
	instrument := c.Instruments.Get(h.instrument)
	if instrument == nil {
		return b, fmt.Errorf("wire: %v: %w", h.kind, c.unknownID(h.instrument))
	}
	if err := h.check(); err != nil {
		return b, err
	}
	b = append(b, magic, Version, byte(h.kind), h.source)
	b = order.AppendUint32(b, uint32(h.instrument))
	b = order.AppendUint32(b, fnv1a(instrument.Name))
	b = order.AppendUint16(b, h.mask)
	b = order.AppendUint16(b, h.flags)
	for _, word := range w {
		b = order.AppendUint64(b, uint64(word))
	}
	if c.Portable {
		b = append(b, instrument.Name...)
	}
	return b, nil
}

// check refuses bits that this version does not know.
func (h head) check() error {
	maxSource, mask, flags := uint8(0), uint16(maskBits), uint16(flagBits)
	if h.kind == market.KindBar {
		maxSource, mask, flags = uint8(market.AskBar), 1, 0
	}
	if h.source > maxSource || h.mask&^mask != 0 || h.flags&^flags != 0 {
		return fmt.Errorf("wire: %v: source %d, mask 0x%x, flags 0x%x: unknown bits",
			h.kind, h.source, h.mask, h.flags)
	}
	return nil
}

func (c Codec) decodeRecord(b []byte, ev *market.Event, s *Scratch) error {
	h, w, err := c.readRecord(b)
	if err != nil {
		return err
	}
	if h.kind == market.KindTick {
		s.tick = market.Tick{
			Instrument: h.instrument, Mask: market.TickMask(h.mask), Flags: market.TickFlags(h.flags),
			TsEvent: market.Nanos(w[3]), TsInit: market.Nanos(w[4]),
			Bid: market.Price(w[5]), Ask: market.Price(w[6]), Last: market.Price(w[7]),
			BidSize: market.Qty(w[8]), AskSize: market.Qty(w[9]), LastSize: market.Qty(w[10]),
		}
		ev.Body = &s.tick
	} else {
		s.bar = market.Bar{
			Instrument: h.instrument, Source: market.BarSource(h.source), Filled: h.mask == 1,
			TsEvent: market.Nanos(w[3]), TsInit: market.Nanos(w[4]),
			Open: market.Price(w[5]), High: market.Price(w[6]), Low: market.Price(w[7]), Close: market.Price(w[8]),
			Size: market.Qty(w[9]), Interval: market.Nanos(w[10]),
		}
		ev.Body = &s.bar
	}
	ev.Seq, ev.TsEvent, ev.TsInit = uint64(w[0]), market.Nanos(w[1]), market.Nanos(w[2])
	return nil
}

func (c Codec) readRecord(b []byte) (h head, w words, err error) {
	if len(b) >= 2 && b[1] != Version {
		return h, w, versionError(int(b[1]))
	}
	if len(b) < RecordSize {
		return h, w, fmt.Errorf("wire: record of %d bytes: want %d", len(b), RecordSize)
	}
	h = head{
		market.Kind(b[2]), b[3], market.InstrumentID(order.Uint32(b[4:])),
		order.Uint16(b[12:]), order.Uint16(b[14:]),
	}
	if h.kind != market.KindTick && h.kind != market.KindBar {
		return h, w, fmt.Errorf("wire: record of kind %d: want %d (Tick) or %d (Bar)", b[2], market.KindTick, market.KindBar)
	}
	if err := h.check(); err != nil {
		return h, w, err
	}
	if h.instrument, err = c.instrument(h.instrument, b[RecordSize:], order.Uint32(b[8:])); err != nil {
		return h, w, fmt.Errorf("wire: %v: %w", h.kind, err)
	}
	for i := range w {
		w[i] = int64(order.Uint64(b[wordsAt+8*i:]))
		if i > 4 && w[i] == math.MinInt64 {
			return h, w, fmt.Errorf("wire: %v: number %d at byte %d: %w", h.kind, w[i], wordsAt+8*i, market.ErrRange)
		}
	}
	return h, w, nil
}

// instrument is what a record's id means in this table: the row that has the
// name, if the record has one, or else the row of that id. It refuses an id
// that means another instrument at the sender.
func (c Codec) instrument(id market.InstrumentID, name []byte, check uint32) (market.InstrumentID, error) {
	row := c.Instruments.Get(id)
	if len(name) > 0 && (row == nil || row.Name != string(name)) {
		l := lookup{table: c.Instruments}
		row = c.Instruments.Get(l.id(string(name)))
		if l.err != nil {
			return 0, l.err
		}
	}
	if row == nil {
		return 0, c.unknownID(id)
	}
	if want := fnv1a(row.Name); want != check {
		return 0, fmt.Errorf("instrument %d is %s here and another one at the sender (check %08x, want %08x): "+
			"both need the same instruments in the same order", row.ID, row.Name, check, want)
	}
	return row.ID, nil
}

func (c Codec) unknownID(id market.InstrumentID) error {
	known := 0
	if c.Instruments != nil {
		known = c.Instruments.Len()
	}
	return fmt.Errorf("instrument %d: want 1 to %d", id, known)
}

func versionError(v int) error {
	return fmt.Errorf("wire: version %d: this program reads version %d", v, Version)
}

// fnv1a is the 32-bit FNV-1a hash of RFC 9923.
func fnv1a(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
