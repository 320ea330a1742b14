package ibkrsim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// derivatives are contracts of the universe that end within the summer, under
// the simulator's clock.
type derivatives struct {
	*client
	clock       *clock
	path        string
	future      exchange.Instrument // ES of September
	calls, puts exchange.Instrument // SPY of the next Friday, at 655
	later       exchange.Instrument // SPY of August
}

func (d *derivatives) options() ibkrsim.Options {
	opt := persisted(d.path)
	opt.PlainHTTP, opt.Universe, opt.Now = true, true, d.clock.Now
	return opt
}

// restart is another process with the same state file, at that time.
func (d *derivatives) restart(at time.Time) {
	d.t.Helper()
	if err := d.srv.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.clock.add(at.Sub(d.clock.Now()))
	d.client = start(d.t, d.options()).login()
}

func (d *derivatives) set(name, last string) {
	d.t.Helper()
	if err := d.srv.SetPrice(name, ibkrsim.Quote{Last: market.MustPrice(last)}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *derivatives) trade(side string, i exchange.Instrument, qty, coid string) {
	d.t.Helper()
	body := `{"orders":[{"conid":` + fmt.Sprint(i.Conid) + `,"cOID":"` + coid + `","orderType":"MKT","side":"` + side + `","quantity":` + qty + `,"tif":"DAY"}]}`
	d.must("POST", placePath(), body)
	if got := d.order(coid); got.Status != "Filled" {
		d.t.Fatalf("%s: %+v", coid, got)
	}
}

// summer buys two calls at 12, sells a put at 7 and buys a future at 6600, and
// leaves an order working in the call.
func summer(t *testing.T) *derivatives {
	d := &derivatives{clock: newClock(), path: filepath.Join(t.TempDir(), "state")}
	for _, i := range exchange.Universe(market.NanosOf(d.clock.Now())) {
		at655 := i.Symbol == "SPY" && i.Strike == market.MustPrice("655")
		switch {
		case i.Symbol == "ES" && i.Expiry == "20260918":
			d.future = i
		case at655 && i.Expiry == "20260710" && i.Right == "C":
			d.calls = i
		case at655 && i.Expiry == "20260710":
			d.puts = i
		case at655 && i.Expiry == "20260821" && i.Right == "C":
			d.later = i
		}
	}
	d.client = start(t, d.options()).login()
	d.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o403","o451","o10151","o10152","o10331"]}`)
	d.set("SPY", "660")
	d.set(d.calls.Name(), "12")
	d.set(d.puts.Name(), "7")
	d.set(d.future.Name(), "6600")
	d.trade("BUY", d.calls, "2", "call")
	d.trade("SELL", d.puts, "1", "put")
	d.trade("BUY", d.future, "1", "future")
	d.must("POST", placePath(), `{"orders":[{"conid":`+fmt.Sprint(d.calls.Conid)+
		`,"cOID":"rest","orderType":"LMT","side":"SELL","quantity":2,"tif":"GTC","price":50}]}`)
	return d
}

// held are the quantities of what is held, by contract id.
func (d *derivatives) held() map[int64]string {
	out := map[int64]string{}
	for _, p := range d.srv.State().Positions {
		if p.Qty != 0 {
			out[p.Conid] = p.Qty.String()
		}
	}
	return out
}

// gone checks that a contract is known and cannot be traded, looked up or
// priced any more.
func (d *derivatives) gone(i exchange.Instrument) {
	d.t.Helper()
	d.want("POST", placePath(), `{"orders":[{"conid":`+fmt.Sprint(i.Conid)+`,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`, 200,
		`{"error":"The contract `+i.LocalSymbol()+` has expired and is not available for trading."}`)
	if d.srv.SetPrice(i.Name(), ibkrsim.Quote{Last: market.MustPrice("9")}) == nil {
		d.t.Errorf("%s has a new price", i.Name())
	}
	for currency, gap := range d.srv.LedgerGap(account) {
		if !gap.IsZero() {
			d.t.Errorf("statements say nothing of %s %s", gap, currency)
		}
	}
}

// wantCash wants the cash to have grown by so much.
func (d *derivatives) wantCash(before market.Money, more string) {
	d.t.Helper()
	if got := d.srv.State().Cash.Sub(before); !got.Equal(market.MustMoney(more)) {
		d.t.Errorf("the expiry brought %s, want %s", got, more)
	}
}

// A client that holds options to their last day finds cash in their place and
// its orders in them cancelled, while the rest goes on.
func TestExpiry(t *testing.T) {
	d := summer(t)
	before := d.srv.State().Cash
	d.clock.add(30 * time.Hour) // 20:00 UTC of the tenth
	d.login()
	if got, want := fmt.Sprint(d.held()), fmt.Sprint(map[int64]string{d.future.Conid: "1"}); got != want {
		t.Errorf("held are %s, want %s", got, want)
	}
	d.wantCash(before, "1000") // two calls, five dollars in the money; the put is worth nothing
	if o := d.order("rest"); o.Status != "Cancelled" || o.Reason != "Cancelled by System: contract expired" {
		t.Errorf("the order: %+v", o)
	}
	d.gone(d.calls)
	d.gone(d.puts)
	d.set("SPY", "700")
	d.restart(d.clock.Now().Add(time.Minute))
	d.wantCash(before, "1000")
	d.set(d.later.Name(), "20")
	d.trade("BUY", d.later, "1", "next")
	pnl := d.must("POST", "/pa/transactions", fmt.Sprintf(`{"acctIds":[%q],"conids":[%d],"currency":"USD","days":30}`, account, d.calls.Conid))
	if text := fmt.Sprint(pnl); !strings.Contains(text, "type:Sell") || !strings.Contains(text, "amt:1000") {
		t.Errorf("transactions: %s", text)
	}
}

// A simulator that was down on the last trading day opens its state file, with
// the contracts that are listed nowhere any more, and settles them at the prices
// with which it was closed.
func TestExpiryWhileDown(t *testing.T) {
	d := summer(t)
	d.set(d.future.Name(), "6650")
	before := d.srv.State().Cash
	for range 2 { // once
		d.restart(time.Date(2026, 10, 1, 14, 0, 0, 0, time.UTC))
		d.must("GET", "/tickle", "")
		if got := d.held(); len(got) != 0 {
			t.Errorf("held are %v", got)
		}
		d.wantCash(before, "3487.5") // and the future 49.75 points of 50
		for _, i := range []exchange.Instrument{d.calls, d.puts, d.future} {
			d.gone(i)
		}
	}
	if o := d.order("rest"); o.Status != "Cancelled" {
		t.Errorf("the order: %+v", o)
	}
	if text := d.call("GET", "/trsrv/futures?symbols=ES", "").text; strings.Contains(text, "20260918") || !strings.Contains(text, "20261218") {
		t.Errorf("futures: %s", text)
	}
	if len(d.must("GET", "/portfolio/"+account+"/positions/0", "").([]any)) != 0 {
		t.Error("positions are shown")
	}
}

// What was killed could not note its last prices: the future goes at the price
// of its last trade here.
func TestExpiryAfterKill(t *testing.T) {
	d := summer(t)
	d.set(d.future.Name(), "6650")
	before := d.srv.State().Cash
	text, err := os.ReadFile(d.path)
	if err != nil {
		t.Fatal(err)
	}
	d.path = filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(d.path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.restart(time.Date(2026, 10, 1, 14, 0, 0, 0, time.UTC))
	d.must("GET", "/tickle", "")
	if len(d.held()) != 2 { // the options wait for a price of what they are on
		t.Errorf("held are %v", d.held())
	}
	d.wantCash(before, "0")
	d.set("SPY", "650")
	d.must("GET", "/tickle", "")
	if got := d.held(); len(got) != 0 {
		t.Errorf("held are %v", got)
	}
	d.wantCash(before, "-500") // the put that was sold
}
