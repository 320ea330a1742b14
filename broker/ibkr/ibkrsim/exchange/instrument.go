package exchange

import (
	"fmt"
	"strconv"
	"time"

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

// Instrument is what can be traded. As JSON it has no hours: those of its kind
// apply when it is listed again.
type Instrument struct {
	Symbol     string         `json:"symbol"`               // SPY; EUR for EUR.USD; of a derivative that of its underlying
	Exchange   string         `json:"exchange"`             // listing exchange: ARCA, CME, IDEALPRO
	Conid      int64          `json:"conid"`                // IBKR contract id
	Company    string         `json:"company,omitempty"`    // name; default Symbol
	SecType    string         `json:"sec_type,omitempty"`   // default Stock
	Kind       string         `json:"kind,omitempty"`       // finer than SecType: COMMON or ETF; default by exchange
	Currency   string         `json:"currency,omitempty"`   // ISO 4217, default USD
	Price      market.Price   `json:"price,omitzero"`       // first price of a synthetic market, default 100
	Tick       market.Price   `json:"tick,omitzero"`        // smallest price step, default 0.01
	Lot        market.Qty     `json:"lot,omitzero"`         // smallest quantity step, default 1
	Multiplier int64          `json:"multiplier,omitempty"` // money per point of price per unit, default 1
	Session    market.Session `json:"-"`                    // regular hours; the zero value is always open
	Extended   market.Session `json:"-"`                    // all hours, with those before and after; default Session

	// Volatility is by how much the price moves in a year, in hundredths of a
	// percent; of an option, what its price implies. Default 3000.
	Volatility int64 `json:"volatility,omitempty"`

	// Of contracts that pay Most and a tick or nothing, as event contracts do: the
	// highest price of a synthetic market, and the contract that pays when this
	// one does not, from whose market this one's follows.
	Most    market.Price `json:"most,omitzero"`
	Against int64        `json:"against,omitempty"` // conid

	// Of futures and options.
	Underlying int64        `json:"underlying,omitempty"` // conid
	Expiry     string       `json:"expiry,omitempty"`     // YYYYMMDD, the last trading day
	Month      string       `json:"month,omitempty"`      // YYYYMM, the contract month; default that of Expiry
	Strike     market.Price `json:"strike,omitzero"`      // of options
	Right      string       `json:"right,omitempty"`      // C or P, of options
	Class      string       `json:"class,omitempty"`      // trading class, default Symbol
}

// Name is symbol and listing exchange, SPY.ARCA; a derivative's has its expiry,
// right and strike in between: ES-20261218.CME, SPY-20261218-C-655.CBOE; that
// of currencies is EUR.USD.IDEALPRO.
func (i *Instrument) Name() string {
	name := i.Symbol
	if i.SecType == Forex {
		name += "." + i.Currency
	}
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
	setDefault(&i.Volatility, calm)
	setDefault(&i.Extended, i.Session)
	if len(i.Expiry) >= 6 {
		setDefault(&i.Month, i.Expiry[:6])
	}
	setDefault(&i.Price, market.MustPrice("100"))
	setDefault(&i.Tick, market.MustPrice("0.01"))
	if i.Conid <= 0 {
		return fmt.Errorf("exchange: instrument %s: conid %d: want a positive number", i.Name(), i.Conid)
	}
	if i.Most < 0 || i.Most > 0 && i.Price > i.Most || i.Against != 0 && (i.Most == 0 || i.Against == i.Conid) {
		return fmt.Errorf("exchange: instrument %s: highest price %s: want the price or more, and one for what pays against %d", i.Name(), i.Most, i.Against)
	}
	if i.Volatility < 0 || i.Volatility > 100_000 {
		return fmt.Errorf("exchange: instrument %s: volatility %d: want 0 to 100000", i.Name(), i.Volatility)
	}
	if err := i.checkExpiry(); err != nil {
		return err
	}
	least := 10 * i.Tick
	if i.SecType == Option {
		least = i.Tick
	}
	if i.Tick <= 0 || i.Price < least || !i.Price.OnTick(i.Tick) {
		return fmt.Errorf("exchange: instrument %s: price %s: want ten ticks of %s or more (an option's one), on a tick", i.Name(), i.Price, i.Tick)
	}
	return nil
}

// calm is the volatility of an instrument that says nothing of it: 30 % a year.
const calm = 3000

// checkExpiry wants of a derivative what its price is made of.
func (i *Instrument) checkExpiry() error {
	if i.SecType != Future && i.SecType != Option {
		return nil
	}
	if _, err := time.Parse("20060102", i.Expiry); err != nil {
		return fmt.Errorf("exchange: instrument %s: expiry %q: want YYYYMMDD", i.Name(), i.Expiry)
	}
	if _, err := time.Parse("200601", i.Month); err != nil {
		return fmt.Errorf("exchange: instrument %s: month %q: want YYYYMM", i.Name(), i.Month)
	}
	if i.SecType == Option && (i.Strike <= 0 || i.Right != "C" && i.Right != "P") {
		return fmt.Errorf("exchange: instrument %s: want a strike above 0 and the right C or P", i.Name())
	}
	return nil
}

// LocalSymbol is the name at the exchange: ESZ6 for the future of December
// 2026, EUR.USD, and an option's 21 characters as the Options Clearing
// Corporation writes them, "SPY   261218C00655000". Of others it is Symbol.
func (i *Instrument) LocalSymbol() string {
	switch {
	case i.SecType == Forex:
		return i.Symbol + "." + i.Currency
	case i.SecType == Option && len(i.Expiry) == 8:
		return fmt.Sprintf("%-6s%s%s%08d", i.Symbol, i.Expiry[2:], i.Right, i.Strike/(market.PriceScale/1000))
	case i.SecType == Future && len(i.Month) == 6:
		if month, err := strconv.Atoi(i.Month[4:]); err == nil && month >= 1 && month <= 12 {
			return i.Symbol + "FGHJKMNQUVXZ"[month-1:month] + i.Month[3:4]
		}
	}
	return i.Symbol
}

// keepHours gives an instrument that is always open the hours of its kind.
func (i *Instrument) keepHours(newYork *time.Location) {
	if !i.Session.AlwaysOpen() {
		return
	}
	switch i.SecType {
	case Future:
		i.Session = market.Globex(newYork)
	case Forex:
		i.Session = market.ForexWeek(newYork)
	case "", Stock:
		i.Session, i.Extended = market.NYSE(newYork), market.NYSEExtended(newYork)
	default:
		i.Session = market.NYSE(newYork)
	}
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
