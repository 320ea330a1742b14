package api

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr"
)

// The first snapshot of a contract has no data: it opens the stream, and the
// next one has.
func TestSnapshotPreflight(t *testing.T) {
	f := newFake(t)
	f.inTurn("GET /iserver/marketdata/snapshot",
		`[{"conid":265598,"conidEx":"265598"},{"conid":8314,"conidEx":"8314"}]`,
		`[{"conid":265598,"conidEx":"265598","_updated":1712596911593,"6119":"q6","6509":"RpB","31":"189.60"},{"conid":8314,"conidEx":"8314","6509":"RpB"}]`,
		`[{"conid":265598,"31":"189.60","6509":"RpB"},{"conid":8314,"31":"184.10","6509":"RpB"}]`)
	rows, err := f.api(t).MarketData.Quotes(t.Context(), time.Millisecond, 5, []int64{265598, 8314}, FieldLast, FieldBid)
	if err != nil || len(rows) != 2 || rows[0].Last.Text() != "189.60" || rows[1].Last.Text() != "184.10" {
		t.Errorf("rows %+v, %v", rows, err)
	}
	calls := f.got("GET /iserver/marketdata/snapshot")
	if len(calls) != 3 || calls[0].query.Get("conids") != "265598,8314" || calls[0].query.Get("fields") != "31,84" {
		t.Errorf("calls %v", calls)
	}
}

// A contract that never gets data does not hold the caller up for ever.
func TestSnapshotWithoutData(t *testing.T) {
	f := newFake(t)
	f.always("GET /iserver/marketdata/snapshot", 200, `[{"conid":1,"conidEx":"1","6509":"N"}]`)
	rows, err := f.api(t).MarketData.Quotes(t.Context(), time.Millisecond, 3, []int64{1}, FieldLast)
	if err != nil || len(rows) != 1 || !rows[0].Empty() || len(f.got("GET /iserver/marketdata/snapshot")) != 3 {
		t.Errorf("rows %+v, %v", rows, err)
	}
}

// The accounts have to be asked for before market data.
func TestSnapshotPrimesAccounts(t *testing.T) {
	f := newFake(t)
	f.on("GET /iserver/marketdata/snapshot", func(asked) (int, string) {
		if len(f.got("GET /iserver/accounts")) == 0 {
			return 400, `{"error":"Bad Request: Please query /accounts first","statusCode":400}`
		}
		return 200, `[{"conid":1,"31":"2.5"}]`
	})
	rows, err := f.api(t).MarketData.Snapshot(t.Context(), []int64{1}, FieldLast)
	if err != nil || len(rows) != 1 || rows[0].Last.Text() != "2.5" {
		t.Errorf("rows %+v, %v", rows, err)
	}
}

const snapshotRow = `{"conid":"756733","conidEx":"756733","server_id":"q0","_updated":1775086883187,"6509":"DPB",
	"31":"C655.05","84":"H1,300.5","85":"1,300","86":"655.10","88":"200","7059":"100","87":"50.1M","83":0.54,"7762":"50123456"}`

// Values are texts with letters, commas and units in them.
func TestSnapshotNumbers(t *testing.T) {
	var s Snapshot
	if err := Decode([]byte(snapshotRow), &s); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]struct {
		n    Num
		want string
		mark byte
	}{
		"last": {s.Last, "655.05", 'C'}, "bid": {s.Bid, "1300.5", 'H'}, "ask": {s.Ask, "655.1", 0},
		"volume": {s.Volume, "50100000", 0}, "change": {s.ChangePercent, "0.54", 0}, "volume exact": {s.VolumeExact, "50123456", 0},
	} {
		if d, ok := got.n.Decimal(); !ok || d.String() != got.want || got.n.Mark() != got.mark {
			t.Errorf("%s: %s %v, mark %c", name, d, ok, got.n.Mark())
		}
	}
	if conid, ok := s.Conid.Int(); !ok || conid != 756733 {
		t.Errorf("conid %d", conid)
	}
	if s.Field("31") != "C655.05" || s.Field("9999") != "" {
		t.Error("field by number")
	}
}

// 85 is the ask's size, 88 the bid's, 7059 that of the last trade; some lists
// have them the wrong way round.
func TestSnapshotSizes(t *testing.T) {
	var s Snapshot
	if err := Decode([]byte(snapshotRow), &s); err != nil {
		t.Fatal(err)
	}
	if s.AskSize.Text() != "1,300" || s.BidSize.Text() != "200" || s.LastSize.Text() != "100" {
		t.Errorf("ask %s, bid %s, last %s", s.AskSize, s.BidSize, s.LastSize)
	}
	if FieldAskSize != "85" || FieldBidSize != "88" || FieldLastSize != "7059" {
		t.Error("names of the sizes' fields")
	}
}

