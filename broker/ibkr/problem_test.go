package ibkr

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"gannet/broker"
)

const problemType = "application/problem+json"

// Each way in which account management says no means what it should: the kind
// decides whether a caller asks again, the text what a person reads.
func TestManagedErrors(t *testing.T) {
	for _, tt := range []struct {
		name        string
		status      int
		contentType string
		body        string
		kind        Kind // 0: a good answer
		text        string
	}{
		{"field", 400, problemType, `{"type":"/invalid-argument","title":"Bad Request","status":400,"detail":"Input validation failed","invalidArguments":[{"field":"userName","description":"Missing required parameter"}]}`,
			KindRefused, "Bad Request: Input validation failed; userName: Missing required parameter"},
		{"expired", 401, problemType, `{"type":"/simple","title":"Unauthorized","status":401,"detail":"Access token expired"}`, KindUnauthorized, "Unauthorized: Access token expired"},
		{"not for this account", 402, problemType, `{"title":"Unauthorized","detail":"The request cannot be fulfilled for the account"}`, KindRefused, "cannot be fulfilled"},
		{"scope", 403, problemType, `{"title":"Forbidden","detail":"Insufficient scope"}`, KindRefused, "Insufficient scope"},
		{"edge", 403, "text/html", `<html><h1>Access Denied</h1></html>`, KindRefused, "Access Denied"},
		{"no such instruction", 404, problemType, `{"title":"Not found","detail":"No such instruction found"}`, KindNotFound, "No such instruction found"},
		{"no such path", 404, "text/html", `<html><body><h1>Resource not found</h1></body></html>`, KindNotFound, "Resource not found"},
		{"media", 415, "application/json", `{"hasError":true,"errorDescription":"Unsupported"}`, KindRefused, "Unsupported"},
		{"business", 422, problemType, `{"type":"/simple","title":"Business Error","status":422,"instructionSetId":-8,"instructionResult":{"error":{"errorCode":"CORRUPT_DATA_INVALID_ACCT","errorMessage":"Account U39 does not exist"}}}`,
			KindRefused, "Business Error; CORRUPT_DATA_INVALID_ACCT: Account U39 does not exist"},
		{"paced", 429, problemType, `{"title":"Too Many Requests"}`, KindPaced, "Too Many Requests"},
		{"server", 500, problemType, `{"title":"Internal Server Error","status":500}`, KindTemporary, "Internal Server Error"},
		{"away", 503, "text/html", ``, KindTemporary, ""},
		{"login page", 302, "text/html", `<a>moved</a>`, KindUnauthorized, "moved"},
		{"error in a good answer", 200, "application/json", `{"hasError":true,"errorDescription":"Account is closed","error":null}`, KindRefused, "Account is closed"},
		{"text in a good answer", 200, "application/json", `{"error":"no such account"}`, KindRefused, "no such account"},
		{"error in an error", 200, "application/json", `{"error":{"hasError":"true","errorDescription":"inner"}}`, KindRefused, "inner"},
		{"no error", 200, "application/json", `{"error":null,"hasError":false,"accountId":"U1"}`, 0, ""},
		{"false error", 200, "application/json", `{"error":false}`, 0, ""},
		{"list", 200, "application/json", `[1]`, 0, ""},
		{"report", 200, "application/pdf", `%PDF`, 0, ""},
		{"page for an answer", 200, "text/html", `<html>Log in</html>`, KindMalformed, "Log in"},
		{"half an answer", 202, "application/json", `{"status":2`, KindMalformed, ""},
		{"empty", 202, "application/json", ``, KindMalformed, ""},
		{"nothing", 204, "", ``, 0, ""},
		{"wrong types", 400, problemType, `{"title":[1],"invalidArguments":{},"instructionSetId":"x","detail":"still read"}`, KindRefused, "still read"},
		{"no object", 400, problemType, `7`, KindRefused, "7"},
	} {
		err := inspect(&request{method: "POST", pattern: "/x", service: Management}, tt.status, tt.contentType, []byte(tt.body))
		var e *Error
		if tt.kind == 0 {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Text, tt.text) || !e.Sent || e.Status != tt.status {
			t.Errorf("%s: %v, want %s %q", tt.name, err, tt.kind, tt.text)
		}
		if again := tt.kind == KindTemporary || tt.kind == KindPaced; errors.Is(err, broker.ErrTemporary) != again {
			t.Errorf("%s: passes: %v", tt.name, !again)
		}
	}
}

// Nothing of a problem is lost to the caller.
func TestProblem(t *testing.T) {
	body := `{"type":"/invalid-argument","title":"T","detail":"D","instance":"/i","instructionSetId":-1988905739,"instructionResult":{"instructionId":7},"invalidArguments":[{"field":"a","description":"b"},{"field":"c"}],"more":1}`
	err := inspect(&request{service: Management}, http.StatusForbidden, problemType, []byte(body))
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatal(err)
	}
	if p.Type != "/invalid-argument" || p.Title != "T" || p.Detail != "D" || p.Instance != "/i" || p.InstructionSetID != -1988905739 ||
		string(p.InstructionResult) != `{"instructionId":7}` || string(p.Body) != body || len(p.InvalidArguments) != 2 ||
		p.InvalidArguments[0] != (InvalidArgument{"a", "b"}) {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(err.Error(), "D") || !strings.Contains(err.Error(), "/invalid-argument") {
		t.Error(err)
	}
	many := `{"invalidArguments":[` + strings.Repeat(`{},`, 10_000) + `{}]}`
	if p := readProblem([]byte(many)); len(p.InvalidArguments) != maxArguments {
		t.Errorf("%d arguments", len(p.InvalidArguments))
	}
}

// An expired token is a problem in trading, too, and never an unknown account.
func TestProblemInTrading(t *testing.T) {
	r := &request{method: "GET", pattern: "/portfolio/{accountId}/ledger"}
	err := inspect(r, 401, problemType, []byte(`{"type":"/simple","title":"Unauthorized","status":401,"detail":"Access token expired"}`))
	var p *Problem
	if kindOf(err) != KindUnauthorized || !errors.As(err, &p) || p.Detail != "Access token expired" {
		t.Error(err)
	}
}

func FuzzProblem(f *testing.F) {
	f.Add(`{"title":"T","detail":"D","invalidArguments":[{"field":"a"}],"instructionSetId":-1,"instructionResult":{"error":{"errorCode":"A"}}}`)
	f.Add(`{"hasError":true,"error":{"error":{}}}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, status := range []int{200, 400, 500} {
			err := inspect(&request{service: Management}, status, problemType, []byte(body))
			var e *Error
			if status >= 400 && !errors.As(err, &e) {
				t.Fatalf("%d %q is a good answer", status, body)
			}
			if errors.As(err, &e) && len(e.Text) > maxErrorText+3 {
				t.Fatalf("text of %d bytes", len(e.Text))
			}
		}
		if p := readProblem([]byte(body)); p != nil && len(p.InvalidArguments) > maxArguments {
			t.Fatal(len(p.InvalidArguments))
		}
	})
}
