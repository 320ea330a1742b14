package ibkr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Names of the session's states.
const (
	stateDisconnected = "Disconnected" // no gateway, or nobody is logged in there
	stateReadOnly     = "ReadOnly"     // logged in, without the brokerage session
	stateBrokerage    = "Brokerage"    // orders can be sent once the stream is up too
	stateCompeting    = "Competing"    // another login of the user has the session
	stateMaintenance  = "Maintenance"  // away, inside the maintenance window
	stateFailed       = "Failed"       // final; Run ends
)

const (
	competeEvery   = 5 * time.Minute // at most one forced take-over in this span
	stuckAttempts  = 3               // failed attempts before a person is told
	tickleRetry    = 6               // a failed tickle is tried again after Tickle/6
	tickleDeadline = 1.5             // no good tickle for this many Tickles: lost
)

// lost says why a session ended or did not begin.
type lost struct {
	state  string
	reason string
	final  bool
}

func (l *lost) Error() string { return l.reason }

func finalf(format string, args ...any) error {
	return &lost{state: stateFailed, reason: fmt.Sprintf(format, args...), final: true}
}

// keeper opens the brokerage session and its stream, keeps them alive, and
// opens them again when they are lost.
type keeper struct {
	a           *Adapter
	cfg         *Config
	client      *Client
	logins      uint64 // of the client when the session began
	lastCompete time.Time
	epoch       uint64
	wasReady    bool // in this session
}

func newKeeper(a *Adapter) *keeper {
	return &keeper{a: a, cfg: &a.cfg, client: a.client}
}

// run holds sessions one after the other until ctx ends or one fails for good.
func (k *keeper) run(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval, pause.Multiplier = k.cfg.Timeouts.BackoffMin, k.cfg.Timeouts.BackoffMax, 2
	pause.RandomizationFactor = 0.2
	for failures := 0; ; {
		k.wasReady = false
		err := k.session(ctx)
		if ctx.Err() != nil {
			k.tell(&lost{state: stateDisconnected, reason: "stopped"})
			return nil
		}
		l := k.diagnose(err)
		k.tell(l)
		if l.final {
			return fmt.Errorf("ibkr: session: %w", l)
		}
		if k.wasReady {
			failures = 0
			pause.Reset()
		}
		if failures++; failures == stuckAttempts {
			k.a.alert("SESSION_STUCK", fmt.Sprintf("no session after %d attempts: %s", failures, l.reason))
		}
		if sleep(ctx, pause.NextBackOff()) != nil {
			k.tell(&lost{state: stateDisconnected, reason: "stopped"})
			return nil
		}
	}
}

func (k *keeper) tell(l *lost) {
	k.a.publish(state{name: l.state, reason: l.reason, epoch: k.epoch})
}

// diagnose names the state that an error leaves the session in.
func (k *keeper) diagnose(err error) *lost {
	var l *lost
	switch {
	case errors.As(err, &l):
	case kindOf(err) == KindUntrusted, kindOf(err) == KindCredentials:
		l = &lost{state: stateFailed, reason: err.Error(), final: true}
	case kindOf(err) == KindUnauthorized:
		l = &lost{state: stateDisconnected, reason: "not logged in (at a gateway: with a browser): " + err.Error()}
	case kindOf(err) == KindNoBridge, kindOf(err) == KindClock:
		l = &lost{state: stateReadOnly, reason: reasonOf(err)}
	default:
		l = &lost{state: stateDisconnected, reason: err.Error()}
	}
	if !l.final && l.state != stateCompeting && k.cfg.Maintenance.contains(k.cfg.Now()) {
		l = &lost{state: stateMaintenance, reason: l.reason}
	}
	return l
}

