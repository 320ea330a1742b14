package rates

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Position is one line of an account's book at its price of now. A line of
// CASH is a balance (Symbol EUR, Currency EUR, price 1) or a pair (EUR, USD).
type Position struct {
	Conid      int64
	SecType    string // STK, OPT, FUT or CASH
	Symbol     string // of a derivative that of its underlying; of CASH the currency held or owed
	Currency   string // of the price, ISO 4217
	Multiplier int64  // 0 counts as 1
	Qty        market.Qty
	Price      market.Price // of one unit; of a currency in Currency
	Rate       market.Money // base currency per unit of Currency; 0 counts as 1

	// Of options.
	Underlying      int64 // conid of the stock
	UnderlyingPrice market.Price
	Expiry          string // YYYYMMDD
	Strike          market.Price
	Right           string // C or P
}

// Value is price * quantity * multiplier in the base currency, with its sign.
func (p *Position) Value() market.Money { return p.money(p.Price, p.Qty) }

// money is so many units at a price, in the base currency.
func (p *Position) money(price market.Price, q market.Qty) market.Money {
	v := market.Notional(price, q, p.Multiplier)
	if p.Rate.IsZero() || p.Rate.Equal(one) {
		return v
	}
	return v.Mul(p.Rate)
}

// Requirement is what a book ties up, in the base currency. Every part is a
// sum over the book and never below 0.
type Requirement struct {
	Initial     market.Money // needed to open it
	Maintenance market.Money // needed to keep it
	RegT        market.Money // at the end of the day, of securities only
}

func (r Requirement) plus(o Requirement) Requirement {
	return Requirement{r.Initial.Add(o.Initial), r.Maintenance.Add(o.Maintenance), r.RegT.Add(o.RegT)}
}

// same is a requirement of one amount in all parts.
func same(m market.Money) Requirement { return Requirement{m, m, m} }

// Percent is a futures product's margin as parts of its notional.
type Percent struct{ Initial, Maintenance market.Money }

// Rules are the figures of the margin rules. Default gives the published
// ones; WithFuture and WithHaircut give a copy with others.
type Rules struct {
	base         string
	long         Requirement // parts of a long stock's value
	short        Requirement // of a short stock's
	futures      map[string]Percent
	otherFutures Percent
	haircuts     map[string]market.Money
	otherHaircut market.Money
}

// Default are the rules for an account in that base currency (empty is USD).
// Sources, about the start of 2026:
//
//   - stocks: IBKR's page "US Stock Margin Requirements", rules-based: long
//     25 % initial and maintenance in the day, short 30 %, and 50 % by
//     Regulation T (12 CFR 220.12) at the end of the day;
//   - futures: IBKR's page "Futures Margin Requirements". Those are amounts a
//     contract that move daily; here they are parts of the notional, rounded;
//   - currencies: IBKR's page "Forex Margin", haircuts by currency, rounded.
func Default(base string) Rules {
	r := Rules{
		base:         usd,
		long:         Requirement{money("0.25"), money("0.25"), money("0.5")},
		short:        Requirement{money("0.3"), money("0.3"), money("0.5")},
		futures:      futureMargins,
		otherFutures: percent("0.12", "0.109"),
		haircuts:     haircuts,
		otherHaircut: money("0.1"),
	}
	if base != "" {
		r.base = base
	}
	return r
}

// WithFuture are the rules with another margin for a product: ES.
func (r Rules) WithFuture(symbol string, p Percent) Rules {
	r.futures = with(r.futures, symbol, p)
	return r
}

// WithHaircut are the rules with another haircut, a part of the value, for
// holdings of a currency.
func (r Rules) WithHaircut(currency string, part market.Money) Rules {
	r.haircuts = with(r.haircuts, currency, part)
	return r
}

func with[V any](old map[string]V, key string, value V) map[string]V {
	changed := make(map[string]V, len(old)+1)
	for k, v := range old {
		changed[k] = v
	}
	changed[key] = value
	return changed
}

func percent(initial, maintenance string) Percent {
	return Percent{Initial: money(initial), Maintenance: money(maintenance)}
}

