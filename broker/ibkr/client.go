package ibkr

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/rs/zerolog"
)

const (
	userAgent = "gannet/1"
	maxBody   = 8 << 20  // bytes of one answer
	maxReport = 96 << 20 // bytes of one that is slow
	readTries = 3        // attempts of one read
)

// Client speaks the REST part of the IBKR Web API. It is safe for concurrent
// use. Reads are asked again on passing faults; a request that can create or
// change an order is sent once, whatever happens.
type Client struct {
	hosts   hosts
	http    *http.Client
	auth    Auth
	pace    *pacer
	account string
	times   Timeouts
	agent   string
	pin     string
	clock   serverClock
	log     zerolog.Logger

	loginMu sync.Mutex
	login   Credentials   // of the trading service, the last
	logins  uint64        // how many there were
	renewed chan struct{} // a note that there is another
}

// request is one call. {account} and {id} in the pattern are filled in.
type request struct {
	method  string
	pattern string
	id      string // replaces {id}
	query   url.Values
	body    any // nil: none
	class   class
	leave   func() error // asked last; an error stops the request. nil: nothing is asked
	host    string       // where it was sent last

	// Of Client.Call only.
	service     Service
	params      map[string]string // values of {name} in the pattern
	header      http.Header
	raw         []byte // the body as it is
	contentType string // of raw
	any         bool   // answers that are errors are given back, too
	mayBeEmpty  bool   // a good answer can be without content
	signed      bool   // the body is sent as a JWT
	slow        bool   // the answer has to be made first
}

// fail is an error about r.
func (r *request) fail(kind Kind, sent bool, err error) error {
	return &Error{Kind: kind, Method: r.method, Endpoint: r.pattern, Sent: sent, Err: err}
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

// answer performs a request and returns a good answer. It is sent once; only
// one that may be repeated is sent again, once, after a new login.
func (c *Client) answer(ctx context.Context, r request) (*Response, error) {
	resp, used, err := c.attempt(ctx, &r)
	err = c.strange(ctx, &r, err)
	if used != nil && loginLost(err) {
		if statusOf(err) == http.StatusGone {
			c.moved(r.host)
		}
		next, failed := c.credentials(ctx, r.service, used)
		switch {
		case failed != nil && repeatable(&r):
			err = loginError(&r, failed, true)
		case failed == nil && next != used && repeatable(&r):
			resp, _, err = c.attempt(ctx, &r)
		}
	}
	if r.any && resp != nil {
		return resp, nil
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// strange looks again at a 401 that stands for an account that is not ours:
// where a tickle is refused too, it was one for the login after all.
func (c *Client) strange(ctx context.Context, r *request, err error) error {
	if kindOf(err) != KindNotFound || statusOf(err) != http.StatusUnauthorized {
		return err
	}
	if _, gone := c.Tickle(ctx); kindOf(gone) != KindUnauthorized {
		return err
	}
	return &Error{Kind: KindUnauthorized, Status: http.StatusUnauthorized, Method: r.method, Endpoint: r.pattern, Sent: true}
}

// attempt performs a request one time. It returns the credentials that it was
// sent with, if there was an answer.
func (c *Client) attempt(ctx context.Context, r *request) (*Response, Credentials, error) {
	done, err := c.pace.enter(ctx, r)
	if err != nil {
		return nil, nil, r.fail(KindTemporary, false, err)
	}
	defer done()
	if err := c.pace.wait(ctx, r); err != nil {
		if errors.Is(err, errPenalty) {
			return nil, nil, r.fail(KindPaced, false, err)
		}
		return nil, nil, r.fail(KindTemporary, false, err)
	}
	cred, err := c.credentials(ctx, r.service, nil)
	if err != nil {
		return nil, nil, loginError(r, err, false)
	}
	if r.class == classOrder {
		if err := c.clock.check(); err != nil {
			return nil, nil, r.fail(KindClock, false, err)
		}
	}
	if r.leave != nil {
		if err := r.leave(); err != nil {
			return nil, nil, r.fail(KindRefused, false, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout(r))
	defer cancel()
	req, err := c.build(ctx, r)
	if err == nil {
		err = cred.Sign(req, c.clock.server())
	}
	if err != nil {
		return nil, nil, r.fail(KindRefused, false, err)
	}
	resp, reached, err := c.exchange(req, r)
	if !reached {
		cred = nil
	}
	return resp, cred, err
}

// exchange sends a request and reads its answer. It says whether there was
// one, and gives it also with the error that it stands for.
func (c *Client) exchange(req *http.Request, r *request) (_ *Response, reached bool, _ error) {
	var connected atomic.Bool
	sent := c.clock.now()
	resp, err := c.http.Do(req.WithContext(traced(req.Context(), &connected)))
	if err != nil {
		if !connected.Load() {
			c.unserved(req.URL.Host)
		}
		return nil, false, r.fail(linkKind(err), connected.Load(), plainCause(err))
	}
	defer resp.Body.Close()
	c.observe(resp.Header, sent)
	most := r.longest()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, true, r.fail(KindTemporary, true, plainCause(err))
	}
	if int64(len(body)) > most {
		return nil, true, r.fail(KindMalformed, true, fmt.Errorf("more than %d bytes", most))
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		c.pace.paced(r.class)
	}
	err = inspect(r, resp.StatusCode, resp.Header.Get("Content-Type"), body)
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, true, err
}

// timeout is how long the answer may take.
func (c *Client) timeout(r *request) time.Duration {
	switch {
	case r.slow:
		return c.times.Report
	case r.class == classPoll:
		return c.times.Read
	}
	return c.times.Order
}

// longest is how many bytes the answer may have.
func (r *request) longest() int64 {
	if r.slow {
		return maxReport
	}
	return maxBody
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
	if r.signed {
		var err error
		if body, err = c.signBody(body); err != nil {
			return nil, err
		}
	}
	address := c.address(r.service, c.path(r))
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.GetBody, r.host = nil, req.URL.Host
	if len(body) > 0 { // an empty one would be sent in chunks, without its length
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
		req.Header.Set("Content-Type", r.mediaType())
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "*/*")
	return req, nil
}

// mediaType is the Content-Type of the body.
func (r *request) mediaType() string {
	switch {
	case r.contentType != "":
		return r.contentType
	case r.signed:
		return jwtType
	}
	return "application/json"
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
