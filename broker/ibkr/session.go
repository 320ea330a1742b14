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

const (
	heldLong       = 10 * time.Second // a session that lived so long was one: the next pause is short again
	stuckAttempts  = 3                // failed attempts before a person is told
	tickleRetry    = 6                // a failed tickle is tried again after Tickle/6
	tickleDeadline = 1.5              // no good tickle for this many Tickles: lost
)

// lost says why a session ended or did not begin.
type lost struct {
	sign   sign
	reason string
}

func (l *lost) Error() string { return l.reason }

func finalf(format string, args ...any) error {
	return &lost{sign: signWrong, reason: fmt.Sprintf(format, args...)}
}

// keeper opens the brokerage session and its stream, keeps them alive, and
// opens them again when they are lost. What it learns are signs; where they
// lead, and what it does there, is the table of machine.go.
type keeper struct {
	a        *Adapter
	cfg      *Config
	rules    SessionRules
	client   *Client
	at       place
	logins   attempts
	takeover takeover
	epoch    uint64
	ready    time.Time // since when, in this session; zero: it never was
	failures int       // attempts since the last session
	called   bool      // a person was told of them
	renewals uint64    // logins of the client when the session began
	warned   string    // the opening before which a person was told
}

func newKeeper(a *Adapter) *keeper {
	rules := a.cfg.Session.withDefaults(a.cfg.Timeouts.BackoffMax)
	return &keeper{
		a: a, cfg: &a.cfg, rules: rules, client: a.client,
		logins: attempts{most: rules.LoginsPerHour}, takeover: takeover{every: rules.CompeteEvery, span: rules.CompeteEvery},
	}
}

// run holds sessions one after the other until ctx ends or one fails for good.
func (k *keeper) run(ctx context.Context) error {
	pause := newBackoff(&k.cfg.Timeouts)
	for {
		k.ready = time.Time{}
		err := k.session(ctx)
		if ctx.Err() != nil {
			k.learn(signStopped, "stopped")
			return nil
		}
		k.lose(err)
		if k.at == placeFailed {
			return fmt.Errorf("ibkr: session: %w", err)
		}
		k.tally(pause)
		if k.pause(ctx, pause.NextBackOff()) != nil {
			k.learn(signStopped, "stopped")
			return nil
		}
	}
}

// tally counts failures, tells a person of them, and sets how long the next
// pause may be. A session that was held for a moment only does not count as
// one: else a server that ends each at once would be asked for ever.
func (k *keeper) tally(pause *backoff.ExponentialBackOff) {
	pause.MaxInterval = k.cfg.Timeouts.BackoffMax
	if conducts[k.at].wide {
		pause.MaxInterval = max(pause.MaxInterval, k.rules.BackoffQuiet)
	}
	if !k.ready.IsZero() {
		k.failures, k.called = 0, false
		if held := time.Since(k.ready); held >= min(heldLong, k.cfg.Timeouts.BackoffMax) {
			pause.Reset()
			if held >= time.Hour {
				k.takeover.calm()
			}
		}
	}
	if k.failures++; k.failures >= stuckAttempts && !k.called && !conducts[k.at].calm {
		k.called = true
		k.a.alert("SESSION_STUCK", fmt.Sprintf("no session after %d attempts: %s", k.failures, k.a.state.Load().reason))
	}
}

// pause waits, and tells a person when the market is about to open.
func (k *keeper) pause(ctx context.Context, d time.Duration) error {
	for {
		at, day, ok := k.rules.Open.warning(k.cfg.Now())
		until := at.Sub(k.cfg.Now())
		if ok && day != k.warned && until <= d {
			if err := sleep(ctx, until); err != nil {
				return err
			}
			k.warned, d = day, d-until
			k.a.alert("NO_SESSION_BEFORE_OPEN", fmt.Sprintf("the market opens in %s or less and there is no session: %s: %s",
				k.rules.Open.Before, k.at, k.a.state.Load().reason))
			continue
		}
		return sleep(ctx, d)
	}
}

// learn follows a sign, and publishes where it leads.
func (k *keeper) learn(s sign, reason string) {
	now := k.cfg.Now()
	k.at = k.at.after(s, k.cfg.Maintenance.contains(now) || k.rules.Weekend.contains(now))
	up := k.at == placeBrokerage
	if up && s == signStreaming {
		reason = ""
	}
	k.a.publish(state{name: k.at.String(), reason: reason, session: up, ready: up && s == signStreaming, epoch: k.epoch})
}

