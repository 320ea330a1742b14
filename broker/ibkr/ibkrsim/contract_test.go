package ibkrsim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// universe is a client of a quiet simulator with futures, options and
// currencies, on 9 July 2026.
func universe(t *testing.T, change ...func(*ibkrsim.Options)) *client {
	t.Helper()
	opt := quiet()
	opt.Universe, opt.Now = true, newClock().Now
	for _, one := range change {
		one(&opt)
	}
	return start(t, opt).login()
}

// list is the answer to a GET as rows.
func (c *client) list(path string) []map[string]any {
	c.t.Helper()
	rows := []map[string]any{}
	for _, one := range c.must("GET", path, "").([]any) {
		rows = append(rows, one.(map[string]any))
	}
	return rows
}

// sectionOf is the section of a type of a search row.
func sectionOf(row map[string]any, secType string) map[string]any {
	for _, one := range row["sections"].([]any) {
		if section := one.(map[string]any); section["secType"] == secType {
			return section
		}
	}
	return map[string]any{}
}

// An option is found as the documentation has it: search, months, strikes,
// info. Without the search there are no strikes, in this session and the next.
func TestOptionWalk(t *testing.T) {
	c := universe(t)
	const strikes, info = "/iserver/secdef/strikes?conid=265598&sectype=OPT&month=", "/iserver/secdef/info?conid=265598&sectype=OPT&month="
	none := `{"call":[],"put":[]}`
	c.want("GET", strikes+"JUL26", "", 200, none)
	c.want("GET", info+"JUL26&strike=255&right=C", "", 200, `[]`)
	c.must("GET", "/iserver/secdef/search?symbol=APPLE&name=True", "")
	c.want("GET", strikes+"JUL26", "", 200, none)

	row := c.list("/iserver/secdef/search?symbol=aapl&secType=STK")[0]
	months := strings.Split(sectionOf(row, "OPT")["months"].(string), ";")
	if row["conid"] != "265598" || months[0] != "JUL26" {
		t.Fatalf("search: %v", row)
	}
	all := c.must("GET", strikes+months[0], "").(map[string]any)
	if calls := all["call"].([]any); len(calls) == 0 || calls[0] != json.Number("215.0") || fmt.Sprint(calls) != fmt.Sprint(all["put"]) {
		t.Errorf("strikes: %v", all)
	}
	c.want("GET", strikes+"202607", "", 200, none)
	c.want("GET", strikes+"JAN30", "", 200, none)
	c.want("GET", strikes+"JUL26&exchange=EUREX", "", 200, none)

	options := c.list(info + "JUL26&strike=255.0&right=C&exchange=SMART")
	if len(options) == 0 {
		t.Fatal("no call at 255 in July")
	}
	call := options[0]
	expiry := call["maturityDate"].(string)
	day, err := time.Parse("20060102", expiry)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ToUpper(day.Format("Jan 02 '06")) + " 255 Call"
	for key, want := range map[string]any{"right": "C", "strike": json.Number("255.0"), "multiplier": "100", "exchange": "SMART",
		"desc2": text, "secType": "OPT", "symbol": "AAPL"} {
		if call[key] != want {
			t.Errorf("info %s: %v, want %v", key, call[key], want)
		}
	}
	contract := c.must("GET", fmt.Sprintf("/iserver/contract/%v/info", call["conid"]), "").(map[string]any)
	for key, want := range map[string]any{"cfi_code": "OCXXXS", "right": "CALL", "strike": "255", "underlying_con_id": json.Number("265598"),
		"local_symbol": "AAPL  " + expiry[2:] + "C00255000", "expiry_full": expiry, "contract_month": expiry[:6], "text": text, "exchange": "SMART"} {
		if contract[key] != want {
			t.Errorf("contract %s: %v, want %v", key, contract[key], want)
		}
	}
	c.must("POST", "/logout", "")
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	c.want("GET", strikes+"JUL26", "", 200, none)
}

