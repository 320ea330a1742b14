package ibkr

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Auth is a way to log in. An implementation is safe for concurrent use.
// Gateway, OAuth1 and OAuth2 are the ways that IBKR has.
type Auth interface {
	// Credentials are those to use for a request to the service now. It asks
	// IBKR for new ones when there are none, when they end, or when they are
	// still those that IBKR has refused (nil: none were); many callers make
	// one request. An error that is an *Error is given on as it is.
	Credentials(ctx context.Context, link *Link, service Service, refused Credentials) (Credentials, error)
}

// Credentials are what one login gives. Values are compared with ==: two that
// are equal are of the same login.
type Credentials interface {
	// Sign completes a REST request just before it is sent. at is the time by
	// IBKR's clock.
	Sign(r *http.Request, at time.Time) error
	// Upgrade completes the WebSocket handshake. session is the session id
	// of the last tickle.
	Upgrade(u *url.URL, h http.Header, session string) error
}

// Gateway is authentication by the Client Portal Gateway: a person logs in
// with a browser, and the gateway holds the login. REST requests carry
// nothing; the WebSocket handshake carries the session in the cookie "api".
type Gateway struct{}

// Credentials are the gateway's own, of which the client sees nothing.
func (Gateway) Credentials(context.Context, *Link, Service, Credentials) (Credentials, error) {
	return Gateway{}, nil
}

// Sign adds nothing.
func (Gateway) Sign(*http.Request, time.Time) error { return nil }

// Upgrade sets the session cookie.
func (Gateway) Upgrade(_ *url.URL, h http.Header, session string) error {
	h.Set("Cookie", "api="+session)
	return nil
}

// bodySigner is an Auth that can sign the fields of a request.
type bodySigner interface {
	signClaims(fields []byte, at time.Time, valid time.Duration) ([]byte, error)
}

// socketAgent is the User-Agent that IBKR expects on a stream that is not a
// gateway's.
const socketAgent = "ClientPortalGW/1"
