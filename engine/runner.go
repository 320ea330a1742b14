package engine

import (
	"context"
	"fmt"

	"gannet/broker"
	"gannet/bus"
	"gannet/market"
	"gannet/oms"
)

// Runner is the order stage: one goroutine that feeds the desk, keeps the
// journal and carries out what the desk decides.
type Runner struct {
	desk   *oms.Desk
	record *recorder
	broker broker.Broker
	bus    bus.Bus
	clock  Clock
	inbox  *Inbox
	calls  chan func()
	now    market.Nanos
	seq    uint64
	fx     oms.Effects
	outbox []market.Event // published as soon as the bus takes events again
}

// newRunner makes the stage around a desk that was brought up to date.
func newRunner(desk *oms.Desk, record *recorder, br broker.Broker, b bus.Bus, clock Clock, inbox *Inbox) *Runner {
	return &Runner{desk: desk, record: record, broker: br, bus: b, clock: clock, inbox: inbox, calls: make(chan func())}
}

// Run takes events until ctx ends. An error means that the journal failed:
// nothing more may be sent.
func (r *Runner) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case call := <-r.calls:
			if err := r.takeAll(); err != nil {
				return err
			}
			call()
		case <-r.inbox.Ready():
			if err := r.takeAll(); err != nil {
				return err
			}
		}
	}
}

// Do runs fn in the stage's goroutine, where the desk may be read, after all
// that was put into the inbox before. It returns false when ctx ends first.
func (r *Runner) Do(ctx context.Context, fn func(*oms.Desk)) bool {
	done := make(chan struct{})
	call := func() { fn(r.desk); close(done) }
	select {
	case r.calls <- call:
	case <-ctx.Done():
		return false
	}
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// takeAll steps everything that waits, then carries the effects out once: one
// sync of the disk serves all orders of the batch.
func (r *Runner) takeAll() error {
	r.fx.Reset()
	events := r.inbox.Take()
	for i := range events {
		if err := r.step(&events[i]); err != nil {
			return err
		}
	}
	return r.perform()
}

// step stamps one event, records it and gives it to the desk.
func (r *Runner) step(ev *market.Event) error {
	r.now = max(r.now, r.clock.Now())
	r.seq++
	ev.TsInit, ev.Seq = r.now, r.seq
	switch body := ev.Body.(type) {
	case *market.Tick:
		r.record.tick(body, r.now)
	case *market.Timer:
		return nil // the desk asks for none; it woke the outbox
	case *market.Snapshot:
		if r.desk.Agrees(body) {
			return nil
		}
		news := r.desk.News(body)
		ev.Body = &news
		if err := r.record.input(ev); err != nil {
			return err
		}
	default:
		if err := r.record.input(ev); err != nil {
			return err
		}
	}
	r.desk.Step(ev, &r.fx)
	return nil
}

// perform carries out the effects: the journal first, then the broker, then
// the bus. Nothing that can create an order leaves before it is on the disk.
func (r *Runner) perform() error {
	if r.fx.Empty() && len(r.outbox) == 0 {
		return nil
	}
	if err := r.journalRequests(); err != nil {
		return fmt.Errorf("engine: journal: %w", err)
	}
	for i := range r.fx.Requests {
		r.hand(&r.fx.Requests[i])
	}
	r.outbox = append(r.outbox, r.fx.Events...)
	r.publish()
	return nil
}

// outboxRetry is how long to wait before the bus is tried again.
const outboxRetry = market.Second

// publish sends what is in the outbox, in order. What the bus does not take
// stays, so that no order, fill or position is ever skipped.
func (r *Runner) publish() {
	for i := range r.outbox {
		if r.bus.Publish(&r.outbox[i]) != nil {
			r.outbox = append(r.outbox[:0], r.outbox[i:]...)
			r.clock.AfterFunc(outboxRetry, func() { r.inbox.Put(&market.Event{Body: &market.Timer{Name: "publish"}}) })
			return
		}
	}
	r.outbox = r.outbox[:0]
}

// journalRequests writes INTENT and SENDING for every order that is about to
// leave, and returns when they are durable. Without any, it only hands the
// records to the operating system.
func (r *Runner) journalRequests() error {
	sending := false
	for i := range r.fx.Requests {
		req := &r.fx.Requests[i]
		if req.Kind == oms.RequestCancel {
			continue
		}
		sending = true
		if err := r.record.intent(&req.Order); err != nil {
			return err
		}
		sent := market.Event{TsEvent: r.now, Body: &market.Sent{ClientOrderID: req.Order.ClientOrderID, TsEvent: r.now}}
		if err := r.step(&sent); err != nil {
			return err
		}
	}
	if sending {
		return r.record.commit()
	}
	return r.record.flush()
}

// publishState publishes every position and open order, for stages that begin.
// Call it before Run.
func (r *Runner) publishState() {
	for _, p := range r.desk.Positions(nil) {
		r.outbox = append(r.outbox, market.Event{TsEvent: p.TsEvent, TsInit: r.clock.Now(), Body: &p})
	}
	for _, o := range r.desk.Orders(nil) {
		if o.Working() {
			r.outbox = append(r.outbox, market.Event{TsEvent: o.TsEvent, TsInit: r.clock.Now(), Body: &o})
		}
	}
}

func (r *Runner) hand(req *oms.Request) {
	switch req.Kind {
	case oms.RequestSubmit:
		r.broker.Submit(req.Order)
	case oms.RequestReplace:
		r.broker.Replace(req.Order)
	case oms.RequestCancel:
		r.broker.Cancel(req.Order)
	}
}