// Futures are found by their symbol, whose row is the index they are on.
func TestFutures(t *testing.T) {
	c := universe(t)
	rows := c.must("GET", "/trsrv/futures?symbols=ES,NOPE,CL", "").(map[string]any)
	if len(rows) != 2 {
		t.Fatalf("futures: %v", rows)
	}
	var expiries []string
	for _, one := range rows["ES"].([]any) {
		expiries = append(expiries, string(one.(map[string]any)["expirationDate"].(json.Number)))
	}
	if fmt.Sprint(expiries) != "[20270617 20270319 20261218 20260918]" {
		t.Errorf("ES expires %v: want four quarters, in no helpful order", expiries)
	}
	c.want("GET", "/trsrv/futures?symbols=ES&exchange=NYMEX", "", 200, `{}`)

	index := c.list("/iserver/secdef/search?symbol=ES")[0]
	if index["conid"] != "11004968" || index["description"] != "CME" || sectionOf(index, "FUT")["months"] != "SEP26;DEC26;MAR27;JUN27" {
		t.Errorf("search: %v", index)
	}
	one := c.list("/iserver/secdef/info?conid=11004968&sectype=FUT&month=DEC26")[0]
	for key, want := range map[string]any{"maturityDate": "20261218", "multiplier": "50", "right": "?", "strike": json.Number("0.0"), "exchange": "CME"} {
		if one[key] != want {
			t.Errorf("info %s: %v, want %v", key, one[key], want)
		}
	}
	info := c.must("GET", fmt.Sprintf("/iserver/contract/%v/info-and-rules", one["conid"]), "").(map[string]any)
	rules := info["rules"].(map[string]any)
	if info["local_symbol"] != "ESZ6" || info["instrument_type"] != "FUT" || rules["increment"] != json.Number("0.25") ||
		slices.Contains(rules["orderTypes"].([]any), any("midprice")) {
		t.Errorf("info and rules: %v", info)
	}
	if kind := c.must("GET", "/iserver/contract/11004968/info", "").(map[string]any)["instrument_type"]; kind != "IND" {
		t.Errorf("the index is a %v", kind)
	}
}

// Rules go by the kind of contract: its price step, its sizes, its order types.
func TestContractRules(t *testing.T) {
	c := universe(t)
	for conid, want := range map[string]string{"756733": "2 100 12", "12087792": "5 25000 9"} {
		rules := c.must("POST", "/iserver/contract/rules", `{"conid":"`+conid+`","isBuy":true}`).(map[string]any)
		got := fmt.Sprint(rules["incrementDigits"], " ", rules["defaultSize"], " ", len(rules["orderTypes"].([]any)))
		if got != want {
			t.Errorf("%s: digits, size, order types %s, want %s", conid, got, want)
		}
	}
}

// A search finds foreign listings too, sometimes before the one that is meant;
// they can be looked up, and have no rules.
func TestListings(t *testing.T) {
	c := universe(t)
	var found []string
	for _, row := range c.list("/iserver/secdef/search?symbol=IBM") {
		found = append(found, fmt.Sprint(row["conid"], " ", row["description"]))
	}
	if fmt.Sprint(found) != "[900008314 MEXI 8314 NYSE 2147483647 <nil>]" {
		t.Errorf("IBM: %v", found)
	}
	info := c.must("GET", "/iserver/contract/900008314/info-and-rules", "").(map[string]any)
	if info["currency"] != "MXN" || info["rules"].(map[string]any)["error"] == nil {
		t.Errorf("the foreign listing: %v", info)
	}
	row := c.must("GET", "/trsrv/secdef?conids=900008314", "").(map[string]any)["secdef"].([]any)[0].(map[string]any)
	if row["isUS"] != false || row["countryCode"] != "MX" {
		t.Errorf("secdef: %v", row)
	}
	for _, way := range []string{"?symbol=Inc&name=true", "?symbol=Inc&name=TRUE", "?symbol=Inc&name=1"} {
		if rows := c.list("/iserver/secdef/search" + way); len(rows) < 4 {
			t.Errorf("%s: %d rows", way, len(rows))
		}
	}
	if rows := c.must("POST", "/iserver/secdef/search", `{"symbol":"apple","name":"True"}`).([]any); len(rows) == 0 {
		t.Error("POST with Python's True finds nothing")
	}
	if rows := c.list("/iserver/secdef/search?symbol=EUR&secType=CASH"); len(rows) != 2 || rows[0]["conid"] != "12087792" {
		t.Errorf("EUR: %v", rows)
	}
	if rows := c.list("/iserver/secdef/search?symbol=S&pattern=true&secType=STK"); len(rows) != 2 || rows[0]["symbol"] != "SPY" {
		t.Errorf("S*: %v", rows)
	}
	c.want("GET", "/iserver/secdef/search?symbol=NOPE", "", 200, `[]`)
}

