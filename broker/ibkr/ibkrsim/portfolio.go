package ibkrsim

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/shopspring/decimal"

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
		"tradingType": "STKNOPT", "businessType": "INDEPENDENT", "category": "", "ibEntity": "IBLLC-US",
		"faclient": s.isParent(a), "clearingStatus": "O", "covestor": false, "noClientTrading": false,
		"trackVirtualFXPortfolio": false, "acctCustType": "INDIVIDUAL",
		"parent": map[string]any{"mmc": []string{}, "accountId": acct.Parent, "isMParent": s.isParent(a), "isMChild": acct.Parent != "", "isMultiplex": false},
		"desc":   a,
	}
}

func accountType(a *brokerage.Account) string {
	if a.Paper() {
		return "DEMO"
	}
	return "INDIVIDUAL"
}

// orNil is nil for no text.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Server) portfolioAccounts(r *web.Request) web.Reply {
	rows, u := []any{}, s.user(r)
	for _, id := range u.accounts {
		rows = append(rows, s.accountRow(u, s.house.Account(id), r.Now))
	}
	return web.OK(rows)
}

func (s *Server) portfolioMeta(r *web.Request) web.Reply {
	return web.OK(s.accountRow(s.user(r), s.account(r), r.Now))
}

// positionRow is a row of the cached positions: sparse the first time it is
// read in a session, with more keys and other types from then on.
func positionRow(h *brokerage.Holding, enriched bool) map[string]any {
	p := h.Product
	avg := web.Num(web.Average(h.Cost, h.Qty))
	row := map[string]any{
		"acctId": string(h.Account), "conid": p.Conid, "contractDesc": p.Symbol, "position": web.QtyNum(h.Qty),
		"mktPrice": web.PriceNum(p.Mark()), "mktValue": web.Cents(h.MarketValue()), "currency": p.Currency,
		"avgCost": avg, "avgPrice": web.Num(h.AvgPx(p.Multiplier).Decimal()), "realizedPnl": web.Cents(h.RealizedPnL),
		"unrealizedPnl": web.Cents(h.Unrealized()), "exchs": nil, "expiry": nil, "putOrCall": nil,
		"multiplier": nil, "strike": web.Num(decimal.Zero), "exerciseStyle": nil, "conExchMap": []string{},
		"assetClass": p.SecType, "undConid": p.Underlying, "model": "",
	}
	if !enriched {
		return row
	}
	for _, key := range []string{"MktValue", "MktPrice", "AvgCost", "AvgPrice", "RealizedPnl", "UnrealizedPnl"} {
		row["base"+key] = row[string(key[0]+'a'-'A')+key[1:]]
	}
	maps.Copy(row, map[string]any{
		"multiplier": web.Num(decimal.Zero), "strike": "0", "ticker": p.Symbol, "name": p.Company, "fullName": p.Symbol,
		"chineseName": p.Company, "allExchanges": validExchanges(p), "listingExchange": p.Exchange, "countryCode": "US",
		"lastTradingDay": nil, "group": nil, "sector": nil, "sectorGroup": nil, "type": p.Kind, "hasOptions": true,
		"isUS": true, "isEventContract": false, "time": 1, "pageSize": 100,
		"incrementRules": []any{map[string]any{"lowerEdge": web.Num(decimal.Zero), "increment": web.PriceNum(p.Tick)}},
		"displayRule": map[string]any{"magnification": 0, "displayRuleStep": []any{
			map[string]any{"decimalDigits": 2, "lowerEdge": web.Num(decimal.Zero), "wholeDigits": 4}}},
	})
	return row
}

// open are the holdings that are not flat.
func open(a *brokerage.Account) []*brokerage.Holding {
	var list []*brokerage.Holding
	for _, h := range a.Holdings() {
		if h.Qty != 0 {
			list = append(list, h)
		}
	}
	return list
}

// getPositions is GET portfolio/{accountId}/positions/{pageId}: 100 to a page.
func (s *Server) getPositions(r *web.Request) web.Reply {
	page, err := strconv.Atoi(r.Vars["pageId"])
	if err != nil || page < 0 {
		return web.FailCode(400, "Bad Request: page "+r.Vars["pageId"]+" is not a number")
	}
	rows, u := []any{}, s.user(r)
	for i, h := range open(s.account(r)) {
		if i/100 == page {
			rows = append(rows, positionRow(h, u.session.positions))
		}
	}
	u.session.positions = true
	return web.OK(rows)
}

