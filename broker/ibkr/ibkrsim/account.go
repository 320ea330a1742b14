package ibkrsim

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// getAccounts is GET iserver/accounts. Orders and snapshots want it first.
func (s *Server) getAccounts(*web.Request) web.Reply {
	s.session.accounts = true
	return web.OK(s.accountsBody())
}

// accountsBody is also the args of the act frame.
func (s *Server) accountsBody() map[string]any {
	a := s.opt.Account
	name, version := "Sim01", serverVersion
	return map[string]any{
		"accounts": []string{a},
		"acctProps": map[string]any{a: map[string]bool{"hasChildAccounts": false, "supportsCashQty": true,
			"liteUnderPro": false, "noFXConv": false, "isProp": false, "supportsFractions": true,
			"allowCustomerTime": false, "autoFx": false}},
		"aliases": map[string]string{a: a},
		"allowFeatures": map[string]any{"showGFIS": true, "showEUCostReport": false, "allowEventContract": true,
			"allowFXConv": true, "allowFinancialLens": false, "allowMTA": true, "allowTypeAhead": true,
			"allowEventTrading": true, "snapshotRefreshTimeout": 30, "liteUser": false, "showWebNews": true,
			"research": true, "debugPnl": true, "showTaxOpt": true, "showImpactDashboard": true,
			"allowDynAccount": false, "allowCrypto": false, "allowFA": false, "allowLiteUnderPro": false,
			"allowedAssetTypes": "STK", "restrictTradeSubscription": false, "showUkUserLabels": false,
			"sideBySide": true},
		"chartPeriods": chartPeriods, "groups": []string{}, "profiles": []string{}, "selectedAccount": a,
		"serverInfo": serverInfo{&name, &version}, "sessionId": s.session.id[:8] + ".00000001",
		"isFT": false, "isPaper": true,
	}
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
	switch body.AcctID {
	case s.opt.Account:
		return web.OK(map[string]string{"success": "Account already set"})
	case "":
		return web.FailCode(400, "Bad Request: acctId is missing")
	}
	return web.Fail(500, "Account "+body.AcctID+" is not accessible")
}

// figures are the account's sums at a moment.
type figures struct {
	cash, stocks, gross, equity, margin, available market.Money
	unrealized, realized                           market.Money
}

func (b *book) figures() figures {
	f := figures{cash: b.cash, gross: b.gross(), equity: b.netLiquidation()}
	f.stocks = f.equity.Sub(f.cash)
	f.margin = f.gross.Mul(marginRate)
	f.available = f.equity.Sub(f.margin)
	for i := range b.positions {
		p := &b.positions[i]
		f.realized = f.realized.Add(p.RealizedPnL)
		f.unrealized = f.unrealized.Add(p.UnrealizedPnL(b.exchange.Products()[i].Mark(), 1))
	}
	return f
}

// getSummary is GET iserver/account/{accountId}/summary.
func (s *Server) getSummary(*web.Request) web.Reply {
	f := s.book.figures()
	whole := func(d market.Money) json.Number { return web.Num(d.Round(0)) }
	zero := web.Num(decimal.Zero)
	return web.OK(map[string]any{
		"accountType": "", "status": "", "balance": whole(f.available), "SMA": whole(f.available),
		"buyingPower": whole(f.available.Mul(decimal.New(4, 0))), "availableFunds": whole(f.available),
		"excessLiquidity": whole(f.available), "netLiquidationValue": whole(f.equity),
		"equityWithLoanValue": whole(f.equity), "regTLoan": zero, "securitiesGVP": whole(f.gross),
		"totalCashValue": whole(f.cash), "accruedInterest": zero, "regTMargin": zero,
		"initialMargin": whole(f.margin), "maintenanceMargin": whole(f.margin),
		"cashBalances": []any{map[string]any{"currency": "USD", "balance": whole(f.cash), "settledCash": whole(f.cash)}},
	})
}

// getPnL is GET iserver/account/pnl/partitioned.
func (s *Server) getPnL(*web.Request) web.Reply { return web.OK(map[string]any{"upnl": s.pnl()}) }

// pnl is also the args of the spl frame.
func (s *Server) pnl() map[string]any {
	f := s.book.figures()
	return map[string]any{s.opt.Account + ".Core": map[string]any{
		"rowType": 1, "dpl": web.Cents(f.realized.Add(f.unrealized).Sub(s.book.fees)), "nl": web.Cents(f.equity),
		"upl": web.Cents(f.unrealized), "el": web.Num(f.available.Round(0)), "uel": web.Cents(f.available), "mv": web.Cents(f.stocks),
	}}
}
