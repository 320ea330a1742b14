package api_test

import (
	"context"
	"time"

	"gannet/broker/ibkr/api"
)

var sampleTime = time.Date(2026, 4, 2, 13, 30, 0, 0, time.UTC)

func init() {
	sample("Session.AuthStatus", func(ctx context.Context, a *api.API) error { return sent(a.Session.AuthStatus(ctx)) })
	sample("Session.Init", func(ctx context.Context, a *api.API) error {
		return sent(a.Session.Init(ctx, api.SessionInit{Publish: yes(), Compete: yes()}))
	})
	sample("Session.Tickle", func(ctx context.Context, a *api.API) error { return sent(a.Session.Tickle(ctx)) })
	sample("Session.Logout", func(ctx context.Context, a *api.API) error { return sent(a.Session.Logout(ctx)) })
	sample("Session.Validate", func(ctx context.Context, a *api.API) error { return sent(a.Session.Validate(ctx)) })
	sample("Session.Reauthenticate", func(ctx context.Context, a *api.API) error { return sent(a.Session.Reauthenticate(ctx)) })

	sample("Accounts.Tradable", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Tradable(ctx)) })
	sample("Accounts.Switch", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Switch(ctx, account)) })
	sample("Accounts.SearchDynamic", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.SearchDynamic(ctx, "U12")) })
	sample("Accounts.SetDynamic", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.SetDynamic(ctx, account)) })
	sample("Accounts.PnL", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.PnL(ctx)) })
	sample("Accounts.Owners", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Owners(ctx, account)) })
	sample("Accounts.Summary", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Summary(ctx, account)) })
	sample("Accounts.AvailableFunds", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.AvailableFunds(ctx, account)) })
	sample("Accounts.Balances", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Balances(ctx, account)) })
	sample("Accounts.Margins", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.Margins(ctx, account)) })
	sample("Accounts.MarketValue", func(ctx context.Context, a *api.API) error { return sent(a.Accounts.MarketValue(ctx, account)) })
}

func init() {
	sample("Portfolio.Accounts", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Accounts(ctx)) })
	sample("Portfolio.Subaccounts", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Subaccounts(ctx)) })
	sample("Portfolio.SubaccountsPage", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.SubaccountsPage(ctx, 0)) })
	sample("Portfolio.Meta", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Meta(ctx, account)) })
	sample("Portfolio.Allocation", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Allocation(ctx, account, "m")) })
	sample("Portfolio.ConsolidatedAllocation", func(ctx context.Context, a *api.API) error {
		return sent(a.Portfolio.ConsolidatedAllocation(ctx, account, "U1"))
	})
	sample("Portfolio.Summary", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Summary(ctx, account)) })
	sample("Portfolio.Ledger", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Ledger(ctx, account)) })
	sample("Portfolio.Positions", func(ctx context.Context, a *api.API) error {
		return sent(a.Portfolio.Positions(ctx, account, 2, api.PositionsQuery{Model: "m", Sort: "position", Direction: "d", WaitForSecDef: true}))
	})
	sample("Portfolio.Positions", func(ctx context.Context, a *api.API) error {
		return sent(a.Portfolio.Positions(ctx, account, 0, api.PositionsQuery{Period: "1D"}))
	})
	offSpec["Portfolio.Positions#2"] = "period is described in prose only"
	sample("Portfolio.Positions2", func(ctx context.Context, a *api.API) error {
		return sent(a.Portfolio.Positions2(ctx, account, api.PositionsQuery{}))
	})
	sample("Portfolio.ComboPositions", func(ctx context.Context, a *api.API) error {
		return sent(a.Portfolio.ComboPositions(ctx, account, true))
	})
	sample("Portfolio.Position", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Position(ctx, account, spy)) })
	sample("Portfolio.PositionByConid", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.PositionByConid(ctx, spy)) })
	sample("Portfolio.Invalidate", func(ctx context.Context, a *api.API) error { return sent(a.Portfolio.Invalidate(ctx, account)) })

	sample("Analyst.Performance", func(ctx context.Context, a *api.API) error { return sent(a.Analyst.Performance(ctx, "1M", account)) })
	sample("Analyst.Performance", func(ctx context.Context, a *api.API) error { return sent(a.Analyst.Performance(ctx, "1Y", account)) })
	offSpec["Analyst.Performance#2"] = "1Y works; the document's list has 12M instead"
	sample("Analyst.AllPeriods", func(ctx context.Context, a *api.API) error { return sent(a.Analyst.AllPeriods(ctx, account)) })
	sample("Analyst.Transactions", func(ctx context.Context, a *api.API) error {
		return sent(a.Analyst.Transactions(ctx, api.TransactionsRequest{
			AcctIDs: []string{account}, Conids: []int64{spy}, Currency: "USD", Days: api.IntOf(30),
		}))
	})
	sample("Analyst.Summary", func(ctx context.Context, a *api.API) error { return sent(a.Analyst.Summary(ctx, account)) })
}

