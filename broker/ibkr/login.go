package ibkr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Link is how an Auth reaches IBKR for itself: through the client's transport
// and pace, without credentials of the client's.
type Link struct{ c *Client }

// URL is the address of a path of a service.
func (l *Link) URL(s Service, path string) string { return l.c.address(s, path) }

// Now is the time by IBKR's clock, as far as it is known.
func (l *Link) Now() time.Time { return l.c.clock.server() }

// Do sends one request and gives the answer, whatever its status. The body of
// r is limited to what fits in memory; that of the answer to 8 MiB. Errors are
// *Error.
func (l *Link) Do(r *http.Request) (*Response, error) {
	c := l.c
	named := request{method: r.Method, pattern: endpointOf(r.URL), class: classCancel, any: true}
	if err := c.pace.wait(r.Context(), &named); err != nil {
		return nil, named.fail(KindTemporary, false, err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.times.Read)
	defer cancel()
	r = r.WithContext(ctx)
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept", "*/*")
	r.GetBody = nil
	resp, _, err := c.exchange(r, &named)
	if err != nil {
		c.unserved(r.URL.Host)
	}
	if resp != nil {
		return resp, nil
	}
	return nil, err
}

// endpointOf is the path of an address without the ids of a query.
func endpointOf(u *url.URL) string {
	path := u.Path
	for _, prefix := range prefixes {
		path = strings.TrimPrefix(path, prefix)
	}
	return path
}

// credentials are those for a request to the service now. refused are those
// that IBKR no longer takes, nil for none.
func (c *Client) credentials(ctx context.Context, s Service, refused Credentials) (Credentials, error) {
	if s == Token {
		return noCredentials{}, nil
	}
	cred, err := c.auth.Credentials(ctx, &Link{c}, s, refused)
	if err != nil {
		return nil, err
	}
	if s == Trading {
		c.note(cred)
	}
	return cred, nil
}

// note counts the logins, and tells who holds a session when there is a new one.
func (c *Client) note(cred Credentials) {
	c.loginMu.Lock()
	defer c.loginMu.Unlock()
	if c.login == cred {
		return
	}
	c.login = cred
	c.logins++
	select {
	case c.renewed <- struct{}{}:
	default:
	}
}

// loginCount is how many logins the trading service has had.
func (c *Client) loginCount() uint64 {
	c.loginMu.Lock()
	defer c.loginMu.Unlock()
	return c.logins
}

// upgrade completes the handshake of a stream.
func (c *Client) upgrade(ctx context.Context, u *url.URL, h http.Header, session string) error {
	h.Set("User-Agent", c.agent)
	cred, err := c.credentials(ctx, Trading, nil)
	if err != nil {
		return err
	}
	return cred.Upgrade(u, h, session)
}

// noCredentials are for requests that prove themselves by their body.
type noCredentials struct{}

func (noCredentials) Sign(*http.Request, time.Time) error { return nil }

func (noCredentials) Upgrade(*url.URL, http.Header, string) error { return nil }

// loginError is the error of a request whose login failed.
func loginError(r *request, err error, sent bool) error {
	var e *Error
	if !errors.As(err, &e) {
		return r.fail(KindTemporary, sent, fmt.Errorf("login: %w", err))
	}
	return &Error{Kind: e.Kind, Status: e.Status, Method: r.method, Endpoint: r.pattern, Sent: sent, Err: fmt.Errorf("login: %w", err)}
}

// loginLost says that an answer refuses the login that a request had: 401, or
// 410, with which IBKR ends a session that moved.
func loginLost(err error) bool {
	status := statusOf(err)
	return kindOf(err) == KindUnauthorized && (status == http.StatusUnauthorized || status == http.StatusGone)
}

// repeatable says that a request may be sent again after a new login: what
// creates or changes an order never is.
func repeatable(r *request) bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		return true
	}
	return false
}
