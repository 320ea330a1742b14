package ibkrsim

import (
	"math/rand/v2"
	"os"
)

// BreakStateFile has every later write of the state file fail, as on a full disk.
func (s *Server) BreakStateFile() {
	s.mu.Lock()
	defer s.mu.Unlock()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	_ = s.book.log.file.Close()
	s.book.log.file = full
}

// fuzzServer is a server with an open session and no network.
func fuzzServer(opt Options, b *book) *Server {
	s := &Server{opt: opt, book: b, exchange: b.exchange, stop: make(chan struct{}), ids: rand.New(rand.NewPCG(1, 2))}
	s.session = session{id: s.newSessionID(), open: true, announced: true, accounts: true, touched: s.now()}
	s.stream.init(s.now())
	return s
}
