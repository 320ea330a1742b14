package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/broker"
	"gannet/broker/ibkr"
)

const problemType = "application/problem+json"

// desk is a caller without a network.
type desk struct {
	calls []ibkr.Call
	says  func(n int, call ibkr.Call) (*ibkr.Response, error)
}

func (d *desk) Call(_ context.Context, call ibkr.Call) (*ibkr.Response, error) {
	d.calls = append(d.calls, call)
	return d.says(len(d.calls), call)
}

func good(status int, body string) (*ibkr.Response, error) {
	return &ibkr.Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}, nil
}

// Without a signer the client's login signs, with the content type that IBKR
// prints; with one, what is sent is signed already.
func TestWhoSigns(t *testing.T) {
	d := &desk{says: func(int, ibkr.Call) (*ibkr.Response, error) { return good(200, `{"success":true}`) }}
	if _, err := New(d).Restrictions.Apply(t.Context(), closing); err != nil {
		t.Fatal(err)
	}
	c := d.calls[0]
	if !c.Signed || c.ContentType != "text/plain" || c.Service != ibkr.Management || !bytes.Contains(c.Body, []byte(`"requestId":127`)) ||
		bytes.Contains(c.Body, []byte("exp")) {
		t.Errorf("%+v %s", c, c.Body)
	}
	if _, err := New(d).SSO.Session(t.Context(), SSOSessionRequest{Credential: texts("u")}); err != nil {
		t.Fatal(err)
	}
	if c := d.calls[1]; !c.Signed || !bytes.Contains(c.Body, []byte(`"exp":`)) {
		t.Errorf("%+v %s", c, c.Body)
	}
	broken := New(d, WithSigner(signerFunc(func(map[string]any) (string, error) { return "", errors.New("no key") })))
	if _, err := broken.Echo.SignedJWT(t.Context()); err == nil || !strings.Contains(err.Error(), "Echo.SignedJWT: no key") || OutcomeUnknown(err) {
		t.Error(err)
	}
	if len(d.calls) != 2 {
		t.Error("something unsigned was sent")
	}
}

type signerFunc func(map[string]any) (string, error)

func (f signerFunc) SignJWT(claims map[string]any) (string, error) { return f(claims) }

// Money goes into the JWT digit by digit.
func TestAmountsAreExact(t *testing.T) {
	b := newBureau(t, always(202, "application/json", `{"status":202,"instructionSetId":-1}`))
	move := cashMove
	move.Amount = dec("12345678901234567890.0123456789")
	if _, err := b.api.CashTransfers.Internal(t.Context(), move); err != nil {
		t.Fatal(err)
	}
	if claims := claimsOf(t, b.taken()[0].body); !bytes.Contains(claims["instruction"], []byte(`"amount":12345678901234567890.0123456789,`)) {
		t.Errorf("%s", claims["instruction"])
	}
}

// IBKR says by the status whether an instruction is done, queued, mixed or the
// first of several.
func TestInstructionStatuses(t *testing.T) {
	for _, tt := range []struct {
		status  int
		state   string
		settled bool
		reused  bool
	}{
		{200, "PENDING", false, false}, {201, "PROCESSED", true, false}, {202, "PENDING", false, false},
		{208, "REJECTED", true, true}, {200, "PENDING_VERIFICATION", true, false}, {200, "SOMETHING_NEW", false, false},
	} {
		b := newBureau(t, always(tt.status, "application/json",
			`{"status":1,"instructionSetId":-1988905739,"instructionResult":{"clientInstructionId":1012983,"instructionStatus":"`+tt.state+`"}}`))
		a, err := b.api.Instructions.ByClientID(t.Context(), 1012983)
		if err != nil || a.HTTPStatus != tt.status || a.State() != tt.state || a.Settled() != tt.settled || a.Reused() != tt.reused {
			t.Errorf("%d %s: %+v, %v", tt.status, tt.state, a, err)
		}
		if set, ok := a.InstructionSetID.Int(); !ok || set != -1988905739 {
			t.Errorf("set %s", a.InstructionSetID)
		}
	}
}

