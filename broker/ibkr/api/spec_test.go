package api_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// A specimen calls one operation with realistic arguments. An operation may have
// several, one for each form of request worth checking.
type specimen struct {
	op   string // Group.Name
	call func(ctx context.Context, a *api.API) error
}

var samples []specimen

// sample registers a sample. Files of samples call it from init.
func sample(op string, call func(ctx context.Context, a *api.API) error) {
	samples = append(samples, specimen{op, call})
}

// sent drops the answer of a method: a sample is about its request.
func sent[T any](_ T, err error) error { return err }

// offSpec says why the n-th sample of an operation (from 1) does not fit the
// document. The wire decides; a sample that fits after all fails the test.
var offSpec = map[string]string{}

// unlisted says why an example answer of the document cannot be read by its
// operation's type, by operation and the example's name.
var unlisted = map[string]string{}

// servicePaths are the prefixes with which the document writes a service.
var servicePaths = map[ibkr.Service]string{ibkr.Trading: "", ibkr.Management: "/gw/api/v1", ibkr.Token: "/oauth2/api/v1"}

func specPath(s ibkr.Service, path string) string { return servicePaths[s] + path }

// loadSpec reads IBKR's OpenAPI document, repaired where it contradicts itself.
func loadSpec(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "ibkr", "openapi.json")
	if _, err := os.Stat(path); err != nil {
		t.Skip("IBKR's OpenAPI document is not at hand")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	repair(doc)
	if err := doc.Validate(t.Context(), openapi3.DisableExamplesValidation(), openapi3.AllowExtraSiblingFields("extensions")); err != nil {
		t.Fatalf("the document after its repairs: %v", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// Every operation of the document has a method, and every method is of the
// document or says why it is not.
func TestEveryOperation(t *testing.T) {
	doc, _ := loadSpec(t)
	have := map[string]bool{}
	for _, op := range api.Ops() {
		path := specPath(op.Service, op.Path)
		key := op.Method + " " + path
		if have[key] {
			t.Errorf("%s.%s: %s has two methods", op.Group, op.Name, key)
		}
		have[key] = true
		item := doc.Paths.Value(path)
		known := item != nil && item.GetOperation(op.Method) != nil
		if known == (op.NotSpec != "") {
			t.Errorf("%s.%s: %s: in the document: %v, NotSpec: %q", op.Group, op.Name, key, known, op.NotSpec)
		}
	}
	total := 0
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			total++
			if key := method + " " + path; !have[key] {
				t.Errorf("%s has no method", key)
			}
		}
	}
	if total < 100 {
		t.Fatalf("%d operations in the document", total)
	}
	t.Logf("%d operations in the document, %d methods", total, len(have))
}

// recorder is a Caller that answers with body and notes what was asked.
type recorder struct {
	calls []ibkr.Call
	body  []byte
}

var errStopped = errors.New("stopped by the test")

func (r *recorder) Call(_ context.Context, call ibkr.Call) (*ibkr.Response, error) {
	if len(r.calls) == 3 {
		return nil, errStopped
	}
	r.calls = append(r.calls, call)
	return &ibkr.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: r.body}, nil
}

// run performs a sample and returns the one call that it must make.
func (s *specimen) run(t *testing.T, body []byte) (ibkr.Call, error) {
	t.Helper()
	r := &recorder{body: body}
	err := s.call(t.Context(), api.New(r))
	if len(r.calls) != 1 {
		t.Fatalf("%s: %d calls (%v), want 1", s.op, len(r.calls), err)
	}
	return r.calls[0], err
}

func opsByName() map[string]api.Op {
	byName := map[string]api.Op{}
	for _, op := range api.Ops() {
		byName[op.Group+"."+op.Name] = op
	}
	return byName
}

// Every request that a method builds is one that the document allows.
func TestRequestsMatchSpec(t *testing.T) {
	_, router := loadSpec(t)
	byName, count := opsByName(), map[string]int{}
	for _, s := range samples {
		count[s.op]++
		name := fmt.Sprintf("%s#%d", s.op, count[s.op])
		t.Run(name, func(t *testing.T) {
			op, ok := byName[s.op]
			if !ok {
				t.Fatalf("no operation %s", s.op)
			}
			call, err := s.run(t, nil)
			if err != nil {
				t.Fatal(err)
			}
			if call.Service != op.Service || call.Method != op.Method || call.Path != op.Path || call.Urgency != op.Urgency {
				t.Fatalf("called %s %s, want %s %s", call.Method, call.Path, op.Method, op.Path)
			}
			if op.NotSpec != "" {
				return
			}
			err = validate(t.Context(), router, httpRequest(t, &call), specPath(op.Service, op.Path))
			switch reason := offSpec[name]; {
			case err != nil && reason == "":
				t.Errorf("the document does not allow it: %v", err)
			case err == nil && reason != "":
				t.Errorf("fits the document after all; off the list with %q", reason)
			}
		})
	}
	for name := range offSpec {
		op, n, _ := strings.Cut(name, "#")
		if i, err := strconv.Atoi(n); err != nil || i < 1 || i > count[op] {
			t.Errorf("offSpec names %s, which is no sample", name)
		}
	}
}

