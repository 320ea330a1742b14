package exchange

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// MonthOf is the month of an expiry as IBKR asks for it: DEC26 for 20261218 or
// 202612. It is "" for anything else.
func MonthOf(expiry string) string {
	if len(expiry) < 6 {
		return ""
	}
	month, err := time.Parse("200601", expiry[:6])
	if err != nil {
		return ""
	}
	return strings.ToUpper(month.Format("Jan06"))
}

// Contract says which derivatives are meant. Zero fields are "any".
type Contract struct {
	Underlying int64 // conid
	SecType    string
	Month      string // DEC26
	Strike     market.Price
	Right      string // C or P
}

func (c *Contract) fits(p *Product) bool {
	return p.Underlying == c.Underlying && (c.SecType == "" || p.SecType == c.SecType) && (c.Month == "" || MonthOf(p.Month) == c.Month) &&
		(c.Strike == 0 || p.Strike == c.Strike) && (c.Right == "" || p.Right == c.Right)
}

// Contracts are the derivatives of c.Underlying that c means and that have not
// expired, by expiry, then strike, calls first.
func (x *Exchange) Contracts(c Contract) []*Product {
	var all []*Product
	for _, p := range x.products {
		if p.Underlying != 0 && c.fits(p) && !p.Ended(x.now) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *Product) int {
		return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), cmp.Compare(a.Strike, b.Strike), cmp.Compare(a.Right, b.Right))
	})
	return all
}

// Months are the months in which an underlying has derivatives of a type, in
// order: DEC26, JAN27.
func (x *Exchange) Months(underlying int64, secType string) []string {
	contracts := x.Contracts(Contract{Underlying: underlying, SecType: secType})
	slices.SortStableFunc(contracts, func(a, b *Product) int { return cmp.Compare(a.Month, b.Month) })
	var all []string
	for _, p := range contracts {
		if month := MonthOf(p.Month); !slices.Contains(all, month) {
			all = append(all, month)
		}
	}
	return all
}

// Strikes are the strikes of an underlying's options of a month, ascending.
// Both are empty for a month without options.
func (x *Exchange) Strikes(underlying int64, month string) (calls, puts []market.Price) {
	for _, p := range x.Contracts(Contract{Underlying: underlying, SecType: Option, Month: month}) {
		if p.Right == "C" {
			calls = append(calls, p.Strike)
		} else {
			puts = append(puts, p.Strike)
		}
	}
	slices.Sort(calls)
	slices.Sort(puts)
	return slices.Compact(calls), slices.Compact(puts)
}

// Futures are the futures of a symbol that have not expired, the nearest expiry
// first.
func (x *Exchange) Futures(symbol string) []*Product {
	return x.ofType(Future, func(p *Product) bool { return p.Symbol == symbol && !p.Ended(x.now) })
}

// Pairs are the currency pairs in which a currency is traded.
func (x *Exchange) Pairs(currency string) []*Product {
	return x.ofType(Forex, func(p *Product) bool { return p.Symbol == currency || p.Currency == currency })
}

// Pair is what a unit of one currency costs in another, nil when they are not
// traded against each other that way round.
func (x *Exchange) Pair(base, quote string) *Product {
	return x.names[base+"."+quote]
}

func (x *Exchange) ofType(secType string, fits func(*Product) bool) []*Product {
	var all []*Product
	for _, p := range x.products {
		if p.SecType == secType && fits(p) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *Product) int { return cmp.Compare(a.Expiry, b.Expiry) })
	return all
}
