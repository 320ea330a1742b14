package brokerage

import (
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

// share is what a holding adds to its account's sums, and what that was worked
// out from: an order need not add up again what has not changed.
type share struct {
	qty   market.Qty
	price market.Price
	rate  market.Money
	cost  market.Money // of futures
	part  rates.Part
	gain  market.Money // of futures, in the base currency
}

// sums are the shares of all holdings together.
type sums struct {
	part rates.Part
	gain market.Money
}

// refresh brings an account's sums up to the prices of now. It is false for
// an account with options, whose lines do not add up one by one.
func (h *House) refresh(a *Account) bool {
	kind := a.marginKind()
	for _, held := range a.holdings {
		if held.Product.SecType == exchange.Option && held.Qty != 0 {
			return false
		}
		if next := h.shareOf(a, held); held.share.outdated(&next) {
			next.part = rates.Part{}
			if next.qty != 0 {
				next.part = a.rules.Part(kind, []rates.Position{h.line(a, held.Product, held.Qty, next.price)})
			}
			if held.Product.SecType == exchange.Future {
				next.gain = held.Unrealized().Mul(next.rate)
			}
			a.sums.part = a.sums.part.Plus(next.part).Minus(held.share.part)
			a.sums.gain = a.sums.gain.Add(next.gain).Sub(held.share.gain)
			held.share = next
		}
	}
	return true
}

// shareOf is what a holding's share is worked out from now.
func (h *House) shareOf(a *Account, held *Holding) share {
	s := share{qty: held.Qty, price: held.Product.Mark(), rate: h.Rate(held.Product.Currency, a.Base)}
	if held.Product.SecType == exchange.Future {
		s.cost = held.Cost
	}
	return s
}

func (s *share) outdated(next *share) bool {
	return s.qty != next.qty || s.price != next.price && (s.qty != 0 || next.qty != 0) ||
		!s.rate.Equal(next.rate) || !s.cost.Equal(next.cost)
}

func (a *Account) marginKind() rates.Kind {
	if a.Kind == "cash" {
		return rates.Cash
	}
	return rates.Margin
}

// bookFor is an account as the margin rules see it for one order: the lines
// that the order touches, and the sum of all others.
func (h *House) bookFor(a *Account, o *Order) rates.Holdings {
	if o.IsCombo() || !h.refresh(a) {
		return h.book(a)
	}
	out := h.balances(a)
	out.Cash, out.Settled = out.Cash.Add(a.sums.gain), out.Settled.Add(a.sums.gain)
	out.Rest = a.sums.part
	for _, conid := range []int64{o.Product.Conid, o.Product.Underlying} {
		held := a.byConid[conid]
		if held == nil || held.Qty == 0 {
			continue
		}
		out.Book = append(out.Book, h.line(a, held.Product, held.Qty, held.share.price))
		out.Rest = out.Rest.Minus(held.share.part)
	}
	return out
}

// balances is an account's cash as the margin rules see it.
func (h *House) balances(a *Account) rates.Holdings {
	out := rates.Holdings{Kind: a.marginKind()}
	for _, currency := range a.Currencies() {
		rate, amount := h.Rate(currency, a.Base), a.cash[currency]
		out.Cash = out.Cash.Add(amount.Mul(rate))
		out.Settled = out.Settled.Add(a.Settled(currency, h.now).Mul(rate))
		if currency != a.Base {
			out.Book = append(out.Book, balanceLine(currency, amount.Mul(rate)))
		}
	}
	return out
}

// balanceLine is a foreign balance as the margin rules see it: one unit that is
// worth all of it, as no balance is too large for that.
func balanceLine(currency string, worth market.Money) rates.Position {
	return rates.Position{SecType: exchange.Forex, Symbol: currency, Currency: currency,
		Qty: market.Shares(int64(worth.Sign())), Price: market.PriceScale, Rate: worth.Abs()}
}