// A field that is absent is not known; 0 would be a price.
func TestSnapshotAbsentIsNotZero(t *testing.T) {
	var s Snapshot
	if err := Decode([]byte(`{"conid":756733,"31":"655.05","84":"","86":null}`), &s); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]Num{"bid": s.Bid, "ask": s.Ask, "high": s.High} {
		if _, ok := n.Decimal(); ok || n.Said() {
			t.Errorf("%s is said", name)
		}
	}
	if !s.Last.Said() {
		t.Error("last is not said")
	}
}

// Delayed data differs from live data in the availability alone.
func TestSnapshotDelayed(t *testing.T) {
	for text, want := range map[string]bool{"RpB": true, "R": true, "DPB": false, "ZB": false, "Y": false, "N": false, "S": false, "": false} {
		s := Snapshot{Availability: TextOf(text)}
		if s.RealTime() != want {
			t.Errorf("%q is real-time: %v", text, s.RealTime())
		}
	}
}

// The first positions of a session lack the names, and the strike changes
// from a number to a text.
func TestPositionsFirstReadIsSparse(t *testing.T) {
	const sparse = `[{"acctId":"DU1234567","conid":756733,"contractDesc":"SPY","position":44.0,"multiplier":null,"strike":0.0,"exchs":null}]`
	const full = `[{"acctId":"DU1234567","conid":756733,"contractDesc":"SPY","position":44.0,"multiplier":0.0,"strike":"0","exchs":null,"ticker":"SPY","name":"SPDR S&P 500 ETF TRUST"}]`
	f := newFake(t)
	f.inTurn("GET /portfolio/DU1234567/positions/0", sparse, full)
	f.inTurn("GET /portfolio/DU1234567/positions/1", strings.ReplaceAll(full, "756733", "265598"))
	f.always("GET /portfolio/DU1234567/positions/2", 200, `[]`)
	rows, err := f.api(t).Portfolio.AllPositions(t.Context(), "DU1234567", "")
	if err != nil || len(rows) != 2 || rows[0].Ticker.String() != "SPY" || rows[1].Conid.Text() != "265598" {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	if first := f.got("GET /portfolio/DU1234567/positions/0")[0]; first.query.Get("sort") == "" {
		t.Error("pages are only stable when they are sorted")
	}
	var one []Position
	if err := Decode([]byte(sparse), &one); err != nil || !one[0].Sparse() {
		t.Fatal(err)
	}
	for _, n := range []Num{one[0].Strike, rows[0].Strike} {
		if d, ok := n.Decimal(); !ok || !d.IsZero() {
			t.Errorf("strike %s", n)
		}
	}
}

// The conid is a text in a search and in the newer positions, elsewhere a number.
func TestConidTextOrNumber(t *testing.T) {
	var rows []SearchRow
	var newer []Position2
	var older []Position
	for body, v := range map[string]any{
		`[{"conid":"756733"}]`: &rows, `[{"conid":"756733","position":3.0}]`: &newer, `[{"conid":756733}]`: &older,
	} {
		if err := Decode([]byte(body), v); err != nil {
			t.Fatal(err)
		}
	}
	for i, n := range []Num{rows[0].Conid, newer[0].Conid, older[0].Conid} {
		if conid, ok := n.Int(); !ok || conid != 756733 {
			t.Errorf("%d: conid %s", i, n)
		}
	}
}

// One moment comes in seven forms.
func TestTimesInEveryForm(t *testing.T) {
	for text, want := range map[string]string{
		"20231211-18:00:49": "2023-12-11T18:00:49Z", "231211180049": "2023-12-11T18:00:49Z",
		"2023-12-11 18:00:49": "2023-12-11T18:00:49Z", "1702317649": "2023-12-11T18:00:49Z",
		"1702317649000": "2023-12-11T18:00:49Z", "1775086883187": "2026-04-01T23:41:23.187Z",
		"20231211": "2023-12-11T00:00:00Z", "Tue Mar 31 00:00:00 EDT 2026": "2026-03-31T04:00:00Z",
		"Tue Jan  6 00:00:00 EST 2026": "2026-01-06T05:00:00Z", "2026-03-31T04:00:00.5-04:00": "2026-03-31T08:00:00.5Z",
	} {
		if got, ok := When(text, nil); !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %s %v, want %s", text, got.Format(time.RFC3339Nano), ok, want)
		}
	}
	for _, text := range []string{"", "N/A", "0", "12", "Tue Mar 31 00:00:00 XYZ 2026", "99999999"} {
		if got, ok := When(text, nil); ok {
			t.Errorf("%q read as %s", text, got)
		}
	}
	berlin := time.FixedZone("CET", 3600)
	if got, ok := When("Tue Mar 31 00:00:00 CET 2026", berlin); !ok || got.Format(time.RFC3339) != "2026-03-30T23:00:00Z" {
		t.Errorf("zone of the caller: %s %v", got, ok)
	}
	if got, ok := TextOf("20260402-13:30:00").When(nil); !ok || got.Unix() != 1775136600 {
		t.Errorf("text: %s", got)
	}
	if got, ok := IntOf(1775136600000).When(); !ok || got.Unix() != 1775136600 {
		t.Errorf("number: %s", got)
	}
}

