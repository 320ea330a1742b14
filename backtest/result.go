package backtest

import (
	"gannet/market"
	"gannet/oms"
)

// Result is what a backtest came to. Money is in the account's currency and
// exact.
type Result struct {
	DataPoints  uint64
	From, To    market.Nanos // times of the first and last data point
	Orders      int          // sent to the venue
	Denied      int          // refused by the risk gate
	Counts      oms.Counts
	StartEquity market.Money
	EndEquity   market.Money // cash plus holdings at their last price
	Fees        market.Money
	Positions   []market.Position
	OrderList   []market.Order
	Fills       []market.Fill
	Alerts      []market.Alert
	Hash        uint64 // of every tick, order and fill, in order
}

// NetProfit is EndEquity - StartEquity.
func (r *Result) NetProfit() market.Money { return r.EndEquity.Sub(r.StartEquity) }

// tally gathers the result while the replay runs.
type tally struct {
	hash   market.Digest
	from   market.Nanos
	alerts []market.Alert
}

// toTally folds what happened into the hash.
func (m *machine) toTally(ev *market.Event) {
	h := &m.sum.hash
	switch b := ev.Body.(type) {
	case *market.Tick:
		if m.sum.from == 0 {
			m.sum.from = b.TsEvent
		}
		h.Tick(b)
	case *market.Order:
		h.Text(string(b.ClientOrderID))
		h.Word(uint64(b.Status)<<32 | uint64(b.Side))
		h.Word(uint64(b.CumQty))
		h.Word(uint64(b.OrderQty))
		h.Word(uint64(m.now))
	case *market.Fill:
		h.Text(b.ExecID)
		h.Word(uint64(b.SignedQty()))
		h.Word(uint64(b.Price))
		h.Money(b.Commission)
	case *market.Alert:
		m.sum.alerts = append(m.sum.alerts, *b)
	}
}

func (m *machine) result() *Result {
	counts := m.desk.Counts()
	m.sum.hash.Word(m.desk.Hash())
	r := &Result{
		DataPoints: m.points, From: m.sum.from, To: m.now, Counts: counts, Orders: counts.Submitted, Denied: counts.Denied,
		StartEquity: m.cfg.Cash, EndEquity: m.desk.Equity(), Positions: m.desk.Positions(nil), OrderList: m.desk.Orders(nil),
		Fills: m.desk.Fills(nil), Alerts: m.sum.alerts, Hash: uint64(m.sum.hash),
	}
	for i := range r.Positions {
		r.Fees = r.Fees.Add(r.Positions[i].Fees)
	}
	return r
}
