package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/api"
)

// accountVerbs show what is in the account.
func (v *ibkrVerbs) accountVerbs() []*cobra.Command {
	return []*cobra.Command{
		v.verb(&cobra.Command{
			Use: "accounts", Short: "List the accounts of the login",
			Long:    "List the accounts of the login, which one is selected, and whether they are paper or real money.",
			Example: "  engine ibkr accounts\n  engine ibkr accounts -o json",
		}, plainly((*ibkrShell).showAccounts)),
		v.verb(&cobra.Command{
			Use: "summary", Short: "Show what the account is worth and may buy",
			Long:    "Show balances, margin and buying power of the account, in its base currency.",
			Example: "  engine ibkr summary\n  engine ibkr summary --account DU1234567 -o json",
		}, plainly((*ibkrShell).summary)),
		v.verb(&cobra.Command{
			Use: "ledger", Short: "Show cash and values by currency",
			Long:    "Show cash and values of the account by currency. BASE is their sum in the account's own currency.",
			Example: "  engine ibkr ledger\n  engine ibkr ledger -o json",
		}, plainly((*ibkrShell).ledger)),
		v.verb(&cobra.Command{
			Use: "positions", Short: "List what the account holds",
			Long:    "List what the account holds, read anew and not from IBKR's cache.",
			Example: "  engine ibkr positions\n  engine ibkr positions --account DU1234567 -o json",
		}, plainly((*ibkrShell).positions)),
	}
}

func (s *ibkrShell) showAccounts(ctx context.Context) error {
	if _, err := s.open(ctx); err != nil {
		return err
	}
	known, err := s.accounts(ctx)
	if err != nil {
		return err
	}
	if s.json() {
		return s.showObject(known)
	}
	kind := "-"
	if !known.IsPaper.IsZero() {
		kind = moneyKind(known.IsPaper.True())
	}
	return listing(s.app, "no accounts", "ACCOUNT ALIAS KIND SELECTED", known.Accounts, func(one api.Text) []string {
		id := one.String()
		return []string{plain(id), plain(known.Aliases[id].String()), kind, yesNo(id == known.Selected.String())}
	})
}

func (s *ibkrShell) summary(ctx context.Context) error {
	account, err := s.brokerage(ctx)
	if err != nil {
		return err
	}
	summary, err := s.api.Accounts.Summary(ctx, account)
	if err != nil {
		return err
	}
	return s.showObject(summary, "accountType", "status", "netLiquidationValue", "totalCashValue", "availableFunds", "buyingPower")
}

// portfolio resolves the account for questions below /portfolio, which want
// the list of accounts asked for first.
func (s *ibkrShell) portfolio(ctx context.Context) (account string, err error) {
	if account, err = s.brokerage(ctx); err != nil {
		return "", err
	}
	_, err = s.api.Portfolio.Accounts(ctx)
	return account, err
}

const ledgerColumns = "CURRENCY= CASH=cashbalance SETTLED=settledcash STOCKS=stockmarketvalue REALIZED=realizedpnl " +
	"UNREALIZED=unrealizedpnl NET=netliquidationvalue RATE=exchangerate"

func (s *ibkrShell) ledger(ctx context.Context) error {
	account, err := s.portfolio(ctx)
	if err != nil {
		return err
	}
	ledger, err := s.api.Portfolio.Ledger(ctx, account)
	if err != nil {
		return err
	}
	return s.show(ledger, "*", ledgerColumns, "no cash")
}

const positionColumns = "CONID=conid SYMBOL=ticker|contractDesc TYPE=assetClass QTY=position PRICE=mktPrice VALUE=mktValue " +
	"AVG=avgPrice UNREALIZED=unrealizedPnl REALIZED=realizedPnl CURRENCY=currency"

// positions asks for all pages. Rows without a quantity are closed positions,
// which only -o json shows.
func (s *ibkrShell) positions(ctx context.Context) error {
	account, err := s.portfolio(ctx)
	if err != nil {
		return err
	}
	if _, err := s.api.Portfolio.Invalidate(ctx, account); err != nil {
		return err
	}
	rows, err := s.api.Portfolio.AllPositions(ctx, account, "")
	if err != nil {
		return err
	}
	if !s.json() {
		rows = slices.DeleteFunc(rows, func(p api.Position) bool {
			qty, ok := p.Position.Decimal()
			return ok && qty.IsZero()
		})
	}
	return s.show(append([]api.Position{}, rows...), "", positionColumns, "no positions")
}