// Unsubscribing where there is no stream is a 500, or a 404 in the older form;
// what was wanted is so already. Any other fault is one.
func TestUnsubscribeWithoutStream(t *testing.T) {
	f := newFake(t)
	f.always("POST /iserver/marketdata/unsubscribe", 500, `{"error":"unknown"}`)
	m := f.api(t).MarketData
	if out, err := m.Unsubscribe(t.Context(), 265598); err != nil || out.Success.True() {
		t.Errorf("%+v, %v", out, err)
	}
	if body := f.got("POST /iserver/marketdata/unsubscribe")[0].body; body != `{"conid":265598}` {
		t.Errorf("body %s", body)
	}
	if _, err := m.UnsubscribeOld(t.Context(), 265598); err != nil {
		t.Error(err)
	}
	f.always("POST /iserver/marketdata/unsubscribe", 503, `{"error":"Service Unavailable","statusCode":503}`)
	if _, err := m.Unsubscribe(t.Context(), 265598); err == nil {
		t.Error("a 503 was taken for done")
	}
	f.always("POST /iserver/marketdata/unsubscribe", 200, `{"success":true}`)
	if out, err := m.Unsubscribe(t.Context(), 265598); err != nil || !out.Success.True() {
		t.Errorf("%+v, %v", out, err)
	}
}

// Definitions of contracts that do not exist are a 204 without content.
func TestSecDefNothingFound(t *testing.T) {
	f := newFake(t)
	f.always("GET /trsrv/secdef", 204, "")
	out, err := f.api(t).Contracts.SecDef(t.Context(), 1, 2)
	if err != nil || len(out.SecDef) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
}

// An account that holds nothing of a contract gives an empty list on some
// servers and no content on others.
func TestPositionEmptyBody(t *testing.T) {
	f := newFake(t)
	for _, body := range []string{"", "[]"} {
		f.always("GET /portfolio/DU1234567/position/1", 200, body)
		if rows, err := f.api(t).Portfolio.Position(t.Context(), "DU1234567", 1); err != nil || len(rows) != 0 {
			t.Errorf("%q: %+v, %v", body, rows, err)
		}
	}
	// Elsewhere no content is a fault: IBKR's servers send it around the nightly reset.
	f.always("GET /portfolio/DU1234567/positions/0", 200, "")
	if _, err := f.api(t).Portfolio.Positions(t.Context(), "DU1234567", 0, PositionsQuery{}); err == nil {
		t.Error("no content was taken for no positions")
	}
}

// An unknown account is a 401 without a body, which says nothing about the session.
func TestUnknownAccountIsNoLostSession(t *testing.T) {
	f := newFake(t)
	for route, call := range map[string]func(*API) error{
		"GET /portfolio/U9/ledger":             func(a *API) error { _, err := a.Portfolio.Ledger(t.Context(), "U9"); return err },
		"GET /portfolio2/U9/positions":         func(a *API) error { _, err := a.Portfolio.Positions2(t.Context(), "U9", PositionsQuery{}); return err },
		"GET /acesws/U9/signatures-and-owners": func(a *API) error { _, err := a.Accounts.Owners(t.Context(), "U9"); return err },
	} {
		f.always(route, 401, "")
		var e *ibkr.Error
		if err := call(f.api(t)); !errors.As(err, &e) || e.Kind != ibkr.KindNotFound {
			t.Errorf("%s: %v", route, err)
		}
	}
}

