package ibkrsim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/venue"
	"gannet/market"
)

// book is the truth: orders, executions, positions, cash. It outlives every
// session. What it changes waits in pending and changes until commit.
type book struct {
	account   string
	log       *stateLog // nil: nothing is kept
	venue     *venue.Venue
	exchange  *exchange.Exchange
	head      header
	now       market.Nanos
	orders    []*order // in acceptance order
	byID      map[int64]*order
	byCOID    map[string]*order // the latest of that cOID
	open      []*order          // that may be working
	execs     []*execution
	positions []market.Position // by instrument id - 1
	cash      market.Money
	fees      market.Money
	posts     map[string]int // order requests that arrived, by cOID
	nextExec  uint32
	pending   record
	changes   changes
}

// changes are what the sockets are to hear, in order.
type changes struct {
	orders []deltaRow
	execs  []*execution
}

// openBook reads the state file, or begins one.
func openBook(opt Options, x *exchange.Exchange) (*book, error) {
	b := &book{exchange: x, account: opt.Account, cash: opt.Cash, posts: map[string]int{},
		byID: map[int64]*order{}, byCOID: map[string]*order{}}
	ids := rand.New(rand.NewPCG(opt.Seed, uint64(len(opt.Account))))
	b.head = header{Version: stateVersion, Account: opt.Account, Cash: opt.Cash,
		NextOrder: 100_000_000 + ids.Int64N(1_800_000_000), ExecBase: ids.Uint32() >> 8}
	if err := b.buildVenue(opt); err != nil {
		return nil, err
	}
	if opt.StatePath == "" {
		return b, nil
	}
	log, records, err := openLog(opt.StatePath)
	if err != nil {
		return nil, err
	}
	b.log = log
	if err := b.restore(records); err != nil {
		return nil, fmt.Errorf("ibkrsim: state %s: %w", opt.StatePath, errors.Join(err, log.close()))
	}
	return b, nil
}

func (b *book) buildVenue(opt Options) error {
	profile, err := venue.Lookup(opt.Profile)
	if err != nil {
		return fmt.Errorf("ibkrsim: %w", err)
	}
	b.positions = make([]market.Position, b.exchange.Table().Len())
	for i := range b.positions {
		b.positions[i] = market.Position{Account: market.AccountID(opt.Account), Instrument: market.InstrumentID(i + 1)}
	}
	b.venue = venue.New(venue.Config{Instruments: b.exchange.Table(), Profile: profile, ExecID: b.execID})
	return nil
}

// execID makes an id like 00025b49.6a56b338.01.01: a number that never comes
// twice in a state file, and the second in which it was made.
func (b *book) execID(uint64) string {
	b.nextExec++
	return fmt.Sprintf("%08x.%08x.01.01", b.head.ExecBase+b.nextExec, uint32(web.Seconds(b.now)))
}

func (b *book) close() error {
	if b.log == nil {
		return nil
	}
	return b.log.close()
}

// commit writes what has changed and returns what to publish of it.
func (b *book) commit() (changes, error) {
	if b.log != nil && !b.pending.empty() {
		if err := b.log.append(&b.pending); err != nil {
			return changes{}, err
		}
	}
	out := b.changes
	b.pending, b.changes = record{}, changes{}
	return out, nil
}

// registered is the order that took a cOID in the last 24 hours.
func (b *book) registered(coid string) *order {
	o := b.byCOID[coid]
	if coid == "" || o == nil || b.now-o.Created >= market.Day {
		return nil
	}
	return o
}

// posted counts an order request.
func (b *book) posted(coid string) {
	b.posts[coid]++
	b.pending.Posts = append(b.pending.Posts, coid)
}

// set moves an order to a status and notes the change.
func (b *book) set(o *order, status string) {
	o.Status, o.Changed = status, b.now
	b.note(o)
}

func (b *book) note(o *order) {
	if !slices.Contains(b.pending.Orders, o) {
		b.pending.Orders = append(b.pending.Orders, o)
	}
	if row := o.delta(); row != nil {
		b.changes.orders = append(b.changes.orders, row)
	}
}

// submit gives a new order to the venue. A refusal leaves nothing behind.
func (b *book) submit(o *order) (refusal string) {
	o.ID, o.account, o.Created = b.head.NextOrder, b.account, b.now
	b.head.NextOrder++
	b.byID[o.ID] = o
	before := len(b.changes.orders)
	if o.Ticket.Type == market.Market {
		b.set(o, stInactive)
	}
	b.set(o, stPendingSubmit)
	asked := o.venueOrder()
	b.venue.Submit(&asked)
	b.collect()
	if o.refusal == "" {
		b.add(o)
		return ""
	}
	delete(b.byID, o.ID)
	b.changes.orders = b.changes.orders[:before]
	b.pending.Orders = slices.DeleteFunc(b.pending.Orders, func(x *order) bool { return x == o })
	return o.refusal
}

// add takes an accepted order in.
func (b *book) add(o *order) {
	b.orders, b.open = append(b.orders, o), append(b.open, o)
	b.byID[o.ID] = o
	b.byCOID[o.COID] = o
}

