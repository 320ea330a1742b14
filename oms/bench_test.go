package oms_test

import (
	"testing"

	"gannet/market"
	"gannet/oms"
)

func benchDesk(b *testing.B) *oms.Desk {
	d := oms.NewDesk(oms.Config{Instruments: newTable(b), Gate: newGate(b), Cash: market.MustMoney("100000")})
	var fx oms.Effects
	for _, body := range []market.Body{
		&market.BrokerState{Ready: true, Account: account, Paper: true, Name: "Brokerage"},
		&market.Snapshot{Account: account, Orders: market.Known[market.Order](nil), Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil)},
	} {
		d.Step(&market.Event{TsInit: 1, Body: body}, &fx)
	}
	return d
}

// BenchmarkStepTick is the desk's part of every tick.
func BenchmarkStepTick(b *testing.B) {
	d := benchDesk(b)
	var fx oms.Effects
	tick := market.Tick{Instrument: 1, Bid: market.MustPrice("100"), Ask: market.MustPrice("100.02")}
	ev := market.Event{TsInit: 1, Body: &tick}
	b.ReportAllocs()
	for b.Loop() {
		ev.TsInit++
		d.Step(&ev, &fx)
	}
}

// BenchmarkStepOrder is an order's whole life: signal, sent, accepted, filled.
func BenchmarkStepOrder(b *testing.B) {
	d := benchDesk(b)
	var fx oms.Effects
	var ids [20]byte
	tick := market.Tick{Instrument: 1, Bid: market.MustPrice("100"), Ask: market.MustPrice("100.02")}
	now, side := market.Second, market.Buy
	step := func(body market.Body) {
		fx.Reset()
		d.Step(&market.Event{TsInit: now, Body: body}, &fx)
	}
	b.ReportAllocs()
	for b.Loop() {
		now += market.Second
		tick.TsInit = now
		id := market.ClientOrderID(appendInt(ids[:0], int64(now)))
		step(&tick)
		step(&market.Signal{Kind: market.SignalOrder, ID: id, Strategy: "s", Ticket: market.Ticket{
			Instrument: 1, Side: side, Type: market.Market, TimeInForce: market.DAY, OrderQty: market.Shares(1)}})
		step(&market.Sent{ClientOrderID: id})
		step(&market.ExecReport{ExecType: market.ExecNew, ClientOrderID: id, VenueOrderID: string(id)})
		step(&market.ExecReport{ExecType: market.ExecTrade, ClientOrderID: id, ExecID: string(id), Instrument: 1, Side: side,
			LastQty: market.Shares(1), LastPx: tick.Ask, CommissionKnown: true, Commission: market.MustMoney("1")})
		side = side.Opposite()
	}
}

func appendInt(b []byte, n int64) []byte {
	for ; n > 0; n /= 10 {
		b = append(b, byte('0'+n%10))
	}
	return b
}