// What IBKR calls an error in a good answer is one, and the kinds tell them apart.
func TestErrorRows(t *testing.T) {
	f := newFake(t)
	for _, tt := range []struct {
		status int
		body   string
		kind   ibkr.Kind
		text   string
	}{
		{200, `{"error":"No data."}`, ibkr.KindRefused, "No data."},
		{400, `{"error":"Bad Request: no bridge","statusCode":400}`, ibkr.KindNoBridge, "no bridge"},
		{400, `{"error":"Init session first","statusCode":"400"}`, ibkr.KindNoBridge, "Init"},
		{400, `{"error":"Bad Request: conid is required","statusCode":400}`, ibkr.KindRefused, "conid"},
		{500, `{"error":"unknown conid"}`, ibkr.KindTemporary, "unknown"},
		{503, `{"error":"Service Unavailable","statusCode":503}`, ibkr.KindTemporary, "Service"},
	} {
		f.always("GET /contract/trading-schedule", tt.status, tt.body)
		_, err := f.api(t).Contracts.Schedule(t.Context(), 0, "")
		var e *ibkr.Error
		if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Text, tt.text) || e.Status != tt.status {
			t.Errorf("%d %s: %v", tt.status, tt.body, err)
		}
		if n := len(f.got("GET /contract/trading-schedule")); tt.kind == ibkr.KindTemporary && n < 3 {
			t.Errorf("%d: asked %d times, want a read to be tried again", tt.status, n)
		}
	}
}

// A page of an advisor's accounts is an object in the documents and a bare list on the wire.
func TestSubaccountsBothForms(t *testing.T) {
	for _, body := range []string{
		`[{"id":"U1"},{"id":"U2"}]`, `{"metadata":{"pageNum":0,"pageSize":20,"total":2},"subaccounts":[{"id":"U1"},{"id":"U2"}]}`,
	} {
		f := newFake(t)
		f.always("GET /portfolio/subaccounts2", 200, body)
		page, err := f.api(t).Portfolio.SubaccountsPage(t.Context(), 0)
		if err != nil || len(page.Subaccounts) != 2 || page.Subaccounts[1].ID.String() != "U2" {
			t.Fatalf("%s: %+v, %v", body, page, err)
		}
		if back, err := Encode(page); err != nil || string(back) != body {
			t.Errorf("%s written as %s, %v", body, back, err)
		}
	}
}

// The document gives one row where the servers give a list.
func TestOneOrManyBothForms(t *testing.T) {
	for _, body := range []string{`[{"conid":1}]`, `{"conid":1}`} {
		f := newFake(t)
		f.always("GET /iserver/secdef/info", 200, body)
		rows, err := f.api(t).Contracts.Details(t.Context(), InfoRequest{Conid: 265598, SecType: "OPT", Month: "jan26", Right: "C", Strike: IntOf(185)})
		if err != nil || len(rows) != 1 || rows[0].Conid.Text() != "1" {
			t.Errorf("%s: %+v, %v", body, rows, err)
		}
		if q := f.got("GET /iserver/secdef/info")[0].query; q.Get("month") != "JAN26" || q.Get("strike") != "185" {
			t.Errorf("query %v", q)
		}
	}
}

// A field in a shape that its type cannot hold is kept, and the rest is read.
func TestOddShapesAreKept(t *testing.T) {
	const body = `{"contracts":null,"scan_data_column_name":{"odd":1.50},"new":[1]}`
	var out ScanResult
	if err := Decode([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	back, err := Encode(out)
	if err != nil || fmt.Sprint(exact(t, back)) != fmt.Sprint(exact(t, []byte(body))) || len(out.Fields()) != 3 {
		t.Errorf("written as %s, %v", back, err)
	}
}

// Whatever a field holds, reading it as a time or a number neither panics nor
// gives a time that IBKR cannot mean.
func FuzzWhen(f *testing.F) {
	for _, text := range []string{"20231211-18:00:49", "1702317649000", "Tue Mar 31 00:00:00 EDT 2026", "C1,300.5K", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := When(text, nil); ok && (at.IsZero() && !strings.Contains(text, "0001") || at.Location() != time.UTC) {
			t.Errorf("%q read as %s", text, at)
		}
		n := Num{raw: TextOf(text).raw}
		if _, ok := n.Decimal(); ok != n.Said() {
			t.Errorf("%q is a number and is not", text)
		}
	})
}
