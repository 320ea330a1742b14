package ibkrsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// secdefTypes are the derivatives that secdef/strikes knows.
var secdefTypes = []string{exchange.Option, "FOP", "WAR"}

// strikes is GET iserver/secdef/strikes. Before a search for the underlying in
// this session, or for a month that there is not, both lists are empty.
func (s *Server) strikes(r *web.Request) web.Reply {
	conid, err := strconv.ParseInt(r.Query.Get("conid"), 10, 64)
	kind, month := strings.ToUpper(cmp.Or(r.Query.Get("sectype"), r.Query.Get("secType"))), strings.ToUpper(r.Query.Get("month"))
	switch {
	case err != nil:
		return web.FailCode(400, "Bad Request: conid is missing")
	case !slices.Contains(secdefTypes, kind):
		return web.FailCode(400, "Bad Request: sectype is missing or not one of "+strings.Join(secdefTypes, ", "))
	case month == "":
		return web.FailCode(400, "Bad Request: month is missing")
	}
	var calls, puts []market.Price
	if s.user(r).session.found[conid] && kind == exchange.Option && s.tradedAt(conid, r.Query.Get("exchange")) {
		calls, puts = s.exchange.Strikes(conid, month)
	}
	return web.OK(map[string]any{"call": priceNums(calls), "put": priceNums(puts)})
}

// tradedAt says that options on a conid trade at an exchange; none is any.
func (s *Server) tradedAt(conid int64, name string) bool {
	options := s.exchange.Contracts(exchange.Contract{Underlying: conid, SecType: exchange.Option})
	return name == "" || len(options) > 0 && slices.Contains(exchangesOf(&options[0].Instrument), strings.ToUpper(name))
}

func priceNums(list []market.Price) []json.Number {
	nums := make([]json.Number, 0, len(list))
	for _, p := range list {
		nums = append(nums, web.PriceNum(p))
	}
	return nums
}

// secdefInfo is GET iserver/secdef/info: the contract itself, or its
// derivatives of a month. Those need a search in this session first.
func (s *Server) secdefInfo(r *web.Request) web.Reply {
	i, out, ok := s.contract(r.Query.Get("conid"))
	if !ok {
		return out
	}
	kind := strings.ToUpper(cmp.Or(r.Query.Get("sectype"), r.Query.Get("secType")))
	if kind == "" || kind == i.SecType {
		return web.OK([]any{secdefRow(i, r.Query.Get("exchange"))})
	}
	c, problem := contractQuery(r, i.Conid, kind)
	if problem != "" {
		return web.FailCode(400, "Bad Request: "+problem)
	}
	rows := []any{}
	if s.user(r).session.found[i.Conid] {
		for _, p := range s.exchange.Contracts(c) {
			if at := r.Query.Get("exchange"); at == "" || slices.Contains(exchangesOf(&p.Instrument), strings.ToUpper(at)) {
				rows = append(rows, secdefRow(&p.Instrument, at))
			}
		}
	}
	return web.OK(rows)
}

// contractQuery is which derivatives a query means, or what is wrong with it.
func contractQuery(r *web.Request, underlying int64, kind string) (c exchange.Contract, problem string) {
	c = exchange.Contract{Underlying: underlying, SecType: kind, Month: strings.ToUpper(r.Query.Get("month"))}
	if _, err := time.Parse("Jan06", c.Month); err != nil {
		return c, "month " + c.Month + ": want one such as JAN26"
	}
	strike, ok := priceText(r.Query.Get("strike"))
	if !ok {
		return c, "strike " + r.Query.Get("strike") + " is not a price"
	}
	c.Strike = strike
	switch right := strings.ToUpper(r.Query.Get("right")); right {
	case "", "?":
	case "C", "P":
		c.Right = right
	default:
		return c, "right " + right + ": want C or P"
	}
	return c, ""
}

// secdefRow is a contract in secdef/info, at the exchange that was asked for.
func secdefRow(i *exchange.Instrument, at string) map[string]any {
	right := "?"
	if i.Right != "" {
		right = i.Right
	}
	if at == "" {
		at = exchangesOf(i)[0]
	}
	return map[string]any{
		"conid": i.Conid, "symbol": i.Symbol, "secType": i.SecType, "exchange": strings.ToUpper(at), "listingExchange": i.Exchange,
		"right": right, "strike": web.PriceNum(i.Strike), "currency": i.Currency, "cusip": nil, "coupon": "No Coupon",
		"desc1": i.Symbol, "desc2": seriesText(i), "maturityDate": orNil(i.Expiry), "multiplier": orNil(multiplierText(i)),
		"tradingClass": tradingClass(i), "validExchanges": strings.Join(exchangesOf(i), ","),
	}
}

// seriesText is a derivative without its symbol: DEC 18 '26 655 Call.
func seriesText(i *exchange.Instrument) string {
	expiry, err := time.Parse("20060102", i.Expiry)
	if err != nil {
		return ""
	}
	text := strings.ToUpper(expiry.Format("Jan 02 '06"))
	switch i.Right {
	case "C":
		return text + " " + i.Strike.String() + " Call"
	case "P":
		return text + " " + i.Strike.String() + " Put"
	}
	return text + " (" + decimal.New(i.Multiplier, 0).String() + ")"
}