// session opens a session and holds it; it returns why that ended.
func (k *keeper) session(ctx context.Context) error {
	select {
	case <-k.client.pace.broken: // of the session before
	default:
	}
	if err := k.open(ctx); err != nil {
		return err
	}
	if err := k.client.clock.check(); err != nil {
		return &Error{Kind: KindClock, Method: http.MethodPost, Endpoint: pathInit, Err: err}
	}
	k.logins = k.client.loginCount()
	if err := k.checkAccount(ctx); err != nil {
		return err
	}
	if ids := k.cfg.Questions.Suppress; len(ids) > 0 {
		if err := k.client.SuppressQuestions(ctx, ids); err != nil {
			return err
		}
	}
	if err := k.a.conids.resolve(ctx, k.client); err != nil {
		return err
	}
	k.epoch++
	k.a.publish(state{name: stateBrokerage, reason: "opening the stream", session: true, epoch: k.epoch})
	session, err := k.tickle(ctx)
	if err != nil {
		return err
	}
	return k.stream(ctx, session)
}

// open makes sure of the brokerage session: it asks, begins one if there is
// none, and waits until it is up.
func (k *keeper) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Timeouts.Open)
	defer cancel()
	if s, err := k.client.AuthStatus(ctx); err == nil && s.Up() && !bool(s.Competing) {
		return nil
	} else if err != nil && kindOf(err) != KindNoBridge {
		return err
	}
	s, err := k.client.InitSession(ctx, k.mayCompete())
	if kindOf(err) == KindRefused {
		return finalf("ibkr: session: IBKR refuses to open it: %s", reasonOf(err))
	}
	if err != nil && kindOf(err) != KindNoBridge {
		return err
	}
	if err == nil && !bool(s.Authenticated) {
		return notUp(&s)
	}
	return k.awaitUp(ctx)
}

// awaitUp polls until the session is up. A server says "no bridge" for a
// moment after the beginning.
func (k *keeper) awaitUp(ctx context.Context) error {
	for {
		var last error
		s, err := k.client.AuthStatus(ctx)
		switch {
		case err == nil && s.Up():
			return nil
		case err == nil && bool(s.Competing):
			return notUp(&s)
		case err == nil:
			last = notUp(&s)
		case kindOf(err) != KindNoBridge && kindOf(err) != KindTemporary:
			return err
		default:
			last = err
		}
		if sleep(ctx, k.cfg.Timeouts.Status) != nil {
			return &lost{state: stateReadOnly, reason: "session did not come up: " + last.Error()}
		}
	}
}

func notUp(s *AuthStatus) error {
	if s.Competing {
		return &lost{state: stateCompeting, reason: s.why()}
	}
	return &lost{state: stateReadOnly, reason: s.why()}
}

// mayCompete says whether to take the session over by force now. Two programs
// that always do would take it from each other for ever.
func (k *keeper) mayCompete() bool {
	if !k.cfg.Compete || !k.lastCompete.IsZero() && time.Since(k.lastCompete) < competeEvery {
		return false
	}
	k.lastCompete = time.Now()
	return true
}

// checkAccount makes sure that the session trades the wanted account and the
// wanted kind of money.
func (k *keeper) checkAccount(ctx context.Context) error {
	accounts, err := k.accounts(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(accounts.Accounts, FlexString(k.cfg.Account)) {
		return finalf("ibkr: account %s: is not of this login, which has %v", k.cfg.Account, accounts.Accounts)
	}
	if err := checkPaper(string(k.cfg.Account), k.cfg.Paper, accounts.IsPaper); err != nil {
		return finalf("%s", err)
	}
	if accounts.Selected == FlexString(k.cfg.Account) {
		return nil
	}
	return k.client.SwitchAccount(ctx)
}

// accounts asks until the fresh session answers.
func (k *keeper) accounts(ctx context.Context) (Accounts, error) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Timeouts.Open)
	defer cancel()
	for {
		accounts, err := k.client.Accounts(ctx)
		if kindOf(err) != KindNoBridge || sleep(ctx, k.cfg.Timeouts.Status) != nil {
			return accounts, err
		}
	}
}

// tickle keeps the session alive and returns its id.
func (k *keeper) tickle(ctx context.Context) (string, error) {
	t, err := k.client.Tickle(ctx)
	switch {
	case err != nil:
		return "", err
	case !t.IServer.AuthStatus.Up() || bool(t.IServer.AuthStatus.Competing):
		return "", notUp(&t.IServer.AuthStatus)
	case t.Session == "":
		return "", &lost{state: stateReadOnly, reason: "tickle told no session id"}
	}
	return string(t.Session), nil
}
