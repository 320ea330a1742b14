package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gannet/market"
)

// envelope is the outside of every JSON event.
type envelope[B any] struct {
	V       int          `json:"v"`
	Kind    string       `json:"kind"`
	Seq     uint64       `json:"seq"`
	TsEvent market.Nanos `json:"ts_event,omitempty"`
	TsInit  market.Nanos `json:"ts_init,omitempty"`
	Body    B            `json:"body"`
}

// body is the JSON shape of one kind of event.
type body interface {
	// market gives the event body; what it cannot read goes to l.
	market(l *lookup, s *Scratch) market.Body
}

func (c Codec) appendJSON(b []byte, ev *market.Event) ([]byte, error) {
	if ev.Body == nil {
		return b, fmt.Errorf("wire: event %d: no body", ev.Seq)
	}
	l := lookup{table: c.Instruments}
	e := envelope[body]{
		V: Version, Kind: ev.Kind().String(), Seq: ev.Seq,
		TsEvent: ev.TsEvent, TsInit: ev.TsInit, Body: l.bodyOf(ev.Body),
	}
	if l.err != nil {
		return b, fmt.Errorf("wire: %v: %w", ev.Kind(), l.err)
	}
	w := writer{b: b}
	encoder := json.NewEncoder(&w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(&e); err != nil {
		return b, fmt.Errorf("wire: %v: %w", ev.Kind(), err)
	}
	w.b = w.b[:len(w.b)-1] // the encoder ends with a line feed
	if size := len(w.b) - len(b); size > MaxSize {
		return b, fmt.Errorf("wire: %v of %d bytes: want at most %d", ev.Kind(), size, MaxSize)
	}
	return w.b, nil
}

func (c Codec) decodeJSON(b []byte, ev *market.Event, s *Scratch) error {
	var e envelope[json.RawMessage]
	err := json.Unmarshal(b, &e)
	if e.V != Version && (err == nil || e.V != 0) {
		return versionError(e.V)
	}
	if err != nil {
		return fmt.Errorf("wire: event: %w", err)
	}
	var kind market.Kind
	if err := kind.UnmarshalText([]byte(e.Kind)); err != nil || kind == 0 {
		return fmt.Errorf("wire: kind %q: not one of version %d", e.Kind, Version)
	}
	if len(e.Body) == 0 || e.Body[0] != '{' {
		return fmt.Errorf("wire: %v: body: want a JSON object", kind)
	}
	shape := newBody(kind)
	if err := json.Unmarshal(e.Body, shape); err != nil {
		return fmt.Errorf("wire: %v: %w", kind, err)
	}
	l := lookup{table: c.Instruments}
	got := shape.market(&l, s)
	if l.err != nil {
		return fmt.Errorf("wire: %v: %w", kind, l.err)
	}
	*ev = market.Event{Seq: e.Seq, TsEvent: e.TsEvent, TsInit: e.TsInit, Body: got}
	return nil
}

// writer appends what is written to b.
type writer struct{ b []byte }

func (w *writer) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), nil
}

// lookup translates instruments and keeps the first error.
type lookup struct {
	table *market.Instruments
	err   error
}

func (l *lookup) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// name is "" for no instrument.
func (l *lookup) name(id market.InstrumentID) string {
	name := l.table.Name(id)
	if name == "" && id != 0 {
		l.fail(Codec{Instruments: l.table}.unknownID(id))
	}
	return name
}

// id is 0 for no name.
func (l *lookup) id(name string) market.InstrumentID {
	if name == "" {
		return 0
	}
	if l.table == nil {
		l.fail(errors.New("no instruments are known"))
		return 0
	}
	id, ok := l.table.Lookup(name)
	if !ok {
		l.fail(fmt.Errorf("instrument %q is not in the configuration", name))
	}
	return id
}

// needID is id for what makes no sense without an instrument.
func (l *lookup) needID(name string) market.InstrumentID {
	if name == "" {
		l.fail(errors.New("instrument is missing"))
	}
	return l.id(name)
}

func (l *lookup) needName(id market.InstrumentID) string {
	if id == 0 {
		l.fail(errors.New("instrument is missing"))
	}
	return l.name(id)
}

// known is v, and an error for a value that has no text.
func known[E fmt.Stringer](l *lookup, v E) E {
	if strings.HasPrefix(v.String(), "?") {
		l.fail(fmt.Errorf("%T %v has no name", v, v))
	}
	return v
}

// money is exact decimal text without an exponent, at most maxMoney long.
type money market.Money

const maxMoney = 128

// IsZero leaves the field out.
func (m money) IsZero() bool { return market.Money(m).IsZero() }

func (m money) MarshalText() ([]byte, error) {
	d := market.Money(m)
	if e := d.Exponent(); e > maxMoney || e < -maxMoney {
		return nil, fmt.Errorf("money with exponent %d: %w", e, market.ErrRange)
	}
	text := d.String()
	if len(text) > maxMoney {
		return nil, fmt.Errorf("money of %d characters: want at most %d", len(text), maxMoney)
	}
	return []byte(text), nil
}

func (m *money) UnmarshalText(text []byte) error {
	if len(text) > maxMoney {
		return fmt.Errorf("money of %d characters: want at most %d", len(text), maxMoney)
	}
	d, err := market.ParseMoney(string(text))
	*m = money(d)
	return err
}
