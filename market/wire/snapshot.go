package wire

import "gannet/market"

// answerBody always says whether the answer is known: one that is left out by
// mistake must not read as "there is nothing".
type answerBody[T any] struct {
	Known  bool   `json:"known"`
	List   []T    `json:"list,omitempty"`
	Reason string `json:"reason,omitempty"`
}

type holdingBody struct {
	Instrument string       `json:"instrument,omitempty"`
	Name       string       `json:"name,omitempty"`
	Qty        market.Qty   `json:"qty,omitempty"`
	AvgPx      market.Price `json:"avg_px,omitempty"`
}

type snapshotBody struct {
	TsEvent   market.Nanos            `json:"ts_event,omitempty"`
	Account   market.AccountID        `json:"account,omitempty"`
	Orders    answerBody[orderBody]   `json:"orders"`
	Trades    answerBody[reportBody]  `json:"trades"`
	Positions answerBody[holdingBody] `json:"positions"`
	Cash      answerBody[money]       `json:"cash"`
}

func (l *lookup) snapshot(s *market.Snapshot) body {
	return &snapshotBody{
		s.TsEvent, s.Account,
		answerBody[orderBody]{s.Orders.Known, each(s.Orders.List, l.order), s.Orders.Reason},
		answerBody[reportBody]{s.Trades.Known, each(s.Trades.List, l.report), s.Trades.Reason},
		answerBody[holdingBody]{s.Positions.Known, each(s.Positions.List, l.holding), s.Positions.Reason},
		answerBody[money]{s.Cash.Known, each(s.Cash.List, toMoney), s.Cash.Reason},
	}
}

func (b *snapshotBody) market(l *lookup, _ *Scratch) market.Body {
	order := func(o *orderBody) market.Order { return *o.order(l) }
	report := func(r *reportBody) market.ExecReport { return *r.report(l) }
	holding := func(h *holdingBody) market.Holding { return h.holding(l) }
	return &market.Snapshot{
		TsEvent: b.TsEvent, Account: b.Account,
		Orders:    market.Answer[market.Order]{Known: b.Orders.Known, List: each(b.Orders.List, order), Reason: b.Orders.Reason},
		Trades:    market.Answer[market.ExecReport]{Known: b.Trades.Known, List: each(b.Trades.List, report), Reason: b.Trades.Reason},
		Positions: market.Answer[market.Holding]{Known: b.Positions.Known, List: each(b.Positions.List, holding), Reason: b.Positions.Reason},
		Cash:      market.Answer[market.Money]{Known: b.Cash.Known, List: each(b.Cash.List, fromMoney), Reason: b.Cash.Reason},
	}
}

func (l *lookup) holding(h *market.Holding) holdingBody {
	return holdingBody{l.name(h.Instrument), h.Name, h.Qty, h.AvgPx}
}

func (b *holdingBody) holding(l *lookup) market.Holding {
	return market.Holding{Instrument: l.id(b.Instrument), Name: b.Name, Qty: b.Qty, AvgPx: b.AvgPx}
}

func toMoney(m *market.Money) money   { return money(*m) }
func fromMoney(m *money) market.Money { return market.Money(*m) }

// each is fn of every element, and nil for an empty list.
func each[A, B any](list []A, fn func(*A) B) (out []B) {
	for i := range list {
		out = append(out, fn(&list[i]))
	}
	return out
}