// Each instruction of a set has a fate of its own.
func TestBulk(t *testing.T) {
	b := newBureau(t, always(207, "application/json", `{"status":207,"instructionSetId":912839128309,"instructionResults":[
		{"status":202,"instructionResult":{"clientInstructionId":1,"instructionStatus":"PENDING"}},
		{"status":422,"title":"Business Error","instructionResult":{"clientInstructionId":2,"instructionStatus":"REJECTED","error":{"errorCode":"X","errorMessage":"Y"}}},
		{"status":400,"title":"Bad Request","invalidArguments":[{"field":"sourceAccountId","description":"Missing required parameter"}]},
		{"status":201,"instructionResult":{"clientInstructionId":4,"instructionStatus":"PROCESSED"}}]}`))
	a, err := b.api.CashTransfers.InternalBulk(t.Context(), []InternalCashTransferInstruction{cashMove})
	if err != nil || a.HTTPStatus != 207 || len(a.Results) != 4 || a.Settled() {
		t.Fatalf("%+v, %v", a, err)
	}
	if id, ok := a.InstructionSetID.Int(); !ok || id != 912839128309 {
		t.Error(a.InstructionSetID)
	}
	for i, want := range []struct{ refused, settled bool }{{false, false}, {true, true}, {true, true}, {false, true}} {
		if got := a.Results[i]; got.Refused() != want.refused || got.Settled() != want.settled {
			t.Errorf("item %d: %+v", i, got)
		}
	}
	if a.Results[1].Result.Error.ErrorCode.String() != "X" || a.Results[2].InvalidArguments[0].Field.String() != "sourceAccountId" {
		t.Errorf("%+v", a.Results)
	}
	if (BulkAnswer{}).Settled() {
		t.Error("nothing known is settled")
	}
}

