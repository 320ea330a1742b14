package ibkr

import (
	"encoding/json"
	"strings"
	"testing"

	"gannet/market"
)

func TestFlexDecimal(t *testing.T) {
	tests := []struct {
		json, want string // want "": not said
		bad        bool
	}{
		{json: `1300`, want: "1300"},
		{json: `"1300"`, want: "1300"},
		{json: `"1,300.50"`, want: "1300.5"},
		{json: `"1.3K"`, want: "1300"},
		{json: `"50.1M"`, want: "50100000"},
		{json: `2.02E8`, want: "202000000"},
		{json: `"-0.10"`, want: "-0.1"},
		{json: `"C189.60"`, want: "189.6"},
		{json: `584.31333335`, want: "584.31333335"},
		{json: `0.1`, want: "0.1"},
		{json: `""`}, {json: `null`},
		{json: `"N/A"`, bad: true}, {json: `"1.2.3"`, bad: true}, {json: `"1e400"`, bad: true}, {json: `1e31`, bad: true},
		{json: `"NaN"`, bad: true}, {json: `{}`, bad: true}, {json: `[1]`, bad: true}, {json: `true`, bad: true}, {json: `","`, bad: true},
		{json: `"` + strings.Repeat("1", 65) + `"`, bad: true},
	}
	for _, tt := range tests {
		var d FlexDecimal
		err := json.Unmarshal([]byte(tt.json), &d)
		if (err != nil) != tt.bad || d.Valid != (tt.want != "") || d.Valid && d.String() != tt.want {
			t.Errorf("%s: %v valid %v, %v; want %q", tt.json, d, d.Valid, err, tt.want)
		}
	}
}

func TestFlexOthers(t *testing.T) {
	var v struct {
		I []FlexInt
		S []FlexString
		B []FlexBool
	}
	unmarshal(t, `{"i":[1,"1,300",1.0,2.02E8,"",null],"s":["a",1.5,true,null],"b":[true,"true","FALSE",1,"0",null,""]}`, &v)
	got, _ := json.Marshal(v)
	if want := `{"I":[1,1300,1,202000000,0,0],"S":["a","1.5","true",""],"B":[true,true,false,true,false,false,false]}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{`{"i":[1.5]}`, `{"i":["x"]}`, `{"s":[[]]}`, `{"b":["maybe"]}`, `{"i":[9223372036854775808]}`} {
		if json.Unmarshal([]byte(bad), &v) == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func FuzzFlexDecimal(f *testing.F) {
	for _, s := range []string{`1`, `"C1,300.5K"`, `"1e30"`, `-0`, `"H-.5"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var d, again FlexDecimal
		if json.Unmarshal(b, &d) != nil || !d.Valid {
			return
		}
		text := d.String()
		if len(text) > maxNumberText {
			return
		}
		if err := json.Unmarshal([]byte(`"`+text+`"`), &again); err != nil || !again.Equal(d.Decimal) {
			t.Fatalf("%s reads as %s and that as %s (%v)", b, text, again.String(), err)
		}
		market.PriceFromDecimal(d.Decimal)
	})
}

func FuzzOrderAnswer(f *testing.F) {
	for _, s := range []string{accepted, question, `{"order_id":1}`, `{"orderId":1,"reqId":"2","text":"x"}`, `[]`, `[{"id":"r","message":["m"]},{"order_id":2}]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseOrderAnswer(b)
		if err == nil && len(a.Acks) == 0 && a.Question == nil && a.Prompt == "" {
			t.Fatalf("%s: no error and nothing in it", b)
		}
		inspect(&request{}, 200, "application/json", b)
	})
}

func FuzzLiveOrders(f *testing.F) {
	f.Add([]byte(`{"orders":[` + fullRow + `],"snapshot":true}`))
	f.Add([]byte(`{"orders":[{"orderId":1,"totalSize":1e30}],"snapshot":"true"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var live LiveOrders
		if json.Unmarshal(b, &live) != nil {
			return
		}
		book, _ := testBook()
		orders, err := book.onOrders(live.Orders)
		for _, o := range orders {
			if err == nil && (o.Side == 0 || o.LeavesQty < 0) {
				t.Fatalf("order %+v", o)
			}
		}
		for i := range live.Orders {
			book.onRow(&live.Orders[i])
		}
	})
}

func FuzzTrades(f *testing.F) {
	f.Add([]byte(`[` + tradeRow + `]`))
	f.Add([]byte(`[{"execution_id":"a","side":"B","size":-1,"price":""}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var rows []TradeRow
		if json.Unmarshal(b, &rows) != nil {
			return
		}
		book, got := testBook()
		book.onTrades(rows)
		for i := range rows {
			book.onExecution(&rows[i])
		}
		for _, e := range *got {
			if e.ExecType == market.ExecTrade && (e.LastQty <= 0 || e.ExecID == "" || e.Side == 0) {
				t.Fatalf("fill %+v", e)
			}
		}
	})
}

func FuzzTickle(f *testing.F) {
	f.Add([]byte(`{"session":"a","collission":false,"iserver":{"authStatus":{"authenticated":"true"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var tickle Tickle
		if json.Unmarshal(b, &tickle) == nil && tickle.IServer.AuthStatus.Up() && !bool(tickle.IServer.AuthStatus.Authenticated) {
			t.Fatal("up without authentication")
		}
		onStatus(b, new(misread))
	})
}
