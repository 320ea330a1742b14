package venue_test

import (
	"fmt"
	"testing"

	"gannet/broker/venue"
	"gannet/market"
)

// resting is a venue in its session with n orders of all kinds that no tick
// of the market below fills.
func resting(profile string, n int) (*venue.Venue, *market.Tick) {
	p, err := venue.Lookup(profile)
	check(err)
	v := venue.New(venue.Config{Instruments: instruments(market.USEquity(nyc)), Profile: p})
	v.Advance(newYork("2024-03-04 10:00:00"))
	kinds := []market.Ticket{
		{Type: market.Limit, Price: px("90")},
		{Type: market.Stop, StopPx: px("120")},
		{Type: market.StopLimit, StopPx: px("120"), Price: px("121")},
		{Type: market.TrailingStop, TrailAmt: px("9")},
	}
	for i := range n {
		t := kinds[i%len(kinds)]
		t.Instrument, t.Side, t.TimeInForce, t.OrderQty = 1, market.Buy, market.DAY, market.Shares(100)
		v.Submit(&market.Order{Ticket: t, ClientOrderID: market.ClientOrderID(fmt.Sprint("o", i))})
	}
	v.Reports()
	return v, &market.Tick{
		Instrument: 1, TsEvent: v.Now(), Bid: px("100"), Ask: px("100.02"), Last: px("100.01"),
		BidSize: market.Shares(300), AskSize: market.Shares(200), LastSize: market.Shares(10),
		Mask: market.HasBid | market.HasBidSize | market.HasAsk | market.HasAskSize | market.HasLast | market.HasLastSize,
	}
}

func BenchmarkOnTick(b *testing.B) {
	for _, profile := range venue.Names() {
		for _, n := range []int{0, 1, 20} {
			b.Run(fmt.Sprintf("%s/open=%d", profile, n), func(b *testing.B) {
				v, tick := resting(profile, n)
				b.ReportAllocs()
				for b.Loop() {
					tick.TsEvent += market.Nanos(1000)
					v.OnTick(tick)
				}
			})
		}
	}
}

func BenchmarkSubmitFill(b *testing.B) {
	v, tick := resting("gannet", 0)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		v.OnTick(tick)
		v.Submit(&market.Order{Ticket: market.BuyMarket(1, market.Shares(100)), ClientOrderID: market.ClientOrderID(fmt.Sprint(n))})
		if len(v.Reports()) != 2 {
			b.Fatal("want New and Trade")
		}
	}
}

func TestTickWithoutFillAllocatesNothing(t *testing.T) {
	for _, profile := range venue.Names() {
		v, tick := resting(profile, 20)
		allocs := testing.AllocsPerRun(1000, func() {
			tick.TsEvent += market.Millisecond
			v.OnTick(tick)
		})
		if open := len(v.Open(nil)); allocs != 0 || open != 20 {
			t.Errorf("%s: %v allocations a tick with %d open orders, want 0 with 20", profile, allocs, open)
		}
	}
}