// What cannot be looked up later, or IBKR would refuse whole, is not sent.
func TestInstructionsRefusedHere(t *testing.T) {
	b := newBureau(t, always(202, "application/json", `{}`))
	ctx := t.Context()
	for name, send := range map[string]func() error{
		"no id": func() error { return sent(b.api.CashTransfers.Internal(ctx, InternalCashTransferInstruction{})) },
		"id 0": func() error {
			return sent(b.api.Banking.Create(ctx, DeleteBankInstruction{ClientInstructionID: IntOf(0)}))
		},
		"text id": func() error {
			return sent(b.api.Instructions.Cancel(ctx, CancelInstruction{ClientInstructionID: dec("1.5")}))
		},
		"none": func() error { return sent(b.api.Banking.CreateBulk(ctx, nil)) },
		"two kinds": func() error {
			return sent(b.api.CashTransfers.ExternalBulk(ctx, []CashInstruction{withdrawal, DepositFundsInstruction{ClientInstructionID: IntOf(1)}}))
		},
	} {
		if err := send(); err == nil || OutcomeUnknown(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if hits := b.taken(); len(hits) != 0 {
		t.Errorf("sent %v", hits)
	}
}

// A refused instruction has ids and a reason, which the error keeps.
func TestRejected(t *testing.T) {
	b := newBureau(t, always(422, problemType, `{"type":"/simple","title":"Business Error","status":422,"detail":"contains invalid data","instructionSetId":1402,
		"instructionResult":{"clientInstructionId":1013328,"instructionType":"INTERNAL_CASH_TRANSFER","instructionStatus":"REJECTED","instructionId":11132098,
		"error":{"errorCode":"CORRUPT_DATA_INVALID_ACCT","errorMessage":"Account U39 does not exist"}}}`))
	_, err := b.api.CashTransfers.Internal(t.Context(), cashMove)
	a, ok := Rejected(err)
	if !ok || a.HTTPStatus != 422 || a.State() != InstructionRejected || a.Result.Error.ErrorCode.String() != "CORRUPT_DATA_INVALID_ACCT" || OutcomeUnknown(err) {
		t.Errorf("%+v, %v", a, err)
	}
	if !strings.Contains(err.Error(), "Account U39 does not exist") {
		t.Error(err)
	}
	for _, other := range []error{nil, errors.New("x"), &ibkr.Error{Kind: ibkr.KindRefused}, &ibkr.Error{Err: &ibkr.Problem{Body: []byte("{}")}}} {
		if _, ok := Rejected(other); ok {
			t.Errorf("%v tells of an instruction", other)
		}
	}
}

// Money is moved once: a POST whose answer is lost is never repeated, says that
// its outcome is open, and the look-up tells what became of it.
func TestLostAnswer(t *testing.T) {
	lost := map[string]reply{
		"hung up":   {hangUp: true},
		"server":    {status: 500, contentType: problemType, body: `{"title":"Internal Server Error"}`},
		"away":      {status: 503, contentType: "text/html", body: "busy"},
		"no answer": {status: 202, contentType: "application/json", body: ``},
		"garbled":   {status: 202, contentType: "application/json", body: `["202"]`},
	}
	for name, a := range lost {
		b := newBureau(t, func(*http.Request) reply { return a })
		_, err := b.api.CashTransfers.External(t.Context(), withdrawal)
		if !OutcomeUnknown(err) {
			t.Errorf("%s: the outcome is not open: %v", name, err)
		}
		if hits := b.taken(); len(hits) != 1 {
			t.Errorf("%s: sent %d times", name, len(hits))
		}
	}
	for _, clear := range []reply{{status: 400, contentType: problemType, body: `{}`}, {status: 401}, {status: 403}, {status: 422}, {status: 429}} {
		b := newBureau(t, func(*http.Request) reply { return clear })
		if _, err := b.api.CashTransfers.External(t.Context(), withdrawal); err == nil || OutcomeUnknown(err) {
			t.Errorf("%d: the outcome is open: %v", clear.status, err)
		}
	}
}

func TestFate(t *testing.T) {
	for name, tt := range map[string]struct {
		says reply
		want Fate
	}{
		"taken":        {reply{200, "application/json", `{"status":200,"instructionResult":{"instructionStatus":"PENDING"}}`, false}, FateTaken},
		"twice":        {reply{208, "application/json", `{"status":208,"instructionResult":{"instructionStatus":"PROCESSED"}}`, false}, FateReused},
		"absent":       {reply{404, problemType, `{"type":"/simple","title":"Not found","status":404}`, false}, FateAbsent},
		"another path": {reply{404, "text/html", `<h1>Resource not found</h1>`, false}, FateUnknown},
		"away":         {reply{503, "text/html", ``, false}, FateUnknown},
		"forbidden":    {reply{403, problemType, `{"title":"Forbidden"}`, false}, FateUnknown},
	} {
		b := newBureau(t, func(*http.Request) reply { return tt.says })
		_, fate, err := b.api.Instructions.Fate(t.Context(), 7013048)
		if fate != tt.want || (err != nil) != (tt.want == FateUnknown) {
			t.Errorf("%s: fate %d, %v", name, fate, err)
		}
		for _, h := range b.taken() {
			if h.method != http.MethodGet || h.path != "/gw/api/v1/client-instructions/7013048" {
				t.Errorf("%s: %s %s", name, h.method, h.path)
			}
		}
	}
}

// Reads are asked again on passing faults.
func TestManagedReadIsRepeated(t *testing.T) {
	n := 0
	b := newBureau(t, func(*http.Request) reply {
		if n++; n == 1 {
			return reply{status: 503, contentType: "text/html"}
		}
		return reply{status: 200, contentType: "application/json", body: `{"accountId":"U1","status":"O"}`}
	})
	if s, err := b.api.Maintenance.Status(t.Context(), "U1"); err != nil || s.Status.String() != "O" || n != 2 {
		t.Errorf("%+v, %v after %d", s, err, n)
	}
}

// The first look is after ten minutes, as IBKR asks; passing faults and silence
// do not end the waiting, the context does, and what was seen is kept.
func TestAwait(t *testing.T) {
	pending := `{"instructionResult":{"instructionStatus":"PENDING"}}`
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		d := &desk{says: func(n int, _ ibkr.Call) (*ibkr.Response, error) {
			at = append(at, time.Since(start))
			switch n {
			case 1:
				return good(200, pending)
			case 2:
				return nil, &ibkr.Error{Kind: ibkr.KindTemporary, Sent: true}
			}
			return good(200, `{"instructionResult":{"instructionStatus":"PROCESSED"}}`)
		}}
		a, err := New(d).Instructions.Await(t.Context(), 5, Polling{Every: time.Minute})
		if want := "[10m0s 11m0s 12m0s]"; err != nil || a.State() != InstructionProcessed || fmt.Sprint(at) != want {
			t.Errorf("%+v, %v, looked at %v, want %s", a, err, at, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
		defer cancel()
		d := &desk{says: func(int, ibkr.Call) (*ibkr.Response, error) { return good(200, pending) }}
		a, err := New(d).Instructions.Await(ctx, 5, Polling{})
		if !errors.Is(err, context.DeadlineExceeded) || a.State() != InstructionPending || len(d.calls) != 2 {
			t.Errorf("%+v, %v after %d", a, err, len(d.calls))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := &desk{says: func(int, ibkr.Call) (*ibkr.Response, error) {
			return nil, &ibkr.Error{Kind: ibkr.KindRefused, Status: 403}
		}}
		if _, err := New(d).Instructions.Await(t.Context(), 5, Polling{First: time.Second}); err == nil || errors.Is(err, broker.ErrTemporary) || len(d.calls) != 1 {
			t.Errorf("%v after %d", err, len(d.calls))
		}
	})
}

func TestAwaitSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{says: func(n int, call ibkr.Call) (*ibkr.Response, error) {
			if call.Params["instructionSetId"] != "-1988905739" {
				t.Errorf("%+v", call)
			}
			second := map[bool]string{true: "PENDING", false: "PROCESSED"}[n < 3]
			return good(200, `{"instructionResults":[{"status":422},{"status":202,"instructionResult":{"instructionStatus":"`+second+`"}}]}`)
		}}
		a, err := New(d).Instructions.AwaitSet(t.Context(), -1988905739, Polling{First: time.Minute, Every: time.Minute})
		if err != nil || !a.Settled() || len(d.calls) != 3 {
			t.Errorf("%+v, %v after %d", a, err, len(d.calls))
		}
	})
}

