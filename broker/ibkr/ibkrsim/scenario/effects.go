package scenario

import (
	"errors"
	"fmt"
	"time"
)

// Cut is where a request's connection is cut.
type Cut string

// Cuts. After CutRequest nothing has happened; after CutResponse it has, and
// the client cannot know.
const (
	CutRequest  Cut = "request"
	CutResponse Cut = "response"
)

// Empty is an answer that says nothing though there is something.
type Empty string

// Empties. IBKR's first list of orders in a session is the unsure one; the
// sure one claims to be complete.
const (
	EmptyUnsure Empty = "unsure" // no rows, snapshot:false
	EmptySure   Empty = "sure"   // no rows, snapshot:true
)

// Damage is what happens to a body or a frame on its way.
type Damage string

// Damages. The lengths are those of the Content-Length header.
const (
	Truncate    Damage = "truncate"     // the end is missing, the length says so
	Garble      Damage = "garble"       // a few bytes are others
	Blank       Damage = "blank"        // nothing is left
	LongLength  Damage = "long-length"  // the length promises more than comes; bodies only
	ShortLength Damage = "short-length" // more comes than the length promises; bodies only
)

var (
	cuts    = []Cut{CutRequest, CutResponse}
	empties = []Empty{EmptyUnsure, EmptySure}
	damages = []Damage{Truncate, Garble, Blank, LongLength, ShortLength}
)

// Answer is what is answered instead of what the endpoint would have.
type Answer struct {
	Status int    // 200 to 599
	Type   string // content type; empty is JSON, and a body that is not JSON is sent as a JSON string
	Body   string
}

// Drip sends a body a few bytes at a time.
type Drip struct {
	Bytes int           // at a time, 1 or more
	Every time.Duration // between two, 1 ms to a minute
}

// Effects are what a rule does to the requests or frames that it takes. Zero
// is no effect.
type Effects struct {
	Delay  Span   // before a request is handled or a frame is sent
	Damage Damage // of a body or a frame

	// Of requests.
	Cut         Cut
	Answer      *Answer       // instead of handling the request
	Handled     bool          // with Answer: the request is handled all the same, as behind a gateway's 502
	Empty       Empty         // of endpoints that answer lists; others are passed over
	Stale       bool          // the endpoint's last good answer again; passed over while there is none
	Deliver     int           // the request arrives so many times, 2 to 10
	DelayAnswer Span          // after the request has been handled
	Drip        Drip          // of the body
	Skew        time.Duration // of the Date header, before or after now

	// Of frames.
	Drop    bool
	Copies  int           // how many are sent, 2 to 10
	Reorder int           // so many are held and then sent the last one first, 1 to 1000
	Hold    time.Duration // how long Reorder waits for all of them, default DefaultHold
	Silence bool          // the socket stays open; nothing more is sent
	Kill    bool          // the connection ends without a close frame
	Close   int           // the socket is closed with this code, 1000 to 4999
}

// DefaultHold is how long held frames wait for the rest of their window.
const DefaultHold = 3 * time.Second

// slots are kinds of effects. One request or frame has one effect of a kind.
type slots uint16

const (
	slotDelay slots = 1 << iota
	slotDelayAnswer
	slotFate // what becomes of it at all
	slotCopies
	slotDamage
	slotSkew
	slotReorder
	slotQueue
)

// used are the kinds of effects there are, of requests and of frames.
func (e *Effects) used() (both, request, frame slots) {
	mark := func(to *slots, slot slots, is bool) {
		if is {
			*to |= slot
		}
	}
	mark(&both, slotDelay, !e.Delay.IsZero())
	mark(&both, slotDamage, e.Damage != "")
	mark(&request, slotFate, e.Cut != "" || e.Answer != nil || e.Empty != "" || e.Stale)
	mark(&request, slotCopies, e.Deliver != 0)
	mark(&request, slotDelayAnswer, !e.DelayAnswer.IsZero())
	mark(&request, slotDamage, e.Drip != Drip{})
	mark(&request, slotSkew, e.Skew != 0)
	mark(&frame, slotFate, e.Drop || e.Silence || e.Kill || e.Close != 0)
	mark(&frame, slotCopies, e.Copies != 0)
	mark(&frame, slotReorder, e.Reorder != 0)
	return both, request, frame
}

