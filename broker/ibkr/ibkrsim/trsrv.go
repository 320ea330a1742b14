package ibkrsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
)

// maxListed is how many contracts or symbols a request may name. For contracts
// it is the API's limit.
const maxListed = 200

// symbolsOf are the symbols that a request names.
func symbolsOf(r *web.Request) ([]string, web.Reply, bool) {
	list := splitList(r.Query.Get("symbols"))
	if len(list) > maxListed {
		return nil, web.FailCode(400, "Bad Request: more than "+web.Int(maxListed)+" symbols"), false
	}
	return list, web.Reply{}, true
}

// stocks is GET trsrv/stocks. A symbol that is not known has no key.
func (s *Server) stocks(r *web.Request) web.Reply {
	symbols, refused, ok := symbolsOf(r)
	if !ok {
		return refused
	}
	out := map[string]any{}
	for _, symbol := range symbols {
		for _, p := range s.exchange.Products() {
			if p.Symbol != symbol || p.SecType != exchange.Stock {
				continue
			}
			out[symbol] = []any{map[string]any{
				"name": p.Company, "chineseName": p.Company, "assetClass": "STK", "contracts": []any{
					map[string]any{"conid": p.Conid, "exchange": p.Exchange, "isUS": p.Currency == "USD"},
					map[string]any{"conid": foreignConid(&p.Instrument), "exchange": abroad, "isUS": false}}}}
		}
	}
	return web.OK(out)
}

// futures is GET trsrv/futures. The nearest expiry is not the first.
func (s *Server) futures(r *web.Request) web.Reply {
	symbols, refused, ok := symbolsOf(r)
	if !ok {
		return refused
	}
	out, at := map[string]any{}, strings.ToUpper(r.Query.Get("exchange"))
	for _, symbol := range symbols {
		rows := []any{}
		for _, p := range s.exchange.Futures(symbol) {
			if !p.Ended(r.Now) && (at == "" || at == p.Exchange) {
				day := json.Number(p.Expiry)
				rows = append(rows, map[string]any{"symbol": p.Symbol, "conid": p.Conid, "underlyingConid": p.Underlying,
					"expirationDate": day, "ltd": day, "shortFuturesCutOff": day, "longFuturesCutOff": day})
			}
		}
		if len(rows) > 0 {
			slices.Reverse(rows)
			out[symbol] = rows
		}
	}
	return web.OK(out)
}

// secdef is GET trsrv/secdef: no content when none of the conids is known.
func (s *Server) secdef(r *web.Request) web.Reply {
	conids := splitList(r.Query.Get("conids"))
	if len(conids) == 0 || len(conids) > maxListed {
		return web.FailCode(400, "Bad Request: want 1 to "+web.Int(maxListed)+" conids")
	}
	rows := []any{}
	for _, text := range conids {
		conid, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return web.FailCode(400, "Bad Request: conid "+text+" is not a number")
		}
		if i := s.listed(conid); i != nil {
			rows = append(rows, s.secdefOf(i))
		}
	}
	if len(rows) == 0 {
		return web.Reply{Status: 204}
	}
	return web.OK(map[string]any{"secdef": rows})
}

// secdefOf is a row of trsrv/secdef.
func (s *Server) secdefOf(i *exchange.Instrument) map[string]any {
	country := "US"
	if i.Exchange == abroad {
		country = "MX"
	}
	multiplier := decimal.Zero
	if multiplierText(i) != "" {
		multiplier = decimal.New(i.Multiplier, 0)
	}
	branch, _ := branchOf(i)
	return map[string]any{
		"conid": i.Conid, "currency": i.Currency, "name": i.Company, "assetClass": i.SecType, "expiry": orNil(i.Expiry),
		"lastTradingDay": orNil(i.Expiry), "group": orNil(branch.industry), "putOrCall": orNil(i.Right), "sector": orNil(branch.sector),
		"sectorGroup": orNil(branch.category), "strike": i.Strike.String(), "ticker": i.Symbol, "undConid": i.Underlying,
		"multiplier": web.Num(multiplier), "type": i.Kind, "hasOptions": len(s.exchange.Months(i.Conid, exchange.Option)) > 0,
		"fullName": strings.TrimSpace(i.Symbol + " " + seriesText(i)), "isUS": country == "US", "isEventContract": i.Exchange == "FORECASTX",
		"listingExchange": i.Exchange, "countryCode": country, "chineseName": i.Company, "time": 1,
		"allExchanges": strings.Join(exchangesOf(i), ","), "incrementRules": incrementRules(i), "displayRule": displayRule(i),
	}
}

func displayRule(i *exchange.Instrument) map[string]any {
	return map[string]any{"magnification": 0, "displayRuleStep": []any{
		map[string]any{"decimalDigits": decimals(i.Tick), "lowerEdge": web.Num(decimal.Zero), "wholeDigits": 4}}}
}

// allConids is GET trsrv/all-conids: the stocks that trade at an exchange, by
// conid, whatever their own is.
func (s *Server) allConids(r *web.Request) web.Reply {
	at, kind := strings.ToUpper(r.Query.Get("exchange")), strings.ToUpper(r.Query.Get("assetClass"))
	if at == "" {
		return web.FailCode(400, "Bad Request: exchange is missing")
	}
	var found []*exchange.Product
	for _, p := range s.exchange.Products() {
		if p.SecType == exchange.Stock && (kind == "" || kind == exchange.Stock) && slices.Contains(exchangesOf(&p.Instrument), at) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *exchange.Product) int { return cmp.Compare(a.Conid, b.Conid) })
	rows := []any{}
	for _, p := range found {
		rows = append(rows, map[string]any{"ticker": p.Symbol, "conid": p.Conid, "exchange": primary(p)})
	}
	return web.OK(rows)
}

// primary is a listing exchange in the words of all-conids.
func primary(p *exchange.Product) string {
	if p.Exchange == "NASDAQ" {
		return "NMS"
	}
	return p.Exchange
}
