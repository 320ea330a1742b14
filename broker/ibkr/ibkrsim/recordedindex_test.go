package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
)

// indexed are the tests of the recordings that stand in the index itself, by
// their numbers there.
var indexed = map[string][]func(*testing.T){
	"C1":  {TestBracketAndGroupRows, TestGroupAnswers},
	"C3":  {TestFilledRow},
	"C4":  {TestBracketWithBadChild, TestGroupAnswers},
	"C5":  {TestRowsSeenOnTheWire},
	"C6":  {TestReplayOnSubscribe, TestOrderFrame},
	"C7":  {TestPlainFrames, TestLedgerTopic, TestSummaryTopic},
	"C8":  {TestPrompt, TestPlainFrames},
	"C9":  {TestStaleQuestion},
	"C10": {TestRules, TestOrderTypesReadBack},
	"C11": {TestOrderTypesReadBack},
	"C12": {TestSessionBoundary},
	"C13": {TestColdReads},
	"C14": {TestStatusesOfRecordings}, // without BRK B, which is not traded here
	"C15": {TestOrderStatusKeys},
	"C16": {TestInitOverOAuth},
	"C17": {TestCancel, TestCancelOfInactive},
	"C18": {TestSnapshotRow},
}

// indexLine is the text of a recording in the index.
func indexLine(t *testing.T, id string) string {
	t.Helper()
	text, err := os.ReadFile(sharedFile(t, "recordings.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := strings.Cut(string(text), "\n"+id+" ")
	if !found {
		t.Fatalf("no %s in the index", id)
	}
	line, _, _ = strings.Cut(line, "\nC")
	return line
}

// inIndex is the n-th JSON value in a recording of the index.
func inIndex(t *testing.T, id string, n int) any {
	t.Helper()
	line := indexLine(t, id)
	for {
		i := strings.IndexAny(line, "{[")
		if i < 0 {
			t.Fatalf("%s has no value %d", id, n)
		}
		var v any
		decoder := json.NewDecoder(strings.NewReader(line[i:]))
		if err := decoder.Decode(&v); err != nil {
			line = line[i+1:]
			continue
		}
		if n == 0 {
			return v
		}
		n, line = n-1, line[i+int(decoder.InputOffset()):]
	}
}

// Every recording of the index that can be trusted has a test.
func TestEveryIndexedRecordingIsTested(t *testing.T) {
	text, err := os.ReadFile(sharedFile(t, "recordings.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range regexp.MustCompile(`(?m)^(C\d+) (.*)$`).FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(m[2][:min(len(m[2]), 30)], "(W)") {
			seen++
			if len(indexed[m[1]]) == 0 {
				t.Errorf("%s is tested by nothing: %s", m[1], m[2])
			}
		}
	}
	if seen != len(indexed) {
		t.Errorf("%d recordings in the index, %d tested", seen, len(indexed))
	}
}

// has compares shapes of what was recorded in part: all of it has to be there.
func has(t *testing.T, what string, want, got any) {
	t.Helper()
	ours := shapeOf(asJSON(t, got))
	for at, kinds := range shapeOf(want) {
		for _, kind := range kinds {
			if !slices.Contains(ours[at], kind) {
				t.Errorf("%s%s: %v, the API sends %s", what, at, ours[at], kind)
			}
		}
	}
}

// A client knows a bracket by parentId and the parent's id as ocaGroupId, and an
// OCA group by its first order.
func TestBracketAndGroupRows(t *testing.T) {
	want := inIndex(t, "C1", 0).(map[string]any)["orders"].([]any)
	c := shapeServer(t)
	const limit = `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`
	c.must("POST", placePath(), `{"orders":[{"conid":756733,"cOID":"p",`+limit+`},
		{"conid":756733,"parentId":"p","orderType":"LMT","side":"SELL","quantity":1,"tif":"GTC","price":502.00},
		{"conid":756733,"parentId":"p","orderType":"STP","side":"SELL","quantity":1,"tif":"GTC","price":490.50}]}`)
	c.must("POST", placePath(), `{"orders":[{"conid":756733,"cOID":"a","isSingleGroup":true,`+limit+`},
		{"conid":756733,"cOID":"b","isSingleGroup":true,`+limit+`}]}`)
	rows := map[string]map[string]any{}
	for _, row := range c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any) {
		row := row.(map[string]any)
		rows[fmt.Sprint(row["order_ref"], row["side"], row["orderType"])] = row
	}
	for i, key := range []string{"pBUYLimit", "<nil>SELLLimit", "<nil>SELLStop", "aBUYLimit", "bBUYLimit"} {
		row := want[i].(map[string]any)
		has(t, key, row, rows[key])
		for _, link := range []string{"parentId", "ocaGroupId", "order_ref"} {
			if (row[link] == nil) != (rows[key][link] == nil) {
				t.Errorf("%s: %s is %v, the API sends %v", key, link, rows[key][link], row[link])
			}
		}
	}
}

// The row of a filled order has no order_ref when the client gave none.
func TestFilledRow(t *testing.T) {
	want := inIndex(t, "C3", 0)
	c := shapeServer(t)
	bought(c)
	got := at(t, c.must("GET", "/iserver/account/orders", ""), "orders", 0)
	compareShapes(t, "C3", shapeOf(want), shapeOf(asJSON(t, got)), map[string]bool{})
	for _, key := range []string{"price", "timeInForce", "status", "order_ccp_status", "origOrderType", "sizeAndFills", "bgColor"} {
		if theirs, ours := want.(map[string]any)[key], got.(map[string]any)[key]; theirs != ours {
			t.Errorf("%s: %v, the API sends %v", key, ours, theirs)
		}
	}
}

// badChild places a bracket whose child has a negative price.
func (c *client) badChild() any {
	return c.must("POST", placePath(), `{"orders":[{"conid":756733,"cOID":"p","orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00},
		{"conid":756733,"parentId":"p","orderType":"LMT","side":"SELL","quantity":1,"tif":"GTC","price":-1}]}`)
}

// A bracket with a bad child is refused in part: the parent stays behind.
func TestBracketWithBadChild(t *testing.T) {
	want := inIndex(t, "C4", 0).([]any)
	c := shapeServer(t)
	got := c.badChild().([]any)
	for i := range want {
		has(t, "row", want[i], got[i])
		for _, key := range []string{"order_id", "order_status"} {
			if theirs := want[i].(map[string]any)[key]; theirs != "1760268467" && theirs != got[i].(map[string]any)[key] {
				t.Errorf("%s: %v, the API sends %v", key, got[i], theirs)
			}
		}
	}
}

// The first frame of an order has the fields of its row.
func TestOrderFrame(t *testing.T) {
	c := shapeServer(t)
	ws := c.dial()
	ws.await("sts")
	ws.send("sor+{}")
	ws.barrier()
	c.place("frame", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`)
	row := at(t, ws.await("sor"), "args", 0).(map[string]any)
	for key := range strings.FieldsSeq(`acct conid orderId orderDesc ticker secType remainingQuantity filledQuantity totalSize
		companyName status orderType order_ref price side`) {
		if _, ok := row[key]; !ok {
			t.Errorf("no %s in %v", key, row)
		}
	}
}

// Types of orders are read back under names of their own.
func TestOrderTypesReadBack(t *testing.T) {
	newYork := inNewYork(t)
	opt := quiet()
	opt.Now, opt.NewYork = newClock().Now, newYork
	c := start(t, opt).login()
	c.quote("500.00", "500.02", 1000)
	c.trade("SPY", "500.01")
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o403","o10151"]}`)
	for _, one := range []struct{ order, name string }{
		{`"orderType":"LOC","price":499`, "LIMITONCLOSE"}, {`"orderType":"MOC"`, "MARKETONCLOSE"},
		{`"orderType":"MIT","price":499`, "MIT"}, {`"orderType":"LIT","price":499,"auxPrice":499`, "LIT"},
		{`"orderType":"REL","price":499`, "RELATIVE"}, {`"orderType":"TRAIL","trailingAmt":50,"trailingType":"amt"`, "TRAIL"},
	} {
		got := c.must("POST", placePath(), `{"orders":[{"conid":756733,"side":"BUY","quantity":1,"tif":"DAY",`+one.order+`}]}`)
		if id, asked := at(t, got, 0).(map[string]any)["id"].(string); asked {
			if ids := fmt.Sprint(at(t, got, 0, "messageIds")); one.name != "TRAIL" || ids != "[o10331]" {
				t.Errorf("%s: asked %s", one.name, ids)
			}
			got = c.must("POST", "/iserver/reply/"+id, `{"confirmed":true}`)
		}
		if status := at(t, got, 0, "order_status"); status != "PreSubmitted" {
			t.Errorf("%s: %v", one.name, got)
		}
		status := c.must("GET", "/iserver/account/order/status/"+at(t, got, 0, "order_id").(string), "")
		if name := at(t, status, "order_type"); name != one.name {
			t.Errorf("read back as %v, want %s", name, one.name)
		}
	}
}

// A new session of the same day finds what an earlier one left: working orders,
// fills; but the first reads are cold.
func TestSessionBoundary(t *testing.T) {
	c := shapeServer(t)
	watched(c)
	ids := map[string]string{
		"Filled":       c.place("fill", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`),
		"Submitted":    c.place("limit", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"GTC","price":499.00`),
		"PreSubmitted": c.place("stop", `"orderType":"STP","side":"SELL","quantity":1,"tif":"GTC","price":490.00`),
	}
	c.must("POST", "/logout", "")
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	c.must("GET", "/iserver/accounts", "")
	c.want("GET", "/iserver/account/orders", "", 200, `{"orders":[],"snapshot":false}`)
	c.want("GET", "/iserver/account/trades", "", 200, `[]`)
	if got := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any); len(got) != 3 {
		t.Errorf("orders of the earlier session: %v", got)
	}
	if got := c.must("GET", "/iserver/account/trades", "").([]any); len(got) != 1 {
		t.Errorf("trades of the earlier session: %v", got)
	}
	for want, id := range ids {
		if got := at(t, c.must("GET", "/iserver/account/order/status/"+id, ""), "order_status"); got != want {
			t.Errorf("status %v, want %s", got, want)
		}
	}
	ws := c.dial()
	ws.await("sts")
	ws.send("str+{}")
	if got := executions(ws.await("str")); got != "fill" {
		t.Errorf("replayed %s", got)
	}
}

