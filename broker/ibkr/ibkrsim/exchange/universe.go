package exchange

import (
	"slices"
	"time"

	"gannet/market"
)

// Universe is DefaultInstruments and, behind them, futures, currencies and
// options as they are listed on the date of now (UTC): the next expiries of
// ES, NQ, CL and GC, seven pairs at IDEALPRO, and chains on SPY and AAPL. The
// contract ids of the pairs are IBKR's; those of derivatives are invented and
// the same for a contract at any time.
func Universe(now market.Nanos) []Instrument {
	today := now.Time().Truncate(24 * time.Hour)
	list := slices.Concat(DefaultInstruments(), pairs())
	for n := range futureRows {
		list = append(list, futureRows[n].list(n, today)...)
	}
	for n := range chainRows {
		list = append(list, chainRows[n].list(n, now)...)
	}
	return list
}

// pairs are currencies in the smallest steps and sizes that IDEALPRO shows.
func pairs() []Instrument {
	row := func(symbol, currency string, conid int64, price, tick string) Instrument {
		return Instrument{Symbol: symbol, Exchange: "IDEALPRO", Conid: conid, SecType: Forex, Currency: currency,
			Company: symbol + "." + currency, Class: symbol + "." + currency, Volatility: 700,
			Price: market.MustPrice(price), Tick: market.MustPrice(tick)}
	}
	return []Instrument{
		row("EUR", "USD", 12087792, "1.16", "0.00005"),
		row("GBP", "USD", 12087797, "1.34", "0.00005"),
		row("USD", "JPY", 15016059, "150", "0.005"),
		row("EUR", "GBP", 12087807, "0.866", "0.00005"),
		row("USD", "CHF", 12087820, "0.80", "0.00005"),
		row("USD", "CAD", 15016062, "1.40", "0.00005"),
		row("AUD", "USD", 14433401, "0.65", "0.00005"),
	}
}

// futureRow is a future: its price at the nearest expiry and what each further
// one costs more.
type futureRow struct {
	symbol, exchange, company string
	index                     int64 // conid of what it is on
	multiplier, volatility    int64
	price, tick, carry        string
	months                    []time.Month
	count                     int // of expiries
	expiry                    func(year int, month time.Month) time.Time
}

var quarters = []time.Month{time.March, time.June, time.September, time.December}

// The terms are CME Group's contract specifications.
var futureRows = []futureRow{
	{"ES", "CME", "E-mini S&P 500", 11004968, 50, 1600, "6600", "0.25", "55", quarters, 4, thirdFriday},
	{"NQ", "CME", "E-mini NASDAQ-100", 11004958, 20, 2000, "24200", "0.25", "230", quarters, 4, thirdFriday},
	{
		"CL", "NYMEX", "Light Sweet Crude Oil", 17340715, 1000, 3500, "62.50", "0.01", "0.15",
		[]time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 6, crudeExpiry,
	},
	{
		"GC", "COMEX", "Gold", 17340718, 100, 1800, "4050", "0.10", "26",
		[]time.Month{2, 4, 6, 8, 10, 12}, 4, goldExpiry,
	},
}

// list is the next expiries of the n-th row.
func (r *futureRow) list(n int, today time.Time) []Instrument {
	var all []Instrument
	price, carry := market.MustPrice(r.price), market.MustPrice(r.carry)
	for first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC); len(all) < r.count; first = first.AddDate(0, 1, 0) {
		year, month, _ := first.Date()
		if !slices.Contains(r.months, month) {
			continue
		}
		expiry := r.expiry(year, month)
		if !expiry.After(today) {
			continue
		}
		all = append(all, Instrument{Symbol: r.symbol, Exchange: r.exchange, Company: r.company, SecType: Future,
			Conid:  600_000_000 + int64(n)*10_000 + int64(year-2000)*12 + int64(month),
			Expiry: expiry.Format("20060102"), Month: first.Format("200601"), Underlying: r.index, Class: r.symbol,
			Multiplier: r.multiplier, Volatility: r.volatility, Tick: market.MustPrice(r.tick),
			Price: price + market.Price(len(all))*carry})
	}
	return all
}

// chainRow is an option chain: two weeks and three months, strikes five apart.
type chainRow struct {
	symbol, company   string
	underlying        int64
	price             string
	volatility, count int64 // count: strikes on each side of the price
}

var chainRows = []chainRow{
	{"SPY", "SS SPDR S&P 500 ETF TRUST-US", 756733, "655", 1600, 8},
	{"AAPL", "APPLE INC", 265598, "255", 2600, 8},
}

const strikeStep = 5 * market.Price(market.PriceScale)

// list is the chain of the n-th row.
func (r *chainRow) list(n int, now market.Nanos) []Instrument {
	var all []Instrument
	spot := market.MustPrice(r.price)
	for _, expiry := range optionExpiries(now.Time().Truncate(24 * time.Hour)) {
		for k := -r.count; k <= r.count; k++ {
			for side, right := range []string{"C", "P"} {
				one := Instrument{Symbol: r.symbol, Exchange: "CBOE", Company: r.company, SecType: Option, Multiplier: 100,
					Underlying: r.underlying, Expiry: expiry.Format("20060102"), Strike: spot.Round(strikeStep) + market.Price(k)*strikeStep,
					Right: right, Class: r.symbol, Volatility: r.volatility, Tick: market.MustPrice("0.01")}
				one.Conid = optionConid(expiry, one.Strike, n, side)
				worth := newModel(&one, expiryTime(&one, nil))
				one.Price = worth.price(spot, now, one.Tick)
				all = append(all, one)
			}
		}
	}
	return all
}

// optionConid packs a contract into a number above a billion: days since 2020,
// strike in dollars, row and side.
func optionConid(expiry time.Time, strike market.Price, row, side int) int64 {
	days := int64(expiry.Sub(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	return 1_000_000_000 + days<<15 | int64(strike/market.PriceScale)<<4 | int64(row)<<1 | int64(side)
}
