package workspace_test

import (
	"testing"

	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// Returns are the recorded ones for the recorded values, exact to the last
// digit.
func TestReturnsOfTheRecording(t *testing.T) {
	d := start(t)
	d.days["U1"] = []workspace.Day{
		{Date: "20260227", NAV: money("1002158.75")}, {Date: "20260302", NAV: money("1002417.8")},
		{Date: "20260303", NAV: money("1002504.15")}, {Date: "20260304", NAV: money("1002590.5")},
		{Date: "20260331", NAV: money("1004944.09")}, {Date: "20260402", NAV: money("1005168.74035")},
	}
	wants(t, d.must("POST", "/pa/performance", `{"acctIds":["U1"],"period":"1M"}`),
		`"returns":[0.00025849,0.00034466,0.00043082,`, `"nd":32`, `"startNAV":{"date":"20260227","val":1002158.75}`,
		`"start":"20260302"`, `"end":"20260402"`, `"dates":["202603","202604"]`, `"returns":[0.00277934,0.00022355]`,
		`"navs":[1002417.8,1002504.15,1002590.5,1004944.09,1005168.74035]`)
}

// What is paid in or taken out is no profit.
func TestFlowsAreNoReturn(t *testing.T) {
	d := start(t)
	d.days["U1"] = []workspace.Day{
		{Date: "20260330", NAV: money("100"), Flow: money("100")}, {Date: "20260331", NAV: money("110")},
		{Date: "20260401", NAV: money("1110"), Flow: money("1000")}, {Date: "20260402", NAV: money("121"), Flow: money("-1000")},
	}
	wants(t, d.must("POST", "/pa/performance", `{"acctIds":["U1"],"period":"7D"}`), `"returns":[0.0,0.1,0.1,0.21]`,
		`"startNAV":{"date":"20260330","val":0.0}`, `"nd":4`)
}

// Each period begins where its name says.
func TestPeriods(t *testing.T) {
	d := start(t)
	for _, date := range []string{"20241231", "20250402", "20251002", "20251231", "20260102", "20260302", "20260327", "20260401", "20260402"} {
		d.days["U1"] = append(d.days["U1"], workspace.Day{Date: date, NAV: money("1")})
	}
	for period, parts := range map[string][]string{
		"1D": {`"start":"20260402"`, `"date":"20260401"`}, "7D": {`"start":"20260327"`, `"date":"20260302"`},
		"MTD": {`"start":"20260401"`, `"date":"20260327"`}, "1M": {`"start":"20260302"`, `"date":"20260102"`},
		"3M": {`"start":"20260102"`, `"date":"20251231"`}, "6M": {`"start":"20251002"`, `"date":"20250402"`},
		"YTD": {`"start":"20260101"`, `"date":"20251231"`}, "1Y": {`"start":"20250402"`, `"date":"20241231"`},
		"12M": {`"start":"20250402"`, `"nd":366`},
	} {
		wants(t, d.must("POST", "/pa/performance", `{"acctIds":["U1"],"period":"`+period+`"}`), parts...)
	}
	all := d.must("POST", "/pa/allperiods?param=U1", `{"acctIds":["other"]}`)
	wants(t, all, `"nd":366`, `"periods":["1D","7D","MTD","1M","YTD","1Y"]`, `"lastSuccessfulUpdate":"2026-04-03 10:30:00"`, `"included":["U1"]`)
}

// Two accounts are added up; what one has no value for stays what it was.
func TestConsolidated(t *testing.T) {
	d := startAdvisor(t)
	d.days["U1"] = []workspace.Day{{Date: "20260401", NAV: money("100")}, {Date: "20260402", NAV: money("110")}}
	d.days["U2"] = []workspace.Day{{Date: "20260401", NAV: money("100")}}
	wants(t, d.must("POST", "/pa/performance", `{"acctIds":["U2","U1","U1"],"period":"1D"}`), `"returns":[0.05]`,
		`"navs":[210.0]`, `"included":["U1","U2"]`, `"id":"consolidated"`)
}

func TestAnalystRefusals(t *testing.T) {
	d := startAdvisor(t)
	d.days["U1"] = nil
	d.days["U2"] = []workspace.Day{{Date: "20260402"}, {Date: "20260401"}}
	d.must("POST", "/pa/performance", `{"acctIds":["U1"],"period":"1M"}`) // an account without a day yet
	d.must("POST", "/pa/allperiods", `{"acctIds":["U1"]}`)
	d.refused(400, "POST", "/pa/performance", `{"acctIds":["U1"],"period":"2M"}`)
	d.refused(400, "POST", "/pa/performance", `{"acctIds":[],"period":"1M"}`)
	d.refused(400, "POST", "/pa/performance", `{}`)
	d.refused(500, "POST", "/pa/performance", `{"acctIds":["U9"],"period":"1M"}`)
	d.refused(500, "POST", "/pa/performance", `{"acctIds":["U2"],"period":"1M"}`)
	d.refused(500, "POST", "/pa/allperiods", `{"acctIds":["U9"]}`)
	d.refused(400, "POST", "/pa/transactions", `{"acctIds":["U1"]}`)
	d.refused(400, "POST", "/pa/transactions", `{"acctIds":["U1"],"conids":[1],"days":-1}`)
	d.refused(500, "POST", "/pa/transactions", `{"acctIds":["U9"],"conids":[1]}`)
	d.refused(501, "POST", "/pa/summary", `{}`)
	d.Workspace = workspace.New(workspace.Config{Contracts: d, Logins: d})
	d.refused(500, "POST", "/pa/allperiods", `{"acctIds":["U1"]}`)
}

// Transactions are those of the days asked for, with New York's clock in their
// dates and the profit they realized.
func TestTransactions(t *testing.T) {
	d := start(t)
	d.days["U1"] = []workspace.Day{{Date: "20260401", NAV: money("100")}}
	d.trades = []workspace.Transaction{
		{Date: "20260303", Currency: "USD", Price: market.MustPrice("1"), Qty: market.Shares(1), Amount: money("-1"), Type: "Buy"},
		{Date: "20260331", Currency: "USD", Price: market.MustPrice("645.155"), Qty: market.Shares(4), Amount: money("-2580.62"),
			Type: "Buy", Desc: "SPY"},
		{Date: "20260402", Currency: "USD", Price: market.MustPrice("640"), Qty: market.Shares(-4), Amount: money("2560"),
			Type: "Sell", Desc: "SPY", Realized: money("-20.62")},
	}
	d.now = at("2026-04-03 03:00:00") // the evening of April 2 in New York
	got := d.must("POST", "/pa/transactions", `{"acctIds":["U1"],"conids":["756733"],"currency":"USD","days":28}`)
	wants(t, got, `"from":1772668800000`, `"to":1775088000000`, `"nd":29`,
		`"transactions":[{"cur":"USD","date":"Tue Mar 31 00:00:00 EDT 2026","rawDate":"20260331","fxRate":1.0,"pr":645.155,"qty":4.0,`+
			`"acctid":"U1","amt":-2580.62,"conid":756733,"type":"Buy","desc":"SPY"}`,
		`"rpnl":{"amt":"-20.62","data":[{"date":"20260402","cur":"USD","fxRate":1.0,"side":"L","acctid":"U1","amt":"20.62","conid":"756733"}]}`)
}
