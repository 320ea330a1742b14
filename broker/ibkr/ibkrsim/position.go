package ibkrsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// positionsSpan is how long positions are answered from what was read before,
// unless POST portfolio/{accountId}/positions/invalidate comes.
const positionsSpan = 30 * market.Second

// pageSize is how many positions are on a page.
const pageSize = 100

// cachedPositions are an account's positions as they were at a time.
type cachedPositions struct {
	at    market.Nanos
	until market.Nanos     // it is not read again before
	rows  []map[string]any // enriched
}

// sparseKeys are what the first read of a session has.
var sparseKeys = []string{"acctId", "conid", "contractDesc", "position", "mktPrice", "mktValue", "currency", "avgCost", "avgPrice",
	"realizedPnl", "unrealizedPnl", "exchs", "expiry", "putOrCall", "exerciseStyle", "conExchMap", "assetClass", "undConid", "model"}

// positions are the rows of an account, from the cache while they are fresh.
func (s *Server) positions(a *brokerage.Account, now market.Nanos) []map[string]any {
	d := &s.desk
	if d.cached == nil {
		d.cached = map[string]*cachedPositions{}
	}
	known := d.cached[a.ID]
	if known != nil && (now < known.until || now-known.at < positionsSpan) {
		return known.rows
	}
	rows := []map[string]any{}
	for _, h := range open(s.house.Whole(a)) {
		rows = append(rows, s.positionRow(a, h))
	}
	d.cached[a.ID] = &cachedPositions{at: now, rows: rows}
	return rows
}

// sparse is a row as the first read of a session has it.
func sparse(row map[string]any) map[string]any {
	out := map[string]any{"multiplier": nil, "strike": web.Num(decimal.Zero)}
	for _, key := range sparseKeys {
		out[key] = row[key]
	}
	if text, ok := row["strike"].(string); ok && text != "0" {
		out["strike"] = json.Number(web.FloatText(text))
	}
	return out
}

// positionRow is a row of the cached positions, with all its keys.
func (s *Server) positionRow(a *brokerage.Account, h *brokerage.Holding) map[string]any {
	p := h.Product
	branch, _ := branchOf(&p.Instrument)
	row := map[string]any{
		"acctId": a.ID, "conid": p.Conid, "contractDesc": contractDesc(p), "position": web.QtyNum(h.Qty),
		"currency": p.Currency, "exchs": nil, "expiry": orNil(p.Expiry), "putOrCall": orNil(p.Right),
		"multiplier": web.Num(decimal.Zero), "strike": p.Strike.String(), "exerciseStyle": nil, "conExchMap": []string{},
		"assetClass": p.SecType, "undConid": p.Underlying, "model": "",
		"ticker": p.Symbol, "name": p.Company, "fullName": contractText(p), "chineseName": p.Company,
		"allExchanges": validExchanges(p), "listingExchange": p.Exchange, "countryCode": "US", "lastTradingDay": orNil(p.Expiry),
		"group": orNil(branch.industry), "sector": orNil(branch.sector), "sectorGroup": orNil(branch.category), "type": p.Kind,
		"hasOptions": len(s.exchange.Months(p.Conid, exchange.Option)) > 0,
		"isUS":       p.Currency == "USD", "isEventContract": false, "time": 1, "pageSize": pageSize,
		"incrementRules": incrementRules(&p.Instrument), "displayRule": displayRule(&p.Instrument),
	}
	if p.SecType == exchange.Option || p.SecType == exchange.Future {
		row["multiplier"] = web.Num(decimal.New(p.Multiplier, 0))
	}
	if p.SecType == exchange.Option {
		row["exerciseStyle"] = "A"
	}
	maps.Copy(row, amounts(h, "", decimal.New(1, 0)))
	maps.Copy(row, amounts(h, "base", s.house.Rate(p.Currency, a.Base)))
	return row
}

// amounts are the money of a row, in the product's or the base currency.
// avgCost has the multiplier in it, avgPrice has not.
func amounts(h *brokerage.Holding, prefix string, rate market.Money) map[string]any {
	out := map[string]any{}
	for key, amount := range map[string]market.Money{
		"MktPrice": h.Product.Mark().Decimal(), "AvgCost": web.Average(h.Cost, h.Qty), "AvgPrice": h.AvgPx(h.Product.Multiplier).Decimal(),
	} {
		out[keyOf(prefix, key)] = web.Num(amount.Mul(rate).Round(8))
	}
	for key, amount := range map[string]market.Money{
		"MktValue": h.MarketValue(), "RealizedPnl": h.RealizedPnL, "UnrealizedPnl": h.Unrealized(),
	} {
		out[keyOf(prefix, key)] = web.Cents(amount.Mul(rate))
	}
	return out
}

// keyOf is mktPrice or baseMktPrice.
func keyOf(prefix, key string) string {
	if prefix != "" {
		return prefix + key
	}
	return string(key[0]+'a'-'A') + key[1:]
}

