package brokerage

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// book is an account as the margin rules see it, at the prices of now.
func (h *House) book(a *Account) rates.Holdings {
	out := h.balances(a)
	for _, held := range a.holdings {
		if held.Qty == 0 {
			continue
		}
		if held.Product.SecType == exchange.Future {
			gain := held.Unrealized().Mul(h.Rate(held.Product.Currency, a.Base))
			out.Cash, out.Settled = out.Cash.Add(gain), out.Settled.Add(gain)
		}
		out.Book = append(out.Book, h.line(a, held.Product, held.Qty, held.Product.Mark()))
	}
	return out
}

// line is a holding as the margin rules see it.
func (h *House) line(a *Account, p *exchange.Product, q market.Qty, px market.Price) rates.Position {
	line := rates.Position{Conid: p.Conid, SecType: p.SecType, Symbol: p.Symbol, Currency: p.Currency, Multiplier: p.Multiplier,
		Qty: q, Price: px, Rate: h.Rate(p.Currency, a.Base), Underlying: p.Underlying, Expiry: p.Expiry, Strike: p.Strike, Right: p.Right}
	if under := h.exchange.ByConid(p.Underlying); under != nil {
		line.UnderlyingPrice = worth(under)
	}
	return line
}

// worth is a product's price: the market's, or the one it begins with.
func worth(p *exchange.Product) market.Price {
	if px := p.Mark(); px > 0 {
		return px
	}
	return p.Price
}

// part is one contract of an order with what it is thought to trade at.
type part struct {
	product *exchange.Product
	side    market.Side
	qty     market.Qty
	asked   market.Price // the limit, or what is paid
	price   market.Price // paid
	mark    market.Price // what it is worth then
}

// parts are what the rest of an order would trade. A stop and an order if
// touched is thought to trade when the market is there. The error is a
// quantity that is too large.
func (h *House) parts(o *Order) ([]part, error) {
	if !o.IsCombo() {
		return []part{o.single()}, nil
	}
	var list []part
	for i := range o.Legs {
		leg := &o.Legs[i]
		count := max(leg.Ratio, -leg.Ratio)
		if o.Left() > market.Qty(math.MaxInt64/count) {
			return nil, fmt.Errorf("brokerage: %s times %d is too large", o.Left(), count)
		}
		px := worth(leg.product)
		list = append(list, part{leg.product, o.legSide(leg), o.Left() * market.Qty(count), px, px, px})
	}
	// What is bought may cover what is sold.
	slices.SortStableFunc(list, func(x, y part) int { return cmp.Compare(y.side.Sign(), x.side.Sign()) })
	return list, nil
}

func (o *Order) single() part {
	t, sign := &o.Ticket, market.Price(o.Ticket.Side.Sign())
	one := part{product: o.Product, side: t.Side, qty: o.Left(), mark: o.Product.Mark()}
	limit, trigger := t.Price, market.Price(0)
	switch t.Type {
	case STP, Trail:
		limit, trigger = 0, t.Price
	case StopLimit, MIT, LIT, TrailLmt:
		trigger = t.Aux
	}
	if one.mark <= 0 {
		one.mark = max(limit, trigger)
	}
	if one.mark <= 0 {
		one.mark = o.Product.Price
	}
	if trigger > 0 && trigger*sign > one.mark*sign {
		one.mark = trigger
	}
	one.price = one.mark
	if limit > 0 && limit*sign > one.mark*sign {
		one.price = limit
	}
	one.asked = one.price
	if limit > 0 {
		one.asked = limit
	}
	return one
}

// Impact is what an order would do to its account, in the base currency.
type Impact struct {
	Before, After rates.Funds
	Cost          market.Money // commission and fees
	Value         market.Money // traded, at the limit if there is one, in the product's currency; of a combination with the sign of what is paid
}

// Impact is what an order would do, other orders apart. The error is an order
// that has no price list, or a reason of package rates why the account may not
// trade it; the impact is there in the latter case.
func (h *House) Impact(o *Order) (Impact, error) {
	a := h.byName[o.Account]
	return h.impact(a, o, h.bookFor(a, o))
}

func (h *House) impact(a *Account, o *Order, now rates.Holdings) (Impact, error) {
	parts, err := h.parts(o)
	if err != nil {
		return Impact{}, err
	}
	out := Impact{Before: a.rules.Funds(now)}
	if out.Cost, err = h.cost(o, parts); err != nil {
		return Impact{}, err
	}
	after := now
	for i, one := range parts {
		costs := decimal.Zero
		if i == 0 {
			costs = out.Cost
		}
		after, err = h.step(a, one, after, costs)
		out.Value = out.Value.Add(market.Notional(one.asked, one.qty*market.Qty(one.side.Sign()), one.product.Multiplier))
	}
	out.After = a.rules.Funds(after)
	if !o.IsCombo() {
		out.Value = out.Value.Abs()
	}
	if !o.IsCombo() && o.Product.SecType != exchange.Forex {
		return out, err
	}
	if errors.Is(err, rates.ErrFunds) { // of the last leg alone
		err = nil
	}
	if err == nil && out.After.Available.IsNegative() && out.After.Available.LessThan(out.Before.Available.Sub(out.Cost)) {
		err = rates.ErrFunds
	}
	return out, err
}

// step is the account after one part of an order.
func (h *House) step(a *Account, one part, now rates.Holdings, costs market.Money) (rates.Holdings, error) {
	q := one.qty * market.Qty(one.side.Sign())
	p := one.product
	if p.SecType != exchange.Forex {
		return a.rules.AfterTrade(now, h.line(a, p, q, one.mark), one.price, costs)
	}
	return h.convert(a, one, now, costs)
}

