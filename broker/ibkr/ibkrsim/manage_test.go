package ibkrsim_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/market"
)

// advisorKeys are made once: RSA keys take long.
var advisorKeys = sync.OnceValue(func() *identity.Credentials {
	keys, err := identity.Generate(nil, identity.User{Name: "advisor"})
	if err != nil {
		panic(err)
	}
	return keys
})

// manager is an OAuth 2.0 client of account management.
type manager struct {
	*client
	clock *clock
	token string
	ids   int
}

// sign makes a JWT (RS256) of the client's.
func (m *manager) sign(claims map[string]any) string {
	m.t.Helper()
	m.ids++
	keys, now := advisorKeys().OAuth2, m.clock.Now()
	for key, value := range map[string]any{"iss": keys.ClientID, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": fmt.Sprint(now.Unix(), m.ids)} {
		claims[key] = value
	}
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			m.t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(map[string]string{"alg": "RS256", "kid": keys.KeyID, "typ": "JWT"}) + "." + part(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, keys.Key, crypto.SHA256, digest[:])
	if err != nil {
		m.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// manage gets a token with the scopes.
func (c *client) manage(clock *clock, scopes string) *manager {
	c.t.Helper()
	m := &manager{client: c, clock: clock}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scopes},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {m.sign(map[string]any{"sub": advisorKeys().OAuth2.ClientID, "aud": "/token"})}}
	status, body := m.send("POST", "/oauth2/api/v1/token", "application/x-www-form-urlencoded", form.Encode())
	token, ok := body["access_token"].(string)
	if !ok {
		c.t.Fatalf("token: %d %v", status, body)
	}
	m.token = token
	return m
}

func (m *manager) send(method, path, kind, body string) (int, map[string]any) {
	m.t.Helper()
	request, err := http.NewRequest(method, m.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	if m.token != "" {
		request.Header.Set("Authorization", "Bearer "+m.token)
	}
	got, err := m.web.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		m.t.Fatalf("%s %s: %d %s", method, path, got.StatusCode, text)
	}
	return got.StatusCode, out
}

// post is a write with signed claims.
func (m *manager) post(path string, claims map[string]any) (int, map[string]any) {
	m.t.Helper()
	return m.send("POST", "/gw/api/v1"+path, "application/jwt", m.sign(claims))
}

func deposit(id int, amount string) map[string]any {
	return map[string]any{"instructionType": "DEPOSIT", "instruction": map[string]any{"clientInstructionId": id, "accountId": account,
		"amount": json.Number(amount), "currency": "USD", "bankInstructionMethod": "WIRE", "sendingInstitution": "Bank", "identifier": "1",
		"bankInstructionName": "mine", "specialInstruction": "none"}}
}

func cash(c *client) string { return c.srv.State().Cash.String() }

// A deposit is queued, moves cash exactly once, and neither a restart before
// nor one after it changes that.
func TestDepositOverRestarts(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.StatePath, opt.Cash = clock.Now, filepath.Join(t.TempDir(), "state"), market.MustMoney("1000")
	opt.Credentials = []*identity.Credentials{advisorKeys()}
	restart := func(c *client) *client {
		if c != nil {
			if err := c.srv.Close(); err != nil {
				t.Fatal(err)
			}
		}
		srv, err := ibkrsim.Start(opt)
		if err != nil {
			t.Fatal(err)
		}
		return newClient(t, srv)
	}
	c := restart(nil)
	defer func() { _ = c.srv.Close() }()
	status, got := c.manage(clock, "transfers.write").post("/external-cash-transfers", deposit(77, "250.5"))
	if status != 202 || at(t, got, "instructionResult", "instructionStatus") != "PENDING" {
		t.Fatalf("deposit: %d %v", status, got)
	}
	if cash(c) != "1000" {
		t.Errorf("cash at once: %s", cash(c))
	}
	c = restart(c)
	clock.add(11 * time.Minute)
	eventually(t, "the deposit", func() bool { return cash(c) == "1250.5" })
	c = restart(c)
	clock.add(time.Hour)
	status, got = c.manage(clock, "instructions.read").send("GET", "/gw/api/v1/client-instructions/77", "application/json", "")
	if status != 200 || at(t, got, "instructionResult", "instructionStatus") != "PROCESSED" || cash(c) != "1250.5" {
		t.Errorf("after two restarts: %d %v, cash %s", status, got, cash(c))
	}
	notes := c.must("GET", "/fyi/notifications", "").([]any)
	if len(notes) != 1 || at(t, notes, 0, "FC") != "CT" {
		t.Errorf("notifications: %v", notes)
	}
}

