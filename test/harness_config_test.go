package test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// instruments are those that every simulator serves.
var instruments = []struct {
	name  string
	conid int
}{
	{"SPY.ARCA", 756733}, {"QQQ.NASDAQ", 320227571}, {"AAPL.NASDAQ", 265598}, {"IBM.NYSE", 8314},
	{"MSFT.NASDAQ", 272093}, {"BAC.NYSE", 10098}, {"NVDA.NASDAQ", 4815747}, {"TSLA.NASDAQ", 76792991},
}

// config is a configuration of an engine.
type config struct {
	instruments int           // how many of the list; 0 is all
	sim         *simulator    // nil: the one inside
	onStop      string        // default cancel
	strategies  []string      // YAML of each; none: busy ones
	every       time.Duration // of reconcile; default 2 s
	extra       string        // more YAML
}

// busy are strategies that trade at every second tick.
var busy = []string{
	"{id: cross, name: emacross, instruments: [all], params: {fast: 1, slow: 2, qty: 10, short: true}}",
	"{id: slower, name: emacross, instruments: [all], params: {fast: 2, slow: 3, qty: 5, short: true}}",
	"{id: dip, name: dip, instruments: [all], params: {qty: 1, drop: 0.001}}",
}

// yaml is the configuration as a file. Its limits let busy strategies through.
func (c config) yaml() string {
	var b strings.Builder
	if c.onStop == "" {
		c.onStop = "cancel"
	}
	if c.every == 0 {
		c.every = 2 * time.Second
	}
	fmt.Fprintf(&b, "mode: sim\non_stop: %s\nlog: {level: info, format: json}\nreconcile: {every: %s}\n", c.onStop, c.every)
	fmt.Fprint(&b, "broker: {ibkr: {account: DU1000001, requests_per_second: 9")
	if c.sim != nil {
		fmt.Fprintf(&b, ", base_url: %q, pin: %q", c.sim.url, c.sim.pin)
	}
	fmt.Fprint(&b, "}}\ninstruments:\n")
	n := c.instruments
	if n == 0 {
		n = len(instruments)
	}
	for _, one := range instruments[:n] {
		fmt.Fprintf(&b, "  - {id: %s, conid: %d, currency: USD, tick: 0.01, lot: 1, multiplier: 1, hours: always}\n", one.name, one.conid)
	}
	fmt.Fprint(&b, "strategies:\n")
	if c.strategies == nil {
		c.strategies = busy
	}
	for _, one := range c.strategies {
		fmt.Fprintf(&b, "  - %s\n", one)
	}
	fmt.Fprint(&b, "risk: {max_order_qty: 500, max_order_notional: 500000, price_collar_percent: 3, max_data_age: 5s, "+
		"max_position_qty: 5000, max_submits_per_second: 100, max_submits_per_minute: 6000}\n")
	return b.String() + c.extra
}

// resting is a strategy that sends an order to buy SPY far below the market,
// good till canceled, as soon as the engine can be there; the later times are
// for a slow machine, and send no order that matters.
func resting(t *testing.T) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("time,instrument,side,qty,type,limit,stop,trail,tif,gtd\n")
	for _, after := range []time.Duration{8, 16, 40, 70} {
		at := time.Now().Add(after * time.Second).UTC().Format(time.RFC3339)
		fmt.Fprintf(&rows, "%s,SPY.ARCA,BUY,1,LMT,640,,,GTC,\n", at)
	}
	return "{id: file, name: orderfile, instruments: [SPY.ARCA], params: {file: " + write(t, t.TempDir(), "orders.csv", rows.String()) + "}}"
}