// convert is the account after a trade of currencies: two balances change.
func (h *House) convert(a *Account, one part, now rates.Holdings, costs market.Money) (rates.Holdings, error) {
	p, sign := one.product, decimal.New(one.side.Sign(), 0)
	paid := market.Notional(one.price, one.qty, 1).Mul(sign)
	got := one.qty.Decimal().Mul(sign)
	spent := paid.Mul(h.Rate(p.Currency, a.Base)).Sub(got.Mul(h.Rate(p.Symbol, a.Base))).Add(costs)
	after := now
	after.Cash, after.Settled = now.Cash.Sub(spent), now.Settled.Sub(spent)
	after.Book = slices.DeleteFunc(slices.Clone(now.Book), func(x rates.Position) bool {
		return x.SecType == exchange.Forex && (x.Symbol == p.Symbol || x.Symbol == p.Currency)
	})
	short := false
	for currency, change := range map[string]market.Money{p.Symbol: got, p.Currency: paid.Neg()} {
		amount := a.cash[currency].Add(change)
		short = short || amount.IsNegative() && change.IsNegative()
		if rate := h.Rate(currency, a.Base); currency != a.Base && !amount.IsZero() {
			after.Book = append(after.Book, balanceLine(currency, amount.Mul(rate)))
		}
	}
	if short && a.Kind == "cash" {
		return after, rates.ErrShort
	}
	return after, nil
}

// tie notes what all of an order takes of the available funds while it rests:
// what it would if it were filled at once.
func (h *House) tie(o *Order) {
	a := h.byName[o.Account]
	out, _ := h.impact(a, o, h.bookFor(a, o)) // zero when there is no price list
	o.Ties = decimal.Max(decimal.Zero, out.Before.Available.Sub(out.After.Available))
	if o.Filled > 0 && o.Left() > 0 {
		o.Ties = o.Ties.Mul(o.Ticket.Qty.Decimal()).DivRound(o.Left().Decimal(), 8)
	}
}

// tied is what the working orders of an order's account would take of the
// available funds, each on its own: what only reduces a holding takes nothing,
// nor do children that sleep; of a group of which one fills, the largest
// counts. The order itself and the others of its group do not count.
func (h *House) tied(o *Order) market.Money {
	var sum market.Money
	groups := map[string]market.Money{}
	for _, other := range h.open {
		switch {
		case other.Account != o.Account || other.ID == o.ID || !other.Working() || other.Phase == asleep:
		case other.OCA == "":
			sum = sum.Add(other.leftTied())
		case other.OCA != o.OCA:
			groups[other.OCA] = decimal.Max(groups[other.OCA], other.leftTied())
		}
	}
	for _, most := range groups {
		sum = sum.Add(most)
	}
	return sum
}

func (o *Order) leftTied() market.Money {
	if o.Filled == 0 || o.Ticket.Qty == 0 {
		return o.Ties
	}
	return o.Ties.Mul(o.Left().Decimal()).DivRound(o.Ticket.Qty.Decimal(), 8)
}

// working is how many other orders work of an order's account, contract and side.
func (h *House) working(o *Order) int {
	n := 0
	for _, x := range h.open {
		if x.ID != o.ID && x.Working() && x.Account == o.Account && x.Product == o.Product && x.Ticket.Side == o.Ticket.Side {
			n++
		}
	}
	return n
}

// oversold says that an order and those that work already would together sell
// more of a stock than a cash account holds.
func (h *House) oversold(o *Order) bool {
	a := h.byName[o.Account]
	if a.Kind != "cash" || o.IsCombo() || o.Ticket.Side != market.Sell || o.Product.SecType != exchange.Stock {
		return false
	}
	left := a.Held(o.Product.Conid) - o.Left()
	for _, other := range h.open {
		if other.Account == o.Account && other.ID != o.ID && other.Product == o.Product && other.Ticket.Side == market.Sell &&
			other.Working() && other.Phase != asleep && (o.OCA == "" || other.OCA != o.OCA) {
			left -= other.Left()
		}
	}
	return left < 0
}

// Afford is the reason why an account cannot trade an order; empty when it
// can. Available funds are those that working orders leave.
func (h *House) Afford(o *Order) (refusal string) {
	a := h.byName[o.Account]
	if a.ReadOnly {
		return "Account " + a.ID + " is read-only."
	}
	if refusal = h.expiredIn(o); refusal != "" {
		return refusal
	}
	if h.MaxWorking > 0 && h.working(o) >= h.MaxWorking {
		return "Order rejected: the limit of " + strconv.Itoa(h.MaxWorking) + " working orders per side and contract is reached."
	}
	now, tied := h.bookFor(a, o), h.tied(o)
	now.Cash, now.Settled = now.Cash.Sub(tied), now.Settled.Sub(tied)
	out, err := h.impact(a, o, now)
	if err == nil && h.oversold(o) {
		err = rates.ErrShort
	}
	base := a.Base
	available := out.Before.Available
	switch {
	case err == nil:
		return ""
	case errors.Is(err, rates.ErrShort) && o.Product.SecType == exchange.Option:
		return wording.NoMargin.Text
	case errors.Is(err, rates.ErrShort):
		return wording.NoShort.Text
	case errors.Is(err, rates.ErrUnsettled):
		return wording.NotSettled(now.Settled, out.Value.Mul(h.Rate(o.Product.Currency, base)).Add(out.Cost), base).Text
	case errors.Is(err, rates.ErrFunds):
		needed := out.After.Initial.Sub(out.Before.Initial)
		if !needed.GreaterThan(available) {
			needed = available.Sub(out.After.Available)
		}
		return wording.NoFunds(available, needed, base).Text
	}
	return "This order cannot be priced: no commission is published for " + o.Product.SecType + " in " + o.Product.Currency + "."
}
