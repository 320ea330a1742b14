package ibkrsim

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/shopspring/decimal"

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

func (s *Server) portfolioAccounts(r *request) reply { return answer([]any{s.accountRow(r.now)}) }

func (s *Server) portfolioMeta(r *request) reply { return answer(s.accountRow(r.now)) }

// positionRow is a row of the cached positions: sparse the first time it is
// read in a session, with more keys and other types from then on.
func (s *Server) positionRow(p *product, enriched bool) map[string]any {
	h := s.book.positions[p.id-1]
	avg := num(average(h.Cost, h.Qty))
	row := map[string]any{
		"acctId": s.opt.Account, "conid": p.Conid, "contractDesc": p.Symbol, "position": qtyNum(h.Qty),
		"mktPrice": priceNum(p.mark()), "mktValue": cents(market.Notional(p.mark(), h.Qty, 1)), "currency": "USD",
		"avgCost": avg, "avgPrice": avg, "realizedPnl": cents(h.RealizedPnL),
		"unrealizedPnl": cents(h.UnrealizedPnL(p.mark(), 1)), "exchs": nil, "expiry": nil, "putOrCall": nil,
		"multiplier": nil, "strike": num(decimal.Zero), "exerciseStyle": nil, "conExchMap": []string{},
		"assetClass": "STK", "undConid": 0, "model": "",
	}
	if !enriched {
		return row
	}
	for _, key := range []string{"MktValue", "MktPrice", "AvgCost", "AvgPrice", "RealizedPnl", "UnrealizedPnl"} {
		row["base"+key] = row[string(key[0]+'a'-'A')+key[1:]]
	}
	maps.Copy(row, map[string]any{
		"multiplier": num(decimal.Zero), "strike": "0", "ticker": p.Symbol, "name": p.Company, "fullName": p.Symbol,
		"chineseName": p.Company, "allExchanges": validExchanges(p), "listingExchange": p.Exchange, "countryCode": "US",
		"lastTradingDay": nil, "group": nil, "sector": nil, "sectorGroup": nil, "type": p.kind(), "hasOptions": true,
		"isUS": true, "isEventContract": false, "time": 1, "pageSize": 100,
		"incrementRules": []any{map[string]any{"lowerEdge": num(decimal.Zero), "increment": priceNum(p.Tick)}},
		"displayRule": map[string]any{"magnification": 0, "displayRuleStep": []any{
			map[string]any{"decimalDigits": 2, "lowerEdge": num(decimal.Zero), "wholeDigits": 4}}},
	})
	return row
}

// held are the products with a position.
func (s *Server) held() []*product {
	var list []*product
	for i, p := range s.book.products {
		if s.book.positions[i].Qty != 0 {
			list = append(list, p)
		}
	}
	return list
}

// getPositions is GET portfolio/{accountId}/positions/{pageId}: 100 to a page.
func (s *Server) getPositions(r *request) reply {
	page, err := strconv.Atoi(r.vars["pageId"])
	if err != nil || page < 0 {
		return failCode(400, "Bad Request: page "+r.vars["pageId"]+" is not a number")
	}
	rows := []any{}
	for i, p := range s.held() {
		if i/100 == page {
			rows = append(rows, s.positionRow(p, s.session.positions))
		}
	}
	s.session.positions = true
	return answer(rows)
}

// getPosition is GET portfolio/{accountId}/position/{conid}.
func (s *Server) getPosition(r *request) reply { return answer(s.positionsOf(r.vars["conid"], true)) }

// getPositionEverywhere is GET portfolio/positions/{conid}.
func (s *Server) getPositionEverywhere(r *request) reply {
	return answer(map[string]any{s.opt.Account: s.positionsOf(r.vars["conid"], false)})
}

func (s *Server) positionsOf(conid string, enriched bool) []any {
	rows := []any{}
	for _, p := range s.held() {
		if itoa(p.Conid) == conid {
			rows = append(rows, s.positionRow(p, enriched))
		}
	}
	return rows
}

func (s *Server) invalidatePositions(*request) reply {
	return answer(map[string]string{"message": "success"})
}

func (s *Server) comboPositions(*request) reply { return answer([]any{}) }

// getPositions2 is GET portfolio2/{accountId}/positions, where the conid is text.
func (s *Server) getPositions2(r *request) reply {
	rows := []any{}
	for _, p := range s.held() {
		h := s.book.positions[p.id-1]
		avg := num(average(h.Cost, h.Qty))
		rows = append(rows, map[string]any{
			"position": qtyNum(h.Qty), "conid": itoa(p.Conid), "avgCost": avg, "avgPrice": avg, "currency": "USD",
			"description": p.Symbol, "isLastToLoq": false, "marketPrice": priceNum(p.mark()),
			"marketValue": num(market.Notional(p.mark(), h.Qty, 1)), "realizedPnl": num(h.RealizedPnL), "secType": "STK",
			"timestamp": seconds(r.now), "unrealizedPnl": num(h.UnrealizedPnL(p.mark(), 1)), "assetClass": "STK",
			"sector": nil, "group": nil, "model": "",
		})
	}
	return answer(rows)
}

// portfolioSummary is GET portfolio/{accountId}/summary.
func (s *Server) portfolioSummary(r *request) reply {
	f := s.book.figures()
	row := func(amount market.Money, currency any, value string) map[string]any {
		return map[string]any{"amount": cents(amount), "currency": currency, "isNull": false,
			"timestamp": seconds(r.now), "value": value, "severity": 0}
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
	return answer(out)
}

// ledger is GET portfolio/{accountId}/ledger.
func (s *Server) ledger(r *request) reply {
	return answer(map[string]any{"USD": s.ledgerRow("USD", r.now), "BASE": s.ledgerRow("BASE", r.now)})
}

func (s *Server) ledgerRow(currency string, now market.Nanos) map[string]any {
	f := s.book.figures()
	row := map[string]any{
		"settledcash": num(f.cash), "cashbalance": num(f.cash), "netliquidationvalue": num(f.equity),
		"unrealizedpnl": num(f.unrealized), "realizedpnl": num(f.realized), "stockmarketvalue": num(f.stocks),
		"exchangerate": 1, "sessionid": 1, "currency": currency, "secondkey": currency, "key": "LedgerList",
		"acctcode": s.opt.Account, "timestamp": seconds(now), "severity": 0, "endofbundle": 1,
	}
	for _, key := range []string{"commoditymarketvalue", "futuremarketvalue", "corporatebondsmarketvalue",
		"warrantsmarketvalue", "interest", "moneyfunds", "funds", "issueroptionsmarketvalue",
		"stockoptionmarketvalue", "futuresonlypnl", "tbondsmarketvalue", "futureoptionmarketvalue",
		"cashbalancefxsegment", "tbillsmarketvalue", "dividends", "cryptocurrencyvalue"} {
		row[key] = json.Number("0.0")
	}
	return row
}
