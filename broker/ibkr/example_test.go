package ibkr_test

import (
	"context"
	"fmt"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// A whole session against the simulator of the Web API: connect, buy, see the
// fill, stop. With a real gateway only the address, pin and account differ.
func Example() {
	sim, err := ibkrsim.Start(ibkrsim.Options{Manual: true, Timing: ibkrsim.Timing{Bridge: time.Millisecond}})
	if err != nil {
		panic(err)
	}
	defer sim.Close()
	quote := ibkrsim.Quote{Bid: market.MustPrice("655"), Ask: market.MustPrice("655.02"), BidSize: market.Shares(500), AskSize: market.Shares(500)}
	if err := sim.SetPrice("SPY", quote); err != nil {
		panic(err)
	}
	instruments, _ := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", SecType: "STK", Currency: "USD"})
	broker, err := ibkr.New(ibkr.Config{
		BaseURL: sim.URL(), Pin: sim.Pin(), Account: "DU1000001", Paper: true, Instruments: instruments,
		Questions: ibkr.Questions{Confirm: []string{"o354"}},
		Timeouts:  ibkr.Timeouts{Status: 5 * time.Millisecond},
	})
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	err = broker.Run(ctx, func(body market.Body) {
		switch b := body.(type) {
		case *market.BrokerState:
			if b.Ready {
				broker.Submit(market.Order{ClientOrderID: "example-1", Ticket: market.BuyMarket(1, market.Shares(10))})
			}
		case *market.ExecReport:
			if b.ExecType == market.ExecTrade {
				fmt.Printf("%s %s %s at %s\n", b.ClientOrderID, b.Side, b.LastQty, b.LastPx)
				stop()
			}
		}
	})
	fmt.Println(err)
	// Output:
	// example-1 BUY 10 at 655.02
	// <nil>
}

// A program that only watches: profit and loss of all accounts, and one
// contract. A slow reader gets the newest state of each.
func ExampleAdapter_Stream() {
	watch := func(ctx context.Context, a *ibkr.Adapter) error {
		quotes := a.Stream().Quotes([]string{"31", "84", "86"}, "265598", "756733")
		defer quotes.Close()
		for {
			q, err := quotes.Next(ctx)
			if err != nil {
				return err // ctx has ended, or the feed was closed
			}
			fmt.Println(q.Target, q.Number("84"), q.Number("86"))
		}
	}
	_ = watch
}

// A client alone, without the adapter. With "api" for the address and
// OAuth1Files or OAuth2Files for Auth it speaks to IBKR directly.
func ExampleNewClient() {
	sim, err := ibkrsim.Start(ibkrsim.Options{Manual: true})
	if err != nil {
		panic(err)
	}
	defer sim.Close()
	pin, cert, err := ibkr.RecordPin(context.Background(), sim.URL())
	if err != nil {
		panic(err)
	}
	c, err := ibkr.NewClient(ibkr.ClientConfig{BaseURL: sim.URL(), Pin: pin, Account: "DU1000001"})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	_, err = c.InitSession(context.Background(), false)
	fmt.Println(pin == sim.Pin(), cert.Trusted, err)
	// Output: true false <nil>
}
