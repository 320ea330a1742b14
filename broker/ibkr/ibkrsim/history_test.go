package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// charts calls history; the answer has to be a chart.
func (c *client) charts(query string) (bars []any, body map[string]any) {
	c.t.Helper()
	body = c.must("GET", "/iserver/marketdata/history?conid=756733"+query, "").(map[string]any)
	bars, ok := body["data"].([]any)
	if !ok {
		c.t.Fatalf("%s: %v", query, body)
	}
	return bars, body
}

func priceAt(bar any, key string) market.Price {
	return market.MustPrice(string(bar.(map[string]any)[key].(json.Number)))
}

// synthetic is a market in SPY with the hours of New York at noon.
func synthetic(t *testing.T) (*client, *clock) {
	clock := newClock()
	clock.add(2 * time.Hour)
	spy := ibkrsim.Instrument{Symbol: "SPY", Exchange: "ARCA", Conid: 756733, Price: market.MustPrice("500")}
	zone := time.FixedZone("New York", -4*3600)
	spy.Session = market.USEquity(zone)
	spy.Extended = market.Session{Loc: zone, Open: 4 * market.Hour, Close: 20 * market.Hour}
	c := start(t, ibkrsim.Options{Now: clock.Now, Seed: 3, Instruments: []ibkrsim.Instrument{spy}, Timing: ibkrsim.Timing{Bridge: -1}}).login()
	eventually(t, "a first trade", func() bool { return c.srv.State().Quotes["SPY.ARCA"].Last > 0 })
	return c, clock
}

// A day is the last session, with or without the hours around it; booleans are
// taken however a client's language writes them.
func TestHistoryHours(t *testing.T) {
	c, _ := synthetic(t)
	for query, want := range map[string]struct {
		start   string
		outside bool
		minutes string
	}{
		"":                  {"20260709-13:30:00", false, "390"},
		"&outsideRth=False": {"20260709-13:30:00", false, "390"},
		"&outsideRth=True":  {"20260709-08:00:00", true, "960"},
		"&outsideRth=true":  {"20260709-08:00:00", true, "960"},
		"&outsideRth=1":     {"20260709-08:00:00", true, "960"},
	} {
		_, body := c.charts("&period=1d&bar=1min" + query)
		if body["startTime"] != want.start || body["outsideRth"] != want.outside || fmt.Sprint(body["tradingDayDuration"]) != want.minutes {
			t.Errorf("%s: %v %v %v", query, body["startTime"], body["outsideRth"], body["tradingDayDuration"])
		}
	}
}

// Bars of trades, of the middle, and of both sides of the book belong together.
func TestHistorySources(t *testing.T) {
	c, _ := synthetic(t)
	trades, _ := c.charts("&period=2h&bar=5min")
	last, _ := c.charts("&period=2h&bar=5min&source=Last")
	middle, _ := c.charts("&period=2h&bar=5min&source=Midpoint")
	sides, _ := c.charts("&period=2h&bar=5min&source=Bid_Ask")
	if fmt.Sprint(trades) != fmt.Sprint(last) || len(middle) != len(sides) || len(middle) < 20 {
		t.Fatalf("%d bars of trades, %d last, %d of the middle, %d of both sides", len(trades), len(last), len(middle), len(sides))
	}
	for i := range sides {
		high, low := priceAt(sides[i], "h"), priceAt(sides[i], "l")
		if high < priceAt(middle[i], "h") || low > priceAt(middle[i], "l") || priceAt(sides[i], "c") <= priceAt(sides[i], "o") {
			// the average ask is above the average bid, whatever the price did
			t.Errorf("bar %d: both sides %v, the middle %v", i, sides[i], middle[i])
		}
	}
	if got := sides[0].(map[string]any)["v"]; got != json.Number("0.0") {
		t.Errorf("quotes have a volume: %v", got)
	}
	c.want("GET", "/iserver/marketdata/history?conid=756733&period=1d&bar=1min&source=Moon", "", 200,
		`{"error":"invalid source: \"Moon\": want Trades, Midpoint or Bid_Ask"}`)
}

// Bars too short for the period come longer; periods and bars that there are
// not are refused with status 200.
func TestHistorySteps(t *testing.T) {
	c, _ := synthetic(t)
	for query, seconds := range map[string]string{
		"&period=1w&bar=1min": "600", "&period=1w": "900", "&period=1m&bar=5min": "3600", "&period=1y&bar=1h": "28800", "&period=1y": "86400",
		"&period=1d": "60", "": "60", "&period=2d&bar=8h": "28800", "&period=1y&bar=1m": "2592000",
	} {
		if _, body := c.charts(query); fmt.Sprint(body["barLength"]) != seconds {
			t.Errorf("%s: bars of %v s, want %s", query, body["barLength"], seconds)
		}
	}
	for query, text := range map[string]string{
		"&period=31min&bar=1min":                          `invalid period: \"31min\": want at most 30min`,
		"&period=9h":                                      `invalid period: \"9h\": want at most 8h`,
		"&period=1d&bar=7min":                             `invalid bar: \"7min\": want one of 1min 2min 3min 5min 10min 15min 30min 1h 2h 3h 4h 8h 1d 1w 1m`,
		"&period=1d&bar=30S":                              `Chart data unavailable`,
		"&period=99999999999999999999d":                   `invalid period: \"99999999999999999999d\": want a number and one of min h d w m y`,
		"&period=1d&startTime=yesterday":                  `invalid startTime: want YYYYMMDD-HH:mm:ss`,
		"&period=1d&bar=1min&startTime=19800101-00:00:00": `No data.`,
	} {
		c.want("GET", "/iserver/marketdata/history?conid=756733"+query, "", 200, `{"error":"`+text+`"}`)
	}
}

// With the time given, bars that are not over then are left out: asked for now,
// days end with yesterday.
func TestHistoryUntilNow(t *testing.T) {
	c, clock := synthetic(t)
	newest, _ := c.charts("&period=1m&bar=1d")
	given, _ := c.charts("&period=1m&bar=1d&startTime=" + clock.Now().Format("20060102-15:04:05"))
	a, b := newest[len(newest)-1].(map[string]any)["t"], given[len(given)-1].(map[string]any)["t"]
	if a == b || newest[len(newest)-2].(map[string]any)["t"] != b {
		t.Errorf("the last of the newest days is %v, of those until now %v", a, b)
	}
}

// The extremes name price, volume and minute of the bar they are of.
func TestHistoryExtremes(t *testing.T) {
	c, _ := synthetic(t)
	bars, body := c.charts("&period=2h&bar=5min")
	high := priceAt(bars[0], "h")
	for _, b := range bars {
		high = max(high, priceAt(b, "h"))
	}
	if got := strings.Split(body["high"].(string), "/"); len(got) != 3 || got[0] != high.Decimal().Shift(2).String() {
		t.Errorf("high %v of bars up to %s", body["high"], high)
	}
}

// The chart of an option or a currency has the decimals of its tick.
func TestHistoryOfOthers(t *testing.T) {
	c, _, find := everything(t)
	i := find(exchange.Forex)
	body := c.must("GET", fmt.Sprintf("/iserver/marketdata/history?conid=%d&period=1d&bar=1h&source=Midpoint", i.Conid), "").(map[string]any)
	if body["priceDisplayValue"] != "5" || body["priceFactor"] != json.Number("100000") || body["text"] != i.LocalSymbol() {
		t.Errorf("%v %v %v", body["priceDisplayValue"], body["priceFactor"], body["text"])
	}
}
