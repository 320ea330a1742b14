package ibkrsim_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// at is a value within decoded JSON, by keys and list positions.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			v = v.(map[string]any)[key]
		case int:
			list, ok := v.([]any)
			if !ok || key >= len(list) {
				t.Fatalf("%v: no place %d of %v", v, key, path)
			}
			v = list[key]
		}
	}
	return v
}

// A watchlist is the user's own and is there after a restart; a new brokerage
// session has to ask for the lists first.
func TestWatchlistSurvivesRestart(t *testing.T) {
	opt := quiet()
	opt.StatePath = filepath.Join(t.TempDir(), "state")
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, srv).login()
	c.must("GET", "/iserver/watchlists", "")
	c.must("POST", "/iserver/watchlist", `{"id":"99","name":"mine","rows":[{"C":756733},{"C":265598}]}`)
	c.want("GET", "/iserver/watchlist?id=98", "", 503, `{"error":"Service Unavailable","statusCode":503}`)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, opt).login()
	got := c.must("GET", "/iserver/watchlists", "")
	if name := at(t, got, "data", "user_lists", 0, "name"); name != "mine" {
		t.Errorf("after a restart: %v", got)
	}
	c.must("GET", "/iserver/watchlist?id=99", "")
	if symbol := at(t, c.must("GET", "/iserver/watchlist?id=99", ""), "instruments", 1, "ticker"); symbol != "AAPL" {
		t.Errorf("second row: %v", symbol)
	}
	c.must("POST", "/logout", "")
	c.want("GET", "/iserver/watchlists", "", 400, `{"error":"Bad Request: no bridge","statusCode":400}`)
}

// live are quiet options with an account of real money, which may have alerts.
func live() ibkrsim.Options {
	opt := quiet()
	opt.Account = "U1000001"
	return opt
}

func (c *client) trade(symbol, price string) {
	c.t.Helper()
	if err := c.srv.SetPrice(symbol, ibkrsim.Quote{Last: market.MustPrice(price)}); err != nil {
		c.t.Fatal(err)
	}
}

// An alert goes off over a trade at its price, once, and is heard on the
// socket and found among the notifications.
func TestAlertOverPrice(t *testing.T) {
	c := start(t, live()).login()
	ws := c.dial()
	ws.await("sts")
	body := `{"alertName":"cheap SPY","alertMessage":"buy now","alertRepeatable":0,"outsideRth":1,"tif":"GTC","showPopup":1,` +
		`"conditions":[{"conidex":"756733@SMART","logicBind":"n","operator":"<=","triggerMethod":"0","type":1,"value":"650.00"}]}`
	made := c.must("POST", "/iserver/account/U1000001/alert", body)
	if at(t, made, "success") != true {
		t.Fatalf("alert: %v", made)
	}
	c.trade("SPY", "655.00")
	if got := c.must("GET", "/fyi/unreadnumber", ""); fmt.Sprint(at(t, got, "BN")) != "0" {
		t.Errorf("before the price: %v", got)
	}
	c.trade("SPY", "649.99")
	frame := ws.await("ntf")
	if text, title := at(t, frame, "args", 0, "text"), at(t, frame, "args", 0, "title"); text != "buy now" || title != "Alert: cheap SPY" {
		t.Errorf("ntf: %v", frame)
	}
	c.trade("SPY", "655.00")
	c.trade("SPY", "649.00")
	notes := c.must("GET", "/fyi/notifications?max=10", "").([]any)
	if len(notes) != 1 || at(t, notes, 0, "FC") != "UA" || at(t, notes, 0, "ID") != at(t, frame, "args", 0, "id") {
		t.Errorf("notifications: %v", notes)
	}
	if row := c.must("GET", "/iserver/account/U1000001/alerts", ""); fmt.Sprint(at(t, row, 0, "alert_active")) != "0" {
		t.Errorf("an alert that is not repeatable stays active: %v", row)
	}
	paper := start(t, quiet()).login()
	if got := paper.call("POST", "/iserver/account/"+account+"/alert", body).status; got != 403 {
		t.Errorf("an alert of a paper account: %d", got)
	}
}

