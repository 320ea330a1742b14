package ibkrsim

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// foreign is the conid of the invented Mexican listing of a product, which is
// there to be confused with the real one and cannot be traded.
func foreign(p *exchange.Product) int64 { return 900_000_000 + p.Conid%100_000_000 }

func validExchanges(p *exchange.Product) string {
	return "SMART,AMEX,NYSE,CBOE,ARCA,NASDAQ," + p.Exchange
}

// pathProduct is the product of the path's conid.
func (s *Server) pathProduct(text string) (*exchange.Product, web.Reply, bool) {
	conid, err := strconv.ParseInt(text, 10, 64)
	if p := s.exchange.ByConid(conid); err == nil && p != nil {
		return p, web.Reply{}, true
	}
	return nil, web.FailCode(400, "Bad Request: conid "+text+" is not known"), false
}

// searchByQuery is GET iserver/secdef/search.
func (s *Server) searchByQuery(r *web.Request) web.Reply { return s.search(r.Query.Get("symbol")) }

// searchByBody is POST iserver/secdef/search.
func (s *Server) searchByBody(r *web.Request) web.Reply {
	var body struct {
		Symbol string `json:"symbol"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	return s.search(body.Symbol)
}

func (s *Server) search(symbol string) web.Reply {
	if symbol == "" {
		return web.FailCode(400, "Bad Request: symbol is missing")
	}
	rows := []any{}
	for _, p := range s.exchange.Products() {
		if !strings.EqualFold(p.Symbol, symbol) {
			continue
		}
		month := s.opt.Now().UTC().Format("Jan06")
		rows = append(rows,
			searchRow(p, p.Conid, p.Exchange, []map[string]string{{"secType": "STK"},
				{"secType": "OPT", "months": strings.ToUpper(month), "exchange": "SMART;AMEX;CBOE"}}),
			searchRow(p, foreign(p), "MEXI", []map[string]string{{"secType": "STK", "exchange": "MEXI;"}}))
	}
	return web.OK(rows)
}

func searchRow(p *exchange.Product, conid int64, exchange string, sections []map[string]string) map[string]any {
	return map[string]any{"conid": web.Int(conid), "companyHeader": p.Company + " - " + exchange, "companyName": p.Company,
		"symbol": p.Symbol, "description": exchange, "restricted": nil, "sections": sections}
}

// stocks is GET trsrv/stocks.
func (s *Server) stocks(r *web.Request) web.Reply {
	out := map[string]any{}
	for _, symbol := range strings.Split(r.Query.Get("symbols"), ",") {
		for _, p := range s.exchange.Products() {
			if p.Symbol != symbol {
				continue
			}
			out[symbol] = []any{map[string]any{
				"name": p.Company, "chineseName": p.Company, "assetClass": "STK", "contracts": []any{
					map[string]any{"conid": p.Conid, "exchange": p.Exchange, "isUS": true},
					map[string]any{"conid": foreign(p), "exchange": "MEXI", "isUS": false}}}}
		}
	}
	return web.OK(out)
}

// secdef is GET trsrv/secdef.
func (s *Server) secdef(r *web.Request) web.Reply {
	conids := strings.Split(r.Query.Get("conids"), ",")
	if len(conids) > 200 {
		return web.FailCode(400, "Bad Request: more than 200 conids")
	}
	rows := []any{}
	for _, text := range conids {
		p, _, ok := s.pathProduct(text)
		if !ok {
			continue
		}
		rows = append(rows, map[string]any{
			"conid": p.Conid, "currency": "USD", "name": p.Company, "assetClass": "STK", "expiry": nil,
			"lastTradingDay": nil, "group": nil, "putOrCall": nil, "sector": nil, "sectorGroup": nil, "strike": "0",
			"ticker": p.Symbol, "undConid": 0, "multiplier": web.Num(decimal.Zero), "type": p.Kind, "hasOptions": true,
			"fullName": p.Symbol, "isUS": true, "isEventContract": false, "listingExchange": p.Exchange, "countryCode": "US",
		})
	}
	return web.OK(map[string]any{"secdef": rows})
}

func infoOf(p *exchange.Product) map[string]any {
	return map[string]any{
		"cfi_code": "", "symbol": p.Symbol, "cusip": nil, "expiry_full": nil, "con_id": p.Conid, "maturity_date": nil,
		"industry": "Simulated", "instrument_type": "STK", "has_related_contracts": true, "trading_class": p.Symbol,
		"valid_exchanges": validExchanges(p), "allow_sell_long": false, "is_zero_commission_security": false,
		"local_symbol": p.Symbol, "contract_clarification_type": nil, "classifier": nil, "currency": "USD", "text": nil,
		"underlying_con_id": 0, "r_t_h": true, "multiplier": nil, "underlying_issuer": nil, "contract_month": nil,
		"company_name": p.Company, "smart_available": true, "exchange": "SMART", "category": "Simulated",
	}
}

func (s *Server) contractInfo(r *web.Request) web.Reply {
	p, out, ok := s.pathProduct(r.Vars["conid"])
	if !ok {
		return out
	}
	return web.OK(infoOf(p))
}

func (s *Server) contractInfoAndRules(r *web.Request) web.Reply {
	p, out, ok := s.pathProduct(r.Vars["conid"])
	if !ok {
		return out
	}
	info := infoOf(p)
	info["rules"] = rulesOf(p, s.user(r).accounts)
	return web.OK(info)
}

// contractRules is POST iserver/contract/rules.
func (s *Server) contractRules(r *web.Request) web.Reply {
	var body struct {
		Conid web.Number `json:"conid"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	p, out, ok := s.pathProduct(string(body.Conid))
	if !ok {
		return out
	}
	return web.OK(rulesOf(p, s.user(r).accounts))
}

func rulesOf(p *exchange.Product, accounts []string) map[string]any {
	types := []string{"limit", "market", "stop", "stop_limit", "trailing_stop"}
	rules := map[string]any{
		"algoEligible": false, "allOrNoneEligible": false, "overnightEligible": false, "costReport": false,
		"canTradeAcctIds": accounts, "error": nil, "orderTypes": types, "ibAlgoTypes": []string{},
		"fraqTypes": []string{}, "forceOrderPreview": false, "cqtTypes": []string{}, "orderTypesOutside": []string{"limit", "stop_limit"},
		"defaultSize": 100, "cashSize": web.Num(decimal.Zero), "sizeIncrement": 100,
		"tifTypes":   []string{"IOC/MARKET,LIMIT", "DAY/o", "GTC/o"},
		"limitPrice": web.PriceNum(p.Mark()), "stopprice": web.PriceNum(p.Mark()), "orderOrigination": nil, "preview": true,
		"displaySize": nil, "fraqInt": 0, "cashCcy": "USD", "cashQtyIncr": 500, "priceMagnifier": nil,
		"negativeCapable": false, "incrementType": 1, "increment": web.PriceNum(p.Tick), "incrementDigits": 2, "hasSecondary": true,
	}
	maps.Copy(rules, map[string]any{
		"orderDefaults":  map[string]any{"LMT": map[string]string{"LP": web.PriceText(p.Mark())}},
		"tifDefaults":    map[string]string{"TIF": "DAY", "SIZE": "100.00"},
		"incrementRules": []any{map[string]any{"lowerEdge": web.Num(decimal.Zero), "increment": web.PriceNum(p.Tick)}},
	})
	return rules
}

// tradingSchedule is GET contract/trading-schedule: six days in epoch seconds.
// A market that is always open is open from midnight to midnight UTC.
func (s *Server) tradingSchedule(r *web.Request) web.Reply {
	p, out, ok := s.pathProduct(r.Query.Get("conid"))
	if !ok {
		return out
	}
	schedules, zone := map[string]any{}, "UTC"
	for day := range 6 {
		at := r.Now + market.Nanos(day)*market.Day
		open, closing := at-at%market.Day, at-at%market.Day+market.Day
		local := at.Time()
		if !p.Session.AlwaysOpen() {
			open, closing = p.Session.Bounds(at)
			local, zone = local.In(p.Session.Loc), zoneName(p.Session.Loc)
		}
		if open == closing {
			continue
		}
		hours := map[string]any{"opening": web.Seconds(open), "closing": web.Seconds(closing)}
		extended := maps.Clone(hours)
		extended["cancel_daily_orders"] = true
		schedules[local.Format("20060102")] = map[string]any{
			"liquid_hours": []any{hours}, "extended_hours": []any{extended}}
	}
	return web.OK(map[string]any{"exchange_time_zone": zone, "schedules": schedules})
}

// zoneName is the API's name of a time zone.
func zoneName(loc *time.Location) string {
	if loc.String() == "America/New_York" {
		return "US/Eastern"
	}
	return loc.String()
}
