package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"gannet/broker/ibkr"
)

func document(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := repaired()
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("IBKR's OpenAPI document is not at hand")
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var repaired = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "ibkr", "openapi.json"))
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		repair(doc)
	}
	return doc, err
})

// repair takes contradictions out of the document.
func repair(doc *openapi3.T) {
	// A number that is one of three texts.
	account := doc.Components.Schemas["AchInstruction"].Value.Properties["clientAccountInfo"].Value
	account.Properties["bankAccountTypeCode"].Value.Enum = nil
	// Exactly one of several kinds of instruction, of which one kind has all
	// that another asks for; instructionType decides.
	for path, item := range doc.Paths.Map() {
		if !strings.HasPrefix(path, "/gw/") || item.Post == nil || item.Post.RequestBody == nil {
			continue
		}
		if media := item.Post.RequestBody.Value.Content["application/json"]; media != nil {
			if one := media.Schema.Value.Properties["instruction"]; one != nil {
				one.Value.AnyOf, one.Value.OneOf = append(one.Value.AnyOf, one.Value.OneOf...), nil
			}
		}
	}
}

var managedPrefix = map[ibkr.Service]string{ibkr.Management: "/gw/api/v1", ibkr.Token: "/oauth2/api/v1"}

// managedOps are the operations of account management, by Group.Name.
func managedOps() map[string]Op {
	list := map[string]Op{}
	for _, op := range Ops() {
		if op.Service != ibkr.Trading {
			list[op.Group+"."+op.Name] = op
		}
	}
	return list
}

// Every operation of account management that the document has can be called.
func TestManagedComplete(t *testing.T) {
	have := map[string]bool{}
	for name, op := range managedOps() {
		have[op.Method+" "+managedPrefix[op.Service]+op.Path] = true
		if samples[name] == nil {
			t.Errorf("%s has no sample", name)
		}
		group, ok := reflect.TypeFor[API]().FieldByName(op.Group)
		if !ok {
			t.Errorf("%s: no group %s", name, op.Group)
		} else if _, ok := group.Type.MethodByName(op.Name); !ok {
			t.Errorf("%s: no method", name)
		}
	}
	known := 0
	for path, item := range document(t).Paths.Map() {
		for method := range item.Operations() {
			if strings.HasPrefix(path, "/gw/") || strings.HasPrefix(path, "/oauth2/") {
				known++
				if !have[method+" "+path] {
					t.Errorf("missing: %s %s", method, path)
				}
			}
		}
	}
	if len(have) != known {
		t.Errorf("%d operations, the document has %d", len(have), known)
	}
	t.Logf("%d operations", known)
}

// exampleOf is an answer of the document to an operation.
func exampleOf(op *openapi3.Operation) reply {
	for _, status := range []string{"200", "201", "202"} {
		response := op.Responses.Value(status)
		if response == nil || response.Value.Content["application/json"] == nil {
			continue
		}
		a := reply{status: 200 + int(status[2]-'0'), contentType: "application/json; charset=utf-8", body: "{}"}
		examples := response.Value.Content["application/json"].Examples
		for _, name := range slices.Sorted(maps.Keys(examples)) {
			b, err := json.Marshal(examples[name].Value.Value)
			if err == nil && !strings.Contains(string(b), `"success":false`) {
				a.body = string(b)
			}
		}
		return a
	}
	return reply{status: 200, contentType: "application/json", body: "{}"}
}

