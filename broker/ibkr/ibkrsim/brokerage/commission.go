package brokerage

import (
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

// bill is what an order, or one leg of it, has cost so far.
type bill struct {
	Volume market.Money `json:"volume,omitzero"` // what the account had traded in the month before
	rates.Tally
}

// charge is what an execution costs: by the account's plan, counted over all
// fills of the order, of a combination over those of the leg. It is taken from
// the cash of the currency that the plan names.
func (h *House) charge(o *Order, e *Execution) {
	one := o.bill(e.Conid)
	if one.Qty == 0 {
		one.Volume = h.byName[o.Account].monthVolume(e.Product.SecType, h.now)
	}
	cost, after, err := h.byName[o.Account].plan.Charge(h.trade(o, e, one.Volume), one.Tally)
	if err != nil { // Afford has refused what cannot be priced
		return
	}
	one.Tally = after
	e.Commission = cost.Total()
	if cost.Currency != e.Product.Currency {
		e.CommissionIn = cost.Currency
	}
	if e.Product.SecType == exchange.Forex {
		e.USD = market.Notional(e.Price, e.Qty, 1).Mul(h.Rate(e.Product.Currency, "USD"))
	}
}

// bill is the part of the order's bill for a contract.
func (o *Order) bill(conid int64) *bill {
	for len(o.Bills) < max(1, len(o.Legs)) {
		o.Bills = append(o.Bills, bill{})
	}
	for i := range o.Legs {
		if o.Legs[i].Conid == conid {
			return &o.Bills[i]
		}
	}
	return &o.Bills[0]
}

func (h *House) trade(o *Order, e *Execution, volume market.Money) rates.Trade {
	p := e.Product
	return rates.Trade{
		SecType: p.SecType, Symbol: p.Symbol, Exchange: p.Exchange, Currency: p.Currency, Side: e.Side, Qty: e.Qty,
		Price: e.Price, Multiplier: p.Multiplier, Adds: o.rests() && h.now > o.Created, MonthVolume: volume,
		USDRate: h.Rate(p.Currency, "USD"),
	}
}

// rests says that the order waits in the book for others to trade with it.
func (o *Order) rests() bool {
	return !o.IsCombo() && (o.Ticket.Type == LMT || o.Ticket.Type == REL || o.Ticket.Type == MidPrice)
}

// cost is what an order would cost if it were filled at once at those prices,
// in the account's base currency. The error is a trade that has no price list.
func (h *House) cost(o *Order, parts []part) (market.Money, error) {
	var sum market.Money
	a := h.byName[o.Account]
	for _, one := range parts {
		e := &Execution{Product: one.product, Side: one.side, Qty: one.qty, Price: one.asked}
		volume := a.monthVolume(one.product.SecType, h.now)
		cost, _, err := a.plan.Charge(h.trade(o, e, volume), rates.Tally{})
		if err != nil {
			return sum, err
		}
		sum = sum.Add(cost.Total().Mul(h.Rate(cost.Currency, a.Base)))
	}
	return sum, nil
}

// months is what an account has traded in the calendar month (UTC) of its last
// execution, by security type: shares or contracts, of currencies the value in
// USD. The tiers of commissions go by it.
type months struct {
	month  int // year * 12 + month
	volume map[string]market.Money
}

func monthOf(at market.Nanos) int {
	t := at.Time().UTC()
	return t.Year()*12 + int(t.Month())
}

func (a *Account) monthVolume(secType string, now market.Nanos) market.Money {
	if a.traded.month != monthOf(now) {
		return market.Money{}
	}
	return a.traded.volume[secType]
}

// countVolume adds an execution to the month.
func (a *Account) countVolume(e *Execution) {
	if month := monthOf(e.Time); a.traded.month != month {
		a.traded = months{month, map[string]market.Money{}}
	}
	units := e.Qty.Decimal()
	if e.Product.SecType == exchange.Forex {
		units = e.USD
	}
	a.traded.volume[e.Product.SecType] = a.traded.volume[e.Product.SecType].Add(units)
}
