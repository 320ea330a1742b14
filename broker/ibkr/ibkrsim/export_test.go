package ibkrsim

import (
	"math/rand/v2"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
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
	s := &Server{opt: opt, house: h, exchange: h.Exchange(), stop: make(chan struct{}), ids: rand.New(rand.NewPCG(1, 2))}
	if err := s.addUsers(s.now()); err != nil {
		panic(err)
	}
	u := s.logins[0]
	u.session = session{id: s.newSessionID(), open: true, announced: true, accounts: true, touched: s.now()}
	s.stream.init(s.now())
	return s
}