// Each operation sends what the document describes: method, path, query, body
// and content type.
func TestManagedRequests(t *testing.T) {
	doc := document(t)
	for name, op := range managedOps() {
		t.Run(name, func(t *testing.T) {
			path := managedPrefix[op.Service] + op.Path
			item := doc.Paths.Value(path)
			a := exampleOf(item.GetOperation(op.Method))
			if op.Group == "Reports" {
				a.body = `{"data":{"encoding":"base64","value":"YWJj","mimeType":"text/html","gzip":false}}`
				if strings.HasPrefix(op.Name, "Available") {
					a.body = `{"data":{"dataType":"String","value":{}}}`
				}
				if op.Name == "AvailableTradeConfirmations" {
					a.body = `{"data":{"dataType":"String","value":["20260102"]}}`
				}
			}
			b := newBureau(t, func(*http.Request) reply { return a })
			if err := samples[name](t.Context(), b.api); err != nil {
				t.Fatal(err)
			}
			hits := b.taken()
			if len(hits) != 1 || hits[0].method != op.Method || hits[0].request.Header.Get("User-Agent") == "" {
				t.Fatalf("requests %v", hits)
			}
			check(t, doc, path, item, item.GetOperation(op.Method), hits[0])
		})
	}
}

// objectQueries are parameters that the document describes as one that holds
// an object in the form name=key,value,key,value. The servers take the fields
// as parameters of their own (startDate=2022-03-01&endDate=2024-10-31), so
// only the fields are held against the document.
var objectQueries = []string{"loginMessageRequest", "accountStatusRequest", "requestDetails", "requiredFormsRequest"}

// check holds a request against the document.
func check(t *testing.T, doc *openapi3.T, path string, item *openapi3.PathItem, op *openapi3.Operation, h hit) {
	t.Helper()
	r := h.request
	params := map[string]string{"client-id": "in no path, though the document wants it"}
	pattern, got := strings.Split(path, "/"), strings.Split(h.path, "/")
	if len(pattern) != len(got) {
		t.Fatalf("path %s, want %s", h.path, path)
	}
	for i, part := range pattern {
		if !strings.HasPrefix(part, "{") {
			if part != got[i] {
				t.Fatalf("path %s, want %s", h.path, path)
			}
			continue
		}
		params[strings.Trim(part, "{}")] = got[i]
	}
	params["type"] = params["enumerationType"] // the document's other name for it
	for _, p := range op.Parameters {
		if slices.Contains(objectQueries, p.Value.Name) {
			visit(t, p.Value.Schema, object(r.URL.Query(), p.Value.Schema.Value))
			op = without(op, p)
		}
	}
	r.Header.Set("Authorization", "Bearer t") // the login's part
	r.Body = http.NoBody
	bare := *op
	bare.Security, op = openapi3.NewSecurityRequirements(), &bare // a scheme is named that is nowhere
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params,
		Route:   &routers.Route{Spec: doc, Path: path, PathItem: item, Method: h.method, Operation: op},
		Options: &openapi3filter.Options{ExcludeRequestBody: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		t.Errorf("%s: %v", h.path, err)
	}
	if op.RequestBody == nil {
		if h.body != "" {
			t.Errorf("body %q, want none", h.body)
		}
		return
	}
	media := op.RequestBody.Value.Content[r.Header.Get("Content-Type")]
	if media == nil {
		t.Fatalf("content type %q is not one of the document", r.Header.Get("Content-Type"))
	}
	if strings.HasPrefix(path, "/oauth2") {
		if form, err := url.ParseQuery(h.body); err != nil || form.Get("grant_type") != "client_credentials" || form.Get("scope") == "" {
			t.Errorf("form %s, %v", h.body, err)
		}
		return
	}
	checkClaims(t, doc, path, media.Schema, claimsOf(t, h.body))
}

