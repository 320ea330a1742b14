package ibkr

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"testing"
)

var quietLog = log.New(io.Discard, "", 0)

func recordedBody(t testing.TB, b []byte) []byte {
	t.Helper()
	var file struct {
		Response struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Response.Body
}

func unmarshal(t testing.TB, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func certs(list ...*x509.Certificate) []*x509.Certificate { return list }
