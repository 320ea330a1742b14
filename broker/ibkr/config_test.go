package ibkr

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gannet/market"
)

func TestConfigRefused(t *testing.T) {
	g := newGateway(t)
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no account", func(c *Config) { c.Account = "" }, "account"},
		{"live account for paper", func(c *Config) { c.Account = "U1234567" }, "U1234567"},
		{"paper account for live", func(c *Config) { c.Paper = false }, "wants live"},
		{"no instruments", func(c *Config) { c.Instruments = nil }, "instruments"},
		{"trade days", func(c *Config) { c.TradeDays = 8 }, "1 to 7"},
		{"pin", func(c *Config) { c.Pin = "sha256/abc" }, "pin"},
		{"pin without its name", func(c *Config) { c.Pin = strings.TrimPrefix(c.Pin, "sha256/") }, "pin"},
		{"url", func(c *Config) { c.BaseURL = "localhost:5000" }, "base URL"},
		{"plain http elsewhere", func(c *Config) { c.BaseURL = "http://example.com/v1/api" }, "want https"},
		{"pace", func(c *Config) { c.Pacing.CancelReserve = 9; c.Pacing.PerSecond = 8 }, "pacing"},
		{"suppress", func(c *Config) { c.Questions.Suppress = make([]string, 52) }, "at most 51"},
	}
	for _, tt := range tests {
		cfg := testConfig(t, g)
		tt.change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
	cfg := testConfig(t, g)
	cfg.Account, cfg.Paper = "U1234567", false
	if _, err := New(cfg); err != nil {
		t.Errorf("a live account: %v", err)
	}
}

func TestBaseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://localhost:5000":       "https://localhost:5000/v1/api",
		"https://localhost:5000/":      "https://localhost:5000/v1/api",
		"https://api.ibkr.com/v1/api/": "https://api.ibkr.com/v1/api",
		"http://127.0.0.1:8080":        "http://127.0.0.1:8080/v1/api",
		"http://[::1]:8080/v1/portal":  "http://[::1]:8080/v1/portal",
	} {
		if u, err := parseBase(text); err != nil || u.String() != want {
			t.Errorf("%s is %v (%v), want %s", text, u, err, want)
		}
	}
}

// Which certificates are trusted. The gateway signs its own, and its stock key
// is known to everybody.
func TestCertificates(t *testing.T) {
	g := newGateway(t)
	cert := g.Certificate()
	pin := PinOf(cert)
	const other = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	tests := []struct {
		host, pin string
		ok        bool
	}{
		{"127.0.0.1", "", true},
		{"localhost", "", true},
		{"gateway.example.com", "", false},
		{"gateway.example.com", pin, true},
		{"127.0.0.1", pin, true},
		{"127.0.0.1", other, false},
		{"gateway.example.com", other, false},
	}
	for _, tt := range tests {
		if err := verify(certs(cert), tt.host, tt.pin); (err == nil) != tt.ok {
			t.Errorf("host %s, pin %q: %v, want ok %v", tt.host, tt.pin, err, tt.ok)
		}
	}
	if verify(nil, "localhost", "") == nil {
		t.Error("no certificate at all is fine")
	}
}

// A redirect, as to a login page, is not followed.
func TestRedirectIsNoAnswer(t *testing.T) {
	g := newGateway(t)
	g.answers(tradesRoute, reply{302, "text/html", "<html>Moved</html>", false})
	if _, err := testClient(t, g).Trades(context.Background(), 1); kindOf(err) != KindUnauthorized {
		t.Errorf("error %v", err)
	}
}

// A huge answer is cut off, not read into memory.
func TestBodyLimit(t *testing.T) {
	big := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`["`))
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 9 {
			w.Write(chunk)
		}
	}))
	defer big.Close()
	g := newGateway(t)
	cfg := testConfig(t, g)
	cfg.BaseURL = big.URL
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.client.Close()
	if _, err := a.client.Trades(context.Background(), 1); kindOf(err) != KindMalformed {
		t.Errorf("error %v", err)
	}
}