// checkClaims holds the fields of a JWT against the schema of the body. A body
// that the document calls a text is held against the JSON of its sibling.
func checkClaims(t *testing.T, doc *openapi3.T, path string, schema *openapi3.SchemaRef, claims map[string]json.RawMessage) {
	t.Helper()
	life := fmt.Sprint(testNow.Unix() + 60)
	if path == "/gw/api/v1/sso-sessions" {
		life = fmt.Sprint(testNow.Unix() + 86400)
	}
	if string(claims["iss"]) != `"client-1"` || string(claims["iat"]) != fmt.Sprint(testNow.Unix()) || string(claims["exp"]) != life {
		t.Errorf("claims iss %s iat %s exp %s", claims["iss"], claims["iat"], claims["exp"])
	}
	for _, name := range []string{"iss", "iat", "exp"} {
		delete(claims, name)
	}
	if schema.Value.Type.Is("string") {
		schema = doc.Components.Schemas["VerifyRequest"]
	}
	visit(t, schema, generic(t, string(marshalled(t, claims))))
	if bulk := strings.TrimSuffix(path, ":bulk"); bulk != path {
		// Nothing is said of the instructions of a set; each has to be as one
		// that is sent alone.
		var list []json.RawMessage
		if err := json.Unmarshal(claims["instructions"], &list); err != nil || len(list) == 0 {
			t.Fatalf("instructions %s: %v", claims["instructions"], err)
		}
		alone := doc.Paths.Value(bulk).Post.RequestBody.Value.Content["application/json"].Schema
		for _, one := range list {
			visit(t, alone, generic(t, `{"instructionType":`+string(claims["instructionType"])+`,"instruction":`+string(one)+`}`))
		}
	}
}

func marshalled(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func visit(t *testing.T, schema *openapi3.SchemaRef, value any) {
	t.Helper()
	if err := schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		t.Errorf("%v does not fit: %v", value, err)
	}
}

// object turns query parameters back into an object.
func object(query url.Values, schema *openapi3.Schema) any {
	out := map[string]any{}
	for name := range query {
		var v any = query.Get(name)
		if p := schema.Properties[name]; p != nil && !p.Value.Type.Is("string") {
			switch text := query.Get(name); {
			case p.Value.Type.Is("array"):
				v = strings.Split(text, ",")
			default:
				if err := json.Unmarshal([]byte(text), &v); err != nil {
					return err
				}
			}
			b, err := json.Marshal(v)
			if err != nil || json.Unmarshal(b, &v) != nil {
				return err
			}
		}
		out[name] = v
	}
	return out
}

func without(op *openapi3.Operation, p *openapi3.ParameterRef) *openapi3.Operation {
	less := *op
	less.Parameters = slices.DeleteFunc(slices.Clone(op.Parameters), func(one *openapi3.ParameterRef) bool { return one == p })
	return &less
}

// kindsOf are the types of instructions by their name in requests.
var kindsOf = map[string]func() any{
	"ACH_INSTRUCTION": func() any { return new(ACHInstruction) },
	"TRADITIONAL_BANK_INSTRUCTION_VERIFICATION": func() any { return new(TraditionalBankInstructionVerification) },
	"DELETE_BANK_INSTRUCTION":                   func() any { return new(DeleteBankInstruction) },
	"PREDEFINED_DESTINATION_INSTRUCTION":        func() any { return new(PredefinedDestinationInstruction) },
	"EDDA_INSTRUCTION":                          func() any { return new(EDDAInstruction) },
	"QUERY_BANK_INSTRUCTION":                    func() any { return new(QueryBankInstruction) },
	"QUERY_RECENT_RECURRING_EVENTS":             func() any { return new(QueryRecentRecurringEvents) },
	"QUERY_RECURRING_INSTRUCTIONS":              func() any { return new(QueryRecurringInstructions) },
	"DEPOSIT":                                   func() any { return new(DepositFundsInstruction) },
	"WITHDRAWAL":                                func() any { return new(WithdrawFundsInstruction) },
	"QUERY_WITHDRAWABLE_FUNDS":                  func() any { return new(QueryWithdrawableFunds) },
	"QUERY_IRA_CONTRIBUTIONS":                   func() any { return new(QueryIRAContributions) },
	"FOP":                                       func() any { return new(FOPInstruction) },
	"DWAC":                                      func() any { return new(DWACInstruction) },
	"COMPLEX_ASSET_TRANSFER":                    func() any { return new(ComplexAssetTransferInstruction) },
	"EXTERNAL_POSITION_TRANSFER":                func() any { return new(ExternalPositionTransfer) },
	"INTERNAL_CASH_TRANSFER":                    func() any { return new(InternalCashTransferInstruction) },
	"INTERNAL_POSITION_TRANSFER":                func() any { return new(InternalPositionTransferInstruction) },
	"CANCEL_INSTRUCTION":                        func() any { return new(CancelInstruction) },
	"QUERY_RECENT_INSTRUCTIONS":                 func() any { return new(QueryRecentInstructions) },
	"QUERY_WITHDRAWABLE_CASH_EQUITY":            func() any { return new(QueryWithdrawableCashEquity) },
}