// A refusal of restrictions comes with status 200 and success false.
func TestRestrictionsRefused(t *testing.T) {
	b := newBureau(t, always(200, "application/json", `{"success":false,"requestId":127,"message":"Request not previously verified"}`))
	out, err := b.api.Restrictions.Apply(t.Context(), closing)
	var e *ibkr.Error
	if !errors.As(err, &e) || e.Kind != ibkr.KindRefused || e.Text != "Request not previously verified" || out.RequestID.Text() != "127" {
		t.Errorf("%+v, %v", out, err)
	}
}

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What IBKR has to make first may take its time.
func TestReportsAreSlow(t *testing.T) {
	s, a := script(answerForTest{body: `{"data":{"value":"YWJj"}}`})
	for _, ask := range []func() (ReportFile, error){
		func() (ReportFile, error) { return a.Reports.Statements(t.Context(), StatementRequest{}) },
		func() (ReportFile, error) { return a.Reports.TaxDocuments(t.Context(), TaxDocumentRequest{}) },
		func() (ReportFile, error) {
			return a.Reports.TradeConfirmations(t.Context(), TradeConfirmationRequest{})
		},
	} {
		if _, err := ask(); err != nil {
			t.Error(err)
		}
	}
	for _, call := range s.calls {
		if !call.Slow || call.Urgency != ibkr.Read {
			t.Errorf("%s %s: slow %v, urgency %d", call.Method, call.Path, call.Slow, call.Urgency)
		}
	}
}

