// Package wire turns events into bytes for the bus and the journal, and back.
//
// Ticks and bars are records of RecordSize bytes, little-endian, written and
// read without allocation. Every other kind is JSON:
//
//	{"v":1,"kind":"Alert","seq":7,"ts_event":"2026-03-02T14:30:00.5Z","body":{"code":"OVERFILL"}}
//
// Prices, quantities and money are exact decimal text, times RFC 3339 with up
// to nine decimals, enumerations their names, instruments their names. A
// field that is left out is zero, with three exceptions that must be there:
// the kind of a signal, the target of a Target or Weight signal, and the
// instrument of a tick or bar. Fields that the reader does not know are
// passed over; a kind, version, instrument or enumeration that it does not
// know is an error. The page docs/bus.md shows every kind.
//
// A record holds the dense id of the run's instrument table, and a check of
// the name behind it, so that a reader with another table refuses it. With
// Codec.Portable it ends with the name as well: the form for files, which
// outlive the table. Codec.Text makes JSON of ticks and bars too.
//
// It promises that Decode never panics, whatever the bytes, and that what
// AppendEvent wrote Decode reads as an equal event. It does not promise that
// equal events have equal bytes (1.50 and 1.5 are equal), that an empty list
// stays different from none, or that bytes are authentic.
package wire
