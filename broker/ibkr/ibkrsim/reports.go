package ibkrsim

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// report is what GET iserver/account/{accountId}/summary/{report} tells of one
// segment of an account, in text.
type report func(s *Server, a *brokerage.Account, f *brokerage.Figures) map[string]string

// reports by their names; each has the segments total, securities, commodities
// and Crypto at Paxos. All is in the securities segment but the margin and the
// gains of futures, and the cash for them.
var reports = map[string]report{
	"available_funds": fundsReport,
	"balances":        balancesReport,
	"margins":         marginsReport,
}

// summaryReport is GET iserver/account/{accountId}/summary/{report}.
func (s *Server) summaryReport(r *web.Request) web.Reply {
	a := s.house.Whole(s.account(r))
	name := r.Vars["report"]
	if name == "market_value" {
		return web.OK(s.marketValue(a))
	}
	of, known := reports[name]
	if !known {
		return web.NotFound()
	}
	total, rest, futures := s.segments(a)
	return web.OK(map[string]map[string]string{"total": of(s, a, &total), "securities": of(s, a, &rest),
		"commodities": of(s, a, &futures), "Crypto at Paxos": of(s, a, &brokerage.Figures{})})
}

// segments are an account's figures, those of its securities and those of its
// futures. Cash moves to the futures as far as they need it for their margin.
func (s *Server) segments(a *brokerage.Account) (total, rest, futures brokerage.Figures) {
	total = s.house.Figures(a)
	futures.Initial, futures.Maintenance = s.house.FuturesMargin(a)
	futures.Cash = futures.Initial.Sub(total.Futures)
	futures.Equity, futures.Loan = futures.Initial, futures.Initial
	futures.Excess = futures.Loan.Sub(futures.Maintenance)
	rest = total
	rest.Cash, rest.Equity = total.Cash.Sub(futures.Cash), total.Equity.Sub(futures.Equity)
	rest.Loan, rest.Excess = total.Loan.Sub(futures.Loan), total.Excess.Sub(futures.Excess)
	rest.Initial, rest.Maintenance = total.Initial.Sub(futures.Initial), total.Maintenance.Sub(futures.Maintenance)
	return total, rest, futures
}

// inBase writes whole amounts with the currency: 994,831 USD.
func inBase(a *brokerage.Account, m market.Money) string {
	return web.Grouped(m.Round(0)) + " " + a.Base
}

func fundsReport(_ *Server, a *brokerage.Account, f *brokerage.Figures) map[string]string {
	return map[string]string{"current_available": inBase(a, f.Available), "current_excess": inBase(a, f.Excess),
		"buying_power": inBase(a, f.BuyingPower), "leverage": leverage(f.Gross, f.Equity),
		"look_ahead_available": inBase(a, f.Available), "look_ahead_excess": inBase(a, f.Excess)}
}

func balancesReport(s *Server, a *brokerage.Account, f *brokerage.Figures) map[string]string {
	before := decimal.Zero
	if !f.Gross.IsZero() || f.RegT.IsPositive() || f.BuyingPower.IsPositive() { // not of futures alone
		before, _ = s.house.Today(a)
	}
	return map[string]string{"net_liquidation": inBase(a, f.Equity), "equity_with_loan": inBase(a, f.Loan),
		"cash": inBase(a, f.Cash), "MTD Interest": inBase(a, decimal.Zero), "previous_day_equity_with_loan": inBase(a, before)}
}

func marginsReport(_ *Server, a *brokerage.Account, f *brokerage.Figures) map[string]string {
	return map[string]string{"current_initial": inBase(a, f.Initial), "current_maint": inBase(a, f.Maintenance),
		"look_ahead_initial": inBase(a, f.Initial), "look_ahead_maint": inBase(a, f.Maintenance), "RegT Margin": inBase(a, f.RegT)}
}

// marketValue is the report market_value: by currency, and when there is more
// than one with their rates and all of it in the base currency.
func (s *Server) marketValue(a *brokerage.Account) map[string]map[string]string {
	out := map[string]map[string]string{}
	currencies := s.currencies(a)
	several := len(currencies) > 1
	for _, currency := range currencies {
		out[currency] = s.valueRow(a, currency, several)
	}
	if several {
		out["Total (in "+a.Base+")"] = s.valueRow(a, "BASE", several)
	}
	return out
}

func (s *Server) valueRow(a *brokerage.Account, currency string, rated bool) map[string]string {
	l := s.house.Ledger(a, currency)
	whole := func(m market.Money) string { return web.Grouped(m.Round(0)) }
	row := map[string]string{"total_cash": whole(l.Cash), "stock": whole(l.Stocks), "options": whole(l.Options),
		"futures": whole(l.Futures), "net_liquidation": whole(l.Equity()),
		"unrealized_pnl": whole(l.Unrealized), "realized_pnl": whole(l.Realized)}
	if rated {
		row["Exchange Rate"] = l.Rate.String()
	}
	return row
}

// currencies are those that an account has cash or positions in.
func (s *Server) currencies(a *brokerage.Account) []string {
	list := a.Currencies()
	seen := map[string]bool{}
	for _, c := range list {
		seen[c] = true
	}
	for _, h := range a.Holdings() {
		if c := h.Product.Currency; !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	}
	return list
}