// replace changes a working order to a new ticket. A refusal leaves it as it
// was.
func (b *book) replace(o *order, t market.Ticket) (refusal string) {
	was := o.Status
	changed := o.venueOrder()
	changed.Ticket, changed.LeavesQty = t, t.OrderQty-o.filled
	o.refusal = ""
	b.set(o, stPendingSubmit)
	b.venue.Replace(&changed)
	b.collect()
	if o.refusal != "" {
		b.set(o, was)
	}
	return o.refusal
}

// cancel asks for a cancel that the venue hears of at the given time.
func (b *book) cancel(o *order, at market.Nanos) {
	o.cancelAt = at
	b.set(o, stPendingCancel)
	b.advance(b.now)
}

// advance lets time pass: cancels arrive, sessions open and close.
func (b *book) advance(now market.Nanos) {
	b.now = max(b.now, now)
	b.open = slices.DeleteFunc(b.open, func(o *order) bool { return !o.working() })
	for _, o := range b.open {
		switch {
		case o.Status == stPendingCancel && o.cancelAt != 0 && o.cancelAt <= b.now:
			o.cancelAt = 0
			b.venue.Cancel(o.venueID())
		case o.Status == stPreSubmitted && !o.isStop() && o.restingStatus(b.now) == stSubmitted:
			b.set(o, stSubmitted)
		}
	}
	b.venue.Advance(b.now)
	b.collect()
	b.followTrails()
}

// followTrails takes over where trailing stops stand now.
func (b *book) followTrails() {
	if !slices.ContainsFunc(b.open, func(o *order) bool { return o.Ticket.Type == market.TrailingStop }) {
		return
	}
	for _, at := range b.venue.Open(nil) {
		id, err := strconv.ParseInt(string(at.ClientOrderID), 10, 64)
		o := b.byID[id]
		if err == nil && o != nil && at.Type == market.TrailingStop && at.StopPx != o.Ticket.StopPx {
			o.Ticket.StopPx = at.StopPx
			b.note(o)
		}
	}
}

func (b *book) onTick(t *market.Tick) {
	b.now = max(b.now, t.TsEvent)
	t.TsEvent = b.now
	b.venue.OnTick(t)
	b.collect()
}

// collect books what the venue has reported.
func (b *book) collect() {
	reports := b.venue.Reports()
	for i := range reports {
		id, err := strconv.ParseInt(string(reports[i].ClientOrderID), 10, 64)
		if o := b.byID[id]; err == nil && o != nil {
			b.onReport(o, &reports[i])
		}
	}
}

func (b *book) onReport(o *order, r *market.ExecReport) {
	switch r.ExecType {
	case market.ExecNew:
		b.set(o, o.restingStatus(b.now))
	case market.ExecTrade:
		b.onTrade(o, r)
	case market.ExecCanceled:
		b.set(o, stCancelled)
	case market.ExecExpired:
		o.Reason = "Cancelled by System: order expired"
		b.set(o, stCancelled)
	case market.ExecReplaced:
		if r.Ticket != nil {
			o.Ticket = *r.Ticket
		}
		b.set(o, o.restingStatus(b.now))
	case market.ExecRejected:
		b.onRejected(o, r.Text)
	case market.ExecCancelRejected:
		o.refusal = r.Text
		if o.Status == stPendingCancel {
			b.set(o, o.restingStatus(b.now))
		}
	}
}

// onRejected is a refusal at the door, or of an order that was already in.
func (b *book) onRejected(o *order, text string) {
	if o.Status == stPendingSubmit && o.filled == 0 {
		o.refusal = text
		return
	}
	o.Reason = text
	b.set(o, stInactive)
}

func (b *book) onTrade(o *order, r *market.ExecReport) {
	if o.Status == stPreSubmitted { // a stop has triggered
		b.set(o, stSubmitted)
	}
	e := &execution{ID: r.ExecID, OrderID: o.ID, Qty: r.LastQty, Price: r.LastPx, Commission: r.Commission, Time: b.now}
	b.execute(o, e)
	b.pending.Execs = append(b.pending.Execs, e)
	b.changes.execs = append(b.changes.execs, e)
	if o.left() == 0 {
		b.set(o, stFilled)
		return
	}
	b.set(o, o.Status)
}

// execute books an execution into order, position and cash.
func (b *book) execute(o *order, e *execution) {
	e.order = o
	o.filled += e.Qty
	o.paid = o.paid.Add(market.Notional(e.Price, e.Qty, 1))
	signed := e.Qty * market.Qty(o.Ticket.Side.Sign())
	position := &b.positions[o.product.ID-1]
	position.Apply(signed, e.Price, 1)
	position.Fees = position.Fees.Add(e.Commission)
	position.TsEvent = e.Time
	e.position = position.Qty
	b.cash = b.cash.Sub(market.Notional(e.Price, signed, 1)).Sub(e.Commission)
	b.fees = b.fees.Add(e.Commission)
	b.execs = append(b.execs, e)
}