// A read is asked again on a passing fault, and its caller's patience ends it.
func TestReadRetries(t *testing.T) {
	g := newGateway(t)
	g.answers(tradesRoute, reply{hang: true}, reply{503, "", `{"error":"x"}`, false}, ok(`[]`))
	c := testClient(t, g)
	if _, err := c.Trades(context.Background(), 1); err != nil || g.count(tradesRoute) != 3 {
		t.Errorf("%v after %d tries", err, g.count(tradesRoute))
	}
	g.answers(tradesRoute, reply{503, "", `{"error":"x"}`, false})
	if _, err := c.Trades(context.Background(), 1); kindOf(err) != KindTemporary || g.count(tradesRoute) != 3+readTries {
		t.Errorf("%v after %d tries", err, g.count(tradesRoute)-3)
	}
	g.answers(tradesRoute, reply{400, "", `{"error":"Bad Request: Please query /accounts first","statusCode":400}`, false}, ok(`[]`))
	if _, err := c.Trades(context.Background(), 1); err != nil || g.count("GET /iserver/accounts") != 1 {
		t.Errorf("unprimed read: %v", err)
	}
}

func TestWindow(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 1, 5, h, m, 0, 0, time.UTC) }
	night := Window{Loc: time.UTC, From: 23*time.Hour + 45*time.Minute, To: 90 * time.Minute}
	for _, tt := range []struct {
		w    Window
		t    time.Time
		want bool
	}{
		{night, at(23, 50), true}, {night, at(0, 0), true}, {night, at(1, 30), false}, {night, at(12, 0), false},
		{Window{}, at(0, 0), false}, {Window{Loc: time.UTC, From: time.Hour, To: 2 * time.Hour}, at(1, 30), true},
	} {
		if got := tt.w.contains(tt.t); got != tt.want {
			t.Errorf("%+v at %s: %v", tt.w, tt.t, got)
		}
	}
}

// Secrets stay out of what is logged: the session is a credential, and an
// error's address holds the account.
func TestErrorsHideAccount(t *testing.T) {
	g := newGateway(t)
	g.answers("GET /portfolio/DU1234567/ledger", reply{hang: true})
	c := testClient(t, g)
	_, err := c.Ledger(context.Background())
	if err == nil || strings.Contains(err.Error(), testAccount) {
		t.Errorf("error %v", err)
	}
}

// The exact ticket of every order type.
func TestTickets(t *testing.T) {
	base := market.Order{ClientOrderID: "x-1", Account: testAccount, Ticket: market.Ticket{
		Instrument: 1, Side: market.Sell, TimeInForce: market.GTC, OrderQty: market.MustQty("0.5"),
		Price: market.MustPrice("144.78172417"), StopPx: market.MustPrice("150"), TrailAmt: market.MustPrice("0.5"),
	}}
	const head, tail = `{"acctId":"DU1234567","conid":756733,"cOID":"x-1","orderType":`, `,"side":"SELL","tif":"GTC","quantity":0.5`
	for kind, want := range map[market.OrdType]string{
		market.Market:       head + `"MKT"` + tail + `}`,
		market.Limit:        head + `"LMT"` + tail + `,"price":144.78172417}`,
		market.Stop:         head + `"STP"` + tail + `,"price":150}`,
		market.StopLimit:    head + `"STOP_LIMIT"` + tail + `,"price":144.78172417,"auxPrice":150}`,
		market.TrailingStop: head + `"TRAIL"` + tail + `,"price":150,"trailingAmt":0.5,"trailingType":"amt"}`,
	} {
		o := base
		o.Type = kind
		ticket, err := ticketOf(&o, 756733)
		if got := marshal(t, &ticket); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", kind, got, err, want)
		}
	}
	base.Type, base.OutsideRTH = market.Limit, true
	if ticket, _ := ticketOf(&base, 1); !strings.Contains(marshal(t, &ticket), `"outsideRTH":true`) {
		t.Error("outsideRTH is not said")
	}
}
