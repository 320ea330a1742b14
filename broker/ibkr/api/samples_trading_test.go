package api_test

import (
	"context"

	"gannet/broker/ibkr/api"
)

const (
	account = "DU1234567"
	spy     = 756733
)

// ticket is a limit order with more said by change.
func ticket(change func(t *api.Ticket)) api.Ticket {
	t := api.Ticket{
		Conid: api.IntOf(spy), COID: api.TextOf("dip-1"), OrderType: api.TextOf("LMT"), Side: api.TextOf("BUY"),
		TIF: api.TextOf("DAY"), Quantity: api.IntOf(10), Price: num("457.25"),
	}
	if change != nil {
		change(&t)
	}
	return t
}

func place(list ...api.Ticket) func(ctx context.Context, a *api.API) error {
	return func(ctx context.Context, a *api.API) error { return sent(a.Orders.Place(ctx, account, list...)) }
}

func yes() api.Bool { return api.BoolOf(true) }

func init() {
	sample("Orders.Place", place(ticket(nil)))
	sample("Orders.Place", place(bracket()...))
	sample("Orders.Place", place(
		ticket(func(t *api.Ticket) { t.COID, t.IsSingleGroup = api.TextOf("oca-a"), yes() }),
		ticket(func(t *api.Ticket) { t.COID, t.IsSingleGroup, t.Price = api.TextOf("oca-b"), yes(), num("450") }),
	))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.Conid, t.Conidex = api.Num{}, api.TextOf("28812380;;;756733/1,320227571/-1")
		t.Price = num("-1.5")
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.Strategy = api.TextOf("Vwap")
		t.StrategyParams = api.AlgoParams{"MaxPctVol": api.TextOf("0.1"), "StartTime": api.TextOf("14:00:00 EST"), "AllowPastEndTime": api.BoolText(true)}
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.Quantity, t.CashQty, t.Conid = api.Num{}, num("500.50"), api.IntOf(479624278)
		t.OrderType, t.Price, t.TIF = api.TextOf("MKT"), api.Num{}, api.TextOf("IOC")
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.AllocationPayload = &api.FAOrderInfo{Profile: &api.AllocationProfile{Type: api.TextOf("SHARE"), Allocations: []api.AccountShare{
			{Account: api.TextOf("U1"), Amount: api.IntOf(4)}, {Account: api.TextOf("U2"), Amount: api.IntOf(6)},
		}}}
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.OrderType, t.Price, t.TrailingAmt, t.TrailingType = api.TextOf("TRAIL"), num("450"), num("1.25"), api.TextOf("amt")
		t.Account, t.OutsideRTH, t.AllOrNone, t.UseAdaptive = api.TextOf(account), yes(), yes(), yes()
		t.ExtOperator, t.ManualIndicator, t.TaxOptimizerID, t.Referrer = api.TextOf("me"), api.BoolOf(false), api.TextOf("7"), api.TextOf("QuickTrade")
		t.SecType, t.ListingExchange, t.Ticker = api.TextOf("756733:STK"), api.TextOf("ARCA"), api.TextOf("SPY")
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.OrderType, t.AuxPrice = api.TextOf("STOP_LIMIT"), num("455")
		t.Deactivated, t.ManualOrderTime, t.AllocationMethod = yes(), api.IntOf(1775086883), api.TextOf("E")
		t.CustomerAccount, t.IsProCustomer = api.TextOf("C1"), api.BoolOf(false)
	})))
	sample("Orders.Place", place(ticket(func(t *api.Ticket) {
		t.Conid, t.Price, t.OrderType = api.IntOf(12087792), api.Num{}, api.TextOf("MKT")
		t.Quantity, t.FxQty, t.IsCcyConv = api.Num{}, num("100"), yes()
	})))
	offSpec["Orders.Place#4"] = "a combo has no conid, which the document requires"
	offSpec["Orders.Place#6"] = "a cash quantity has no quantity, which the document requires"
	offSpec["Orders.Place#9"] = "IBKR's documentation has these five fields and the document has not"
	offSpec["Orders.Place#10"] = "a currency conversion has no quantity, which the document requires"
	sample("Orders.WhatIf", func(ctx context.Context, a *api.API) error { return sent(a.Orders.WhatIf(ctx, account, ticket(nil))) })
	sample("Orders.Modify", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Modify(ctx, account, 1799796559, ticket(func(t *api.Ticket) { t.Price = num("458.1") })))
	})
	manual := true
	sample("Orders.Cancel", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Cancel(ctx, account, 1799796559, api.Canceling{}))
	})
	sample("Orders.Cancel", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Cancel(ctx, account, -1, api.Canceling{ExtOperator: "me", ManualIndicator: &manual, ManualTime: 1775086883}))
	})
	sample("Orders.Reply", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Reply(ctx, "99097238-9824-4830-84ef-46979aa22593", true))
	})
	sample("Orders.Notify", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Notify(ctx, api.PromptAnswer{OrderID: api.IntOf(123456789), ReqID: api.TextOf("22170"), Text: api.TextOf("Use on this order")}))
	})
	sample("Orders.Suppress", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Suppress(ctx, "o163", "o354", "p12"))
	})
	sample("Orders.Suppress", func(ctx context.Context, a *api.API) error { return sent(a.Orders.Suppress(ctx, "o123")) })
	offSpec["Orders.Suppress#2"] = "the set of message ids is open; the document's list is not"
	sample("Orders.SuppressReset", func(ctx context.Context, a *api.API) error { return sent(a.Orders.SuppressReset(ctx)) })
	sample("Orders.Status", func(ctx context.Context, a *api.API) error { return sent(a.Orders.Status(ctx, 1799796559)) })
	sample("Orders.Live", func(ctx context.Context, a *api.API) error { return sent(a.Orders.Live(ctx, api.LiveQuery{})) })
	sample("Orders.Live", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Live(ctx, api.LiveQuery{Force: true, Filters: []string{"filled"}}))
	})
	sample("Orders.Live", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Live(ctx, api.LiveQuery{Filters: []string{"filled", "sort_by_time"}}))
	})
	sample("Orders.Live", func(ctx context.Context, a *api.API) error {
		return sent(a.Orders.Live(ctx, api.LiveQuery{Account: account}))
	})
	offSpec["Orders.Live#3"] = "the document's example joins filters with a comma, its schema is a single word"
	offSpec["Orders.Live#4"] = "accountId is in IBKR's documentation and works, and is not in the document"
	sample("Orders.Trades", func(ctx context.Context, a *api.API) error { return sent(a.Orders.Trades(ctx, 7)) })
	sample("Orders.Trades", func(ctx context.Context, a *api.API) error { return sent(a.Orders.Trades(ctx, 0)) })
}

// bracket is a parent with a profit taker and a stop.
func bracket() []api.Ticket {
	child := func(orderType, price string) api.Ticket {
		return ticket(func(t *api.Ticket) {
			t.ParentID, t.COID = t.COID, api.Text{}
			t.OrderType, t.Side, t.Price, t.TIF = api.TextOf(orderType), api.TextOf("SELL"), num(price), api.TextOf("GTC")
		})
	}
	return []api.Ticket{ticket(nil), child("LMT", "470"), child("STP", "440")}
}
