package ibkr

import (
	"context"
	"net/http"
	"net/url"
)

// Service is a part of IBKR's API with an address of its own.
type Service uint8

// Services. Trading is the default.
const (
	Trading    Service = iota // /v1/api
	Management                // /gw/api/v1
	Token                     // /oauth2/api/v1
)

// prefixes are the paths of the services on IBKR's own hosts.
var prefixes = [...]string{Trading: "/v1/api", Management: "/gw/api/v1", Token: "/oauth2/api/v1"}

// Urgency is how a call stands in the queue for a slot.
type Urgency uint8

// Urgencies. A Write is sent once and never repeated; a Cancel may be, and
// passes before everything else.
const (
	Read Urgency = iota
	Write
	Cancel
)

// Call is one request of any operation.
type Call struct {
	Service     Service
	Method      string
	Path        string            // as the specification writes it: /portfolio/{accountId}/ledger
	Params      map[string]string // values of the braces in Path
	Query       url.Values
	Header      http.Header // more headers; nil: none
	Body        []byte      // nil: none
	ContentType string      // of Body; "": application/json
	Urgency     Urgency
	// Signed sends Body, a JSON object, as a JWT that the client's OAuth2
	// signs, as the writes of account management want it (see SignedBody).
	// ContentType is then application/jwt by default.
	Signed bool
	// AnyAnswer gives an answer that is an error by its body or status back as
	// a Response, too, and not as an *Error.
	AnyAnswer bool
	// MayBeEmpty says that a good answer can be without content.
	MayBeEmpty bool
	// Once has a Read asked once, too.
	Once bool
	// Slow is for an answer that IBKR has to make first, such as a statement:
	// it may take Timeouts.Report and have 96 MiB, where others have 8 MiB.
	Slow bool
}

// Response is a good answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call performs a request of any operation at IBKR's pace. A Read is asked
// again on passing faults; everything else is sent once, but that GET and
// DELETE are sent again after a new login. Errors are *Error.
func (c *Client) Call(ctx context.Context, call Call) (*Response, error) {
	r := request{
		method: call.Method, pattern: call.Path, params: call.Params, query: call.Query, header: call.Header,
		raw: call.Body, contentType: call.ContentType, service: call.Service, any: call.AnyAnswer, signed: call.Signed,
		mayBeEmpty: call.MayBeEmpty, slow: call.Slow,
	}
	switch call.Urgency {
	case Write:
		r.class = classOrder
	case Cancel:
		r.class = classCancel
	}
	if call.Urgency == Read && !call.Once && (call.Method == http.MethodGet || call.Method == http.MethodHead) {
		return c.again(ctx, r)
	}
	return c.answer(ctx, r)
}
