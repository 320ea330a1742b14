package ibkrsim

import (
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// currencyPairs is GET iserver/currency/pairs: the pairs of a currency, on
// either side.
func (s *Server) currencyPairs(r *web.Request) web.Reply {
	currency := strings.ToUpper(r.Query.Get("currency"))
	if currency == "" {
		return web.FailCode(400, "Bad Request: currency is missing")
	}
	rows := []any{}
	for _, p := range s.exchange.Pairs(currency) {
		other := p.Symbol
		if other == currency {
			other = p.Currency
		}
		rows = append(rows, map[string]any{"symbol": p.LocalSymbol(), "conid": p.Conid, "ccyPair": other})
	}
	if len(rows) == 0 {
		return web.OK(map[string]any{})
	}
	return web.OK(map[string]any{currency: rows})
}

// exchangeRate is GET iserver/exchangerate: what one unit of source is in
// target. 1 when both are the same.
func (s *Server) exchangeRate(r *web.Request) web.Reply {
	source, target := strings.ToUpper(r.Query.Get("source")), strings.ToUpper(r.Query.Get("target"))
	if source == "" || target == "" {
		return web.FailCode(400, "Bad Request: source and target are required")
	}
	for _, one := range []string{source, target} {
		if source != target && one != "USD" && len(s.exchange.Pairs(one)) == 0 {
			return web.FailCode(400, "Bad Request: currency "+one+" is not known")
		}
	}
	return web.OK(map[string]any{"rate": web.Num(s.house.Rate(source, target).Round(8))})
}
