package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// rowOf is a snapshot's row after its pre-flight.
func (c *client) rowOf(conid int64, fields string) map[string]any {
	c.t.Helper()
	path := fmt.Sprintf("/iserver/marketdata/snapshot?conids=%d&fields=%s", conid, fields)
	c.must("GET", path, "")
	return c.must("GET", path, "").([]any)[0].(map[string]any)
}

// everything is a synthetic market in everything there is, at a fixed time.
func everything(t *testing.T) (*client, *clock, func(name string) exchange.Instrument) {
	clock := newClock()
	list := exchange.Universe(market.NanosOf(clock.Now()))
	c := start(t, ibkrsim.Options{Now: clock.Now, Seed: 3, Instruments: list, Timing: ibkrsim.Timing{Bridge: -1}}).login()
	return c, clock, func(secType string) exchange.Instrument {
		at := slices.IndexFunc(list, func(i exchange.Instrument) bool {
			return i.SecType == secType || i.SecType == "" && secType == exchange.Stock
		})
		if at < 0 {
			t.Fatalf("no %s in the universe", secType)
		}
		return list[at]
	}
}

// Each kind of product has the fields of its kind, in the API's formats; what
// it has not is missing, never zero.
func TestFieldsOfKinds(t *testing.T) {
	c, _, find := everything(t)
	const all = "31,55,58,201,6004,6008,6070,6072,6073,6457,7051,7057,7094,7219,7221,7308,7309,7310,7311,7633,7283,7714,7741,84,86,85,88"
	kinds := []struct{ secType, has, lacks string }{
		{exchange.Stock, "31 55 6004 6008 6070 6457 7051 7057 7094 7221 7283 7741 84 85 86 88", "201 6073 7308 7311 7633 7714"},
		{exchange.Future, "55 58 6073 6457 7714 84 86", "201 7057 7308"},
		{exchange.Option, "55 58 201 6073 6457 7308 7309 7310 7311 7633 7714 84 86", "6072 7283"},
		{exchange.Forex, "55 58 84 86", "201 6073 7057 7308 7714"},
	}
	for _, kind := range kinds {
		i := find(kind.secType)
		eventually(t, i.Name()+" is quoted", func() bool { return c.srv.State().Quotes[i.Name()].Ask > 0 })
		row := c.rowOf(i.Conid, all)
		for _, tag := range strings.Fields(kind.has) {
			if _, ok := row[tag]; !ok {
				t.Errorf("%s: %s is missing: %v", i.Name(), tag, row)
			}
		}
		for _, tag := range strings.Fields(kind.lacks) {
			if value, ok := row[tag]; ok {
				t.Errorf("%s: %s is %v", i.Name(), tag, value)
			}
		}
		if row["6070"] != kind.secType || row["6008"] != json.Number(fmt.Sprint(i.Conid)) || row["6457"] != json.Number(fmt.Sprint(i.Underlying)) {
			t.Errorf("%s: 6070 %v 6008 %v 6457 %v", i.Name(), row["6070"], row["6008"], row["6457"])
		}
	}
	if bid := c.rowOf(find(exchange.Forex).Conid, "84")["84"].(string); len(bid)-strings.IndexByte(bid, '.') < 5 {
		t.Errorf("a currency's bid %s: it has the decimals of its tick", bid)
	}
}

// Figures of many days come a moment later, and agree with the bars of history.
func TestLongFieldsComeLater(t *testing.T) {
	c := start(t, ibkrsim.Options{Seed: 3, Timing: ibkrsim.Timing{Bridge: -1, Quotes: -1}}).login()
	row := c.rowOf(756733, "7293,7294,7282,7674,7678,31")
	eventually(t, "the figures are there", func() bool {
		row = c.rowOf(756733, "")
		return row["7293"] != nil && row["31"] != nil
	})
	high, low := market.MustPrice(row["7293"].(string)), market.MustPrice(row["7294"].(string))
	bars := c.must("GET", "/iserver/marketdata/history?conid=756733&period=1m&bar=1d", "").(map[string]any)["data"].([]any)
	for _, b := range bars {
		h, l := b.(map[string]any)["h"].(json.Number), b.(map[string]any)["l"].(json.Number)
		if market.MustPrice(string(h)) > high+market.MustPrice("5") || market.MustPrice(string(l)) < low-market.MustPrice("5") {
			t.Errorf("a bar of %s to %s in a year of %s to %s", l, h, low, high)
		}
	}
	for _, tag := range []string{"7282", "7674", "7678"} {
		if row[tag] == nil {
			t.Errorf("%s is missing", tag)
		}
	}
}

