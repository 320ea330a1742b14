package venue

import "gannet/market"

// report queues a report on an order. The result is for the caller to
// complete at once.
func (v *Venue) report(o *order, e market.ExecType) *market.ExecReport {
	return v.queue(market.ExecReport{
		ExecType:      e,
		ClientOrderID: o.ClientOrderID,
		VenueOrderID:  o.VenueOrderID,
		Account:       o.Account,
		Instrument:    o.Instrument,
		Side:          o.Side,
		CumQty:        o.CumQty,
	})
}

// reject refuses a new order.
func (v *Venue) reject(o *market.Order, why error) {
	v.queue(market.ExecReport{
		ExecType:      market.ExecRejected,
		ClientOrderID: o.ClientOrderID,
		Account:       o.Account,
		Instrument:    o.Instrument,
		Side:          o.Side,
		Text:          why.Error(),
	})
}

// refuse refuses a Replace or Cancel. o is nil when there is no open order.
func (v *Venue) refuse(o *order, id market.ClientOrderID, why error) {
	if o != nil {
		v.report(o, market.ExecCancelRejected).Text = why.Error()
		return
	}
	v.queue(market.ExecReport{ExecType: market.ExecCancelRejected, ClientOrderID: id, Text: why.Error()})
}

func (v *Venue) queue(r market.ExecReport) *market.ExecReport {
	r.TsEvent = v.now
	v.reports = append(v.reports, r)
	return &v.reports[len(v.reports)-1]
}
