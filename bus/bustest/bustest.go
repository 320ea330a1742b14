package bustest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gannet/bus"
	"gannet/market"
	"gannet/market/wire/wiretest"
)

// patience is how long a test waits for what must come. It only ends tests
// that have failed.
const patience = 10 * time.Second

// Run tests what open returns. It calls open once for each test and closes
// the bus at its end.
func Run(t *testing.T, open func(t *testing.T) bus.Bus) {
	for name, test := range map[string]func(*testing.T, bus.Bus){
		"every kind arrives equal":         everyKind,
		"a kind keeps its order":           order,
		"many kinds keep one order":        manyKinds,
		"each subscriber gets its kinds":   kinds,
		"the event may be reused":          reuse,
		"a handler may publish":            publishInside,
		"a handler may stop itself":        stopInside,
		"nothing after unsubscribe":        unsubscribe,
		"bad events and kinds are refused": badEvents,
		"request and reply":                request,
		"request without a responder":      noResponder,
		"request after its deadline":       deadline,
		"only control subjects are served": controlOnly,
		"nothing works on a closed bus":    closed,
		"closing ends the subscriptions":   closeEnds,
		"closing from inside a handler":    closeInside,
		"a service may publish":            servicePublishes,
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			defer b.Close()
			test(t, b)
		})
	}
}

// inbox collects copies of events.
type inbox chan market.Event

func newInbox() inbox { return make(inbox, 10_000) }

func (in inbox) take(ev *market.Event) { in <- bus.Clone(ev) }

func (in inbox) next(t *testing.T) market.Event {
	t.Helper()
	select {
	case ev := <-in:
		return ev
	case <-time.After(patience):
		t.Fatal("no event arrived")
		return market.Event{}
	}
}

// empty fails when something is there.
func (in inbox) empty(t *testing.T) {
	t.Helper()
	select {
	case ev := <-in:
		t.Errorf("got %v %d, want nothing", ev.Kind(), ev.Seq)
	default:
	}
}

func alert(seq uint64) *market.Event {
	return &market.Event{Seq: seq, Body: &market.Alert{Code: "TEST", Text: fmt.Sprint(seq)}}
}

