package brokerage

import (
	"bytes"
	"encoding/json"
	"testing"
)

// Any bytes in the state file: records, or an error; never a panic.
func FuzzParseLog(f *testing.F) {
	var line bytes.Buffer
	body := mustJSON(f, record{Header: &header{Version: 2, Accounts: []AccountConfig{{ID: "DU1"}}}, Posts: []string{"a"}})
	line.WriteString(checksum(body) + " ")
	line.Write(body)
	line.WriteByte('\n')
	f.Add(line.Bytes())
	f.Add([]byte("00000000 \n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		records, err := parseLog(text)
		if err == nil && len(text) > 0 && len(records) == 0 {
			t.Error("text without records")
		}
	})
}

func mustJSON(f *testing.F, v any) []byte {
	f.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	return text
}
