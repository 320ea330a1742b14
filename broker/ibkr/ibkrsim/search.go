package ibkrsim

import (
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
)

// finder is what iserver/secdef/search looks for.
type finder struct {
	Symbol  string `json:"symbol"`
	SecType string `json:"secType"`
	Name    flag   `json:"name"`    // Symbol is part of a company's name
	Pattern flag   `json:"pattern"` // Symbol is how symbols begin
}

// flag is a boolean that clients write as one, as a number, or as text in any
// case: Python's is True.
type flag bool

// UnmarshalJSON takes what yes takes. Anything else is false.
func (f *flag) UnmarshalJSON(text []byte) error {
	*f = flag(yes(string(text)))
	return nil
}

// yes reads a boolean as clients write it: true, True, 1 or "true". What cannot
// be read is false.
func yes(text string) bool {
	v, err := strconv.ParseBool(strings.ToLower(strings.Trim(text, `"`)))
	return err == nil && v
}

// searchByQuery is GET iserver/secdef/search.
func (s *Server) searchByQuery(r *web.Request) web.Reply {
	return s.search(s.user(r), finder{Symbol: r.Query.Get("symbol"), SecType: r.Query.Get("secType"),
		Name: flag(yes(r.Query.Get("name"))), Pattern: flag(yes(r.Query.Get("pattern")))})
}

// searchByBody is POST iserver/secdef/search.
func (s *Server) searchByBody(r *web.Request) web.Reply {
	var body finder
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	return s.search(s.user(r), body)
}

// search answers one row for each listing, in no order of relevance. Strikes of
// what was found by its symbol can be asked for from now on.
func (s *Server) search(u *user, f finder) web.Reply {
	if f.Symbol == "" {
		return web.FailCode(400, "Bad Request: symbol is missing")
	}
	rows := []any{}
	for _, i := range s.searched(&f) {
		rows = append(rows, s.searchRows(i)...)
		if !f.Name {
			u.session.find(i.Conid)
		}
	}
	if f.SecType == "" || f.SecType == bond {
		rows = append(rows, issuerRows(&f)...)
	}
	return web.OK(rows)
}

// find notes that a search has found a conid.
func (s *session) find(conid int64) {
	if s.found == nil {
		s.found = map[int64]bool{}
	}
	s.found[conid] = true
}

// fits says that a symbol and a company are looked for.
func (f *finder) fits(symbol, company string) bool {
	symbol, company, wanted := strings.ToUpper(symbol), strings.ToUpper(company), strings.ToUpper(f.Symbol)
	switch {
	case bool(f.Name):
		return strings.Contains(company, wanted)
	case bool(f.Pattern):
		return strings.HasPrefix(symbol, wanted)
	}
	return symbol == wanted
}

// searched are the contracts that are looked for: stocks, currencies and what
// derivatives are on. Derivatives themselves are found from there.
func (s *Server) searched(f *finder) []*exchange.Instrument {
	var found []*exchange.Instrument
	seen := map[int64]bool{}
	for _, p := range s.exchange.Products() {
		i := &p.Instrument
		if i.Underlying != 0 {
			if s.exchange.ByConid(i.Underlying) != nil {
				continue
			}
			i = underlyingOf(i)
		}
		if !seen[i.Conid] && f.fits(i.Symbol, i.Company) && (f.SecType == "" || f.SecType == i.SecType) {
			found = append(found, i)
		}
		seen[i.Conid] = true
	}
	return found
}

// searchRows are the listings of a contract. Of the names of the New York Stock
// Exchange the foreign one comes first.
func (s *Server) searchRows(i *exchange.Instrument) []any {
	rows := []any{searchRow(i, s.sections(i))}
	if i.SecType != exchange.Stock {
		return rows
	}
	rows = append(rows, searchRow(foreignListing(i), []any{section{SecType: exchange.Stock, Exchange: abroad + ";"}}))
	if i.Exchange == "NYSE" {
		slices.Reverse(rows)
	}
	return rows
}

func searchRow(i *exchange.Instrument, sections []any) map[string]any {
	return map[string]any{"conid": web.Int(i.Conid), "companyHeader": i.Company + " - " + i.Exchange, "companyName": i.Company,
		"symbol": i.Symbol, "description": i.Exchange, "restricted": nil, "sections": sections}
}

// section is a type of contract that a listing has.
type section struct {
	SecType  string `json:"secType"`
	Months   string `json:"months,omitempty"` // DEC26;JAN27
	Exchange string `json:"exchange,omitempty"`
}

// sections are the contracts that there are on a listing, itself first.
func (s *Server) sections(i *exchange.Instrument) []any {
	list := []any{section{SecType: i.SecType}}
	if i.SecType != exchange.Stock {
		list = []any{section{SecType: i.SecType, Exchange: i.Exchange + ";"}}
	}
	for _, kind := range []string{exchange.Future, exchange.Option} {
		months := s.exchange.Months(i.Conid, kind)
		if len(months) == 0 {
			continue
		}
		one := s.exchange.Contracts(exchange.Contract{Underlying: i.Conid, SecType: kind})[0]
		list = append(list, section{SecType: kind, Months: strings.Join(months, ";"),
			Exchange: strings.Join(exchangesOf(&one.Instrument), ";")})
	}
	if i.SecType == exchange.Stock || len(list) > 1 {
		list = append(list, section{SecType: exchange.Combo})
	}
	return list
}
