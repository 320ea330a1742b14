package ibkrsim

import (
	"crypto/tls"
	"errors"
	"fmt"
	stdlog "log"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"gannet/market"
)

// Server is a running simulator. Its methods may be called from any goroutine.
type Server struct {
	opt    Options
	http   *http.Server
	url    string
	pin    string
	limits *limits
	stop   chan struct{}
	wg     sync.WaitGroup

	mu      sync.Mutex // guards what follows; one step at a time
	book    *book
	session session
	stream  stream
	replay  *replay // nil: no recorded market
	faults  []*Fault
	asked   []string   // questions for the next order
	ids     *rand.Rand // of reply and session ids
	turn    int        // of the clock
	spl     market.Nanos
	broken  error // the state file cannot be written
}

// Start serves opt until Close. It returns when the address is bound and the
// state file, if any, has been read.
func Start(opt Options) (*Server, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{opt: opt, stop: make(chan struct{}), limits: newLimits(opt.Pacing, opt.Timing.Penalty)}
	if s.book, err = openBook(opt); err != nil {
		return nil, err
	}
	now := s.now()
	s.ids = rand.New(rand.NewPCG(opt.Seed, uint64(now)))
	s.session.touched = now
	s.session.id = s.newSessionID()
	s.stream.init(now)
	if opt.Market != nil {
		s.replay = newReplay(opt.Market, opt.Speed, now, opt.Log)
	}
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, s.book.close())
	}
	s.wg.Go(s.clock)
	return s, nil
}

// listen binds the address and serves it.
func (s *Server) listen() error {
	listener, err := net.Listen("tcp", s.opt.Listen)
	if err != nil {
		return fmt.Errorf("ibkrsim: listen: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	if !s.opt.PlainHTTP {
		path := ""
		if s.opt.StatePath != "" {
			path = s.opt.StatePath + ".pem"
		}
		cert, err := loadCertificate(path, s.opt.Now())
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		s.url, s.pin = "https://"+listener.Addr().String(), pinOf(cert)
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: stdlog.New(s.opt.Log, "ibkrsim: ", 0)}
	s.wg.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opt.Log.Error().Err(err).Msg("ibkrsim: serving ended")
		}
	})
	return nil
}

// URL is where the server listens: https://127.0.0.1:PORT, without a path.
func (s *Server) URL() string { return s.url }

// Pin is "sha256/" and the base64 SHA-256 of the certificate's public key
// (RFC 7469); empty without TLS.
func (s *Server) Pin() string { return s.pin }

// Close ends all connections and waits for the server's goroutines. Orders
// stay in the state file. A second Close does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.stopped() {
		s.mu.Unlock()
		return nil
	}
	close(s.stop) // from here on no step is taken
	for c := range s.stream.sockets {
		c.shut()
	}
	s.mu.Unlock()
	err := s.http.Close()
	s.wg.Wait()
	return errors.Join(err, s.book.close())
}

// stopped says that Close has been called.
func (s *Server) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

func (s *Server) now() market.Nanos { return market.NanosOf(s.opt.Now()) }

// clockTurn is how often the clock looks. Each instrument of a synthetic
// market moves every clockSlots turns.
const (
	clockTurn  = 50 * time.Millisecond
	clockSlots = 5
)

// clock moves the market and everything that happens by itself.
func (s *Server) clock() {
	ticker := time.NewTicker(clockTurn)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			s.locked(s.onClock)
		}
	}
}

func (s *Server) onClock(now market.Nanos) {
	s.turn++
	s.moveMarket(now)
	s.book.advance(now)
	s.watchSession(now)
	s.heartbeat(now)
	s.publishPnL(now)
}

// moveMarket takes the steps of a synthetic market, or what is due of a
// recorded one.
func (s *Server) moveMarket(now market.Nanos) {
	if s.replay != nil {
		s.playDue(now)
		return
	}
	for i, p := range s.book.products {
		if p.walk != nil && i%clockSlots == s.turn%clockSlots {
			s.quote(p, p.walk.next(p.Tick), now)
		}
	}
}

// playDue replays at most a thousand values, so that a fast replay leaves
// room for requests.
func (s *Server) playDue(now market.Nanos) {
	for range 1000 {
		body := s.replay.due(now)
		if body == nil {
			return
		}
		id, quotes := quotesOf(body)
		for _, q := range quotes {
			if p := s.book.product(id); p != nil {
				s.quote(p, q, now)
			}
		}
		s.replay.advance()
	}
}

// quote moves one instrument's market; a quote that makes no sense is skipped.
func (s *Server) quote(p *product, q Quote, now market.Nanos) {
	q, mask, err := p.complete(q)
	if err != nil {
		s.opt.Log.Debug().Err(err).Msg("ibkrsim: quote skipped")
		return
	}
	s.book.onTick(p.move(q, mask, now))
	s.stream.touch(p.Conid)
}

// settle makes what the book did durable and only then publishes it.
func (s *Server) settle() {
	changes, err := s.book.commit()
	if err != nil {
		s.broken = err
		s.opt.Log.Error().Err(err).Msg("ibkrsim: the simulator stops answering")
	}
	if s.broken != nil {
		return
	}
	s.stream.publish(changes, s.session.muted)
}

// locked runs step as one step of the server, unless it is closed.
func (s *Server) locked(step func(now market.Nanos)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped() {
		return
	}
	step(s.now())
	s.settle()
}

// SetPrice moves the market of a symbol ("SPY") or an instrument
// ("SPY.ARCA"). In a synthetic market the walk goes on from there.
func (s *Server) SetPrice(name string, q Quote) error {
	err := fmt.Errorf("ibkrsim: instrument %q: not among those served", name)
	s.locked(func(now market.Nanos) {
		p := s.book.find(name)
		if p == nil {
			return
		}
		if _, _, err = p.complete(q); err != nil {
			return
		}
		s.quote(p, q, now)
		if p.walk != nil {
			p.walk.jump(p.top.Mid(), p.Tick)
		}
	})
	return err
}
