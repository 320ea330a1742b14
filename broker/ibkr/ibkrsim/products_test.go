package ibkrsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// products are a stock, a future, an option and a currency pair.
func products(opt *ibkrsim.Options) {
	px := market.MustPrice
	if opt.Now == nil { // before the expiries
		began := time.Now()
		opt.Now = func() time.Time { return newClock().Now().Add(time.Since(began)) }
	}
	opt.Instruments = append(ibkrsim.DefaultInstruments()[:3],
		ibkrsim.Instrument{Symbol: "ES", Exchange: "CME", Conid: 551, SecType: exchange.Future, Expiry: "20261218", Multiplier: 50,
			Price: px("6500"), Tick: px("0.25"), Underlying: 11004968},
		ibkrsim.Instrument{Symbol: "SPY", Exchange: "CBOE", Conid: 600, SecType: exchange.Option, Multiplier: 100, Underlying: 756733,
			Expiry: "20261218", Strike: px("655"), Right: "C", Price: px("8"), Tick: px("0.01")},
		ibkrsim.Instrument{Symbol: "EUR", Exchange: "IDEALPRO", Conid: 12087792, SecType: exchange.Forex, Currency: "USD",
			Price: px("1.1"), Tick: px("0.00005")},
		ibkrsim.Instrument{Symbol: "SAP", Exchange: "IBIS", Conid: 14204, Currency: "EUR", Price: px("200"), Tick: px("0.02")},
		ibkrsim.Instrument{Symbol: "RELIANCE", Exchange: "NSE", Conid: 44652000, Currency: "INR", Price: px("1400"), Tick: px("0.05")})
}

