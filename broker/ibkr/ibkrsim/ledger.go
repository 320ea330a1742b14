package ibkrsim

import (
	"cmp"
	"fmt"
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/market"
)

// ledger is what account management knows of the accounts, and does to them.
type ledger struct{ s *Server }

// Accounts are the ids of all accounts.
func (l ledger) Accounts() []string {
	var list []string
	for _, a := range l.s.house.Accounts() {
		list = append(list, a.ID)
	}
	return list
}

// Has says that there is the account.
func (l ledger) Has(account string) bool { return l.s.house.Account(account) != nil }

// May says that a client acts for a user who sees the account.
func (l ledger) May(client, account string) bool {
	return slices.ContainsFunc(l.users(client), func(u *user) bool { return u.sees(account) })
}

// users are those for whom a client acts. The server's lock may be held: it is
// always taken before that of the logins.
func (l ledger) users(client string) []*user {
	l.s.loginMu.Lock()
	defer l.s.loginMu.Unlock()
	var list []*user
	for _, name := range l.s.registry.ActsFor(client) {
		if u := l.s.users[name]; u != nil {
			list = append(list, u)
		}
	}
	return list
}

// Currency is an account's base currency.
func (l ledger) Currency(account string) string {
	if a := l.s.house.Account(account); a != nil {
		return a.Base
	}
	return ""
}

// Cash is what an account has in a currency.
func (l ledger) Cash(account, currency string) market.Money {
	if a := l.s.house.Account(account); a != nil {
		return a.Balance(currency)
	}
	return market.Money{}
}

// Balances are an account's cash by currency.
func (l ledger) Balances(account string) map[string]market.Money {
	out := map[string]market.Money{}
	if a := l.s.house.Account(account); a != nil {
		for _, currency := range a.Currencies() {
			out[currency] = a.Balance(currency)
		}
	}
	return out
}

// Equity is the net liquidation value in a currency.
func (l ledger) Equity(account, currency string) market.Money {
	a := l.s.house.Account(account)
	if a == nil {
		return market.Money{}
	}
	return l.s.house.Figures(a).Equity.Mul(l.s.house.Rate(a.Base, currency))
}

// Positions are what an account holds.
func (l ledger) Positions(account string) []management.Holding {
	a := l.s.house.Account(account)
	if a == nil {
		return nil
	}
	var list []management.Holding
	for _, h := range open(a) {
		p := h.Product
		list = append(list, management.Holding{Conid: p.Conid, Symbol: p.Symbol, Class: p.SecType, Quantity: h.Qty,
			Price: p.Mark(), Value: h.MarketValue(), Currency: p.Currency})
	}
	return list
}

// Activity is what changed an account in [from, to): executions and moves.
func (l ledger) Activity(account string, from, to market.Nanos) []management.Activity {
	var list []management.Activity
	for _, e := range l.s.house.Executions(from-1, func(id string) bool { return id == account }) {
		if e.Time < to {
			list = append(list, traded(e)...)
		}
	}
	for _, m := range l.s.house.Moves(account) {
		if m.Time >= from && m.Time < to {
			list = append(list, l.moved(m))
		}
	}
	slices.SortStableFunc(list, func(a, b management.Activity) int { return cmp.Compare(a.At, b.At) })
	return list
}

// traded is what an execution changed. Of futures only profit is settled; of a
// currency pair both sides are cash.
func traded(e *brokerage.Execution) []management.Activity {
	p := e.Product
	one := management.Activity{At: e.Time, Kind: management.Trade, ID: e.ID, Conid: p.Conid, Symbol: p.Symbol, Class: p.SecType,
		Quantity: e.Signed(), Price: e.Price, Currency: p.Currency, Commission: e.Commission,
		Amount: market.Notional(e.Price, -e.Signed(), p.Multiplier)}
	switch p.SecType {
	case exchange.Future:
		one.Amount = e.Realized
	case exchange.Forex:
		one.Symbol, one.Quantity = p.Symbol+"."+p.Currency, 0
		other := one
		other.Currency, other.Amount, other.Commission = p.Symbol, e.Signed().Decimal(), market.Money{}
		return []management.Activity{one, other}
	}
	return []management.Activity{one}
}

// moved is what a move changed.
func (l ledger) moved(m *brokerage.Move) management.Activity {
	one := management.Activity{At: m.Time, Kind: management.Deposit, Text: m.Text, Currency: m.Currency, Amount: m.Amount}
	if p := l.s.exchange.ByConid(m.Conid); p != nil {
		one.Kind, one.Conid, one.Symbol, one.Class = management.Transfer, p.Conid, p.Symbol, p.SecType
		one.Quantity, one.Price, one.Currency = m.Qty, m.Price, p.Currency
	}
	if m.Settles { // statements show it as a closing trade without a commission
		one.Kind = management.Trade
	}
	return one
}

// MoveCash books a deposit or a withdrawal and tells the users of it.
func (l ledger) MoveCash(account, currency string, amount market.Money, text string) error {
	if err := l.s.house.MoveCash(account, currency, amount, text); err != nil {
		return err
	}
	l.s.tell(account, "CT", "Cash Transfer", fmt.Sprintf("%s: %s %s in account %s", text, amount, currency, account))
	return nil
}

// MoveAsset moves a holding and tells the users of both accounts.
func (l ledger) MoveAsset(from, to string, conid int64, qty market.Qty) error {
	if err := l.s.house.MoveAsset(from, to, conid, qty); err != nil {
		return err
	}
	for _, account := range []string{from, to} {
		l.s.tell(account, "PT", "Position Transfer", fmt.Sprintf("%s %s in account %s", qty, l.s.exchange.ByConid(conid).Symbol, account))
	}
	return nil
}

// isins are the identification numbers of well-known instruments. The nine
// characters after the country are the CUSIP (ISO 6166).
var isins = map[string]int64{
	"US78462F1030": 756733, "US46090E1038": 320227571, "US0378331005": 265598, "US4592001014": 8314,
	"US5949181045": 272093, "US0605051046": 10098, "US67066G1040": 4815747, "US88160R1014": 76792991,
}

// Security is the contract of an ISIN or a CUSIP, when it is traded here.
func (l ledger) Security(idType, id string) (conid int64, ok bool) {
	for isin, conid := range isins {
		if (idType == "ISIN" && id == isin || idType == "CUSIP" && id == isin[2:11]) && l.s.exchange.ByConid(conid) != nil {
			return conid, true
		}
	}
	return 0, false
}

// Open opens an account for the users for whom the client acts.
func (l ledger) Open(account, currency, client string) error {
	if err := l.s.house.OpenAccount(brokerage.AccountConfig{ID: account, Base: currency}); err != nil {
		return err
	}
	for _, u := range l.users(client) {
		u.accounts = append(u.accounts, account)
		l.s.house.Put(kindLogin, u.name+"/"+account, []byte("true"))
	}
	return nil
}