// The mobile trading assistant tells of every trade once somebody has asked for
// it, and a time that comes sets an alert off by itself.
func TestAlertsOverTradesAndTime(t *testing.T) {
	clock := newClock()
	opt := live()
	opt.Now = clock.Now
	c := start(t, opt).login()
	ws := c.dial()
	ws.await("sts")
	c.must("GET", "/iserver/account/mta", "")
	c.quote("100.00", "100.01", 1000)
	c.must("POST", "/iserver/account/U1000001/orders", orderBody("a", `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`))
	if title := at(t, ws.await("ntf"), "args", 0, "title"); title != "Alert: MTA (AutoAlert)" {
		t.Errorf("trade: %v", title)
	}
	c.must("POST", "/iserver/account/U1000001/alert", `{"alertName":"tea","alertMessage":"","alertRepeatable":0,"outsideRth":1,"tif":"GTC",`+
		`"conditions":[{"logicBind":"n","type":3,"value":"20260709-16:00:00"}]}`)
	clock.add(2*time.Hour + time.Second)
	if title := at(t, ws.await("ntf"), "args", 0, "title"); title != "Alert: tea" {
		t.Errorf("time: %v", title)
	}
}

// The portfolio analyst knows the days that have ended: what they earned, not
// what was paid in, and the same after a restart.
func TestAnalystAfterTwoDays(t *testing.T) {
	clock := newClock()
	opt := quiet()
	opt.Now, opt.StatePath, opt.Cash = clock.Now, filepath.Join(t.TempDir(), "state"), market.MustMoney("100000")
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, srv).login()
	ask := fmt.Sprintf(`{"acctIds":[%q],"period":"1M"}`, account)
	if got := at(t, c.must("POST", "/pa/performance", ask), "nav", "dates"); len(got.([]any)) != 0 {
		t.Errorf("before a day has ended: %v", got)
	}
	c.quote("100.00", "100.01", 1000)
	c.trade("SPY", "100.00")
	c.place("a", `"orderType":"LMT","price":100.01,"side":"BUY","quantity":100,"tif":"GTC"`)
	equity := []string{fmt.Sprint(at(t, c.must("GET", "/portfolio/"+account+"/ledger", ""), "BASE", "netliquidationvalue"))}
	clock.add(24 * time.Hour) // Friday
	c.must("GET", "/portfolio/accounts", "")
	c.trade("SPY", "110.00")
	equity = append(equity, fmt.Sprint(at(t, c.must("GET", "/portfolio/"+account+"/ledger", ""), "BASE", "netliquidationvalue")))
	clock.add(72 * time.Hour) // Monday: the weekend has no days of its own
	got := c.must("POST", "/pa/performance", ask)
	if diff := cmp.Diff([]any{"20260709", "20260710"}, at(t, got, "nav", "dates")); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
	if navs := fmt.Sprint(at(t, got, "nav", "data", 0, "navs")); navs != "["+strings.Join(equity, " ")+"]" {
		t.Errorf("values %s, want %s", navs, equity)
	}
	first, second := market.MustMoney(equity[0]), market.MustMoney(equity[1])
	paid := market.MustMoney("100000")
	want := second.Div(paid).Sub(market.MustMoney("1")).StringFixed(8) // the growth of both days
	if last := market.MustMoney(fmt.Sprint(at(t, got, "cps", "data", 0, "returns", 1))).StringFixed(8); last != want {
		t.Errorf("return of %s, %s on %s: %s, want %s", first, second, paid, last, want)
	}
	trades := c.must("POST", "/pa/transactions", fmt.Sprintf(`{"acctIds":[%q],"conids":[756733],"currency":"USD","days":30}`, account))
	if fmt.Sprint(at(t, trades, "transactions", 0, "qty")) != "100.0" || at(t, trades, "transactions", 0, "type") != "Buy" {
		t.Errorf("transactions: %v", trades)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, opt).must("POST", "/pa/performance", ask)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
}

