package ibkr

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"
)

// Stream is the WebSocket side of the Web API: topics are subscribed by its
// methods, at any time, and stay subscribed over lost connections. Run holds
// the connection; the one of an Adapter is held by the Adapter. It is safe for
// concurrent use.
type Stream struct {
	client *Client
	table  atomic.Pointer[topicTable] // replaced as a whole
	market func([]byte)               // gets every smd frame, when set; of an Adapter
	quotes func() []string            // what market needs to be asked for
	held   bool                       // by an Adapter

	trouble func(error) // see OnTrouble
	up      func()      // see OnUp
	misread misread     // of the frame that is being read

	mu          sync.Mutex // guards changes of table, and writing to conn
	conn        *websocket.Conn
	connections atomic.Uint64
}

// Names of topics that the package itself reads.
const (
	topicOrders = "sor"
	topicTrades = "str"
	topicError  = "error"
	askOrders   = "sor+{}"
)

// topic is a subscription.
type topic struct {
	name  string // of its frames: sor, or ssd+DU1234567
	ask   string // what subscribes it; "": it comes by itself
	end   string // what ends it; topics with the same end, end together. Set before remove
	renew bool   // it has to be asked for again
	reset func() // a new connection was made; nil: nothing to do
	take  func(f *frame, connection uint64, bad *misread)
}

type topicTable struct {
	list   []*topic // in order of subscription
	byName map[string][]*topic
	quotes bool // there is one of market data
}

// NewStream makes a stream with a client's login. Nothing is sent before Run.
func NewStream(c *Client) *Stream {
	s := &Stream{client: c, quotes: func() []string { return nil }, up: func() {}}
	s.table.Store(new(topicTable))
	return s
}

// Connection is the number of the last connection, 0 before the first.
func (s *Stream) Connection() uint64 { return s.connections.Load() }

// add subscribes, now if there is a connection, and at every new one.
func (s *Stream) add(list ...*topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(append(slices.Clone(s.table.Load().list), list...))
	for _, t := range list {
		if t.ask != "" && s.write(t.ask) != nil {
			return // the connection is lost; the next one asks for all
		}
	}
}

// remove unsubscribes what nobody else is subscribed to.
func (s *Stream) remove(gone ...*topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.table.Load().list), func(t *topic) bool { return slices.Contains(gone, t) })
	s.replace(list)
	for _, t := range gone {
		end := t.end
		if end == "" || slices.ContainsFunc(list, func(other *topic) bool { return other.end == end }) || s.wanted(end) {
			continue
		}
		if s.write(end) != nil {
			return
		}
	}
}

// wanted says that the adapter wants the market data that end would end.
func (s *Stream) wanted(end string) bool {
	target, ok := strings.CutPrefix(end, "umd+")
	if !ok {
		return false
	}
	target = strings.TrimSuffix(target, "{}") // 265598+
	return slices.ContainsFunc(s.quotes(), func(ask string) bool { return strings.HasPrefix(ask, "smd+"+target) })
}

func (s *Stream) replace(list []*topic) {
	t := &topicTable{list: list, byName: make(map[string][]*topic)}
	for _, one := range list {
		t.byName[one.name] = append(t.byName[one.name], one)
		t.quotes = t.quotes || strings.HasPrefix(one.name, "smd+")
	}
	s.table.Store(t)
}

// write sends a text when there is a connection. The caller holds mu.
func (s *Stream) write(text string) error {
	if s.conn == nil {
		return nil
	}
	err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err == nil {
		err = s.conn.WriteMessage(websocket.TextMessage, []byte(text))
	}
	if err != nil {
		s.conn.Close() // its reader ends the connection
		s.conn = nil
	}
	return err
}

// attach makes conn the connection and subscribes everything on it.
func (s *Stream) attach(conn *websocket.Conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
	for _, t := range s.table.Load().list {
		if t.ask != "" {
			if err := s.write(t.ask); err != nil {
				return err
			}
		}
	}
	return s.writeQuotes()
}

func (s *Stream) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn != nil
}

func (s *Stream) detach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = nil
}

func (s *Stream) writeQuotes() error {
	for _, ask := range s.quotes() {
		if err := s.write(ask); err != nil {
			return err
		}
	}
	return nil
}

// renew asks for market data again: IBKR ends it after 15 minutes.
func (s *Stream) renew() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.table.Load().list {
		if t.renew {
			if err := s.write(t.ask); err != nil {
				return err
			}
		}
	}
	return s.writeQuotes()
}

func (s *Stream) tic() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write("tic")
}

