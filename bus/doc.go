// Package bus states how events travel between stages: publish and subscribe
// by kind of event, and request/reply for control. bus/membus carries them in
// one goroutine, for backtests and simulations; bus/natsbus over a NATS
// server, embedded or external. bus/bustest is the suite that both pass.
//
// # Use
//
//	stop, err := b.SubscribeMany([]market.Kind{market.KindTick, market.KindFill}, func(ev *market.Event) {
//		switch body := ev.Body.(type) {
//		case *market.Tick: // valid until this function returns
//		case *market.Fill:
//		}
//	})
//	defer stop()
//	err = b.Publish(&market.Event{Seq: 1, TsEvent: at, TsInit: at, Body: &tick})
//
// # Subjects
//
// The subject follows from the event, so that `nats sub 'order.>'` and a
// program in any language find it:
//
//	Tick      md.tick.<SYMBOL>.<EXCHANGE>
//	Bar       md.bar.<interval>.<SYMBOL>.<EXCHANGE>   interval 1s 5m 1h 1d
//	Signal    signal.<strategy>
//	Order     order.<strategy>
//	Fill      fill.<strategy>
//	Position  position.<strategy>, position._account for the account's total
//	Timer     timer.<owner>, timer._account for the desk's
//	Command   command.<strategy>, command._account
//
// Report, Broker, Snapshot, Reconciled, Adjustment, Sent and Alert have one
// subject each: the kind in lower case. A byte of a name other than a letter,
// a digit or '-' is written _XX in hex, so that no name can hold a separator
// or a wildcard: "BRK B.NYSE" ticks on md.tick.BRK_20B.NYSE. The page
// docs/bus.md has the bytes of every kind.
//
// # What is promised
//
//   - Events of one publisher on one Bus value arrive at one subscription in
//     the order in which they were published: with SubscribeMany across its
//     kinds, with Subscribe within the one kind.
//   - fn of one subscription is called by one goroutine at a time.
//   - A subscription gets what is published after Subscribe returned, and
//     nothing that is published after its stop function returned. A call that
//     is under way while stop is called elsewhere may still finish.
//   - Publish does not keep the event: the caller may change it afterwards.
//   - While the link is down Publish and Request fail at once with
//     ErrDisconnected, and nothing is sent later.
//   - Signals, orders, fills, positions and all other kinds but ticks are not
//     dropped by Gannet's own code. What the transport had to drop is reported.
//
// # What is not promised
//
//   - That an event arrives. The bus is at most once: what is published with
//     no subscriber is gone, and so is what was on its way when the link broke.
//     The ledger is the journal, and every reconnect begins with a reconciliation.
//   - An order between two publishers, or between two subscriptions.
//   - That every tick arrives at a subscriber that falls behind. A tick holds
//     the whole top of the book, so the next one makes up for it.
//   - That Publish has succeeded: without an error the event was handed over.
//     A refusal of the server is seen by Flush.
//
// # Who must not block
//
// A subscriber's fn, ever: on membus it holds up the whole run, on natsbus its
// own subscription. It may call Publish, Subscribe, stop functions and Close. On
// natsbus it must not call Flush or Request, which wait. A Serve function may
// take its time, but requests to the same subject wait for it.
package bus
