package ibkr

import (
	"strconv"
	"strings"
	"sync"

	"gannet/market"
)

// book remembers the orders and executions of the account and turns what IBKR
// says of them into reports, each once. Its lock is also what keeps reports in
// order.
type book struct {
	account     market.AccountID
	instruments func(conid int64) market.InstrumentID
	emit        func(market.Body)
	now         func() market.Nanos

	mu       sync.Mutex
	orders   map[int64]*entry                // by IBKR's order id; a modified order may have two
	byClient map[market.ClientOrderID]*entry // the newest order of the id
	execs    map[string]*execution           // by execution id without its correction number
	placing  bool                            // an order is on its way: rows without a reference may be its
	held     []*entry                        // such rows
}

// entry is one order as far as it is known. Rows of the stream are deltas; row
// is their sum.
type entry struct {
	row        OrderRow
	client     market.ClientOrderID
	instrument market.InstrumentID // of an order of ours, before a row says it
	side       market.Side         // the same
	announced  bool                // New was reported
	canceling  bool                // PendingCancel was reported
	ended      bool                // the stream reported its end
	inactive   market.Nanos        // since when live orders show it Inactive
}

// execution is what is known of a fill.
type execution struct {
	suffix     string // its correction number
	commission bool   // reported
}

func newBook(account market.AccountID, emit func(market.Body), now func() market.Nanos) *book {
	return &book{
		account: account, emit: emit, now: now,
		orders:   make(map[int64]*entry),
		byClient: make(map[market.ClientOrderID]*entry),
		execs:    make(map[string]*execution),
	}
}

// done says that the order can only trade late.
func (e *entry) done() bool { return e.ended || sameWord(string(e.row.Status), "Filled") }

func (e *entry) venueID() string { return strconv.FormatInt(int64(e.row.OrderID), 10) }

// entryOf finds or makes the order of an id.
func (b *book) entryOf(id int64) *entry {
	e := b.orders[id]
	if e == nil {
		e = new(entry)
		e.row.OrderID = FlexInt(id)
		b.orders[id] = e
	}
	return e
}

// own ties an order to the client order id that it carries.
func (b *book) own(e *entry, client market.ClientOrderID) {
	if client == "" || e.client != "" {
		return
	}
	e.client = client
	if old := b.byClient[client]; old == nil || old.done() {
		b.byClient[client] = e
	}
}

// venueID is IBKR's id of a client's order, "" when it is not known.
func (b *book) venueID(client market.ClientOrderID) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.byClient[client]; e != nil {
		return e.venueID()
	}
	return ""
}

// seen says whether the venue is known to have the client's order.
func (b *book) seen(client market.ClientOrderID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.byClient[client]
	return e != nil && e.announced
}

// begin marks that an order is on its way; the returned function ends that and
// reports the rows that had to wait for its answer.
func (b *book) begin() (end func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.placing = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.placing = false
		held := b.held
		b.held = nil
		for _, e := range held {
			b.report(e)
		}
	}
}

// accepted books a good answer to o: the venue has it under id.
func (b *book) accepted(o *market.Order, id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entryOf(id)
	b.own(e, o.ClientOrderID)
	e.instrument, e.side = o.Instrument, o.Side
	b.announce(e)
}

// replaced books that o's change is in force under id.
func (b *book) replaced(o *market.Order, id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entryOf(id)
	b.own(e, o.ClientOrderID)
	e.instrument, e.side, e.announced = o.Instrument, o.Side, true
	ticket := o.Ticket
	r := b.base(e, market.ExecReplaced)
	r.Ticket = &ticket
	b.emit(r)
}

// answer reports what became of a request when it is no success. What the
// stream has already proved otherwise is dropped.
func (b *book) answer(o *market.Order, t market.ExecType, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &market.ExecReport{
		ExecType: t, ClientOrderID: o.ClientOrderID, VenueOrderID: o.VenueOrderID, Account: b.account,
		Instrument: o.Instrument, Side: o.Side, Text: text, TsEvent: b.now(),
	}
	if e := b.byClient[o.ClientOrderID]; e != nil {
		if e.done() && (t == market.ExecUnknown || t == market.ExecPendingCancel) {
			return
		}
		e.canceling = t == market.ExecPendingCancel
		r.VenueOrderID = e.venueID()
	}
	b.emit(r)
}

