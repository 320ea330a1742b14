package oms

import (
	"fmt"

	"gannet/market"
)

// Waits, in the time of the snapshots. They come from what IBKR's order list
// needs to show an order and from the time after which a request that was
// still under way is over.
const (
	sendGrace    = 15 * market.Second // after which an unanswered submit counts as Unknown
	absenceProof = 30 * market.Second // between two complete answers that lack an order
	askAgain     = 10 * market.Second // after which a cancel that had no effect is asked again
	breakProof   = 30 * market.Second // a position must differ this long, while trading
)

// reconciliation is what the desk remembers between snapshots.
type reconciliation struct {
	done    bool            // compared, and nothing open
	ever    bool            // done at least once since VerbStart
	breaks  []string        // what differs now
	differs []positionBreak // by instrument, as first seen
}

type positionBreak struct {
	instrument market.InstrumentID
	broker     market.Qty
	desk       market.Qty
	avgPx      market.Price // of the broker's holding
	since      market.Nanos
}

// Reconciled says whether the desk and the broker agreed when last compared.
func (d *Desk) Reconciled() bool { return d.recon.done }

// onSnapshot feeds what the broker knows better into the desk: missed
// executions first, then orders, then what the broker's complete list lacks,
// then positions. A part that is not known changes nothing.
func (d *Desk) onSnapshot(s *market.Snapshot) {
	if s.Account != "" && s.Account != d.account {
		d.alert("FOREIGN_ACCOUNT", "snapshot of account %s ignored, the desk trades %s", s.Account, d.account)
		return
	}
	breaks := d.recon.breaks[:0]
	d.takeTrades(s.Trades.List)
	for i := range s.Orders.List {
		breaks = d.compareOrder(&s.Orders.List[i], s.TsEvent, breaks)
	}
	if s.Orders.Known {
		d.findMissing(s)
	}
	if s.Cash.Known && len(s.Cash.List) == 1 && !d.ledger.cashKnown {
		d.ledger.cash, d.ledger.cashKnown = s.Cash.List[0], true
	}
	if s.Positions.Known && s.Trades.Known {
		breaks = d.comparePositions(s, breaks)
	}
	d.conclude(s, breaks)
}

// takeTrades books the executions that were missed. A desk that has never had
// an order or an execution takes them as history: what they came to is in the
// positions and the cash that it starts with.
func (d *Desk) takeTrades(list []market.ExecReport) {
	fresh := len(d.book.all) == 0 && len(d.execs.list) == 0
	for i := range list {
		r := list[i]
		r.ExecType = market.ExecTrade
		if base, suffix := splitExecID(r.ExecID); fresh && r.ExecID != "" {
			d.execs.add(base, &execution{fill: d.fillOf(nil, &r), suffix: suffix, earlier: true})
			continue
		}
		d.onReport(&r)
	}
}

// conclude publishes the outcome when it changed.
func (d *Desk) conclude(s *market.Snapshot, breaks []string) {
	done := len(breaks) == 0 && s.Orders.Known && s.Trades.Known && s.Positions.Known
	if !done && len(breaks) == 0 && d.recon.done {
		return // one failed question does not undo what was agreed
	}
	changed := done != d.recon.done || len(breaks) != len(d.recon.breaks)
	d.recon.done, d.recon.breaks = done, breaks
	d.recon.ever = d.recon.ever || done
	if changed {
		d.publish(&market.Reconciled{OK: done, Breaks: append([]string(nil), breaks...), TsEvent: s.TsEvent})
	}
}

// compareOrder brings one order of ours to where the broker has it, and
// adopts a working one that is not ours.
func (d *Desk) compareOrder(theirs *market.Order, at market.Nanos, breaks []string) []string {
	ours := d.book.find(theirs.ClientOrderID, theirs.VenueOrderID)
	if ours == nil {
		if theirs.Working() {
			ticket := theirs.Ticket
			d.adopt(&market.ExecReport{ExecType: market.ExecNew, VenueOrderID: theirs.VenueOrderID, CumQty: theirs.CumQty, Ticket: &ticket})
		}
		return breaks
	}
	d.book.identify(ours, theirs.VenueOrderID)
	ours.missing, ours.lost = 0, false
	if report := verdict(ours, theirs, at); report != 0 {
		d.onStatus(ours, &market.ExecReport{ExecType: report, Text: theirs.Text, Ticket: changedTicket(report, theirs)})
	}
	switch {
	case revived(ours, theirs, at):
		breaks = append(breaks, fmt.Sprintf("order %s is %s here and %s at the broker", ours.ClientOrderID, ours.Status, theirs.Status))
	case cancelAgain(ours, theirs, at):
		d.cancel(ours)
	case ours.cancel:
		d.owedCancel(ours)
	}
	return breaks
}

