package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
)

// has says that the broker knows an order.
func (s *stage) has(coid string) bool {
	for _, o := range s.srv.State().Orders {
		if o.COID == coid {
			return true
		}
	}
	return false
}

// fails sends a request that must not be answered.
func (s *stage) fails(method, path, body string) {
	s.t.Helper()
	if got, err := s.try(method, path, body); err == nil {
		s.t.Errorf("%s %s: answered %d %s", method, path, got.status, got.text)
	}
}

// within tries until something is seen, so often at most.
func (s *stage) within(most int, what string, seen func(n int) bool) {
	s.t.Helper()
	for n := range most {
		if seen(n) {
			return
		}
	}
	s.t.Errorf("not once in %d times: %s", most, what)
}

// executions are the ids in the str frames until the next tic.
func (s *stage) executions() (ids []string) {
	s.t.Helper()
	s.ws.send("tic")
	for frame := s.ws.next(); frame["topic"] != "tic"; frame = s.ws.next() {
		if frame["topic"] == "str" {
			ids = append(ids, at(s.t, frame, "args", 0, "execution_id").(string))
		}
	}
	return ids
}

// bid is the bid in a snapshot, nil without data.
func (s *stage) bid() any {
	s.t.Helper()
	const path = "/iserver/marketdata/snapshot?conids=756733&fields=84"
	s.must("GET", path, "")
	return at(s.t, s.must("GET", path, ""), 0, "84")
}

const tickleLie = `{"iserver":{"authStatus":{"authenticated":false,"competing":false,"connected":true,"established":false}},"session":"0"}`

