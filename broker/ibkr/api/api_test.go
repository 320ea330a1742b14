package api

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type rowForTest struct {
	Price Num  `json:"price,omitzero"`
	Name  Text `json:"name,omitzero"`
	On    Bool `json:"on,omitzero"`
	Inner *struct {
		A Num `json:"a,omitzero"`
		Extra
	} `json:"inner,omitzero"`
	List []rowForTest `json:"list,omitzero"`
	Extra
}

// TestNothingIsLost: whatever an answer holds comes back as it came.
func TestNothingIsLost(t *testing.T) {
	for _, text := range []string{
		`{"price":"1,300.50","name":"x","on":1,"unknown":{"deep":[1,2.500,"3"]}}`,
		`{"price":1.3E3,"inner":{"a":null,"b":true},"list":[{"price":"","z":0.10},{}]}`,
		`{"name":12345678901234567890,"on":"false"}`, `{}`, `{"price":123456789012345678901234567890.123456789}`,
	} {
		var row rowForTest
		if err := Decode([]byte(text), &row); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		back, err := Encode(row)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(generic(t, text), generic(t, string(back))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func generic(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestNum(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		ok       bool
	}{
		{`1300`, "1300", true}, {`"1,300"`, "1300", true}, {`"C189.60"`, "189.6", true}, {`"50.1M"`, "50100000", true},
		{`"1,005,254 USD"`, "1005254", true}, {`2.02E8`, "202000000", true}, {`""`, "", false}, {`null`, "", false}, {`"N/A"`, "", false},
	} {
		var n Num
		if err := json.Unmarshal([]byte(tt.in), &n); err != nil {
			t.Fatal(err)
		}
		d, ok := n.Decimal()
		if ok != tt.ok || ok && d.String() != tt.want {
			t.Errorf("%s: %s %v", tt.in, d, ok)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"price":"1","list":[{}],"x":[1]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var row rowForTest
		if Decode(data, &row) != nil {
			return
		}
		if _, err := Encode(row); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	})
}
