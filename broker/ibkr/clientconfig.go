package ibkr

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/rs/zerolog"
)

// ClientConfig is what NewClient needs. BaseURL is required.
type ClientConfig struct {
	BaseURL   string // a URL, or a name of Environments
	Pin       string // "sha256/<base64>": the only certificate key that is trusted; see PinOf
	Auth      Auth   // nil: Gateway{}
	Account   string // of the methods of the Client itself; Call needs none
	Pacing    Pacing
	Timeouts  Timeouts
	UserAgent string           // "": gannet/1. IBKR's edge answers 403 without one
	Log       zerolog.Logger   // the zero value logs nowhere
	Now       func() time.Time // this machine's clock; nil: time.Now
}

// NewClient checks cfg and builds a client. Nothing is sent before the first
// call. It needs no Adapter, and Close ends it.
func NewClient(cfg ClientConfig) (*Client, error) {
	address, err := BaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	base, err := parseBase(address)
	if err != nil {
		return nil, err
	}
	if err := checkPin(cfg.Pin); err != nil {
		return nil, err
	}
	if err := cfg.Pacing.check(); err != nil {
		return nil, err
	}
	if cfg.Auth == nil {
		cfg.Auth = Gateway{}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{
		hosts: hosts{base: base}, auth: cfg.Auth, pace: newPacer(cfg.Pacing), account: cfg.Account, times: cfg.Timeouts.withDefaults(),
		agent: cmp.Or(cfg.UserAgent, userAgent), pin: cfg.Pin, clock: serverClock{now: cfg.Now}, log: cfg.Log,
		renewed: make(chan struct{}, 1),
	}
	c.http = c.newHTTP()
	return c, nil
}

// newHTTP builds the transport. No redirect is followed: one is no answer,
// and it would carry the credentials to somewhere else.
func (c *Client) newHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: c.times.Read}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSClientConfig:     tlsConfig(c.hosts.base.Hostname(), c.pin),
			TLSHandshakeTimeout: c.times.Read,
			MaxIdleConnsPerHost: 4,
			IdleConnTimeout:     30 * time.Second,
		},
	}
}

// Close drops idle connections. The client can be used again.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Base is the configured address of the trading service, such as
// https://localhost:5000/v1/api.
func (c *Client) Base() string { return c.hosts.base.String() }

// address is where a path of a service is.
func (c *Client) address(s Service, path string) string {
	u := *c.hosts.current()
	u.Path, u.RawPath = "", ""
	return u.String() + c.prefix(s) + path
}

// prefix is the path of a service: the base's for trading, IBKR's own for the
// others.
func (c *Client) prefix(s Service) string {
	if s == Trading {
		return c.hosts.base.EscapedPath()
	}
	return prefixes[s]
}

// stream is where the WebSocket is.
func (c *Client) stream() *url.URL {
	u := *c.hosts.current()
	u.Scheme = map[string]string{"https": "wss", "http": "ws"}[u.Scheme]
	u.Path += "/ws"
	return &u
}
