package scenario

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"

	"gannet/market"
)

// due is an event to come, or the end of one.
type due struct {
	at     market.Nanos
	event  Event
	times  int // how often it has come
	random *rand.Rand
	end    *Action
}

// maxTurn is how many events one Turn performs; what is left comes next time.
const maxTurn = 1000

// schedule plans an event of a scenario that starts now.
func (e *Engine) schedule(v Event, now market.Nanos) {
	d := due{event: v}
	_, d.random = e.randomness()
	d.at = now + market.Nanos(v.At.Draw(d.random))
	e.plan(d)
}

// plan puts it in its place: by time, then in the order of planning. At the
// same time ends come first: what begins then is not ended by what was before.
func (e *Engine) plan(d due) {
	i, _ := slices.BinarySearchFunc(e.due, d, func(a, b due) int {
		if a.at == b.at && a.end == nil && b.end != nil {
			return 1
		}
		return cmp.Or(cmp.Compare(a.at, b.at), -1) // behind all others of the same time
	})
	e.due = slices.Insert(e.due, i, d)
}

// Next is when the next event is due; false when there is none.
func (e *Engine) Next() (market.Nanos, bool) {
	if len(e.due) == 0 {
		return 0, false
	}
	return e.due[0].at, true
}

// Turn performs what is due by now, in the order of time. An event that fails
// does not keep the others from happening; the errors are joined.
func (e *Engine) Turn(now market.Nanos, hands Hands) error {
	var wrong []error
	for range maxTurn {
		if len(e.due) == 0 || e.due[0].at > now {
			break
		}
		d := e.due[0]
		e.due = slices.Delete(e.due, 0, 1)
		wrong = append(wrong, e.happen(d, hands))
	}
	return errors.Join(wrong...)
}

// Do carries out a command: it stops what is going on, if asked to, starts the
// scenario and performs what is due.
func (e *Engine) Do(c Command, now market.Nanos, hands Hands) error {
	if c.Stop {
		if err := e.Stop(hands); err != nil {
			return err
		}
	}
	if err := e.Start(c.Scenario, now); err != nil {
		return err
	}
	return e.Turn(now, hands)
}

// happen performs one event, and plans its end and its repetition.
func (e *Engine) happen(d due, hands Hands) error {
	if d.end != nil {
		if e.goesOn(d.end) {
			return nil
		}
		return d.end.perform(hands)
	}
	v := &d.event
	d.times++
	happens := v.Probability <= 0 || v.Probability >= 1 || d.random.Float64() < v.Probability
	a := v.action(d.random)
	if v.Every > 0 && (v.Times == 0 || d.times < v.Times) {
		again := d
		again.at += market.Nanos(v.Every)
		e.plan(again)
	}
	if !happens {
		return nil
	}
	if err := a.perform(hands); err != nil {
		return err
	}
	if a.For > 0 {
		end := a
		end.End = true
		e.plan(due{at: d.at + market.Nanos(a.For), end: &end})
	}
	return nil
}

// goesOn says that another span of the same kind is open, which has all that
// this one had: it is over with the last of them.
func (e *Engine) goesOn(end *Action) bool {
	return slices.ContainsFunc(e.due, func(d due) bool {
		return d.end != nil && d.end.Do == end.Do && covers(d.end.User, end.User) &&
			covers(d.end.Account, end.Account) && covers(d.end.Instrument, end.Instrument)
	})
}

// covers says that whom a name is about, all if it is empty, has the other.
func covers(name, other string) bool { return name == "" || name == other }