// contractDesc names a position: SPY, ES DEC2026, and of an option with its
// OCC symbol, SPY DEC2026 655 C [SPY 261218C00655000 100].
func contractDesc(p *exchange.Product) string {
	at, err := time.Parse("20060102", p.Expiry)
	month := ""
	if err == nil {
		month = fmt.Sprintf("%-6s %s", p.Symbol, strings.ToUpper(at.Format("Jan2006")))
	}
	switch {
	case p.SecType == exchange.Forex:
		return p.Symbol + "." + p.Currency
	case err != nil:
		return p.Symbol
	case p.SecType == exchange.Option:
		return fmt.Sprintf("%s %s %s [%-5s %s%s%08d %d]", month, p.Strike, p.Right, p.Symbol, at.Format("060102"), p.Right,
			p.Strike/(market.PriceScale/1000), p.Multiplier)
	}
	return month
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

// getPositions is GET portfolio/{accountId}/positions/{pageId}: 100 to a page,
// sorted by a key of the rows when one is named (direction d is downwards).
func (s *Server) getPositions(r *web.Request) web.Reply {
	page, err := strconv.Atoi(r.Vars["pageId"])
	if err != nil || page < 0 {
		return web.FailCode(400, "Bad Request: page "+r.Vars["pageId"]+" is not a number")
	}
	u := s.user(r)
	list := sorted(s.positions(s.account(r), r.Now), r.Query.Get("sort"), r.Query.Get("direction") == "d")
	rows := []any{}
	for i := min(page, len(list)) * pageSize; i < min((min(page, len(list))+1)*pageSize, len(list)); i++ {
		if u.session.positions {
			rows = append(rows, list[i])
		} else {
			rows = append(rows, sparse(list[i]))
		}
	}
	u.session.positions = true
	return web.OK(rows)
}

// sorted is a list by a key that the rows have: numbers by size, text by
// alphabet.
func sorted(rows []map[string]any, key string, down bool) []map[string]any {
	if len(rows) == 0 || rows[0][key] == nil {
		return rows
	}
	list := slices.Clone(rows)
	slices.SortStableFunc(list, func(a, b map[string]any) int {
		order := compare(a[key], b[key])
		if down {
			return -order
		}
		return order
	})
	return list
}

func compare(a, b any) int {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	if !okX || !okY {
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	}
	dx, errX := decimal.NewFromString(x.String())
	dy, errY := decimal.NewFromString(y.String())
	if errX != nil || errY != nil {
		return cmp.Compare(x, y)
	}
	return dx.Cmp(dy)
}

// getPosition is GET portfolio/{accountId}/position/{conid}.
func (s *Server) getPosition(r *web.Request) web.Reply {
	rows := []any{}
	for _, row := range s.positions(s.account(r), r.Now) {
		if fmt.Sprint(row["conid"]) == r.Vars["conid"] {
			rows = append(rows, row)
		}
	}
	return web.OK(rows)
}

// getPositionEverywhere is GET portfolio/positions/{conid}.
func (s *Server) getPositionEverywhere(r *web.Request) web.Reply {
	out := map[string]any{}
	for _, id := range s.user(r).accounts {
		rows := []any{}
		for _, row := range s.positions(s.house.Account(id), r.Now) {
			if fmt.Sprint(row["conid"]) == r.Vars["conid"] {
				rows = append(rows, sparse(row))
			}
		}
		out[id] = rows
	}
	return web.OK(out)
}

// invalidatePositions is POST portfolio/{accountId}/positions/invalidate.
func (s *Server) invalidatePositions(r *web.Request) web.Reply {
	id := s.account(r).ID
	if known := s.desk.cached[id]; known != nil && r.Now >= known.until {
		delete(s.desk.cached, id)
	}
	return web.OK(map[string]string{"message": "success"})
}

// getPositions2 is GET portfolio2/{accountId}/positions: no cache, and the conid
// is text.
func (s *Server) getPositions2(r *web.Request) web.Reply {
	rows := []any{}
	for _, h := range open(s.house.Whole(s.account(r))) {
		p := h.Product
		rows = append(rows, map[string]any{
			"position": web.QtyNum(h.Qty), "conid": web.Int(p.Conid), "avgCost": web.Num(web.Average(h.Cost, h.Qty)),
			"avgPrice": web.Num(h.AvgPx(p.Multiplier).Decimal()), "currency": p.Currency,
			"description": contractDesc(p), "isLastToLoq": false, "marketPrice": web.PriceNum(p.Mark()),
			"marketValue": web.Num(h.MarketValue()), "realizedPnl": web.Num(h.RealizedPnL), "secType": p.SecType,
			"timestamp": web.Seconds(r.Now), "unrealizedPnl": web.Num(h.Unrealized()), "assetClass": p.SecType,
			"sector": nil, "group": nil, "model": "",
		})
	}
	return web.OK(rows)
}
