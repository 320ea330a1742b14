package management_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"encoding/json"

	"github.com/getkin/kin-openapi/openapi3"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
)

func bytesOf(b []byte) io.Reader { return bytes.NewReader(b) }

func request(method, target, body string) *web.Request {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	return &web.Request{Method: method, Path: u.Path, Query: u.Query(), Header: http.Header{}, Body: []byte(body)}
}

// document is IBKR's OpenAPI document, nil when it is not at hand.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "shared", "ibkr", "openapi.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil //nolint:nilnil // no document is not an error
	}
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		mend(doc)
	}
	return doc, err
})

// mend takes out what the document's own examples contradict.
func mend(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	for _, name := range []string{"InstructionResult", "PollingInstructionResult"} {
		// Not all kinds and statuses are listed: WITHDRAWAL is not.
		schemas[name].Value.Properties["instructionType"].Value.Enum = nil
		schemas[name].Value.Properties["instructionStatus"].Value.Enum = nil
	}
	// A list in the examples, an object in the schema.
	anything := openapi3.NewSchemaRef("", openapi3.NewSchema())
	schemas["ArrayNode"].Value.Type = nil
	schemas["QueryRecentInstructionResult"].Value.AllOf[1].Value.Properties["instructionHistory"].Value.Properties["result"] = anything
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, answer := range op.Responses.Map() {
				for _, media := range answer.Value.Content {
					// Exactly one of two, of which neither requires anything.
					if s := media.Schema; s != nil && s.Value != nil && len(s.Value.OneOf) > 0 {
						s.Value.AnyOf, s.Value.OneOf = append(s.Value.AnyOf, s.Value.OneOf...), nil
					}
				}
			}
		}
	}
}

// conforms holds an answer against the document.
func conforms(t testing.TB, method, pattern string, reply web.Reply, text []byte) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil || reply.Status == http.StatusNotImplemented {
		return
	}
	op := doc.Paths.Value(management.Prefix + pattern).GetOperation(method)
	answer := op.Responses.Status(reply.Status)
	if answer == nil {
		t.Errorf("%s %s: the document has no status %d", method, pattern, reply.Status)
		return
	}
	kind := reply.ContentType
	if kind == "" {
		kind = "application/json"
	}
	media := answer.Value.Content[kind]
	if media == nil && len(answer.Value.Content) == 0 {
		return // a problem that the document does not describe
	}
	if media == nil {
		t.Errorf("%s %s %d: the document has no %s", method, pattern, reply.Status, kind)
		return
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if err := media.Schema.Value.VisitJSON(v, openapi3.MultiErrors()); err != nil {
		t.Errorf("%s %s %d: %v\n%s", method, pattern, reply.Status, err, text)
	}
}

// Every operation of the document has a route and the document's scopes, and
// none has more.
func TestEveryOperation(t *testing.T) {
	for _, route := range management.Routes.All {
		if management.Scopes[route.Methods+" "+route.Pattern] == nil {
			t.Errorf("%s %s has no scope", route.Methods, route.Pattern)
		}
	}
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil {
		t.Skip("IBKR's OpenAPI document is not at hand")
	}
	known := 0
	for path, item := range doc.Paths.Map() {
		pattern, ours := strings.CutPrefix(path, management.Prefix)
		if !ours || strings.HasPrefix(pattern, "/sso") {
			continue
		}
		for method, op := range item.Operations() {
			known++
			name := method + " " + pattern
			if route, _ := management.Routes.Find(method, pattern); route == nil || route.Pattern != pattern {
				t.Errorf("%s has no route", name)
			}
			var scopes []string
			for i, part := range strings.Split(op.Description, "`") {
				if i%2 == 1 && strings.Contains(part, ".") && !slices.Contains(scopes, part) {
					scopes = append(scopes, part)
				}
			}
			if len(scopes) > 0 && !slices.Equal(scopes, management.Scopes[name]) {
				t.Errorf("%s: scopes %v, the document has %v", name, management.Scopes[name], scopes)
			}
		}
	}
	if known != len(management.Routes.All) || known != len(management.Scopes) {
		t.Errorf("%d operations, %d routes, %d scopes", known, len(management.Routes.All), len(management.Scopes))
	}
}
