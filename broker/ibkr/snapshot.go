package ibkr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gannet/market"
)

const (
	orderTries   = 4   // questions until live orders are complete
	positionPage = 100 // rows of a full page
	maxPages     = 50
	noSession    = "ibkr: no session: "
)

// primed says what was asked before in the present session: IBKR's first
// answers are empty or only set things up.
type primed struct {
	epoch     uint64
	orders    bool
	trades    bool
	portfolio bool
}

// Snapshot asks for orders, trades, positions and cash. See broker.Broker. It
// keeps IBKR's pace of one question in five seconds for orders and trades, so
// the first one of a session takes five to ten seconds and a later one at most
// five. Commissions that it learns of are reported through Run.
func (a *Adapter) Snapshot(ctx context.Context) market.Snapshot {
	a.asking.Lock()
	defer a.asking.Unlock()
	snap := market.Snapshot{TsEvent: a.now(), Account: a.cfg.Account}
	s := a.state.Load()
	if !s.session {
		why := noSession + s.reason
		snap.Orders = market.Unavailable[market.Order](why)
		snap.Trades = market.Unavailable[market.ExecReport](why)
		snap.Positions = market.Unavailable[market.Holding](why)
		snap.Cash = market.Unavailable[market.Money](why)
		return snap
	}
	if a.primed.epoch != s.epoch {
		a.primed = primed{epoch: s.epoch}
	}
	var parts sync.WaitGroup
	parts.Go(func() { snap.Orders = answerOf(a.askOrders(ctx)) })
	parts.Go(func() { snap.Trades = answerOf(a.askTrades(ctx)) })
	parts.Go(func() {
		if err := a.primePortfolio(ctx); err != nil {
			snap.Positions = market.Unavailable[market.Holding](err.Error())
			snap.Cash = market.Unavailable[market.Money](err.Error())
			return
		}
		snap.Positions = answerOf(a.askPositions(ctx))
		snap.Cash = answerOf(a.askCash(ctx))
	})
	parts.Wait()
	return snap
}

func answerOf[T any](list []T, err error) market.Answer[T] {
	if err != nil {
		return market.Unavailable[T](err.Error())
	}
	return market.Known(list)
}

// askOrders asks until the answer says that it is complete. The first of a
// session clears the server's cache.
func (a *Adapter) askOrders(ctx context.Context) ([]market.Order, error) {
	if !a.primed.orders {
		if _, err := a.client.LiveOrders(ctx, true); err != nil {
			return nil, err
		}
		a.primed.orders = true
	}
	for range orderTries {
		live, err := a.client.LiveOrders(ctx, false)
		if err != nil {
			return nil, err
		}
		if live.Snapshot {
			return a.book.onOrders(live.Orders)
		}
	}
	return nil, fmt.Errorf("ibkr: live orders: not complete after %d questions", orderTries)
}

// askTrades asks for executions: of several days the first time of a session,
// else of today. The first answer of a session is empty whatever there is.
func (a *Adapter) askTrades(ctx context.Context) ([]market.ExecReport, error) {
	days := 1
	if !a.primed.trades {
		days = a.cfg.TradeDays
	}
	rows, err := a.client.Trades(ctx, days)
	if err == nil && len(rows) == 0 && !a.primed.trades {
		rows, err = a.client.Trades(ctx, days)
	}
	if err != nil {
		return nil, err
	}
	a.primed.trades = true
	return a.book.onTrades(rows)
}

// primePortfolio asks for the portfolio's accounts once in a session.
func (a *Adapter) primePortfolio(ctx context.Context) error {
	if a.primed.portfolio {
		return nil
	}
	rows, err := a.client.PortfolioAccounts(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rows, func(r PortfolioAccount) bool { return string(r.ID) == string(a.cfg.Account) }) {
		return fmt.Errorf("ibkr: account %s: is not in the portfolio's list", a.cfg.Account)
	}
	a.primed.portfolio = true
	return nil
}

// askPositions pages through the positions, read anew.
func (a *Adapter) askPositions(ctx context.Context) ([]market.Holding, error) {
	if err := a.client.InvalidatePositions(ctx); err != nil {
		return nil, err
	}
	var list []market.Holding
	seen := make(map[string]bool)
	for page := range maxPages {
		rows, err := a.client.Positions(ctx, page)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			// A page can shift while it is read, and repeat a row of the one before.
			key := fmt.Sprint(rows[i].Conid, rows[i].Model)
			if seen[key] {
				continue
			}
			seen[key] = true
			if list, err = a.hold(list, &rows[i]); err != nil {
				return nil, err
			}
		}
		if len(rows) < positionPage {
			return list, nil
		}
	}
	return nil, fmt.Errorf("ibkr: positions: more than %d pages", maxPages)
}

// hold appends a position row; rows of other accounts and closed positions
// are left out.
func (a *Adapter) hold(list []market.Holding, row *PositionRow) ([]market.Holding, error) {
	if row.Account != "" && string(row.Account) != string(a.cfg.Account) {
		return list, nil
	}
	q, err := qtyOf(row.Position)
	if err != nil || !row.Position.Valid {
		return nil, fmt.Errorf("ibkr: position of conid %d: size %s, want a number", row.Conid, row.Position)
	}
	px, err := priceOf(row.AvgPrice)
	if err != nil {
		return nil, fmt.Errorf("ibkr: position of conid %d: average price: %w", row.Conid, err)
	}
	if q == 0 {
		return list, nil
	}
	h := market.Holding{Instrument: a.conids.instrument(int64(row.Conid)), Qty: q, AvgPx: px}
	if h.Name = a.cfg.Instruments.Name(h.Instrument); h.Name == "" {
		h.Name = strings.TrimSpace(fmt.Sprintf("%s (conid %d)", row.Desc, row.Conid))
	}
	return append(list, h), nil
}

// askCash asks for the cash in the account's base currency.
func (a *Adapter) askCash(ctx context.Context) ([]market.Money, error) {
	ledger, err := a.client.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	base, ok := ledger["BASE"]
	if !ok || !base.Cash.Valid {
		return nil, errors.New("ibkr: ledger: no BASE cash in it")
	}
	return []market.Money{base.Cash.Decimal}, nil
}
