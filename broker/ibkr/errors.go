package ibkr

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"gannet/broker"
	"gannet/market"
)

// Kind says what an Error means for the caller.
type Kind uint8

// Kinds of errors.
const (
	KindRefused      Kind = iota + 1 // the server said no; nothing was done
	KindTemporary                    // link or server trouble: a read may be asked again
	KindNoBridge                     // there is no brokerage session
	KindUnprimed                     // GET /iserver/accounts has to come first
	KindUnauthorized                 // the login itself is gone
	KindPaced                        // too many requests
	KindNotFound                     // no such path, order or account
	KindMalformed                    // an answer that cannot be read
	KindUntrusted                    // the server's certificate is not the pinned one
	KindCredentials                  // the keys or names of the login are wrong; trying again is no use
	KindClock                        // this machine's clock is too far off to trade
)

var kindNames = [...]string{
	"", "refused", "temporary", "no brokerage session", "accounts not queried", "not logged in",
	"paced", "not found", "malformed answer", "untrusted certificate",
	"credentials refused", "wrong clock",
}

func (k Kind) String() string { return kindNames[k] }

// Error is a failed request. It matches broker.ErrTemporary when the same
// read can succeed later.
type Error struct {
	Kind     Kind
	Status   int    // HTTP status; 0 when there was no answer
	Method   string // HTTP method
	Endpoint string // path with {account} and the like in place of the values
	Text     string // the server's text, at most 500 bytes
	Sent     bool   // false: the request provably did not reach the server
	Err      error  // the cause, if any
}

func (e *Error) Error() string {
	s := "ibkr: "
	if e.Method != "" {
		s += e.Method + " " + e.Endpoint + ": "
	}
	s += e.Kind.String()
	if e.Status != 0 {
		s += fmt.Sprintf(" (%d)", e.Status)
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches broker.ErrTemporary for faults that pass.
func (e *Error) Is(target error) bool {
	if target != broker.ErrTemporary {
		return false
	}
	switch e.Kind {
	case KindTemporary, KindNoBridge, KindUnprimed, KindPaced:
		return true
	}
	return false
}

// kindOf is err's kind, 0 for an error of another type.
func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// statusOf is the HTTP status of err, 0 when there was no answer.
func statusOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// reasonOf is the shortest text that explains err to a person: the server's
// own words where there are any.
func reasonOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Text != "" {
		return e.Text
	}
	return err.Error()
}

const maxErrorText = 500

// inspect says what an answer with the given status and body means, nil when
// it is a good one.
func inspect(r *request, status int, contentType string, body []byte) error {
	if r.service == Management {
		return inspectManaged(r, status, contentType, body)
	}
	e := &Error{Status: status, Method: r.method, Endpoint: r.pattern, Sent: true}
	isJSON := strings.Contains(contentType, "json")
	e.Text = limitText(refusalText(status, isJSON, body), maxErrorText)
	switch {
	case status == http.StatusNoContent, status == http.StatusOK && r.mayBeEmpty && len(body) == 0:
		return nil
	case status >= 200 && status < 300 && e.Text != "":
		e.Kind = refusalKind(e.Text)
	case status >= 200 && status < 300 && (!isJSON || !json.Valid(body)):
		e.Kind = KindMalformed
		e.Text = limitText(stripHTML(string(body)), 100)
	case status >= 200 && status < 300:
		return nil
	default:
		if p := readProblem(body); p != nil && strings.Contains(contentType, "problem+json") {
			e.Err = p
		}
		e.Kind = statusKind(r, status, e.Text)
	}
	return e
}

// refusalText is what an answer says went wrong, "" when it says nothing.
func refusalText(status int, isJSON bool, body []byte) string {
	switch {
	case isJSON && status >= 400:
		return cmp.Or(errorText(body), problemText(body))
	case isJSON:
		return errorText(body)
	case status >= 300:
		return stripHTML(string(body))
	}
	return ""
}

// refusalKind is the kind of a refusal, by its text.
func refusalKind(text string) Kind {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "no bridge"), strings.Contains(low, "init session first"),
		strings.Contains(low, "no session"):
		return KindNoBridge
	case strings.Contains(low, "query /accounts first"):
		return KindUnprimed
	}
	return KindRefused
}

func statusKind(r *request, status int, text string) Kind {
	switch {
	case status == http.StatusTooManyRequests:
		return KindPaced
	case status == http.StatusUnauthorized && text == "" && ofAccount(r.pattern):
		return KindNotFound // an account that is not ours; the login is fine
	case status == http.StatusUnauthorized && strings.Contains(strings.ToLower(text), "invalid consumer"):
		return KindCredentials // not active yet, or another realm
	case status == http.StatusUnauthorized, status == http.StatusGone, status < 400:
		return KindUnauthorized
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusRequestTimeout:
		return KindTemporary
	case status < 500:
		return refusalKind(text)
	case strings.Contains(text, "failed to generate sso dh token"):
		return KindRefused
	}
	return KindTemporary
}

// ofAccount says that a path answers 401 without a body for an unknown account.
func ofAccount(pattern string) bool {
	return strings.HasPrefix(pattern, "/portfolio/") || strings.HasPrefix(pattern, "/portfolio2/") ||
		strings.HasPrefix(pattern, "/acesws/")
}

// problemText is the text of a problem detail (RFC 9457), or of an OAuth error
// (RFC 6749); "" when there is none.
func problemText(body []byte) string {
	var p struct {
		Title  FlexString `json:"title"`
		Detail FlexString `json:"detail"`
		About  FlexString `json:"error_description"`
	}
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	texts := slices.DeleteFunc([]string{string(p.Title), string(p.Detail), string(p.About)}, func(s string) bool { return s == "" })
	return strings.Join(texts, ": ")
}

// errorText finds a top-level "error" text in an object or in the first
// object of an array; "" when there is none.
func errorText(body []byte) string {
	var one struct {
		Error json.RawMessage `json:"error"`
	}
	if len(body) > 0 && body[0] == '[' {
		var rows []json.RawMessage
		if json.Unmarshal(body, &rows) != nil || len(rows) == 0 {
			return ""
		}
		body = rows[0]
	}
	if json.Unmarshal(body, &one) != nil || len(one.Error) == 0 {
		return ""
	}
	text, err := scalarText(one.Error)
	if err != nil {
		return string(one.Error)
	}
	return strings.TrimSpace(text)
}

var htmlTag = regexp.MustCompile(`<[^>]*>`)

func stripHTML(s string) string {
	return strings.Join(strings.Fields(htmlTag.ReplaceAllString(limitText(s, 4096), " ")), " ")
}

// outcome says what a failed order request proves: ExecRejected when nothing
// can have been done, else ExecUnknown.
func outcome(err error) market.ExecType {
	var e *Error
	if !errors.As(err, &e) {
		return market.ExecUnknown
	}
	if !e.Sent {
		return market.ExecRejected
	}
	switch e.Kind {
	case KindRefused, KindNoBridge, KindUnprimed, KindPaced, KindNotFound:
		if isDuplicate(e.Text) || e.Status >= 500 {
			return market.ExecUnknown
		}
		return market.ExecRejected
	}
	return market.ExecUnknown
}

// isDuplicate says that an order with this client order id is there already:
// it may be the one we sent before.
func isDuplicate(text string) bool { return strings.Contains(text, "already registered") }
