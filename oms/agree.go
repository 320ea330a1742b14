package oms

import "gannet/market"

// Agrees says that stepping the snapshot would change nothing: the desk and
// the broker see the same. It changes nothing itself.
func (d *Desk) Agrees(s *market.Snapshot) bool {
	if !d.recon.done || s.Account != "" && s.Account != d.account {
		return false
	}
	return s.Orders.Known && s.Trades.Known && s.Positions.Known &&
		d.tradesAgree(s) && d.ordersAgree(s) && d.positionsAgree(s)
}

// News returns the snapshot without what the desk has already and what is over
// on both sides, so that a journal need not keep a whole day's list each time.
// Stepping it does what stepping all of it would do.
func (d *Desk) News(s *market.Snapshot) market.Snapshot {
	news := *s
	news.Trades.List, news.Orders.List = nil, nil
	for i := range s.Trades.List {
		if !d.booked(&s.Trades.List[i]) {
			news.Trades.List = append(news.Trades.List, s.Trades.List[i])
		}
	}
	for i := range s.Orders.List {
		theirs := &s.Orders.List[i]
		ours := d.book.find(theirs.ClientOrderID, theirs.VenueOrderID)
		over := !theirs.Working() && (ours == nil || ours.Status.Terminal() && ours.VenueOrderID == theirs.VenueOrderID)
		if !over {
			news.Orders.List = append(news.Orders.List, *theirs)
		}
	}
	return news
}

func (d *Desk) tradesAgree(s *market.Snapshot) bool {
	for i := range s.Trades.List {
		if !d.booked(&s.Trades.List[i]) {
			return false
		}
	}
	return true
}

// booked says that an execution is booked as it is reported.
func (d *Desk) booked(r *market.ExecReport) bool {
	base, suffix := splitExecID(r.ExecID)
	x := d.execs.byBase[base]
	return x != nil && x.earlier || x != nil && !newer(suffix, x.suffix) && (!r.CommissionKnown || x.commissionKnown && x.fill.Commission.Equal(r.Commission))
}

func (d *Desk) ordersAgree(s *market.Snapshot) bool {
	listed := make(map[*order]struct{}, len(s.Orders.List))
	for i := range s.Orders.List {
		theirs := &s.Orders.List[i]
		ours := d.book.find(theirs.ClientOrderID, theirs.VenueOrderID)
		if ours == nil && !theirs.Working() {
			continue
		}
		if ours == nil || !d.orderAgrees(ours, theirs, s.TsEvent) {
			return false
		}
		listed[ours] = struct{}{}
	}
	agree := true
	d.book.eachOpen(func(o *order) {
		if _, ok := listed[o]; !ok && d.judgeAbsence(o, s) != tooEarly {
			agree = false
		}
	})
	return agree
}

func (d *Desk) orderAgrees(ours *order, theirs *market.Order, at market.Nanos) bool {
	return verdict(ours, theirs, at) == 0 && !revived(ours, theirs, at) && !cancelAgain(ours, theirs, at) &&
		ours.missing == 0 && !ours.cancel && (theirs.VenueOrderID == "" || ours.VenueOrderID == theirs.VenueOrderID)
}

func (d *Desk) positionsAgree(s *market.Snapshot) bool {
	if len(d.recon.differs) > 0 {
		return false
	}
	for i := range d.cfg.Instruments.Len() {
		id := market.InstrumentID(i + 1)
		if Held(s.Positions.List, id) != d.ledger.account[id].Qty {
			return false
		}
	}
	return true
}
