package ibkr

import (
	"testing"

	"gannet/market"
)

// Answers recorded from IBKR's servers have to read exactly.
func TestRecordings(t *testing.T) {
	check := func(name string, v any, good func() bool) {
		t.Run(name, func(t *testing.T) {
			body := recording(t, name)
			if text := errorText(body); text != "" {
				t.Errorf("read as the error %q", text)
			}
			unmarshal(t, string(body), v)
			if !good() {
				t.Errorf("%s read as %+v", body, v)
			}
		})
	}
	var status AuthStatus
	check("Session/GET-auth-status", &status, func() bool { return status.Up() && !bool(status.Competing) })
	check("Session/POST-ssodh-init", &status, func() bool { return status.Up() })
	var tickle Tickle
	check("Session/POST-tickle", &tickle, func() bool { return tickle.Session == "abc123def456" && tickle.IServer.AuthStatus.Up() })
	var accounts Accounts
	check("Accounts/GET-iserver-accounts", &accounts, func() bool {
		return len(accounts.Accounts) == 1 && accounts.Accounts[0] == "U1234567" && accounts.Selected == "U1234567" && accounts.IsPaper != nil
	})
	var summary AccountSummary
	check("Accounts/GET-account-summary", &summary, func() bool {
		return summary.NetLiquidation.String() == "1005254" && summary.TotalCash.String() == "971870"
	})
	var stocks map[string][]Stock
	check("Contracts/GET-trsrv-stocks", &stocks, func() bool {
		return stocks["AAPL"][0].Contracts[0] == StockListing{265598, "NASDAQ", true}
	})
	var search []SearchRow
	check("Contracts/GET-secdef-search", &search, func() bool { return search[0].Conid == 756733 && search[0].Exchange == "ARCA" })
	var contract Contract
	check("Contracts/GET-contract-info-and-rules", &contract, func() bool {
		return contract.Conid == 265598 && contract.Currency == "USD" && contract.Rules.Increment.String() == "0.01"
	})
	var quotes []Quote
	check("MarketData/GET-snapshot", &quotes, func() bool {
		return quotes[0].Last.String() == "655.89" && quotes[0].AskSize.String() == "100" && quotes[0].BidSize.String() == "200" && !quotes[0].RealTime()
	})
	var portfolio []PortfolioAccount
	check("Portfolio/GET-portfolio-accounts", &portfolio, func() bool { return portfolio[0].ID == "U1234567" && portfolio[0].Currency == "USD" })
	var positions []PositionRow
	check("Portfolio/GET-portfolio-positions-page0", &positions, func() bool {
		return positions[0].Conid == 320227571 && positions[0].Position.String() == "3" && positions[0].AvgPrice.String() == "584.31333335"
	})
	check("Portfolio/GET-portfolio-position-by-conid", &positions, func() bool { return positions[0].Conid == 756733 && positions[0].Strike.Valid })
	check("Portfolio/GET-portfolio-positions-empty", &positions, func() bool { return len(positions) == 0 })
	var ledger map[string]LedgerRow
	check("Portfolio/GET-portfolio-ledger", &ledger, func() bool { return ledger["BASE"].Cash.String() == "971869.6" })
	var live LiveOrders
	check("Orders/GET-live-orders-empty", &live, func() bool { return len(live.Orders) == 0 && !bool(live.Snapshot) })
	check("Orders/GET-live-orders", &live, func() bool { return goodLiveOrder(&live) })
	var trades []TradeRow
	check("Orders/GET-trades-empty", &trades, func() bool { return len(trades) == 0 })
	check("Orders/GET-trades", &trades, func() bool {
		return sideOf(trades[0].Side) == market.Buy && trades[0].Price.String() == "647.09" && trades[0].OrderRef == "Order123"
	})
	var one OrderStatus
	check("Orders/GET-order-status", &one, func() bool { return one.OrderID == 473740665 && one.Status == "Filled" })
}

func goodLiveOrder(live *LiveOrders) bool {
	b, _ := testBook()
	b.account = "U1234567"
	list, err := b.onOrders(live.Orders)
	return err == nil && len(list) == 1 && list[0].Status == market.Filled && list[0].Type == market.Market &&
		list[0].TimeInForce == market.DAY && list[0].AvgPx == market.MustPrice("647.09") && list[0].VenueOrderID == "473740665"
}

func TestRecordedOrderAnswers(t *testing.T) {
	for name, good := range map[string]func(OrderAnswer) bool{
		"Orders/POST-place-order-submitted":    func(a OrderAnswer) bool { return a.Acks[0].OrderID == "123456789" },
		"Orders/POST-modify-order-submitted":   func(a OrderAnswer) bool { return a.Acks[0].OrderID == "555666777" },
		"Orders/POST-reply-submitted":          func(a OrderAnswer) bool { return a.Acks[0].Status == "PreSubmitted" },
		"Orders/POST-place-order-confirmation": func(a OrderAnswer) bool { return a.Question.MessageIDs[0] == "o354" },
	} {
		t.Run(name, func(t *testing.T) {
			a, err := parseOrderAnswer(recording(t, name))
			if err != nil || !good(a) {
				t.Errorf("answer %+v (%v)", a, err)
			}
		})
	}
}
