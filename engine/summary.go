package engine

import (
	"context"

	"gannet/market"
	"gannet/oms"
)

// Summary is what a run did. Counts are of this run; positions are what the
// account's strategies hold at its end.
type Summary struct {
	Mode                 string
	Seconds              float64
	Ticks                uint64
	TicksDropped         uint64
	Signals              uint64
	Orders               OrderCounts
	Fills                int
	Positions            []market.Position
	Equity               market.Money
	Fees                 market.Money
	Reconciled           bool
	Breaks               []string
	BrokerPositionsMatch bool
	Hash                 uint64
}

// OrderCounts counts orders by what became of them. Unknown ones are those
// whose fate is open now.
type OrderCounts struct {
	Submitted int `json:"submitted"`
	Filled    int `json:"filled"`
	Canceled  int `json:"canceled"`
	Rejected  int `json:"rejected"`
	Denied    int `json:"denied"`
	Expired   int `json:"expired"`
	Unknown   int `json:"unknown"`
}

func (c OrderCounts) minus(o oms.Counts) OrderCounts {
	c.Submitted -= o.Submitted
	c.Filled -= o.Filled
	c.Canceled -= o.Canceled
	c.Rejected -= o.Rejected
	c.Denied -= o.Denied
	c.Expired -= o.Expired
	return c
}

// summarize reads the desk; ctx must still be alive for that.
func (e *Engine) summarize(ctx context.Context) Summary {
	s := Summary{
		Mode: e.cfg.Session.Mode, Ticks: e.feed.Ticks(), Signals: e.strategies.signals.Load(),
		Seconds:      float64(e.cfg.Clock.Now()-e.started) / float64(market.Second),
		TicksDropped: e.strategies.inbox.Dropped() + e.runner.inbox.Dropped(),
	}
	read := func(d *oms.Desk) { e.readDesk(d, &s) }
	if !e.runner.Do(ctx, read) {
		return s
	}
	return s
}

func (e *Engine) readDesk(d *oms.Desk, s *Summary) {
	c := d.Counts()
	all := OrderCounts{
		Submitted: c.Submitted, Filled: c.Filled, Canceled: c.Canceled,
		Rejected: c.Rejected, Denied: c.Denied, Expired: c.Expired, Unknown: d.UnknownOrders(),
	}
	s.Orders = all.minus(e.before)
	s.Fills = c.Fills - e.before.Fills
	s.Positions = d.Positions(nil)
	for i := range s.Positions {
		s.Fees = s.Fees.Add(s.Positions[i].Fees)
	}
	s.Equity = d.Equity()
	s.Reconciled = d.Reconciled()
	s.Breaks = append(s.Breaks, d.Breaks()...)
	s.BrokerPositionsMatch = e.positionsMatch(d)
}

// positionsMatch compares the desk's positions with the broker's last answer.
func (e *Engine) positionsMatch(d *oms.Desk) bool {
	snapshot := e.last.get()
	if !snapshot.Positions.Known {
		return false
	}
	for i := range e.cfg.Instruments.Len() {
		id := market.InstrumentID(i + 1)
		if oms.Held(snapshot.Positions.List, id) != d.AccountPosition(id).Qty {
			return false
		}
	}
	return true
}