// getPosition is GET portfolio/{accountId}/position/{conid}.
func (s *Server) getPosition(r *web.Request) web.Reply {
	return web.OK(positionsOf(s.account(r), r.Vars["conid"], true))
}

// getPositionEverywhere is GET portfolio/positions/{conid}.
func (s *Server) getPositionEverywhere(r *web.Request) web.Reply {
	out := map[string]any{}
	for _, id := range s.user(r).accounts {
		out[id] = positionsOf(s.house.Account(id), r.Vars["conid"], false)
	}
	return web.OK(out)
}

func positionsOf(a *brokerage.Account, conid string, enriched bool) []any {
	rows := []any{}
	for _, h := range open(a) {
		if web.Int(h.Product.Conid) == conid {
			rows = append(rows, positionRow(h, enriched))
		}
	}
	return rows
}

func (s *Server) invalidatePositions(*web.Request) web.Reply {
	return web.OK(map[string]string{"message": "success"})
}

func (s *Server) comboPositions(*web.Request) web.Reply { return web.OK([]any{}) }

// getPositions2 is GET portfolio2/{accountId}/positions, where the conid is text.
func (s *Server) getPositions2(r *web.Request) web.Reply {
	rows := []any{}
	for _, h := range open(s.account(r)) {
		p := h.Product
		rows = append(rows, map[string]any{
			"position": web.QtyNum(h.Qty), "conid": web.Int(p.Conid), "avgCost": web.Num(web.Average(h.Cost, h.Qty)),
			"avgPrice": web.Num(h.AvgPx(p.Multiplier).Decimal()), "currency": p.Currency,
			"description": p.Symbol, "isLastToLoq": false, "marketPrice": web.PriceNum(p.Mark()),
			"marketValue": web.Num(h.MarketValue()), "realizedPnl": web.Num(h.RealizedPnL), "secType": p.SecType,
			"timestamp": web.Seconds(r.Now), "unrealizedPnl": web.Num(h.Unrealized()), "assetClass": p.SecType,
			"sector": nil, "group": nil, "model": "",
		})
	}
	return web.OK(rows)
}

// portfolioSummary is GET portfolio/{accountId}/summary.
func (s *Server) portfolioSummary(r *web.Request) web.Reply {
	a := s.account(r)
	f := s.house.Figures(a)
	row := func(amount market.Money, currency any, value string) map[string]any {
		return map[string]any{"amount": web.Cents(amount), "currency": currency, "isNull": false,
			"timestamp": web.Seconds(r.Now), "value": value, "severity": 0}
	}
	out := map[string]any{
		"accountcode":  row(decimal.Zero, nil, a.ID),
		"accountready": row(decimal.Zero, nil, "true"),
		"accounttype":  row(decimal.Zero, nil, "INDIVIDUAL"),
	}
	for key, amount := range map[string]market.Money{
		"netliquidation": f.Equity, "totalcashvalue": f.Cash, "grosspositionvalue": f.Gross,
		"equitywithloanvalue": f.Equity, "availablefunds": f.Available, "excessliquidity": f.Excess,
		"buyingpower": f.BuyingPower, "initmarginreq": f.Initial, "maintmarginreq": f.Maintenance,
		"fullinitmarginreq": f.Initial, "fullmaintmarginreq": f.Maintenance, "fullavailablefunds": f.Available,
		"lookaheadavailablefunds": f.Available, "regtmargin": f.RegT, "accruedcash": decimal.Zero,
		"previousdayequitywithloanvalue": a.Cash,
	} {
		out[key] = row(amount, a.Base, amount.Round(2).String())
	}
	return web.OK(out)
}

// ledger is GET portfolio/{accountId}/ledger: a row for each currency, and all
// of them together as BASE.
func (s *Server) ledger(r *web.Request) web.Reply {
	a := s.account(r)
	out := map[string]any{"BASE": s.ledgerRow(a, "BASE", r.Now)}
	for _, currency := range a.Currencies() {
		out[currency] = s.ledgerRow(a, currency, r.Now)
	}
	return web.OK(out)
}

func (s *Server) ledgerRow(a *brokerage.Account, currency string, now market.Nanos) map[string]any {
	l := s.house.Ledger(a, currency)
	row := map[string]any{
		"settledcash": web.Num(l.Cash), "cashbalance": web.Num(l.Cash), "netliquidationvalue": web.Num(l.Equity()),
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
