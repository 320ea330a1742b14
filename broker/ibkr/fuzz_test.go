package ibkr

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"gannet/market"
)

// frameShapes are the frames of every topic, with a place for what is inside.
var frameShapes = []string{
	`{"topic":"smd+265598",%s}`, `{"topic":"smh+265598","serverId":"1","data":%s}`, `{"topic":"sbd+DU1+265598","data":%s}`,
	`{"topic":"sor","args":%s}`, `{"topic":"str","args":%s}`, `{"topic":"spl","args":%s}`,
	`{"topic":"ssd+DU1","result":%s}`, `{"topic":"sld+DU1","result":%s}`, `{"topic":"sts","args":%s}`,
	`{"topic":"system",%s}`, `{"topic":"act","args":%s}`, `{"topic":"ntf","args":%s}`, `{"topic":"blt","args":%s}`,
	`{"topic":"tic",%s}`, `{"topic":"error","error":%s}`, `{"error":%s}`, `%s`,
}

// frameSeeds are what IBKR sends, by the number of the shape.
var frameSeeds = []string{
	`"conid":265598,"_updated":1712596911593,"6509":"RpB","31":"C189.60","84":"189.56","85":"1,300","88":"2.5K"`,
	`[{"o":646.42,"c":646.86,"h":647.47,"l":646.38,"v":17219.125,"t":1775136600000}]`,
	`[{"row":0,"focus":0,"price":"189.55"},{"row":1,"focus":1,"price":"100 @ 189.56"},{"row":2,"price":"189.55","bid":"500"}]`,
	`[` + fullRow + `,{"acct":"DU1","orderId":352055828,"status":"PendingSubmit"}]`,
	`[` + fmt.Sprintf(streamTrade, "01", "S", "5.0") + `]`,
	`{"DU1.Core":{"rowType":1,"dpl":-58.28,"nl":1020000.0,"upl":4600.0,"el":1010000.0,"uel":1005353.88,"mv":37910.0}}`,
	`[{"key":"NetLiquidation","currency":"USD","monetaryValue":1017353.16,"severity":0,"timestamp":1783031080},{"key":"Cushion","value":"1"}]`,
	`[{"acctCode":"DU1","cashbalance":976920.88,"key":"LedgerListBASE","secondKey":"BASE","exchangeRate":1.0,"timestamp":1783031080}]`,
	`{"authenticated":"true","competing":false,"message":"","fail":"","serverName":"JifN","username":"u"}`,
	`"success":"user123","isFT":false,"isPaper":true,"hb":1594677336001`,
	`{"accounts":["DU1","All"],"acctProps":{"DU1":{}},"selectedAccount":"DU1","isPaper":true}`,
	`[{"orderId":1883733600,"reqId":"29042","text":"Use?","options":["Always use"],"messageId":"p12","prompt":true}]`,
	`[{"id":1789618148,"message":"m","exchanges":null}]`,
	`"alive":true,"lastAccessed":1594677336002`,
	`"Topic unknown"`, `{"a":1}`, `{"message":"waiting for session"}`,
}

