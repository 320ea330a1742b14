package ibkrsim

import (
	"bytes"
	"testing"

	"gannet/market"
)

// The same seed is the same market, so that a run can be repeated.
func TestSameSeedSamePath(t *testing.T) {
	for _, i := range DefaultInstruments() {
		a, b, c := newWalk(&i, 5), newWalk(&i, 5), newWalk(&i, 6)
		differs := false
		for range 1000 {
			qa, qb, qc := a.next(i.Tick), b.next(i.Tick), c.next(i.Tick)
			if qa != qb {
				t.Fatalf("%s: %+v and %+v of one seed", i.Symbol, qa, qb)
			}
			differs = differs || qa != qc
		}
		if !differs {
			t.Errorf("%s: two seeds are one market", i.Symbol)
		}
	}
}

// A demo must trade within seconds: dips of 0.05 % come every few seconds to
// tens of seconds (four steps are a second), and the price stays near home.
func TestWalkIsLively(t *testing.T) {
	const hour = 4 * 3600
	for _, i := range DefaultInstruments() {
		w := newWalk(&i, 1)
		var high market.Price
		dips := 0
		for range hour {
			q := w.next(i.Tick)
			if q.Bid >= q.Ask || !q.Bid.OnTick(i.Tick) || q.Ask-q.Bid > 2*i.Tick || q.BidSize < market.Shares(100) || q.BidSize > market.Shares(1500) {
				t.Fatalf("%s: %+v", i.Symbol, q)
			}
			if away := (q.Bid - i.Price).Abs(); away > i.Price.Percent(5) {
				t.Fatalf("%s: at %s, far from %s", i.Symbol, q.Bid, i.Price)
			}
			high = max(high, q.Bid)
			if q.Bid < high.Ratio(9995, 10000) {
				dips, high = dips+1, q.Bid
			}
		}
		if every := 3600 / dips; every > 60 {
			t.Errorf("%s: a dip every %d s", i.Symbol, every)
		}
	}
}

// Any bytes in the state file: records, or an error; never a panic.
func FuzzParseLog(f *testing.F) {
	var line bytes.Buffer
	body := encode(record{Header: &header{Version: 1, Account: "DU1"}, Posts: []string{"a"}})
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

// Any bytes on any endpoint and on the socket: an answer, never a panic, and
// never an order that a person did not ask for.
func FuzzRequests(f *testing.F) {
	f.Add(uint8(13), "1", `{"orders":[{"conid":756733,"cOID":"a","orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":1}]}`)
	f.Add(uint8(15), "1", `{"conid":756733,"orderType":"TRAIL","trailingAmt":1e9,"trailingType":"amt"}`)
	f.Add(uint8(21), "756733", `{"conid":[]}`)
	f.Fuzz(func(t *testing.T, which uint8, text, body string) {
		opt, err := Options{Manual: true, PlainHTTP: true}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		b, err := openBook(opt)
		if err != nil {
			t.Fatal(err)
		}
		s := fuzzServer(opt, b)
		one := &routes[int(which)%len(routes)]
		vars := map[string]string{"accountId": opt.Account, "orderId": text, "conid": text, "pageId": text, "replyId": text}
		r := &request{vars: vars, query: map[string][]string{"conid": {text}, "conids": {text}, "fields": {body}, "period": {text},
			"bar": {text}, "days": {text}, "startTime": {text}, "symbols": {text}, "symbol": {text}, "filters": {text}}, body: []byte(body)}
		out := s.handle(one, r)
		if out.status == 0 {
			t.Errorf("%s: no answer", one.pattern)
		}
		if out.body != nil {
			encode(out.body)
		}
		c := &socket{wake: make(chan struct{}, 1), quotes: map[int64]*quoteSub{}}
		s.onMessage(c, text)
		s.onMessage(c, body)
		s.takeFrames(c)
		if len(b.orders) > 0 && one.pattern != "/iserver/account/{accountId}/orders" {
			t.Errorf("%s made an order", one.pattern)
		}
	})
}
