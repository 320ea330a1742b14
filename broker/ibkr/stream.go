package ibkr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxFrame     = 1 << 20 // bytes
	writeTimeout = 5 * time.Second
	openFactor   = 5 // the stream must be up within this many Subscribe waits
)

// errStream says that it is the stream that was lost.
var errStream = errors.New("ibkr: stream")

// errRelogged says that there was a new login since the session began: IBKR
// wants a new session and stream with it.
var errRelogged error = &lost{sign: signStreamLost, reason: "ibkr: session: opened again after a new login"}

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

// linkHooks are what a holder of the stream adds to a connection.
type linkHooks struct {
	up     func()                      // all is subscribed; nil: nothing
	down   func(err error)             // it is lost, before link returns; nil: nothing
	beat   func(context.Context) error // keeps the session alive; returns why it could not
	logins uint64                      // of the client when the session began; another ends the link
}

// link makes a connection, subscribes and holds it; it returns why it ended.
func (s *Stream) link(ctx context.Context, session string, h linkHooks) error {
	conn, err := s.dial(ctx, session)
	if err != nil {
		return err
	}
	s.reset()
	k := &socket{s: s, conn: conn, notes: make(chan note, 1), done: make(chan struct{})}
	var reader sync.WaitGroup
	reader.Go(k.read)
	defer reader.Wait()
	defer conn.Close()
	defer close(k.done)
	defer s.detach()
	if err := k.awaitUp(ctx); err != nil {
		return err
	}
	if err := s.attach(conn); err != nil {
		return fmt.Errorf("%w: %w", errStream, err)
	}
	if h.up != nil {
		h.up()
	}
	err = k.hold(ctx, &h)
	if ctx.Err() == nil && h.down != nil {
		h.down(err) // at once, before the reader has ended
	}
	return err
}

func (s *Stream) dial(ctx context.Context, session string) (*websocket.Conn, error) {
	u, header := s.client.stream(), http.Header{}
	if err := s.client.upgrade(ctx, u, header, session); err != nil {
		return nil, err
	}
	way := s.client.http.Transport.(*http.Transport) // the stream goes the way of the requests
	dialer := websocket.Dialer{
		Proxy:            way.Proxy,
		NetDialContext:   way.DialContext,
		TLSClientConfig:  way.TLSClientConfig.Clone(),
		HandshakeTimeout: s.client.times.Read,
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
		if e.Status == http.StatusGone {
			s.client.moved(u.Host)
		}
	}
	return nil, e
}

// socket is one WebSocket connection. The Stream writes to it.
type socket struct {
	s     *Stream
	conn  *websocket.Conn
	notes chan note
	done  chan struct{}
}

// read hands frames to the stream until the connection fails. Nothing that a
// frame holds ends it.
func (k *socket) read() {
	var buf bytes.Buffer
	for {
		err := k.conn.SetReadDeadline(time.Now().Add(k.s.client.times.Silence))
		if err == nil {
			err = k.frame(&buf)
		}
		if err != nil {
			k.note(note{noteLost, fmt.Errorf("%w: %w", errStream, err)})
			return
		}
		if n := k.s.onFrame(buf.Bytes()); n.kind != noteNone && !k.note(n) {
			return
		}
	}
}

func (k *socket) frame(buf *bytes.Buffer) error {
	_, r, err := k.conn.NextReader()
	if err != nil {
		return err
	}
	buf.Reset()
	_, err = buf.ReadFrom(r)
	return err
}

// note passes n to the session, and says whether it still listens.
func (k *socket) note(n note) bool {
	select {
	case k.notes <- n:
		return true
	case <-k.done:
		return false
	}
}

// awaitUp waits for the authentication frame, or a while after the stream
// says that it is open. What is subscribed earlier is lost without a word.
func (k *socket) awaitUp(ctx context.Context) error {
	wait := k.s.client.times.Subscribe
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
			return fmt.Errorf("%w: it did not open", errStream)
		case n := <-k.notes:
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

// hold keeps session and stream alive until one of them is lost.
func (k *socket) hold(ctx context.Context, h *linkHooks) error {
	t := &k.s.client.times
	tic, renew := time.NewTicker(t.Tic), time.NewTicker(t.Renew)
	defer tic.Stop()
	defer renew.Stop()
	beats := make(chan error, 1)
	beating, stop := context.WithCancel(ctx)
	var heart sync.WaitGroup
	heart.Go(func() { beats <- h.beat(beating) })
	defer heart.Wait()
	defer stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-beats:
		case n := <-k.notes:
			err = n.err
		case <-k.s.client.pace.broken:
			err = fmt.Errorf("ibkr: %w", errPenalty)
		case <-k.s.client.renewed:
			if k.s.client.loginCount() != h.logins {
				err = errRelogged
			}
		case <-tic.C:
			err = k.s.tic()
		case <-renew.C:
			err = k.s.renew()
		}
		if err != nil {
			return err
		}
	}
}

// heartbeat tickles the session until it is lost. One failure is not the end:
// it is tried again soon, and judged by the time since the last success.
func heartbeat(ctx context.Context, every time.Duration, tickle func(context.Context) error, dead func(context.Context, error) bool) error {
	good := time.Now()
	for next := every; ; {
		if err := sleep(ctx, next); err != nil {
			return err
		}
		err := tickle(ctx)
		if err == nil {
			good, next = time.Now(), every
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if dead(ctx, err) || time.Since(good) > time.Duration(tickleDeadline*float64(every)) {
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
