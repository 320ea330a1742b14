package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr"
)

// webAPI is a server with fixed answers, for what the simulator does not have.
type webAPI struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string // by "METHOD path"
	got     []string          // "METHOD path?query body"
}

const upStatus = `{"authenticated":true,"established":true,"competing":false,"connected":true}`

func newWebAPI(t *testing.T, answers map[string]string) *webAPI {
	w := &webAPI{answers: map[string]string{
		"POST /v1/api/iserver/auth/status": upStatus,
		"GET /v1/api/iserver/accounts":     `{"accounts":["DU1"],"selectedAccount":"DU1","isPaper":true,"sessionId":"secret"}`,
	}}
	for call, answer := range answers {
		w.answers[call] = answer
	}
	w.Server = httptest.NewTLSServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.Close)
	return w
}

func (w *webAPI) serve(out http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	answer, ok := w.answers[r.Method+" "+r.URL.Path]
	out.Header().Set("Content-Type", "application/json")
	if !ok {
		out.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(out, answer)
}

// sent lists the requests that begin so.
func (w *webAPI) sent(begin string) (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.got {
		if strings.HasPrefix(one, begin) {
			list = append(list, one)
		}
	}
	return list
}

// engine runs a verb of ibkr against the server.
func (w *webAPI) engine(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return w.engineIn(t, "", args...)
}

func (w *webAPI) engineIn(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := []string{"XDG_CACHE_HOME=" + t.TempDir()}
	code = run(append([]string{"ibkr", "--base-url", w.URL}, args...), env, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// liveConfig is a configuration that trades real money.
func liveConfig(t *testing.T, account string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "live.yaml")
	text := `mode: live
broker: {ibkr: {account: ` + account + `, base_url: "https://127.0.0.1:5000"}}
instruments:
  - {id: SPY.ARCA, conid: 756733, currency: USD, tick: 0.01, lot: 1, multiplier: 1, hours: us-equity}
strategies: []
risk: {max_order_qty: 1, max_order_notional: 1000, price_collar_percent: 1, max_data_age: 2s, max_position_qty: 2, max_submits_per_second: 1, max_submits_per_minute: 10}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const taken = `[{"order_id":"7","order_status":"PreSubmitted","encrypt_message":"1"}]`

// Whatever says that the money is real, an order needs mode live and arming;
// nothing is sent before.
func TestIBKRPlaceRealMoney(t *testing.T) {
	order := []string{"place", "--conid", "756733", "--side", "buy", "--qty", "1"}
	post := `{"orders":[{"conid":756733,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`
	for _, tt := range []struct {
		name, account, isPaper string
		args                   []string
		placed                 bool
	}{
		{"paper", "DU1", "true", order, true},
		{"live", "U1", "false", order, false},
		{"paper by its name only", "DU1", "false", order, false},
		{"live by its name only", "U1", "true", order, false},
		{"live, the server says nothing", "U1", "null", order, false},
		{"armed", "U1", "false", append([]string{"-c", liveConfig(t, "U1"), "--arm", "U1"}, order...), true},
		{"not armed", "U1", "false", append([]string{"-c", liveConfig(t, "U1")}, order...), false},
		{"another account armed", "U1", "false", append([]string{"-c", liveConfig(t, "U2"), "--arm", "U2", "--account", "U1"}, order...), false},
		{"call", "U1", "false", []string{"call", "POST", "/iserver/account/U1/orders", "--body", "-"}, false},
		{"call to {accountId}", "U1", "false", []string{"call", "POST", "/v1/api/iserver/account/{accountId}/orders", "--body", "-"}, false},
		{"call on paper", "DU1", "true", []string{"call", "POST", "/iserver/account/DU1/orders", "--body", "-"}, true},
		{"reply by call", "U1", "false", []string{"call", "POST", "/iserver/reply/x", "--body", "-"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWebAPI(t, map[string]string{
				"GET /v1/api/iserver/accounts":                           `{"accounts":["` + tt.account + `"],"selectedAccount":"` + tt.account + `","isPaper":` + tt.isPaper + `}`,
				"POST /v1/api/iserver/account/" + tt.account + "/orders": taken,
				"POST /v1/api/iserver/reply/x":                           taken,
			})
			code, _, stderr := w.engineIn(t, post, tt.args...)
			sent := append(w.sent("POST /v1/api/iserver/account/"), w.sent("POST /v1/api/iserver/reply")...)
			if placed := code == exitOK && len(sent) == 1; placed != tt.placed || !placed && (len(sent) > 0 || code != exitUsage) {
				t.Errorf("code %d, sent %q, want placed %v\n%s", code, sent, tt.placed, stderr)
			}
		})
	}
}

// An order goes out once, with the digits that were typed; what the answer
// proves decides what the user is told.
func TestIBKRPlaceOutcome(t *testing.T) {
	const path = "POST /v1/api/iserver/account/DU1/orders"
	for _, tt := range []struct {
		name, answer, want string
		code               int
	}{
		{"taken", taken, "", exitOK},
		{"refused in words", `{"error":"no funds"}`, "not placed: .*no funds", exitFault},
		{"refused in the shape of a success", `[{"order_id":"-1","order_status":"Failed","text":"bad child"}]`, "not placed: bad child", exitFault},
		{"nonsense", `[{"what":1}]`, "not known whether the order was placed: look for mine", exitFault},
		{"empty", ``, "not known whether the order was placed: look for mine", exitFault},
		{"a prompt", `{"orderId":1,"reqId":"2","text":"t","options":["a"],"type":"M","messageId":"p12","prompt":true}`, "look for mine", exitFault},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWebAPI(t, map[string]string{path: tt.answer})
			code, _, stderr := w.engine(t, "place", "--conid", "1", "--side", "sell", "--qty", "1.50", "--type", "STOP_LIMIT",
				"--price", "100.10", "--aux", "101", "--tif", "gtc", "--id", "mine")
			if code != tt.code || !matches(tt.want, stderr) {
				t.Errorf("code %d, want %d and %q: %s", code, tt.code, tt.want, stderr)
			}
			want := `"auxPrice":101,"cOID":"mine","conid":1,"orderType":"STOP_LIMIT","price":100.1`
			if sent := w.sent(path); len(sent) != 1 || !strings.Contains(sortedJSON(t, sent[0]), want) {
				t.Errorf("sent %q, want once %s", sent, want)
			}
		})
	}
}

// A question is answered with yes only when all of its ids are confirmed, also
// the second of a chain.
func TestIBKRPlaceQuestions(t *testing.T) {
	question := func(id string, ids string) string {
		return `[{"id":"` + id + `","message":["sure?\u001b[31m"],"isSuppressed":false,"messageIds":[` + ids + `]}]`
	}
	for _, tt := range []struct{ name, confirm, replies, want string }{
		{"none confirmed", "", `{"confirmed":false}`, "add --confirm o1,o2"},
		{"one of two", "o1", `{"confirmed":false}`, "add --confirm o2"},
		{"both", "o1,o2", `{"confirmed":true} {"confirmed":false}`, "add --confirm o3"},
		{"all", "o1,o2,o3", `{"confirmed":true} {"confirmed":true}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWebAPI(t, map[string]string{
				"POST /v1/api/iserver/account/DU1/orders": question("a", `"o1","o2"`),
				"POST /v1/api/iserver/reply/b":            taken,
			})
			w.answers["POST /v1/api/iserver/reply/a"] = question("b", `"o3"`)
			if tt.confirm == "" || tt.confirm == "o1" {
				w.answers["POST /v1/api/iserver/reply/a"] = `{"error":"Order not confirmed "}`
			}
			if tt.confirm == "o1,o2" {
				w.answers["POST /v1/api/iserver/reply/b"] = `{"error":"Order not confirmed "}`
			}
			_, stdout, stderr := w.engine(t, "place", "--conid", "1", "--side", "buy", "--qty", "1", "--confirm", tt.confirm)
			var bodies []string
			for _, one := range w.sent("POST /v1/api/iserver/reply/") {
				bodies = append(bodies, one[strings.Index(one, "{"):])
			}
			if got := strings.Join(bodies, " "); got != tt.replies || !strings.Contains(stderr, tt.want) {
				t.Errorf("replied %s, want %s; stderr %s, want %s", got, tt.replies, stderr, tt.want)
			}
			if strings.ContainsRune(stdout+stderr, '\x1b') {
				t.Errorf("a server's text commands the terminal: %q", stdout+stderr)
			}
		})
	}
}

// What the simulator does not have, as a table and as JSON.
func TestIBKRVerbs(t *testing.T) {
	w := newWebAPI(t, map[string]string{
		"GET /v1/api/iserver/secdef/search": `[{"conid":"9","symbol":"SPY","sections":[{"secType":"OPT","months":"JAN26"}]},` +
			`{"conid":"756733","symbol":"SPY","sections":[{"secType":"STK"},{"secType":"OPT","months":"JAN26;FEB26"}]}]`,
		"GET /v1/api/iserver/secdef/strikes": `{"call":[649.5,650.0],"put":[650.0,700.0]}`,
		"GET /v1/api/iserver/secdef/info":    `[{"conid":1,"symbol":"SPY","right":"C","strike":650.0,"maturityDate":"20260117","multiplier":"100"}]`,
		"POST /v1/api/iserver/scanner/run":   `{"contracts":[{"con_id":706149062,"symbol":"GV","sec_type":"STK","listing_exchange":"NASDAQ.SCM","company_name":"X"}]}`,
		"GET /v1/api/iserver/scanner/params": `{"scan_type_list":[{"display_name":"Top","code":"TOP_PERC_GAIN","instruments":["STK","ETF"]}]}`,
		"GET /gw/api/v1/statements/available": `{"data":{"dataType":"x","value":{"daily":{"startDate":"20250101","endDate":"20260105"},` +
			`"monthly":["202512","202511"],"annual":["2025"]}}}`,
		"GET /gw/api/v1/instructions/12":          `{"status":200,"instructionSetId":-5,"instructionResult":{"instructionStatus":"PROCESSED","amount":10.50}}`,
		"GET /gw/api/v1/client-instructions/13":   `{"status":200,"instructionResult":{"instructionStatus":"PENDING"}}`,
		"GET /gw/api/v1/instruction-sets/-5":      `{"status":200,"instructionResults":[]}`,
		"GET /v1/api/portfolio/DU1/ledger":        `{"BASE":{"cashbalance":12345678901234567890.10,"secondkey":"BASE"}}`,
		"GET /v1/api/portfolio/accounts":          `[{"id":"DU1"}]`,
		"POST /oauth2/api/v1/token":               `{"access_token":"secret","expires_in":10}`,
		"POST /v1/api/iserver/account/DU1/orders": taken,
	})
	for _, tt := range []struct{ args, text, json string }{
		{"chain SPY", `conid +756733\n`, `^{"conid":756733,"months":\["JAN26","FEB26"\],"symbol":"SPY"}\n$`},
		{"chain SPY --month jan26", `650.0 +yes +yes\n700.0 +no +yes`, `^{"call":\[649.5,650.0\],"put":\[650.0,700.0\]}\n$`},
		{"chain SPY --month 202601 --strike 650 --right c", `1 +SPY +C +650.0 +20260117 +100`, `"strike":650.0,`},
		{"scan TOP_PERC_GAIN --filter priceAbove=5.10", `706149062 +GV +STK +NASDAQ.SCM +X`, `"con_id":706149062`},
		{"scan", `TOP_PERC_GAIN +STK,ETF +Top`, `"code":"TOP_PERC_GAIN"`},
		{"statements --account DU1", `months +202512 202511`, `"startDate":"20250101"`},
		{"transfers 12", `instructionResult.amount +10.50`, `"amount":10.50`},
		{"transfers --client-id 13", `PENDING`, `"PENDING"`},
		{"transfers --set -5", `status +200`, `"instructionResults":\[\]`},
		{"ledger", `BASE +12345678901234567890.10 `, `"cashbalance":12345678901234567890.10`},
		{"accounts", `DU1 +paper +yes|DU1 +`, `"sessionId":"\*\*\*"`},
		{"call POST /oauth2/api/v1/token", `"access_token": "\*\*\*"`, `"access_token":"\*\*\*"`},
	} {
		for _, form := range []struct{ flag, want string }{{"text", tt.text}, {"json", tt.json}} {
			code, stdout, stderr := w.engine(t, append(strings.Fields(tt.args), "-o", form.flag)...)
			if code != exitOK || !matches(form.want, stdout) {
				t.Errorf("%s -o %s: code %d, got %s%s, want %s", tt.args, form.flag, code, stdout, stderr, form.want)
			}
			if strings.Contains(stdout+stderr, `"secret"`) {
				t.Errorf("%s -o %s prints a secret", tt.args, form.flag)
			}
		}
	}
	if sent := w.sent("POST /v1/api/iserver/scanner/run"); !strings.Contains(sent[0], `{"code":"priceAbove","value":5.10}`) {
		t.Errorf("%q", sent)
	}
}

// A write of account management without a key for it is refused before it is sent.
func TestIBKRSigned(t *testing.T) {
	w := newWebAPI(t, nil)
	for _, args := range []string{"statements --account DU1 --from 202601", "transfers --account DU1", "call POST /gw/api/v1/accounts --signed --body -"} {
		code, _, stderr := w.engineIn(t, `{}`, strings.Fields(args)...)
		if code != exitFault || !strings.Contains(stderr, "OAuth 2.0") || len(w.sent("POST /gw")) > 0 {
			t.Errorf("%s: code %d, sent %q: %s", args, code, w.sent("POST /gw"), stderr)
		}
	}
}

// oauth2Config is a configuration that logs in by OAuth 2.0, with a key that was
// just made.
func oauth2Config(t *testing.T, address string) string {
	t.Helper()
	dir := t.TempDir()
	key, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := `mode: paper
broker:
  ibkr:
    account: DU1
    base_url: ` + address + `
    auth: {kind: oauth2, client_id: x, key_id: main, private_key_file: ` + filepath.Join(dir, "key.pem") + `, credential: me, ip: 203.0.113.7}
instruments:
  - {id: SPY.ARCA, conid: 756733, currency: USD, tick: 0.01, lot: 1, multiplier: 1, hours: us-equity}
strategies: []
risk: {max_order_qty: 1, max_order_notional: 1000, price_collar_percent: 1, max_data_age: 2s, max_position_qty: 2, max_submits_per_second: 1, max_submits_per_minute: 10}
`
	for name, data := range map[string][]byte{
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "oauth2.yaml": []byte(text),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "oauth2.yaml")
}

// What is saved is the statement itself, also when IBKR has packed it.
func TestIBKRStatementIsUnpacked(t *testing.T) {
	const page = "<p>statement</p>"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, page)
	_ = z.Close()
	file := base64.StdEncoding.EncodeToString(packed.Bytes())
	w := newWebAPI(t, map[string]string{
		"POST /oauth2/api/v1/token":          `{"access_token":"secret","expires_in":1000,"token_type":"Bearer"}`,
		"POST /gw/api/v1/statements":         `{"data":{"encoding":"base64","value":"` + file + `","mimeType":"text/html","gzip":true}}`,
		"POST /gw/api/v1/instructions/query": `{"status":202,"instructionSetId":-5,"instructionResult":{"instructionStatus":"PENDING"}}`,
	})
	config, out := oauth2Config(t, w.URL), filepath.Join(t.TempDir(), "january.html")
	ask := []string{"-c", config, "statements", "--from", "202601"}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{append(ask, "--out", out), `^saved .*, 16 bytes\n$`}, {ask, "^" + page + "$"}, {append(ask, "-o", "json"), `"bytes":16,.*"mime_type":"text/html"`},
		{[]string{"-c", config, "transfers"}, `status +202`},
	} {
		code, stdout, stderr := w.engine(t, tt.args...)
		if code != exitOK || !matches(tt.want, stdout) {
			t.Errorf("%v: code %d, %s%s, want %s", tt.args, code, stdout, stderr, tt.want)
		}
	}
	if data, err := os.ReadFile(out); err != nil || string(data) != page {
		t.Errorf("saved %q, %v", data, err)
	}
	if code, _, stderr := w.engine(t, append(ask, "--out", out)...); code == exitOK {
		t.Errorf("a file that exists was written over: %s", stderr)
	}
}

