package wiretest

import "gannet/market"

// Instruments is the table that the events refer to: SPY.ARCA, AAPL.NASDAQ
// and BRK B.NYSE.
func Instruments() *market.Instruments {
	table, err := market.NewInstruments(
		market.Instrument{Name: "SPY.ARCA", Conid: 756733, SecType: "STK", Currency: "USD", TickSize: market.MustPrice("0.01")},
		market.Instrument{Name: "AAPL.NASDAQ", Conid: 265598, SecType: "STK", Currency: "USD", TickSize: market.MustPrice("0.01")},
		market.Instrument{Name: "BRK B.NYSE", Conid: 72063691, SecType: "STK", Currency: "USD", TickSize: market.MustPrice("0.01")},
	)
	if err != nil {
		panic(err)
	}
	return table
}

// At is the time of the first event, 2026-03-02 14:30:00.5 UTC.
const At market.Nanos = 1772461800_500_000_000

// Events holds one event of every kind in the order of the kinds, numbered
// from 1 and a second apart.
func Events() []market.Event {
	bodies := append(quotes(), orders()...)
	bodies = append(bodies, states()...)
	list := make([]market.Event, len(bodies))
	for i, body := range bodies {
		at := At + market.Nanos(i)*market.Second
		list[i] = market.Event{Seq: uint64(i + 1), TsEvent: at, TsInit: at + 250*market.Millisecond, Body: body}
	}
	return list
}

func quotes() []market.Body {
	tick := &market.Tick{
		Instrument: 1, Mask: market.HasBid | market.HasLast | market.HasLastSize, Flags: market.FlagDelayed,
		TsEvent: At, TsInit: At + 250*market.Millisecond,
		Bid: market.MustPrice("450.12"), Ask: market.MustPrice("450.13"), Last: market.MustPrice("450.125"),
		BidSize: market.Shares(300), AskSize: market.Shares(200), LastSize: market.MustQty("12.5"),
	}
	bar := &market.Bar{
		Instrument: 2, Source: market.BidBar, Filled: true, Interval: market.Minute,
		TsEvent: At + market.Second, TsInit: At + market.Second,
		Open: market.MustPrice("190"), High: market.MustPrice("190.5"), Low: market.MustPrice("189.99"),
		Close: market.MustPrice("190.25"), Size: market.Shares(1000),
	}
	return []market.Body{tick, bar}
}

func ticket() market.Ticket {
	return market.Ticket{
		Instrument: 1, Side: market.Buy, Type: market.StopLimit, TimeInForce: market.GTD,
		OrderQty: market.Shares(10), Price: market.MustPrice("451"), StopPx: market.MustPrice("450.5"),
		TrailAmt: market.MustPrice("0.25"), ExpireTime: At + market.Day, OutsideRTH: true,
	}
}

func order() *market.Order {
	return &market.Order{
		Ticket: ticket(), ClientOrderID: "dip-spy-r1-1", VenueOrderID: "1799796559", Strategy: "dip-spy",
		Account: "DU1234567", Status: market.PartiallyFilled, CumQty: market.Shares(4), LeavesQty: market.Shares(6),
		AvgPx: market.MustPrice("450.875"), Text: "partly done", TsInit: At, TsEvent: At + market.Second,
	}
}

func report() *market.ExecReport {
	change := ticket()
	return &market.ExecReport{
		ExecType: market.ExecTrade, ClientOrderID: "dip-spy-r1-1", VenueOrderID: "1799796559",
		ExecID: "0000e0d5.67c4.01.01", Account: "DU1234567", Instrument: 1, Side: market.Buy,
		LastQty: market.Shares(4), LastPx: market.MustPrice("450.875"), CumQty: market.Shares(4),
		Commission: market.MustMoney("1.0035"), CommissionKnown: true, Text: "Bought 4 @ 450.875 <ARCA>",
		Ticket: &change, TsEvent: At + market.Second,
	}
}

func orders() []market.Body {
	signal := &market.Signal{
		Kind: market.SignalOrder, ID: "dip-spy-r1-1", Strategy: "dip-spy", Ticket: ticket(),
		OrigClientOrderID: "dip-spy-r1-0", TargetQty: market.Shares(-5),
		TargetWeight: market.MustMoney("0.25"), TsEvent: At,
	}
	fill := &market.Fill{
		ExecID: "0000e0d5.67c4.01.01", ClientOrderID: "dip-spy-r1-1", VenueOrderID: "1799796559",
		Strategy: "dip-spy", Account: "DU1234567", Instrument: 1, Side: market.Sell, Qty: market.Shares(4),
		Price: market.MustPrice("450.875"), Commission: market.MustMoney("1.0035"), TsEvent: At + market.Second,
	}
	position := &market.Position{
		Strategy: "dip-spy", Account: "DU1234567", Instrument: 1, Qty: market.Shares(-4),
		Cost: market.MustMoney("-1803.5"), RealizedPnL: market.MustMoney("12.34"), Fees: market.MustMoney("1.0035"),
		WorkingBuy: market.Shares(6), WorkingSell: market.Shares(1), TsEvent: At + market.Second,
	}
	return []market.Body{signal, report(), order(), fill, position}
}

func states() []market.Body {
	return []market.Body{
		&market.Timer{Owner: "dip-spy", Name: "close", At: At + market.Hour},
		&market.Command{
			Verb: market.VerbCancel, Strategy: "dip-spy", Instrument: 3, ClientOrderID: "dip-spy-r1-1",
			By: "operator", Reason: "end of test", TsEvent: At,
		},
		&market.BrokerState{
			Ready: true, Account: "DU1234567", Paper: true, Name: "Brokerage", Reason: "logged in", TsEvent: At,
		},
		snapshot(),
		&market.Reconciled{OK: true, Breaks: []string{"SPY.ARCA: desk 4, broker 5"}, TsEvent: At},
		&market.Adjustment{
			Account: "DU1234567", Instrument: 2, Qty: market.MustQty("-0.5"), Price: market.MustPrice("190.25"),
			Reason: "split", TsEvent: At,
		},
		&market.Sent{ClientOrderID: "dip-spy-r1-1", TsEvent: At},
		&market.Alert{Code: "OVERFILL", Text: "order dip-spy-r1-1: 12 filled of 10", TsEvent: At},
	}
}

func snapshot() *market.Snapshot {
	return &market.Snapshot{
		TsEvent: At, Account: "DU1234567",
		Orders: market.Known([]market.Order{*order()}),
		Trades: market.Known([]market.ExecReport{*report()}),
		Positions: market.Known([]market.Holding{
			{Instrument: 1, Name: "SPY.ARCA", Qty: market.Shares(4), AvgPx: market.MustPrice("450.875")},
			{Name: "VOD.LSE", Qty: market.Shares(100)},
		}),
		Cash: market.Unavailable[market.Money]("503 Service Unavailable"),
	}
}