var futureMargins = map[string]Percent{
	"ES": percent("0.075", "0.068"), "MES": percent("0.075", "0.068"),
	"NQ": percent("0.105", "0.095"), "MNQ": percent("0.105", "0.095"),
	"RTY": percent("0.09", "0.082"), "M2K": percent("0.09", "0.082"),
	"YM": percent("0.07", "0.064"), "MYM": percent("0.07", "0.064"),
	"CL": percent("0.125", "0.114"), "MCL": percent("0.125", "0.114"),
	"NG": percent("0.25", "0.227"), "GC": percent("0.09", "0.082"), "MGC": percent("0.09", "0.082"),
	"SI": percent("0.12", "0.109"), "HG": percent("0.09", "0.082"),
	"ZT": percent("0.008", "0.0073"), "ZF": percent("0.014", "0.0127"), "ZN": percent("0.02", "0.0182"),
	"ZB": percent("0.04", "0.0364"), "UB": percent("0.05", "0.0455"),
	"ZC": percent("0.06", "0.0545"), "ZW": percent("0.075", "0.068"), "ZS": percent("0.05", "0.0455"),
	"EUR": percent("0.025", "0.0227"), "M6E": percent("0.025", "0.0227"),
	"GBP": percent("0.03", "0.0273"), "M6B": percent("0.03", "0.0273"),
	"JPY": percent("0.04", "0.0364"), "CHF": percent("0.035", "0.0318"), "CAD": percent("0.02", "0.0182"),
	"AUD": percent("0.03", "0.0273"), "M6A": percent("0.03", "0.0273"),
}

var haircuts = map[string]market.Money{
	"USD": money("0.025"), "EUR": money("0.025"), "CAD": money("0.025"), "SGD": money("0.025"), "HKD": money("0.025"),
	"DKK": money("0.025"), "GBP": money("0.03"), "AUD": money("0.03"), "NZD": money("0.03"), "CHF": money("0.03"),
	"JPY": money("0.03"), "SEK": money("0.03"), "NOK": money("0.03"), "CNH": money("0.03"), "PLN": money("0.05"),
	"CZK": money("0.05"), "HUF": money("0.05"), "ILS": money("0.06"), "MXN": money("0.06"), "ZAR": money("0.07"),
	"KRW": money("0.1"),
}

// Requirement is what the book ties up in a margin account. Lines of quantity
// 0 tie up nothing. Sums of long and short options count per underlying: see
// the rules for options below.
//
// Bought options tie up nothing here: their premium was paid in full, and
// they are not part of the equity with loan value. Futures and currencies are
// not part of RegT.
func (r Rules) Requirement(book []Position) Requirement { return r.add(book).Requirement }

// sums are what a book ties up, and what its stocks and options are worth.
type sums struct {
	Requirement
	stocks, options market.Money
}

// add adds a book up. What stocks held long tie up is a part of their sum.
func (r Rules) add(book []Position) sums {
	s, long := sums{Requirement: optionRequirement(book)}, market.Money{}
	for i := range book {
		p := &book[i]
		switch p.SecType {
		case exchange.Stock:
			value := p.Value()
			if s.stocks = s.stocks.Add(value); p.Qty >= 0 {
				long = long.Add(value.Abs())
			} else {
				s.Requirement = s.plus(r.shortStock(p, value.Abs()))
			}
		case exchange.Option:
			s.options = s.options.Add(p.Value())
		case exchange.Future:
			part, known := r.futures[p.Symbol]
			if !known {
				part = r.otherFutures
			}
			value := p.Value().Abs()
			s.Requirement = s.plus(Requirement{Initial: part.Initial.Mul(value), Maintenance: part.Maintenance.Mul(value)})
		case exchange.Forex:
			m := p.Value().Abs().Mul(decimal.Max(r.haircut(p.Symbol), r.haircut(p.Currency)))
			s.Requirement = s.plus(Requirement{Initial: m, Maintenance: m})
		}
	}
	s.Requirement = s.plus(Requirement{long.Mul(r.long.Initial), long.Mul(r.long.Maintenance), long.Mul(r.long.RegT)})
	return s
}

// haircut is the part of a holding of that currency; the base has none.
func (r Rules) haircut(currency string) market.Money {
	if currency == r.base {
		return market.Money{}
	}
	if part, known := r.haircuts[currency]; known {
		return part
	}
	return r.otherHaircut
}

// shortStock is a part of the value, with a minimum for each share by its
// price, as FINRA rule 4210(c) and IBKR's page have it: 2.50 up to a price of
// 2.50, the whole price up to 5, and 5 from there.
func (r Rules) shortStock(p *Position, value market.Money) Requirement {
	share := min(max(p.Price, 5*market.PriceScale/2), 5*market.PriceScale)
	least := p.money(share, p.Qty).Abs()
	return Requirement{
		decimal.Max(least, value.Mul(r.short.Initial)), decimal.Max(least, value.Mul(r.short.Maintenance)),
		decimal.Max(least, value.Mul(r.short.RegT)),
	}
}
