package ibkr

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// PortfolioAccount is a row of GET /portfolio/accounts.
type PortfolioAccount struct {
	ID       FlexString `json:"id"`
	Currency FlexString `json:"currency"`
	Type     FlexString `json:"type"`
}

// PortfolioAccounts has to be asked once in a session before the other
// portfolio questions.
func (c *Client) PortfolioAccounts(ctx context.Context) (rows []PortfolioAccount, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathPortfolioAccounts}, &rows)
	return rows, err
}

// InvalidatePositions makes the server read positions anew
// (POST /portfolio/{accountId}/positions/invalidate).
func (c *Client) InvalidatePositions(ctx context.Context) error {
	return c.read(ctx, request{method: http.MethodPost, pattern: pathInvalidate}, nil)
}

// PositionRow is a row of GET /portfolio/{accountId}/positions/{page}. The
// first rows of a session lack Ticker, and strike changes its type later.
type PositionRow struct {
	Account  FlexString  `json:"acctId"`
	Conid    FlexInt     `json:"conid"`
	Desc     FlexString  `json:"contractDesc"`
	Ticker   FlexString  `json:"ticker"`
	Position FlexDecimal `json:"position"` // signed; 0 for what was closed
	AvgPrice FlexDecimal `json:"avgPrice"` // without the multiplier
	Strike   FlexDecimal `json:"strike"`
	Model    FlexString  `json:"model"`
}

// Positions asks for one page of at most 100 positions; pages start at 0, and
// a page past the end is empty.
func (c *Client) Positions(ctx context.Context, page int) (rows []PositionRow, err error) {
	r := request{
		method: http.MethodGet, pattern: pathPositions, id: strconv.Itoa(page),
		query: url.Values{"sort": {"position"}, "direction": {"a"}}, // pages are stable only when sorted
	}
	err = c.read(ctx, r, &rows)
	return rows, err
}

// LedgerRow is the cash of one currency. BASE is the sum in the account's own.
type LedgerRow struct {
	Currency FlexString  `json:"currency"`
	Cash     FlexDecimal `json:"cashbalance"`
	Settled  FlexDecimal `json:"settledcash"`
	NetValue FlexDecimal `json:"netliquidationvalue"`
	Exchange FlexDecimal `json:"exchangerate"` // base per unit
}

// Ledger asks for the cash by currency (GET /portfolio/{accountId}/ledger).
func (c *Client) Ledger(ctx context.Context) (rows map[string]LedgerRow, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathLedger}, &rows)
	return rows, err
}

// AccountSummary is the part of GET /iserver/account/{accountId}/summary that
// says what the account is worth.
type AccountSummary struct {
	NetLiquidation FlexDecimal `json:"netLiquidationValue"`
	TotalCash      FlexDecimal `json:"totalCashValue"`
	BuyingPower    FlexDecimal `json:"buyingPower"`
	AvailableFunds FlexDecimal `json:"availableFunds"`
}

// AccountSummary asks for the account's balances.
func (c *Client) AccountSummary(ctx context.Context) (s AccountSummary, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathAccountSummary}, &s)
	return s, err
}
