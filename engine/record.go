package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"gannet/engine/journal"
	"gannet/market"
	"gannet/market/wire"
	"gannet/oms"
)

// Types of journal records. An input is replayed at a restart; the others say
// what was decided, for people and auditors.
const (
	recordSession byte = 'S' // JSON of Session: the engine started
	recordInput   byte = 'E' // an event that the desk stepped
	recordIntent  byte = 'I' // the order as the risk gate judged it
)

// Session is the journal's first record of each run.
type Session struct {
	Account market.AccountID `json:"account"`
	Mode    string           `json:"mode"`
	Version string           `json:"version"`
	Run     string           `json:"run"` // part of every ClientOrderID of the run
}

// ErrForeignJournal says that a journal belongs to another account or mode.
var ErrForeignJournal = errors.New("journal belongs to another account")

// recorder writes what the desk takes in. Ticks are kept back until another
// input comes: a tick only replaces the desk's last quote, so the last one of
// each instrument before an input is all that a replay needs.
type recorder struct {
	journal *journal.Journal
	codec   wire.Codec
	buf     []byte
	quotes  []keptTick // index InstrumentID; Instrument 0: nothing kept back
	dirty   []market.InstrumentID
}

type keptTick struct {
	tick  market.Tick
	taken market.Nanos
}

func newRecorder(j *journal.Journal, codec wire.Codec, instruments int) *recorder {
	return &recorder{journal: j, codec: codec, quotes: make([]keptTick, instruments+1)}
}

// begin writes the session record.
func (r *recorder) begin(s Session) error {
	payload, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("engine: session record: %w", err)
	}
	_, err = r.journal.Append(recordSession, payload)
	return err
}

// tick remembers a tick and when the desk took it.
func (r *recorder) tick(t *market.Tick, taken market.Nanos) {
	kept := &r.quotes[t.Instrument]
	if kept.tick.Instrument == 0 {
		r.dirty = append(r.dirty, t.Instrument)
	}
	kept.tick, kept.taken = *t, taken
}

// input writes an event that the desk takes, and before it the ticks kept back.
func (r *recorder) input(ev *market.Event) error {
	if err := r.ticks(); err != nil {
		return err
	}
	return r.event(recordInput, ev)
}

func (r *recorder) ticks() error {
	for _, id := range r.dirty {
		q := &r.quotes[id]
		ev := market.Event{TsEvent: q.tick.TsEvent, TsInit: q.taken, Body: &q.tick}
		if err := r.event(recordInput, &ev); err != nil {
			return err
		}
		q.tick.Instrument = 0
	}
	r.dirty = r.dirty[:0]
	return nil
}

// intent writes an order as the gate judged it.
func (r *recorder) intent(o *market.Order) error {
	ev := market.Event{TsEvent: o.TsEvent, TsInit: o.TsEvent, Body: o}
	return r.event(recordIntent, &ev)
}

func (r *recorder) event(typ byte, ev *market.Event) (err error) {
	if r.buf, err = r.codec.AppendEvent(r.buf[:0], ev); err != nil {
		return err
	}
	_, err = r.journal.Append(typ, r.buf)
	return err
}

// flush gives what was written to the operating system.
func (r *recorder) flush() error { return r.journal.Flush() }

// commit returns when everything written is on the disk.
func (r *recorder) commit() error { return r.journal.Commit() }

// close writes the ticks kept back and closes the journal.
func (r *recorder) close() error { return errors.Join(r.ticks(), r.journal.Close()) }

// Replay steps every input of a journal into a desk and returns how many there
// were. A journal of another account is refused.
func Replay(j *journal.Journal, codec wire.Codec, account market.AccountID, desk *oms.Desk) (int, error) {
	var scratch wire.Scratch
	var fx oms.Effects
	n := 0
	err := j.Read(func(r journal.Record) error {
		switch r.Type {
		case recordSession:
			return checkSession(r.Payload, account)
		case recordInput:
			var ev market.Event
			if err := codec.Decode(r.Payload, &ev, &scratch); err != nil {
				return fmt.Errorf("engine: journal record %d: %w", r.Seq, err)
			}
			fx.Reset()
			desk.Step(&ev, &fx)
			n++
		}
		return nil
	})
	return n, err
}

func checkSession(payload []byte, account market.AccountID) error {
	var s Session
	if err := json.Unmarshal(payload, &s); err != nil {
		return fmt.Errorf("engine: session record: %w", err)
	}
	if s.Account != account {
		return fmt.Errorf("engine: %w: it is of %s, the engine trades %s", ErrForeignJournal, s.Account, account)
	}
	return nil
}
