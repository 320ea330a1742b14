package ibkrsim_test

import (
	"fmt"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// bracketOf is an order with a profit taker and a stop.
func bracketOf(coid string) string {
	return `{"orders":[` + spy(coid, resting) + `,` + child(coid, bracketUp) + `,` + child(coid, bracketDn) + `]}`
}

// change changes the price of an order.
func (s *stage) change(id, price string) response {
	return s.call("POST", "/iserver/account/"+account+"/order/"+id,
		`{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":`+price+`}`)
}

// orderEffects are those of events about orders, executions and positions.
var orderEffects = map[scenario.Kind]func(*stage){
	scenario.Ask: func(s *stage) {
		s.event(`{"do":"ask","messages":["o163","o99001"],"count":2}`)
		for n := range 2 {
			reply, id := s.asked("POST", placePath(), orderBody(fmt.Sprint("asked", n), resting))
			next, second := s.asked("POST", "/iserver/reply/"+reply, `{"confirmed":true}`)
			if id != "o163" || second != "o99001" {
				s.t.Errorf("asked %s, %s", id, second)
			}
			s.must("POST", "/iserver/reply/"+next, `{"confirmed":true}`)
			s.order(fmt.Sprint("asked", n))
		}
		s.place("third", resting)
	},
	scenario.StaleReply: func(s *stage) {
		s.event(`[{"do":"ask","messages":["o163"]},{"do":"stale-reply","delay":"5s"}]`)
		reply, _ := s.asked("POST", placePath(), orderBody("stale", resting))
		s.answers("POST", "/iserver/reply/"+reply, `{"confirmed":true}`, 503)
		if got := s.newest().COID; got != "rest" {
			s.t.Errorf("%s is there at once", got)
		}
		s.clock.add(5 * time.Second)
		eventually(s.t, "the order goes live", func() bool { return s.newest().COID == "stale" })
	},
	scenario.Prompt: func(s *stage) {
		s.event(`{"do":"prompt","order":"rest"}`)
		s.answersPrompt("rest", "Do not use", "Inactive")
		s.event(`{"do":"prompt"}`)
		s.call("POST", placePath(), orderBody("held back", resting))
		if got := s.order("held back").Status; got != "Inactive" {
			s.t.Errorf("before the answer: %s", got)
		}
		s.answersPrompt("held back", "Use on this order", "Submitted")
	},
	scenario.RejectLater: func(s *stage) {
		s.event(`{"do":"reject-later","delay":"2s","text":"no longer wanted","count":2}`)
		s.place("one", resting)
		s.place("two", resting)
		s.place("three", resting)
		if got := s.order("one").Status; got != "Submitted" {
			s.t.Errorf("at first %s", got)
		}
		s.clock.add(2 * time.Second)
		eventually(s.t, "both are rejected", func() bool { return s.order("one").Status+s.order("two").Status == "InactiveInactive" })
		hasAll(s.t, "sor", s.heard(s.order("two").OrderID, "Inactive"), "order_cancellation_by_system_reason=no_longer_wanted")
		if got := s.order("three").Status; got != "Submitted" {
			s.t.Errorf("a third is %s", got)
		}
	},
	scenario.RejectLeg: func(s *stage) {
		s.event(`{"do":"reject-leg","leg":1,"text":"no such contract"}`)
		rows := s.must("POST", placePath(), bracketOf("leg")).([]any)
		hasAll(s.t, "leg", rows[0], "order_id=-1 order_status=Failed text=no_such_contract")
		if got := s.order("leg").Status; got != "Inactive" {
			s.t.Errorf("the parent is %s", got)
		}
		s.event(`[{"do":"reject-leg","leg":0,"text":"no parent"},{"do":"reject-leg","leg":2}]`)
		s.want("POST", placePath(), bracketOf("none"), 200, `{"error":"no parent"}`)
		rows = s.must("POST", placePath(), bracketOf("second")).([]any)
		hasAll(s.t, "second leg", rows[0], "order_id=-1 order_status=Failed")
		s.must("POST", placePath(), bracketOf("whole"))
		if got := s.order("whole").Status; got != "Submitted" {
			s.t.Errorf("after all refusals: %s", got)
		}
	},
	scenario.SwallowOrders: func(s *stage) {
		s.event(`{"do":"swallow-orders","count":2}`)
		for _, coid := range []string{"lost", "gone"} {
			id := s.place(coid, resting)
			if got := s.call("GET", "/iserver/account/order/status/"+id, "").text; !strings.Contains(got, "error") {
				s.t.Errorf("its status: %s", got)
			}
		}
		if n := len(s.rows("orders")); n != 2 || s.srv.State().Received["gone"] != 1 {
			s.t.Errorf("%d orders listed, want those of before", n)
		}
	},
	scenario.ForkModify: func(s *stage) {
		id := fmt.Sprint(s.order("rest").OrderID)
		s.event(`{"do":"fork-modify"}`)
		made := at(s.t, s.change(id, "498").json(s.t), 0, "order_id")
		if made == id {
			s.t.Errorf("the change made %v of %s", made, id)
		}
		working := ""
		for _, row := range s.rows("orders")[:2] {
			working += fmt.Sprint(row.(map[string]any)["status"], row.(map[string]any)["price"], " ")
		}
		if working != "Submitted498.00 Submitted499.00 " {
			s.t.Errorf("working: %s", working)
		}
	},
	scenario.CancelOrder: func(s *stage) {
		s.event(`{"do":"cancel-order","order":"rest","text":"by the system"}`)
		hasAll(s.t, "sor", s.heard(s.order("rest").OrderID, "Cancelled"), "order_cancellation_by_system_reason=by_the_system")
	},
	scenario.HideOrders: func(s *stage) {
		s.event(`{"do":"hide-orders","for":"1m"}`)
		if n := len(s.rows("orders")); n != 2 {
			s.t.Errorf("%d orders of this session, want 2", n)
		}
		s.must("POST", "/logout", "")
		s.clock.add(time.Second)
		s.again()
		if list := s.rows("orders"); len(list) != 0 {
			s.t.Errorf("of the earlier session: %v", list)
		}
		s.pass(time.Minute)
		if n := len(s.rows("orders")); n != 2 {
			s.t.Errorf("%d orders afterwards, want 2", n)
		}
	},
	scenario.CorrectFill: func(s *stage) {
		s.event(`{"do":"correct-fill","qty":"4","price":"499.50"}`)
		row := at(s.t, s.ws.await("str"), "args", 0).(map[string]any)
		hasAll(s.t, "str", row, "size=4 price=499.50 order_ref=held")
		if id := fmt.Sprint(row["execution_id"]); !strings.HasSuffix(id, ".02") {
			s.t.Errorf("its id is %s", id)
		}
		s.holds("4.0")
	},
	scenario.BustFill: func(s *stage) {
		s.event(`{"do":"bust-fill","execution":"` + s.srv.State().Executions[0].ID + `"}`)
		row := at(s.t, s.ws.await("str"), "args", 0).(map[string]any)
		if id := fmt.Sprint(row["execution_id"]); !strings.HasSuffix(id, ".02") || fmt.Sprint(row["size"]) != "0" {
			s.t.Errorf("bust %v", row)
		}
		if list := s.rows("trades"); len(list) != 0 {
			s.t.Errorf("still listed: %v", list)
		}
	},
	scenario.RemapFills: func(s *stage) {
		s.event(`{"do":"remap-fills"}`)
		id := s.place("stray", buyOne)
		row := s.rows("trades")[0].(map[string]any)
		if row["order_ref"] != nil || fmt.Sprint(row["order_id"]) == id {
			s.t.Errorf("execution %v of order %s", row, id)
		}
		s.place("known", buyOne)
		hasAll(s.t, "the one after", s.rows("trades")[0], "order_ref=known")
	},
	scenario.LateTrades: func(s *stage) {
		s.event(`{"do":"late-trades","delay":"30s"}`)
		s.place("late", buyOne)
		hasAll(s.t, "str", at(s.t, s.ws.await("str"), "args", 0), "order_ref=late")
		if n := len(s.rows("trades")); n != 1 {
			s.t.Errorf("%d trades at once, want the old one", n)
		}
		s.pass(30 * time.Second)
		hasAll(s.t, "later", s.rows("trades")[0], "order_ref=late")
	},
	scenario.LateCommission: func(s *stage) {
		s.event(`{"do":"late-commission","delay":"10s"}`)
		s.place("late", buyOne)
		hasAll(s.t, "at once", s.rows("trades")[0], "order_ref=late commission=")
		s.pass(10 * time.Second)
		hasAll(s.t, "later", s.rows("trades")[0], "order_ref=late commission=1.0")
	},
	scenario.ExternalOrder: func(s *stage) {
		s.event(`{"do":"external-order","instrument":"SPY","side":"BUY","qty":"5"}`)
		hasAll(s.t, "str", at(s.t, s.ws.await("str"), "args", 0), "size=5 order_ref=<nil>")
		s.holds("15.0")
		s.event(`{"do":"external-order","instrument":"SPY","side":"SELL","qty":"5","price":"510"}`)
		hasAll(s.t, "row", s.rows("orders")[0], "status=Submitted order_ref=<nil> price=510.00 side=SELL")
	},
	scenario.Liquidate: func(s *stage) {
		s.event(`{"do":"liquidate","instrument":"SPY","qty":"4"}`)
		hasAll(s.t, "trade", s.rows("trades")[0], "side=S size=4.0 liquidation_trade=1")
		s.holds("6.0")
		s.event(`{"do":"liquidate","instrument":"SPY"}`)
		hasAll(s.t, "trade", s.rows("trades")[0], "side=S size=6.0 liquidation_trade=1")
	},
	scenario.AdjustPosition: func(s *stage) {
		s.event(`{"do":"adjust-position","instrument":"SPY","side":"BUY","qty":"10","price":"250"}`)
		s.holds("20.0")
		if n := len(s.rows("trades")); n != 1 {
			s.t.Errorf("%d trades, want the first", n)
		}
		s.event(`{"do":"adjust-position","instrument":"SPY","side":"SELL","qty":"10","price":"250"}`)
	},
	scenario.StalePositions: func(s *stage) {
		s.event(`{"do":"stale-positions","for":"1m"}`)
		s.place("more", buyOne)
		s.holds("10.0")
		path := "/portfolio2/" + account + "/positions"
		if got := fmt.Sprint(at(s.t, s.must("GET", path, ""), 0, "position")); got != "11.0" {
			s.t.Errorf("%s says %s", path, got)
		}
		s.pass(time.Minute)
		s.holds("11.0")
	},
}

// heard is the next sor row of an order with a status.
func (s *stage) heard(id int64, status string) map[string]any {
	s.t.Helper()
	for {
		for _, one := range s.ws.await("sor")["args"].([]any) {
			row := one.(map[string]any)
			if fmt.Sprintf("%.0f", row["orderId"]) == fmt.Sprint(id) && row["status"] == status {
				return row
			}
		}
	}
}

// answersPrompt answers the prompt that comes next, which is about an order.
func (s *stage) answersPrompt(coid, text, want string) {
	s.t.Helper()
	asked := at(s.t, s.ws.await("ntf"), "args", 0)
	id := s.order(coid).OrderID
	hasAll(s.t, "prompt", asked, "messageId=p12 prompt=true")
	s.must("POST", "/iserver/notification", fmt.Sprintf(`{"orderId":%d,"reqId":%q,"text":%q}`, id, at(s.t, asked, "reqId"), text))
	if got := s.order(coid).Status; got != want {
		s.t.Errorf("%s after %q: %s, want %s", coid, text, got, want)
	}
}
