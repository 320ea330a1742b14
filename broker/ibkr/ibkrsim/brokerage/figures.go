package brokerage

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

// Figures are an account's sums at a moment, in its base currency.
type Figures struct {
	Cash        market.Money // all currencies
	Stocks      market.Money // market value
	Options     market.Money // market value
	Futures     market.Money // profit that is not settled
	Gross       market.Money // market value of stocks and options without signs
	Equity      market.Money // Cash + Stocks + Options + Futures
	Loan        market.Money // equity with loan value: Equity without options
	Initial     market.Money // margin
	Maintenance market.Money
	RegT        market.Money
	Available   market.Money // Loan - Initial
	Excess      market.Money // Loan - Maintenance
	BuyingPower market.Money
	Realized    market.Money
	Unrealized  market.Money
	Fees        market.Money
}

// Figures adds an account up.
func (h *House) Figures(a *Account) Figures {
	var f Figures
	for currency, amount := range a.cash {
		f.Cash = f.Cash.Add(amount.Mul(h.Rate(currency, a.Base)))
	}
	f.Fees = h.Fees(a)
	for _, held := range a.holdings {
		rate := h.Rate(held.Product.Currency, a.Base)
		f.add(held, rate)
	}
	f.Equity = f.Cash.Add(f.Stocks).Add(f.Options).Add(f.Futures)
	funds := a.rules.Funds(h.book(a))
	f.Loan, f.BuyingPower = funds.EquityWithLoan, funds.BuyingPower
	f.Initial, f.Maintenance, f.RegT = funds.Initial, funds.Maintenance, funds.RegT
	f.Available, f.Excess = funds.Available, funds.Excess
	return f
}

func (f *Figures) add(held *Holding, rate market.Money) {
	value := held.Value().Mul(rate)
	switch held.Product.SecType {
	case exchange.Future:
		f.Futures = f.Futures.Add(value)
	case exchange.Option:
		f.Options, f.Gross = f.Options.Add(value), f.Gross.Add(value.Abs())
	default:
		f.Stocks, f.Gross = f.Stocks.Add(value), f.Gross.Add(value.Abs())
	}
	f.Realized = f.Realized.Add(held.RealizedPnL.Mul(rate))
	f.Unrealized = f.Unrealized.Add(held.Unrealized().Mul(rate))
}

// FuturesMargin is what an account's futures tie up, in its base currency.
func (h *House) FuturesMargin(a *Account) (initial, maintenance market.Money) {
	var book []rates.Position
	for _, held := range a.holdings {
		if held.Product.SecType == exchange.Future {
			book = append(book, h.line(a, held.Product, held.Qty, held.Product.Mark()))
		}
	}
	sum := a.rules.Requirement(book)
	return sum.Initial, sum.Maintenance
}

// Ledger is an account's sums in one currency, with the rate to the base
// currency.
type Ledger struct {
	Cash, Stocks, Options, Futures market.Money // Futures is profit that is not settled
	Settled                        market.Money // of Cash
	Realized, Unrealized           market.Money
	Rate                           market.Money
}

// Equity is all that the currency holds.
func (l *Ledger) Equity() market.Money { return l.Cash.Add(l.Stocks).Add(l.Options).Add(l.Futures) }

// Ledger adds one currency of an account up, or all of it for "BASE".
func (h *House) Ledger(a *Account, currency string) Ledger {
	if currency == "BASE" {
		f := h.Figures(a)
		settled := decimal.Zero
		for _, one := range a.Currencies() {
			settled = settled.Add(a.Settled(one, h.now).Mul(h.Rate(one, a.Base)))
		}
		return Ledger{f.Cash, f.Stocks, f.Options, f.Futures, settled, f.Realized, f.Unrealized, decimal.New(1, 0)}
	}
	var f Figures
	for _, held := range a.holdings {
		if held.Product.Currency == currency {
			f.add(held, decimal.New(1, 0))
		}
	}
	return Ledger{a.cash[currency], f.Stocks, f.Options, f.Futures, a.Settled(currency, h.now), f.Realized, f.Unrealized,
		h.Rate(currency, a.Base)}
}

// Fees are what an account has paid so far, in its base currency.
func (h *House) Fees(a *Account) market.Money {
	sum := decimal.Zero
	for currency, amount := range a.fees {
		sum = sum.Add(amount.Mul(h.Rate(currency, a.Base)))
	}
	return sum
}
