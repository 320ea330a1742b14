package ibkrsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// smh answers once with the history, in the bars that the format names; five
// may be open, umh ends one.
func TestChartTopic(t *testing.T) {
	clock := newClock()
	c := start(t, ibkrsim.Options{Now: clock.Now, Seed: 3, Timing: ibkrsim.Timing{Bridge: -1}}).login()
	ws := c.dial()
	ask := `smh+756733+{"exchange":"ARCA","period":"1h","bar":"5min","outsideRth":false,"source":"trades","format":"%o/%c/%h/%l"}`
	var ids []string
	for range 5 {
		ws.send(ask)
		frame := ws.await("smh+756733")
		bars := frame["data"].([]any)
		if len(bars) < 12 || frame["barLength"] != 300.0 || frame["symbol"] != "SPY" {
			t.Errorf("%d bars of %v of %v", len(bars), frame["barLength"], frame["symbol"])
		}
		wantKeys(t, "a bar", bars[0], "o c h l t")
		ids = append(ids, frame["serverId"].(string))
	}
	wantKeys(t, "smh", func() map[string]any {
		ws.send("umh+" + ids[0])
		if got := ws.next()["message"]; got != "Unsubscribed "+ids[0] {
			t.Errorf("umh: %v", got)
		}
		ws.send(`smh+756733+{"period":"1d","bar":"1h"}`)
		return ws.await("smh+756733")
	}(), `topic serverId symbol text priceFactor startTime high low timePeriod barLength mdAvailability mktDataDelay outsideRth
		tradingDayDuration volumeFactor priceDisplayRule priceDisplayValue negativeCapable messageVersion data points travelTime`)
	ws.send(ask)
	if got := ws.next(); got["topic"] != "error" {
		t.Errorf("the sixth: %v", got)
	}
	ws.send("umh+" + ids[0])
	if got := ws.next(); got["topic"] != "error" {
		t.Errorf("umh twice: %v", got)
	}
	ws.send("umh+" + ids[1])
	ws.next()
	ws.send(`smh+756733+{"period":"nonsense"}`)
	if got := ws.next(); !strings.HasPrefix(got["error"].(string), "invalid period") {
		t.Errorf("a bad period: %v", got)
	}
}

