package rates

import (
	"errors"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Kind is the kind of an account.
type Kind uint8

// Kinds of accounts.
const (
	Margin Kind = iota // Regulation T: STKMRGN
	Cash               // settled cash only: STKCASH
)

// Why an account cannot trade.
var (
	ErrFunds     = errors.New("rates: available funds are not enough")
	ErrUnsettled = errors.New("rates: settled cash is not enough")
	ErrShort     = errors.New("rates: a cash account cannot sell what it does not hold")
)

// Holdings are an account: its kind, its cash in the base currency, and its
// book. Cash has the gains of futures in it, and balances in other currencies
// at their rate.
type Holdings struct {
	Kind    Kind
	Cash    market.Money
	Settled market.Money // of Cash, what has settled; for Kind Cash only
	Book    []Position
	Rest    Part // lines that are left out of Book, as no trade that is asked about touches them or their underlying
}

// Part is what lines of a book add to an account's sums.
type Part struct {
	Stocks  market.Money // market value
	Options market.Money // market value
	Requirement
}

// Part adds lines up by the rules of the account's kind. Lines of one
// underlying belong together: stocks cover calls.
func (r Rules) Part(kind Kind, book []Position) Part {
	all := r.add(book)
	part := Part{all.stocks, all.options, all.Requirement}
	if kind == Cash {
		part.Requirement = r.paid(book)
	}
	return part
}

// Plus is both together.
func (p Part) Plus(o Part) Part {
	return Part{p.Stocks.Add(o.Stocks), p.Options.Add(o.Options), p.plus(o.Requirement)}
}

// Minus takes a part away that is in p.
func (p Part) Minus(o Part) Part {
	return Part{p.Stocks.Sub(o.Stocks), p.Options.Sub(o.Options), Requirement{
		p.Initial.Sub(o.Initial), p.Maintenance.Sub(o.Maintenance), p.RegT.Sub(o.RegT)}}
}

// Funds are what an account is worth and what it can do, in the base currency.
type Funds struct {
	Requirement
	NetLiquidation market.Money // cash, stocks and options
	EquityWithLoan market.Money // cash and stocks
	Available      market.Money // equity with loan less initial
	Excess         market.Money // equity with loan less maintenance
	BuyingPower    market.Money // 4 times available; once for Cash; never below 0
}

var leverage = decimal.New(4, 0)

// Funds are an account's funds. The definitions are those of IBKR's account
// window: options count for the liquidation value, not for the equity with
// loan value; futures count through cash alone.
func (r Rules) Funds(h Holdings) Funds {
	all := r.Part(h.Kind, h.Book).Plus(h.Rest)
	f := Funds{Requirement: all.Requirement, EquityWithLoan: h.Cash.Add(all.Stocks)}
	f.NetLiquidation = f.EquityWithLoan.Add(all.Options)
	f.Available = f.EquityWithLoan.Sub(f.Initial)
	f.Excess = f.EquityWithLoan.Sub(f.Maintenance)
	f.BuyingPower = decimal.Max(f.Available, market.Money{})
	if h.Kind == Margin {
		f.BuyingPower = f.BuyingPower.Mul(leverage)
	}
	return f
}

// paid is the requirement of a cash account: stocks are paid in full, puts sold
// are secured by cash for their strike, and calls sold need the shares.
func (r Rules) paid(book []Position) Requirement {
	var rest []Position
	sum := Requirement{}
	for i := range book {
		p := &book[i]
		switch {
		case p.SecType == exchange.Stock:
			sum = sum.plus(same(p.Value().Abs()))
		case p.SecType == exchange.Option && p.Right == "P" && p.Qty < 0:
			sum = sum.plus(same(p.money(p.Strike, p.Qty).Abs()))
		case p.SecType != exchange.Option:
			rest = append(rest, *p)
		}
	}
	return sum.plus(r.Requirement(rest))
}

// AfterTrade is the account after a trade that adds trade.Qty (below 0 for a
// sale) at the price paid, and costs commission and fees in the base currency.
// trade.Price is the mark at which the line counts from then on. The error
// says why the account may not trade: ErrShort, ErrUnsettled, or ErrFunds;
// what raises the available funds may always be traded. The holdings after
// the trade are given in any case.
//
// To check an order before it trades, give the worse of its limit and the
// mark: a limit far from the market must not count as a gain.
func (r Rules) AfterTrade(h Holdings, trade Position, paid market.Price, costs market.Money) (Holdings, error) {
	after := h
	after.Book = add(h.Book, trade)
	spent := costs
	if trade.SecType == exchange.Stock || trade.SecType == exchange.Option {
		spent = spent.Add(trade.money(paid, trade.Qty))
	}
	after.Cash = h.Cash.Sub(spent)
	after.Settled = h.Settled.Sub(decimal.Max(spent, market.Money{}))
	if h.Kind == Cash {
		if err := checkCash(after, spent); err != nil {
			return after, err
		}
	}
	now := r.Funds(after)
	if !now.Available.IsNegative() {
		return after, nil
	}
	h.Book = remark(h.Book, trade)
	if now.Available.LessThan(r.Funds(h).Available.Sub(costs)) {
		return after, ErrFunds
	}
	return after, nil
}

// remark is a book with the trade's line at the trade's mark.
func remark(book []Position, trade Position) []Position {
	trade.Qty = 0
	return add(book, trade)
}

// checkCash is the rules of a cash account after a trade that spent so much.
func checkCash(h Holdings, spent market.Money) error {
	for i := range h.Book {
		if p := &h.Book[i]; p.SecType == exchange.Stock && p.Qty < 0 {
			return ErrShort
		}
	}
	for _, c := range chains(h.Book) {
		if c.uncovered() {
			return ErrShort
		}
	}
	if spent.IsPositive() && h.Settled.IsNegative() && !h.Cash.IsNegative() {
		return ErrUnsettled
	}
	return nil
}

// uncovered says that more calls are sold than the shares can deliver.
func (c *chain) uncovered() bool {
	sold := market.Qty(0)
	for i := range c.sold {
		if c.sold[i].Right == "C" {
			sold -= c.sold[i].Qty
		}
	}
	return sold > c.covered
}

// add is a book with a trade in it; lines of quantity 0 are gone.
func add(book []Position, trade Position) []Position {
	list := slices.Clone(book)
	i := slices.IndexFunc(list, func(p Position) bool { return p.Conid == trade.Conid })
	if i < 0 {
		i, list = len(list), append(list, trade)
	} else {
		trade.Qty += list[i].Qty
		list[i] = trade
	}
	if trade.Qty == 0 {
		list = slices.Delete(list, i, i+1)
	}
	return list
}

// SettlementDays is how many business days after its trade a fill settles:
// one for stocks and options (SEC rule 15c6-1, from 28 May 2024), futures and
// USD.CAD; two for other currencies.
func SettlementDays(secType, symbol, currency string) int {
	if secType != exchange.Forex || symbol == usd && currency == "CAD" {
		return 1
	}
	return 2
}

// Settles is the day on which a trade of that day settles, after so many
// business days. Saturdays, Sundays and the days that holiday names (it may
// be nil) do not count. The time of day stays as it was.
func Settles(traded time.Time, days int, holiday func(time.Time) bool) time.Time {
	at := traded
	for range 366 { // a calendar of holidays alone must not hang us
		if days <= 0 {
			break
		}
		at = at.AddDate(0, 0, 1)
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		if !weekend && (holiday == nil || !holiday(at)) {
			days--
		}
	}
	return at
}

// Proceeds is money of a sale that has not settled yet.
type Proceeds struct {
	Amount  market.Money
	Settles time.Time
}

// Settled is what of an account's cash has settled: all but the proceeds that
// settle after now.
func Settled(cash market.Money, pending []Proceeds, now time.Time) market.Money {
	for _, p := range pending {
		if p.Settles.After(now) {
			cash = cash.Sub(p.Amount)
		}
	}
	return cash
}
