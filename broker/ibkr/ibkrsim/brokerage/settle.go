package brokerage

import (
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

// settleLater notes when what an execution brought in is there: the next
// business day for stocks and options (SEC rule 15c6-1), at midnight UTC.
// What is bought is paid for at once.
func (a *Account) settleLater(e *Execution) {
	switch e.Product.SecType {
	case exchange.Stock, exchange.Option:
	default:
		return
	}
	amount := market.Notional(e.Price, -e.Signed(), e.Product.Multiplier)
	if !amount.IsPositive() {
		return
	}
	now := e.Time.Time().UTC()
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	at := rates.Settles(day, rates.SettlementDays(e.Product.SecType, e.Product.Symbol, e.Product.Currency), nil)
	list := slices.DeleteFunc(a.unpaid[e.Product.Currency], func(p rates.Proceeds) bool { return !p.Settles.After(now) })
	if n := len(list); n > 0 && list[n-1].Settles.Equal(at) {
		list[n-1].Amount = list[n-1].Amount.Add(amount)
	} else {
		list = append(list, rates.Proceeds{Amount: amount, Settles: at})
	}
	a.unpaid[e.Product.Currency] = list
}

// Settled is what of the balance in a currency has settled at a time.
func (a *Account) Settled(currency string, now market.Nanos) market.Money {
	return rates.Settled(a.cash[currency], a.unpaid[currency], now.Time())
}
