package ibkrsim

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Limits of a socket.
const (
	maxFrame     = 1 << 20          // largest frame that is read
	maxQueue     = 100_000          // frames that wait for a slow reader before the socket is closed
	writeTimeout = 10 * time.Second // for the frames that are written at once
)

// socket is one WebSocket. Its subscriptions and its queue are guarded by the
// server's lock; only its writer goroutine writes to the connection.
type socket struct {
	user   *user
	conn   *websocket.Conn
	batch  *batch        // the connection below
	wake   chan struct{} // holds one: there is something to write
	gone   chan struct{} // closed when the connection is
	close  sync.Once
	silent bool // a fault: nothing is sent any more
	queue  [][]byte
	line   scenario.Line[[]byte] // frames that rules hold back
	heard  market.Nanos          // the client's last message
	code   int                   // to close the connection with; 0: it stays

	quotes  map[string]*quoteSub // by target: 265598 or 265598@NASDAQ
	changed []*quoteSub          // that may have something to send
	books   map[string]*bookSub  // by account
	charts  map[string]bool      // open requests for history by server id
	figures map[string]*figuresSub
	orders  bool
	filters []string // statuses of orders that are heard of; none: all
	trades  bool
	pnl     bool
}

func newSocket(u *user, conn *websocket.Conn, now market.Nanos) *socket {
	return &socket{user: u, conn: conn, wake: make(chan struct{}, 1), gone: make(chan struct{}), heard: now,
		quotes: map[string]*quoteSub{}, books: map[string]*bookSub{}, charts: map[string]bool{}, figures: map[string]*figuresSub{}}
}

// serveSocket upgrades /v1/api/ws and reads it until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if out, away := s.outage(); out.Status != 0 || away {
		refuseAll(w, out, away)
		return
	}
	u, refused := s.socketUser(r)
	if u == nil {
		refused.Write(w)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	taken := &batchWriter{ResponseWriter: w}
	conn, err := upgrader.Upgrade(taken, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := newSocket(u, conn, s.now())
	c.batch = taken.batch
	conn.SetReadLimit(maxFrame)
	if !s.attach(c) {
		c.shut()
		return
	}
	defer s.wg.Done()
	s.readSocket(c)
	s.mu.Lock()
	delete(s.stream.sockets, c)
	s.stream.endMarketData(c)
	s.mu.Unlock()
	c.shut()
}

// socketUser is whose socket it is, or the reply that refuses it.
func (s *Server) socketUser(r *http.Request) (*user, web.Reply) {
	now, owners := s.clockNow(), map[string]string{}
	gone := map[string]bool{}
	s.mu.Lock()
	for _, u := range s.logins {
		owners[u.session.id], gone[u.name] = u.name, u.gone
	}
	s.mu.Unlock()
	s.loginMu.Lock()
	defer s.loginMu.Unlock()
	caller, refused, ok := s.registry.AuthenticateSocket(r, func(session string) (string, bool) {
		name, ok := owners[session]
		return name, ok
	}, now)
	switch {
	case !ok:
		return nil, refused
	case gone[caller.User]:
		return nil, web.FailCode(http.StatusUnauthorized, "Unauthorized")
	}
	return s.users[caller.User], refused
}

// attach makes the socket known, queues its first frames and starts its
// writer. It is false when the server is closed.
func (s *Server) attach(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped() {
		return false
	}
	s.wg.Add(1) // its reader
	s.wg.Go(func() { s.writeSocket(c) })
	now := s.now()
	u := c.user
	s.watchSession(u, now)
	s.stream.sockets[c] = true
	if !u.session.ready(now) {
		c.push(map[string]string{"message": "waiting for session"})
	}
	c.push(map[string]any{"topic": "system", "success": u.name, "isFT": false, "isPaper": u.paper()})
	c.push(map[string]any{"topic": "act", "args": s.accountsBody(u)})
	c.push(s.stsFrame(u, now))
	return true
}

func (s *Server) stsFrame(u *user, now market.Nanos) map[string]any {
	return map[string]any{"topic": "sts", "args": map[string]any{
		"authenticated": u.session.ready(now), "competing": u.session.competing, "message": "", "fail": "",
		"serverName": "Sim01", "serverVersion": serverVersion, "username": u.name}}
}

// shut closes the connection, once.
func (c *socket) shut() {
	c.close.Do(func() {
		close(c.gone)
		_ = c.conn.Close()
	})
}

// closeWith has the connection closed with a code, after what is queued.
func (c *socket) closeWith(code int) {
	c.code = code
	c.poke()
}

// push queues a frame that must not be lost. A reader that has let too many
// pile up is cut off.
func (c *socket) push(frame any) { c.pushText(web.Encode(frame)) }

func (c *socket) pushText(text []byte) {
	if len(c.queue) >= maxQueue {
		c.shut()
		return
	}
	c.queue = append(c.queue, text)
	c.poke()
}

func (c *socket) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// writeSocket sends what is queued until the connection ends.
func (s *Server) writeSocket(c *socket) {
	for {
		select {
		case <-c.gone:
			return
		case <-c.wake:
		}
		frames, code := s.takeFrames(c)
		err := c.write(frames)
		if err == nil && code != 0 {
			_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		}
		if err != nil || code != 0 {
			c.shut()
			return
		}
	}
}

// write sends frames in as few pieces as possible.
func (c *socket) write(frames [][]byte) error {
	if len(frames) == 0 {
		return nil
	}
	c.batch.hold()
	for _, frame := range frames {
		if err := c.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
			return err
		}
		if c.batch.full() {
			if err := c.batch.flush(); err != nil {
				return err
			}
			c.batch.hold()
		}
	}
	return c.batch.flush()
}

// takeFrames empties the queue and adds the quotes that have changed.
// The code is for closing the connection; 0 is not.
func (s *Server) takeFrames(c *socket) (frames [][]byte, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.takeQuotes(c, now)
	s.takeBooks(c, now)
	frames, c.queue = c.queue, nil
	if c.silent {
		frames = nil
	}
	return frames, c.code
}

// readSocket takes messages until the connection ends.
func (s *Server) readSocket(c *socket) {
	for {
		_, text, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.onMessage(c, string(text))
		s.mu.Unlock()
	}
}