// sbd shows the book from the highest ask down to the lowest bid; later frames
// have the rows that changed; ubd ends it.
func TestBookTopic(t *testing.T) {
	c, ws := session(t, quiet())
	if err := c.srv.SetPrice("SPY", ibkrsim.Quote{Bid: market.MustPrice("500"), Ask: market.MustPrice("500.03"), Last: market.MustPrice("500.01"),
		LastSize: market.Shares(7)}); err != nil {
		t.Fatal(err)
	}
	ws.send("sbd+" + account + "+756733+ARCA")
	frame := ws.await("sbd+" + account + "+756733")
	rows := frame["data"].([]any)
	if len(rows) != 21 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	wantJSON(t, rows[9].(map[string]any), `{"row":9,"focus":0,"price":"500.03","ask":"1000"}`)
	wantJSON(t, rows[10].(map[string]any), `{"row":10,"focus":1,"price":"7 @ 500.01"}`)
	wantJSON(t, rows[11].(map[string]any), `{"row":11,"focus":0,"price":"500.00","bid":"1000"}`)
	if err := c.srv.SetPrice("SPY", ibkrsim.Quote{Bid: market.MustPrice("500"), BidSize: market.Shares(300)}); err != nil {
		t.Fatal(err)
	}
	delta := ws.await("sbd+" + account + "+756733")["data"].([]any)
	wantJSON(t, delta[0].(map[string]any), `{"row":11,"focus":0,"price":"500.00","bid":"300"}`)
	ws.send("ubd+" + account)
	ws.barrier()
	c.quote("400.00", "400.02", 100)
	ws.send("tic")
	if got := ws.next(); got["topic"] != "tic" {
		t.Errorf("after ubd: %v", got)
	}
	for _, text := range []string{"sbd", "sbd+U9+756733", "sbd+" + account + "+x"} {
		ws.send(text)
		if got := ws.next(); got["topic"] != "error" {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// ssd: all rows first, then those that changed; they add up with the portfolio.
func TestSummaryTopic(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Heartbeat = clock.Now, time.Hour
	c, ws := session(t, opt)
	ws.send("ssd+" + account + "+{}")
	rows := map[string]map[string]any{}
	for _, row := range ws.await("ssd+" + account)["result"].([]any) {
		rows[row.(map[string]any)["key"].(string)] = row.(map[string]any)
	}
	wantKeys(t, "an amount", rows["NetLiquidation"], "key currency monetaryValue severity timestamp")
	wantKeys(t, "a text", rows["AccountCode"], "key value severity timestamp")
	if rows["AccountCode"]["value"] != account || rows["NetLiquidation"]["monetaryValue"] != 1e6 || rows["Cushion"]["value"] != "1" {
		t.Errorf("%v %v %v", rows["AccountCode"], rows["NetLiquidation"], rows["Cushion"])
	}
	ws.send("usd+" + account)
	if got := ws.next(); fmt.Sprint(got) != "map[result:unsubscribed from summary]" {
		t.Errorf("usd: %v", got)
	}
	ws.send("ssd+" + account + `+{"keys":["GrossPositionValue","AccountCode"],"fields":["monetaryValue"]}`)
	got := ws.await("ssd+" + account)["result"].([]any)
	wantKeys(t, "only one field", got[1], "key timestamp monetaryValue")
	c.place("a", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`)
	clock.add(11 * time.Second)
	got = ws.await("ssd+" + account)["result"].([]any)
	if len(got) != 1 || got[0].(map[string]any)["monetaryValue"] != 1000.02 && got[0].(map[string]any)["monetaryValue"] != 1000.04 {
		t.Errorf("after a purchase: %v", got)
	}
	ws.send("ssd+U9+{}")
	if got := ws.next(); got["topic"] != "error" {
		t.Errorf("an account of somebody else: %v", got)
	}
}

// sld: a row for each currency; those that did not change come empty. It needs
// no brokerage session.
func TestLedgerTopic(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Heartbeat = clock.Now, time.Hour
	c, _ := session(t, opt)
	c.must("POST", "/logout", "")
	ws := c.dial()
	ws.send("sld+" + account + "+{}")
	rows := ws.await("sld+" + account)["result"].([]any)
	base := rows[len(rows)-1].(map[string]any)
	for _, key := range strings.Fields(`acctCode cashbalance cashBalanceFXSegment key secondKey settledCash netLiquidationValue
		realizedPnl unrealizedPnl stockMarketValue exchangeRate interest dividends severity timestamp`) {
		if _, ok := base[key]; !ok {
			t.Errorf("sld: %s is missing: %v", key, base)
		}
	}
	if base["key"] != "LedgerListBASE" || base["secondKey"] != "BASE" || base["cashbalance"] != 1e6 {
		t.Errorf("%v", base)
	}
	clock.add(11 * time.Second)
	for _, row := range ws.await("sld+" + account)["result"].([]any) {
		wantKeys(t, "unchanged", row, "key timestamp")
	}
	ws.send("uld+" + account + "+{}")
	if got := ws.next(); fmt.Sprint(got) != "map[result:unsubscribed from ledger]" {
		t.Errorf("uld: %v", got)
	}
	ws.send(`smd+756733+{"fields":["84"]}`) // this one does need a session
	ws.send("tic")
	if got := ws.next()["topic"]; got != "tic" {
		t.Errorf("quotes without a session: %v", got)
	}
}

// sor with filters names only orders that are so.
func TestOrderFilters(t *testing.T) {
	c, all := session(t, quiet())
	all.send("sor+{}")
	ws := c.dial()
	ws.send(`sor+{"filters":["Filled"]}`)
	ws.barrier()
	c.place("rests", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`)
	c.place("trades", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`)
	row := ws.await("sor")["args"].([]any)[0].(map[string]any)
	if row["status"] != "Filled" || row["orderId"].(float64) != float64(c.order("trades").OrderID) {
		t.Errorf("filtered: %v", row)
	}
	if row := all.await("sor")["args"].([]any)[0].(map[string]any); row["order_ref"] != "rests" {
		t.Errorf("not filtered: %v", row)
	}
}

// A client that says nothing for long hears no more of its orders, while
// executions go on; a tic brings them back.
func TestQuietClientLosesOrders(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Quiet = clock.Now, 5*time.Minute
	c, ws := session(t, opt)
	buy := func(coid string) { c.place(coid, `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`) }
	ws.send("sor+{}")
	ws.send(`str+{"realtimeUpdatesOnly":true}`)
	ws.barrier()
	clock.add(5*time.Minute + time.Second)
	buy("unheard")
	for frame := ws.next(); frame["topic"] != "str"; frame = ws.next() {
		if frame["topic"] == "sor" {
			t.Errorf("%v", frame)
		}
	}
	ws.barrier()
	buy("heard")
	if frame := ws.await("sor"); !strings.Contains(fmt.Sprint(frame), "heard") {
		t.Errorf("after a tic: %v", frame)
	}
}

// What the first socket that listens hears first of an order is all of it.
func TestFirstListenerHearsAll(t *testing.T) {
	c := start(t, quiet()).login()
	c.quote("500.00", "500.02", 1000)
	id := c.place("a", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`)
	ws := c.dial()
	ws.send("sor+{}")
	ws.barrier()
	c.must("DELETE", "/iserver/account/"+account+"/order/"+id, "")
	if row := ws.await("sor")["args"].([]any)[0].(map[string]any); row["ticker"] != "SPY" || row["totalSize"] != 1.0 {
		t.Errorf("%v", row)
	}
}

// The bodies that have no table of their own.
func TestPlainFrames(t *testing.T) {
	c, ws := session(t, quiet())
	ws.send("tic")
	wantKeys(t, "tic", ws.await("tic"), "topic alive id lastAccessed")
	ws.send("spl+{}")
	wantKeys(t, "spl", ws.await("spl")["args"].(map[string]any)[account+".Core"], "rowType dpl nl upl el uel mv")
	ws.send("ech+hb")
	_, text, err := ws.conn.ReadMessage()
	if err != nil || string(text) != "ech+hb" {
		t.Errorf("ech+hb: %s %v", text, err)
	}
	for _, event := range []string{`{"do":"send-notice","text":"closing soon"}`, `{"do":"send-bulletin","text":"[BBSMSG] a halt"}`} {
		if got := c.call("POST", "/_sim/event", event); got.status != 200 {
			t.Fatal(got.text)
		}
	}
	notice := ws.await("ntf")["args"].([]any)[0].(map[string]any)
	wantKeys(t, "ntf", notice, "id text title url")
	bulletin := ws.await("blt")["args"].([]any)[0].(map[string]any)
	wantKeys(t, "blt", bulletin, "id message exchanges")
	if _, number := bulletin["id"].(float64); !number || notice["text"] != "closing soon" {
		t.Errorf("%v %v", notice, bulletin)
	}
	c.must("POST", "/logout", "")
	status := ws.await("sts")["args"].(map[string]any)
	wantKeys(t, "sts", status, "authenticated competing message fail serverName serverVersion username")
	if status["authenticated"] != false {
		t.Errorf("sts: %v", status)
	}
}

// The P&L is streamed when it changes, not every second.
func TestPnLOnlyWhenChanged(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Heartbeat = clock.Now, 2*time.Second
	c, ws := session(t, opt)
	c.place("a", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`)
	ws.send("spl+{}")
	ws.await("spl")
	clock.add(2 * time.Second)
	ws.await("system") // comes last of what a turn of the clock sends
	clock.add(2 * time.Second)
	if got := ws.next(); got["topic"] != "system" {
		t.Errorf("nothing has changed: %v", got)
	}
	c.quote("510.00", "510.02", 100)
	clock.add(2 * time.Second)
	if got := ws.next(); got["topic"] != "spl" {
		t.Errorf("the price has changed: %v", got)
	}
}
