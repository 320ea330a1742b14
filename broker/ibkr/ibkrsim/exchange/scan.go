package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gannet/market"
)

// Filter keeps what is above or below a value: priceAbove, priceBelow,
// changePercAbove, changePercBelow, volumeAbove, volumeBelow; usdPriceAbove
// and so on of those in dollars only. Percent and shares are whole units: 5.
type Filter struct {
	Code  string
	Value market.Money
}

// ScanQuery is what a scanner looks for.
type ScanQuery struct {
	Instrument string // STK, ETF.EQ.US, FUT.US, CASH or another word before the dot
	Type       string // one of ScanTypes
	Filters    []Filter
	Max        int // rows, 0: 50
}

// ScanRow is a product and the figure by which it was ranked, such as "1.25%".
type ScanRow struct {
	Product *Product
	Value   string
}

// ScanType is a ranking. Code and Column are IBKR's words, as
// iserver/scanner/params and iserver/scanner/run give them.
type ScanType struct {
	Code, Name, Column string
	figure             func(*Product) (market.Money, bool)
	ascending          bool
	text               func(market.Money) string
}

// ScanTypes are the rankings there are. Do not change the list.
func ScanTypes() []ScanType { return scanTypes }

var scanTypes = []ScanType{
	{Code: "TOP_PERC_GAIN", Name: "Top % Gainers", Column: "Chg%", figure: changeOfDay, text: percentText},
	{Code: "TOP_PERC_LOSE", Name: "Top % Losers", Column: "Chg%", figure: changeOfDay, text: percentText, ascending: true},
	{Code: "TOP_OPEN_PERC_GAIN", Name: "Top % Gainers Since Open", Column: "Chg%", figure: changeSinceOpen, text: percentText},
	{Code: "TOP_OPEN_PERC_LOSE", Name: "Top % Losers Since Open", Column: "Chg%", figure: changeSinceOpen, text: percentText, ascending: true},
	{Code: "HIGH_OPEN_GAP", Name: "Top Close-to-Open % Gainers", Column: "Gap%", figure: gapAtOpen, text: percentText},
	{Code: "LOW_OPEN_GAP", Name: "Top Close-to-Open % Losers", Column: "Gap%", figure: gapAtOpen, text: percentText, ascending: true},
	{Code: "MOST_ACTIVE", Name: "Most Active", Column: "Volume", figure: volumeOfDay, text: wholeText},
	{Code: "MOST_ACTIVE_USD", Name: "Most Active ($)", Column: "Volume ($)", figure: turnoverOfDay, text: wholeText},
	{Code: "TOP_TRADE_COUNT", Name: "Top Trade Count", Column: "Trades", figure: tradesOfDay, text: wholeText},
}

func percentText(v market.Money) string { return v.StringFixed(2) + "%" }

func wholeText(v market.Money) string { return v.StringFixed(0) }

// changeOfDay is in percent of the close of the day before.
func changeOfDay(p *Product) (market.Money, bool) { return percentOf(p.Mark(), p.Prior()) }

func changeSinceOpen(p *Product) (market.Money, bool) { return percentOf(p.Mark(), p.Open) }

func gapAtOpen(p *Product) (market.Money, bool) { return percentOf(p.Open, p.Prior()) }

func percentOf(now, before market.Price) (market.Money, bool) {
	if now <= 0 || before <= 0 {
		return market.Money{}, false
	}
	return (now - before).Decimal().Shift(2).DivRound(before.Decimal(), 4), true
}

func volumeOfDay(p *Product) (market.Money, bool) { return p.Volume.Decimal(), p.Volume > 0 }

func tradesOfDay(p *Product) (market.Money, bool) {
	return market.Shares(p.Trades).Decimal(), p.Trades > 0
}

// turnoverOfDay is the volume at today's price, of what is traded in dollars.
func turnoverOfDay(p *Product) (market.Money, bool) {
	return market.Notional(p.Mark(), p.Volume, p.Multiplier), p.Volume > 0 && p.Currency == "USD"
}

// Scan ranks the products of a kind by their figures of the day, best first.
// What has no such figure is left out. The error names a type or a filter that
// there is not.
func (x *Exchange) Scan(q ScanQuery) ([]ScanRow, error) {
	i := slices.IndexFunc(scanTypes, func(t ScanType) bool { return t.Code == q.Type })
	if i < 0 {
		return nil, fmt.Errorf("exchange: scan type %q: not among those offered", q.Type)
	}
	kind := &scanTypes[i]
	type ranked struct {
		p     *Product
		value market.Money
	}
	var all []ranked
	for _, p := range x.products {
		value, known := kind.figure(p)
		if !known || !scanned(p, q.Instrument) {
			continue
		}
		keep, err := keeps(p, q.Filters)
		if err != nil {
			return nil, err
		}
		if keep {
			all = append(all, ranked{p, value})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		if kind.ascending {
			return a.value.Cmp(b.value)
		}
		return b.value.Cmp(a.value)
	})
	setDefault(&q.Max, 50)
	var rows []ScanRow
	for _, one := range all[:min(len(all), max(0, q.Max))] {
		rows = append(rows, ScanRow{one.p, kind.text(one.value)})
	}
	return rows, nil
}

// scanned says whether a product is of a scanner's instrument type.
func scanned(p *Product, instrument string) bool {
	kind, _, _ := strings.Cut(instrument, ".")
	switch kind {
	case "", "STK", "STOCK":
		return p.SecType == Stock
	case "ETF":
		return p.SecType == Stock && p.Kind == "ETF"
	}
	return p.SecType == kind
}

// filterFigures are what filters look at.
var filterFigures = map[string]func(*Product) (market.Money, bool){
	"price":      func(p *Product) (market.Money, bool) { return p.Mark().Decimal(), p.Mark() > 0 },
	"usdPrice":   func(p *Product) (market.Money, bool) { return p.Mark().Decimal(), p.Mark() > 0 && p.Currency == "USD" },
	"changePerc": changeOfDay,
	"volume":     volumeOfDay,
	"usdVolume":  turnoverOfDay,
}

// keeps says whether a product passes all filters. A bound itself passes.
func keeps(p *Product, filters []Filter) (bool, error) {
	for _, f := range filters {
		name, above := strings.CutSuffix(f.Code, "Above")
		if !above {
			name = strings.TrimSuffix(f.Code, "Below")
		}
		figure := filterFigures[name]
		if figure == nil || name == f.Code {
			return false, fmt.Errorf("exchange: scan filter %q: not among those offered", f.Code)
		}
		value, known := figure(p)
		if order := value.Cmp(f.Value); !known || above && order < 0 || !above && order > 0 {
			return false, nil
		}
	}
	return true, nil
}

// ScanFilters are the codes of the filters, in order.
func ScanFilters() []string {
	var all []string
	for name := range filterFigures {
		all = append(all, name+"Above", name+"Below")
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}
