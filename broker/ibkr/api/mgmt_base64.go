package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Base64 is a file inside JSON. It is kept as it came, at any length. Its zero
// value is absent.
type Base64 struct{ raw string }

// Base64Of is a file to send.
func Base64Of(data []byte) Base64 { return Base64{`"` + base64.StdEncoding.EncodeToString(data) + `"`} }

// UnmarshalJSON keeps any scalar.
func (f *Base64) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] == '{' || b[0] == '[' {
		return fmt.Errorf("api: value %.40s: want a file in base64", b)
	}
	f.raw = string(b)
	return nil
}

// MarshalJSON writes what was read.
func (f Base64) MarshalJSON() ([]byte, error) { return writeRaw(f.raw) }

// IsZero says that there is nothing to write.
func (f Base64) IsZero() bool { return f.raw == "" }

// Bytes is the file; empty for null and "".
func (f Base64) Bytes() ([]byte, error) {
	var data []byte
	if f.raw == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(f.raw), &data); err != nil {
		return nil, fmt.Errorf("api: base64: %w", err)
	}
	return data, nil
}
