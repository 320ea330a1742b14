package ibkr

import (
	"context"
	"strings"
	"testing"

	"gannet/market"
)

const appleListings = `{"AAPL":[{"name":"APPLE INC","assetClass":"STK","contracts":[
	{"conid":38708077,"exchange":"MEXI","isUS":false},{"conid":265598,"exchange":"NASDAQ","isUS":true},{"conid":273982664,"exchange":"EBS","isUS":false}]},
	{"name":"APPLE INC-CDR","assetClass":"STK","contracts":[{"conid":532640894,"exchange":"TSE","isUS":false}]}]}`

// The right one of many listings has to be found, or none: a wrong conid
// trades another paper, in another currency.
func TestConidLookup(t *testing.T) {
	const stocks, rules = "GET /trsrv/stocks", "GET /iserver/contract/265598/info-and-rules"
	usd := ok(`{"con_id":265598,"symbol":"AAPL","currency":"USD","instrument_type":"STK","rules":{"increment":0.01}}`)
	tests := []struct {
		name string
		one  market.Instrument
		set  map[string]reply
		want int64
		bad  string
	}{
		{"by exchange", market.Instrument{Name: "AAPL.NASDAQ", Currency: "USD"}, map[string]reply{stocks: ok(appleListings), rules: usd}, 265598, ""},
		{"by country", market.Instrument{Name: "AAPL.SMART", SecType: "STK"}, map[string]reply{stocks: ok(appleListings)}, 265598, ""},
		{"abroad", market.Instrument{Name: "AAPL.EBS"}, map[string]reply{stocks: ok(appleListings)}, 273982664, ""},
		{"by search", market.Instrument{Name: "AAPL.NASDAQ"}, map[string]reply{stocks: ok(`{}`),
			"GET /iserver/secdef/search": ok(`[{"conid":"1","symbol":"AAPL","description":"MEXI"},{"conid":"265598","symbol":"AAPL","description":"NASDAQ.NMS"}]`)}, 265598, ""},
		{"other currency", market.Instrument{Name: "AAPL.NASDAQ", Currency: "USD"}, map[string]reply{stocks: ok(appleListings),
			rules: ok(`{"con_id":265598,"currency":"CAD"}`)}, 0, "trades in CAD, want USD"},
		{"not on that exchange", market.Instrument{Name: "AAPL.LSE", Currency: "GBP"}, map[string]reply{stocks: ok(appleListings)}, 0, "0 listings fit"},
		{"unknown", market.Instrument{Name: "NOPE.ARCA"}, map[string]reply{stocks: ok(`{}`), "GET /iserver/secdef/search": ok(`{"error":"No symbol found"}`)}, 0, "of none"},
		{"no stock", market.Instrument{Name: "ES.CME", SecType: "FUT"}, nil, 0, "a conid is needed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t)
			for route, answer := range tt.set {
				g.answers(route, answer)
			}
			table, err := market.NewInstruments(tt.one)
			if err != nil {
				t.Fatal(err)
			}
			c := newConids(table)
			err = c.resolve(context.Background(), testClient(t, g))
			if tt.bad != "" {
				if err == nil || !strings.Contains(err.Error(), tt.bad) || !strings.Contains(err.Error(), tt.one.Name) {
					t.Errorf("error %v, want %q in it", err, tt.bad)
				}
				return
			}
			if err != nil || c.of(1) != tt.want || c.instrument(tt.want) != 1 {
				t.Errorf("conid %d (%v), want %d", c.of(1), err, tt.want)
			}
		})
	}
}

// Two names of one contract would split its position in two.
func TestConidTwice(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /trsrv/stocks", ok(appleListings))
	table, err := market.NewInstruments(market.Instrument{Name: "AAPL.NASDAQ", Conid: 265598}, market.Instrument{Name: "AAPL.SMART"})
	if err != nil {
		t.Fatal(err)
	}
	if err := newConids(table).resolve(context.Background(), testClient(t, g)); err == nil || !strings.Contains(err.Error(), "AAPL.NASDAQ already") {
		t.Errorf("error %v", err)
	}
}
