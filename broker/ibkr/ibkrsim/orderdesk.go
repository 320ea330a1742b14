package ibkrsim

import (
	"cmp"
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// orderDesk is what the order endpoints keep beside the house: prompts that wait
// for an answer, orders that go live late, legs that are to be refused.
type orderDesk struct {
	requests int64 // ids of prompts
	notices  int64
	prompts  []*prompt
	late     []lateStep
	cached   map[string]*cachedPositions // by account
	told     []told

	// What scenarios have asked for.
	refusals   []legRefusal
	staleReply lateReplies
	rejects    []lateReject
	swallow    int          // orders
	fork       int          // modifications
	hidden     market.Nanos // until when orders of earlier sessions are not listed
}

// told is an ntf frame for a user, to be sent once the step is durable.
type told struct {
	user *user
	args any
}

func (d *orderDesk) tell(u *user, args any) { d.told = append(d.told, told{u, args}) }

// flush sends the frames.
func (d *orderDesk) flush(st *stream) {
	for _, one := range d.told {
		st.tell(one.user, map[string]any{"topic": "ntf", "args": one.args})
	}
	d.told = nil
}

// refuseLeg has a leg of groups to come refused, after those that are already
// to have one refused.
func (d *orderDesk) refuseLeg(leg int, reason string, groups int) {
	if groups > 0 && len(d.refusals) < maxLate {
		d.refusals = append(d.refusals, legRefusal{leg, reason, groups})
	}
}

// legRefusal refuses a leg of the next groups.
type legRefusal struct {
	leg    int
	reason string
	left   int // groups
}

// lateReplies fail, and their orders go live after a delay.
type lateReplies struct {
	delay market.Nanos
	left  int
}

// lateReject rejects the next order that is taken after a delay.
type lateReject struct {
	delay  market.Nanos
	reason string
}

// lateStep is something that happens by itself later.
type lateStep struct {
	at market.Nanos
	do func()
}

// lateSpan is how long after the failed reply to a question that another one
// has pushed aside the order goes live, and maxLate how many steps may wait.
const (
	lateSpan = 200 * market.Millisecond
	maxLate  = 1000
)

// after has something happen at a time, or at once when too much waits.
func (d *orderDesk) after(at market.Nanos, do func()) {
	if len(d.late) >= maxLate {
		do()
		return
	}
	i, _ := slices.BinarySearchFunc(d.late, at, func(x lateStep, at market.Nanos) int {
		if x.at <= at {
			return -1
		}
		return 1
	})
	d.late = slices.Insert(d.late, i, lateStep{at, do})
}

// advance does what is due.
func (d *orderDesk) advance(now market.Nanos) {
	for len(d.late) > 0 && d.late[0].at <= now {
		next := d.late[0]
		d.late = slices.Delete(d.late, 0, 1)
		next.do()
	}
}

// staleSpan is how late an order goes live whose reply is to fail; false for a
// reply that is not.
func (d *orderDesk) staleSpan(pushedAside bool) (market.Nanos, bool) {
	if d.staleReply.left > 0 {
		d.staleReply.left--
		return d.staleReply.delay, true
	}
	return lateSpan, pushedAside
}

// refuse takes a refusal of the leg of a group, empty for none.
func (d *orderDesk) refuse(list []ticket) (at int, reason string, ok bool) {
	if len(d.refusals) == 0 || len(list) < 2 {
		return 0, "", false
	}
	next := &d.refusals[0]
	leg, reason := next.leg, cmp.Or(next.reason, wording.BadPrices.Text)
	if next.left--; next.left <= 0 {
		d.refusals = d.refusals[1:]
	}
	var legs []int // the parent, then the children as they came
	for i := range list {
		if list[i].ParentID == "" {
			legs = append(legs, i)
		}
	}
	for i := range list {
		if list[i].ParentID != "" {
			legs = append(legs, i)
		}
	}
	return legs[min(leg, len(legs)-1)], reason, true
}

// find is the prompt of an order and a request.
func (d *orderDesk) find(order int64, request string) *prompt {
	i := slices.IndexFunc(d.prompts, func(p *prompt) bool { return p.order.ID == order && p.request == request })
	if i < 0 {
		return nil
	}
	return d.prompts[i]
}

// drop forgets a prompt.
func (d *orderDesk) drop(p *prompt) {
	d.prompts = slices.DeleteFunc(d.prompts, func(x *prompt) bool { return x == p })
}

// prompt is a reject that the client may turn into an order.
type prompt struct {
	request  string
	user     *user
	order    *brokerage.Order
	activate bool // the order waits for the answer; else it works
}
