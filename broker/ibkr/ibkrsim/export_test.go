package ibkrsim

import (
	"math/rand/v2"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/scenario"
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
	return s
}
