package brokerage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

// AccountConfig says how an account begins.
type AccountConfig struct {
	ID     string       `json:"id"` // DU1000001; one that begins with D is a paper account
	Alias  string       `json:"alias,omitempty"`
	Title  string       `json:"title,omitempty"`  // default Simulated Trader
	Parent string       `json:"parent,omitempty"` // the advisor's account that it belongs to
	Base   string       `json:"base"`             // currency, default USD
	Kind   string       `json:"kind"`             // "margin", the default, or "cash"
	Plan   string       `json:"plan"`             // commissions: "fixed", the default, or "tiered"
	Cash   market.Money `json:"cash"`             // at the start, in Base

	Fractions bool `json:"fractions,omitempty"` // may trade parts of shares
}

func (c *AccountConfig) complete() error {
	c.Title = cmp.Or(c.Title, "Simulated Trader")
	c.Base, c.Kind, c.Plan = cmp.Or(c.Base, "USD"), cmp.Or(c.Kind, "margin"), cmp.Or(c.Plan, "fixed")
	switch {
	case c.ID == "":
		return fmt.Errorf("brokerage: account %q: an id is missing", c.Alias)
	case c.Kind != "margin" && c.Kind != "cash":
		return fmt.Errorf("brokerage: account %s: kind %q: want margin or cash", c.ID, c.Kind)
	case c.Plan != "fixed" && c.Plan != "tiered":
		return fmt.Errorf("brokerage: account %s: plan %q: want fixed or tiered", c.ID, c.Plan)
	}
	return nil
}

// Account is an account with its cash and holdings.
type Account struct {
	AccountConfig
	ReadOnly bool // it may look, but not trade

	cash     map[string]market.Money // by currency
	fees     map[string]market.Money // paid so far; cash is after them
	holdings []*Holding              // in the order in which they were opened
	byConid  map[int64]*Holding
	sums     sums
	plan     rates.Plan
	rules    rates.Rules
	traded   months
	unpaid   map[string][]rates.Proceeds // of sales that have not settled, by currency
}

// Holding is a position of an account at average cost. Its Cost and
// RealizedPnL are in the product's currency.
type Holding struct {
	Product *exchange.Product
	market.Position

	share share
}

func newAccount(c AccountConfig) *Account {
	return &Account{AccountConfig: c, cash: map[string]market.Money{c.Base: c.Cash},
		fees: map[string]market.Money{}, byConid: map[int64]*Holding{}, unpaid: map[string][]rates.Proceeds{},
		plan: rates.Plan{Tiered: c.Plan == "tiered", Regulatory: true}, rules: rates.Default(c.Base)}
}

// Paper says that no money of anybody is in the account.
func (a *Account) Paper() bool { return strings.HasPrefix(a.ID, "D") }

// Balance is the cash in a currency.
func (a *Account) Balance(currency string) market.Money { return a.cash[currency] }

// Currencies are those with a balance, the base currency first.
func (a *Account) Currencies() []string {
	var list []string
	for c, amount := range a.cash {
		if c != a.Base && !amount.IsZero() {
			list = append(list, c)
		}
	}
	slices.Sort(list)
	return append([]string{a.Base}, list...)
}

// Holdings are what is held and what was, in the order it was opened.
func (a *Account) Holdings() []*Holding { return a.holdings }

// Held is the quantity held of a contract.
func (a *Account) Held(conid int64) market.Qty {
	if h := a.byConid[conid]; h != nil {
		return h.Qty
	}
	return 0
}

// realized is the profit that was made with a contract so far.
func (a *Account) realized(conid int64) market.Money {
	if h := a.byConid[conid]; h != nil {
		return h.RealizedPnL
	}
	return market.Money{}
}

func (a *Account) holding(p *exchange.Product) *Holding {
	h := a.byConid[p.Conid]
	if h == nil {
		h = &Holding{Product: p, Position: market.Position{Account: market.AccountID(a.ID), Instrument: p.ID}}
		a.byConid[p.Conid] = h
		a.holdings = append(a.holdings, h)
	}
	return h
}

func (a *Account) move(currency string, amount market.Money) {
	a.cash[currency] = a.cash[currency].Add(amount)
}

// trade books a trade of q (signed) at px. What is bought is paid for, except
// futures, of which only what a closing realizes is settled, and currencies,
// which are cash themselves.
func (a *Account) trade(p *exchange.Product, q market.Qty, px market.Price, at market.Nanos) {
	value := market.Notional(px, q, p.Multiplier)
	switch p.SecType {
	case exchange.Forex:
		a.move(p.Symbol, q.Decimal())
		a.move(p.Currency, value.Neg())
		return
	case exchange.Future:
		h := a.holding(p)
		before := h.RealizedPnL
		h.Apply(q, px, p.Multiplier)
		a.move(p.Currency, h.RealizedPnL.Sub(before))
		h.TsEvent = at
		return
	}
	h := a.holding(p)
	h.Apply(q, px, p.Multiplier)
	h.TsEvent = at
	a.move(p.Currency, value.Neg())
}

// Value is what the holding adds to the account's worth, in its currency: its
// market value; of futures what is not settled.
func (h *Holding) Value() market.Money {
	if h.Product.SecType == exchange.Future {
		return h.Unrealized()
	}
	return h.MarketValue()
}

// MarketValue is the quantity at the market's price, with the multiplier.
func (h *Holding) MarketValue() market.Money {
	return market.Notional(h.Product.Mark(), h.Qty, h.Product.Multiplier)
}

// Unrealized is what closing at the market's price would realize.
func (h *Holding) Unrealized() market.Money {
	return h.UnrealizedPnL(h.Product.Mark(), h.Product.Multiplier)
}

// par is the rate of a currency in itself.
var par = decimal.New(1, 0)

// Rate is what one unit of currency is worth in another, from the middle of
// the pairs that are traded, rounded to ten decimals; 1 where no pair says.
func (h *House) Rate(from, to string) market.Money {
	if from == to {
		return par
	}
	if px, ok := h.pair(from, to); ok {
		return px
	}
	if px, ok := h.pair(to, from); ok {
		return par.DivRound(px, 10)
	}
	if from != "USD" && to != "USD" {
		return h.Rate(from, "USD").Mul(h.Rate("USD", to)).Round(10)
	}
	return par
}

func (h *House) pair(base, quote string) (market.Money, bool) {
	p := h.pairs[base+"."+quote]
	if p == nil {
		return market.Money{}, false
	}
	px := p.Mark()
	if px <= 0 {
		px = p.Price
	}
	return px.Decimal(), true
}