// A call is what was typed, and sent once.
func TestIBKRCall(t *testing.T) {
	w := newWebAPI(t, nil)
	code, _, _ := w.engineIn(t, "a,b\n", "call", "patch", "/gw/api/v1/restrictions?x=1", "--query", "x=2", "--query", "y=a b", "--body", "-", "--content-type", "text/plain")
	if sent := w.sent("PATCH"); code != exitFault || len(sent) != 1 || sent[0] != "PATCH /gw/api/v1/restrictions?x=1&x=2&y=a+b a,b" {
		t.Errorf("code %d, sent %q", code, sent)
	}
}

// A second call of the program keeps the pace of the first, and a limit of
// minutes is an error and no wait.
func TestIBKRPaceIsShared(t *testing.T) {
	w := newWebAPI(t, map[string]string{"GET /v1/api/iserver/scanner/params": `{"scan_type_list":[]}`})
	env := []string{"XDG_CACHE_HOME=" + t.TempDir()}
	for i, want := range []int{exitOK, exitFault} {
		var out, errs bytes.Buffer
		code := run([]string{"ibkr", "scan", "--base-url", w.URL}, env, nil, &out, &errs)
		if code != want || i == 1 && !matches(`IBKR allows one call in 15m0s, the next in 1[45]m`, errs.String()) {
			t.Errorf("call %d: code %d, want %d: %s", i+1, code, want, errs.String())
		}
	}
	if sent := w.sent("GET /v1/api/iserver/scanner/params"); len(sent) != 1 {
		t.Errorf("asked %d times, want once", len(sent))
	}
}

// What the client keeps between its own requests the program keeps between its
// calls: one table for both.
func TestIBKRSpacing(t *testing.T) {
	for call, want := range map[string]time.Duration{
		"GET /iserver/account/orders": 5 * time.Second, "GET /pa/performance": 0, "POST /pa/performance": 15 * time.Minute,
		"GET /fyi/settings": time.Second, "POST /tickle": time.Second, "GET /iserver/accounts": 0, "GET /iserver/marketdata/history": 0,
	} {
		method, path, _ := strings.Cut(call, " ")
		if got := spacing(ibkr.Trading, method, path); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

// sortedJSON is the JSON in a request with the names of its objects sorted.
func sortedJSON(t *testing.T, request string) string {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(request[strings.Index(request, "{"):]))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
