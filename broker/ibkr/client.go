package ibkr

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	userAgent = "gannet/1"
	maxBody   = 8 << 20 // bytes of one answer
	readTries = 3       // attempts of one read
)

// Client speaks the REST part of the IBKR Web API. It is safe for concurrent
// use. Reads are asked again on passing faults; a request that can create or
// change an order is sent once, whatever happens.
type Client struct {
	base    *url.URL
	http    *http.Client
	auth    Auth
	pace    *pacer
	account string
	times   Timeouts
}

// newClient builds a client from a checked Config.
func newClient(cfg *Config, base *url.URL) *Client {
	dialer := &net.Dialer{Timeout: cfg.Timeouts.Read}
	return &Client{
		base:    base,
		auth:    cfg.Auth,
		pace:    newPacer(cfg.Pacing),
		account: string(cfg.Account),
		times:   cfg.Timeouts,
		http: &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         dialer.DialContext,
				TLSClientConfig:     tlsConfig(base.Hostname(), cfg.Pin),
				TLSHandshakeTimeout: cfg.Timeouts.Read,
				MaxIdleConnsPerHost: 4,
				IdleConnTimeout:     30 * time.Second,
			},
		},
	}
}

// close drops idle connections.
func (c *Client) close() { c.http.CloseIdleConnections() }

// request is one call. {account} and {id} in the pattern are filled in.
type request struct {
	method  string
	pattern string
	id      string // replaces {id}
	query   url.Values
	body    any // nil: none
	class   class

	// Of Client.Call only.
	service     Service
	params      map[string]string // values of {name} in the pattern
	header      http.Header
	raw         []byte // the body as it is
	contentType string // of raw
	any         bool   // answers that are errors are given back, too
	mayBeEmpty  bool   // a good answer can be without content
}

// path is the pattern with its values.
func (c *Client) path(r *request) string {
	pairs := []string{"{account}", url.PathEscape(c.account), "{id}", url.PathEscape(r.id)}
	for name, value := range r.params {
		pairs = append(pairs, "{"+name+"}", url.PathEscape(value))
	}
	return strings.NewReplacer(pairs...).Replace(r.pattern)
}

// read performs a request that may be repeated and decodes its answer. A
// server that wants the accounts queried first gets that once.
func (c *Client) read(ctx context.Context, r request, out any) error {
	resp, err := c.again(ctx, r)
	if err != nil {
		return err
	}
	return decode(&r, resp.Body, out)
}

// again performs a request that may be repeated.
func (c *Client) again(ctx context.Context, r request) (*Response, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = c.times.Retry, 10*c.times.Retry
	resp, err := backoff.Retry(ctx, func() (*Response, error) {
		resp, err := c.answer(ctx, r)
		if kindOf(err) == KindUnprimed && r.pattern != pathAccounts {
			if _, failed := c.Accounts(ctx); failed == nil {
				resp, err = c.answer(ctx, r)
			}
		}
		if err != nil && kindOf(err) != KindTemporary {
			err = backoff.Permanent(err)
		}
		return resp, err
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(readTries))
	if err != nil {
		return nil, unwrapPermanent(err)
	}
	return resp, nil
}

func unwrapPermanent(err error) error {
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) {
		return permanent.Unwrap()
	}
	return err
}

// decode reads a good answer into out. A nil out, or no content, is fine.
func decode(r *request, body []byte, out any) error {
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &Error{Kind: KindMalformed, Method: r.method, Endpoint: r.pattern, Sent: true, Err: err}
	}
	return nil
}

// once performs a request one time and returns the body of a good answer.
func (c *Client) once(ctx context.Context, r request) ([]byte, error) {
	resp, err := c.answer(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// answer performs a request one time and returns a good answer.
func (c *Client) answer(ctx context.Context, r request) (*Response, error) {
	fail := func(kind Kind, sent bool, err error) error {
		return &Error{Kind: kind, Method: r.method, Endpoint: r.pattern, Sent: sent, Err: err}
	}
	if err := c.pace.wait(ctx, r.class, r.pattern); err != nil {
		if errors.Is(err, errPenalty) {
			return nil, fail(KindPaced, false, err)
		}
		return nil, fail(KindTemporary, false, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout(r.class))
	defer cancel()
	var connected atomic.Bool
	req, err := c.build(traced(ctx, &connected), &r)
	if err != nil {
		return nil, fail(KindRefused, false, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fail(linkKind(err), connected.Load(), plainCause(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, fail(KindTemporary, true, plainCause(err))
	}
	if len(body) > maxBody {
		return nil, fail(KindMalformed, true, fmt.Errorf("more than %d bytes", maxBody))
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		c.pace.paced()
	}
	if err := inspect(&r, resp.StatusCode, resp.Header.Get("Content-Type"), body); err != nil && !r.any {
		return nil, err
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

func (c *Client) timeout(k class) time.Duration {
	if k == classPoll {
		return c.times.Read
	}
	return c.times.Order
}

// traced notes when a connection is handed to the request: from then on its
// bytes may have left.
func traced(ctx context.Context, connected *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
}

// build makes the HTTP request. GetBody stays nil, so that the transport can
// never send a body a second time by itself.
func (c *Client) build(ctx context.Context, r *request) (*http.Request, error) {
	body := r.raw
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
	}
	u := *c.base
	u.Path, u.RawPath = "", ""
	address := u.String() + c.prefix(r.service) + c.path(r)
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.GetBody = nil
	if body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
		req.Header.Set("Content-Type", cmp.Or(r.contentType, "application/json"))
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "*/*")
	return req, c.auth.Sign(req)
}

// prefix is the path of a service: the base's for trading, IBKR's own for the
// others.
func (c *Client) prefix(s Service) string {
	if s == Trading {
		return c.base.EscapedPath()
	}
	return prefixes[s]
}

func linkKind(err error) Kind {
	if errors.Is(err, errPin) {
		return KindUntrusted
	}
	return KindTemporary
}

// plainCause takes the URL, which holds the account, out of a link error.
func plainCause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
