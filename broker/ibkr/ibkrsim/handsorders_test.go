package ibkrsim_test

import (
	"fmt"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// happen carries out an event now.
func (c *client) happen(v scenario.Event) {
	c.t.Helper()
	if err := c.srv.Do(scenario.Command{Scenario: scenario.Scenario{Events: []scenario.Event{v}}}); err != nil {
		c.t.Fatal(v.Do, err)
	}
}

func span(d time.Duration) scenario.Span { return scenario.Span{Typical: d} }

const resting = `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499`

// What events do to orders, as a client sees it over REST.
func TestOrderEvents(t *testing.T) {
	clock := newClock()
	c := desk(t, func(opt *ibkrsim.Options) { opt.Now = clock.Now })
	c.happen(scenario.Event{Do: scenario.RejectLater, Delay: span(2 * time.Second), Args: scenario.Args{Text: "no longer wanted"}})
	c.place("reject", resting)
	if got := c.order("reject").Status; got != "Submitted" {
		t.Errorf("before it is rejected: %s", got)
	}
	clock.add(2 * time.Second)
	eventually(t, "rejected", func() bool { return c.order("reject").Status == "Inactive" })
	hasAll(t, "rejected", c.orderRows()[0], "order_cancellation_by_system_reason=no_longer_wanted")

	c.place("kill", resting)
	c.happen(scenario.Event{Do: scenario.CancelOrder, Args: scenario.Args{Order: "kill", Text: "by the system"}})
	hasAll(t, "cancelled", c.orderRows()[0], "status=Cancelled order_cancellation_by_system_reason=by_the_system")

	c.happen(scenario.Event{Do: scenario.SwallowOrders})
	before := len(c.orderRows())
	lost := c.must("POST", placePath(), orderBody("lost", resting)).([]any)[0]
	hasAll(t, "lost", lost, "local_order_id=lost order_status=Submitted")
	if n := len(c.orderRows()); n != before {
		t.Errorf("the lost order is listed: %d rows, %d before", n, before)
	}

	id := c.place("fork", resting)
	c.happen(scenario.Event{Do: scenario.ForkModify})
	other := c.must("POST", "/iserver/account/"+account+"/order/"+id, `{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":498}`).([]any)[0]
	if newer := other.(map[string]any)["order_id"]; newer == id || len(c.orderRows()) != before+2 {
		t.Errorf("the modification of %s made %v", id, newer)
	}

	c.happen(scenario.Event{Do: scenario.RejectLeg, Args: scenario.Args{Leg: 0, Text: "not this parent"}})
	c.want("POST", placePath(), `{"orders":[`+spy("leg", resting)+`,`+child("leg", bracketUp)+`]}`, 200, `{"error":"not this parent"}`)
	c.happen(scenario.Event{Do: scenario.RejectLeg, Args: scenario.Args{Leg: 1}})
	leg := c.must("POST", placePath(), `{"orders":[`+child("leg", bracketUp)+`,`+spy("leg", resting)+`]}`).([]any)
	hasAll(t, "child", leg[0], "order_id=-1 order_status=Failed")
}

func (c *client) orderRows() []any {
	c.t.Helper()
	return c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)
}

func (c *client) tradeRows() []any {
	c.t.Helper()
	return c.must("GET", "/iserver/account/trades", "").([]any)
}

// What events do to executions.
func TestExecutionEvents(t *testing.T) {
	c := desk(t, nil)
	c.happen(scenario.Event{Do: scenario.RemapFills})
	c.place("stray", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`)
	stray := c.tradeRows()[0].(map[string]any)
	if known := fmt.Sprint(c.order("stray").OrderID); fmt.Sprint(stray["order_id"]) == known || stray["order_ref"] != nil {
		t.Errorf("stray execution %v of order %s", stray, known)
	}
	c.happen(scenario.Event{Do: scenario.CorrectFill, Args: scenario.Args{Trade: scenario.Trade{Price: market.MustPrice("499")}}})
	hasAll(t, "corrected", c.tradeRows()[0], "price=499.00 size=2.0")
	c.happen(scenario.Event{Do: scenario.BustFill})
	if list := c.tradeRows(); len(list) != 0 {
		t.Errorf("busted: %v", list)
	}
}

// An order goes live whose reply failed, and orders of earlier sessions are
// not listed for a while.
func TestLateOrderEvents(t *testing.T) {
	clock := newClock()
	c := desk(t, func(opt *ibkrsim.Options) { opt.Now = clock.Now })
	c.happen(scenario.Event{Do: scenario.StaleReply, Delay: span(time.Second)})
	reply, _ := c.ask("o163", "stale")
	c.want("POST", "/iserver/reply/"+reply, `{"confirmed":true}`, 503, `{"error":"Service Unavailable","statusCode":503}`)
	clock.add(time.Second)
	eventually(t, "live after all", func() bool {
		return len(c.orderRows()) > 0 && c.orderRows()[0].(map[string]any)["order_ref"] == "stale"
	})

	c.happen(scenario.Event{Do: scenario.HideOrders, For: span(time.Minute)})
	c.must("POST", "/logout", "")
	clock.add(time.Second)
	c.login()
	if list := c.orderRows(); len(list) != 0 {
		t.Errorf("orders of the earlier session: %v", list)
	}
	clock.add(2 * time.Minute)
	eventually(t, "listed again", func() bool { return len(c.orderRows()) > 0 })
}

// ask places a resting order that is met with one question.
func (c *client) ask(message, coid string) (reply, asked string) {
	c.t.Helper()
	c.srv.Ask(message)
	return c.asked("POST", placePath(), orderBody(coid, resting))
}

// What happens to holdings without the client: by hand, by the broker, by a
// corporate action.
func TestPositionEvents(t *testing.T) {
	clock := newClock()
	c := desk(t, func(opt *ibkrsim.Options) { opt.Now = clock.Now })
	held := func() market.Qty {
		t.Helper()
		for _, p := range c.srv.State().Positions {
			if p.Conid == 756733 {
				return p.Qty
			}
		}
		return 0
	}
	trade := func(side market.Side, q int64, price string) scenario.Args {
		return scenario.Args{Instrument: "SPY.ARCA", Trade: scenario.Trade{Side: side, Qty: market.Shares(q), Price: market.MustPrice(price)}}
	}
	c.happen(scenario.Event{Do: scenario.ExternalOrder, Args: trade(market.Buy, 5, "0")})
	c.happen(scenario.Event{Do: scenario.AdjustPosition, Args: trade(market.Buy, 5, "250")})
	if held() != market.Shares(10) {
		t.Errorf("%s held, want 10", held())
	}
	c.happen(scenario.Event{Do: scenario.StalePositions, For: span(time.Minute)})
	c.happen(scenario.Event{Do: scenario.Liquidate, Args: scenario.Args{Instrument: "SPY.ARCA", Trade: scenario.Trade{Qty: market.Shares(4)}}})
	hasAll(t, "liquidation", c.must("GET", "/iserver/account/trades", "").([]any)[0], "liquidation_trade=1 side=S size=4.0")
	c.must("POST", "/portfolio/"+account+"/positions/invalidate", "")
	hasAll(t, "stuck", c.must("GET", "/portfolio/"+account+"/positions/0", "").([]any)[0], "position=10.0 avgCost=375.005")
	clock.add(2 * time.Minute)
	eventually(t, "no longer stuck", func() bool {
		c.must("POST", "/portfolio/"+account+"/positions/invalidate", "")
		return fmt.Sprint(c.must("GET", "/portfolio/"+account+"/positions/0", "").([]any)[0].(map[string]any)["position"]) == "6.0"
	})
}
