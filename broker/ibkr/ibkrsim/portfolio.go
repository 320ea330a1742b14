package ibkrsim

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// accountRow is an account as the portfolio endpoints show it.
func (s *Server) accountRow(u *user, acct *brokerage.Account, now market.Nanos) map[string]any {
	a := acct.ID
	return map[string]any{
		"id": a, "PrepaidCrypto-Z": false, "PrepaidCrypto-P": false, "brokerageAccess": u.session.ready(now),
		"accountId": a, "accountVan": a, "accountTitle": acct.Title, "displayName": acct.Title,
		"accountAlias": orNil(acct.Alias), "accountStatus": 1_769_922_000_000, "currency": acct.Base, "type": accountType(acct),
		"tradingType": tradingType(acct), "businessType": "INDEPENDENT", "category": "", "ibEntity": "IBLLC-US",
		"faclient": s.isParent(a), "clearingStatus": "O", "covestor": false, "noClientTrading": false,
		"trackVirtualFXPortfolio": false, "acctCustType": "INDIVIDUAL",
		"parent": map[string]any{"mmc": []string{}, "accountId": acct.Parent, "isMParent": s.isParent(a), "isMChild": acct.Parent != "", "isMultiplex": false},
		"desc":   a,
	}
}

func tradingType(a *brokerage.Account) string {
	if a.Kind == "cash" {
		return "STKCASH"
	}
	return "STKNOPT"
}

func accountType(a *brokerage.Account) string {
	if a.Paper() {
		return "DEMO"
	}
	return "INDIVIDUAL"
}

func (s *Server) portfolioAccounts(r *web.Request) web.Reply {
	return web.OK(s.accountRows(r))
}

func (s *Server) accountRows(r *web.Request) []any {
	rows, u := []any{}, s.user(r)
	for _, id := range u.accounts {
		rows = append(rows, s.accountRow(u, s.house.Account(id), r.Now))
	}
	return rows
}

func (s *Server) portfolioMeta(r *web.Request) web.Reply {
	return web.OK(s.accountRow(s.user(r), s.account(r), r.Now))
}

// maxSubaccounts is how many accounts subaccounts lists, and subaccountPage how
// many are on a page of subaccounts2.
const (
	maxSubaccounts = 100
	subaccountPage = 20
)

// subaccounts is GET portfolio/subaccounts.
func (s *Server) subaccounts(r *web.Request) web.Reply {
	rows := s.accountRows(r)
	return web.OK(rows[:min(len(rows), maxSubaccounts)])
}

// subaccounts2 is GET portfolio/subaccounts2: a plain list of the accounts of a
// user with no more than a page of them, as live servers send it, else pages
// with their metadata, as IBKR's documentation has it.
func (s *Server) subaccounts2(r *web.Request) web.Reply {
	rows := s.accountRows(r)
	if len(rows) <= subaccountPage {
		return web.OK(rows)
	}
	page, err := strconv.Atoi(cmp.Or(r.Query.Get("page"), "0"))
	if err != nil || page < 0 {
		return web.FailCode(400, "Bad Request: page "+r.Query.Get("page")+" is not a number")
	}
	from := min(page, len(rows)) * subaccountPage
	return web.OK(map[string]any{
		"metadata":    map[string]int{"total": len(rows), "pageSize": subaccountPage, "pageNum": page},
		"subaccounts": rows[min(from, len(rows)):min(from+subaccountPage, len(rows))],
	})
}

// portfolioSummary is GET portfolio/{accountId}/summary: the figures of the
// summary under their names in small letters.
func (s *Server) portfolioSummary(r *web.Request) web.Reply {
	a := s.house.Whole(s.account(r))
	out := map[string]any{}
	for _, one := range s.summaryFigures(a) {
		row := map[string]any{"amount": web.Cents(one.amount), "currency": nil, "isNull": false,
			"timestamp": web.Seconds(r.Now), "value": one.text, "severity": 0}
		if one.text == "" {
			row["currency"], row["value"] = a.Base, one.amount.Round(2).String()
		}
		out[strings.ToLower(one.key)] = row
	}
	return web.OK(out)
}

// ledger is GET portfolio/{accountId}/ledger: a row for each currency, and all
// of them together as BASE.
func (s *Server) ledger(r *web.Request) web.Reply {
	a := s.house.Whole(s.account(r))
	out := map[string]any{"BASE": s.ledgerRow(a, "BASE", r.Now)}
	for _, currency := range s.currencies(a) {
		out[currency] = s.ledgerRow(a, currency, r.Now)
	}
	return web.OK(out)
}

func (s *Server) ledgerRow(a *brokerage.Account, currency string, now market.Nanos) map[string]any {
	l := s.house.Ledger(a, currency)
	row := map[string]any{
		"settledcash": web.Num(l.Settled), "cashbalance": web.Num(l.Cash), "netliquidationvalue": web.Num(l.Equity()),
		"unrealizedpnl": web.Num(l.Unrealized), "realizedpnl": web.Num(l.Realized), "stockmarketvalue": web.Num(l.Stocks),
		"stockoptionmarketvalue": web.Num(l.Options), "futuresonlypnl": web.Num(l.Futures),
		"exchangerate": web.Num(l.Rate), "sessionid": 1, "currency": currency, "secondkey": currency, "key": "LedgerList",
		"acctcode": a.ID, "timestamp": web.Seconds(now), "severity": 0, "endofbundle": 1,
	}
	for _, key := range []string{"commoditymarketvalue", "futuremarketvalue", "corporatebondsmarketvalue",
		"warrantsmarketvalue", "interest", "moneyfunds", "funds", "issueroptionsmarketvalue",
		"tbondsmarketvalue", "futureoptionmarketvalue",
		"cashbalancefxsegment", "tbillsmarketvalue", "dividends", "cryptocurrencyvalue"} {
		row[key] = json.Number("0.0")
	}
	return row
}
