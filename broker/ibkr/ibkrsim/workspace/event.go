package workspace

import (
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// eventMarket is a question with several thresholds, each of which can be
// bought as Yes or as No.
type eventMarket struct {
	name, symbol     string
	conid, product   int64
	category         string // in the tree
	logo             string
	question         string // before and after the threshold's label
	ending           string
	about            string
	agency, data     string
	period, specific string // Jan28'27, 2027.1.28
	expiry, label    string // 20270127, January 27, 2027
	last             int64  // end of trading, seconds since 1970
	first            int64  // conid of the first Yes
	thresholds       []threshold
}

type threshold struct {
	value market.Price
	label string
	odds  market.Price // first price of Yes
}

// eventExchange is where event contracts trade.
const eventExchange = "FORECASTX"

// A No is this many contract ids behind its Yes; a pair this many behind the
// one before.
const (
	sideStep = 4
	pairStep = 10
)

func at(value, label, odds string) threshold {
	return threshold{market.MustPrice(value), label, market.MustPrice(odds)}
}

// eventMarkets is what can be traded: some of it is real, and all of it looks
// like it.
var eventMarkets = []eventMarket{
	{
		name: "US Fed Funds Target Rate", symbol: "FF", conid: 658663572, product: 658663579, category: "g1003", logo: "g13834",
		question: "Will the US Fed Funds Target Rate be set ", ending: " at the FOMC meeting ending January 27, 2027?",
		about:  "The federal funds rate is the range at which banks lend reserves overnight, as the FOMC sets it.",
		agency: "U.S. Federal Reserve", data: "https://www.federalreserve.gov/monetarypolicy/openmarket.htm",
		period: "Jan28'27", specific: "2027.1.28", expiry: "20270127", label: "January 27, 2027",
		last: 1801076400, first: 722489372,
		thresholds: []threshold{
			at("3.125", "Above 3.125%", "0.62"), at("3.375", "Above 3.375%", "0.35"), at("3.625", "Above 3.625%", "0.14"),
		},
	},
	{
		name: "US Consumer Price Index", symbol: "CPIY", conid: 831072001, product: 831072007, category: "g1004", logo: "g13835",
		question: "Will US consumer prices have risen ", ending: " in the twelve months to December 2026?",
		about:  "The index measures what urban consumers pay for a basket of goods and services.",
		agency: "U.S. Bureau of Labor Statistics", data: "https://www.bls.gov/cpi/",
		period: "Dec31'26", specific: "2026.12.31", expiry: "20270113", label: "December 2026",
		last: 1799843400, first: 831072011,
		thresholds: []threshold{at("2.5", "Above 2.5%", "0.71"), at("3", "Above 3%", "0.33")},
	},
	{
		name: "Germany GDP", symbol: "GDPGE", conid: 831072111, product: 831072113, category: "g78668", logo: "g13836",
		question: "Will Germany's gross domestic product have grown ", ending: " in 2026?",
		about:  "Gross domestic product is the value of all goods and services made in a country.",
		agency: "Destatis", data: "https://www.destatis.de/",
		period: "Dec31'26", specific: "2026.12.31", expiry: "20270115", label: "2026",
		last: 1800003600, first: 831072121,
		thresholds: []threshold{at("0.5", "Above 0.5%", "0.55"), at("1", "Above 1%", "0.22")},
	},
	{
		name: "United States Carbon Dioxide Emissions", symbol: "USCE", conid: 732764706, product: 732764711, category: "g17490", logo: "g7369",
		question: "Will US carbon dioxide emissions of 2026 be ", ending: " million metric tons?",
		about:  "The carbon dioxide that is emitted in the United States by burning fuels in a calendar year.",
		agency: "Energy Information Administration", data: "https://www.eia.gov/environment/emissions/carbon/",
		period: "Dec31'26", specific: "2026.12.31", expiry: "20270430", label: "2026",
		last: 1809093600, first: 732957192,
		thresholds: []threshold{at("4700", "Above 4,700", "0.58"), at("4800", "Above 4,800", "0.19")},
	},
}

// category is a branch of the tree of event markets.
type category struct{ id, name, parent string }

var eventCategories = []category{
	{"g1000", "Economics", ""}, {"g1001", "United States", "g1000"}, {"g1003", "Interest Rates", "g1001"},
	{"g1004", "Inflation", "g1001"}, {"g17465", "Europe", "g1000"}, {"g78668", "Germany", "g17465"},
	{"g5351", "Environmental", ""}, {"g22973", "Agriculture", "g5351"}, {"g7369", "Climate Change", "g5351"},
	{"g17490", "United States", "g7369"},
}

// eventContract is one side of a threshold.
type eventContract struct {
	market    *eventMarket
	threshold threshold
	yes, no   int64
	side      string // Y or N
}

func (c *eventContract) conid() int64 {
	if c.side == "Y" {
		return c.yes
	}
	return c.no
}

// contracts are all sides of a market, Yes before No.
func (m *eventMarket) contracts() []eventContract {
	var out []eventContract
	for i, t := range m.thresholds {
		yes := m.first + int64(i)*pairStep
		one := eventContract{market: m, threshold: t, yes: yes, no: yes + sideStep, side: "Y"}
		other := one
		other.side = "N"
		out = append(out, one, other)
	}
	return out
}

// eventOf finds the contract of a conid.
func eventOf(conid int64) (eventContract, bool) {
	for i := range eventMarkets {
		for _, c := range eventMarkets[i].contracts() {
			if c.conid() == conid {
				return c, true
			}
		}
	}
	return eventContract{}, false
}

// EventInstruments are the event contracts as something to trade: Yes is a call
// and No a put, prices are from 0.01 to 0.99 USD, a contract pays 1. In a
// synthetic market a pair costs about 1.
func EventInstruments() []exchange.Instrument {
	var out []exchange.Instrument
	for i := range eventMarkets {
		m := &eventMarkets[i]
		for _, c := range m.contracts() {
			one := exchange.Instrument{Symbol: m.symbol, Exchange: eventExchange, Conid: c.conid(), Company: m.name,
				SecType: exchange.Option, Price: c.threshold.odds, Tick: market.MustPrice("0.01"), Underlying: m.conid,
				Expiry: m.expiry, Strike: c.threshold.value, Right: "C", Class: m.symbol, Most: market.MustPrice("0.99")}
			if c.side == "N" {
				one.Right, one.Price, one.Against = "P", market.MustPrice("1")-c.threshold.odds, c.yes
			}
			out = append(out, one)
		}
	}
	return out
}
