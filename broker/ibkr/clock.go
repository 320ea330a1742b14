package ibkr

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// How far this machine's clock may be off IBKR's. A signature carries the
// time, and an order's price is judged by the age of the quote.
const (
	skewWarned  = 2 * time.Second  // beyond, signatures are corrected
	skewRefused = 10 * time.Second // beyond, no order is sent
)

// serverClock is IBKR's clock as the Date of its answers tells it. Only
// signatures use it; the time of events is never stepped.
type serverClock struct {
	now func() time.Time

	mu     sync.Mutex
	offset time.Duration // local minus IBKR's, as close to 0 as the last answer allows
	warned bool
}

// observe reads an answer's Date, which has whole seconds and was written at
// some time between sent and received. It says whether a skew is news.
func (s *serverClock) observe(date string, sent, received time.Time) bool {
	at, err := http.ParseTime(date)
	if err != nil {
		return false
	}
	least, most := sent.Sub(at)-time.Second, received.Sub(at)
	offset := time.Duration(0)
	if least > 0 {
		offset = least
	} else if most < 0 {
		offset = most
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if offset.Abs() <= skewWarned {
		s.offset, s.warned = 0, false
		return false
	}
	news := !s.warned
	s.offset, s.warned = offset, true
	return news
}

// skew is how far this machine's clock is ahead; 0 when it is right enough.
func (s *serverClock) skew() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offset
}

// server is the time by IBKR's clock.
func (s *serverClock) server() time.Time { return s.now().Add(-s.skew()) }

// check refuses a clock that nothing should be traded by.
func (s *serverClock) check() error {
	offset := s.skew()
	if offset.Abs() <= skewRefused {
		return nil
	}
	where := "ahead of"
	if offset < 0 {
		where = "behind"
	}
	return fmt.Errorf("this machine's clock is %s %s IBKR's; set it (timedatectl set-ntp true)", offset.Abs().Round(time.Second), where)
}

// Skew is how far this machine's clock is ahead of IBKR's by the last answer;
// 0 when it is less than two seconds. Beyond ten, no order is sent.
func (c *Client) Skew() time.Duration { return c.clock.skew() }

// observe notes the time of an answer.
func (c *Client) observe(h http.Header, sent time.Time) {
	if c.clock.observe(h.Get("Date"), sent, c.clock.now()) {
		c.log.Warn().Stringer("ahead", c.clock.skew()).Msg("this machine's clock is not IBKR's; signatures are corrected")
	}
}