func tick(seq uint64) *market.Event {
	return &market.Event{Seq: seq, Body: &market.Tick{Instrument: 1, Last: market.Price(seq)}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, b bus.Bus, ev *market.Event) {
	t.Helper()
	must(t, b.Publish(ev))
}

func subscribe(t *testing.T, b bus.Bus, kind market.Kind, fn func(*market.Event)) func() {
	t.Helper()
	stop, err := b.Subscribe(kind, fn)
	must(t, err)
	return stop
}

func everyKind(t *testing.T, b bus.Bus) {
	in := newInbox()
	_, err := b.SubscribeMany(nil, in.take)
	must(t, err)
	for _, want := range wiretest.Events() {
		publish(t, b, &want)
		if diff := cmp.Diff(want, in.next(t), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%v: want(-) got(+):\n%s", want.Kind(), diff)
		}
	}
}

func order(t *testing.T, b bus.Bus) {
	in := newInbox()
	subscribe(t, b, market.KindAlert, in.take)
	for seq := range uint64(1000) {
		publish(t, b, alert(seq))
	}
	for want := range uint64(1000) {
		if got := in.next(t).Seq; got != want {
			t.Fatalf("got event %d, want %d", got, want)
		}
	}
}

// A fill must not overtake the order that it belongs to.
func manyKinds(t *testing.T, b bus.Bus) {
	in := newInbox()
	_, err := b.SubscribeMany([]market.Kind{market.KindTick, market.KindOrder, market.KindFill, market.KindAlert}, in.take)
	must(t, err)
	bodies := []market.Body{
		&market.Order{Strategy: "a"}, &market.Tick{Instrument: 2}, &market.Fill{Strategy: "b"},
		&market.Alert{}, &market.Signal{Kind: market.SignalOrder}, &market.Order{Strategy: "c"},
	}
	var want []uint64
	for seq := range uint64(1200) {
		body := bodies[seq%uint64(len(bodies))]
		publish(t, b, &market.Event{Seq: seq, Body: body})
		if body.EventKind() != market.KindSignal {
			want = append(want, seq)
		}
	}
	for _, seq := range want {
		if got := in.next(t).Seq; got != seq {
			t.Fatalf("got event %d, want %d", got, seq)
		}
	}
}

func kinds(t *testing.T, b bus.Bus) {
	ticks, alerts := newInbox(), newInbox()
	subscribe(t, b, market.KindTick, ticks.take)
	subscribe(t, b, market.KindAlert, alerts.take)
	publish(t, b, tick(1))
	publish(t, b, alert(2))
	publish(t, b, tick(3))
	publish(t, b, alert(4))
	for _, want := range []struct {
		in  inbox
		seq uint64
	}{{ticks, 1}, {alerts, 2}, {ticks, 3}, {alerts, 4}} {
		if got := want.in.next(t).Seq; got != want.seq {
			t.Errorf("got event %d, want %d", got, want.seq)
		}
	}
	ticks.empty(t)
	alerts.empty(t)
}

// The feed writes every tick into one struct.
func reuse(t *testing.T, b bus.Bus) {
	in := newInbox()
	subscribe(t, b, market.KindTick, func(ev *market.Event) {
		if ev.Seq == 0 {
			inner := tick(1)
			if err := b.Publish(inner); err != nil {
				t.Error(err)
			}
			*inner.Body.(*market.Tick) = market.Tick{}
			*inner = market.Event{}
		}
		in.take(ev)
	})
	ev := tick(0)
	publish(t, b, ev)
	*ev.Body.(*market.Tick), *ev = market.Tick{}, market.Event{}
	in.next(t)
	got := in.next(t)
	if got.Seq != 1 || got.Body.(*market.Tick).Last != 1 {
		t.Errorf("got %d %+v, want what was published", got.Seq, got.Body)
	}
}

// What a handler publishes comes after the event that it handles, for every
// subscriber.
func publishInside(t *testing.T, b bus.Bus) {
	in := newInbox()
	subscribe(t, b, market.KindTick, func(ev *market.Event) {
		for i := range uint64(3) {
			if err := b.Publish(alert(ev.Seq*10 + i)); err != nil {
				t.Error(err)
			}
		}
	})
	_, err := b.SubscribeMany([]market.Kind{market.KindTick, market.KindAlert}, in.take)
	must(t, err)
	publish(t, b, tick(1))
	for _, want := range []uint64{1, 10, 11, 12} {
		if got := in.next(t).Seq; got != want {
			t.Errorf("got event %d, want %d", got, want)
		}
	}
}

func stopInside(t *testing.T, b bus.Bus) {
	in := newInbox()
	ready := make(chan func(), 1)
	stop, err := b.Subscribe(market.KindTick, func(ev *market.Event) {
		(<-ready)()
		in.take(ev)
	})
	must(t, err)
	ready <- stop
	publish(t, b, tick(1))
	in.next(t)
	publish(t, b, tick(2))
	settle(t, b)
	in.empty(t)
}

// settle waits until an event published now has been delivered.
func settle(t *testing.T, b bus.Bus) {
	t.Helper()
	in := newInbox()
	stop := subscribe(t, b, market.KindSent, in.take)
	defer stop()
	publish(t, b, &market.Event{Body: &market.Sent{}})
	in.next(t)
}

func unsubscribe(t *testing.T, b bus.Bus) {
	stopped, other := newInbox(), newInbox()
	stop := subscribe(t, b, market.KindAlert, stopped.take)
	subscribe(t, b, market.KindAlert, other.take)
	publish(t, b, alert(1))
	stopped.next(t)
	stop()
	stop()
	publish(t, b, alert(2))
	other.next(t)
	if got := other.next(t).Seq; got != 2 {
		t.Errorf("the other subscriber got event %d, want 2", got)
	}
	stopped.empty(t)
}

func badEvents(t *testing.T, b bus.Bus) {
	if err := b.Publish(&market.Event{Seq: 1}); err == nil {
		t.Error("an event without a body is published")
	}
	for _, kind := range []market.Kind{0, market.NumKinds, 255} {
		if _, err := b.Subscribe(kind, func(*market.Event) {}); err == nil {
			t.Errorf("kind %d can be subscribed to", kind)
		}
	}
}

func request(t *testing.T, b bus.Bus) {
	stop, err := b.Serve("ctl.echo", func(in []byte) []byte { return append([]byte("you said "), in...) })
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := b.Request(ctx, "ctl.echo", []byte(`{"a":1}`))
	if string(got) != `you said {"a":1}` || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := b.Serve("ctl.echo", func([]byte) []byte { return nil }); err == nil {
		t.Error("a subject can be served twice: the answer would be chance")
	}
	stop()
	stop()
	if _, err := b.Request(ctx, "ctl.echo", nil); !errors.Is(err, bus.ErrNoResponder) {
		t.Errorf("after its end: got %v, want ErrNoResponder", err)
	}
	again, err := b.Serve("ctl.echo", func([]byte) []byte { return nil })
	must(t, err)
	defer again()
	if got, err := b.Request(ctx, "ctl.echo", nil); len(got) != 0 || err != nil {
		t.Errorf("got %q, %v; want an empty answer", got, err)
	}
}

func noResponder(t *testing.T, b bus.Bus) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := b.Request(ctx, "ctl.nobody", nil); !errors.Is(err, bus.ErrNoResponder) {
		t.Errorf("got %v, want ErrNoResponder", err)
	}
}

