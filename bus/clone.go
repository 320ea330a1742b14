package bus

import (
	"slices"

	"gannet/market"
)

// Clone is a copy of ev that shares no memory with it, for a subscriber that
// keeps the event. A body that is not one of Gannet's is shared.
func Clone(ev *market.Event) market.Event {
	out := *ev
	out.Body = cloneBody(ev.Body)
	return out
}

func cloneBody(body market.Body) market.Body {
	switch b := body.(type) {
	case *market.Tick:
		return clone(b)
	case *market.Bar:
		return clone(b)
	case *market.Signal:
		return clone(b)
	case *market.ExecReport:
		r := cloneReport(*b)
		return &r
	case *market.Order:
		return clone(b)
	case *market.Fill:
		return clone(b)
	case *market.Position:
		return clone(b)
	case *market.Timer:
		return clone(b)
	case *market.Command:
		return clone(b)
	case *market.BrokerState:
		return clone(b)
	case *market.Snapshot:
		return cloneSnapshot(b)
	case *market.Reconciled:
		r := clone(b)
		r.Breaks = slices.Clone(b.Breaks)
		return r
	case *market.Adjustment:
		return clone(b)
	case *market.Sent:
		return clone(b)
	case *market.Alert:
		return clone(b)
	}
	return body
}

func clone[T any](v *T) *T {
	out := *v
	return &out
}

func cloneReport(r market.ExecReport) market.ExecReport {
	if r.Ticket != nil {
		r.Ticket = clone(r.Ticket)
	}
	return r
}

func cloneSnapshot(s *market.Snapshot) *market.Snapshot {
	out := clone(s)
	out.Orders.List = slices.Clone(s.Orders.List)
	out.Trades.List = slices.Clone(s.Trades.List)
	for i, r := range out.Trades.List {
		out.Trades.List[i] = cloneReport(r)
	}
	out.Positions.List = slices.Clone(s.Positions.List)
	out.Cash.List = slices.Clone(s.Cash.List)
	return out
}