// revived says that the broker works an order that was over here before the
// broker was asked.
func revived(ours *order, theirs *market.Order, at market.Nanos) bool {
	return ours.Status.Terminal() && ours.Status != market.Filled && theirs.Working() && ours.TsEvent < at
}

// cancelAgain says that a cancel had no effect for too long. Cancels, unlike
// orders, can be asked for twice.
func cancelAgain(ours *order, theirs *market.Order, at market.Nanos) bool {
	return ours.Status == market.PendingCancel && theirs.Working() && at-ours.asked > askAgain
}

func changedTicket(report market.ExecType, theirs *market.Order) *market.Ticket {
	if report != market.ExecReplaced {
		return nil
	}
	ticket := theirs.Ticket
	return &ticket
}

// verdict is the report that brings ours to theirs, or 0. A fill is never
// concluded from a status: only executions book fills.
func verdict(ours *order, theirs *market.Order, at market.Nanos) market.ExecType {
	if ours.Status.Terminal() {
		return 0
	}
	switch theirs.Status {
	case market.Canceled:
		return market.ExecCanceled
	case market.Rejected:
		return market.ExecRejected
	case market.Expired:
		return market.ExecExpired
	case market.Submitted, market.PartiallyFilled:
		return workingVerdict(ours, theirs, at)
	}
	return 0
}

// workingVerdict is verdict for an order that the broker works.
func workingVerdict(ours *order, theirs *market.Order, at market.Nanos) market.ExecType {
	switch {
	case ours.change != nil && sameTerms(ours.change, &theirs.Ticket):
		return market.ExecReplaced
	case ours.Status == market.PendingSubmit, ours.Status == market.Unknown:
		return market.ExecNew
	case ours.Status == market.PendingReplace && at-ours.asked > askAgain:
		return market.ExecCancelRejected
	}
	return 0
}

func sameTerms(a, b *market.Ticket) bool {
	return a.OrderQty == b.OrderQty && a.Price == b.Price && (a.StopPx == b.StopPx || b.StopPx == 0)
}

// findMissing looks for open orders of ours that the broker's complete list
// does not hold.
func (d *Desk) findMissing(s *market.Snapshot) {
	listed := make(map[*order]struct{}, len(s.Orders.List))
	for i := range s.Orders.List {
		if o := d.book.find(s.Orders.List[i].ClientOrderID, s.Orders.List[i].VenueOrderID); o != nil {
			listed[o] = struct{}{}
		}
	}
	d.book.eachOpen(func(o *order) {
		if _, ok := listed[o]; !ok && o.sent {
			d.absent(o, s)
		}
	})
}

// absence is what a complete list that lacks an open order means.
type absence uint8

const (
	tooEarly    absence = iota // the request may still be under way, or the proof is not complete
	firstSeen                  // note it; the order counts as Unknown
	notAccepted                // the broker never had it
	dayOver                    // a DAY order of a day that is over
	lost                       // the broker had it and lists it no longer: a person must look
)

// judgeAbsence says what it means that the broker does not list an open
// order. It stays Unknown, with its reservation, until two complete answers
// half a minute apart, both asked well after the send, lack it. An order that
// the broker had accepted is never given up for that alone.
func (d *Desk) judgeAbsence(o *order, s *market.Snapshot) absence {
	switch {
	case !o.sent || s.TsEvent-max(o.TsInit, o.asked, d.started) < sendGrace:
		return tooEarly
	case o.missing == 0:
		return firstSeen
	case s.TsEvent-o.missing < absenceProof || !s.Trades.Known || o.lost:
		return tooEarly
	case o.TimeInForce == market.DAY && s.TsEvent > d.dayEnd(o):
		return dayOver
	case o.VenueOrderID == "" && o.CumQty == 0:
		return notAccepted
	}
	return lost
}

// dayEnd is when a DAY order is over.
func (d *Desk) dayEnd(o *order) market.Nanos {
	session := d.cfg.Instruments.Get(o.Instrument).Session
	if session.AlwaysOpen() {
		return o.TsInit + market.Day
	}
	return session.NextClose(o.TsInit)
}

