package main

import (
	"cmp"
	"slices"

	"gannet/engine"
	"gannet/market"
)

// The rows below are those of a running engine's answer, with exact numbers
// where the answer has texts.

type orderJSON struct {
	engine.OrderView
	Qty    number `json:"qty"`
	Limit  number `json:"limit"`
	Stop   number `json:"stop"`
	Filled number `json:"filled"`
	AvgPx  number `json:"avg_px"`
}

type heldJSON struct {
	engine.PositionView
	Qty           number `json:"qty"`
	AvgPx         number `json:"avg_px"`
	Last          number `json:"last"`
	RealizedPnL   number `json:"realized_pnl"`
	UnrealizedPnL number `json:"unrealized_pnl"`
	Fees          number `json:"fees"`
}

type executionJSON struct {
	engine.FillView
	Qty        number `json:"qty"`
	Price      number `json:"price"`
	Commission number `json:"commission"`
}

type statusJSON struct {
	engine.Status
	Equity number `json:"equity"`
	Cash   number `json:"cash"`
}

// exactReply is the JSON object that a verb prints.
func exactReply(verb string, r *engine.ControlReply) any {
	switch verb {
	case "orders":
		return map[string]any{"orders": convert(r.Orders, func(o engine.OrderView) orderJSON {
			return orderJSON{o, qtyOf(o.Qty), priceOf(o.Limit), priceOf(o.Stop), qtyOf(o.Filled), priceOf(o.AvgPx)}
		})}
	case "positions":
		return map[string]any{"positions": convert(r.Positions, func(p engine.PositionView) heldJSON {
			return heldJSON{p, qtyOf(p.Qty), priceOf(p.AvgPx), priceOf(p.Last), moneyOf(p.RealizedPnL), moneyOf(p.UnrealizedPnL), moneyOf(p.Fees)}
		})}
	case "fills":
		return map[string]any{"fills": convert(r.Fills, func(f engine.FillView) executionJSON {
			return executionJSON{f, qtyOf(f.Qty), priceOf(f.Price), moneyOf(f.Commission)}
		})}
	}
	if r.Status == nil {
		return map[string]any{}
	}
	return statusJSON{*r.Status, number(r.Status.Equity), number(r.Status.Cash)}
}

func convert[A, B any](list []A, fn func(A) B) []B {
	out := make([]B, len(list))
	for i := range list {
		out[i] = fn(list[i])
	}
	return out
}

// listing prints rows, or a word when there are none.
func listing[T any](a *app, none, head string, rows []T, cells func(T) []string) error {
	if len(rows) == 0 {
		_, err := a.out.Write([]byte(none + "\n"))
		return err
	}
	return table(a.out, head, convert(rows, cells))
}

// openFirst puts working orders before done ones, each in the order of time.
func openFirst(orders []engine.OrderView) []engine.OrderView {
	done := func(o engine.OrderView) int {
		var status market.OrdStatus
		if status.UnmarshalText([]byte(o.Status)) == nil && status.Terminal() {
			return 1
		}
		return 0
	}
	sorted := slices.Clone(orders)
	slices.SortStableFunc(sorted, func(x, y engine.OrderView) int {
		return cmp.Or(done(x)-done(y), cmp.Compare(x.Time, y.Time))
	})
	return sorted
}

const (
	orderHead     = "ID INSTRUMENT SIDE QTY TYPE LIMIT STOP TIF STATUS FILLED AVG_PX TEXT"
	heldHead      = "STRATEGY INSTRUMENT QTY AVG_PX LAST REALIZED_PNL UNREALIZED_PNL FEES"
	executionHead = "TIME ORDER INSTRUMENT SIDE QTY PRICE COMMISSION"
)

func orderCells(o engine.OrderView) []string {
	return []string{o.ID, o.Instrument, o.Side.String(), o.Qty.String(), o.Type, priceCell(o.Limit), priceCell(o.Stop), o.TIF,
		o.Status, o.Filled.String(), priceCell(o.AvgPx), o.Text}
}

// priceCell leaves out a price that is not set.
func priceCell(p market.Price) string {
	if p == 0 {
		return "-"
	}
	return p.String()
}

func heldCells(p engine.PositionView) []string {
	strategy := cmp.Or(p.Strategy, "(external)")
	return []string{strategy, p.Instrument, p.Qty.String(), priceCell(p.AvgPx), priceCell(p.Last),
		p.RealizedPnL.String(), p.UnrealizedPnL.String(), p.Fees.String()}
}

func executionCells(f engine.FillView) []string {
	return []string{f.Time.String(), f.Order, f.Instrument, f.Side.String(), f.Qty.String(), f.Price.String(), f.Commission.String()}
}
