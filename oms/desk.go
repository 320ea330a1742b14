package oms

import (
	"fmt"

	"gannet/market"
	"gannet/risk"
)

// Config is what a desk is made of.
type Config struct {
	Instruments *market.Instruments
	Gate        *risk.Gate
	// Cash is the account's cash at the start. When CashFromBroker is set it
	// is taken from the first snapshot instead.
	Cash           market.Money
	CashFromBroker bool
	// SizeWeight turns a target weight into a signed change of quantity.
	// nil is WholeLots.
	SizeWeight func(SizeInput) market.Qty
}

// Desk is the order management system of one account. It is not safe for
// concurrent use: one goroutine owns it.
type Desk struct {
	cfg        Config
	account    market.AccountID
	now        market.Nanos
	started    market.Nanos // last VerbStart
	quotes     []market.Tick
	book       book
	ledger     ledger
	execs      execs
	intents    map[market.ClientOrderID]struct{}
	states     risk.States
	rate       *risk.Rate
	broker     *market.BrokerState
	recon      reconciliation
	flattening []flattening
	counts     Counts
	fx         *Effects // of the Step that runs
}

// Counts tell what the desk has done since it was made, replays included.
type Counts struct {
	Signals, Submitted, Filled, Canceled, Rejected, Denied, Expired int
	Fills, Alerts                                                   int
}

// NewDesk makes a desk with no orders and no positions.
func NewDesk(cfg Config) *Desk {
	limits := cfg.Gate.Account()
	if cfg.SizeWeight == nil {
		cfg.SizeWeight = WholeLots
	}
	d := &Desk{
		cfg:     cfg,
		account: limits.Account,
		quotes:  make([]market.Tick, cfg.Instruments.Len()+1),
		book:    newBook(cfg.Instruments.Len()),
		ledger:  newLedger(cfg.Instruments, limits.Account),
		execs:   newExecs(),
		intents: make(map[market.ClientOrderID]struct{}),
		rate:    risk.NewRate(limits.MaxSubmitsPerMinute),
	}
	d.ledger.cash, d.ledger.cashKnown = cfg.Cash, !cfg.CashFromBroker
	return d
}

// Step takes one event and appends its effects to fx. Events of kinds that the
// desk itself publishes are ignored.
func (d *Desk) Step(ev *market.Event, fx *Effects) {
	d.now = max(d.now, ev.TsInit)
	d.fx = fx
	switch body := ev.Body.(type) {
	case *market.Tick:
		d.onTick(body)
		return
	case *market.Signal:
		d.onSignal(body)
	case *market.ExecReport:
		d.onReport(body)
	case *market.Sent:
		d.onSent(body)
	case *market.BrokerState:
		d.onBroker(body)
	case *market.Snapshot:
		d.onSnapshot(body)
	case *market.Command:
		d.onCommand(body)
	}
	if len(d.flattening) > 0 {
		d.flattenOn()
	}
}

// onTick keeps the last quote. It must have no other effect: a journal keeps
// only the last tick before each other input.
func (d *Desk) onTick(t *market.Tick) {
	if int(t.Instrument) < len(d.quotes) {
		d.quotes[t.Instrument] = *t
	}
}

func (d *Desk) onSent(s *market.Sent) {
	if o := d.book.byID[s.ClientOrderID]; o != nil {
		o.sent = true
	}
}

func (d *Desk) onBroker(s *market.BrokerState) {
	state := *s
	d.broker = &state
	if !s.Ready {
		d.recon.done = false
	}
}

// change applies fn to an order, keeping reservations, lists and counts right,
// and publishes the order.
func (d *Desk) change(o *order, fn func()) {
	was, status := o.Working(), o.Status
	d.ledger.reserve(o, -1)
	fn()
	o.TsEvent = d.now
	o.LeavesQty = 0
	if o.Working() {
		o.LeavesQty = max(o.OrderQty-o.CumQty, 0)
	}
	if o.Status != market.PendingReplace && o.Status != market.Unknown {
		o.change = nil
	}
	d.ledger.reserve(o, 1)
	d.book.refile(o, was)
	if o.Status != status {
		d.count(o.Status)
	}
	d.publishOrder(o)
}

func (d *Desk) count(s market.OrdStatus) {
	switch s {
	case market.Filled:
		d.counts.Filled++
	case market.Canceled:
		d.counts.Canceled++
	case market.Rejected:
		d.counts.Rejected++
	case market.Denied:
		d.counts.Denied++
	case market.Expired:
		d.counts.Expired++
	}
}

func (d *Desk) publishOrder(o *order) {
	copied := o.Order
	d.publish(&copied)
}

func (d *Desk) publishPosition(p *market.Position) {
	copied := *p
	d.publish(&copied)
}

func (d *Desk) publish(body market.Body) {
	d.fx.Events = append(d.fx.Events, market.Event{TsEvent: d.now, TsInit: d.now, Body: body})
}

func (d *Desk) request(kind RequestKind, o *order) {
	d.fx.Requests = append(d.fx.Requests, Request{Kind: kind, Order: o.Order})
}

func (d *Desk) alert(code, format string, args ...any) {
	d.counts.Alerts++
	d.publish(&market.Alert{Code: code, Text: fmt.Sprintf(format, args...), TsEvent: d.now})
}

// halt stops new orders in an instrument until an operator resumes it.
func (d *Desk) halt(instrument market.InstrumentID, code, format string, args ...any) {
	d.states.Set(risk.Scope{Instrument: instrument}, risk.Halted, code)
	d.alert(code, format, args...)
}

func (d *Desk) name(id market.InstrumentID) string { return d.cfg.Instruments.Name(id) }