// A statement arrives as the bytes to save, however it is wrapped.
func TestReports(t *testing.T) {
	long := bytes.Repeat([]byte("<p>statement</p>"), 20_000)
	wrap := func(data []byte, zip bool) string {
		return fmt.Sprintf(`{"data":{"dataType":"String","encoding":"base64","value":"%s","mimeType":"text/html","gzip":%v}}`,
			base64.StdEncoding.EncodeToString(data), zip)
	}
	for name, tt := range map[string]struct {
		contentType, body string
		want              []byte
		mime              string
	}{
		"plain":      {"application/json", wrap(long, false), long, "text/html"},
		"gzip":       {"application/json", wrap(packed(t, long), true), long, "text/html"},
		"pdf":        {"application/pdf", "%PDF-1.7", []byte("%PDF-1.7"), "application/pdf"},
		"empty":      {"application/json", wrap(nil, false), []byte{}, "text/html"},
		"not gzip":   {"application/json", wrap([]byte("x"), true), nil, ""},
		"cut gzip":   {"application/json", wrap(packed(t, long)[:30], true), nil, ""},
		"no base64":  {"application/json", `{"data":{"value":"!"}}`, nil, ""},
		"encoding":   {"application/json", `{"data":{"encoding":"rot13","value":"YWJj"}}`, nil, ""},
		"no data":    {"application/json", `{}`, nil, ""},
		"login page": {"text/html", "<html>Log in</html>", nil, ""},
	} {
		b := newBureau(t, always(200, tt.contentType, tt.body))
		f, err := b.api.Reports.Statements(t.Context(), StatementRequest{AccountID: texts("U1")})
		if tt.want == nil {
			var e *ibkr.Error
			if !errors.As(err, &e) || e.Kind != ibkr.KindMalformed {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || !bytes.Equal(f.Data, tt.want) || f.MIMEType != tt.mime {
			t.Errorf("%s: %d bytes of %s, %v", name, len(f.Data), f.MIMEType, err)
		}
	}
	if _, err := gunzip(packed(t, make([]byte, 1<<20)), 1<<20-1); err == nil {
		t.Error("a gzip bomb was unpacked")
	}
}

func FuzzInstructionAnswers(f *testing.F) {
	f.Add(`{"status":202,"instructionSetId":-1988905739,"instructionResult":{"clientInstructionId":1012983,"instructionStatus":"PENDING"}}`)
	f.Add(`{"status":207,"instructionResults":[{"status":"422","invalidArguments":[{"field":"a"}],"instructionResult":{"error":{"errorCode":"A"}}},{}]}`)
	f.Add(`{"instructionResults":[null],"instructionResult":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		var a InstructionAnswer
		if Decode([]byte(body), &a) == nil {
			_, _, _ = a.State(), a.Settled(), a.Reused()
			if _, err := Encode(a); err != nil {
				t.Errorf("%q: %v", body, err)
			}
		}
		var bulk BulkAnswer
		if Decode([]byte(body), &bulk) == nil {
			for _, item := range bulk.Results {
				if item.Refused() && !item.Settled() {
					t.Errorf("%q: refused and still open", body)
				}
			}
			if _, err := Encode(bulk); err != nil {
				t.Errorf("%q: %v", body, err)
			}
		}
		Rejected(&ibkr.Error{Err: &ibkr.Problem{Body: []byte(body)}})
	})
}

func FuzzReport(f *testing.F) {
	f.Add(`{"data":{"encoding":"base64","value":"H4sIAAAAAAAA/0tMSgYAwkEkNQMAAAA=","gzip":true}}`)
	f.Add(`{"data":{"value":7}}`)
	f.Fuzz(func(t *testing.T, body string) {
		var r Report
		if Decode([]byte(body), &r) != nil {
			return
		}
		if out, err := r.File(); err == nil && !r.Data.Gzip.True() && len(out.Data) > len(body) {
			t.Errorf("%d bytes of %d", len(out.Data), len(body))
		}
	})
}

// With the client's own login everything meets: the token is asked for, it is
// the bearer of each call, and the login's key signs bodies that IBKR can check.
func TestSignedByLogin(t *testing.T) {
	var asked, called int
	b := newBureau(t, func(r *http.Request) reply {
		if r.URL.Path == "/oauth2/api/v1/token" {
			asked++
			return reply{status: 200, contentType: "application/json", body: `{"access_token":"bearer-1","token_type":"Bearer","scope":"transfers.write restrictions.write instructions.read","expires_in":86399}`}
		}
		if called++; r.Header.Get("Authorization") != "Bearer bearer-1" {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		return reply{status: 202, contentType: "application/json", body: `{"status":202,"instructionSetId":-7,"success":true}`}
	})
	login, err := ibkr.NewOAuth2(ibkr.OAuth2Config{
		ClientID: "client-1", KeyID: "k1", PrivateKey: signingKey(), Scopes: []string{"transfers.write", "restrictions.write", "instructions.read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := New(b.client(login))
	ctx := t.Context()
	if _, err := a.CashTransfers.Internal(ctx, cashMove); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Restrictions.Apply(ctx, closing); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Instructions.ByClientID(ctx, 1012983); err != nil {
		t.Fatal(err)
	}
	hits := b.taken()
	if asked != 1 || called != 3 || len(hits) != 4 {
		t.Fatalf("asked %d times for a token, called %d times", asked, called)
	}
	for i, want := range []struct{ contentType, field string }{{typeJSON, "instruction"}, {typeText, "payload"}} {
		h := hits[i+1]
		claims := claimsOf(t, h.body)
		var issued, ends int64
		if json.Unmarshal(claims["iat"], &issued) != nil || json.Unmarshal(claims["exp"], &ends) != nil || ends-issued > 90 || ends <= issued {
			t.Errorf("from %s to %s", claims["iat"], claims["exp"])
		}
		if string(claims["iss"]) != `"client-1"` || claims[want.field] == nil || h.request.Header.Get("Content-Type") != want.contentType {
			t.Errorf("%s as %s: %v", h.path, h.request.Header.Get("Content-Type"), claims)
		}
	}
}
