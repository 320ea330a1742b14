package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// ibkrShell is one call of a verb of ibkr.
type ibkrShell struct {
	*app
	*ibkrTarget
	client *ibkr.Client
	api    *api.API
	paced  *pacedCaller
	known  *api.TradableAccounts // once asked for
}

// newShell makes the client. A wrong address or pin is the user's mistake.
func (a *app) newShell(t *ibkrTarget) (*ibkrShell, error) {
	client, err := t.newClient()
	if err != nil {
		return nil, &usageError{err}
	}
	s := &ibkrShell{app: a, ibkrTarget: t}
	s.useClient(client)
	return s, nil
}

func (s *ibkrShell) useClient(client *ibkr.Client) {
	s.client = client
	s.paced = &pacedCaller{
		Caller: client, place: s.baseURL, perSecond: s.cfg.Broker.IBKR.RequestsPerSecond, folder: paceFolder(s.env),
	}
	s.api = api.New(s.paced)
}

func (t *ibkrTarget) newClient() (*ibkr.Client, error) {
	g := &t.cfg.Broker.IBKR
	auth, err := loginOf(&g.Auth)
	if err != nil {
		return nil, err
	}
	return ibkr.NewClient(ibkr.ClientConfig{
		BaseURL: t.baseURL, Pin: t.pin, Auth: auth, Account: t.account,
		Pacing: ibkr.Pacing{PerSecond: float64(g.RequestsPerSecond)}, Timeouts: ibkr.Timeouts{Order: g.OrderTimeout},
	})
}

// explain adds to an error of the connection where its cause is told.
func (s *ibkrShell) explain(err error) error {
	var e *ibkr.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case ibkr.KindTemporary, ibkr.KindUnauthorized, ibkr.KindUntrusted, ibkr.KindNoBridge:
		if e.Status == http.StatusNotImplemented {
			return err
		}
		return fmt.Errorf("%w; engine ibkr check says what to do", err)
	}
	return err
}

// Spans of a brokerage session that comes up.
const (
	bridgeWait = 30 * time.Second
	bridgeLook = 500 * time.Millisecond
)

// errCompeting is another login of the same user that holds the session.
var errCompeting = errors.New("another login of this user has the brokerage session; log it out, or take the session over with --compete")

// open makes sure of the brokerage session: it opens one if there is none, and
// takes it from another login only when --compete says so. It says whether it
// had to.
func (s *ibkrShell) open(ctx context.Context) (opened bool, err error) {
	return s.openBy(ctx, s.compete)
}

func (s *ibkrShell) openBy(ctx context.Context, compete bool) (opened bool, err error) {
	status, err := s.api.Session.AuthStatus(ctx)
	switch {
	case err == nil && sessionUp(&status) && !status.Competing.True():
		return false, nil
	case err == nil && status.Competing.True() && !compete:
		return false, errCompeting
	case err != nil && !isKind(err, ibkr.KindNoBridge):
		return false, err
	}
	status, err = s.api.Session.Init(ctx, api.SessionInit{Publish: api.BoolOf(true), Compete: api.BoolOf(compete)})
	ctx, cancel := context.WithTimeout(ctx, bridgeWait)
	defer cancel()
	for {
		switch {
		case err == nil && status.Competing.True():
			return true, errCompeting
		case err == nil && sessionUp(&status):
			return true, nil
		case err != nil && !isKind(err, ibkr.KindNoBridge):
			return true, err
		}
		if pause(ctx, bridgeLook) != nil {
			return true, fmt.Errorf("the brokerage session did not come up in %s: %s", bridgeWait, plain(status.Fail.String()+status.Message.String()))
		}
		status, err = s.api.Session.AuthStatus(ctx)
	}
}

// sessionUp says that the brokerage session can be used. A server that does
// not speak of "established" has it.
func sessionUp(s *api.AuthStatus) bool {
	return s.Authenticated.True() && (s.Established.IsZero() || s.Established.True())
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func isKind(err error, kind ibkr.Kind) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Kind == kind
}

// brokerage opens the session and resolves the account.
func (s *ibkrShell) brokerage(ctx context.Context) (account string, err error) {
	if _, err := s.open(ctx); err != nil {
		return "", err
	}
	return s.accountID(ctx)
}

// accountID is the account that is asked about.
func (s *ibkrShell) accountID(ctx context.Context) (string, error) {
	if s.account != "" {
		return s.account, nil
	}
	known, err := s.accounts(ctx)
	if err != nil {
		return "", err
	}
	if known.Selected.String() == "" {
		return "", usagef("no account is selected: name one with --account")
	}
	return known.Selected.String(), nil
}

// accounts asks for the accounts of the login, once. Orders and quotes of a
// session need it to have been asked.
func (s *ibkrShell) accounts(ctx context.Context) (*api.TradableAccounts, error) {
	if s.known != nil {
		return s.known, nil
	}
	known, err := s.api.Accounts.Tradable(ctx)
	if err != nil {
		return nil, err
	}
	s.known = &known
	return s.known, nil
}

// paper says that the server speaks of paper, or leaves it to the account's name.
func paper(known *api.TradableAccounts) bool { return known.IsPaper.IsZero() || known.IsPaper.True() }
