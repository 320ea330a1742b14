package brokerage

import (
	"strconv"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
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
	Initial     market.Money // margin
	Maintenance market.Money
	RegT        market.Money
	Available   market.Money // Equity - Initial
	Excess      market.Money // Equity - Maintenance
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
	h.margin(a, &f)
	f.Available, f.Excess = f.Equity.Sub(f.Initial), f.Equity.Sub(f.Maintenance)
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

// marginRate is the initial margin of a stock: a quarter of its value.
var marginRate = decimal.New(25, -2)

func (h *House) margin(_ *Account, f *Figures) {
	f.Initial = f.Gross.Mul(marginRate)
	f.Maintenance, f.RegT = f.Initial, f.Initial.Add(f.Initial)
	f.BuyingPower = f.Equity.Sub(f.Initial).Mul(decimal.New(4, 0))
}

// Needs is the initial margin that an order adds, in the account's currency;
// nothing for what only reduces a holding.
func (h *House) Needs(o *Order) market.Money {
	a := h.byName[o.Account]
	if o.IsCombo() {
		return decimal.Zero
	}
	adds := o.Ticket.Qty
	if held := o.signed(a.Held(o.Product.Conid)); held < 0 {
		adds = max(0, adds+2*held) // closing frees what it held
	}
	price := max(o.Ticket.Price, o.Ticket.Aux)
	if price == 0 {
		price = o.Product.Mark()
	}
	value := market.Notional(price, adds, o.Product.Multiplier)
	return value.Mul(marginRate).Mul(h.Rate(o.Product.Currency, a.Base))
}

// Ledger is an account's sums in one currency, with the rate to the base
// currency.
type Ledger struct {
	Cash, Stocks, Options, Futures market.Money // Futures is profit that is not settled
	Realized, Unrealized           market.Money
	Rate                           market.Money
}

// Equity is all that the currency holds.
func (l *Ledger) Equity() market.Money { return l.Cash.Add(l.Stocks).Add(l.Options).Add(l.Futures) }

// Ledger adds one currency of an account up, or all of it for "BASE".
func (h *House) Ledger(a *Account, currency string) Ledger {
	if currency == "BASE" {
		f := h.Figures(a)
		return Ledger{f.Cash, f.Stocks, f.Options, f.Futures, f.Realized, f.Unrealized, decimal.New(1, 0)}
	}
	var f Figures
	for _, held := range a.holdings {
		if held.Product.Currency == currency {
			f.add(held, decimal.New(1, 0))
		}
	}
	return Ledger{a.cash[currency], f.Stocks, f.Options, f.Futures, f.Realized, f.Unrealized, h.Rate(currency, a.Base)}
}

// Fees are what an account has paid so far, in its base currency.
func (h *House) Fees(a *Account) market.Money {
	sum := decimal.Zero
	for currency, amount := range a.fees {
		sum = sum.Add(amount.Mul(h.Rate(currency, a.Base)))
	}
	return sum
}

// Afford is the reason why an account cannot pay for an order; empty when it
// can.
func (h *House) Afford(o *Order) (refusal string) {
	a := h.byName[o.Account]
	if a.ReadOnly {
		return "Account " + a.ID + " is read-only."
	}
	if h.MaxWorking > 0 && h.working(o) >= h.MaxWorking {
		return "Order rejected: the limit of " + strconv.Itoa(h.MaxWorking) + " working orders per side and contract is reached."
	}
	needed, available := h.Needs(o), h.Figures(a).Available
	if !needed.GreaterThan(available) {
		return ""
	}
	return "We are unable to accept your order. Your available funds of " + available.StringFixed(2) + " " + a.Base +
		" are less than the initial margin of " + needed.StringFixed(2) + " " + a.Base + "."
}

// working is how many orders work of an order's account, contract and side.
func (h *House) working(o *Order) int {
	n := 0
	for _, x := range h.open {
		if x.Working() && x.Account == o.Account && x.Product == o.Product && x.Ticket.Side == o.Ticket.Side {
			n++
		}
	}
	return n
}
