package rates

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Options sold: IBKR's page "US Options Margin Requirements" and FINRA rule
// 4210(f)(2), about the start of 2026. A naked option ties up its premium and the
// greater of 20 % of the underlying less what it is out of the money, and
// 10 % of the underlying (of the strike, for a put). A covered one ties up
// what it is in the money; a vertical spread the most it can lose.
var (
	nakedPart  = money("0.2")
	nakedLeast = money("0.1")
)

// chain is the options of one right on one underlying, and the shares that
// cover those sold.
type chain struct {
	sold, held []Position
	covered    market.Qty // contracts that the shares cover
}

func optionRequirement(book []Position) Requirement {
	sum := market.Money{}
	for _, c := range chains(book) {
		sum = sum.Add(c.requirement())
	}
	return same(sum)
}

// chains sorts a book's options by underlying and right, in the book's order.
func chains(book []Position) []*chain {
	type key struct {
		underlying    int64
		symbol, right string
	}
	var list []*chain
	at := map[key]*chain{}
	for i := range book {
		p := book[i]
		if p.SecType != exchange.Option || p.Qty == 0 {
			continue
		}
		k := key{p.Underlying, p.Symbol, p.Right}
		c := at[k]
		if c == nil {
			c = &chain{covered: cover(book, &p)}
			at[k] = c
			list = append(list, c)
		}
		if p.Qty > 0 {
			c.held = append(c.held, p)
		} else {
			c.sold = append(c.sold, p)
		}
	}
	return list
}

// cover is how many contracts of calls the book's shares can deliver, or of
// puts its short shares can take up.
func cover(book []Position, option *Position) market.Qty {
	shares := market.Qty(0)
	for i := range book {
		if p := &book[i]; p.SecType == exchange.Stock && p.Conid == option.Underlying {
			shares += p.Qty
		}
	}
	if option.Right == "P" {
		shares = -shares
	}
	lot := market.Qty(max(option.Multiplier, 1))
	return (max(shares, 0) / lot).FloorLot(market.Shares(1))
}

// requirement pairs each option sold, the dearest first, with shares, then
// with the options held, and counts the rest as naked.
func (c *chain) requirement() market.Money {
	sum := market.Money{}
	slices.SortStableFunc(c.sold, func(a, b Position) int {
		return naked(&b).Mul(sizeOf(&a)).Cmp(naked(&a).Mul(sizeOf(&b)))
	})
	for i := range c.sold {
		p := c.sold[i]
		left := p.Qty.Abs()
		shares := min(left, c.covered)
		c.covered -= shares
		left -= shares
		sum = sum.Add(p.money(inTheMoney(&p), shares))
		sum = sum.Add(c.spreads(&p, &left))
		sum = sum.Add(nakedFor(&p, left))
	}
	return sum
}

// sizeOf is how many contracts a line has.
func sizeOf(p *Position) market.Money { return p.Qty.Abs().Decimal() }

// spreads pairs what is left of an option sold with the options held that
// live as long, those of the least loss first, and takes both from the rest.
func (c *chain) spreads(p *Position, left *market.Qty) market.Money {
	sum := market.Money{}
	slices.SortStableFunc(c.held, func(a, b Position) int {
		if d := cmp.Compare(loss(p, &a), loss(p, &b)); d != 0 {
			return d
		}
		return cmp.Compare(away(p, &a), away(p, &b))
	})
	for i := range c.held {
		h := &c.held[i]
		q := min(*left, h.Qty)
		if q == 0 || h.Expiry < p.Expiry || h.Multiplier != p.Multiplier || h.Currency != p.Currency {
			continue
		}
		width, alone := p.money(loss(p, h), q), nakedFor(p, q)
		if width.GreaterThanOrEqual(alone) {
			continue
		}
		sum = sum.Add(width)
		h.Qty -= q
		*left -= q
	}
	return sum
}

// loss is the most that an option sold and one held lose together per unit,
// beyond what was paid for them.
func loss(sold, held *Position) market.Price {
	if sold.Right == "P" {
		return max(sold.Strike-held.Strike, 0)
	}
	return max(held.Strike-sold.Strike, 0)
}

// away is how far apart two strikes are.
func away(a, b *Position) market.Price { return (a.Strike - b.Strike).Abs() }

// inTheMoney is what exercise would bring per unit, 0 or more.
func inTheMoney(p *Position) market.Price {
	if p.Right == "P" {
		return max(p.Strike-p.UnderlyingPrice, 0)
	}
	return max(p.UnderlyingPrice-p.Strike, 0)
}

// naked is the requirement of all of an option sold.
func naked(p *Position) market.Money { return nakedFor(p, p.Qty.Abs()) }

func nakedFor(p *Position, q market.Qty) market.Money {
	out, floor := max(p.Strike-p.UnderlyingPrice, 0), p.UnderlyingPrice
	if p.Right == "P" {
		out, floor = max(p.UnderlyingPrice-p.Strike, 0), p.Strike
	}
	part := p.money(p.UnderlyingPrice, q).Mul(nakedPart).Sub(p.money(out, q))
	return p.money(p.Price, q).Add(decimal.Max(part, p.money(floor, q).Mul(nakedLeast)))
}
