package brokerage

import (
	"errors"
	"fmt"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// restore replays the records of a state file and puts the resting orders
// back to work.
func (h *House) restore(records []record) error {
	for i := range records {
		if err := h.replay(&records[i]); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(records) == 0 {
		h.pending.Header = &h.head
		_, err := h.Commit()
		return err
	}
	for _, o := range h.orders {
		h.head.NextOrder = max(h.head.NextOrder, o.ID+1)
		if o.Working() {
			h.resume(o)
		}
	}
	h.prune()
	return h.restoreDays()
}

// resume puts an order back where it was worked.
func (h *House) resume(o *Order) {
	h.now = max(h.now, o.Created)
	h.venue.Advance(o.Created) // so that a DAY order ends on its own day
	h.schedule(o)
	h.wake(h.now)
	switch o.Phase {
	case sent:
		if pegged(o.Ticket.Type) {
			h.held[o.Product.ID] = append(h.held[o.Product.ID], o)
		}
		h.venue.Restore(o.venueOrder())
		if o.Status == PendingCancel {
			o.cancelAt = o.Created
		}
	case held:
		o.due = h.auction(o)
		for _, id := range o.instruments() {
			if o.due == 0 {
				h.held[id] = append(h.held[id], o)
			}
		}
	}
}

func (h *House) replay(r *record) error {
	if r.Header != nil {
		if err := h.replayHeader(r.Header); err != nil {
			return err
		}
	}
	for _, c := range r.Opens {
		if err := h.addAccount(c); err != nil {
			return err
		}
	}
	for i := range r.Listed {
		if err := h.replayListed(&r.Listed[i]); err != nil {
			return err
		}
	}
	for _, coid := range r.Posts {
		h.posts[coid]++
	}
	for _, o := range r.Orders {
		if err := h.replayOrder(o); err != nil {
			return err
		}
	}
	for _, e := range r.Execs {
		if err := h.replayExec(e); err != nil {
			return err
		}
	}
	for _, f := range r.Fills {
		if o := h.byID[f.OrderID]; o != nil {
			o.Filled += f.Qty
			o.Paid = o.Paid.Add(market.Notional(f.Price, f.Qty, 1))
		}
	}
	for _, m := range r.Moves {
		if h.byName[m.Account] == nil {
			return fmt.Errorf("account %s: not among those configured", m.Account)
		}
		h.applyMove(m)
	}
	for _, one := range r.Items {
		h.keep(one)
		if err := h.remember(one); err != nil {
			return err
		}
	}
	return nil
}

func (h *House) replayListed(i *exchange.Instrument) error {
	p := h.exchange.ByConid(i.Conid)
	if p == nil {
		return fmt.Errorf("contract %s: conid %d is not among the instruments", i.Name(), i.Conid)
	}
	h.ends.known[i.Conid] = true
	h.list(p)
	return nil
}

// replayHeader takes over how the accounts began. They must be those that are
// configured now.
func (h *House) replayHeader(f *header) error {
	if f.Version != stateVersion {
		return fmt.Errorf("version %d: want %d", f.Version, stateVersion)
	}
	if got, want := names(f.Accounts), names(h.head.Accounts); got != want {
		return fmt.Errorf("it is of the accounts %s: want %s", got, want)
	}
	h.head = *f
	for _, c := range f.Accounts {
		fresh := newAccount(c)
		*h.byName[c.ID] = *fresh
	}
	return nil
}

func names(list []AccountConfig) string {
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, ", ")
}

func (h *House) replayOrder(o *Order) error {
	if known := h.byID[o.ID]; known != nil {
		known.Ticket, known.Status, known.Reason, known.Changed = o.Ticket, o.Status, o.Reason, o.Changed
		known.Stop, known.Limit, known.Phase, known.Bills, known.Ties = o.Stop, o.Limit, o.Phase, o.Bills, o.Ties
		return nil
	}
	if h.byName[o.Account] == nil {
		return fmt.Errorf("order %d: account %s: not among those configured", o.ID, o.Account)
	}
	if len(o.Legs) > 0 {
		if err := h.Combine(o, o.Legs); err != nil {
			return fmt.Errorf("order %d: %w", o.ID, err)
		}
	} else if o.Product = h.exchange.ByConid(o.Conid); o.Product == nil {
		return fmt.Errorf("order %d: conid %d is not among the instruments", o.ID, o.Conid)
	}
	h.add(o)
	h.listOrder(o)
	return nil
}

func (h *House) replayExec(e *Execution) error {
	o := h.byID[e.OrderID]
	if o == nil {
		return fmt.Errorf("execution %s: order %d is not known", e.ID, e.OrderID)
	}
	if e.Product = h.exchange.ByConid(e.Conid); e.Product == nil || h.byName[e.Account] == nil {
		return errors.New("execution " + e.ID + ": of a contract or an account that is not configured")
	}
	h.nextExec++
	if e.Busts != "" {
		e.Order = o
		h.takeBack(o, e)
		return nil
	}
	h.execute(o, e)
	return nil
}
