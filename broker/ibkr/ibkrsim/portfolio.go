package ibkrsim

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// accountRow is an account as the portfolio endpoints show it.
func (s *Server) accountRow(now market.Nanos) map[string]any {
	a := s.opt.Account
	return map[string]any{
		"id": a, "PrepaidCrypto-Z": false, "PrepaidCrypto-P": false, "brokerageAccess": s.session.ready(now),
		"accountId": a, "accountVan": a, "accountTitle": "Simulated Trader", "displayName": "Simulated Trader",
		"accountAlias": nil, "accountStatus": 1_769_922_000_000, "currency": "USD", "type": "DEMO",
		"tradingType": "STKNOPT", "businessType": "INDEPENDENT", "category": "", "ibEntity": "IBLLC-US",
		"faclient": false, "clearingStatus": "O", "covestor": false, "noClientTrading": false,
		"trackVirtualFXPortfolio": false, "acctCustType": "INDIVIDUAL",
		"parent": map[string]any{"mmc": []string{}, "accountId": "", "isMParent": false, "isMChild": false, "isMultiplex": false},
		"desc":   a,
	}
}

func (s *Server) portfolioAccounts(r *web.Request) web.Reply {
	return web.OK([]any{s.accountRow(r.Now)})
}

func (s *Server) portfolioMeta(r *web.Request) web.Reply { return web.OK(s.accountRow(r.Now)) }

// positionRow is a row of the cached positions: sparse the first time it is
// read in a session, with more keys and other types from then on.
func (s *Server) positionRow(p *exchange.Product, enriched bool) map[string]any {
	h := s.book.positions[p.ID-1]
	avg := web.Num(web.Average(h.Cost, h.Qty))
	row := map[string]any{
		"acctId": s.opt.Account, "conid": p.Conid, "contractDesc": p.Symbol, "position": web.QtyNum(h.Qty),
		"mktPrice": web.PriceNum(p.Mark()), "mktValue": web.Cents(market.Notional(p.Mark(), h.Qty, 1)), "currency": "USD",
		"avgCost": avg, "avgPrice": avg, "realizedPnl": web.Cents(h.RealizedPnL),
		"unrealizedPnl": web.Cents(h.UnrealizedPnL(p.Mark(), 1)), "exchs": nil, "expiry": nil, "putOrCall": nil,
		"multiplier": nil, "strike": web.Num(decimal.Zero), "exerciseStyle": nil, "conExchMap": []string{},
		"assetClass": "STK", "undConid": 0, "model": "",
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

// held are the products with a position.
func (s *Server) held() []*exchange.Product {
	var list []*exchange.Product
	for i, p := range s.exchange.Products() {
		if s.book.positions[i].Qty != 0 {
			list = append(list, p)
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
	rows := []any{}
	for i, p := range s.held() {
		if i/100 == page {
			rows = append(rows, s.positionRow(p, s.session.positions))
		}
	}
	s.session.positions = true
	return web.OK(rows)
}

// getPosition is GET portfolio/{accountId}/position/{conid}.
func (s *Server) getPosition(r *web.Request) web.Reply {
	return web.OK(s.positionsOf(r.Vars["conid"], true))
}

// getPositionEverywhere is GET portfolio/positions/{conid}.
func (s *Server) getPositionEverywhere(r *web.Request) web.Reply {
	return web.OK(map[string]any{s.opt.Account: s.positionsOf(r.Vars["conid"], false)})
}

func (s *Server) positionsOf(conid string, enriched bool) []any {
	rows := []any{}
	for _, p := range s.held() {
		if web.Int(p.Conid) == conid {
			rows = append(rows, s.positionRow(p, enriched))
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
	for _, p := range s.held() {
		h := s.book.positions[p.ID-1]
		avg := web.Num(web.Average(h.Cost, h.Qty))
		rows = append(rows, map[string]any{
			"position": web.QtyNum(h.Qty), "conid": web.Int(p.Conid), "avgCost": avg, "avgPrice": avg, "currency": "USD",
			"description": p.Symbol, "isLastToLoq": false, "marketPrice": web.PriceNum(p.Mark()),
			"marketValue": web.Num(market.Notional(p.Mark(), h.Qty, 1)), "realizedPnl": web.Num(h.RealizedPnL), "secType": "STK",
			"timestamp": web.Seconds(r.Now), "unrealizedPnl": web.Num(h.UnrealizedPnL(p.Mark(), 1)), "assetClass": "STK",
			"sector": nil, "group": nil, "model": "",
		})
	}
	return web.OK(rows)
}

// portfolioSummary is GET portfolio/{accountId}/summary.
func (s *Server) portfolioSummary(r *web.Request) web.Reply {
	f := s.book.figures()
	row := func(amount market.Money, currency any, value string) map[string]any {
		return map[string]any{"amount": web.Cents(amount), "currency": currency, "isNull": false,
			"timestamp": web.Seconds(r.Now), "value": value, "severity": 0}
	}
	out := map[string]any{
		"accountcode":  row(decimal.Zero, nil, s.opt.Account),
		"accountready": row(decimal.Zero, nil, "true"),
		"accounttype":  row(decimal.Zero, nil, "INDIVIDUAL"),
	}
	for key, amount := range map[string]market.Money{
		"netliquidation": f.equity, "totalcashvalue": f.cash, "grosspositionvalue": f.gross,
		"equitywithloanvalue": f.equity, "availablefunds": f.available, "excessliquidity": f.available,
		"buyingpower": f.available.Mul(decimal.New(4, 0)), "initmarginreq": f.margin, "maintmarginreq": f.margin,
		"fullinitmarginreq": f.margin, "fullmaintmarginreq": f.margin, "fullavailablefunds": f.available,
		"lookaheadavailablefunds": f.available, "regtmargin": decimal.Zero, "accruedcash": decimal.Zero,
		"previousdayequitywithloanvalue": s.opt.Cash,
	} {
		out[key] = row(amount, "USD", amount.Round(2).String())
	}
	return web.OK(out)
}

// ledger is GET portfolio/{accountId}/ledger.
func (s *Server) ledger(r *web.Request) web.Reply {
	return web.OK(map[string]any{"USD": s.ledgerRow("USD", r.Now), "BASE": s.ledgerRow("BASE", r.Now)})
}

func (s *Server) ledgerRow(currency string, now market.Nanos) map[string]any {
	f := s.book.figures()
	row := map[string]any{
		"settledcash": web.Num(f.cash), "cashbalance": web.Num(f.cash), "netliquidationvalue": web.Num(f.equity),
		"unrealizedpnl": web.Num(f.unrealized), "realizedpnl": web.Num(f.realized), "stockmarketvalue": web.Num(f.stocks),
		"exchangerate": 1, "sessionid": 1, "currency": currency, "secondkey": currency, "key": "LedgerList",
		"acctcode": s.opt.Account, "timestamp": web.Seconds(now), "severity": 0, "endofbundle": 1,
	}
	for _, key := range []string{"commoditymarketvalue", "futuremarketvalue", "corporatebondsmarketvalue",
		"warrantsmarketvalue", "interest", "moneyfunds", "funds", "issueroptionsmarketvalue",
		"stockoptionmarketvalue", "futuresonlypnl", "tbondsmarketvalue", "futureoptionmarketvalue",
		"cashbalancefxsegment", "tbillsmarketvalue", "dividends", "cryptocurrencyvalue"} {
		row[key] = json.Number("0.0")
	}
	return row
}
