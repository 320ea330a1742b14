package ibkrsim

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// scanKind is a kind of contract that scanners look through, and where.
type scanKind struct {
	kind, name string
	locations  []scanPlace
}

// scanPlace is a location of a scanner: listing exchanges, or all of them.
type scanPlace struct {
	code, name string
	exchanges  []string
}

var scanKinds = []scanKind{
	{"STK", "US Stocks", []scanPlace{
		{"STK.US.MAJOR", "Listed/NASDAQ", nil}, {"STK.US", "US Stocks", nil}, {"STK.NASDAQ", "NASDAQ", []string{"NASDAQ"}},
		{"STK.NYSE", "NYSE", []string{"NYSE"}}, {"STK.AMEX", "AMEX", []string{"AMEX"}}, {"STK.ARCA", "ARCA", []string{"ARCA"}},
	}},
	{"ETF.EQ.US", "US Equity ETFs", []scanPlace{
		{"ETF.EQ.US.MAJOR", "Listed/NASDAQ", nil}, {"ETF.EQ.US", "US Equity ETFs", nil}, {"ETF.EQ.ARCA", "ARCA", []string{"ARCA"}},
		{"ETF.EQ.NASDAQ", "NASDAQ", []string{"NASDAQ"}},
	}},
	{"FUT.US", "US Futures", []scanPlace{
		{"FUT.US", "US Futures", nil}, {"FUT.CME", "CME", []string{"CME"}}, {"FUT.NYMEX", "NYMEX", []string{"NYMEX"}},
		{"FUT.COMEX", "COMEX", []string{"COMEX"}},
	}},
}

// maxScan is how many contracts a scanner gives.
const maxScan = 50

// scanRequest is what POST iserver/scanner/run takes.
type scanRequest struct {
	Instrument string `json:"instrument"`
	Type       string `json:"type"`
	Location   string `json:"location"`
	Filter     []struct {
		Code  string `json:"code"`
		Value loose  `json:"value"`
	} `json:"filter"`
}

// scannerRun is POST iserver/scanner/run. What it does not know is a 500.
func (s *Server) scannerRun(r *web.Request) web.Reply {
	var body scanRequest
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	query, place, problem := body.read()
	if problem != "" {
		return web.Fail(500, problem)
	}
	found, err := s.exchange.Scan(query)
	if err != nil {
		return web.Fail(500, "scan type or filter is not known")
	}
	found = slices.DeleteFunc(found, func(one exchange.ScanRow) bool {
		return len(place.exchanges) > 0 && !slices.Contains(place.exchanges, one.Product.Exchange)
	})
	column, rows := columnOf(query.Type), []any{}
	for at, one := range found[:min(len(found), maxScan)] {
		row := scanRow(at, one)
		if at == 0 {
			row["column_name"] = column
		}
		rows = append(rows, row)
	}
	return web.OK(map[string]any{"contracts": rows, "scan_data_column_name": column})
}

// read is what a request looks for, or what is wrong with it.
func (q *scanRequest) read() (exchange.ScanQuery, scanPlace, string) {
	query := exchange.ScanQuery{Instrument: q.Instrument, Type: q.Type, Max: 1 << 20}
	at := slices.IndexFunc(scanKinds, func(one scanKind) bool { return one.kind == q.Instrument })
	if at < 0 {
		return query, scanPlace{}, "instrument " + q.Instrument + " is not known"
	}
	places := scanKinds[at].locations
	where := slices.IndexFunc(places, func(one scanPlace) bool { return one.code == q.Location })
	if where < 0 {
		return query, scanPlace{}, "location " + q.Location + " is not known"
	}
	if columnOf(q.Type) == "" {
		return query, scanPlace{}, "scan type " + q.Type + " is not known"
	}
	for _, one := range q.Filter {
		value, err := decimal.NewFromString(string(one.Value))
		if err != nil || !slices.Contains(exchange.ScanFilters(), one.Code) || tooLong(value) {
			return query, scanPlace{}, "filter " + one.Code + " is not known or has a wrong value"
		}
		query.Filters = append(query.Filters, exchange.Filter{Code: one.Code, Value: value})
	}
	return query, places[where], ""
}

// tooLong says that a number has an exponent with which nobody should count.
func tooLong(v market.Money) bool { return v.Exponent() > 30 || v.Exponent() < -30 }

// columnOf is the column of a scan type, "" for one that there is not.
func columnOf(code string) string {
	for _, one := range exchange.ScanTypes() {
		if one.Code == code {
			return one.Column
		}
	}
	return ""
}

func scanRow(at int, one exchange.ScanRow) map[string]any {
	p := one.Product
	words := contractWords(p)
	row := map[string]any{
		"server_id": web.Int(int64(at)), "symbol": p.Symbol, "conidex": web.Int(p.Conid), "con_id": p.Conid,
		"available_chart_periods": "#R|1", "company_name": p.Company, "scan_data": one.Value,
		"contract_description_1": words.Text(), "listing_exchange": wording.ListingText(p.Exchange), "sec_type": p.SecType,
	}
	if detail := words.Detail(); detail != "" {
		row["contract_description_2"] = detail
	}
	return row
}

// scannerParams is GET iserver/scanner/params: all that scanner/run takes.
func (s *Server) scannerParams(*web.Request) web.Reply {
	types, kinds, filters, tree := []any{}, []any{}, []any{}, []any{}
	var codes []string
	for _, one := range scanKinds {
		codes = append(codes, one.kind)
		places := []any{}
		for _, place := range one.locations {
			places = append(places, map[string]any{"display_name": place.name, "type": place.code, "locations": nil})
		}
		kinds = append(kinds, map[string]any{"display_name": one.name, "type": one.kind, "filters": exchange.ScanFilters()})
		tree = append(tree, map[string]any{"display_name": one.name, "type": one.kind, "locations": places})
	}
	for _, one := range exchange.ScanTypes() {
		types = append(types, map[string]any{"display_name": one.Name, "code": one.Code, "instruments": codes})
	}
	for _, code := range exchange.ScanFilters() {
		filters = append(filters, map[string]any{"group": code, "display_name": filterName(code), "code": code, "type": "non-range"})
	}
	return web.OK(map[string]any{"scan_type_list": types, "instrument_list": kinds, "filter_list": filters, "location_tree": tree})
}

// filterName is a filter in words: Price Above.
func filterName(code string) string {
	name, side := strings.TrimSuffix(code, "Above"), "Above"
	if name == code {
		name, side = strings.TrimSuffix(code, "Below"), "Below"
	}
	words := map[string]string{"price": "Price", "usdPrice": "Price (USD)", "changePerc": "Change (%)", "volume": "Volume", "usdVolume": "Volume (USD)"}
	return words[name] + " " + side
}
