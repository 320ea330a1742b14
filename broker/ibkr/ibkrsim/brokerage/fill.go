package brokerage

import (
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
	Commission market.Money `json:"commission"` // in the product's currency
	Time       market.Nanos `json:"time"`
	Busts      string       `json:"busts,omitempty"`   // the execution that this one takes back
	Version    int          `json:"version,omitempty"` // above 0: it corrects one that was taken back

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
	e.Commission = h.commission(o, e)
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
	h.book(e)
}

// book moves position and cash.
func (h *House) book(e *Execution) {
	a := h.byName[e.Account]
	before := a.realized(e.Conid)
	a.trade(e.Product, e.Signed(), e.Price, e.Time)
	e.Realized = a.realized(e.Conid).Sub(before)
	a.charge(e.Product, e.Commission)
	e.Position = a.Held(e.Conid)
	h.execs = append(h.execs, e)
}

// charge takes a commission out of the cash of the product's currency.
func (a *Account) charge(p *exchange.Product, fee market.Money) {
	a.move(p.Currency, fee.Neg())
	a.fees[p.Currency] = a.fees[p.Currency].Add(fee)
	if h := a.byConid[p.Conid]; h != nil {
		h.Position.Fees = h.Position.Fees.Add(fee)
	}
}

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
// that quantity, at most the old one, and price: a bust, or a correction. The new execution has
// the id with its last part counted up. The error says which execution is not
// known or can no longer be changed.
func (h *House) Amend(id string, qty market.Qty, px market.Price) error {
	i := slices.IndexFunc(h.execs, func(e *Execution) bool { return e.ID == id })
	if i < 0 {
		return fmt.Errorf("brokerage: execution %s: not known", id)
	}
	old := h.execs[i]
	if old.Order == nil || old.Busts != "" || qty < 0 || qty > old.Qty || qty > 0 && px <= 0 {
		return fmt.Errorf("brokerage: execution %s: cannot become %s at %s", id, qty, px)
	}
	back := *old
	back.ID, back.Busts, back.Time = nextVersion(id), id, h.now
	back.Side, back.Commission = opposite(old.Side), old.Commission.Neg()
	h.amend(old.Order, &back, old.Qty)
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
	return nil
}

// amend books the taking back of q of an order.
func (h *House) amend(o *Order, back *Execution, q market.Qty) {
	back.Order = o
	o.Filled -= q
	o.Busted += q
	o.Paid = o.Paid.Sub(market.Notional(back.Price, q, back.Product.Multiplier))
	o.Charged = o.Charged.Add(back.Commission)
	h.book(back)
	h.pending.Execs = append(h.pending.Execs, back)
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
