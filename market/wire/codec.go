package wire

import (
	"fmt"

	"gannet/market"
)

// Version is the version that this package writes, and the only one it reads.
const Version = 1

// MaxSize is the largest event in bytes, written or read. It is the payload
// limit of the bus's server.
const MaxSize = 1 << 20

// Codec turns events into bytes and back. It keeps no state and may be used
// by several goroutines at once. Its options are for writing: Decode reads
// every form.
type Codec struct {
	// Instruments is the run's table: it gives an id its name and back.
	Instruments *market.Instruments
	// Portable ends the record of a tick or bar with the instrument's name. A
	// file that outlives the run needs it, because the id in a record is a row
	// of this run's table.
	Portable bool
	// Text writes ticks and bars as JSON too, for people to read. It takes a
	// hundred times as long.
	Text bool
}

// Scratch holds the tick and the bar that Decode fills, so that it allocates
// nothing for them. Each goroutine that decodes has its own.
type Scratch struct {
	tick market.Tick
	bar  market.Bar
}

// AppendEvent appends ev's bytes to b. It returns b as it was, and an error,
// for an event without a body, an instrument that is not in the table, an
// enumeration or bit without a name, money of more than 128 characters, or
// more than MaxSize bytes. Text that is not UTF-8 is written with U+FFFD in
// the place of the odd bytes.
func (c Codec) AppendEvent(b []byte, ev *market.Event) ([]byte, error) {
	if !c.Text {
		switch body := ev.Body.(type) {
		case *market.Tick:
			return c.appendTick(b, ev, body)
		case *market.Bar:
			return c.appendBar(b, ev, body)
		}
	}
	return c.appendJSON(b, ev)
}

// Decode reads one event from b, which must hold nothing else. A tick or bar
// is kept in scratch and is valid until the next Decode with it; every other
// body is new. With a nil scratch every body is new. ev is left as it was
// when there is an error.
func (c Codec) Decode(b []byte, ev *market.Event, scratch *Scratch) error {
	switch {
	case len(b) == 0:
		return fmt.Errorf("wire: no bytes")
	case len(b) > MaxSize:
		return fmt.Errorf("wire: %d bytes: want at most %d", len(b), MaxSize)
	}
	if scratch == nil {
		scratch = new(Scratch)
	}
	switch b[0] {
	case magic:
		return c.decodeRecord(b, ev, scratch)
	case '{':
		return c.decodeJSON(b, ev, scratch)
	}
	return fmt.Errorf("wire: first byte 0x%02x: want 0x%02x (a record) or 0x7b (JSON)", b[0], magic)
}
