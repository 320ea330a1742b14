package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// recorded is a Market of given values.
type recorded struct{ list []market.Body }

func (r *recorded) Next() (market.Body, error) {
	if len(r.list) == 0 {
		return nil, io.EOF
	}
	next := r.list[0]
	r.list = r.list[1:]
	return next, nil
}

// Recorded data is replayed in time order, shifted to now; trades without
// quotes get quotes one tick around them.
func TestReplay(t *testing.T) {
	clock := newClock()
	base := market.NanosOf(time.Date(2020, 1, 2, 14, 30, 0, 0, time.UTC))
	trade := func(after market.Nanos, price string) *market.Tick {
		return &market.Tick{Instrument: 1, Mask: market.HasLast | market.HasLastSize, TsEvent: base + after,
			Last: market.MustPrice(price), LastSize: market.Shares(250)}
	}
	opt := quiet()
	opt.Manual, opt.Now, opt.Speed = false, clock.Now, 2
	opt.Market = &recorded{list: []market.Body{
		trade(0, "100.00"), trade(10*market.Second, "101.00"),
		&market.Tick{Instrument: 99, TsEvent: base + 15*market.Second},
		&market.Bar{Instrument: 1, Interval: market.Minute, TsEvent: base + 60*market.Second, Open: market.MustPrice("101"),
			High: market.MustPrice("103"), Low: market.MustPrice("99"), Close: market.MustPrice("102"), Size: market.Shares(4000)},
	}}
	c := start(t, opt)
	spy := func() string {
		q := c.srv.State().Quotes["SPY.ARCA"]
		return fmt.Sprint(q.Bid, "/", q.Last, "/", q.Ask, " ", q.BidSize, " ", q.LastSize)
	}
	eventually(t, "the first trade", func() bool { return spy() == "99.99/100/100.01 200 250" })
	clock.add(5 * time.Second)
	eventually(t, "ten seconds of data in five", func() bool { return spy() == "100.99/101/101.01 200 250" })
	clock.add(25 * time.Second)
	eventually(t, "the bar's close", func() bool { return spy() == "101.99/102/102.01 1000 1000" })
	clock.add(time.Hour)
	c.login()
	body := c.must("GET", "/iserver/marketdata/history?conid=756733&period=2h&bar=1min", "").(map[string]any)
	bars := body["data"].([]any)
	first := bars[0].(map[string]any)
	if len(bars) != 1 || first["o"] != json.Number("100.0") || first["h"] != json.Number("103.0") ||
		first["l"] != json.Number("99.0") || first["c"] != json.Number("102.0") || first["v"] != json.Number("4500.0") {
		t.Errorf("bars %v", bars)
	}
}

// What was streamed is what history says, and the invented past leads up to it.
func TestHistory(t *testing.T) {
	clock := newClock()
	opt := ibkrsim.Options{Now: clock.Now, Seed: 3, Timing: ibkrsim.Timing{Bridge: -1}}
	c := start(t, opt).login()
	eventually(t, "a first trade", func() bool { return c.srv.State().Quotes["AAPL.NASDAQ"].Last > 0 })
	path := "/iserver/marketdata/history?conid=265598&outsideRth=false"
	body := c.must("GET", path+"&period=1d&bar=1min", "").(map[string]any)
	bars := body["data"].([]any)
	if len(bars) != 1000 {
		t.Fatalf("%d bars: want the most there can be, 1000", len(bars))
	}
	starts := make([]int64, len(bars))
	for i, b := range bars {
		starts[i], _ = b.(map[string]any)["t"].(json.Number).Int64()
	}
	if !slices.IsSorted(starts) || starts[999] != clock.Now().UnixMilli() {
		t.Errorf("the last bar starts at %d", starts[999])
	}
	if before, now := bars[998].(map[string]any)["c"], bars[999].(map[string]any)["o"]; before != now {
		t.Errorf("the past ends at %v, the present begins at %v", before, now)
	}
	again := c.must("GET", path+"&period=1d&bar=1min", "").(map[string]any)["data"].([]any)
	if fmt.Sprint(again[:999]) != fmt.Sprint(bars[:999]) {
		t.Error("the past changed")
	}
	hours := c.must("GET", path+"&period=2d&bar=1h", "").(map[string]any)["data"].([]any)
	if len(hours) != 49 {
		t.Errorf("%d hours in two days and a moment", len(hours))
	}
	earlier := clock.Now().Add(-time.Hour).Format("20060102-15:04:05")
	ended := c.must("GET", path+"&period=30min&bar=1min&startTime="+earlier, "").(map[string]any)["data"].([]any)
	if got := ended[len(ended)-1].(map[string]any)["t"]; len(ended) != 30 || got != json.Number(fmt.Sprint(clock.Now().Add(-61*time.Minute).UnixMilli())) {
		t.Errorf("startTime is the end: %d bars, the last at %v", len(ended), got)
	}
	c.want("GET", path+"&period=INVALID", "", 200, `{"error":"invalid period: \"INVALID\": want a number and one of min h d w m y"}`)
	c.want("GET", path+"&direction=1", "", 200, `{"error":"Chart data unavailable"}`)
}

// SetPrice on a synthetic market moves the walk.
func TestSetPriceMovesTheWalk(t *testing.T) {
	c := start(t, ibkrsim.Options{Timing: ibkrsim.Timing{Bridge: -1}})
	if err := c.srv.SetPrice("BAC", ibkrsim.Quote{Last: market.MustPrice("90")}); err != nil {
		t.Fatal(err)
	}
	before := c.srv.State().Quotes["BAC.NYSE"]
	eventually(t, "the walk goes on", func() bool { return c.srv.State().Quotes["BAC.NYSE"] != before })
	if q := c.srv.State().Quotes["BAC.NYSE"]; q.Bid < market.MustPrice("89") || q.Ask > market.MustPrice("91") {
		t.Errorf("after a jump to 90: %+v", q)
	}
	if err := c.srv.SetPrice("ZZZ", ibkrsim.Quote{}); err == nil {
		t.Error("an unknown symbol was taken")
	}
}
