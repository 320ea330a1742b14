package ibkrsim

import (
	"math/rand/v2"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

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

// Known says what becomes of an endpoint: "routed", "listed" as not simulated,
// or nothing.
func Known(method, path string) string {
	if r, _ := routes.Find(method, path); r != nil {
		return "routed"
	}
	if unsimulated.Has(path) {
		return "listed"
	}
	return ""
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
