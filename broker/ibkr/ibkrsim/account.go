package ibkrsim

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// getAccounts is GET iserver/accounts. Orders and snapshots want it first.
func (s *Server) getAccounts(*request) reply {
	s.session.accounts = true
	return answer(s.accountsBody())
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
func (s *Server) switchAccount(r *request) reply {
	var body struct {
		AcctID string `json:"acctId"`
	}
	if out, ok := decodeBody(r.body, &body); !ok {
		return out
	}
	switch body.AcctID {
	case s.opt.Account:
		return answer(map[string]string{"success": "Account already set"})
	case "":
		return failCode(400, "Bad Request: acctId is missing")
	}
	return fail(500, "Account "+body.AcctID+" is not accessible")
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
		f.unrealized = f.unrealized.Add(p.UnrealizedPnL(b.products[i].mark(), 1))
	}
	return f
}

// getSummary is GET iserver/account/{accountId}/summary.
func (s *Server) getSummary(*request) reply {
	f := s.book.figures()
	whole := func(d market.Money) json.Number { return num(d.Round(0)) }
	zero := num(decimal.Zero)
	return answer(map[string]any{
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
func (s *Server) getPnL(*request) reply { return answer(map[string]any{"upnl": s.pnl()}) }

// pnl is also the args of the spl frame.
func (s *Server) pnl() map[string]any {
	f := s.book.figures()
	return map[string]any{s.opt.Account + ".Core": map[string]any{
		"rowType": 1, "dpl": cents(f.realized.Add(f.unrealized).Sub(s.book.fees)), "nl": cents(f.equity),
		"upl": cents(f.unrealized), "el": num(f.available.Round(0)), "uel": cents(f.available), "mv": cents(f.stocks),
	}}
}
