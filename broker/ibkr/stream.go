package ibkr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxFrame     = 1 << 20 // bytes
	writeTimeout = 5 * time.Second
	openFactor   = 5 // the stream must be up within this many Subscribe waits
)

// note is what a frame means for the session.
type note struct {
	kind noteKind
	err  error // noteLost
}

type noteKind uint8

const (
	noteNone   noteKind = iota
	noteSystem          // the stream is open
	noteUp              // and authenticated
	noteLost            // the session is gone
)

// stream opens the WebSocket, subscribes and holds it; it returns why it ended.
func (k *keeper) stream(ctx context.Context, session string) error {
	conn, err := k.dial(ctx, session)
	if err != nil {
		return err
	}
	s := &socket{k: k, conn: conn, notes: make(chan note, 1), done: make(chan struct{})}
	var reader sync.WaitGroup
	reader.Go(s.read)
	defer reader.Wait()
	defer conn.Close()
	defer close(s.done)
	if err := s.awaitUp(ctx); err != nil {
		return err
	}
	if err := s.subscribe(); err != nil {
		return err
	}
	k.wasReady = true
	k.a.publish(uptime(k.epoch))
	err = s.hold(ctx)
	if ctx.Err() == nil {
		k.tell(k.diagnose(err)) // at once, before the reader has ended
	}
	return err
}

func uptime(epoch uint64) state {
	return state{name: stateBrokerage, session: true, ready: true, epoch: epoch}
}

func (k *keeper) dial(ctx context.Context, session string) (*websocket.Conn, error) {
	u, header := k.client.stream(), http.Header{}
	if err := k.client.upgrade(ctx, u, header, session); err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		TLSClientConfig:  tlsConfig(u.Hostname(), k.cfg.Pin),
		HandshakeTimeout: k.cfg.Timeouts.Read,
		ReadBufferSize:   64 << 10,
	}
	conn, resp, err := dialer.DialContext(ctx, u.String(), header)
	if err == nil {
		conn.SetReadLimit(maxFrame)
		return conn, nil
	}
	e := &Error{Kind: linkKind(err), Method: http.MethodGet, Endpoint: "/ws", Err: err}
	if resp != nil {
		e.Status = resp.StatusCode
		e.Kind = statusKind(&request{pattern: e.Endpoint}, resp.StatusCode, "")
	}
	return nil, e
}

// socket is one WebSocket connection. Only the goroutine of hold writes to it.
type socket struct {
	k     *keeper
	conn  *websocket.Conn
	notes chan note
	done  chan struct{}
}

// read hands frames to the adapter until the connection fails. Nothing that a
// frame holds ends it.
func (s *socket) read() {
	k := s.k
	k.a.ticks.reset(k.a.conids.now.Load().byConid)
	var buf bytes.Buffer
	for {
		err := s.conn.SetReadDeadline(time.Now().Add(k.cfg.Timeouts.Silence))
		if err == nil {
			err = s.frame(&buf)
		}
		if err != nil {
			s.note(note{noteLost, fmt.Errorf("ibkr: stream: %w", err)})
			return
		}
		if n := k.a.onFrame(buf.Bytes()); n.kind != noteNone && !s.note(n) {
			return
		}
	}
}

func (s *socket) frame(buf *bytes.Buffer) error {
	_, r, err := s.conn.NextReader()
	if err != nil {
		return err
	}
	buf.Reset()
	_, err = buf.ReadFrom(r)
	return err
}

// note passes n to the session, and says whether it still listens.
func (s *socket) note(n note) bool {
	select {
	case s.notes <- n:
		return true
	case <-s.done:
		return false
	}
}

// awaitUp waits for the authentication frame, or a while after the stream
// says that it is open. What is subscribed earlier is lost without a word.
func (s *socket) awaitUp(ctx context.Context) error {
	wait := s.k.cfg.Timeouts.Subscribe
	timeout := time.NewTimer(openFactor * wait)
	defer timeout.Stop()
	open := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout.C:
			if open {
				return nil
			}
			return errors.New("ibkr: stream: it did not open")
		case n := <-s.notes:
			switch {
			case n.kind == noteUp:
				return nil
			case n.kind == noteLost:
				return n.err
			case n.kind == noteSystem && !open:
				open = true
				timeout.Reset(wait)
			}
		}
	}
}

// subscribe asks for orders, executions and market data. Nothing is replayed
// of orders; executions of the day are, and are told apart by their ids.
func (s *socket) subscribe() error {
	for _, topic := range []string{"sor+{}", `str+{"realtimeUpdatesOnly":false,"days":1}`} {
		if err := s.send(topic); err != nil {
			return err
		}
	}
	return s.renew()
}

// renew subscribes market data, again or for the first time: IBKR ends it
// after 15 minutes.
func (s *socket) renew() error {
	if s.k.a.onTick == nil {
		return nil
	}
	fields := `{"fields":["` + strings.Join(quoteFields, `","`) + `"]}`
	for _, conid := range s.k.a.conids.now.Load().byID {
		if conid == 0 {
			continue
		}
		if err := s.send("smd+" + strconv.FormatInt(conid, 10) + "+" + fields); err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) send(text string) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		return fmt.Errorf("ibkr: stream: %w", err)
	}
	return nil
}

// hold keeps session and stream alive until one of them is lost.
func (s *socket) hold(ctx context.Context) error {
	t := &s.k.cfg.Timeouts
	tic, renew := time.NewTicker(t.Tic), time.NewTicker(t.Renew)
	defer tic.Stop()
	defer renew.Stop()
	beats := make(chan error, 1)
	beating, stop := context.WithCancel(ctx)
	var heart sync.WaitGroup
	heart.Go(func() { beats <- s.k.heartbeat(beating) })
	defer heart.Wait()
	defer stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-beats:
		case n := <-s.notes:
			err = n.err
		case <-s.k.client.pace.broken:
			err = fmt.Errorf("ibkr: %w", errPenalty)
		case <-s.k.client.renewed:
			err = s.k.relogged()
		case <-tic.C:
			err = s.send("tic")
		case <-renew.C:
			err = s.renew()
		}
		if err != nil {
			return err
		}
	}
}

// relogged says that there was a new login since the session began: IBKR wants
// a new session and stream with it.
func (k *keeper) relogged() error {
	if k.client.loginCount() == k.logins {
		return nil
	}
	return errors.New("ibkr: session: opened again after a new login")
}

// heartbeat tickles the session until it is lost. One failure is not the end:
// it is tried again soon, and judged by the time since the last success.
func (k *keeper) heartbeat(ctx context.Context) error {
	every := k.cfg.Timeouts.Tickle
	good := time.Now()
	for next := every; ; {
		if err := sleep(ctx, next); err != nil {
			return err
		}
		_, err := k.tickle(ctx)
		if err == nil {
			good, next = time.Now(), every
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if k.dead(ctx, err) || time.Since(good) > time.Duration(tickleDeadline*float64(every)) {
			return err
		}
		next = every / tickleRetry
	}
}

// dead says whether a failed tickle means that the session is gone. The
// session's own word does; a refusal is checked by a second question.
func (k *keeper) dead(ctx context.Context, err error) bool {
	var l *lost
	if errors.As(err, &l) {
		return true
	}
	switch kindOf(err) {
	case KindUnauthorized, KindNoBridge:
		s, err := k.client.AuthStatus(ctx)
		return kindOf(err) == KindUnauthorized || kindOf(err) == KindNoBridge || err == nil && !s.Up()
	}
	return false
}