func deadline(t *testing.T, b bus.Bus) {
	var asked atomic.Bool
	stop, err := b.Serve("ctl.late", func([]byte) []byte { asked.Store(true); return nil })
	must(t, err)
	defer stop()
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := b.Request(ctx, "ctl.late", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want DeadlineExceeded", err)
	}
	settle(t, b)
	if asked.Load() {
		t.Error("a command that was too late has been carried out")
	}
}

func controlOnly(t *testing.T, b bus.Bus) {
	for _, subject := range []string{"", "status", "ctl.>", "ctl.*", "ctl.a b", "md.tick.SPY.ARCA", "signal.dip"} {
		if _, err := b.Serve(subject, func([]byte) []byte { return nil }); err == nil {
			t.Errorf("%q can be served", subject)
		}
		_, err := b.Request(t.Context(), subject, nil)
		if err == nil || !strings.Contains(err.Error(), "control subject") {
			t.Errorf("%q: got %v, want a refusal", subject, err)
		}
	}
}

func closed(t *testing.T, b bus.Bus) {
	must(t, b.Close())
	must(t, b.Close())
	_, subscribed := b.Subscribe(market.KindTick, func(*market.Event) {})
	_, served := b.Serve("ctl.x", func([]byte) []byte { return nil })
	_, requested := b.Request(t.Context(), "ctl.x", nil)
	for name, err := range map[string]error{
		"Publish": b.Publish(alert(1)), "Subscribe": subscribed, "Serve": served,
		"Request": requested, "Flush": b.Flush(t.Context()),
	} {
		if !errors.Is(err, bus.ErrClosed) {
			t.Errorf("%s: got %v, want ErrClosed", name, err)
		}
	}
}

func closeEnds(t *testing.T, b bus.Bus) {
	in := newInbox()
	stop := subscribe(t, b, market.KindAlert, in.take)
	publish(t, b, alert(1))
	in.next(t)
	must(t, b.Close())
	stop()
	if err := b.Publish(alert(2)); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	in.empty(t)
}

func closeInside(t *testing.T, b bus.Bus) {
	done := make(chan error, 1)
	subscribe(t, b, market.KindAlert, func(*market.Event) { done <- b.Close() })
	publish(t, b, alert(1))
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(patience):
		t.Fatal("Close did not return")
	}
}

func servicePublishes(t *testing.T, b bus.Bus) {
	in := newInbox()
	subscribe(t, b, market.KindAlert, in.take)
	stop, err := b.Serve("ctl.halt", func([]byte) []byte {
		if err := b.Publish(alert(7)); err != nil {
			t.Error(err)
		}
		return []byte("{}")
	})
	must(t, err)
	defer stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = b.Request(ctx, "ctl.halt", nil)
	must(t, err)
	if got := in.next(t).Seq; got != 7 {
		t.Errorf("got event %d, want 7", got)
	}
}