// What clients get wrong about contracts, as the API was seen to answer it.
func TestContractMistakes(t *testing.T) {
	c := universe(t)
	c.must("GET", "/iserver/secdef/search?symbol=SPY", "")
	for _, one := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/iserver/secdef/info?conid=756733&sectype=OPT&month=202701", "", 400},
		{"GET", "/iserver/secdef/info?conid=756733&sectype=OPT&month=JAN27&strike=x", "", 400},
		{"GET", "/iserver/secdef/info?conid=756733&sectype=OPT&month=JAN27&right=X", "", 400},
		{"GET", "/iserver/secdef/info?conid=0", "", 400},
		{"GET", "/iserver/secdef/strikes?conid=756733&month=JAN27", "", 400},
		{"GET", "/iserver/secdef/search", "", 400},
		{"POST", "/iserver/secdef/search", `{"symbol":1}`, 400},
		{"GET", "/iserver/secdef/bond-filters?symbol=BOND", "", 400},
		{"GET", "/iserver/secdef/bond-filters?symbol=BOND&issuerId=e1", "", 200},
		{"GET", "/trsrv/secdef/schedule?assetClass=STK&symbol=SPY", "", 400},
		{"GET", "/iserver/contract/999999999/info", "", 400},
		{"GET", "/iserver/contract/999999999/info-and-rules", "", 400},
		{"GET", "/iserver/contract/999999999/algos", "", 503},
		{"POST", "/iserver/contract/rules", `{"conid":0}`, 400},
		{"POST", "/iserver/contract/rules", `{"conid":[]}`, 400},
		{"POST", "/iserver/contract/rules", `{"conid":"756733"}`, 200},
		{"GET", "/contract/trading-schedule?conid=0", "", 400},
		{"GET", "/trsrv/secdef?conids=1,2", "", 204},
		{"GET", "/trsrv/secdef?conids=" + strings.Repeat("1,", 200) + "1", "", 400},
		{"GET", "/trsrv/secdef", "", 400},
		{"GET", "/trsrv/stocks?symbols=" + strings.Repeat("A,", 200) + "A", "", 400},
		{"GET", "/trsrv/all-conids", "", 400},
		{"GET", "/iserver/currency/pairs", "", 400},
		{"GET", "/iserver/exchangerate?source=USD&target=XXX", "", 400},
		{"POST", "/iserver/scanner/run", `{"instrument":"STK","type":"NOPE","location":"STK.US.MAJOR"}`, 500},
		{"POST", "/iserver/scanner/run", `{"instrument":"STK","type":"TOP_PERC_GAIN","location":"MOON"}`, 500},
		{"POST", "/iserver/scanner/run", `{"instrument":"STK","type":"TOP_PERC_GAIN","location":"STK.US.MAJOR","filter":[{"code":"priceAbove","value":1e999999}]}`, 500},
		{"POST", "/iserver/scanner/run", `{`, 400},
		{"POST", "/hmds/scanner", `{}`, 404},
	} {
		if got := c.call(one.method, one.path, one.body); got.status != one.status {
			t.Errorf("%s %s %s: %d %s, want %d", one.method, one.path, one.body, got.status, got.text, one.status)
		}
	}
}

// Algos are listed by id; their parameters and words only when asked for.
func TestAlgos(t *testing.T) {
	c := universe(t)
	c.want("GET", "/iserver/contract/265598/algos?algos=Vwap;Twap", "", 200,
		`{"algos":[{"id":"Twap","name":"TWAP"},{"id":"Vwap","name":"VWAP"}]}`)
	c.want("GET", "/iserver/contract/12087792/algos", "", 200, `{"algos":[]}`)
	one := c.must("GET", "/iserver/contract/265598/algos?algos=Adaptive&addParams=1&addDescription=1", "").(map[string]any)["algos"].([]any)[0].(map[string]any)
	wantJSON(t, one["parameters"], `[{"guiRank":1,"defaultValue":"Normal","name":"Adaptive order priority/urgency","id":"adaptivePriority",
		"legalStrings":["Urgent","Normal","Patient"],"required":"true","valueClassName":"String"}]`)
	if one["description"] == nil {
		t.Error("no description")
	}
}

