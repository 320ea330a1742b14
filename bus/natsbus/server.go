package natsbus

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/rs/zerolog"

	"gannet/bus"
	"gannet/market"
	"gannet/market/wire"
)

// Users that every server has. See StrategyUser for the others.
const (
	// EngineUser may do everything. The engine's own stages use it.
	EngineUser = "engine"
	// OperatorUser may publish ctl.> only, and see everything.
	OperatorUser = "operator"
	// ObserverUser may publish nothing, and see everything but ctl.> and replies.
	ObserverUser = "observer"
)

// StrategyUser may publish signal.<id> only, and see what an observer sees.
func StrategyUser(id market.StrategyID) string { return "strategy." + string(id) }

// ServerOptions are the choices of an embedded server.
type ServerOptions struct {
	// Listen is a loopback address such as "127.0.0.1:4222", with port 0 for a
	// free one. Empty: no port is opened, and only Server.Connect gets in. For
	// other machines run a NATS server of its own, with TLS.
	Listen string
	// Strategies are those that connect from outside; each gets a user.
	Strategies []market.StrategyID
	Log        zerolog.Logger
}

// Server is an embedded NATS server. Each has new keys: a credential does not
// outlive the server that gave it.
type Server struct {
	server *server.Server
	url    string
	seeds  map[string]string // by user
}

// startTimeout is how long the server may take to accept connections.
const startTimeout = 10 * time.Second

// StartServer starts a server inside the process: core NATS only, no store,
// no HTTP, no routes, no user without a key.
func StartServer(o ServerOptions) (*Server, error) {
	options := &server.Options{
		ServerName: "gannet", DontListen: true, NoSigs: true, NoLog: true, NoSystemAccount: true,
		MaxPayload: wire.MaxSize, AuthTimeout: startTimeout.Seconds(),
	}
	if err := listen(options, o.Listen); err != nil {
		return nil, err
	}
	s := &Server{seeds: map[string]string{}}
	if err := s.addUsers(options, o.Strategies); err != nil {
		return nil, err
	}
	var err error
	if s.server, err = server.NewServer(options); err != nil {
		return nil, fmt.Errorf("natsbus: server: %w", err)
	}
	failed := make(chan string, 1)
	s.server.SetLoggerV2(logger{o.Log, failed}, false, false, false)
	s.server.Start()
	if err := s.awaitReady(failed); err != nil {
		s.Close()
		return nil, err
	}
	if o.Listen != "" {
		s.url = s.server.ClientURL()
	}
	return s, nil
}

// awaitReady waits until the server accepts connections or says why it cannot.
func (s *Server) awaitReady(failed <-chan string) error {
	const step = 50 * time.Millisecond
	for waited := time.Duration(0); waited < startTimeout; waited += step {
		if s.server.ReadyForConnections(step) {
			return nil
		}
		select {
		case reason := <-failed:
			return fmt.Errorf("natsbus: server: %s", reason)
		default:
		}
	}
	return fmt.Errorf("natsbus: server: not ready after %v", startTimeout)
}

func listen(options *server.Options, address string) error {
	if address == "" {
		return nil
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("natsbus: listen %q: want host:port such as 127.0.0.1:4222", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("natsbus: listen %q: want a loopback address such as 127.0.0.1:4222; "+
			"for other machines run a NATS server with TLS", address)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return fmt.Errorf("natsbus: listen %q: port %q: want 0 to 65535", address, portText)
	}
	options.DontListen, options.Host, options.Port = false, host, int(port)
	if port == 0 {
		options.Port = server.RANDOM_PORT
	}
	return nil
}

func (s *Server) addUsers(options *server.Options, strategies []market.StrategyID) error {
	users := []struct {
		name  string
		perms *server.Permissions
	}{
		{EngineUser, nil},
		{OperatorUser, &server.Permissions{Publish: &server.SubjectPermission{Allow: []string{"ctl.>"}}}},
		{ObserverUser, &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{">"}}, Subscribe: watch()}},
	}
	for _, id := range strategies {
		if id == "" {
			return fmt.Errorf("natsbus: server: a strategy without a name")
		}
		signal := []string{bus.StrategySubject(market.KindSignal, id)}
		users = append(users, struct {
			name  string
			perms *server.Permissions
		}{StrategyUser(id), &server.Permissions{Publish: &server.SubjectPermission{Allow: signal}, Subscribe: watch()}})
	}
	for _, u := range users {
		if s.seeds[u.name] != "" {
			return fmt.Errorf("natsbus: server: user %s: given twice", u.name)
		}
		public, seed, err := newKey()
		if err != nil {
			return fmt.Errorf("natsbus: server: %w", err)
		}
		s.seeds[u.name] = seed
		options.Nkeys = append(options.Nkeys, &server.NkeyUser{Nkey: public, Permissions: u.perms})
	}
	return nil
}

// watch lets a user see all events, but neither commands nor their answers.
func watch() *server.SubjectPermission {
	return &server.SubjectPermission{Deny: []string{"ctl.>", "_INBOX.>"}}
}

func newKey() (public, seed string, err error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", "", err
	}
	defer pair.Wipe()
	if public, err = pair.PublicKey(); err != nil {
		return "", "", err
	}
	secret, err := pair.Seed()
	return public, string(secret), err
}

// URL is where the server listens, "" when it does not.
func (s *Server) URL() string { return s.url }

// Credential is what the user needs to connect from outside. Its URL is empty
// when the server does not listen.
func (s *Server) Credential(user string) (Credential, error) {
	seed, ok := s.seeds[user]
	if !ok {
		return Credential{}, fmt.Errorf("natsbus: user %q: not a user of this server", user)
	}
	return Credential{s.url, seed}, nil
}

// Operator is the operator's credential.
func (s *Server) Operator() Credential { return Credential{s.url, s.seeds[OperatorUser]} }

// Connect connects as one of the server's users without a socket, whether it
// listens or not. o's URL and seed are not used.
func (s *Server) Connect(user string, o Options) (*Bus, error) {
	c, err := s.Credential(user)
	if err != nil {
		return nil, err
	}
	o.URL, o.Seed, o.NkeyFile = "", c.Seed, ""
	if o.Name == "" {
		o.Name = user
	}
	return connect(o, nats.InProcessServer(s.server))
}

// Close disconnects everybody and ends the server. Close its buses first:
// one that is still open tries to reconnect until it is closed.
func (s *Server) Close() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// logger gives the server's log to zerolog. It never ends the process.
type logger struct {
	log    zerolog.Logger
	failed chan<- string // gets the first fatal fault
}

func (l logger) Noticef(format string, v ...any) { l.log.Debug().Msgf("nats: "+format, v...) }
func (l logger) Warnf(format string, v ...any)   { l.log.Warn().Msgf("nats: "+format, v...) }
func (l logger) Errorf(format string, v ...any)  { l.log.Error().Msgf("nats: "+format, v...) }
func (l logger) Debugf(format string, v ...any)  { l.log.Debug().Msgf("nats: "+format, v...) }
func (l logger) Tracef(format string, v ...any)  { l.log.Trace().Msgf("nats: "+format, v...) }

func (l logger) Fatalf(format string, v ...any) {
	l.log.Error().Msgf("nats: "+format, v...)
	select {
	case l.failed <- fmt.Sprintf(format, v...):
	default:
	}
}