// What opens account management: a client's token with the scope, and a body
// that the client signed, once.
func TestManagementRefuses(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Pacing, opt.Credentials = clock.Now, true, []*identity.Credentials{advisorKeys()}
	c := start(t, opt)
	nobody := &manager{client: c, clock: clock}
	if status, _ := nobody.send("GET", "/gw/api/v1/echo/https", "application/json", ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	m := c.manage(clock, "echo.read transfers.write accounts.write")
	if status, _ := m.post("/instructions/cancel", deposit(1, "1")); status != 403 {
		t.Errorf("without the scope: %d", status)
	}
	signed := m.sign(deposit(1, "1"))
	for i, want := range []int{202, 401} {
		if status, _ := m.send("POST", "/gw/api/v1/external-cash-transfers", "application/jwt", signed); status != want {
			t.Errorf("use %d of one JWT: %d, want %d", i+1, status, want)
		}
	}
	plain, err := json.Marshal(deposit(2, "1"))
	if err != nil {
		t.Fatal(err)
	}
	if status, got := m.send("POST", "/gw/api/v1/external-cash-transfers", "application/json", string(plain)); status != 202 {
		t.Errorf("a plain body of banking: %d %v", status, got)
	}
	if status, _ := m.send("POST", "/gw/api/v1/accounts", "application/json", `{"application":{}}`); status != 400 {
		t.Errorf("a plain body of an application: %d", status)
	}
	if status, _ := m.post("/external-cash-transfers", map[string]any{"instructionType": "DEPOSIT"}); status != 400 {
		t.Errorf("an instruction without fields: %d", status)
	}
	for i := range 10 {
		if status, _ := m.send("GET", "/gw/api/v1/echo/https", "application/json", ""); status != 200 {
			t.Fatalf("call %d: %d", i+1, status)
		}
	}
	if status, _ := m.send("GET", "/gw/api/v1/echo/https", "application/json", ""); status != 429 {
		t.Errorf("call 11 of a second: %d", status)
	}
}

// What the client of account management applies for and is approved becomes an
// account that its users see, trade in and keep over a restart.
func TestApplicationOpensAccount(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.StatePath = clock.Now, filepath.Join(t.TempDir(), "state")
	opt.Credentials = []*identity.Credentials{advisorKeys()}
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, srv)
	m := c.manage(clock, "accounts.write accounts.read")
	status, got := m.post("/accounts", map[string]any{"application": map[string]any{"customer": map[string]any{"type": "ORG"},
		"accounts": []any{map[string]any{"baseCurrency": "EUR"}}, "paperAccount": true}})
	if status != 200 {
		t.Fatalf("application: %d %v", status, got)
	}
	opened := at(t, got, "fileData", "data", "application", "accounts", 0, "value").(string)
	if got := c.call("GET", "/portfolio/"+opened+"/ledger", "").status; got != 401 {
		t.Errorf("before it is approved: %d", got)
	}
	clock.add(61 * time.Minute)
	eventually(t, "the account", func() bool { return c.call("GET", "/portfolio/"+opened+"/ledger", "").status == 200 })
	if status, got := m.send("GET", "/gw/api/v1/accounts/"+opened+"/status", "application/json", ""); status != 200 || got["status"] != "O" {
		t.Errorf("status: %d %v", status, got)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, opt).login()
	if accounts := at(t, c.must("GET", "/iserver/accounts", ""), "accounts"); fmt.Sprint(accounts) != "["+account+" "+opened+" All]" {
		t.Errorf("after a restart: %v", accounts)
	}
}

// Cash is what an account began with and all that is told of as its activity:
// of stocks, of futures, which settle only profit, and of currencies, of which
// both sides are cash. A statement that did not add up would be no statement.
func TestActivityAddsUp(t *testing.T) {
	opt := quiet()
	opt.Instruments = append(ibkrsim.DefaultInstruments(),
		ibkrsim.Instrument{Symbol: "ES", Exchange: "CME", Conid: 11, SecType: "FUT", Expiry: "20271217", Multiplier: 50, Tick: market.MustPrice("0.25")},
		ibkrsim.Instrument{Symbol: "EUR", Exchange: "IDEALPRO", Conid: 12087792, SecType: "CASH", Currency: "USD", Tick: market.MustPrice("0.00005"), Price: market.MustPrice("1.10")})
	c := start(t, opt).login()
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383"]}`)
	order := func(conid int64, side string, quantity int) {
		t.Helper()
		got := c.must("POST", placePath(), fmt.Sprintf(`{"orders":[{"conid":%d,"orderType":"MKT","side":%q,"quantity":%d,"tif":"DAY"}]}`, conid, side, quantity))
		if _, ok := got.([]any); !ok {
			t.Fatalf("order: %v", got)
		}
	}
	prices := func(spy, es, eur string) {
		t.Helper()
		c.trade("SPY", spy)
		c.trade("ES", es)
		c.trade("EUR", eur)
	}
	prices("100.00", "6000.00", "1.10000")
	order(756733, "BUY", 100)
	order(11, "BUY", 2)
	order(12087792, "BUY", 100)
	prices("101.00", "6010.00", "1.20000")
	order(756733, "SELL", 100)
	order(11, "SELL", 3)
	order(12087792, "SELL", 25)
	state := c.srv.State()
	if len(state.Executions) < 6 {
		t.Fatalf("%d executions", len(state.Executions))
	}
	if euro := state.Accounts[0].Cash["EUR"]; euro.String() != "75" {
		t.Errorf("%s EUR", euro)
	}
	for currency, gap := range c.srv.LedgerGap(account) {
		if !gap.IsZero() {
			t.Errorf("%s: %s is not told of", currency, gap)
		}
	}
}