// scenarioEffects is what a client meets in the ready-made scenarios that are
// more than one event.
var scenarioEffects = map[string]func(*stage){
	"lost-request": func(s *stage) {
		s.fails("POST", placePath(), orderBody("x", resting))
		if s.has("x") {
			s.t.Error("it arrived")
		}
		s.place("x", resting)
	},
	"lost-response": func(s *stage) {
		s.fails("POST", placePath(), orderBody("x", resting))
		hasAll(s.t, "the order", s.rows("orders")[0], "order_ref=x status=Submitted")
	},
	"gateway-error": func(s *stage) {
		for _, status := range []int{503, 502} {
			s.answers("POST", placePath(), orderBody(fmt.Sprint(status), resting), status)
			s.order(fmt.Sprint(status))
		}
		s.web.Timeout = 100 * time.Millisecond
		s.fails("POST", placePath(), orderBody("504", resting))
		s.web.Timeout = 10 * time.Second
		eventually(s.t, "the order is there", func() bool { return s.has("504") })
	},
	"refused-in-200": func(s *stage) {
		var shapes []string
		for n := range 4 {
			text := s.answers("POST", placePath(), orderBody(fmt.Sprint("x", n), resting), 200).text
			shapes = append(shapes, text[:strings.IndexByte(text, ':')])
		}
		if got := strings.Join(shapes, " "); got != `{"error" [{"error" [{"order_id" {"outcome"` || s.newest().COID != "rest" {
			s.t.Errorf("shapes %s, newest order %s", got, s.newest().COID)
		}
	},
	"swallowed-orders": func(s *stage) {
		s.within(200, "an empty answer", func(n int) bool {
			coid := fmt.Sprint("x", n)
			empty := s.answers("POST", placePath(), orderBody(coid, resting), 200).text == ""
			if s.has(coid) == empty {
				s.t.Errorf("answered %t, taken %t", !empty, s.has(coid))
			}
			return empty
		})
	},
	"tickle-fails": func(s *stage) {
		s.must("POST", "/tickle", "")
		s.want("POST", "/tickle", "", 200, `{"error":"no session"}`)
		s.want("POST", "/tickle", "", 200, `{"error":"failed to process request"}`)
		wantJSON(s.t, s.must("POST", "/tickle", ""), tickleLie)
		s.fails("POST", "/tickle", "")
		s.fails("POST", "/tickle", "")
		s.must("POST", "/tickle", "")
	},
	"idle-timeout": func(s *stage) {
		s.pass(11 * time.Second)
		s.fails("POST", "/tickle", "")
		s.answers("GET", "/iserver/accounts", "", 200)
		s.pass(6 * time.Minute)
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
	},
	"false-empty": func(s *stage) {
		for path, none := range map[string]string{"/iserver/account/orders": `{"orders":[],"snapshot":true}`,
			"/iserver/account/trades": `[]`, "/portfolio2/" + account + "/positions": `[]`} {
			s.within(100, path+" empty", func(int) bool { return s.answers("GET", path, "", 200).text == none })
		}
		s.within(100, "empty and unsure", func(int) bool {
			return s.answers("GET", "/iserver/account/orders", "", 200).text == `{"orders":[],"snapshot":false}`
		})
	},
	"lost-frames": func(s *stage) {
		for n := range 60 {
			s.place(fmt.Sprint("x", n), buyOne)
		}
		if n := len(s.executions()); n == 0 || n >= 60 || len(s.srv.State().Executions) != 61 {
			s.t.Errorf("heard %d of 60 executions", n)
		}
	},
	"disordered-fills": func(s *stage) {
		for n := range 20 {
			s.place(fmt.Sprint("x", n), buyOne)
		}
		s.clock.add(10 * time.Second)
		known, all, swapped, before := map[string]bool{}, 0, false, ""
		for len(known) < 20 {
			id := at(s.t, s.ws.await("str"), "args", 0, "execution_id").(string)
			swapped, before = swapped || id < before, id
			known[id], all = true, all+1
		}
		if !swapped || all == 20 {
			s.t.Errorf("%d frames of 20 executions, out of order: %t", all, swapped)
		}
	},
	"late-status": func(s *stage) {
		s.place("x", buyOne)
		if n := len(s.executions()); n != 1 { // and no sor before it
			s.t.Errorf("%d executions", n)
		}
		s.clock.add(3 * time.Second)
		s.heard(s.order("x").OrderID, "Filled")
	},
	"lost-reply": func(s *stage) {
		reply, _ := s.asked("POST", placePath(), orderBody("x", resting))
		s.fails("POST", "/iserver/reply/"+reply, `{"confirmed":true}`)
		s.order("x")
	},
	"stale-answers": func(s *stage) {
		path := "/portfolio2/" + account + "/positions"
		s.must("GET", path, "")
		s.within(100, "an old position", func(n int) bool {
			s.place(fmt.Sprint("x", n), buyOne)
			return fmt.Sprint(at(s.t, s.must("GET", path, ""), 0, "position")) != fmt.Sprintf("%d.0", 11+n)
		})
	},
	"repeated-request": func(s *stage) {
		s.within(100, "an order that came twice", func(n int) bool {
			s.place(fmt.Sprint("x", n), resting)
			st := s.srv.State()
			if len(st.Orders) != n+3 {
				s.t.Errorf("%d orders of %d", len(st.Orders), n+3)
			}
			return st.Received[fmt.Sprint("x", n)] == 2
		})
	},
	"broken-bodies": func(s *stage) {
		kinds := map[string]bool{}
		s.within(1000, "cut short, empty, garbled and a wrong length", func(int) bool {
			got, err := s.try("GET", "/iserver/accounts", "")
			switch {
			case err != nil:
				kinds["length"] = true
			case got.text == "":
				kinds["empty"] = true
			case strings.Contains(got.text, "#"):
				kinds["garbled"] = true
			case !json.Valid([]byte(got.text)):
				kinds["short"] = true
			}
			return len(kinds) == 4
		})
	},
	"bracket-reject": func(s *stage) {
		for _, one := range [][2]string{{"first", "Inactive"}, {"second", "Inactive"}, {"third", ""}, {"fourth", "Submitted"}} {
			s.answers("POST", placePath(), bracketOf(one[0]), 200)
			if s.has(one[0]) != (one[1] != "") || one[1] != "" && s.order(one[0]).Status != one[1] {
				s.t.Errorf("%s bracket: there %t, want %q", one[0], s.has(one[0]), one[1])
			}
		}
	},
	"clock-skew": func(s *stage) {
		for range 2 {
			s.answers("POST", "/iserver/auth/ssodh/init", `{"compete":true}`, 401)
		}
		for _, by := range []time.Duration{10 * time.Minute, -10 * time.Minute, 0} {
			date, err := http.ParseTime(s.call("POST", "/tickle", "").header.Get("Date"))
			if err != nil || date.Sub(s.clock.Now()) != by {
				s.t.Errorf("Date %v (%v), want it off by %v", date, err, by)
			}
			s.pass(5 * time.Minute)
		}
	},
	"flapping-data": func(s *stage) {
		s.bid()
		for n, at := range []time.Duration{5100, 300, 200, 300} { // milliseconds
			s.pass(at * time.Millisecond)
			if got := s.bid(); (got == nil) != (n%2 == 0) {
				s.t.Errorf("step %d: bid %v", n, got)
			}
		}
	},
	"hidden-orders": func(s *stage) {
		s.pass(10 * time.Second)
		s.ws.ends(1006)
		s.again()
		if list := s.rows("orders"); len(list) != 0 {
			s.t.Errorf("listed: %v", list)
		}
	},
	"restart": func(s *stage) {
		s.pass(10 * time.Second)
		s.fails("POST", "/tickle", "")
		s.pass(5 * time.Second)
		s.opens(true, "authenticated=true")
		s.want("GET", "/iserver/accounts", "", 400, noBridge)
		s.pass(20 * time.Second)
		s.answers("GET", "/iserver/accounts", "", 200)
	},
	"forked-modify": func(s *stage) {
		s.fails("POST", fmt.Sprintf("/iserver/account/%s/order/%d", account, s.order("rest").OrderID),
			`{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":498}`)
		working := 0
		for _, o := range s.srv.State().Orders {
			if o.Status == "Submitted" {
				working++
			}
		}
		if working != 2 {
			s.t.Errorf("%d orders work, want two", working)
		}
	},
	"slow-order": func(s *stage) {
		s.web.Timeout = 100 * time.Millisecond
		s.fails("POST", placePath(), orderBody("x", resting))
		eventually(s.t, "it comes all the same", func() bool { return s.has("x") })
	},
	"too-many-requests": func(s *stage) {
		s.within(500, "429", func(int) bool { return s.call("GET", "/iserver/accounts", "").status == 429 })
	},
	"questions": func(s *stage) {
		depths := map[int]bool{}
		s.within(60, "none, one and more questions", func(n int) bool {
			got, depth := s.must("POST", placePath(), orderBody(fmt.Sprint("x", n), resting)), 0
			for list, ok := got.([]any); ok && list[0].(map[string]any)["messageIds"] != nil; list, ok = got.([]any) {
				got = s.must("POST", "/iserver/reply/"+list[0].(map[string]any)["id"].(string), `{"confirmed":true}`)
				depth++
			}
			depths[depth] = true
			return depths[0] && depths[1] && depths[2] && depths[3]
		})
	},
	"unknown-question": func(s *stage) {
		reply, first := s.asked("POST", placePath(), orderBody("x", resting))
		reply, second := s.asked("POST", "/iserver/reply/"+reply, `{"confirmed":true}`)
		hasAll(s.t, "at last", s.must("POST", "/iserver/reply/"+reply, `{"confirmed":true}`), "prompt=true messageId=p12")
		if first != "o163" || second != "o99001" {
			s.t.Errorf("asked %s, %s", first, second)
		}
	},
	"weekend": func(s *stage) {
		s.pass(11 * time.Second)
		s.answers("POST", "/tickle", "", 503)
		s.pass(time.Hour)
		s.opens(true, "authenticated=true")
		s.pass(time.Hour)
		s.answers("POST", "/tickle", "", 401)
	},
	"penalty-box": func(s *stage) {
		s.pass(10 * time.Second)
		s.answers("DELETE", fmt.Sprintf("/iserver/account/%s/order/%d", account, s.order("rest").OrderID), "", 429)
	},
	"trading-halt": func(s *stage) {
		s.pass(10 * time.Second)
		s.place("x", buyOne)
		if got := s.order("x").Filled; s.bid() != "465.00" || got != 0 {
			s.t.Errorf("bid %v, filled %s", s.bid(), got)
		}
	},
	"order-limit": func(s *stage) {
		for n := range 14 { // with the one that works already
			s.place(fmt.Sprint("x", n), resting)
		}
		if got := s.call("POST", placePath(), orderBody("one more", resting)); s.has("one more") || !strings.Contains(got.text, "error") {
			s.t.Errorf("a sixteenth: %d %s", got.status, got.text)
		}
	},
}

// What goes wrong in a ready-made scenario is what a client meets.
func TestScenarioEffects(t *testing.T) {
	for name, effect := range scenarioEffects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, func(opt *ibkrsim.Options) { opt.Seed = 11 })
			s.control("scenario", `{"name":"`+name+`"}`)
			effect(s)
		})
	}
}
