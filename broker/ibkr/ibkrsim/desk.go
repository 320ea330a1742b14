package ibkrsim

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// desk is what the order endpoints keep beside the house: prompts that wait
// for an answer, orders that go live late, legs that are to be refused.
type desk struct {
	requests   int64 // ids of prompts
	notices    int64
	prompts    []*prompt
	late       []lateOrder
	refuseLegs int
	cached     map[string]*cachedPositions // by account
	stale      market.Nanos                // positions are not read again before it
	told       []told
}

// told is an ntf frame for a user, to be sent once the step is durable.
type told struct {
	user *user
	args any
}

func (d *desk) tell(u *user, args any) { d.told = append(d.told, told{u, args}) }

// flush sends the frames.
func (d *desk) flush(st *stream) {
	for _, one := range d.told {
		st.tell(one.user, map[string]any{"topic": "ntf", "args": one.args})
	}
	d.told = nil
}

// lateOrder is an order whose question had been pushed aside and was answered
// all the same.
type lateOrder struct {
	at     market.Nanos
	submit func() web.Reply
}

// lateSpan is how long after the failed reply such an order goes live, and
// maxLate how many may wait.
const (
	lateSpan = 200 * market.Millisecond
	maxLate  = 1000
)

// later has an order go live after lateSpan, or at once when too many wait.
func (d *desk) later(now market.Nanos, submit func() web.Reply) {
	if len(d.late) >= maxLate {
		submit()
		return
	}
	d.late = append(d.late, lateOrder{now + lateSpan, submit})
}

// advance submits the orders whose time has come.
func (d *desk) advance(now market.Nanos) {
	for len(d.late) > 0 && d.late[0].at <= now {
		next := d.late[0]
		d.late = slices.Delete(d.late, 0, 1)
		next.submit()
	}
}

// refuseLeg takes one of the legs that are to be refused.
func (d *desk) refuseLeg() bool {
	if d.refuseLegs == 0 {
		return false
	}
	d.refuseLegs--
	return true
}

// find is the prompt of an order and a request.
func (d *desk) find(order int64, request string) *prompt {
	i := slices.IndexFunc(d.prompts, func(p *prompt) bool { return p.order.ID == order && p.request == request })
	if i < 0 {
		return nil
	}
	return d.prompts[i]
}

// drop forgets a prompt.
func (d *desk) drop(p *prompt) {
	d.prompts = slices.DeleteFunc(d.prompts, func(x *prompt) bool { return x == p })
}

// prompt is a reject that the client may turn into an order.
type prompt struct {
	request  string
	user     *user
	order    *brokerage.Order
	activate bool // the order waits for the answer; else it works
}
