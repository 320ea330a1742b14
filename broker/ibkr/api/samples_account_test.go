package api_test

import (
	"context"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/api"
)

func num(s string) api.Num { return api.NumOf(decimal.RequireFromString(s)) }

func init() {
	sample("Alerts.List", func(ctx context.Context, a *api.API) error { return sent(a.Alerts.List(ctx, account)) })
	sample("Alerts.Details", func(ctx context.Context, a *api.API) error { return sent(a.Alerts.Details(ctx, 9876543210)) })
	sample("Alerts.MTA", func(ctx context.Context, a *api.API) error { return sent(a.Alerts.MTA(ctx)) })
	sample("Alerts.Create", func(ctx context.Context, a *api.API) error { return sent(a.Alerts.Create(ctx, account, alert())) })
	sample("Alerts.Create", func(ctx context.Context, a *api.API) error {
		t := alert()
		t.OrderID, t.TIF, t.ExpireTime, t.Email = api.IntOf(1408549184), api.TextOf("GTD"), api.TextOf("20271231-12:00:00"), api.TextOf("a@example.com")
		t.SendMessage, t.ShowPopup, t.ITWSOnly = api.IntOf(1), api.IntOf(1), api.IntOf(0)
		return sent(a.Alerts.Create(ctx, account, t))
	})
	sample("Alerts.Activate", func(ctx context.Context, a *api.API) error {
		return sent(a.Alerts.Activate(ctx, account, 100001, true))
	})
	sample("Alerts.Activate", func(ctx context.Context, a *api.API) error {
		return sent(a.Alerts.Activate(ctx, account, 100001, false))
	})
	sample("Alerts.Delete", func(ctx context.Context, a *api.API) error { return sent(a.Alerts.Delete(ctx, account, 9876543210)) })

	sample("Watchlists.List", func(ctx context.Context, a *api.API) error { return sent(a.Watchlists.List(ctx, true)) })
	sample("Watchlists.List", func(ctx context.Context, a *api.API) error { return sent(a.Watchlists.List(ctx, false)) })
	sample("Watchlists.Get", func(ctx context.Context, a *api.API) error { return sent(a.Watchlists.Get(ctx, "99999")) })
	sample("Watchlists.Create", func(ctx context.Context, a *api.API) error {
		return sent(a.Watchlists.Create(ctx, "99999", "mine", []api.WatchlistRow{{Conid: spy}, {Headline: ""}}))
	})
	sample("Watchlists.Create", func(ctx context.Context, a *api.API) error { return sent(a.Watchlists.Create(ctx, "1", "empty", nil)) })
	sample("Watchlists.Delete", func(ctx context.Context, a *api.API) error { return sent(a.Watchlists.Delete(ctx, "99999")) })

	sample("FYI.Unread", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Unread(ctx)) })
	sample("FYI.Settings", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Settings(ctx)) })
	sample("FYI.Set", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Set(ctx, "BA", false)) })
	sample("FYI.Set", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Set(ctx, "PF", true)) })
	offSpec["FYI.Set#2"] = "the set of kinds is open; the document's list is not"
	sample("FYI.Disclaimer", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Disclaimer(ctx, "BA")) })
	sample("FYI.ReadDisclaimer", func(ctx context.Context, a *api.API) error { return sent(a.FYI.ReadDisclaimer(ctx, "BA")) })
	sample("FYI.Delivery", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Delivery(ctx)) })
	sample("FYI.SetEmail", func(ctx context.Context, a *api.API) error { return sent(a.FYI.SetEmail(ctx, true)) })
	sample("FYI.SetDevice", func(ctx context.Context, a *api.API) error {
		return sent(a.FYI.SetDevice(ctx, api.FYIDeviceTicket{Name: api.TextOf("phone"), ID: api.TextOf("id-1"), UIName: api.TextOf("Phone"), Enabled: yes()}))
	})
	sample("FYI.RemoveDevice", func(ctx context.Context, a *api.API) error { return a.FYI.RemoveDevice(ctx, "id-1") })
	sample("FYI.Notifications", func(ctx context.Context, a *api.API) error {
		return sent(a.FYI.Notifications(ctx, api.NotificationQuery{}))
	})
	sample("FYI.Notifications", func(ctx context.Context, a *api.API) error {
		return sent(a.FYI.Notifications(ctx, api.NotificationQuery{Max: 5, Include: []string{"MF", "OE"}, Exclude: []string{"BA"}, After: "2026040190532092"}))
	})
	sample("FYI.More", func(ctx context.Context, a *api.API) error { return sent(a.FYI.More(ctx, "2026040190532092")) })
	sample("FYI.Read", func(ctx context.Context, a *api.API) error { return sent(a.FYI.Read(ctx, "2026040190532092")) })
	forecastSamples()
	advisorSamples()
	oauthSamples()
}

func alert() api.AlertTicket {
	return api.AlertTicket{
		Name: api.TextOf("SPY low"), Message: api.TextOf("SPY is low"), Repeatable: api.IntOf(0), OutsideRTH: api.IntOf(0), TIF: api.TextOf("GTC"),
		Conditions: []api.AlertTicketRow{{
			Type: api.IntOf(1), Conidex: api.TextOf("756733@SMART"), Operator: api.TextOf("<="), TriggerMethod: api.TextOf("0"),
			Value: api.TextOf("1.00"), LogicBind: api.TextOf("n"),
		}},
	}
}

