package exchange

import (
	"fmt"
	"testing"

	"gannet/market"
)

// A scanner shows the real figures of the market, best first.
func TestScan(t *testing.T) {
	x := open(t, Config{Instruments: Universe(start), Manual: true})
	set := func(name, price string, size int64) {
		if _, _, err := x.Set(name, Quote{Last: market.MustPrice(price), LastSize: market.Shares(size)}, start); err != nil {
			t.Fatal(err)
		}
	}
	for symbol, price := range map[string]string{"SPY": "655", "AAPL": "255", "BAC": "48", "ES": "6600"} {
		set(symbol, price, 100)
	}
	set("SPY", "661.55", 500)
	set("AAPL", "242.25", 900)
	set("BAC", "48.24", 20000)
	scan := func(q ScanQuery) string {
		rows, err := x.Scan(q)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, r := range rows {
			text += fmt.Sprint(r.Product.Symbol, " ", r.Value, " ")
		}
		return text
	}
	five := []Filter{{"priceAbove", market.MustMoney("50")}, {"changePercBelow", market.MustMoney("5")}}
	for _, tt := range []struct {
		query ScanQuery
		want  string
	}{
		{ScanQuery{Instrument: "STK", Type: "TOP_PERC_GAIN"}, "SPY 1.00% BAC 0.50% AAPL -5.00% "},
		{ScanQuery{Instrument: "STK", Type: "TOP_PERC_LOSE", Max: 2}, "AAPL -5.00% BAC 0.50% "},
		{ScanQuery{Instrument: "ETF.EQ.US", Type: "TOP_PERC_LOSE"}, "SPY 1.00% "},
		{ScanQuery{Instrument: "FUT.US", Type: "TOP_OPEN_PERC_GAIN"}, "ES 0.00% "},
		{ScanQuery{Instrument: "STK", Type: "MOST_ACTIVE"}, "BAC 20100 AAPL 1000 SPY 600 "},
		{ScanQuery{Instrument: "STK", Type: "MOST_ACTIVE_USD"}, "BAC 969624 SPY 396930 AAPL 242250 "},
		{ScanQuery{Instrument: "STK", Type: "TOP_PERC_GAIN", Filters: five}, "SPY 1.00% AAPL -5.00% "},
		{ScanQuery{Instrument: "WAR.EU", Type: "TOP_PERC_GAIN"}, ""},
	} {
		if got := scan(tt.query); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.query, got, tt.want)
		}
	}
	for _, q := range []ScanQuery{{Type: "NONE"}, {Type: "MOST_ACTIVE", Filters: []Filter{{Code: "price"}}}, {Type: "MOST_ACTIVE", Filters: []Filter{{Code: "moonAbove"}}}} {
		if _, err := x.Scan(q); err == nil {
			t.Errorf("%+v was taken", q)
		}
	}
	for _, kind := range ScanTypes() {
		for _, filter := range ScanFilters() {
			if _, err := x.Scan(ScanQuery{Type: kind.Code, Filters: []Filter{{Code: filter}}}); err != nil {
				t.Error(err)
			}
		}
	}
}
