package ibkrsim

import (
	"math/rand/v2"
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Paced asks the pacing table for a request that is over at once: 0, or the
// status with which it is refused.
func (s *Server) Paced(method, pattern, login, user string) int {
	caller := identity.Caller{User: user, Method: identity.Method(login)}
	done, refused, _ := s.limits.enter(&web.Route[*Server]{Methods: method, Pattern: pattern}, &caller, s.opt.Now())
	done()
	return refused.Status
}

// RunningHistory is how many requests for history of a gateway's user run.
func (s *Server) RunningHistory(user string) int {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	return s.limits.of(&identity.Caller{User: user, Method: identity.Gateway}).history
}

// BreakStateFile has every later write of the state file fail, as on a full disk.
func (s *Server) BreakStateFile() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.house.FailWrites()
}

// fuzzServer is a server with an open session and no network.
func fuzzServer(opt Options, h *brokerage.House) *Server {
	s := &Server{opt: opt, house: h, exchange: h.Exchange(), stop: make(chan struct{}), ids: rand.New(rand.NewPCG(1, 2)),
		engine: scenario.New(1, endpoints())}
	if err := s.addUsers(s.now()); err != nil {
		panic(err)
	}
	u := s.logins[0]
	u.session = session{id: s.newSessionID(), open: true, announced: true, accounts: true, touched: s.now()}
	s.stream.init(s.now())
	if err := s.openSides(s.now()); err != nil {
		panic(err)
	}
	return s
}

// WithEndpoint puts an endpoint before all others until restore is called.
func WithEndpoint(method, pattern string, handle func(*web.Request) web.Reply) (restore func()) {
	old := routes
	one := web.Route[*Server]{Methods: method, Pattern: pattern,
		Handle: func(_ *Server, r *web.Request) web.Reply { return handle(r) }}
	routes = web.NewRoutes(slices.Insert(slices.Clone(old.All), 0, one)...)
	return func() { routes = old }
}

// Known says that there is an endpoint.
func Known(method, path string) bool {
	r, _ := routes.Find(method, path)
	return r != nil
}

// AskedOver is an endpoint's answer to the first user, logged in by a method.
func (s *Server) AskedOver(login identity.Method, method, path string) web.Reply {
	found, vars := routes.Find(method, path)
	return s.handle(found, &web.Request{Method: method, Path: path, Vars: vars, User: s.logins[0].name, Login: string(login)})
}

// LedgerGap is what an account's cash is beyond what it began with and all its
// activity, by currency; the office's statements rely on it being nothing.
func (s *Server) LedgerGap(account string) map[string]market.Money {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, a := ledger{s}, s.house.Account(account)
	gap := l.Balances(account)
	gap[a.Base] = gap[a.Base].Sub(a.Cash)
	for _, one := range l.Activity(account, 0, s.now()+1) {
		gap[one.Currency] = gap[one.Currency].Sub(one.Net())
	}
	return gap
}

// Deposit moves cash as account management does.
func (s *Server) Deposit(account, currency string, amount market.Money) (err error) {
	s.locked(func(market.Nanos) { err = ledger{s}.MoveCash(account, currency, amount, "deposit") })
	return err
}