// all is a stream to which everything is subscribed; drain reads all of it.
func allFeeds(t testing.TB) (s *Stream, drain func()) {
	s = NewStream(&Client{})
	history, err := s.History(265598, HistoryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	drains := []func(){
		drainer(s.Quotes(nil, "265598")), drainer(history), drainer(s.Depth("DU1", 265598, "")), drainer(s.Orders()), drainer(s.Trades(1)),
		drainer(s.PnL()), drainer(s.Summary("DU1")), drainer(s.Ledger("DU1")), drainer(s.Status()), drainer(s.System()),
		drainer(s.AccountList()), drainer(s.Notices()), drainer(s.Bulletins()), drainer(s.Tics()), drainer(s.Errors()),
	}
	s.reset()
	return s, func() {
		for _, one := range drains {
			one()
		}
	}
}

func drainer[T any](f *Feed[T]) func() {
	return func() {
		for _, ok := f.store.take(); ok; _, ok = f.store.take() {
		}
	}
}

// framed is an adapter that is given frames by hand.
func framed(t testing.TB) *Adapter {
	a, err := New(Config{BaseURL: "http://localhost:5000", Account: testAccount, Paper: true, Instruments: testInstruments(t), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	a.OnTick(func(*market.Tick) {})
	a.stream.reset()
	return a
}

// allowance is what a frame may cost: 16 times its size, and what is the same
// for all of them.
func allowance(b []byte) uint64 { return 16*uint64(len(b)) + 64<<10 }

// cost is costOnce for what costs the same each time: of three runs the one that
// allocates least, as the rest of the process allocates, too.
func cost(fn func()) uint64 {
	least := costOnce(fn)
	for tries := 0; least > 32<<10 && tries < 2; tries++ {
		least = min(least, costOnce(fn))
	}
	return least
}

// costOnce is how many bytes the process allocates while fn runs.
func costOnce(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// FuzzFrame gives any frame of any topic to a stream that is subscribed to all
// of them, and to an adapter.
func FuzzFrame(f *testing.F) {
	for i, seed := range frameSeeds {
		f.Add(uint8(i), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, shape uint8, body []byte) {
		b := fmt.Appendf(nil, frameShapes[int(shape)%len(frameShapes)], body)
		s, drain := allFeeds(t)
		if got := costOnce(func() { s.onFrame(b); drain() }); got > allowance(b) {
			t.Errorf("a frame of %d bytes cost the stream %d: %.200s", len(b), got, b)
		}
		a := framed(t)
		if got := costOnce(func() { a.stream.onFrame(b); a.out.drain(func(market.Body) {}) }); got > allowance(b) {
			t.Errorf("a frame of %d bytes cost the adapter %d: %.200s", len(b), got, b)
		}
	})
}

// FuzzSessionBodies gives any answer to the readers of the session.
func FuzzSessionBodies(f *testing.F) {
	for _, seed := range []string{
		`{"session":"ce109c","ssoExpires":585695,"collission":false,"userId":9,"hmds":{"error":"no bridge"},"iserver":{"authStatus":` + statusUp + `}}`,
		statusUp, statusDown, `{"error":"no session"}`, `{"passed":true,"authenticated":"true","serverInfo":{"serverName":null}}`,
		`{"accounts":["DU1"],"selectedAccount":"DU1","isPaper":true}`, `{"RESULT":true,"EXPIRES":1,"LOGIN_TYPE":2}`, "", "<html></html>", `[{"error":7}]`,
	} {
		f.Add([]byte(seed), 200)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		r := request{method: "POST", pattern: pathTickle}
		got := cost(func() {
			for _, into := range []any{new(Tickle), new(AuthStatus), new(Accounts), new(Login)} {
				if inspect(&r, status, "application/json", body) == nil && status != 204 && len(body) > 0 && !json.Valid(body) {
					t.Errorf("%d %q is a good answer", status, body)
				}
				if decode(&r, body, into) != nil {
					continue
				}
			}
		})
		if got > 4*allowance(body) { // four readers
			t.Errorf("an answer of %d bytes cost %d", len(body), got)
		}
	})
}

// FuzzWalk holds the cursor against the standard decoder.
func FuzzWalk(f *testing.F) {
	for _, seed := range append(frameSeeds, `{"a\"b":[1,{"c":"}"}],"d":null, "e" : -1e5 }`, `{}`, `[]`, `{"":""}`, "{\"\xbd\xbd\":[],\"\x80\":0}") {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want map[string]json.RawMessage
		if json.Unmarshal(b, &want) != nil || want == nil {
			return
		}
		got := map[string]json.RawMessage{}
		c := members(b)
		for key, value, ok := c.member(); ok; key, value, ok = c.member() {
			if !json.Valid(value) {
				t.Fatalf("%q: value %q of %q", b, value, key)
			}
			got[string([]rune(string(key)))] = value // a bad byte is U+FFFD, one for each, as in the decoder
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d members, want %d", b, len(got), len(want))
		}
		for key, value := range want {
			if g, ok := got[key]; ok && string(g) != string(value) {
				t.Fatalf("%q: member %q is %q, want %q", b, key, g, value)
			}
		}
	})
}

// The worst that fits in a large frame: as many rows as there is room for, as
// small as they can be and still count.
func TestFrameCost(t *testing.T) {
	many := func(row string) string {
		list := make([]string, 0, 1<<16)
		for i := 0; len(list)*(len(row)+1) < 250_000; i++ {
			list = append(list, strings.ReplaceAll(row, "#", fmt.Sprintf("%05d", i+10000)))
		}
		return strings.Join(list, ",")
	}
	tests := map[string][]string{ // by shape
		frameShapes[0]: {many(`"31":"1"`), many(`"#":1`)},
		frameShapes[1]: {"[" + many(`{"t":1,"c":1}`) + "]", "[" + many(`1`) + "]"},
		frameShapes[2]: {"[" + many(`{"row":1,"price":"1"}`) + "]", "[" + many(`{"row":#}`) + "]"},
		frameShapes[3]: {"[" + many(`{"acct":"DU1234567","orderId":#,"status":"PendingSubmit","fgColor":"#"}`) + "]", "[" + many(`1`) + "]", "[" + many(`{}`) + "]"},
		frameShapes[4]: {"[" + many(`{"execution_id":"#.01.01.01","size":1,"price":"1","side":"B","account":"DU1234567","conid":756733,"order_ref":"x"}`) + "]", "[" + many(`{}`) + "]",
			"[" + many(`{"execution_id":"#","side":"x"}`) + "]"},
		frameShapes[5]:  {"{" + many(`"#":{"dpl":1}`) + "}", "{" + many(`"#":{}`) + "}", "[" + many(`1`) + "]"},
		frameShapes[6]:  {"[" + many(`{"key":"#","value":1}`) + "]"},
		frameShapes[7]:  {"[" + many(`{"key":"#","interest":1}`) + "]"},
		frameShapes[10]: {`{"accounts":[` + many(`1`) + `]}`},
		frameShapes[11]: {"[" + many(`{"text":"#"}`) + "]", `[{"options":[` + many(`1`) + `]}]`},
		frameShapes[12]: {"[" + many(`{"message":"#"}`) + "]"},
		frameShapes[14]: {"[" + many(`1`) + "]", `"` + many("x") + `"`},
		frameShapes[16]: {"[" + many(`1`) + "]", strings.Repeat("[", 250_000), "{" + many(`"#":1`) + "}"},
	}
	for shape, bodies := range tests {
		for _, body := range bodies {
			b := fmt.Appendf(nil, shape, body)
			s, drain := allFeeds(t)
			a := framed(t)
			stream := costOnce(func() { s.onFrame(b); drain() })
			adapter := costOnce(func() { a.stream.onFrame(b); a.out.drain(func(market.Body) {}) })
			t.Logf("%.60s: %.1f and %.1f times its %d bytes", b, float64(stream)/float64(len(b)), float64(adapter)/float64(len(b)), len(b))
			if stream > allowance(b) || adapter > allowance(b) {
				t.Errorf("%.60s: %d bytes cost the stream %d and the adapter %d", b, len(b), stream, adapter)
			}
		}
	}
}

// FuzzFill holds the reader of rows against the standard decoder.
func FuzzFill(f *testing.F) {
	for _, seed := range []string{fullRow, fmt.Sprintf(streamTrade, "01", "S", "5.0"), fmt.Sprintf(tradeRow, ""), `{"options":["a",1],"prompt":"true"}`, `{"outsideRTH":null,"price":"","conid":"7"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if members(b).b != nil && json.Valid(b) {
			same(t, b, new(OrderRow), new(OrderRow))
			same(t, b, new(TradeRow), new(TradeRow))
			same(t, b, new(NoticeUpdate), new(NoticeUpdate))
		}
	})
}

// same reads b in both ways. The standard decoder also takes names in another
// case; b is passed over when there is such a one.
func same(t *testing.T, b []byte, fast, slow any) {
	known := fieldsByName(reflect.TypeOf(fast).Elem())
	c := members(b)
	for key, value, ok := c.member(); ok; key, value, ok = c.member() {
		if string(key) == "options" && value[0] != '[' {
			return // the standard decoder takes no text for a list
		}
		for name := range known {
			if string(key) != name && strings.EqualFold(string(key), name) {
				return
			}
		}
	}
	errFast, errSlow := fill(b, fast), json.Unmarshal(b, slow)
	if (errFast == nil) != (errSlow == nil) {
		t.Fatalf("%s: %v, by the standard decoder %v", b, errFast, errSlow)
	}
	if x, y := marshal(t, fast), marshal(t, slow); errFast == nil && x != y {
		t.Fatalf("%s read as\n%s, by the standard decoder\n%s", b, x, y)
	}
}
