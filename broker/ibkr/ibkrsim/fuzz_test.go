package ibkrsim

import (
	"testing"

	"gannet/broker/ibkr/ibkrsim/web"
)

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
		x, err := opt.exchange(1)
		if err != nil {
			t.Fatal(err)
		}
		h, err := opt.house(x)
		if err != nil {
			t.Fatal(err)
		}
		s := fuzzServer(opt, h)
		one := &routes.All[int(which)%len(routes.All)]
		vars := map[string]string{"accountId": opt.Account, "orderId": text, "conid": text, "pageId": text, "replyId": text}
		r := &web.Request{Vars: vars, Query: map[string][]string{"conid": {text}, "conids": {text}, "fields": {body}, "period": {text},
			"bar": {text}, "days": {text}, "startTime": {text}, "symbols": {text}, "symbol": {text}, "filters": {text}}, Body: []byte(body), User: s.logins[0].name}
		out := s.handle(one, r)
		if out.Status == 0 {
			t.Errorf("%s: no answer", one.Pattern)
		}
		if out.Body != nil {
			web.Encode(out.Body)
		}
		c := newSocket(s.logins[0], nil, s.now())
		s.onMessage(c, text)
		s.onMessage(c, body)
		s.takeFrames(c)
		if len(h.Orders()) > 0 && one.Pattern != "/iserver/account/{accountId}/orders" {
			t.Errorf("%s made an order", one.Pattern)
		}
	})
}