// onRow merges a row of the stream and reports what it changes.
func (b *book) onRow(row *OrderRow) {
	if row.OrderID == 0 || row.Account != "" && string(row.Account) != string(b.account) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entryOf(int64(row.OrderID))
	merge(&e.row, row)
	b.own(e, market.ClientOrderID(e.row.OrderRef))
	if e.client == "" && b.placing {
		b.held = append(b.held, e)
		return
	}
	b.report(e)
}

// report tells what the order's status says now, if that is news.
func (b *book) report(e *entry) {
	t, text := verdict(&e.row)
	switch {
	case t == 0, e.ended, t == market.ExecPendingCancel && e.canceling:
		return
	case t == market.ExecNew:
		b.announce(e)
		return
	}
	e.canceling = t == market.ExecPendingCancel
	e.ended = !e.canceling
	r := b.base(e, t)
	r.Text = text
	b.emit(r)
}

// announce reports once that the venue has the order. While it works the
// report says what it is, so that an order of another program can be counted.
func (b *book) announce(e *entry) {
	if e.announced || e.ended {
		return
	}
	e.announced = true
	r := b.base(e, market.ExecNew)
	if t, err := b.ticket(&e.row); err == nil && !e.done() {
		r.Ticket = &t
	}
	b.emit(r)
}

// base is a report with all that is known of the order.
func (b *book) base(e *entry, t market.ExecType) *market.ExecReport {
	cum, _ := qtyOf(e.row.Filled)
	r := &market.ExecReport{
		ExecType: t, ClientOrderID: e.client, VenueOrderID: e.venueID(), Account: b.account,
		Instrument: e.instrument, Side: e.side, CumQty: cum, TsEvent: b.now(),
	}
	if id := b.instruments(int64(e.row.Conid)); id != 0 {
		r.Instrument = id
	}
	if side := sideOf(e.row.Side); side != 0 {
		r.Side = side
	}
	return r
}

// verdict is what a status means, and IBKR's reason for it. Filled only says
// that the venue had the order: fills come from executions. Inactive is no
// verdict by itself, because a new order can start with it.
func verdict(row *OrderRow) (market.ExecType, string) {
	reason := string(row.SystemReason)
	switch strings.ToLower(string(row.Status)) {
	case "presubmitted", "submitted", "filled":
		return market.ExecNew, ""
	case "pendingcancel", "precancelled":
		return market.ExecPendingCancel, ""
	case "cancelled":
		return ending(reason), reason
	case "inactive", "failed":
		if reason != "" {
			return market.ExecRejected, reason
		}
	}
	return 0, ""
}

// ending says how a cancelled order ended, by IBKR's reason.
func ending(reason string) market.ExecType {
	low := strings.ToLower(reason)
	switch {
	case strings.Contains(low, "expire"):
		return market.ExecExpired
	case strings.Contains(low, "reject"):
		return market.ExecRejected
	}
	return market.ExecCanceled
}

// merge lays what a delta says over what is known.
func merge(to, row *OrderRow) {
	mergeText(&to.Account, row.Account)
	mergeText(&to.OrderRef, row.OrderRef)
	mergeText(&to.Side, row.Side)
	mergeText(&to.Status, row.Status)
	mergeText(&to.Type, row.Type)
	mergeText(&to.OrigType, row.OrigType)
	mergeText(&to.TIF, row.TIF)
	mergeText(&to.SystemReason, row.SystemReason)
	mergeNumber(&to.Total, row.Total)
	mergeNumber(&to.Filled, row.Filled)
	mergeNumber(&to.Price, row.Price)
	mergeNumber(&to.AuxPrice, row.AuxPrice)
	mergeNumber(&to.StopPrice, row.StopPrice)
	mergeNumber(&to.AvgPrice, row.AvgPrice)
	if row.Conid != 0 {
		to.Conid = row.Conid
	}
	if row.LastTimeMs != 0 {
		to.LastTimeMs = row.LastTimeMs
	}
	if row.OutsideRTH != nil {
		to.OutsideRTH = row.OutsideRTH
	}
}

func mergeText(to *FlexString, from FlexString) {
	if from != "" {
		*to = from
	}
}

func mergeNumber(to *FlexDecimal, from FlexDecimal) {
	if from.Valid {
		*to = from
	}
}