// The first read of positions has fewer keys than the next one.
func TestColdReads(t *testing.T) {
	c := shapeServer(t)
	bought(c)
	for _, want := range []int{21, 46} {
		row := at(t, c.must("GET", "/portfolio/"+account+"/positions/0", ""), 0).(map[string]any)
		if len(row) != want {
			t.Errorf("%d keys, want %d: %v", len(row), want, row)
		}
	}
}

// An order's status has keys that no document names.
func TestOrderStatusKeys(t *testing.T) {
	keys := strings.TrimSuffix(strings.TrimSpace(strings.SplitN(indexLine(t, "C15"), ": ", 2)[1]), ".")
	c := shapeServer(t)
	working(c)
	status := c.must("GET", c.filled("/iserver/account/order/status/ORDER"), "").(map[string]any)
	for key := range strings.SplitSeq(keys, ", ") {
		if _, ok := status[key]; !ok {
			t.Errorf("no %s", key)
		}
	}
}

// Over OAuth the answer to the start of a session is short until it works.
func TestInitOverOAuth(t *testing.T) {
	want := inIndex(t, "C16", 0)
	opt := quiet()
	opt.Timing.Bridge = time.Hour
	c := start(t, opt)
	_, body := c.srv.AskedOver(identity.OAuth1, "POST", "/iserver/auth/ssodh/init").Bytes()
	var got any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	compareShapes(t, "C16", shapeOf(want), shapeOf(got), map[string]bool{})
}

// An inactive order is there, but cannot be cancelled.
func TestCancelOfInactive(t *testing.T) {
	c := shapeServer(t)
	id := at(t, c.badChild(), 1, "order_id").(string)
	c.want("DELETE", "/iserver/account/"+account+"/order/"+id, "", 400, `{"error":"Order is inactive"}`)
}

// A snapshot of two fields has those and the row's own, no others.
func TestSnapshotRow(t *testing.T) {
	want := inIndex(t, "C18", 0)
	c := shapeServer(t)
	const path = "/iserver/marketdata/snapshot?conids=756733&fields=84,31"
	c.must("GET", path, "")
	got := at(t, c.must("GET", path, ""), 0)
	compareShapes(t, "C18", shapeOf(want), shapeOf(asJSON(t, got)), map[string]bool{})
}
