package ibkrsim

import (
	"errors"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// index is the type of what futures and event contracts are on. It can be
// looked up and not traded.
const index = "IND"

// abroad is the exchange of foreign listings.
const abroad = "MEXI"

// foreignConid is the conid of the invented Mexican listing of a stock, which is
// there to be confused with the real one and cannot be traded.
func foreignConid(i *exchange.Instrument) int64 { return 900_000_000 + i.Conid%100_000_000 }

func foreignListing(i *exchange.Instrument) *exchange.Instrument {
	one := *i
	one.Conid, one.Exchange, one.Currency = foreignConid(i), abroad, "MXN"
	return &one
}

// underlyingOf is what a derivative is on, when that is not traded itself.
func underlyingOf(i *exchange.Instrument) *exchange.Instrument {
	return &exchange.Instrument{Conid: i.Underlying, Symbol: i.Symbol, Exchange: i.Exchange, Company: i.Company,
		SecType: index, Kind: index, Currency: i.Currency, Class: i.Symbol, Tick: i.Tick, Session: i.Session, Extended: i.Extended}
}

// listed is the contract of a conid: what is traded, the foreign listing of it,
// or what it is on. It is nil for a conid that is not known.
func (s *Server) listed(conid int64) *exchange.Instrument {
	if p := s.exchange.ByConid(conid); p != nil {
		return &p.Instrument
	}
	for _, p := range s.exchange.Products() {
		switch {
		case p.SecType == exchange.Stock && foreignConid(&p.Instrument) == conid:
			return foreignListing(&p.Instrument)
		case p.Underlying != 0 && p.Underlying == conid:
			return underlyingOf(&p.Instrument)
		}
	}
	return nil
}

// pathProduct is the product of a conid that a client wrote.
func (s *Server) pathProduct(text string) (*exchange.Product, web.Reply, bool) {
	conid, err := strconv.ParseInt(text, 10, 64)
	if p := s.exchange.ByConid(conid); err == nil && p != nil {
		return p, web.Reply{}, true
	}
	return nil, badConid(text), false
}

// contract is like pathProduct for all that can be looked up.
func (s *Server) contract(text string) (*exchange.Instrument, web.Reply, bool) {
	conid, err := strconv.ParseInt(text, 10, 64)
	if i := s.listed(conid); err == nil && i != nil {
		return i, web.Reply{}, true
	}
	return nil, badConid(text), false
}

func badConid(text string) web.Reply {
	return web.FailCode(400, "Bad Request: conid "+text+" is not known")
}

// smart says that orders for a contract are routed by IBKR.
func smart(i *exchange.Instrument) bool {
	switch i.SecType {
	case exchange.Stock:
		return i.Exchange != abroad
	case exchange.Option:
		return i.Exchange == "CBOE"
	}
	return false
}

// optionExchanges are where options on stocks trade, besides SMART.
var optionExchanges = []string{"AMEX", "CBOE"}

// exchangesOf are where a contract trades, the preferred one first.
func exchangesOf(i *exchange.Instrument) []string {
	switch {
	case !smart(i):
		return []string{i.Exchange}
	case i.SecType == exchange.Option:
		return append([]string{"SMART"}, optionExchanges...)
	}
	return []string{"SMART", "AMEX", "NYSE", "CBOE", "ARCA", "NASDAQ"}
}

func validExchanges(p *exchange.Product) string { return strings.Join(exchangesOf(&p.Instrument), ",") }

// tradingClass is what an exchange files a contract under.
func tradingClass(i *exchange.Instrument) string {
	if i.SecType == exchange.Stock && i.Exchange == "NASDAQ" {
		return "NMS"
	}
	return i.Class
}

// branch is what a company does, in IBKR's words.
type branch struct{ sector, industry, category string }

var branches = map[string]branch{
	"AAPL": {"Technology", "Computers", "Computers"},
	"BAC":  {"Financial", "Banks", "Diversified Banking Inst"},
	"IBM":  {"Technology", "Computers", "Computer Services"},
	"MSFT": {"Technology", "Software", "Applications Software"},
	"NVDA": {"Technology", "Semiconductors", "Electronic Compo-Semicon"},
	"TSLA": {"Consumer, Cyclical", "Auto Manufacturers", "Auto-Cars/Light Trucks"},
}

// branchOf is what the company of a stock does, when that is known.
func branchOf(i *exchange.Instrument) (branch, bool) {
	b, ok := branches[i.Symbol]
	return b, ok && i.SecType == exchange.Stock
}

// multiplierText is the multiplier of what has one.
func multiplierText(i *exchange.Instrument) string {
	if i.SecType == exchange.Future || i.SecType == exchange.Option {
		return web.Int(i.Multiplier)
	}
	return ""
}

// classification is the ISO 10962 code of options, as far as IBKR fills it in.
func classification(i *exchange.Instrument) string {
	if i.SecType == exchange.Option {
		return "O" + i.Right + "XXXS"
	}
	return ""
}

// infoOf is a row of iserver/contract/{conid}/info.
func infoOf(i *exchange.Instrument) map[string]any {
	info := map[string]any{
		"cfi_code": classification(i), "symbol": i.Symbol, "cusip": nil, "expiry_full": orNil(i.Expiry), "con_id": i.Conid,
		"maturity_date": orNil(i.Expiry), "instrument_type": i.SecType, "has_related_contracts": true, "trading_class": tradingClass(i),
		"valid_exchanges": strings.Join(exchangesOf(i), ","), "allow_sell_long": false, "is_zero_commission_security": false,
		"local_symbol": i.LocalSymbol(), "contract_clarification_type": nil, "classifier": nil, "currency": i.Currency,
		"text": orNil(seriesText(i)), "underlying_con_id": i.Underlying, "r_t_h": i.SecType == exchange.Stock,
		"multiplier": orNil(multiplierText(i)), "underlying_issuer": nil, "contract_month": orNil(i.Month),
		"company_name": i.Company, "smart_available": smart(i), "exchange": exchangesOf(i)[0],
	}
	if b, ok := branchOf(i); ok {
		info["industry"], info["category"] = b.industry, b.category
	}
	if i.SecType == exchange.Option {
		info["strike"], info["right"] = i.Strike.String(), rightText(i.Right)
	}
	return info
}

// rightText writes C and P in full.
func rightText(right string) string {
	if right == "P" {
		return "PUT"
	}
	return "CALL"
}

// contractInfo is GET iserver/contract/{conid}/info.
func (s *Server) contractInfo(r *web.Request) web.Reply {
	i, out, ok := s.contract(r.Vars["conid"])
	if !ok {
		return out
	}
	return web.OK(infoOf(i))
}

// contractInfoAndRules is GET iserver/contract/{conid}/info-and-rules.
func (s *Server) contractInfoAndRules(r *web.Request) web.Reply {
	i, out, ok := s.contract(r.Vars["conid"])
	if !ok {
		return out
	}
	info := infoOf(i)
	info["rules"] = s.rulesOf(i, s.user(r).accounts)
	return web.OK(info)
}

// loose is a number that clients write as a number or as text.
type loose string

// UnmarshalJSON takes a number, text or null.
func (l *loose) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		unquoted, err := strconv.Unquote(string(text))
		*l = loose(unquoted)
		return err
	}
	var n web.Number
	if err := n.UnmarshalJSON(text); err != nil {
		return errors.New("neither a number nor text")
	}
	*l = loose(n)
	return nil
}

// priceText reads a price in a query; empty is 0, any.
func priceText(text string) (market.Price, bool) {
	if text == "" {
		return 0, true
	}
	p, err := market.ParsePrice(text)
	return p, err == nil && p >= 0
}
