package brokerage

import "gannet/market"

// Children are the accounts under an advisor's account.
func (h *House) Children(a *Account) []*Account {
	var list []*Account
	for _, one := range h.accounts {
		if one.Parent == a.ID {
			list = append(list, one)
		}
	}
	return list
}

// Whole is an account as reports show it: an advisor's together with the
// accounts under it, any other as it is. Do not trade in it.
func (h *House) Whole(a *Account) *Account {
	children := h.Children(a)
	if len(children) == 0 {
		return a
	}
	sum := newAccount(a.AccountConfig)
	sum.cash = map[string]market.Money{}
	for _, one := range append([]*Account{a}, children...) {
		sum.add(one)
	}
	return sum
}

// add takes the cash and the holdings of another account in.
func (a *Account) add(other *Account) {
	for currency, amount := range other.cash {
		a.move(currency, amount)
	}
	for currency, fee := range other.fees {
		a.fees[currency] = a.fees[currency].Add(fee)
	}
	for currency, list := range other.unpaid {
		a.unpaid[currency] = append(a.unpaid[currency], list...)
	}
	for _, held := range other.holdings {
		mine := a.holding(held.Product)
		mine.Qty += held.Qty
		mine.Cost = mine.Cost.Add(held.Cost)
		mine.RealizedPnL = mine.RealizedPnL.Add(held.RealizedPnL)
		mine.Fees = mine.Fees.Add(held.Position.Fees)
		mine.TsEvent = max(mine.TsEvent, held.TsEvent)
	}
}
