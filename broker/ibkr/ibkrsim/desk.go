package ibkrsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// openWorkspace makes the workspace and takes back what its users kept.
func (s *Server) openWorkspace() error {
	desk := desk{s}
	s.workspace = workspace.New(workspace.Config{Store: s.house, Contracts: desk, Logins: desk, History: desk,
		NewYork: newYork(), Open: desk.open})
	return s.takeBack(workspace.Kinds(), s.workspace.Restore)
}

// takeBack gives a part what it keeps in the state file.
func (s *Server) takeBack(kinds []string, restore func(kind, key string, value json.RawMessage) error) error {
	for _, kind := range kinds {
		err := s.house.Items(kind, func(key string, value json.RawMessage) error { return restore(kind, key, value) })
		if err != nil {
			return fmt.Errorf("ibkrsim: %w", err)
		}
	}
	return nil
}

// desk is what a workspace knows of the server.
type desk struct{ s *Server }

// Lookup is a contract that is traded here.
func (d desk) Lookup(conid int64) (symbol, name, secType, exchange string, ok bool) {
	p := d.s.exchange.ByConid(conid)
	if p == nil {
		return "", "", "", "", false
	}
	return p.Symbol, p.Company, p.SecType, p.Exchange, true
}

// open says that a contract is in its regular hours.
func (d desk) open(conid int64, now market.Nanos) bool {
	p := d.s.exchange.ByConid(conid)
	return p != nil && p.Session.IsOpen(now)
}

// Login is a user with its accounts as they are now.
func (d desk) Login(name string) workspace.Login {
	u := d.s.users[name]
	if u == nil {
		return workspace.Login{}
	}
	login := workspace.Login{Master: d.s.master(u), Selected: u.selected, Email: u.email, Paper: u.paper(), DynAccount: u.dyn}
	for _, id := range u.accounts {
		a := d.s.house.Account(id)
		f := d.s.house.Figures(a)
		login.Accounts = append(login.Accounts, workspace.Account{ID: id, Alias: a.Alias, NetLiquidation: f.Equity,
			AvailableEquity: f.Available, Cash: f.Cash})
	}
	login.Currency = d.s.house.Account(u.selected).Base
	return login
}

// master is the account with which a user advises others; empty for none.
func (s *Server) master(u *user) string {
	if i := slices.IndexFunc(u.accounts, s.isParent); i >= 0 {
		return u.accounts[i]
	}
	return ""
}

// Select makes an account the user's current one.
func (d desk) Select(name, account string) bool {
	u := d.s.users[name]
	if u == nil || !u.sees(account) {
		return false
	}
	u.selected = account
	return true
}

// Days are an account's days that have ended.
func (d desk) Days(account string) ([]workspace.Day, string, bool) {
	a := d.s.house.Account(account)
	if a == nil {
		return nil, "", false
	}
	var days []workspace.Day
	for _, one := range d.s.house.Days(account) {
		days = append(days, workspace.Day{Date: one.Date, NAV: one.Equity, Flow: one.Flow})
	}
	return days, a.Base, true
}

// Transactions are an account's trades and transfers of a contract, and what it
// was settled for at its expiry.
func (d desk) Transactions(account string, conid int64) []workspace.Transaction {
	a, p := d.s.house.Account(account), d.s.exchange.ByConid(conid)
	if a == nil || p == nil {
		return nil
	}
	type dated struct {
		at  market.Nanos
		row workspace.Transaction
	}
	var all []dated
	row := func(at market.Nanos, kind string, q market.Qty, px market.Price) workspace.Transaction {
		return workspace.Transaction{Date: at.Time().In(newYork()).Format("20060102"), Currency: p.Currency,
			FxRate: d.s.house.Rate(p.Currency, a.Base), Price: px, Qty: q, Type: kind, Desc: p.Company,
			Amount: market.Notional(px, -q, p.Multiplier)}
	}
	for _, e := range d.s.house.Executions(0, func(id string) bool { return id == account }) {
		if e.Conid == conid {
			one := row(e.Time, kindOfTrade(e.Signed()), e.Signed(), e.Price)
			one.Amount, one.Realized = one.Amount.Sub(e.Commission), e.Realized
			all = append(all, dated{e.Time, one})
		}
	}
	for _, m := range d.s.house.Moves(account) {
		if m.Conid == conid {
			one := row(m.Time, "Transfer", m.Qty, m.Price)
			if one.Amount = decimal.Zero; m.Settles {
				one.Type, one.Amount, one.Realized = kindOfTrade(m.Qty), m.Amount, m.Realized
			}
			all = append(all, dated{m.Time, one})
		}
	}
	slices.SortStableFunc(all, func(x, y dated) int { return cmp.Compare(x.at, y.at) })
	rows := make([]workspace.Transaction, len(all))
	for i := range all {
		rows[i] = all[i].row
	}
	return rows
}

func kindOfTrade(q market.Qty) string {
	if q < 0 {
		return "Sell"
	}
	return "Buy"
}

// groupNames are the user's allocation groups.
func (s *Server) groupNames(u *user) []string {
	names := []string{}
	for _, g := range s.workspace.Groups(u.name) {
		names = append(names, g.Name)
	}
	return names
}