// An advisor's order for a group becomes one in each account by the group's
// method, adds up to what was ordered, and is cancelled as a whole.
func TestGroupOrder(t *testing.T) {
	opt := quiet()
	opt.Accounts = []brokerage.AccountConfig{
		{ID: "F1000001", Cash: market.MustMoney("1000")},
		{ID: "U1000002", Cash: market.MustMoney("100000"), Parent: "F1000001"},
		{ID: "U1000003", Cash: market.MustMoney("300000"), Parent: "F1000001"},
	}
	opt.Users = []ibkrsim.User{{Name: "advisor"}, {Name: "client", Accounts: []string{"U1000002"}}}
	c := start(t, opt).login()
	c.must("POST", "/iserver/account/allocation/group",
		`{"name":"Growth","accounts":[{"name":"U1000002"},{"name":"U1000003"}],"default_method":"N"}`)
	if got := at(t, c.must("GET", "/iserver/accounts", ""), "groups", 0); got != "Growth" {
		t.Errorf("groups of /iserver/accounts: %v", got)
	}
	c.quote("100.00", "100.01", 1000)
	acks := c.must("POST", "/iserver/account/Growth/orders", orderBody("g", `"orderType":"LMT","price":100,"side":"BUY","quantity":101,"tif":"DAY"`))
	if len(acks.([]any)) != 2 {
		t.Fatalf("answer: %v", acks)
	}
	parts := map[string]string{}
	for _, o := range c.srv.State().Orders {
		parts[o.Account] = o.Qty.String()
	}
	if diff := cmp.Diff(map[string]string{"U1000002": "25", "U1000003": "76"}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	c.must("DELETE", "/iserver/account/Growth/order/-1", "")
	for _, o := range c.srv.State().Orders {
		if o.Status != "Cancelled" {
			t.Errorf("%s after the group's cancel: %s", o.Account, o.Status)
		}
	}
	for _, path := range []string{"/iserver/account/Growth/summary", "/portfolio/Growth/ledger", "/iserver/account/Growth/alerts"} {
		if got := c.call("GET", path, "").status; got < 400 {
			t.Errorf("%s of a group: %d", path, got)
		}
	}
	c.want("POST", "/iserver/account/Other/orders", orderBody("h", `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`), 500,
		`{"error":"Account Other is not accessible"}`)
}

// Event contracts are there to be traded when asked for, and a pair costs one
// dollar and its spread.
func TestEventContracts(t *testing.T) {
	opt := quiet()
	opt.Manual, opt.Events = false, true
	c := start(t, opt).login()
	var yes, no int64
	tree := c.must("GET", "/forecast/contract/market?underlyingConid=658663572", "")
	yes, no = int64Of(at(t, tree, "contracts", 0, "conid")), int64Of(at(t, tree, "contracts", 1, "conid"))
	quote := func(conid int64) ibkrsim.Quote {
		info := c.must("GET", fmt.Sprintf("/iserver/contract/%d/info", conid), "")
		if at(t, info, "symbol") != "FF" {
			t.Fatalf("info: %v", info)
		}
		for name, q := range c.srv.State().Quotes {
			if strings.HasPrefix(name, "FF-20270127-"+map[bool]string{true: "C", false: "P"}[conid == yes]+"-3.125.") {
				return q
			}
		}
		return ibkrsim.Quote{}
	}
	eventually(t, "prices of both sides", func() bool { return quote(yes).Bid > 0 && quote(no).Bid > 0 })
	one := market.MustPrice("1")
	eventually(t, "a pair that costs a dollar and the spread", func() bool {
		y, n := quote(yes), quote(no)
		return y.Ask+n.Bid == one && y.Bid+n.Ask == one
	})
}

// Event contracts behind the list move nobody else's prices: the same seed is
// the same market as without them.
func TestEventsLeaveOthersAlone(t *testing.T) {
	walks := func(list []exchange.Instrument) []market.Tick {
		const start = 1_790_000_000 * market.Second
		x, err := exchange.New(exchange.Config{Instruments: list, Seed: 7, Start: start})
		if err != nil {
			t.Fatal(err)
		}
		for n := range market.Nanos(2000) {
			x.Turn(start+n*50*market.Millisecond, func(*exchange.Product, *market.Tick) {})
		}
		var tops []market.Tick
		for _, p := range x.Products()[:8] {
			tops = append(tops, p.Top)
		}
		return tops
	}
	list := exchange.DefaultInstruments()
	if diff := cmp.Diff(walks(list), walks(append(exchange.DefaultInstruments(), workspace.EventInstruments()...))); diff != "" {
		t.Errorf("the eight default instruments (-alone +with events):\n%s", diff)
	}
}

func int64Of(v any) int64 {
	var n int64
	_, _ = fmt.Sscan(fmt.Sprint(v), &n)
	return n
}
