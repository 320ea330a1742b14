package ibkr

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
)

// IBKR's host has numbered twins: 1.api.ibkr.com to 7.api.ibkr.com.
const (
	numberedHost  = "api.ibkr.com"
	numberedHosts = 7
)

// hosts is where the services are: at the configured address, or, after 410,
// with which IBKR ends a session that moved, at a numbered host beside it.
// Other addresses than IBKR's have no such hosts.
type hosts struct {
	base *url.URL // as configured

	mu     sync.Mutex
	away   *url.URL // the numbered host; nil: at base
	number int      // of the last one
	logins uint64   // how many logins there were at the last move
}

// current is the address now.
func (h *hosts) current() *url.URL {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away != nil {
		return h.away
	}
	return h.base
}

// next goes to the next host after the one that answered 410, once for each
// login. It is nil where there is none to go to.
func (h *hosts) next(from string, logins uint64) *url.URL {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.base
	if h.away != nil {
		at = h.away
	}
	if !strings.EqualFold(h.base.Hostname(), numberedHost) || at.Host != from || logins <= h.logins {
		return nil
	}
	h.logins, h.number = logins, h.number%numberedHosts+1
	u := *h.base
	u.Host = fmt.Sprintf("%d.%s", h.number, h.base.Host)
	h.away = &u
	return h.away
}

// home goes back to the configured address from a host that did not serve.
// It says whether that was one to go back from.
func (h *hosts) home(from string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away == nil || h.away.Host != from {
		return false
	}
	h.away = nil
	return true
}

// moved follows a session that the answer of a host says has moved.
func (c *Client) moved(from string) {
	if u := c.hosts.next(from, c.loginCount()); u != nil {
		c.log.Warn().Str("from", from).Str("to", u.Host).Msg("IBKR answered 410: the session moved")
	}
}

// unserved leaves a numbered host that cannot be reached or logs nobody in.
func (c *Client) unserved(from string) {
	if c.hosts.home(from) {
		c.log.Warn().Str("from", from).Str("to", c.hosts.base.Host).Msg("IBKR's other host does not serve")
	}
}
