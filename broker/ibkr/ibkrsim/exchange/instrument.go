package exchange

import (
	"fmt"

	"gannet/market"
)

// Security types, as IBKR names them.
const (
	Stock  = "STK" // ETFs, too
	Future = "FUT"
	Option = "OPT"
	Forex  = "CASH"
	Combo  = "BAG"
)

// Instrument is what can be traded.
type Instrument struct {
	Symbol     string         // SPY; EUR for EUR.USD; of a derivative that of its underlying
	Exchange   string         // listing exchange: ARCA, CME, IDEALPRO
	Conid      int64          // IBKR contract id
	Company    string         // name; default Symbol
	SecType    string         // default Stock
	Kind       string         // finer than SecType: COMMON or ETF; default by exchange
	Currency   string         // ISO 4217, default USD
	Price      market.Price   // first price of a synthetic market, default 100
	Tick       market.Price   // smallest price step, default 0.01
	Lot        market.Qty     // smallest quantity step, default 1
	Multiplier int64          // money per point of price per unit, default 1
	Session    market.Session // regular hours; the zero value is always open

	// Of contracts that pay Most and a tick or nothing, as event contracts do: the
	// highest price of a synthetic market, and the contract that pays when this
	// one does not. Its market follows from this one's.
	Most    market.Price
	Against int64 // conid

	// Of futures and options.
	Underlying int64        // conid
	Expiry     string       // YYYYMMDD, the last trading day
	Strike     market.Price // of options
	Right      string       // C or P, of options
	Class      string       // trading class, default Symbol
}

// Name is symbol and listing exchange, SPY.ARCA; a derivative's has its expiry,
// right and strike in between: ES-20261218.CME, SPY-20261218-C-655.CBOE.
func (i *Instrument) Name() string {
	name := i.Symbol
	if i.Expiry != "" {
		name += "-" + i.Expiry
	}
	if i.Right != "" {
		name += "-" + i.Right + "-" + i.Strike.String()
	}
	return name + "." + i.Exchange
}

// DefaultInstruments are eight liquid US names with their real contract ids,
// always open.
func DefaultInstruments() []Instrument {
	row := func(symbol, exchange string, conid int64, company, price string) Instrument {
		return Instrument{Symbol: symbol, Exchange: exchange, Conid: conid, Company: company,
			Price: market.MustPrice(price), Tick: market.MustPrice("0.01")}
	}
	return []Instrument{
		row("SPY", "ARCA", 756733, "SS SPDR S&P 500 ETF TRUST-US", "655.00"),
		row("QQQ", "NASDAQ", 320227571, "INVESCO QQQ TRUST SERIES 1", "585.00"),
		row("AAPL", "NASDAQ", 265598, "APPLE INC", "255.00"),
		row("IBM", "NYSE", 8314, "INTL BUSINESS MACHINES CORP", "245.00"),
		row("MSFT", "NASDAQ", 272093, "MICROSOFT CORP", "510.00"),
		row("BAC", "NYSE", 10098, "BANK OF AMERICA CORP", "48.00"),
		row("NVDA", "NASDAQ", 4815747, "NVIDIA CORP", "180.00"),
		row("TSLA", "NASDAQ", 76792991, "TESLA INC", "330.00"),
	}
}

func (i *Instrument) complete() error {
	setDefault(&i.Company, i.Symbol)
	setDefault(&i.SecType, Stock)
	setDefault(&i.Currency, "USD")
	setDefault(&i.Lot, market.Shares(1))
	setDefault(&i.Multiplier, 1)
	setDefault(&i.Class, i.Symbol)
	setDefault(&i.Kind, kindOf(i))
	setDefault(&i.Price, market.MustPrice("100"))
	setDefault(&i.Tick, market.MustPrice("0.01"))
	if i.Conid <= 0 {
		return fmt.Errorf("exchange: instrument %s: conid %d: want a positive number", i.Name(), i.Conid)
	}
	if i.Tick <= 0 || i.Price < 10*i.Tick || !i.Price.OnTick(i.Tick) {
		return fmt.Errorf("exchange: instrument %s: price %s: want ten ticks of %s or more, on a tick", i.Name(), i.Price, i.Tick)
	}
	return nil
}

// kindOf is the finer type of a stock: what ARCA lists are ETFs.
func kindOf(i *Instrument) string {
	switch {
	case i.SecType != Stock:
		return i.SecType
	case i.Exchange == "ARCA":
		return "ETF"
	}
	return "COMMON"
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}