// desk is a client of a server with all products and quotes for them.
func desk(t *testing.T, change func(*ibkrsim.Options)) *client {
	t.Helper()
	opt := quiet()
	opt.PlainHTTP = true
	products(&opt)
	if change != nil {
		change(&opt)
	}
	c := start(t, opt).login()
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o403","o451","o10151","o10152","o10331"]}`)
	px := market.MustPrice
	for _, one := range [][4]string{
		{"SPY.ARCA", "499.99", "500.01", "500.00"}, {"QQQ", "399.99", "400.01", "400.00"}, {"ES-20261218.CME", "6499.75", "6500.00", "6500.00"},
		{"SPY-20261218-C-655.CBOE", "8.00", "8.00", "8.00"}, {"EUR.USD.IDEALPRO", "1.10000", "1.10005", "1.10000"},
		{"SAP.IBIS", "199.98", "200.00", "200.00"}, {"RELIANCE.NSE", "1399.95", "1400.00", "1400.00"},
	} {
		if err := c.srv.SetPrice(one[0], ibkrsim.Quote{Bid: px(one[1]), Ask: px(one[2]), Last: px(one[3])}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// buy places one of each product, and a combination.
func (c *client) buyAll() {
	c.t.Helper()
	for _, one := range productOrders {
		c.must("POST", placePath(), `{"orders":[`+one.order+`]}`)
		if got := c.order(one.coid).Status; got != "Filled" {
			c.t.Fatalf("%s: %s", one.coid, got)
		}
	}
}

var productOrders = []struct {
	coid, order, whatif string
	row, trade          string // keys and values
}{
	{"stk", `{"conid":756733,"cOID":"stk","orderType":"MKT","side":"BUY","quantity":10,"tif":"DAY"}`,
		`{"amount":{"amount":"5,000.00 USD (10 Shares)","commission":"1 USD","total":"5,001.00 USD"},` +
			`"equity":{"current":"1,000,000","change":"-1","after":"999,999"},"initial":{"current":"0","change":"1,250","after":"1,250"},` +
			`"maintenance":{"current":"0","change":"1,250","after":"1,250"},"position":{"current":"0","change":"10","after":"10"},"warn":null,"error":null}`,
		`conidex=756733 secType=STK description1=SPY cashCcy=USD orderDesc=Bought_10_SPY_Market,_Day avgPrice=500.01`,
		`commission=1.0 net_amount=5000.1 contract_description_1=SPY order_description=Bot_10_@_500.01_on_ARCA`},
	{"fut", `{"conid":551,"cOID":"fut","orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}`,
		`{"amount":{"amount":"325,000.00 USD (1 Contracts)","commission":"2.25 USD","total":"325,002.25 USD"},` +
			`"equity":{"current":"999,998","change":"-2","after":"999,996"},"initial":{"current":"1,250","change":"24,375","after":"25,625"},` +
			`"maintenance":{"current":"1,250","change":"22,100","after":"23,350"},"position":{"current":"0","change":"1","after":"1"},"warn":null,"error":null}`,
		`conidex=551 secType=FUT description1=ES_Dec18'26 description2=Dec18'26_@CME ticker=ES avgPrice=6500.00`,
		`commission=2.25 net_amount=325000.0 contract_description_1=ES_Dec18'26 sec_type=FUT`},
	{"opt", `{"conid":600,"cOID":"opt","orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"}`,
		`{"amount":{"amount":"1,600.00 USD (2 Contracts)","commission":"1.35 USD","total":"1,601.35 USD"},` +
			`"equity":{"current":"999,996","change":"-1","after":"999,995"},"initial":{"current":"25,625","change":"0","after":"25,625"},` +
			`"maintenance":{"current":"23,350","change":"0","after":"23,350"},"position":{"current":"0","change":"2","after":"2"},"warn":null,"error":null}`,
		`conidex=600 secType=OPT description1=SPY_Dec18'26_655_Call listingExchange=CBOE avgPrice=8.00`,
		`commission=1.35 net_amount=1600.0 contract_description_1=SPY_Dec18'26_655_Call sec_type=OPT position=2`},
	{"cash", `{"conid":12087792,"cOID":"cash","orderType":"MKT","side":"BUY","quantity":1000,"tif":"DAY"}`,
		`{"amount":{"amount":"1,100.00 USD (1000 EUR)","commission":"2 USD","total":"1,102.00 USD"},` +
			`"equity":{"current":"999,995","change":"-2","after":"999,993"},"initial":{"current":"25,625","change":"27","after":"25,652"},` +
			`"maintenance":{"current":"23,350","change":"27","after":"23,377"},"position":{"current":"0","change":"1000","after":"1000"},"warn":null,"error":null}`,
		`conidex=12087792 secType=CASH description1=EUR.USD ticker=EUR avgPrice=1.10005`,
		`commission=2.0 net_amount=1100.05 contract_description_1=EUR.USD price=1.10005`},
	{"eur", `{"conid":14204,"cOID":"eur","orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"}`,
		`{"amount":{"amount":"400.00 EUR (2 Shares)","commission":"3.3 USD","total":"403.00 EUR"},` +
			`"equity":{"current":"999,993","change":"-3","after":"999,989"},"initial":{"current":"25,652","change":"110","after":"25,762"},` +
			`"maintenance":{"current":"23,377","change":"110","after":"23,487"},"position":{"current":"0","change":"2","after":"2"},"warn":null,"error":null}`,
		`conidex=14204 secType=STK cashCcy=EUR`, `commission=3.0 net_amount=400.0`},
	{"bag", `{"conidex":"28812380;;;756733/1,320227571/-1","cOID":"bag","orderType":"MKT","side":"BUY","quantity":3,"tif":"DAY"}`,
		`{"amount":{"amount":"300.00 USD (3 Contracts)","commission":"2.03 USD","total":"302.03 USD"},` +
			`"equity":{"current":"999,989","change":"-2","after":"999,987"},"initial":{"current":"25,751","change":"735","after":"26,486"},` +
			`"maintenance":{"current":"23,476","change":"735","after":"24,211"},"position":null,"warn":null,"error":null}`,
		`conid=28812380 conidex=28812380;;;756733/1,320227571/-1 secType=BAG description1=+1_SPY_-1_QQQ avgPrice=100.02`,
		`commission=1.03 side=S symbol=QQQ`}, // the newest of its two legs
}

// hasAll checks "key=value" words of a row; _ stands for a space.
func hasAll(t *testing.T, what string, row any, words string) {
	t.Helper()
	for _, word := range strings.Fields(words) {
		key, want, _ := strings.Cut(word, "=")
		if got := fmt.Sprint(row.(map[string]any)[key]); got != strings.ReplaceAll(want, "_", " ") {
			t.Errorf("%s: %s is %q, want %q", what, key, got, strings.ReplaceAll(want, "_", " "))
		}
	}
}

// One order of each product: its preview in IBKR's text, its rows, what it
// cost. A preview that says something else than the trade then does misleads.
func TestProducts(t *testing.T) {
	c := desk(t, nil)
	for _, one := range productOrders {
		c.want("POST", placePath()+"/whatif", `{"orders":[`+one.order+`]}`, 200, one.whatif)
		c.must("POST", placePath(), `{"orders":[`+one.order+`]}`)
		row := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any)[0]
		hasAll(t, one.coid, row, one.row+" status=Filled order_ref="+one.coid)
		hasAll(t, one.coid+" trade", c.must("GET", "/iserver/account/trades", "").([]any)[0], one.trade+" order_ref="+one.coid)
	}
	none := `{"orders":[{"conid":44652000,"cOID":"inr","orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"}]}`
	c.want("POST", placePath(), none, 200, `{"error":"This order cannot be priced: no commission is published for STK in INR."}`)
	if o := len(c.srv.State().Orders); o != len(productOrders) {
		t.Errorf("%d orders, %d were priced", o, len(productOrders))
	}
	c.want("POST", placePath()+"/whatif", `{"orders":[{"conid":0,"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"}]}`, 400,
		`{"error":"Bad Request: conid 0 is not known","statusCode":400}`)
}

// The portfolio of all products: sparse and then enriched rows, in their own
// and the base currency, and what the reports add up to.
func TestPortfolioOfProducts(t *testing.T) {
	c := desk(t, nil)
	c.buyAll()
	path := "/portfolio/" + account
	first := c.must("GET", path+"/positions/0", "").([]any)
	hasAll(t, "sparse future", first[1], "contractDesc=ES_____DEC2026 expiry=20261218 multiplier=<nil> strike=0.0 undConid=11004968 avgCost=325000.0 avgPrice=6500.0 ticker=<nil>")
	hasAll(t, "sparse option", first[2], "contractDesc=SPY____DEC2026_655_C_[SPY___261218C00655000_100] putOrCall=C strike=655.0 undConid=756733")
	rows := c.must("GET", path+"/positions/0", "").([]any)
	hasAll(t, "option", rows[2], "multiplier=100.0 strike=655 exerciseStyle=A avgCost=800.0 avgPrice=8.0 mktValue=1600.0 lastTradingDay=20261218")
	hasAll(t, "stock abroad", rows[3], "currency=EUR mktPrice=200.0 baseMktPrice=220.0 baseMktValue=440.0 multiplier=0.0 strike=0")
	hasAll(t, "short leg", rows[4], "position=-3.0 mktValue=-1200.0")
	hasAll(t, "uncached option", c.must("GET", "/portfolio2/"+account+"/positions", "").([]any)[2],
		"conid=600 secType=OPT avgCost=800.0 marketPrice=8.0 description=SPY____DEC2026_655_C_[SPY___261218C00655000_100]")
	down := c.must("GET", path+"/positions/0?sort=position&direction=d", "").([]any)
	hasAll(t, "largest", down[0], "position=13.0")
	hasAll(t, "smallest", down[len(down)-1], "position=-3.0")

	ledger := c.must("GET", path+"/ledger", "").(map[string]any)
	hasAll(t, "EUR", ledger["EUR"], "cashbalance=597.0 stockmarketvalue=400.0 netliquidationvalue=997.0 exchangerate=1.1")
	hasAll(t, "USD", ledger["USD"], "stockoptionmarketvalue=1600.0 stockmarketvalue=5300.0")
	hasAll(t, "BASE", ledger["BASE"], "stockmarketvalue=5740.0 currency=BASE")
	report := func(name string) map[string]any {
		return c.must("GET", "/iserver/account/"+account+"/summary/"+name, "").(map[string]any)
	}
	hasAll(t, "margins", report("margins")["commodities"], "current_initial=24,375_USD current_maint=22,100_USD")
	hasAll(t, "margins", report("margins")["total"], "current_initial=26,486_USD current_maint=24,211_USD")
	hasAll(t, "funds", report("available_funds")["commodities"], "current_available=0_USD current_excess=2,275_USD")
	hasAll(t, "funds", report("available_funds")["total"], "current_available=971,901_USD buying_power=3,887,606_USD")
	hasAll(t, "balances", report("balances")["total"], "net_liquidation=999,988_USD equity_with_loan=998,388_USD cash=992,648_USD")
	hasAll(t, "value", report("market_value")["EUR"], "total_cash=597 stock=400 net_liquidation=997")
	hasAll(t, "value", report("market_value")["Total (in USD)"], "options=1,600 net_liquidation=999,988")
	c.want("GET", path+"/allocation", "", 200, `{"assetClass":{"long":{"CASH":992647.87,"OPT":1600.0,"STK":6940.0},"short":{"STK":-1200.0}},`+
		`"group":{"long":{"Others":8540.0},"short":{"Others":-1200.0}},"sector":{"long":{"Others":8540.0},"short":{"Others":-1200.0}}}`)
	combos := c.must("GET", path+"/combo/positions", "").([]any)
	if len(combos) != 1 || len(combos[0].(map[string]any)["positions"].([]any)) != 2 {
		t.Errorf("combinations: %v", combos)
	}
	hasAll(t, "combination", combos[0], "description=1*756733-1*320227571")
	if text := c.call("GET", "/iserver/account/"+account+"/summary/nothing", ""); text.status != 404 {
		t.Errorf("a report that is none: %d", text.status)
	}
}

// Positions come from a cache: what was bought since is not in it before it is
// invalidated, or old; portfolio2 always knows.
func TestPositionCache(t *testing.T) {
	clock := newClock()
	c := desk(t, func(opt *ibkrsim.Options) { opt.Now = clock.Now })
	held := func(path string) string {
		t.Helper()
		rows := c.must("GET", path, "").([]any)
		if len(rows) == 0 {
			return "nothing"
		}
		return fmt.Sprint(rows[0].(map[string]any)["position"])
	}
	cached, fresh := "/portfolio/"+account+"/positions/0", "/portfolio2/"+account+"/positions"
	want := func(step, one, two string) {
		t.Helper()
		if a, b := held(cached), held(fresh); a != one || b != two {
			t.Errorf("%s: %s cached, %s fresh; want %s and %s", step, a, b, one, two)
		}
	}
	const buy = `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`
	want("before", "nothing", "nothing")
	c.place("one", buy)
	want("bought", "nothing", "1.0")
	c.must("POST", "/portfolio/"+account+"/positions/invalidate", "")
	want("invalidated", "1.0", "1.0")
	c.place("two", buy)
	clock.add(31 * time.Second)
	want("old", "2.0", "2.0")
	c.srv.StalePositions(time.Minute)
	c.place("three", buy)
	clock.add(50 * time.Second)
	c.must("POST", "/portfolio/"+account+"/positions/invalidate", "")
	want("stuck", "2.0", "3.0")
	clock.add(11 * time.Second)
	want("no longer stuck", "3.0", "3.0")
}

// An advisor sees the accounts under it together; large structures come in
// pages; an account of its own can be selected.
func TestAdvisor(t *testing.T) {
	c := desk(t, func(opt *ibkrsim.Options) {
		opt.Accounts = []brokerage.AccountConfig{{ID: "DF100", Cash: market.MustMoney("1000")}}
		for i := range 24 {
			opt.Accounts = append(opt.Accounts, brokerage.AccountConfig{ID: fmt.Sprintf("DU%d", 200+i), Parent: "DF100", Cash: market.MustMoney("10000")})
		}
	})
	for _, id := range []string{"DU200", "DU201"} {
		c.must("POST", "/iserver/account/"+id+"/orders", orderBody("a", `"orderType":"MKT","side":"BUY","quantity":2,"tif":"DAY"`))
	}
	hasAll(t, "all", c.must("GET", "/portfolio/DF100/positions/0", "").([]any)[0], "acctId=DF100 position=4.0")
	hasAll(t, "one", c.must("GET", "/portfolio/DU201/positions/0", "").([]any)[0], "acctId=DU201 position=2.0")
	hasAll(t, "cash", c.must("GET", "/portfolio/DF100/ledger", "").(map[string]any)["USD"], "cashbalance=238997.96")
	hasAll(t, "summary", c.must("GET", "/iserver/account/DF100/summary", ""), "totalCashValue=238998.0 netLiquidationValue=240998.0")
	page := c.must("GET", "/portfolio/subaccounts2?page=1", "").(map[string]any)
	if rows := page["subaccounts"].([]any); len(rows) != 5 || rows[0].(map[string]any)["id"] != "DU219" {
		t.Errorf("second page: %v", rows)
	}
	wantJSON(t, page["metadata"], `{"pageNum":1,"pageSize":20,"total":25}`)
	if got := c.must("GET", "/portfolio/subaccounts2?page=9", "").(map[string]any)["subaccounts"].([]any); len(got) != 0 {
		t.Errorf("page beyond the end: %v", got)
	}
	accounts := c.must("GET", "/iserver/accounts", "").(map[string]any)
	if list := accounts["accounts"].([]any); len(list) != 26 || list[25] != "All" || accounts["acctProps"].(map[string]any)["All"] == nil {
		t.Errorf("accounts %v", list)
	}
	c.want("POST", "/iserver/account", `{"acctId":"DU201"}`, 200, `{"acctId":"DU201","set":true}`)
	c.want("POST", "/iserver/account", `{"acctId":"DU201"}`, 200, `{"success":"Account already set"}`)
	if rows := c.must("GET", "/iserver/account/orders", "").(map[string]any)["orders"].([]any); len(rows) != 1 {
		t.Errorf("%d orders of the selected account", len(rows))
	}
	both := c.must("POST", "/portfolio/allocation", `{"acctIds":["DU200","DU201"]}`).(map[string]any)["assetClass"].(map[string]any)
	hasAll(t, "allocation", both["long"], "STK=2000.0 CASH=17997.96")
	if got := c.call("POST", "/portfolio/allocation", `{"acctIds":["DU205"]}`); got.status != 500 {
		t.Errorf("allocation of nothing: %d", got.status)
	}
}
