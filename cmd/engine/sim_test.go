package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
)

// startSim runs the verb sim until the test ends and returns what it printed.
func startSim(t *testing.T, args ...string) servedAt {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	var stderr bytes.Buffer
	root := newRoot(&app{out: w, err: &stderr})
	root.SetArgs(append([]string{"sim", "--listen", "127.0.0.1:0", "-o", "json"}, args...))
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx); w.Close() }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("sim: %v\n%s", err, stderr.String())
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("sim printed nothing: %v\n%s", err, stderr.String())
	}
	var at servedAt
	if err := json.Unmarshal([]byte(line), &at); err != nil {
		t.Fatal(err)
	}
	return at
}

// A client that trusts nothing but the printed pin reaches the printed address.
func TestSimServes(t *testing.T) {
	at := startSim(t, "--state", filepath.Join(t.TempDir(), "sim.jsonl"))
	if at.Account != "DU1000001" {
		t.Errorf("account %s", at.Account)
	}
	var pin string
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
			pin = "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
			return nil
		},
	}}}
	defer client.CloseIdleConnections()
	response, err := client.Get(at.URL + "/v1/api/tickle")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || pin != at.Pin {
		t.Errorf("status %s, pin %s, want 200 and %s", response.Status, pin, at.Pin)
	}
}

// Recorded data is replayed over plain HTTP, too.
func TestSimReplays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ticks.csv")
	text := "time,instrument,bid,ask,last\n2024-01-08T15:00:00Z,SPY.ARCA,99.99,100.01,100\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at := startSim(t, "--plain-http", "--market", file)
	if at.Pin != "" || at.URL[:7] != "http://" {
		t.Errorf("%+v, want plain HTTP without a pin", at)
	}
}

// A client finds the configured instruments first, then the well-known ones,
// none twice.
func TestSimInstruments(t *testing.T) {
	list := withDefaultInstruments([]ibkrsim.Instrument{{Symbol: "IBM", Exchange: "NYSE", Conid: 8314}, {Symbol: "ACME", Exchange: "X", Conid: 1}})
	if list[0].Symbol != "IBM" || list[1].Symbol != "ACME" || len(list) != len(ibkrsim.DefaultInstruments())+1 {
		t.Errorf("%v", list)
	}
}
