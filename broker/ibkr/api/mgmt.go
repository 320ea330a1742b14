package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr"
)

//go:generate go run ./internal/specgen -spec $IBKR_OPENAPI -out .

// Signer signs the bodies of account management's writes in place of the
// client's own OAuth 2.0 login: a JWT in compact form, RS256, by a key whose id
// is registered with IBKR. It adds iss, the client's id, to the claims. It is
// safe for concurrent use.
type Signer interface {
	SignJWT(claims map[string]any) (string, error)
}

// Option changes how New builds the groups.
type Option func(*management)

// WithSigner has the writes of account management signed by s, such as a key
// that never leaves its device. Without it the client signs.
func WithSigner(s Signer) Option { return func(m *management) { m.signer = s } }

// WithClock gives the time that JWTs are stamped with; time.Now by default.
func WithClock(now func() time.Time) Option { return func(m *management) { m.now = now } }

// management is what the groups of account management have in common.
type management struct {
	c      Caller
	signer Signer
	now    func() time.Time
}

func manage(c Caller, options []Option) management {
	m := management{c: c, now: time.Now}
	for _, option := range options {
		option(&m)
	}
	return m
}

// signedOp is an operation of IBKR's policy "Signed JWT": the body is a JWT
// whose claims are the request's fields, iss, iat and exp.
type signedOp struct {
	*Op
	contentType string        // what IBKR prints for the operation, though the body is a JWT in any case
	life        time.Duration // of the JWT; 0: a minute
}

const (
	typeJWT  = "application/jwt"
	typeJSON = "application/json"
	typeText = "text/plain"

	jwtLife = time.Minute // restrictions may not live longer, and nothing else needs to
)

func registerSigned(op Op, contentType string) *signedOp {
	op.Service = ibkr.Management
	return &signedOp{Op: register(op), contentType: contentType}
}

func registerManaged(op Op) *Op {
	op.Service = ibkr.Management
	return register(op)
}

// send performs a signed operation.
func (m management) send(ctx context.Context, op *signedOp, body any) (*ibkr.Response, error) {
	text, err := m.fields(op, body)
	if err == nil && m.signer != nil {
		text, err = m.sign(text)
	}
	if err != nil {
		return nil, fmt.Errorf("api: %s.%s: %w", op.Group, op.Name, err)
	}
	return m.c.Call(ctx, ibkr.Call{
		Service: op.Service, Method: op.Method, Path: op.Path, Urgency: op.Urgency,
		Body: text, ContentType: op.contentType, Signed: m.signer == nil, Slow: op.Slow,
	})
}

// fields is the JSON object that is signed. The client adds iss, and iat and
// exp when they are not there.
func (m management) fields(op *signedOp, body any) ([]byte, error) {
	text := []byte("{}")
	if body != nil {
		var err error
		if text, err = Encode(body); err != nil {
			return nil, err
		}
	}
	if op.life == 0 && m.signer == nil {
		return text, nil
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(text, &claims); err != nil {
		return nil, err
	}
	now := m.now()
	claims["iat"] = strconv.AppendInt(nil, now.Unix(), 10)
	claims["exp"] = strconv.AppendInt(nil, now.Add(cmp.Or(op.life, jwtLife)).Unix(), 10)
	return json.Marshal(claims)
}

// sign has the signer sign. Numbers go in as they are written.
func (m management) sign(text []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	claims := make(map[string]any, len(fields))
	for name, raw := range fields {
		claims[name] = raw
	}
	token, err := m.signer.SignJWT(claims)
	return []byte(token), err
}

// signed performs a signed operation and decodes its answer. It gives the HTTP
// status, too: IBKR says with it whether an instruction is done or queued.
func signed[T any](ctx context.Context, m management, op *signedOp, body any) (T, int, error) {
	var out T
	resp, err := m.send(ctx, op, body)
	if err != nil {
		return out, 0, err
	}
	err = decodeAnswer(op.Op, resp, &out)
	return out, resp.Status, err
}

// decodeAnswer decodes a good answer; one that cannot be read says that the
// request was sent.
func decodeAnswer(op *Op, resp *ibkr.Response, out any) error {
	if len(resp.Body) == 0 {
		return nil // with status 204 only: the client takes no other for an answer
	}
	if err := Decode(resp.Body, out); err != nil {
		return &ibkr.Error{
			Kind: ibkr.KindMalformed, Status: resp.Status, Method: op.Method, Endpoint: op.Path, Sent: true, Err: err,
		}
	}
	return nil
}

// flat writes a filter as plain query parameters, lists with commas. IBKR's
// document describes each filter as one parameter that holds an object; the
// servers take its fields as parameters of their own.
func flat(filter any) (url.Values, error) {
	text, err := Encode(filter)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	query := url.Values{}
	for name, raw := range fields {
		var list []Text
		if json.Unmarshal(raw, &list) != nil {
			query.Set(name, scalarText(string(raw)))
			continue
		}
		words := make([]string, len(list))
		for i, one := range list {
			words[i] = one.String()
		}
		query.Set(name, strings.Join(words, ","))
	}
	return query, nil
}

// given is a query of the parameters that have a value: name, value, name, value.
func given(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return query
}

// filtered performs a read with a filter.
func filtered[T any](ctx context.Context, c Caller, op *Op, filter any) (T, error) {
	query, err := flat(filter)
	if err != nil {
		var none T
		return none, fmt.Errorf("api: %s.%s: %w", op.Group, op.Name, err)
	}
	return do[T](ctx, c, op, args{query: query})
}