// lose follows the sign that an error is.
func (k *keeper) lose(err error) { k.learn(signOf(err), reasonFor(err)) }

// signOf is what an error says of the session.
func signOf(err error) sign {
	var l *lost
	if errors.As(err, &l) {
		return l.sign
	}
	switch kindOf(err) {
	case KindUntrusted, KindCredentials:
		return signWrong
	case KindClock:
		return signClock
	case KindUnauthorized:
		return signNoLogin
	case KindNoBridge:
		return signNoBridge
	case KindPaced:
		return signPaced
	}
	if errors.Is(err, errPenalty) {
		return signPaced
	}
	if errors.Is(err, errStream) {
		return signStreamLost
	}
	return signTrouble
}

// reasonFor is an error in words for a person.
func reasonFor(err error) string {
	switch kindOf(err) {
	case KindUnauthorized:
		return "not logged in (at a gateway: with a browser): " + err.Error()
	case KindNoBridge, KindClock:
		return reasonOf(err)
	}
	return err.Error()
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
	k.renewals = k.client.loginCount()
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
	k.learn(signUp, "opening the stream")
	session, err := k.tickle(ctx)
	if err != nil {
		return err
	}
	return k.stream(ctx, session)
}

// stream holds the stream of the session.
func (k *keeper) stream(ctx context.Context, session string) error {
	return k.a.stream.link(ctx, session, linkHooks{
		up: func() {
			k.ready = time.Now()
			k.learn(signStreaming, "")
		},
		down:   k.lose,
		logins: k.renewals,
		beat: func(ctx context.Context) error {
			return heartbeat(ctx, k.cfg.Timeouts.Tickle, func(ctx context.Context) error {
				_, err := k.tickle(ctx)
				return err
			}, k.dead)
		},
	})
}

// open makes sure of the brokerage session: it asks, begins one if there is
// none and it may, and waits until it is up.
func (k *keeper) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Timeouts.Open)
	defer cancel()
	s, err := k.client.AuthStatus(ctx)
	if err == nil && s.Up() && !bool(s.Competing) {
		return nil
	} else if err != nil && kindOf(err) != KindNoBridge {
		return err
	}
	force, err := k.mayLogin(&s)
	if err != nil {
		return err
	}
	s, err = k.client.InitSession(ctx, force)
	if kindOf(err) == KindRefused {
		return &lost{sign: signRefused, reason: "ibkr: session: IBKR refuses to open it: " + reasonOf(err)}
	}
	if err != nil && kindOf(err) != KindNoBridge {
		return err
	}
	if err == nil && !bool(s.Authenticated) {
		return notUp(&s)
	}
	return k.awaitUp(ctx)
}

// mayLogin says whether to open the session now, and whether by force.
func (k *keeper) mayLogin(s *AuthStatus) (force bool, err error) {
	now := time.Now()
	if bool(s.Competing) || conducts[k.at].rare {
		try := false
		if try, force = k.takeover.may(now, k.cfg.Compete); !try && bool(s.Competing) {
			return false, notUp(s)
		}
	}
	if wait, ok := k.logins.take(now); !ok {
		return false, &lost{sign: signSpent, reason: fmt.Sprintf(
			"%d attempts to open the session in an hour are used up; the next in %s", k.rules.LoginsPerHour, wait.Round(time.Second))}
	}
	return force, nil
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
			return &lost{sign: signDown, reason: "session did not come up: " + last.Error()}
		}
	}
}

func notUp(s *AuthStatus) error {
	if s.Competing {
		return &lost{sign: signCompeting, reason: s.why()}
	}
	return &lost{sign: signDown, reason: s.why()}
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

// tickle keeps the session alive and returns its id. Of its answer only the
// session's own status counts: hmds without a bridge is normal. A collision is
// another login that tries; the status says whether it has won.
func (k *keeper) tickle(ctx context.Context) (string, error) {
	t, err := k.client.Tickle(ctx)
	if err != nil {
		return "", err
	}
	s := t.IServer.AuthStatus
	if bool(t.Collision) && s.Up() && !bool(s.Competing) {
		k.a.alert("SESSION_COLLISION", "another login of this user asks for the session")
		if s, err = k.client.AuthStatus(ctx); err != nil {
			return "", err
		}
	}
	switch {
	case !s.Up() || bool(s.Competing):
		return "", notUp(&s)
	case t.Session == "":
		return "", &lost{sign: signDown, reason: "tickle told no session id"}
	}
	return string(t.Session), nil
}