// 31 says by a letter that nothing trades: H halted, C the close of before.
func TestLastPriceLetters(t *testing.T) {
	zone := time.FixedZone("New York", -4*3600)
	clock := newClock() // 10:00 there
	opt := quiet()
	opt.Now = clock.Now
	opt.Instruments = []ibkrsim.Instrument{{Symbol: "SPY", Exchange: "ARCA", Conid: 756733, Session: market.USEquity(zone)}}
	c := start(t, opt).login()
	if err := c.srv.SetPrice("SPY", ibkrsim.Quote{Last: market.MustPrice("500.01")}); err != nil {
		t.Fatal(err)
	}
	if got := c.rowOf(756733, "31")["31"]; got != "500.01" {
		t.Errorf("trading: %v", got)
	}
	event := func(text string) {
		t.Helper()
		if got := c.call("POST", "/_sim/event", text); got.status != 200 {
			t.Fatal(got.text)
		}
	}
	event(`{"do":"halt","instrument":"SPY","for":"1m"}`)
	if got := c.rowOf(756733, "31")["31"]; got != "H500.01" {
		t.Errorf("halted: %v", got)
	}
	clock.add(2 * time.Minute)
	eventually(t, "trading again", func() bool { return c.rowOf(756733, "31")["31"] == "500.01" })
	for range 80 {
		clock.add(5 * time.Minute)
		c.must("POST", "/tickle", "")
	}
	if row := c.rowOf(756733, "31,7296"); row["31"] != "C500.01" || row["7296"] != "500.01" {
		t.Errorf("closed: %v", row)
	}
}

// A user without subscriptions sees the market of a quarter of an hour ago and
// is told so; other users of the same simulator do not.
func TestDelayedUser(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Users = clock.Now, []ibkrsim.User{{Name: "late", Delayed: true}}
	c := start(t, opt).login()
	c.quote("500.00", "500.02", 1000)
	if row := c.rowOf(756733, "84"); row["84"] != nil {
		t.Errorf("too new for the user: %v", row)
	}
	ws := c.dial()
	ws.send(`smd+756733+{"fields":["84"]}`)
	ws.send("sbd+" + account + "+756733") // no deep book either
	ws.barrier()
	for range 4 {
		clock.add(4 * time.Minute)
		c.must("POST", "/tickle", "")
	}
	c.quote("600.00", "600.02", 1000)
	if row := c.rowOf(756733, "84"); row["84"] != "500.00" || row["6509"] != "DPB" {
		t.Errorf("after 16 minutes: %v", row)
	}
	ws.send(`smd+756733+{"fields":["84"]}`)
	if frame := ws.await("smd+756733"); frame["84"] != "500.00" || frame["6509"] != "DPB" {
		t.Errorf("streamed: %v", frame)
	}
}

