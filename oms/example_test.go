package oms_test

import (
	"fmt"

	"gannet/market"
	"gannet/oms"
	"gannet/risk"
)

// A desk takes events and says what to do. Here a signal becomes a request to
// the broker once the session is up, compared, and there is a quote.
func Example() {
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", LotSize: market.Shares(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	gate, err := risk.NewGate(
		risk.AccountLimits{Account: "DU1234567", Paper: true, MaxSubmitsPerSecond: 5, MaxSubmitsPerMinute: 60},
		risk.Limits{
			MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("20000"), PriceCollarPercent: market.MustMoney("3"),
			MaxDataAge: 5 * market.Second, MaxPositionQty: market.Shares(500),
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	desk := oms.NewDesk(oms.Config{Instruments: table, Gate: gate, Cash: market.MustMoney("100000")})
	var fx oms.Effects
	for _, body := range []market.Body{
		&market.BrokerState{Ready: true, Account: "DU1234567", Paper: true, Name: "Brokerage"},
		&market.Snapshot{Orders: market.Known[market.Order](nil), Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil)},
		&market.Tick{Instrument: 1, Bid: market.MustPrice("100"), Ask: market.MustPrice("100.01")},
		&market.Signal{Kind: market.SignalOrder, ID: "dip-spy-1", Strategy: "dip-spy", Ticket: market.BuyMarket(1, market.Shares(10))},
	} {
		fx.Reset()
		desk.Step(&market.Event{TsInit: market.Second, Body: body}, &fx)
	}
	for _, r := range fx.Requests {
		fmt.Println(r.Order.ClientOrderID, r.Order.Side, r.Order.OrderQty, r.Order.Status)
	}
	// Output: dip-spy-1 BUY 10 PendingSubmit
}
