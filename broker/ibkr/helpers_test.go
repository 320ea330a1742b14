package ibkr

import (
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
