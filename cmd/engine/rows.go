package main

import (
	"gannet/market"
)

// positionRow is a strategy's holding.
type positionRow struct {
	Strategy    string `json:"strategy"` // empty: not from a strategy of ours
	Instrument  string `json:"instrument"`
	Qty         number `json:"qty"`
	AvgPx       number `json:"avg_px"`
	RealizedPnL number `json:"realized_pnl"` // without fees
	Fees        number `json:"fees"`
}

const positionHead = "STRATEGY INSTRUMENT QTY AVG_PX REALIZED_PNL FEES"

func (r positionRow) cells() []string {
	return []string{r.Strategy, r.Instrument, string(r.Qty), string(r.AvgPx), string(r.RealizedPnL), string(r.Fees)}
}

func positionRows(t *market.Instruments, positions []market.Position) []positionRow {
	rows := make([]positionRow, len(positions))
	for i := range positions {
		p := &positions[i]
		var multiplier int64
		if in := t.Get(p.Instrument); in != nil {
			multiplier = in.Multiplier
		}
		rows[i] = positionRow{
			Strategy: string(p.Strategy), Instrument: t.Name(p.Instrument), Qty: qtyOf(p.Qty), AvgPx: priceOf(p.AvgPx(multiplier)),
			RealizedPnL: moneyOf(p.RealizedPnL), Fees: moneyOf(p.Fees),
		}
	}
	return rows
}

// fillRow is one execution.
type fillRow struct {
	Time          market.Nanos `json:"time"`
	Instrument    string       `json:"instrument"`
	Strategy      string       `json:"strategy"`
	Order         string       `json:"order"` // the venue's id
	ClientOrderID string       `json:"client_order_id"`
	Side          market.Side  `json:"side"`
	Qty           number       `json:"qty"`
	Price         number       `json:"price"`
	Fee           number       `json:"fee"`
}

const fillHead = "TIME INSTRUMENT STRATEGY ORDER SIDE QTY PRICE FEE"

func (r fillRow) cells() []string {
	return []string{r.Time.String(), r.Instrument, r.Strategy, r.ClientOrderID, r.Side.String(), string(r.Qty), string(r.Price), string(r.Fee)}
}

func fillRows(t *market.Instruments, fills []market.Fill) []fillRow {
	rows := make([]fillRow, len(fills))
	for i := range fills {
		f := &fills[i]
		rows[i] = fillRow{
			Time: f.TsEvent, Instrument: t.Name(f.Instrument), Strategy: string(f.Strategy), Order: f.VenueOrderID,
			ClientOrderID: string(f.ClientOrderID), Side: f.Side, Qty: qtyOf(f.Qty), Price: priceOf(f.Price), Fee: moneyOf(f.Commission),
		}
	}
	return rows
}