// A type of its own can say every instruction that the document shows, down to
// the last field.
func TestInstructionKinds(t *testing.T) {
	seen := map[string]int{}
	for path, item := range document(t).Paths.Map() {
		if !strings.HasPrefix(path, "/gw/") || item.Post == nil || item.Post.RequestBody == nil {
			continue
		}
		media := item.Post.RequestBody.Value.Content["application/json"]
		if media == nil {
			continue
		}
		for name, example := range media.Examples {
			var body instructionBody
			if err := Decode(marshalled(t, example.Value.Value), &body); err != nil || body.Type.IsZero() {
				continue
			}
			for _, raw := range append(body.Instructions, body.Instruction) {
				if len(raw) == 0 {
					continue
				}
				kind := body.Type.String()
				seen[kind]++
				v := kindsOf[kind]()
				lossless(t, path+" "+name, raw, v)
			}
		}
	}
	for kind, n := range kindsOf {
		if seen[kind] == 0 {
			t.Errorf("no example of %s (%T)", kind, n())
		}
	}
}

// lossless decodes text into v, which has a name for all of it, and back.
func lossless(t *testing.T, what string, text []byte, v any) {
	t.Helper()
	if err := Decode(text, v); err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if unnamed := unnamedIn(reflect.ValueOf(v)); len(unnamed) > 0 {
		t.Errorf("%s: %T does not name %v", what, v, unnamed)
	}
	back, err := Encode(v)
	if err != nil || !reflect.DeepEqual(generic(t, string(back)), generic(t, string(text))) {
		t.Errorf("%s:\nin  %s\nout %s\n%v", what, text, back, err)
	}
}

// unnamedIn lists the fields that Extra keeps, at any depth.
func unnamedIn(v reflect.Value) (names []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return unnamedIn(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			names = append(names, unnamedIn(v.Index(i))...)
		}
	case reflect.Struct:
		if extra, ok := v.Interface().(Extra); ok {
			return slices.Sorted(maps.Keys(extra.Fields()))
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				names = append(names, unnamedIn(v.Field(i))...)
			}
		}
	}
	return names
}

// Each answer that the document shows is read whole.
func TestManagedAnswers(t *testing.T) {
	read := 0
	for path, item := range document(t).Paths.Map() {
		for method, op := range item.Operations() {
			if !strings.HasPrefix(path, "/gw/") {
				continue
			}
			for status, response := range op.Responses.Map() {
				if status >= "300" || response.Value.Content["application/json"] == nil {
					continue
				}
				for name, example := range response.Value.Content["application/json"].Examples {
					text := marshalled(t, example.Value.Value)
					var v any = new(InstructionAnswer)
					switch {
					case bytes.Contains(text, []byte(`"instructionResults"`)):
						v = new(BulkAnswer)
					case strings.Contains(path, "/restrictions"):
						v = new(RestrictionReceipt)
					case strings.Contains(path, "/enumerations"):
						v = new(BrokerList)
					case strings.Contains(path, "/participating"):
						v = new(BankList)
					}
					lossless(t, method+" "+path+" "+name, text, v)
					read++
				}
			}
		}
	}
	if read < 40 {
		t.Errorf("read %d answers only", read)
	}
}
