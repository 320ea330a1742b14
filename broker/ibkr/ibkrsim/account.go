package ibkrsim

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// getAccounts is GET iserver/accounts. Orders and snapshots want it first.
func (s *Server) getAccounts(r *web.Request) web.Reply {
	u := s.user(r)
	u.session.accounts = true
	return web.OK(s.accountsBody(u))
}

// accountsBody is also the args of the act frame.
func (s *Server) accountsBody(u *user) map[string]any {
	name, version := "Sim01", serverVersion
	props, aliases := map[string]any{}, map[string]string{}
	for _, id := range u.accounts {
		props[id] = map[string]bool{"hasChildAccounts": s.isParent(id), "supportsCashQty": true,
			"liteUnderPro": false, "noFXConv": false, "isProp": false, "supportsFractions": s.house.Account(id).Fractions,
			"allowCustomerTime": false, "autoFx": false}
		aliases[id] = cmp.Or(s.house.Account(id).Alias, id)
	}
	accounts := u.accounts
	if len(accounts) > 1 {
		props["All"], aliases["All"] = allProps, "All"
		accounts = append(slices.Clone(accounts), "All")
	}
	return map[string]any{
		"accounts": accounts, "acctProps": props, "aliases": aliases,
		"allowFeatures": map[string]any{"showGFIS": true, "showEUCostReport": false, "allowEventContract": true,
			"allowFXConv": true, "allowFinancialLens": false, "allowMTA": true, "allowTypeAhead": true,
			"allowEventTrading": true, "snapshotRefreshTimeout": 30, "liteUser": false, "showWebNews": true,
			"research": true, "debugPnl": true, "showTaxOpt": true, "showImpactDashboard": true,
			"allowDynAccount": u.dyn, "allowCrypto": false, "allowFA": s.isParent(u.accounts[0]), "allowLiteUnderPro": false,
			"allowedAssetTypes": "STK,OPT,FUT,CASH", "restrictTradeSubscription": false, "showUkUserLabels": false,
			"sideBySide": true},
		"chartPeriods": chartPeriods, "groups": s.groupNames(u), "profiles": []string{}, "selectedAccount": u.selected,
		"serverInfo": serverInfo{&name, &version}, "sessionId": u.session.id[:8] + ".00000001",
		"isFT": false, "isPaper": u.paper(),
	}
}

// allProps are the acctProps of All, which stands for the accounts of a user
// who has several.
var allProps = map[string]bool{"hasChildAccounts": false, "supportsCashQty": false, "liteUnderPro": false, "noFXConv": false,
	"isProp": false, "supportsFractions": false, "allowCustomerTime": false, "autoFx": false}

// isParent says that an advisor's account has others under it.
func (s *Server) isParent(id string) bool {
	return slices.ContainsFunc(s.house.Accounts(), func(a *brokerage.Account) bool { return a.Parent == id })
}

var chartPeriods = map[string][]string{
	"STK": {"*"}, "CFD": {"*"}, "WAR": {"*"}, "IOPT": {"*"}, "FUT": {"*"}, "CASH": {"*"}, "IND": {"*"},
	"BOND": {"*"}, "FUND": {"*"}, "CMDTY": {"*"}, "PHYSS": {"*"}, "CRYPTO": {"*"},
	"OPT": {"2h", "1d", "2d", "1w", "1m"}, "FOP": {"2h", "1d", "2d", "1w", "1m"},
}

// switchAccount is POST iserver/account.
func (s *Server) switchAccount(r *web.Request) web.Reply {
	var body struct {
		AcctID string `json:"acctId"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	u := s.user(r)
	switch {
	case body.AcctID == "":
		return web.FailCode(400, "Bad Request: acctId is missing")
	case !u.sees(body.AcctID):
		return web.Fail(500, "Account "+body.AcctID+" is not accessible")
	case body.AcctID == u.selected:
		return web.OK(map[string]string{"success": "Account already set"})
	}
	u.selected = body.AcctID
	return web.OK(map[string]any{"set": true, "acctId": body.AcctID})
}

// getSummary is GET iserver/account/{accountId}/summary.
func (s *Server) getSummary(r *web.Request) web.Reply {
	a := s.house.Whole(s.account(r))
	f := s.house.Figures(a)
	whole := func(d market.Money) json.Number { return web.Num(d.Round(0)) }
	zero := web.Num(decimal.Zero)
	balances := []any{}
	for _, currency := range a.Currencies() {
		balances = append(balances, map[string]any{"currency": currency, "balance": whole(a.Balance(currency)),
			"settledCash": whole(a.Settled(currency, r.Now))})
	}
	return web.OK(map[string]any{
		"accountType": "", "status": "", "balance": whole(f.Available), "SMA": whole(f.Available),
		"buyingPower": whole(f.BuyingPower), "availableFunds": whole(f.Available),
		"excessLiquidity": whole(f.Excess), "netLiquidationValue": whole(f.Equity),
		"equityWithLoanValue": whole(f.Loan), "regTLoan": zero, "securitiesGVP": whole(f.Gross),
		"totalCashValue": whole(f.Cash), "accruedInterest": zero, "regTMargin": whole(f.RegT),
		"initialMargin": whole(f.Initial), "maintenanceMargin": whole(f.Maintenance), "cashBalances": balances,
	})
}

// dayGain is an account's profit and loss of the day.
func (s *Server) dayGain(a *brokerage.Account) market.Money {
	began, flow := s.house.Today(a)
	return s.house.Figures(s.house.Whole(a)).Equity.Sub(began).Sub(flow)
}

// getPnL is GET iserver/account/pnl/partitioned.
func (s *Server) getPnL(r *web.Request) web.Reply {
	return web.OK(map[string]any{"upnl": s.pnl(s.user(r))})
}

// pnl is also the args of the spl frame.
func (s *Server) pnl(u *user) map[string]any {
	out := map[string]any{}
	for _, id := range u.accounts {
		a := s.house.Account(id)
		f := s.house.Figures(s.house.Whole(a))
		out[id+".Core"] = map[string]any{
			"rowType": 1, "dpl": web.Cents(s.dayGain(a)), "nl": web.Cents(f.Equity),
			"upl": web.Cents(f.Unrealized), "el": web.Num(f.Available.Round(0)), "uel": web.Cents(f.Available),
			"mv": web.Cents(f.Stocks.Add(f.Options)),
		}
	}
	return out
}
