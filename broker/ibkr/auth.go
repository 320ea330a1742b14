package ibkr

import (
	"net/http"
	"net/url"
)

// Auth adds the caller's credentials to what is sent. An implementation is
// safe for concurrent use. Gateway is the one for the Client Portal Gateway;
// a signing scheme for direct connections is another.
type Auth interface {
	// Sign completes a REST request just before it is sent.
	Sign(r *http.Request) error
	// Upgrade completes the WebSocket handshake. session is the session id
	// of the last tickle.
	Upgrade(u *url.URL, h http.Header, session string) error
}

// Gateway is authentication by the Client Portal Gateway: a person logs in
// with a browser, and the gateway holds the login. REST requests carry
// nothing; the WebSocket handshake carries the session in the cookie "api".
type Gateway struct{}

// Sign adds nothing.
func (Gateway) Sign(*http.Request) error { return nil }

// Upgrade sets the session cookie.
func (Gateway) Upgrade(_ *url.URL, h http.Header, session string) error {
	h.Set("Cookie", "api="+session)
	return nil
}