// With real hours the schedules have holidays and half days; without, a market
// never closes.
func TestSchedules(t *testing.T) {
	newYork := inNewYork(t)
	c := universe(t, func(o *ibkrsim.Options) {
		o.NewYork = newYork
		o.Now = func() time.Time { return time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC) } // before Thanksgiving
	})
	days := c.must("GET", "/contract/trading-schedule?conid=756733", "").(map[string]any)
	if days["exchange_time_zone"] != "US/Eastern" {
		t.Errorf("zone %v", days["exchange_time_zone"])
	}
	var dates []string
	schedules := days["schedules"].(map[string]any)
	for date := range schedules {
		dates = append(dates, date)
	}
	slices.Sort(dates)
	if fmt.Sprint(dates) != "[20261124 20261125 20261127 20261130 20261201 20261202]" {
		t.Errorf("days %v", dates)
	}
	half := schedules["20261127"].(map[string]any)["liquid_hours"].([]any)[0].(map[string]any)
	if want := fmt.Sprint(time.Date(2026, 11, 27, 13, 0, 0, 0, newYork).Unix()); half["closing"] != json.Number(want) {
		t.Errorf("half day closes at %v, want %s", half["closing"], want)
	}
	row := c.list("/trsrv/secdef/schedule?assetClass=STK&symbol=SPY&exchange=ARCA")[0]
	got := map[string]string{}
	for _, one := range row["schedules"].([]any) {
		day := one.(map[string]any)
		trading := day["tradingtimes"].([]any)[0].(map[string]any)
		got[day["tradingScheduleDate"].(string)] = fmt.Sprint(len(day["sessions"].([]any)), " ", trading["openingTime"], "-", trading["closingTime"])
	}
	for date, want := range map[string]string{"20000101": "0 0000-0000", "20000103": "1 0400-2000", "20261126": "0 0000-0000",
		"20261127": "1 0400-1700", "20261225": "0 0000-0000", "20261130": ""} {
		if got[date] != want {
			t.Errorf("%s: %q, want %q", date, got[date], want)
		}
	}
	if row["timezone"] != "America/New_York" || row["exchange"] != "ARCA" {
		t.Errorf("schedule: %v", row)
	}
	c.want("GET", "/trsrv/secdef/schedule?assetClass=STK&symbol=SPY&exchange=MOON", "", 200, `[]`)
	open := universe(t).must("GET", "/contract/trading-schedule?conid=756733", "").(map[string]any)
	if len(open["schedules"].(map[string]any)) != 6 || open["exchange_time_zone"] != "UTC" {
		t.Errorf("always open: %v", open)
	}
}

// Currencies: pairs on either side, and rates both ways and across.
func TestCurrencies(t *testing.T) {
	c := universe(t)
	pairs := c.must("GET", "/iserver/currency/pairs?currency=GBP", "")
	wantJSON(t, pairs, `{"GBP":[{"ccyPair":"USD","conid":12087797,"symbol":"GBP.USD"},{"ccyPair":"EUR","conid":12087807,"symbol":"EUR.GBP"}]}`)
	if err := c.srv.SetPrice("EUR.USD", ibkrsim.Quote{Bid: market.MustPrice("1.24995"), Ask: market.MustPrice("1.25005"), Last: market.MustPrice("1.25")}); err != nil {
		t.Fatal(err)
	}
	rate := "/iserver/exchangerate?source=%s&target=%s"
	c.want("GET", fmt.Sprintf(rate, "EUR", "USD"), "", 200, `{"rate":1.25}`)
	c.want("GET", fmt.Sprintf(rate, "usd", "eur"), "", 200, `{"rate":0.8}`)
	c.want("GET", fmt.Sprintf(rate, "EUR", "CHF"), "", 200, `{"rate":1.0}`)
	c.want("GET", fmt.Sprintf(rate, "EUR", "EUR"), "", 200, `{"rate":1.0}`)
}

