package ibkrsim

import "fmt"

// restore replays the records of a state file and puts the resting orders
// back on the venue.
func (b *book) restore(records []record) error {
	for i := range records {
		if err := b.replay(&records[i]); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(records) == 0 {
		b.pending.Header = &b.head
		_, err := b.commit()
		return err
	}
	b.nextExec = uint32(len(b.execs))
	for _, o := range b.orders {
		b.head.NextOrder = max(b.head.NextOrder, o.ID+1)
		o.sent = rowOf(o.row())
		if o.working() {
			b.advance(o.Created) // so that a DAY order ends on its own day
			b.venue.Restore(o.venueOrder())
			o.cancelAt = o.Created
		}
	}
	return nil
}

func (b *book) replay(r *record) error {
	if h := r.Header; h != nil {
		if h.Version != stateVersion || h.Account != b.account {
			return fmt.Errorf("version %d of account %s: want version %d of %s", h.Version, h.Account, stateVersion, b.account)
		}
		b.head, b.cash = *h, h.Cash
	}
	for _, coid := range r.Posts {
		b.posts[coid]++
	}
	for _, o := range r.Orders {
		if err := b.replayOrder(o); err != nil {
			return err
		}
	}
	for _, e := range r.Execs {
		o := b.byID[e.OrderID]
		if o == nil {
			return fmt.Errorf("execution %s: order %d is not known", e.ID, e.OrderID)
		}
		b.execute(o, e)
	}
	return nil
}

func (b *book) replayOrder(o *order) error {
	if known := b.byID[o.ID]; known != nil {
		known.Ticket, known.Status, known.Reason, known.Changed = o.Ticket, o.Status, o.Reason, o.Changed
		known.Ticket.Instrument = known.product.ID
		return nil
	}
	if o.product = b.exchange.ByConid(o.Conid); o.product == nil {
		return fmt.Errorf("order %d: conid %d is not among the instruments", o.ID, o.Conid)
	}
	o.account, o.Ticket.Instrument = b.account, o.product.ID
	b.add(o)
	return nil
}
