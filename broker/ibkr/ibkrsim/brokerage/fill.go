package brokerage

import (
	"cmp"
	"fmt"
	"slices"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Execution is one fill as the state file keeps it. Of a combination it is a
// fill of one leg.
type Execution struct {
	ID         string       `json:"id"`
	OrderID    int64        `json:"order"`
	Account    string       `json:"account"`
	Conid      int64        `json:"conid"`
	Side       market.Side  `json:"side"`
	Qty        market.Qty   `json:"qty"`
	Price      market.Price `json:"price"`
	Commission market.Money `json:"commission"` // in the product's currency, unless CommissionIn says another
	Time       market.Nanos `json:"time"`
	Busts      string       `json:"busts,omitempty"`   // the execution that this one takes back
	Version    int          `json:"version,omitempty"` // above 0: it corrects one that was taken back

	CommissionIn string       `json:"commission_in,omitempty"` // currency
	USD          market.Money `json:"usd,omitzero"`            // value in USD, of currencies

	// When the commission is known and the execution is listed, if that is later
	// than Time.
	CommissionAt market.Nanos `json:"commission_at,omitempty"`
	ListedAt     market.Nanos `json:"listed_at,omitempty"`
	Stray        int64        `json:"stray,omitempty"` // the order id that clients are told instead of OrderID

	Order    *Order            `json:"-"` // nil when it is no longer kept
	Product  *exchange.Product `json:"-"`
	Position market.Qty        `json:"-"` // of the account, after it
	Realized market.Money      `json:"-"` // profit without commission, in the product's currency
}

// Signed is the quantity with the sign of the side.
func (e *Execution) Signed() market.Qty { return e.Qty * market.Qty(e.Side.Sign()) }

// fill books an execution of an order, with its commission.
func (h *House) fill(o *Order, e *Execution) {
	e.OrderID, e.Account, e.Conid, e.Time = o.ID, o.Account, e.Product.Conid, h.now
	h.charge(o, e)
	e.CommissionAt, e.ListedAt = h.lateFee.take(h.now), h.lateList.take(h.now)
	if h.stray > 0 {
		h.stray--
		e.Stray = o.ID ^ 0x3f00
	}
	h.execute(o, e)
	h.pending.Execs = append(h.pending.Execs, e)
	h.changes.Execs = append(h.changes.Execs, e)
}

// execute books an execution into order, position and cash.
func (h *House) execute(o *Order, e *Execution) {
	e.Order = o
	value := market.Notional(e.Price, e.Qty, e.Product.Multiplier)
	if !o.IsCombo() {
		o.Filled += e.Qty
		o.Paid = o.Paid.Add(value)
	}
	if e.Version > 0 {
		o.Busted -= e.Qty
	}
	o.Charged = o.Charged.Add(e.Commission)
	h.post(e)
}

// post moves position and cash.
func (h *House) post(e *Execution) {
	h.list(e.Product)
	h.ends.last[e.Conid] = e.Price
	a := h.byName[e.Account]
	before := a.realized(e.Conid)
	a.trade(e.Product, e.Signed(), e.Price, e.Time)
	e.Realized = a.realized(e.Conid).Sub(before)
	a.pay(e)
	a.settleLater(e)
	e.Position = a.Held(e.Conid)
	h.execs = append(h.execs, e)
}

// FeeCurrency is the currency of the commission.
func (e *Execution) FeeCurrency() string { return cmp.Or(e.CommissionIn, e.Product.Currency) }

// pay takes an execution's commission out of the cash of its currency.
func (a *Account) pay(e *Execution) {
	currency := e.FeeCurrency()
	a.move(currency, e.Commission.Neg())
	a.fees[currency] = a.fees[currency].Add(e.Commission)
	if h := a.byConid[e.Conid]; h != nil {
		h.Position.Fees = h.Position.Fees.Add(e.Commission)
	}
	if e.Busts == "" {
		a.countVolume(e)
	}
}

// delay is a span that the next executions are late by.
type delay struct {
	span market.Nanos
	left int // executions
}

// take is when something is known that is late, 0 when it is not.
func (d *delay) take(now market.Nanos) market.Nanos {
	if d.left == 0 {
		return 0
	}
	d.left--
	return now + d.span
}

// DelayCommissions has the next n executions show their commission so much
// later than they happen. It is booked at once.
func (h *House) DelayCommissions(span market.Nanos, n int) { h.lateFee = delay{span, max(n, 0)} }

// DelayTrades has the next n executions be listed by REST so much later than
// they happen. They are booked at once.
func (h *House) DelayTrades(span market.Nanos, n int) { h.lateList = delay{span, max(n, 0)} }

// StrayTrades has the next n executions name an order id that nobody knows, and
// no order_ref.
func (h *House) StrayTrades(n int) { h.stray = max(n, 0) }

// Executions are those of the accounts since a time, oldest first.
func (h *House) Executions(since market.Nanos, of func(account string) bool) []*Execution {
	from, _ := slices.BinarySearchFunc(h.execs, since, func(e *Execution, at market.Nanos) int {
		if e.Time <= at {
			return -1
		}
		return 1
	})
	var list []*Execution
	for _, e := range h.execs[from:] {
		if of(e.Account) {
			list = append(list, e)
		}
	}
	return list
}

// Amend takes an execution back and, when qty is not 0, books it again with
// another quantity (no larger) and price: a bust, or a correction. The new
// execution has the id with its last part counted up. What is taken back does
// not work again. The error says which execution is not known or can no longer
// be changed; legs of combinations cannot.
func (h *House) Amend(id string, qty market.Qty, px market.Price) error {
	i := slices.IndexFunc(h.execs, func(e *Execution) bool { return e.ID == id && e.Busts == "" })
	if i < 0 {
		return fmt.Errorf("brokerage: execution %s: not known", id)
	}
	old := h.execs[i]
	amended := slices.ContainsFunc(h.execs, func(e *Execution) bool { return e.Busts == id })
	if old.Order == nil || old.Order.IsCombo() || amended || qty < 0 || qty > old.Qty || qty > 0 && px <= 0 {
		return fmt.Errorf("brokerage: execution %s: cannot become %s at %s", id, qty, px)
	}
	back := *old
	back.ID, back.Busts, back.Time = nextVersion(id), id, h.now
	back.Side, back.Commission = opposite(old.Side), old.Commission.Neg()
	h.amend(old.Order, &back)
	if qty > 0 {
		again := *old
		again.ID, again.Qty, again.Price, again.Time = nextVersion(id), qty, px, h.now
		again.Version = old.Version + 1
		h.execute(old.Order, &again)
		h.pending.Execs = append(h.pending.Execs, &again)
		h.changes.Execs = append(h.changes.Execs, &again)
	} else {
		h.changes.Execs = append(h.changes.Execs, &back)
	}
	h.note(old.Order)
	h.endContracts() // what has expired is settled again
	return nil
}

// amend books the taking back of an execution.
func (h *House) amend(o *Order, back *Execution) {
	back.Order = o
	h.takeBack(o, back)
	h.pending.Execs = append(h.pending.Execs, back)
}

// takeBack books the opposite of an execution.
func (h *House) takeBack(o *Order, back *Execution) {
	o.Filled -= back.Qty
	o.Busted += back.Qty
	o.Paid = o.Paid.Sub(market.Notional(back.Price, back.Qty, back.Product.Multiplier))
	o.Charged = o.Charged.Add(back.Commission)
	h.post(back)
}

func opposite(s market.Side) market.Side {
	if s == market.Buy {
		return market.Sell
	}
	return market.Buy
}

// nextVersion counts the last two digits of an execution's id up.
func nextVersion(id string) string {
	var n int
	if _, err := fmt.Sscanf(id[max(0, len(id)-2):], "%d", &n); err != nil {
		return id + ".02"
	}
	return fmt.Sprintf("%s%02d", id[:len(id)-2], n+1)
}
