package strategy

import "gannet/market"

// Hash folds the host's state into one number: positions, open orders, quotes
// and ids. Two runs over the same events agree in it. What strategies keep in
// their own fields is not part of it.
func (h *Host) Hash() market.Digest {
	var d market.Digest
	for _, s := range h.slots {
		d.Text(string(s.id))
		d.Word(s.signals)
		for i := range s.books {
			s.books[i].hash(&d)
		}
		for _, o := range s.open {
			o.hash(&d)
		}
	}
	for i := range h.quotes {
		if len(h.ticks[i]) > 0 {
			d.Quote(&h.quotes[i])
		}
	}
	return d
}

func (b *book) hash(d *market.Digest) {
	p := &b.position
	d.Word(uint64(p.Instrument))
	d.Word(uint64(p.Qty))
	d.Money(p.Cost)
	d.Money(p.RealizedPnL)
	d.Money(p.Fees)
	d.Word(uint64(b.buy))
	d.Word(uint64(b.sell))
	d.Word(uint64(b.unbooked))
}

func (o *order) hash(d *market.Digest) {
	d.Text(string(o.ClientOrderID))
	d.Word(uint64(o.Instrument)<<32 | uint64(o.Side)<<24 | uint64(o.Type)<<16 | uint64(o.TimeInForce)<<8 | uint64(o.Status))
	d.Word(uint64(o.OrderQty))
	d.Word(uint64(o.CumQty))
	d.Word(uint64(o.Price))
	d.Word(uint64(o.StopPx))
	d.Word(uint64(o.buy))
	d.Word(uint64(o.sell))
}
