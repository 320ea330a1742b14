package ibkrsim

import (
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Order types in the words of contract rules, which are not those of tickets.
var (
	ruleTypes    = []string{"limit", "midprice", "market", "stop", "stop_limit", "mit", "lit", "trailing_stop", "trailing_stop_limit", "relative", "marketonclose", "limitonclose"}
	stockOnly    = []string{"midprice", "marketonclose", "limitonclose"}
	outsideTypes = []string{"limit", "stop_limit", "lit", "trailing_stop_limit", "relative"}
	algoTypes    = []string{"limit", "stop_limit", "lit", "trailing_stop_limit", "relative", "marketonclose", "limitonclose"}
	cashTypes    = []string{"limit", "market", "stop", "stop_limit", "mit", "lit", "trailing_stop", "trailing_stop_limit"}
	partTypes    = []string{"limit", "market", "stop", "stop_limit"} // that take fractions of a share
)

// typesFor are those of a list that a kind of contract has.
func typesFor(i *exchange.Instrument, list []string) []string {
	if i.SecType == exchange.Stock {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return slices.Contains(stockOnly, one) })
}

// tifTypes are the times in force: o is outside of regular hours, a with algos.
func tifTypes(i *exchange.Instrument) []string {
	if i.SecType != exchange.Stock {
		return []string{"IOC/MARKET,LIMIT,RELATIVE", "DAY/o,a", "GTC/o,a"}
	}
	return []string{"IOC/MARKET,LIMIT,RELATIVE,MARKETONCLOSE,MIDPRICE,LIMITONCLOSE", "GTC/o,a", "OPG/LIMIT,MARKET,a", "DAY/o,a"}
}

// defaultSize is what an order ticket begins with.
func defaultSize(i *exchange.Instrument) int64 {
	switch i.SecType {
	case exchange.Stock:
		return 100
	case exchange.Forex:
		return 25_000
	}
	return 1
}

// decimals is how many of them a price step has.
func decimals(tick market.Price) int {
	_, fraction, _ := strings.Cut(tick.String(), ".")
	return len(fraction)
}

// contractRules is POST iserver/contract/rules.
func (s *Server) contractRules(r *web.Request) web.Reply {
	var body struct {
		Conid loose `json:"conid"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	i, out, ok := s.contract(string(body.Conid))
	if !ok {
		return out
	}
	return web.OK(s.rulesOf(i, s.user(r).accounts))
}

// rulesOf is how a contract can be traded. Of one that cannot it says so.
func (s *Server) rulesOf(i *exchange.Instrument, accounts []string) map[string]any {
	p := s.exchange.ByConid(i.Conid)
	if p == nil {
		return map[string]any{"error": "No trading permissions for " + i.Symbol + " on " + i.Exchange, "canTradeAcctIds": []string{}}
	}
	rules := map[string]any{
		"algoEligible": len(algosOf(i)) > 0, "allOrNoneEligible": i.SecType != exchange.Forex, "overnightEligible": i.SecType == exchange.Stock,
		"costReport": false, "canTradeAcctIds": accounts, "error": nil, "orderTypes": typesFor(i, ruleTypes),
		"ibAlgoTypes": typesFor(i, algoTypes), "forceOrderPreview": false, "orderTypesOutside": typesFor(i, outsideTypes),
		"tifTypes": tifTypes(i), "orderOrigination": nil, "preview": true, "displaySize": nil, "cashCcy": i.Currency, "cashQtyIncr": 500,
		"priceMagnifier": nil, "negativeCapable": false, "incrementType": 1, "incrementDigits": decimals(i.Tick), "hasSecondary": true,
		"increment": web.PriceNum(i.Tick), "incrementRules": incrementRules(i),
	}
	maps.Copy(rules, sizeRules(i))
	maps.Copy(rules, s.fractionRules(i, accounts))
	maps.Copy(rules, map[string]any{
		"limitPrice": web.PriceNum(p.Mark()), "stopprice": web.PriceNum(p.Mark()),
		"orderDefaults": map[string]any{"LMT": map[string]string{"LP": web.PriceText(p.Mark())}},
	})
	return rules
}

func incrementRules(i *exchange.Instrument) []any {
	return []any{map[string]any{"lowerEdge": web.Num(decimal.Zero), "increment": web.PriceNum(i.Tick)}}
}

func sizeRules(i *exchange.Instrument) map[string]any {
	size := defaultSize(i)
	return map[string]any{
		"defaultSize": size, "sizeIncrement": min(size, 100), "cashSize": web.Num(decimal.Zero),
		"tifDefaults": map[string]any{"TIF": "DAY", "SIZE": decimal.New(size, 0).StringFixed(2), "PMALGO": true},
	}
}

// fractionRules are the order types that take fractions of a share, or money
// in place of a size.
func (s *Server) fractionRules(i *exchange.Instrument, accounts []string) map[string]any {
	rules := map[string]any{"fraqTypes": []string{}, "fraqInt": 0, "cqtTypes": []string{}}
	switch i.SecType {
	case exchange.Stock:
		rules["cqtTypes"] = cashTypes
		if slices.ContainsFunc(accounts, func(id string) bool { return s.house.Account(id).Fractions }) {
			rules["fraqTypes"], rules["fraqInt"] = partTypes, 4
		}
	case exchange.Forex:
		rules["cqtTypes"] = cashTypes
	}
	return rules
}

// contractAlgos is GET iserver/contract/{conid}/algos. For a conid that is not
// known the API is out of service.
func (s *Server) contractAlgos(r *web.Request) web.Reply {
	i, _, ok := s.contract(r.Vars["conid"])
	if !ok {
		return web.FailCode(503, "Service Unavailable")
	}
	wanted := strings.FieldsFunc(r.Query.Get("algos"), func(c rune) bool { return c == ';' })
	rows := []any{}
	for _, a := range algosOf(i) {
		if len(wanted) > 0 && !slices.Contains(wanted, a.id) {
			continue
		}
		row := map[string]any{"name": a.name, "id": a.id}
		if yes(r.Query.Get("addDescription")) {
			row["description"] = a.description
		}
		if yes(r.Query.Get("addParams")) {
			row["parameters"] = a.parameters
		}
		rows = append(rows, row)
	}
	return web.OK(map[string]any{"algos": rows})
}
