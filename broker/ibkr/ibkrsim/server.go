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

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// Server is a running simulator. Its methods may be called from any goroutine.
type Server struct {
	opt    Options
	http   []*http.Server
	url    string
	steer  string // URL of the control server
	pin    string
	limits *limits
	stop   chan struct{}
	wg     sync.WaitGroup

	loginMu  sync.Mutex // guards registry; may be taken while mu is held, not the other way round
	registry *identity.Registry

	mu        sync.Mutex // guards what follows; one step at a time
	house     *brokerage.House
	workspace *workspace.Workspace
	office    *management.Office
	notices   []workspace.Notice // to be told once the step is durable
	observed  market.Nanos       // when the accounts were last looked at for alerts
	users     map[string]*user
	logins    []*user // users in the order of Options.Users
	stream    stream
	exchange  *exchange.Exchange
	engine    *scenario.Engine
	trouble   trouble
	nights    nights
	log       requestLog
	asked     [][]string // questions for the next orders
	desk      orderDesk
	ids       *rand.Rand // of reply and session ids
	broken    error      // the state file cannot be written
}

// Start serves opt until Close. It returns when the address is bound and the
// state file, if any, has been read.
func Start(opt Options) (*Server, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{opt: opt, stop: make(chan struct{}), limits: newLimits(opt.Pacing, opt.Timing.Penalty, opt.Pace)}
	now := s.now()
	if s.exchange, err = opt.exchange(now); err != nil {
		return nil, err
	}
	if s.house, err = opt.house(s.exchange); err != nil {
		return nil, err
	}
	s.ids = rand.New(rand.NewPCG(opt.Seed, uint64(now)))
	if err := s.addUsers(now); err != nil {
		return nil, errors.Join(err, s.house.Close())
	}
	s.stream.init(now)
	s.engine = scenario.New(opt.Seed, endpoints())
	s.trouble.noData = map[int64]bool{}
	s.nights.begin(opt.Nights, now)
	if err := s.openSides(now); err != nil {
		return nil, errors.Join(err, s.house.Close())
	}
	if err := s.engine.Start(opt.Scenario, now); err != nil {
		return nil, errors.Join(fmt.Errorf("ibkrsim: scenario: %w", err), s.house.Close())
	}
	if err := s.listen(); err != nil {
		wrong := s.closeListeners()
		s.wg.Wait()
		return nil, errors.Join(err, wrong, s.house.Close())
	}
	s.wg.Go(s.clock)
	return s, nil
}

// openSides makes what there is beside the brokerage.
func (s *Server) openSides(now market.Nanos) error {
	return errors.Join(s.openWorkspace(), s.openOffice(now))
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
	s.registry.ServedAt(s.url)
	s.run(listener, s.serve)
	return s.listenControl()
}

// listenControl serves /_sim/ at an address of its own, if asked to.
func (s *Server) listenControl() error {
	if s.opt.Control == "" {
		return nil
	}
	listener, err := net.Listen("tcp", s.opt.Control)
	if err != nil {
		return fmt.Errorf("ibkrsim: control: %w", err)
	}
	s.steer = "http://" + listener.Addr().String()
	s.run(listener, s.serveControl)
	return nil
}

func (s *Server) run(listener net.Listener, handle http.HandlerFunc) {
	server := &http.Server{Handler: handle, ReadHeaderTimeout: 10 * time.Second, ErrorLog: stdlog.New(s.opt.Log, "ibkrsim: ", 0)}
	s.http = append(s.http, server)
	s.wg.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opt.Log.Error().Err(err).Msg("ibkrsim: serving ended")
		}
	})
}

// ControlURL is where /_sim/ is served alone, as Options.Control says; empty
// when it is not.
func (s *Server) ControlURL() string { return s.steer }

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
	wrong := s.closeListeners()
	s.wg.Wait()
	return errors.Join(wrong, s.house.Close())
}

func (s *Server) closeListeners() error {
	var wrong []error
	for _, server := range s.http {
		wrong = append(wrong, server.Close())
	}
	return errors.Join(wrong...)
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

// clockTurn is how often the clock looks.
const clockTurn = 50 * time.Millisecond

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
	s.keepNights(now)
	if err := s.engine.Turn(now, hands{s}); err != nil {
		s.opt.Log.Warn().Err(err).Msg("ibkrsim: scenario")
	}
	s.exchange.Turn(now, s.moved)
	s.house.Advance(now)
	s.desk.advance(now)
	for _, u := range s.logins {
		s.watchSession(u, now)
		s.publishPnL(u, now)
	}
	s.manage(now)
	s.watchAlerts(now)
	s.heartbeat(now)
}

// moved takes in a change of the market.
func (s *Server) moved(p *exchange.Product, t *market.Tick) {
	s.house.OnTick(t)
	if !s.trouble.noData[p.Conid] {
		s.stream.touch(p.Conid)
	}
	s.watchTick(p, t)
}

// settle makes what the house did durable and only then publishes it.
func (s *Server) settle() {
	changes, ok := s.commit()
	if !ok {
		return
	}
	s.publish(changes)
	s.desk.flush(&s.stream)
	s.watchTrades(changes.Execs)
	if _, ok := s.commit(); ok {
		s.publishNotices()
	}
}

// commit writes what the house did. It is false when nothing can be written
// any more.
func (s *Server) commit() (brokerage.Changes, bool) {
	changes, err := s.house.Commit()
	if err != nil {
		s.broken = err
		s.opt.Log.Error().Err(err).Msg("ibkrsim: the simulator stops answering")
	}
	return changes, s.broken == nil
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
	return s.happen(scenario.Event{Do: scenario.SetPrice, Args: scenario.Args{Instrument: name, Quote: q}})
}