// A scanner ranks what moved, names its column once, and keeps to its place.
func TestScanner(t *testing.T) {
	c := universe(t)
	for _, prices := range []map[string]string{ // the first are what the day began with
		{"SPY": "655.00", "AAPL": "255.00", "IBM": "245.00"}, {"SPY": "700.00", "AAPL": "300.00", "IBM": "246.00"},
	} {
		for name, price := range prices {
			if err := c.srv.SetPrice(name, ibkrsim.Quote{Last: market.MustPrice(price)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	scan := func(body string) (symbols []string, columns int) {
		t.Helper()
		for _, one := range c.must("POST", "/iserver/scanner/run", body).(map[string]any)["contracts"].([]any) {
			row := one.(map[string]any)
			symbols = append(symbols, row["symbol"].(string))
			if row["column_name"] != nil {
				columns++
			}
		}
		return symbols, columns
	}
	symbols, columns := scan(`{"instrument":"STK","type":"TOP_PERC_GAIN","location":"STK.US.MAJOR","filter":[{"code":"priceAbove","value":"250"}]}`)
	if len(symbols) < 2 || symbols[0] != "AAPL" || symbols[1] != "SPY" || columns != 1 || slices.Contains(symbols, "IBM") {
		t.Errorf("gainers above 250: %v, %d columns", symbols, columns)
	}
	if symbols, _ := scan(`{"instrument":"STK","type":"TOP_PERC_GAIN","location":"STK.ARCA"}`); fmt.Sprint(symbols) != "[SPY]" {
		t.Errorf("at ARCA: %v", symbols)
	}
	params := c.must("GET", "/iserver/scanner/params", "").(map[string]any)
	for _, one := range params["location_tree"].([]any) {
		kind := one.(map[string]any)
		for _, place := range kind["locations"].([]any) {
			scan(fmt.Sprintf(`{"instrument":%q,"type":"MOST_ACTIVE","location":%q}`, kind["type"], place.(map[string]any)["type"]))
		}
	}
}

// The data farm needs a call of its own before its history.
func TestDataFarm(t *testing.T) {
	c := universe(t, func(o *ibkrsim.Options) { o.Manual = false })
	const path = "/hmds/history?conid=756733&period=2d&bar=1hrs&outsideRth=true"
	if got := c.call("GET", path, ""); got.status != 404 || !strings.Contains(got.header.Get("Content-Type"), "html") {
		t.Errorf("first: %d %s", got.status, got.text)
	}
	c.must("POST", "/hmds/auth/init", "")
	body := c.must("GET", path, "").(map[string]any)
	if n := len(body["data"].([]any)); n < 40 || body["points"] != json.Number(fmt.Sprint(n)) {
		t.Errorf("%d bars, points %v", n, body["points"])
	}
	c.want("GET", "/hmds/history?conid=756733&period=1d&bar=5mins&barType=FeeRate", "", 200, `{"error":"No data."}`)
	if got := c.call("GET", "/hmds/history?conid=756733&period=soon", ""); got.status != 400 {
		t.Errorf("bad period: %d %s", got.status, got.text)
	}
}

// The universe stands behind the instruments that were there before it, and
// changes nothing about their prices.
func TestUniverseKeepsPrices(t *testing.T) {
	prices := func(all bool) string {
		clock := newClock()
		c := start(t, ibkrsim.Options{Seed: 11, Universe: all, Now: clock.Now, Timing: ibkrsim.Timing{Bridge: -1}})
		c.login()
		eventually(t, "the hour that is left out has begun", func() bool {
			quotes := c.srv.State().Quotes
			return quotes["SPY.ARCA"].Ask > 0 && quotes["AAPL.NASDAQ"].Ask > 0 && quotes["TSLA.NASDAQ"].Ask > 0
		})
		rows := []any{}
		for _, conid := range []string{"756733", "265598", "76792991"} {
			path := "/hmds/history?conid=" + conid + "&period=5d&bar=1hrs&outsideRth=true"
			c.call("GET", path, "")
			bars := c.must("GET", path, "").(map[string]any)["data"].([]any)
			for _, bar := range bars {
				if int64Of(at(t, bar, "t")) < clock.Now().UnixMilli() { // the bar of now may not have begun
					rows = append(rows, bar)
				}
			}
		}
		return fmt.Sprint(rows)
	}
	if prices(false) != prices(true) {
		t.Error("prices of the default instruments differ with the universe behind them")
	}
	if _, err := ibkrsim.Start(ibkrsim.Options{Updates: 21}); err == nil {
		t.Error("21 updates a second were taken")
	}
}