func forecastSamples() {
	const yesConid = 722489372
	sample("Forecast.Categories", func(ctx context.Context, a *api.API) error { return sent(a.Forecast.Categories(ctx)) })
	sample("Forecast.Market", func(ctx context.Context, a *api.API) error {
		return sent(a.Forecast.Market(ctx, 658663572, "FORECASTX"))
	})
	sample("Forecast.Details", func(ctx context.Context, a *api.API) error { return sent(a.Forecast.Details(ctx, yesConid)) })
	sample("Forecast.Rules", func(ctx context.Context, a *api.API) error { return sent(a.Forecast.Rules(ctx, yesConid)) })
	sample("Forecast.Schedules", func(ctx context.Context, a *api.API) error { return sent(a.Forecast.Schedules(ctx, yesConid)) })
}

func advisorSamples() {
	group := api.AllocationGroup{
		Name: api.TextOf("Group_1_Shares"), Method: api.TextOf("S"),
		Accounts: []api.AllocationMember{{Name: api.TextOf("U456789"), Amount: api.IntOf(4)}, {Name: api.TextOf("U123456"), Amount: num("0.5")}},
	}
	sample("Allocation.Accounts", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Accounts(ctx)) })
	sample("Allocation.Groups", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Groups(ctx)) })
	sample("Allocation.Group", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Group(ctx, "g")) })
	sample("Allocation.Add", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Add(ctx, group)) })
	sample("Allocation.Change", func(ctx context.Context, a *api.API) error {
		group.PrevName = api.TextOf("Group_0_Shares")
		return sent(a.Allocation.Change(ctx, group))
	})
	sample("Allocation.Delete", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Delete(ctx, "g")) })
	sample("Allocation.Presets", func(ctx context.Context, a *api.API) error { return sent(a.Allocation.Presets(ctx)) })
	sample("Allocation.SetPresets", func(ctx context.Context, a *api.API) error {
		return sent(a.Allocation.SetPresets(ctx, api.AllocationPresets{
			GroupAutoClose: yes(), Method: api.TextOf("AvailableEquity"), ProfilesAutoClose: yes(), StrictCreditCheck: yes(), ProportionalGroups: yes(),
		}))
	})
	q := api.ModelQuery{ReqID: api.IntOf(540608), Model: api.TextOf("USModel")}
	sample("Models.List", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.List(ctx, api.ModelQuery{ReqID: api.IntOf(1), SubscriptionKey: api.TextOf("")}))
	})
	sample("Models.Summary", func(ctx context.Context, a *api.API) error { return sent(a.Models.Summary(ctx, q)) })
	sample("Models.Positions", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Positions(ctx, api.ModelPositionQuery{
			ReqID: api.IntOf(2), Model: q.Model, SortField: api.TextOf("mv"), SortDirection: api.TextOf("DESC"), Limit: api.IntOf(10),
		}))
	})
	sample("Models.Accounts", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Accounts(ctx, api.ModelAccountsQuery{ReqID: api.IntOf(3), Model: q.Model, CalcPnLs: yes()}))
	})
	sample("Models.Invest", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Invest(ctx, api.ModelInvestment{
			ReqID: api.IntOf(4), Model: q.Model, Accounts: []api.ModelTransferRow{{"account": api.TextOf("U1"), "amount": api.TextOf("100.5")}},
		}))
	})
	sample("Models.Invested", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Invested(ctx, api.ModelInvestedQuery{ReqID: api.IntOf(5), Model: q.Model, Subscription: api.IntOf(0)}))
	})
	sample("Models.Save", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Save(ctx, api.ModelTargets{
			ReqID: api.IntOf(6), Model: q.Model, Desc: api.TextOf("half"), IsStatic: yes(),
			PositionTargets: []api.ModelTargetRow{{Conid: api.IntOf(spy), Target: num("0.5")}},
		}))
	})
	sample("Models.SubmitTransfers", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.SubmitTransfers(ctx, api.ModelSubmission{ReqID: api.IntOf(7), OrderID: api.IntOf(8)}))
	})
	sample("Models.Presets", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.Presets(ctx, api.ModelQuery{ReqID: api.IntOf(9)}))
	})
	sample("Models.SavePresets", func(ctx context.Context, a *api.API) error {
		return sent(a.Models.SavePresets(ctx, api.ModelPresets{
			ReqID: api.IntOf(10), AvoidNegativeCash: yes(), CashQtyFactor: api.IntOf(25), CloseDivestedCore: yes(), FullyInvestLong: yes(), KeepModelOpen: yes(),
			PreferCross: yes(), PreferTransfer: yes(), RoundToBoardLot: yes(), UseNonBaseCcy: yes(), UseToleranceRange: yes(),
		}))
	})
}

func oauthSamples() {
	const header = `OAuth realm="limited_poa", oauth_consumer_key="TESTCONS1", oauth_nonce="k3JtP9sYwQ1aZx7c"`
	sample("OAuth.RequestToken", func(ctx context.Context, a *api.API) error { return sent(a.OAuth.RequestToken(ctx, header)) })
	sample("OAuth.AccessToken", func(ctx context.Context, a *api.API) error { return sent(a.OAuth.AccessToken(ctx, header)) })
	sample("OAuth.LiveSessionToken", func(ctx context.Context, a *api.API) error { return sent(a.OAuth.LiveSessionToken(ctx, header)) })
	sample("Socket.Open", func(ctx context.Context, a *api.API) error {
		return a.Socket.Open(ctx, api.SocketTicket{Session: "c8fh17fnjr01hfnrh39rhfh8shd1hd93", OAuthToken: "a1b2c3d4"})
	})
	sample("Socket.Open", func(ctx context.Context, a *api.API) error {
		return a.Socket.Open(ctx, api.SocketTicket{Session: "c8fh17fnjr01hfnrh39rhfh8shd1hd93", BearerToken: "eyJ0.eyJz.c2ln"})
	})
}
