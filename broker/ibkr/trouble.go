package ibkr

import (
	"errors"
	"fmt"
	"net/http"
)

// RowsError says that rows of a frame could not be read and were left out. The
// other rows of the frame count.
type RowsError struct {
	Topic      string // of the frame, such as sor; "" for a frame that cannot be read at all
	Connection uint64 // that it came over
	Rows       int    // how many there were
	First      string // the first of them, at most 200 bytes
	Err        error  // what is wrong with it
}

func (e *RowsError) Error() string {
	topic := e.Topic
	if topic == "" {
		topic = "?"
	}
	return fmt.Sprintf("ibkr: stream: %d rows of %s were passed over, the first: %s: %s", e.Rows, limitText(topic, 100), e.Err, e.First)
}

// Unwrap is what is wrong with the first row.
func (e *RowsError) Unwrap() error { return e.Err }

var (
	errNotJSON  = errors.New("not JSON")
	errNoKey    = errors.New("no key")
	errNoOrder  = errors.New("no order id")
	errNoExec   = errors.New("no execution id")
	errTooMany  = errors.New("more keys than are kept")
	errNoList   = errors.New("want a list")
	errNoRow    = fmt.Errorf("want a row from 0 to %d", maxDepth-1)
	errNoBar    = errors.New("want a time and a close")
	errLongText = errors.New("the text is too long")
)

// misread counts the rows of a frame that could not be read.
type misread struct {
	rows  int
	first string
	err   error
}

func (m *misread) add(row []byte, err error) {
	if m.rows++; m.rows == 1 {
		m.first, m.err = limitText(string(row[:min(len(row), 400)]), 200), err
	}
}

// OnTrouble sets, before Run, who is told what goes wrong; without it, it is
// logged. fn gets a *RowsError for rows that could not be read, in the goroutine
// that reads the frame or the feed, and must not block then. It gets any other
// error when a connection was lost or not made, from Run, which waits a while
// after fn returns before it tries again. That error is an *Error of KindNoBridge
// where there is no brokerage session; IBKR says so on the stream itself, too.
// fn may open it again (see Client.InitSession).
func (s *Stream) OnTrouble(fn func(error)) { s.trouble = fn }

// OnUp sets, before Run, who is told that a connection is made and everything
// is subscribed on it. fn must not block.
func (s *Stream) OnUp(fn func()) { s.up = fn }

// complain tells an error.
func (s *Stream) complain(err error) {
	if s.trouble == nil {
		s.client.log.Warn().Err(err).Msg("stream")
		return
	}
	s.trouble(err)
}

// tell tells of what could not be read, if anything, and forgets it.
func (s *Stream) tell(topic string, connection uint64, bad *misread) {
	if bad.rows == 0 {
		return
	}
	err := &RowsError{Topic: topic, Connection: connection, Rows: bad.rows, First: bad.first, Err: bad.err}
	*bad = misread{}
	s.complain(err)
}

// linkError is why a connection ended, for those who are not the keeper.
func linkError(err error) error {
	var l *lost
	if !errors.As(err, &l) || l.sign != signDown && l.sign != signCompeting {
		return err
	}
	return &Error{Kind: KindNoBridge, Method: http.MethodGet, Endpoint: "/ws", Sent: true, Err: err}
}