// What the document forbids is found.
func TestValidationFinds(t *testing.T) {
	_, router := loadSpec(t)
	order := func(body string) ibkr.Call {
		return ibkr.Call{Method: http.MethodPost, Path: "/iserver/account/{accountId}/orders", Params: map[string]string{"accountId": "DU1"}, Body: []byte(body)}
	}
	const good = `{"orders":[{"conid":1,"orderType":"LMT","side":"BUY","tif":"DAY","quantity":1}]}`
	for name, tt := range map[string]struct {
		call ibkr.Call
		ok   bool
	}{
		"good":          {order(good), true},
		"text quantity": {order(strings.Replace(good, `"quantity":1`, `"quantity":"1"`, 1)), false},
		"bad tif":       {order(strings.Replace(good, "DAY", "FOK", 1)), false},
		"no side":       {order(strings.Replace(good, `"side":"BUY",`, "", 1)), false},
		"bare ticket":   {order(`[{"conid":1}]`), false},
		"no body":       {order(""), false},
		"query":         {ibkr.Call{Method: http.MethodGet, Path: "/iserver/account/mta", Query: url.Values{"x": {"1"}}}, false},
		"no query":      {ibkr.Call{Method: http.MethodGet, Path: "/iserver/watchlist"}, false},
		"body":          {ibkr.Call{Method: http.MethodPost, Path: "/iserver/questions/suppress/reset", Body: []byte("{}")}, false},
	} {
		err := validate(t.Context(), router, httpRequest(t, &tt.call), tt.call.Path)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// httpRequest is a call as the client would send it.
func httpRequest(t *testing.T, call *ibkr.Call) *http.Request {
	t.Helper()
	path := specPath(call.Service, call.Path)
	for name, value := range call.Params {
		filled := strings.ReplaceAll(path, "{"+name+"}", value)
		if filled == path {
			t.Fatalf("parameter %s is not in %s", name, path)
		}
		path = filled
	}
	if strings.Contains(path, "{") {
		t.Fatalf("path %s is not filled", path)
	}
	if len(call.Query) > 0 {
		path += "?" + call.Query.Encode()
	}
	r, err := http.NewRequest(call.Method, "https://api.ibkr.com"+path, bytes.NewReader(call.Body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range call.Header {
		r.Header[name] = values
	}
	if call.Body != nil {
		r.Header.Set("Content-Type", cmp.Or(call.ContentType, "application/json"))
	}
	return r
}

func validate(ctx context.Context, router routers.Router, r *http.Request, want string) error {
	route, params, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	if route.Path != want {
		return fmt.Errorf("goes to %s", route.Path)
	}
	known := map[string]bool{}
	for _, p := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		known[p.Value.In+" "+p.Value.Name] = true
	}
	for name := range r.URL.Query() {
		if !known["query "+name] {
			return fmt.Errorf("the document has no query parameter %s", name)
		}
	}
	if route.Operation.RequestBody == nil && r.ContentLength > 0 {
		return errors.New("the document has no body")
	}
	return openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

// A method without a sample is a request that nothing checks.
func TestEveryMethodHasSample(t *testing.T) {
	have := map[string]bool{}
	for _, s := range samples {
		have[s.op] = true
	}
	for name := range opsByName() {
		if !have[name] {
			t.Errorf("%s has no sample", name)
		}
	}
}

// The document's own examples of answers can be read.
func TestSpecExamples(t *testing.T) {
	doc, _ := loadSpec(t)
	byName, done, read := opsByName(), map[string]bool{}, 0
	for _, s := range samples {
		op := byName[s.op]
		if done[s.op] || op.NotSpec != "" {
			continue
		}
		done[s.op] = true
		for name, body := range examples(t, doc, &op) {
			read++
			_, err := s.run(t, body)
			switch reason := unlisted[s.op+" "+name]; {
			case err != nil && reason == "":
				t.Errorf("%s: example %s: %v", s.op, name, err)
			case err == nil && reason != "":
				t.Errorf("%s: example %s can be read after all; off the list with %q", s.op, name, reason)
			}
		}
	}
	t.Logf("%d examples read", read)
}

// examples are the document's good JSON answers of an operation, by name.
func examples(t *testing.T, doc *openapi3.T, op *api.Op) map[string][]byte {
	t.Helper()
	list := map[string][]byte{}
	spec := doc.Paths.Value(specPath(op.Service, op.Path)).GetOperation(op.Method)
	for status, answer := range spec.Responses.Map() {
		media := answer.Value.Content.Get("application/json")
		if !strings.HasPrefix(status, "2") || media == nil {
			continue
		}
		values := map[string]any{"example": media.Example}
		for name, example := range media.Examples {
			values[name] = example.Value.Value
		}
		for name, value := range values {
			body, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if value != nil {
				list[status+" "+name] = body
			}
		}
	}
	return list
}