func init() {
	search := api.SearchRequest{
		Symbol: api.TextOf("BRK B"), SecType: api.TextOf("STK"), Name: api.BoolOf(false), More: yes(), Fund: yes(),
		FundFamilyConidEx: api.TextOf("x"), Pattern: yes(), Referrer: api.TextOf("onebar"),
	}
	sample("Contracts.Search", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.Search(ctx, search)) })
	sample("Contracts.SearchPost", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.SearchPost(ctx, search)) })
	sample("Contracts.Strikes", func(ctx context.Context, a *api.API) error {
		return sent(a.Contracts.Strikes(ctx, api.StrikesRequest{Conid: spy, SecType: "OPT", Month: "JAN26", Exchange: "SMART"}))
	})
	sample("Contracts.Details", func(ctx context.Context, a *api.API) error {
		return sent(a.Contracts.Details(ctx, api.InfoRequest{
			Conid: spy, SecType: "OPT", Month: "JAN26", Exchange: "SMART", Strike: num("655.5"), Right: "C", IssuerID: "e1", Filters: "f",
		}))
	})
	sample("Contracts.BondFilters", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.BondFilters(ctx, "e1400715")) })
	sample("Contracts.Info", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.Info(ctx, spy)) })
	sample("Contracts.InfoAndRules", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.InfoAndRules(ctx, spy)) })
	sample("Contracts.Rules", func(ctx context.Context, a *api.API) error {
		return sent(a.Contracts.Rules(ctx, api.RulesRequest{Conid: spy, IsBuy: yes(), ModifyOrder: yes(), OrderID: api.IntOf(7)}))
	})
	sample("Contracts.Algos", func(ctx context.Context, a *api.API) error {
		return sent(a.Contracts.Algos(ctx, api.AlgosRequest{Conid: spy, Algos: "Adaptive", Descriptions: true, Parameters: true}))
	})
	sample("Contracts.CurrencyPairs", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.CurrencyPairs(ctx, "USD")) })
	sample("Contracts.ExchangeRate", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.ExchangeRate(ctx, "USD", "EUR")) })
	sample("Contracts.Stocks", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.Stocks(ctx, "AAPL", "MSFT")) })
	sample("Contracts.Futures", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.Futures(ctx, "CME", "ES", "NQ")) })
	sample("Contracts.SecDef", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.SecDef(ctx, spy, 265598)) })
	sample("Contracts.AllConids", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.AllConids(ctx, "NASDAQ")) })
	sample("Contracts.Schedule", func(ctx context.Context, a *api.API) error { return sent(a.Contracts.Schedule(ctx, spy, "ARCA")) })
	sample("Contracts.VenueSchedule", func(ctx context.Context, a *api.API) error {
		return sent(a.Contracts.VenueSchedule(ctx, api.VenueScheduleRequest{AssetClass: "STK", Symbol: "SPY", Exchange: "ARCA", ExchangeFilter: "ARCA"}))
	})
}

func init() {
	sample("MarketData.Snapshot", func(ctx context.Context, a *api.API) error {
		return sent(a.MarketData.Snapshot(ctx, []int64{265598, 8314}, api.FieldLast, api.FieldBid, api.FieldAskSize))
	})
	sample("MarketData.Snapshot", func(ctx context.Context, a *api.API) error {
		return sent(a.MarketData.Snapshot(ctx, []int64{265598}, api.FieldBid))
	})
	offSpec["MarketData.Snapshot#1"] = "lists with commas, which the document describes and its schema does not allow"
	sample("MarketData.Unsubscribe", func(ctx context.Context, a *api.API) error { return sent(a.MarketData.Unsubscribe(ctx, spy)) })
	sample("MarketData.UnsubscribeOld", func(ctx context.Context, a *api.API) error { return sent(a.MarketData.UnsubscribeOld(ctx, spy)) })
	sample("MarketData.UnsubscribeAll", func(ctx context.Context, a *api.API) error { return sent(a.MarketData.UnsubscribeAll(ctx)) })
	sample("MarketData.History", func(ctx context.Context, a *api.API) error {
		return sent(a.MarketData.History(ctx, api.HistoryRequest{
			Conid: spy, Period: "8h", Bar: "1min", Exchange: "SMART", OutsideRTH: true, End: sampleTime, Source: "Last",
		}))
	})
	sample("MarketData.HMDSInit", func(ctx context.Context, a *api.API) error { return sent(a.MarketData.HMDSInit(ctx)) })
	sample("MarketData.HMDSHistory", func(ctx context.Context, a *api.API) error {
		return sent(a.MarketData.HMDSHistory(ctx, api.HMDSRequest{Conid: spy, Period: "1d", Bar: "1mins", BarType: "FeeRate", End: sampleTime}))
	})

	sample("Scanner.Params", func(ctx context.Context, a *api.API) error { return sent(a.Scanner.Params(ctx)) })
	scan := func(price string) func(ctx context.Context, a *api.API) error {
		return func(ctx context.Context, a *api.API) error {
			return sent(a.Scanner.Run(ctx, api.ScanRequest{
				Instrument: api.TextOf("STK"), Type: api.TextOf("TOP_PERC_GAIN"), Location: api.TextOf("STK.US.MAJOR"),
				Filter: []api.ScanValue{{Code: api.TextOf("priceAbove"), Value: num(price)}},
			}))
		}
	}
	sample("Scanner.Run", scan("5.5"))
	sample("Scanner.Run", scan("5"))
	offSpec["Scanner.Run#2"] = "a whole number is an integer and a number, and the document wants one of the two"
	sample("Scanner.HMDSRun", func(ctx context.Context, a *api.API) error {
		return sent(a.Scanner.HMDSRun(ctx, api.HMDSScan{Instrument: api.TextOf("BOND"), MaxItems: api.IntOf(25)}))
	})
}