// A user may watch a hundred instruments at once; of one more nothing comes.
func TestMarketDataLines(t *testing.T) {
	opt := quiet()
	for i := range 102 {
		opt.Instruments = append(opt.Instruments, ibkrsim.Instrument{Symbol: fmt.Sprintf("S%d", i), Exchange: "NYSE", Conid: int64(1000 + i)})
	}
	c := start(t, opt).login()
	for i := range opt.Instruments {
		if err := c.srv.SetPrice(opt.Instruments[i].Symbol, ibkrsim.Quote{Bid: market.MustPrice("10"), Ask: market.MustPrice("11")}); err != nil {
			t.Fatal(err)
		}
	}
	ws := c.dial()
	for i := range 50 {
		ws.send(fmt.Sprintf(`smd+%d+{"fields":["84"]}`, 1000+i))
		ws.await(fmt.Sprintf("smd+%d", 1000+i))
	}
	var conids []string
	for i := 1; i <= 100; i++ {
		conids = append(conids, fmt.Sprint(1000+i))
	}
	path := "/iserver/marketdata/snapshot?fields=84&conids=" + strings.Join(conids, ",")
	c.must("GET", path, "")
	rows := c.must("GET", path, "").([]any)
	if first, last := rows[0].(map[string]any), rows[99].(map[string]any); first["84"] != "10.00" || last["84"] != nil {
		t.Errorf("a hundred lines: first %v, one too many %v", first, last)
	}
	ws.send("umd+1000+{}")
	ws.barrier()
	c.must("GET", path, "")
	if last := c.must("GET", path, "").([]any)[99].(map[string]any); last["84"] != "10.00" {
		t.Errorf("a line was free: %v", last)
	}
	c.want("GET", path+",1", "", 400, `{"error":"Bad Request: want 1 to 100 conids and at most 50 fields","statusCode":400}`)
}

// The ways to end the stream of a snapshot, and what is not there any more.
func TestUnsubscribe(t *testing.T) {
	c, _ := session(t, quiet())
	c.want("GET", "/iserver/marketdata/756733/unsubscribe", "", 404, `{"error":"unknown"}`)
	c.rowOf(756733, "84")
	c.want("GET", "/iserver/marketdata/756733/unsubscribe", "", 200, `{"success":true}`)
	c.want("GET", "/iserver/marketdata/snapshot?conids=756733&fields=84", "", 200, `[{"conid":756733,"conidEx":"756733"}]`)
	c.want("GET", "/iserver/marketdata/unsubscribeall", "", 200, `{"unsubscribed":true}`)
	c.want("POST", "/iserver/marketdata/unsubscribe", `{"conid":756733}`, 500, `{"error":"unknown"}`)
	c.want("GET", "/iserver/marketdata/snapshot?conids=0&fields=84", "", 200, `[{"conid":0,"conidEx":"0"}]`)
	if got := c.call("GET", "/md/regsnapshot?conid=756733", ""); got.status != 404 || !strings.HasPrefix(got.text, "<html>") {
		t.Errorf("regsnapshot, which IBKR has taken away: %d %s", got.status, got.text)
	}
}

// Changes that come faster than IBKR streams run together in one frame.
func TestQuotesAreConflated(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.Timing.Quotes = clock.Now, 0 // the default
	c, ws := session(t, opt)
	ws.send(`smd+756733+{"fields":["84"]}`)
	if got := ws.await("smd+756733")["84"]; got != "500.00" {
		t.Errorf("first %v", got)
	}
	c.quote("501.00", "501.02", 100)
	c.quote("502.00", "502.02", 100)
	ws.barrier()
	clock.add(600 * time.Millisecond)
	if got := ws.await("smd+756733")["84"]; got != "502.00" {
		t.Errorf("after half a second %v", got)
	}
}

// Two streams of an instrument, of all exchanges and of one, are told apart by
// their topics; fields add up.
func TestQuoteTopics(t *testing.T) {
	c, ws := session(t, quiet())
	ws.send(`smd+756733@ARCA+{"fields":["86"]}`)
	if frame := ws.await("smd+756733@ARCA"); frame["86"] != "500.02" || frame["84"] != nil {
		t.Errorf("%v", frame)
	}
	ws.send(`smd+756733+{"fields":["84"]}`)
	ws.await("smd+756733")
	ws.send(`smd+756733+{"fields":["86","nonsense"]}`)
	if frame := ws.await("smd+756733"); frame["84"] != "500.00" || frame["86"] != "500.02" {
		t.Errorf("fields do not add up: %v", frame)
	}
	ws.send(`umd+756733+{}`)
	ws.barrier()
	c.quote("501.00", "501.02", 100)
	if frame := ws.next(); frame["topic"] != "smd+756733@ARCA" {
		t.Errorf("%v", frame)
	}
}