// reset tells the topics that a new connection begins.
func (s *Stream) reset() {
	s.connections.Add(1)
	for _, t := range s.table.Load().list {
		if t.reset != nil {
			t.reset()
		}
	}
}

var smdMark = []byte("smd+")

// isQuote says that a frame is plainly one of market data. It looks for what is
// rare in such a frame first.
func isQuote(b []byte) bool {
	const before = `"topic":"`
	at := bytes.Index(b, smdMark)
	return at >= len(before) && string(b[at-len(before):at]) == before
}

// onFrame gives a frame to those who are subscribed to its topic, and says
// what it means for the session. Text that is no JSON and topics that nobody
// wants are passed over; somebody is told of an object that cannot be read.
func (s *Stream) onFrame(b []byte) note {
	table := s.table.Load()
	marked := isQuote(b)
	if marked && s.market != nil {
		s.market(b)
		if !table.quotes {
			return note{}
		}
	}
	n, bad := s.connections.Load(), &s.misread
	f, ok := parseFrame(b)
	if !ok {
		if i := skipSpace(b, 0); i < len(b) && b[i] == '{' {
			bad.add(b, errNotJSON)
			s.tell("", n, bad)
		}
		return note{}
	}
	quote := strings.HasPrefix(f.topic, "smd+")
	if quote && !marked && s.market != nil {
		s.market(b)
	}
	for _, t := range table.route(&f) {
		t.take(&f, n, bad)
		s.tell(f.topic, n, bad)
	}
	told := noteOf(&f, bad)
	s.tell(f.topic, n, bad)
	return told
}

// route finds who wants a frame.
func (t *topicTable) route(f *frame) []*topic {
	list := t.byName[f.topic]
	if len(list) > 0 {
		return list
	}
	if strings.HasPrefix(f.topic, "sbd+") { // an exchange may follow
		if parts := strings.SplitN(f.topic, "+", 4); len(parts) == 4 {
			return t.byName[strings.Join(parts[:3], "+")]
		}
	}
	if len(f.fail) > 0 {
		return t.byName[topicError]
	}
	return nil
}

// noteOf is what a frame means for the session.
func noteOf(f *frame, bad *misread) note {
	switch {
	case f.topic == "sts":
		return onStatus(f.args, bad)
	case f.topic == "system" && len(f.success) > 0:
		return note{kind: noteSystem}
	}
	return note{}
}

// Run holds a connection until ctx ends, one after the other. It needs the
// brokerage session (see Client.InitSession), whose id it asks for and which it
// keeps alive. Between two connections it pauses, for Timeouts.BackoffMin at
// first and then twice as long each time, to BackoffMax, until one was held for
// ten seconds; OnTrouble tells why. An error is final: the certificate or the
// credentials are wrong.
func (s *Stream) Run(ctx context.Context) error {
	if s.held {
		return errors.New("ibkr: stream: the adapter holds it")
	}
	pause := newBackoff(&s.client.times)
	for {
		held, err := s.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if final(err) {
			return err
		}
		s.complain(linkError(err))
		if held >= min(heldLong, s.client.times.BackoffMax) {
			pause.Reset()
		}
		if sleep(ctx, pause.NextBackOff()) != nil {
			return nil
		}
	}
}

// session holds one connection, and says for how long it was up.
func (s *Stream) session(ctx context.Context) (held time.Duration, err error) {
	if _, err := s.client.credentials(ctx, Trading, nil); err != nil {
		return 0, err
	}
	logins := s.client.loginCount()
	t, err := s.client.Tickle(ctx)
	if err != nil {
		return 0, err
	}
	up := time.Time{}
	err = s.link(ctx, string(t.Session), linkHooks{logins: logins, up: func() {
		up = time.Now()
		s.up()
	}, beat: func(ctx context.Context) error {
		return heartbeat(ctx, s.client.times.Tickle, func(ctx context.Context) error {
			_, err := s.client.Tickle(ctx)
			return err
		}, func(_ context.Context, err error) bool {
			return kindOf(err) == KindUnauthorized || kindOf(err) == KindNoBridge
		})
	}})
	if !up.IsZero() {
		held = time.Since(up)
	}
	return held, err
}

// final says that trying again is no use.
func final(err error) bool {
	return moves[placeDisconnected][signOf(err)].to == placeFailed
}

func newBackoff(t *Timeouts) *backoff.ExponentialBackOff {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval, pause.Multiplier = t.BackoffMin, t.BackoffMax, 2
	pause.RandomizationFactor = 0.2
	return pause
}