// check says what is wrong with the effects on requests, or on frames.
func (e *Effects) check(topic bool) error {
	both, request, frame := e.used()
	switch {
	case both|request|frame == 0:
		return errors.New("a rule without an effect")
	case topic && request != 0:
		return errors.New("an effect that only requests have, on a topic")
	case !topic && frame != 0:
		return errors.New("an effect that only frames have, on an endpoint")
	case topic:
		return errors.Join(e.Delay.check(), e.checkFrame())
	}
	return errors.Join(e.Delay.check(), e.DelayAnswer.check(), e.checkRequest(), e.Answer.check())
}

func (e *Effects) checkRequest() error {
	fates := 0
	for _, is := range []bool{e.Cut != "", e.Answer != nil, e.Empty != "", e.Stale} {
		if is {
			fates++
		}
	}
	switch {
	case fates > 1:
		return errors.New("only one of cut, status, empty and stale can happen to a request")
	case e.Handled && e.Answer == nil:
		return errors.New("handled: without a status there is nothing that it changes")
	case e.Deliver != 0 && (e.Deliver < 2 || e.Deliver > 10):
		return fmt.Errorf("deliver %d: want 2 to 10", e.Deliver)
	case e.Skew.Abs() > MaxSpan:
		return fmt.Errorf("skew %v: want at most %v", e.Skew, MaxSpan)
	case e.Drip != Drip{} && (e.Drip.Bytes < 1 || e.Drip.Every < time.Millisecond || e.Drip.Every > time.Minute):
		return fmt.Errorf("drip: %d bytes every %v: want 1 or more, every 1ms to 1m", e.Drip.Bytes, e.Drip.Every)
	}
	return errors.Join(oneOf("cut", e.Cut, cuts), oneOf("empty", e.Empty, empties), oneOf("damage", e.Damage, damages))
}

func (e *Effects) checkFrame() error {
	fates := 0
	for _, is := range []bool{e.Drop, e.Silence, e.Kill, e.Close != 0} {
		if is {
			fates++
		}
	}
	switch {
	case fates > 1:
		return errors.New("only one of drop, silence, kill and close can happen to a frame")
	case e.Copies != 0 && (e.Copies < 2 || e.Copies > 10):
		return fmt.Errorf("copies %d: want 2 to 10", e.Copies)
	case e.Reorder < 0 || e.Reorder > maxWindow:
		return fmt.Errorf("reorder %d: want 1 to %d", e.Reorder, maxWindow)
	case e.Hold != 0 && (e.Reorder == 0 || e.Hold < 0 || e.Hold > time.Hour):
		return fmt.Errorf("hold %v: want a span up to 1h, with reorder", e.Hold)
	case e.Close != 0 && (e.Close < 1000 || e.Close > 4999):
		return fmt.Errorf("close %d: want 1000 to 4999", e.Close)
	case e.Damage == LongLength || e.Damage == ShortLength:
		return fmt.Errorf("damage %s: a frame has no Content-Length", e.Damage)
	}
	return oneOf("damage", e.Damage, damages)
}

// maxBodySize is the largest body of an Answer.
const maxBodySize = 64 << 10

func (a *Answer) check() error {
	switch {
	case a == nil:
		return nil
	case a.Status < 200 || a.Status > 599:
		return fmt.Errorf("status %d: want 200 to 599", a.Status)
	case len(a.Body) > maxBodySize:
		return fmt.Errorf("body: larger than %d KiB", maxBodySize>>10)
	}
	for _, c := range []byte(a.Type) {
		if c < ' ' || c > '~' {
			return fmt.Errorf("type %q: want a content type", a.Type)
		}
	}
	return nil
}