func (d *Desk) absent(o *order, s *market.Snapshot) {
	switch d.judgeAbsence(o, s) {
	case tooEarly:
	case firstSeen:
		o.missing = s.TsEvent
		if o.Status != market.Unknown {
			d.onStatus(o, &market.ExecReport{ExecType: market.ExecUnknown, Text: "the broker's list of orders lacks it"})
		}
	case notAccepted:
		d.onStatus(o, &market.ExecReport{ExecType: market.ExecRejected, Text: "NOT_ACCEPTED: the broker never had it"})
		d.alert("NOT_ACCEPTED", "order %s: the broker never had it", o.ClientOrderID)
	case dayOver:
		d.onStatus(o, &market.ExecReport{ExecType: market.ExecExpired, Text: "its day is over"})
	case lost:
		o.lost = true
		d.alert("ORDER_LOST", "order %s (%s) was accepted and the broker lists it no longer: it stays Unknown until you have looked",
			o.ClientOrderID, o.VenueOrderID)
	}
}

// comparePositions holds the account's positions against the broker's. What
// differs at a start, in two snapshots running, is booked as an adjustment:
// it came about while the engine was away. What differs while trading, for
// half a minute, stops trading in the instrument.
func (d *Desk) comparePositions(s *market.Snapshot, breaks []string) []string {
	was := append([]positionBreak(nil), d.recon.differs...)
	d.recon.differs = d.recon.differs[:0]
	for i := range d.cfg.Instruments.Len() {
		id := market.InstrumentID(i + 1)
		now := positionBreak{instrument: id, broker: Held(s.Positions.List, id), desk: d.ledger.account[id].Qty, avgPx: avgPxOf(s.Positions.List, id), since: s.TsEvent}
		if now.broker == now.desk {
			continue
		}
		if before, ok := sameBreak(was, now); ok {
			now.since = before.since
		}
		if d.settleBreak(now, s.TsEvent) {
			continue
		}
		d.recon.differs = append(d.recon.differs, now)
		if !d.recon.done || s.TsEvent-now.since >= breakProof {
			breaks = append(breaks, fmt.Sprintf("%s: %s held here, %s at the broker", d.name(id), now.desk, now.broker))
		}
	}
	return breaks
}

// settleBreak adopts a difference found twice at a start, and halts on one
// that stays while trading. It says whether the difference is gone.
func (d *Desk) settleBreak(b positionBreak, at market.Nanos) bool {
	if b.since == at {
		return false
	}
	if !d.recon.ever {
		d.adjust(b, "held by the account when the engine started")
		return true
	}
	if state, _ := d.states.For("", b.instrument); at-b.since >= breakProof && state == 0 {
		d.halt(b.instrument, "RECON_BREAK", "%s: %s held here, %s at the broker for %s",
			d.name(b.instrument), b.desk, b.broker, (at - b.since).Duration())
	}
	return false
}

// adjust books a change of the account's position that no order of ours made:
// at the broker's average where all of it is new, else at the last price.
func (d *Desk) adjust(b positionBreak, why string) {
	id, q, px := b.instrument, b.broker-b.desk, b.avgPx
	if px == 0 || b.desk != 0 {
		px = d.quotes[id].Mark()
	}
	own, total := d.ledger.of("", id), &d.ledger.account[id]
	multiplier := d.cfg.Instruments.Get(id).Multiplier
	own.Apply(q, px, multiplier)
	total.Apply(q, px, multiplier)
	d.publish(&market.Adjustment{Account: d.account, Instrument: id, Qty: q, Price: px, Reason: why, TsEvent: d.now})
	d.publishPosition(own)
	d.alert("POSITION_ADJUSTED", "%s: %s booked as external: %s", d.name(id), q, why)
}

func avgPxOf(list []market.Holding, id market.InstrumentID) market.Price {
	for i := range list {
		if list[i].Instrument == id {
			return list[i].AvgPx
		}
	}
	return 0
}

// Held is the quantity of an instrument in a broker's list of holdings.
func Held(list []market.Holding, id market.InstrumentID) (q market.Qty) {
	for i := range list {
		if list[i].Instrument == id {
			q += list[i].Qty
		}
	}
	return q
}

func sameBreak(list []positionBreak, b positionBreak) (positionBreak, bool) {
	for _, one := range list {
		if one.instrument == b.instrument && one.broker == b.broker && one.desk == b.desk {
			return one, true
		}
	}
	return positionBreak{}, false
}
