package ibkr

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func sha256New() hash.Hash { return sha256.New() }

func base64Std(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// Names and URLs, and three paths that are kept apart.
func TestEnvironments(t *testing.T) {
	for text, want := range map[string]string{
		"production": "https://api.interactivebrokers.com/v1/api", "testing": "https://api.test.interactivebrokers.com/v1/api",
		"api": "https://api.ibkr.com/v1/api", "gateway": "https://localhost:5000/v1/api", "Simulator": "https://127.0.0.1:5000/v1/api",
		"https://3.api.ibkr.com": "https://3.api.ibkr.com/v1/api", "https://localhost:5001/v1/portal": "https://localhost:5001/v1/portal",
	} {
		if got, err := BaseURL(text); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "prod", "localhost:5000", "http://api.ibkr.com", "ftp://localhost", "https://"} {
		if got, err := BaseURL(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
	c, err := NewClient(ClientConfig{BaseURL: "api"})
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[Service]string{
		Trading: "https://api.ibkr.com/v1/api/x", Management: "https://api.ibkr.com/gw/api/v1/x", Token: "https://api.ibkr.com/oauth2/api/v1/x",
	} {
		if got := c.address(service, "/x"); got != want {
			t.Errorf("service %d at %s, want %s", service, got, want)
		}
	}
	if got := c.stream().String(); got != "wss://api.ibkr.com/v1/api/ws" || c.Base() != "https://api.ibkr.com/v1/api" {
		t.Errorf("stream at %s", got)
	}
	if len(Environments()) != 5 {
		t.Errorf("names %v", Environments())
	}
}

// A client alone, without the adapter.
func TestNewClient(t *testing.T) {
	g := newGateway(t)
	c, err := NewClient(ClientConfig{BaseURL: g.URL, Pin: PinOf(g.Certificate()), UserAgent: "mine/2"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if a, err := c.Accounts(context.Background()); err != nil || len(a.Accounts) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	if got := g.got("GET /iserver/accounts")[0].header.Get("User-Agent"); got != "mine/2" {
		t.Errorf("User-Agent %q", got)
	}
	for want, cfg := range map[string]ClientConfig{
		"one of api, gateway": {BaseURL: "prod"}, "pin": {BaseURL: g.URL, Pin: "x"}, "pacing": {BaseURL: g.URL, Pacing: Pacing{Burst: -1}},
		"want https": {BaseURL: "http://example.com"},
	} {
		if _, err := NewClient(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", cfg, err, want)
		}
	}
}

// The pin of a server that signs its own certificate, as a gateway does; with
// it, and with no other, the client trusts the server.
func TestRecordPin(t *testing.T) {
	g := newGateway(t)
	pin, cert, err := RecordPin(context.Background(), g.URL)
	if err != nil || pin != PinOf(g.Certificate()) {
		t.Fatalf("%s, %v", pin, err)
	}
	if cert.Trusted || cert.Why == "" || cert.To.Before(time.Now()) || !strings.Contains(strings.Join(cert.Names, " "), "127.0.0.1") {
		t.Errorf("certificate %+v", cert)
	}
	if calls := len(g.calls); calls != 0 {
		t.Errorf("%d requests were sent", calls)
	}
	if c, err := NewClient(ClientConfig{BaseURL: g.URL, Pin: pin}); err != nil || get(c, "/iserver/accounts", nil) != nil {
		t.Errorf("the recorded pin is refused: %v", err)
	} else {
		c.Close()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "https://" + listener.Addr().String()
	listener.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, bad := range []string{"prod", plain.URL, nobody, strings.Replace(plain.URL, "http", "https", 1)} {
		if pin, _, err := RecordPin(context.Background(), bad); err == nil {
			t.Errorf("%s has pin %s", bad, pin)
		}
	}
}
