package management

import (
	"strconv"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// taxForms are the forms that the simulator makes: totals and sales.
var taxForms = []string{"1099", "8949"}

// gain is a position that was closed, as Form 8949 of the IRS has it.
type gain struct {
	symbol         string
	currency       string
	quantity       market.Money
	acquired, sold market.Nanos
	proceeds, cost market.Money
}

// lot is what is left of an opening trade: its signed quantity and the change
// of cash that it made.
type lot struct {
	at       market.Nanos
	quantity market.Money
	cash     market.Money
}

// gains matches closing trades in [from, to) with the oldest opening ones.
func gains(acts []Activity, from, to market.Nanos) []gain {
	lots := map[int64][]lot{}
	var out []gain
	for i := range acts {
		a := &acts[i]
		if a.Quantity == 0 || a.At >= to {
			continue
		}
		rest := lot{a.At, a.Quantity.Decimal(), a.Net()}
		open := lots[a.Conid]
		for len(open) > 0 && !rest.quantity.IsZero() && open[0].quantity.Sign() != rest.quantity.Sign() {
			n := decimal.Min(open[0].quantity.Abs(), rest.quantity.Abs())
			first, second := open[0].take(n), rest.take(n)
			if g := match(a, first, second, n); a.At >= from {
				out = append(out, g)
			}
			if open[0].quantity.IsZero() {
				open = open[1:]
			}
		}
		if !rest.quantity.IsZero() {
			open = append(open, rest)
		}
		lots[a.Conid] = open
	}
	return out
}

// take cuts n units out of a lot.
func (l *lot) take(n market.Money) lot {
	if n.Equal(l.quantity.Abs()) {
		out := *l
		l.quantity, l.cash = decimal.Zero, decimal.Zero
		return out
	}
	part := lot{at: l.at, quantity: n, cash: l.cash.Mul(n).DivRound(l.quantity.Abs(), 8)}
	if l.quantity.IsNegative() {
		part.quantity = n.Neg()
	}
	l.quantity, l.cash = l.quantity.Sub(part.quantity), l.cash.Sub(part.cash)
	return part
}

func match(a *Activity, first, second lot, n market.Money) gain {
	bought, sold := first, second
	if first.quantity.IsNegative() { // a short position: sold first
		bought, sold = second, first
	}
	return gain{symbol: a.Symbol, currency: a.Currency, quantity: n, acquired: bought.at, sold: sold.at,
		proceeds: sold.cash, cost: bought.cash.Neg()}
}

// taxForm is a form: 1099 has the totals by currency, 8949 each sale.
func (o *Office) taxForm(name string, year int, sold []gain) table {
	if name == "8949" {
		t := table{name: "Form 8949 " + strconv.Itoa(year), header: []string{"Description", "Currency", "Date Acquired", "Date Sold", "Proceeds", "Cost", "Gain or Loss"}}
		for i := range sold {
			g := &sold[i]
			t.add(g.quantity.String()+" "+g.symbol, g.currency, o.day(g.acquired).Format("01/02/2006"), o.day(g.sold).Format("01/02/2006"),
				g.proceeds.StringFixed(2), g.cost.StringFixed(2), g.proceeds.Sub(g.cost).StringFixed(2))
		}
		return t
	}
	proceeds, cost := map[string]market.Money{}, map[string]market.Money{}
	for i := range sold {
		g := &sold[i]
		proceeds[g.currency] = proceeds[g.currency].Add(g.proceeds)
		cost[g.currency] = cost[g.currency].Add(g.cost)
	}
	t := table{name: "Form 1099-B " + strconv.Itoa(year), header: []string{"Currency", "Total Proceeds", "Total Cost", "Net Gain or Loss"}}
	for _, currency := range currencies {
		if p, ok := proceeds[currency]; ok {
			t.add(currency, p.StringFixed(2), cost[currency].StringFixed(2), p.Sub(cost[currency]).StringFixed(2))
		}
	}
	return t
}
