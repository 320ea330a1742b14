package ibkrsim

import (
	"cmp"
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

const bond = "BOND"

// issuer is who has bonds outstanding. They can be looked for, not traded.
type issuer struct {
	id, name, symbol, company string
	bonds                     []bondTerms
}

// bondTerms are what bonds are filtered by; days are YYYYMMDD.
type bondTerms struct{ maturity, issued, coupon, currency string }

// issuers are those of some of the default instruments, with bonds they are
// known for.
var issuers = []issuer{
	{"e1400715", "Apple Inc", "AAPL", "APPLE INC", []bondTerms{
		{"20270209", "20170209", "3.35", "USD"}, {"20271113", "20171113", "3", "USD"}, {"20280208", "20210208", "1.2", "USD"},
		{"20310531", "20190531", "0.5", "EUR"}, {"20460223", "20160223", "4.65", "USD"},
	}},
	{"e1400789", "International Business Machines Corp", "IBM", "INTL BUSINESS MACHINES CORP", []bondTerms{
		{"20270515", "20200507", "1.7", "USD"}, {"20290515", "20190515", "3.5", "USD"}, {"20300515", "20200507", "1.95", "USD"},
		{"20310123", "20190131", "1.75", "EUR"},
	}},
}

// issuerRows are the rows of a search for those who have bonds.
func issuerRows(f *finder) []any {
	found := []any{}
	for _, one := range issuers {
		if f.fits(one.symbol, one.company) {
			found = append(found, map[string]string{"id": one.id, "name": one.name})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return []any{map[string]any{"issuers": found, "bondid": 5, "conid": "2147483647", "companyHeader": "Corporate Fixed Income",
		"companyName": nil, "symbol": nil, "description": nil, "restricted": nil, "sections": []any{section{SecType: bond}}}}
}

// bondFilters is GET iserver/secdef/bond-filters. An issuer that is not known
// has none.
func (s *Server) bondFilters(r *web.Request) web.Reply {
	id := r.Query.Get("issuerId")
	if id == "" || r.Query.Get("symbol") == "" {
		return web.FailCode(400, "Bad Request: symbol and issuerId are required")
	}
	filters := []any{}
	if at := slices.IndexFunc(issuers, func(one issuer) bool { return one.id == id }); at >= 0 {
		bonds := issuers[at].bonds
		filters = []any{
			bondFilter(bonds, "Maturity Date", 27, func(b bondTerms) option {
				return option{dateText(b.maturity[:6], "200601", "Jan 2006"), b.maturity[:6]}
			}),
			bondFilter(bonds, "Issue Date", 28, func(b bondTerms) option { return option{dateText(b.issued, "20060102", "Jan 02 2006"), b.issued} }),
			bondFilter(bonds, "Coupon", 25, func(b bondTerms) option { return option{"", b.coupon} }),
			bondFilter(bonds, "Currency", 5, func(b bondTerms) option { return option{"", b.currency} }),
		}
	}
	return web.OK(map[string]any{"bondFilters": filters})
}

// option is a value to filter by; dates have a text, too.
type option struct {
	Text  string `json:"text,omitempty"`
	Value string `json:"value"`
}

// bondFilter lists the values that bonds have in a column, each once.
func bondFilter(bonds []bondTerms, title string, column int, of func(bondTerms) option) map[string]any {
	var options []option
	for _, one := range bonds {
		options = append(options, of(one))
	}
	slices.SortFunc(options, func(a, b option) int { return cmp.Compare(a.Value, b.Value) })
	return map[string]any{"displayText": title, "columnId": column, "options": slices.Compact(options)}
}

func dateText(date, in, out string) string {
	at, err := time.Parse(in, date)
	if err != nil {
		return date
	}
	return at.Format(out)
}
