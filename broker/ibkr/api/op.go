package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"gannet/broker/ibkr"
)

// Caller performs calls. *ibkr.Client is one.
type Caller interface {
	Call(ctx context.Context, call ibkr.Call) (*ibkr.Response, error)
}

// Op is one operation of the API. Method and Path are as the OpenAPI document
// writes them, the path without its prefix; an operation that the document
// lacks says so.
type Op struct {
	Group   string // of the API struct
	Name    string // of the method
	Method  string
	Path    string // with {parameters}
	Service ibkr.Service
	Urgency ibkr.Urgency
	NotSpec string // why the OpenAPI document lacks it; "": it has it

	MayBeEmpty bool // an answer without content is a good one and means nothing found
	Slow       bool // IBKR has to make the answer first; see ibkr.Call
}

var ops []*Op

// register notes an operation. A group does it for each of its own in a var.
func register(op Op) *Op {
	ops = append(ops, &op)
	return &op
}

// Ops lists every operation, by group and name.
func Ops() []Op {
	list := make([]Op, len(ops))
	for i, op := range ops {
		list[i] = *op
	}
	slices.SortFunc(list, func(a, b Op) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// args is what fills an operation.
type args struct {
	params      map[string]string
	query       url.Values
	body        any    // encoded by Encode; nil: none
	raw         []byte // instead of body
	contentType string
	header      http.Header
	once        bool // no second try, whatever happens
}

// do performs an operation and decodes its answer.
func do[T any](ctx context.Context, c Caller, op *Op, a args) (T, error) {
	var out T
	resp, err := send(ctx, c, op, a)
	if err != nil || len(resp.Body) == 0 {
		return out, err
	}
	if err := Decode(resp.Body, &out); err != nil {
		return out, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
	}
	return out, nil
}

// send performs an operation.
func send(ctx context.Context, c Caller, op *Op, a args) (*ibkr.Response, error) {
	body := a.raw
	if a.body != nil {
		var err error
		if body, err = Encode(a.body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
		}
	}
	return c.Call(ctx, ibkr.Call{
		Service: op.Service, Method: op.Method, Path: op.Path, Params: a.params, Query: a.query,
		Header: a.header, Body: body, ContentType: a.contentType, Urgency: op.Urgency, MayBeEmpty: op.MayBeEmpty, Once: a.once,
		Slow: op.Slow,
	})
}
