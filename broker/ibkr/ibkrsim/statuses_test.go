package ibkrsim_test

import (
	"cmp"
	"strings"
	"testing"
)

// statuses are what the real API was seen to answer to odd requests.
var statuses = []struct {
	method, path, body string
	status             int
	text               string // in the body; EMPTY: there is none
}{
	{"POST", "/iserver/auth/ssodh/init", `{"publish":false}`, 200, ""},
	{"POST", "/iserver/questions/suppress", `{"messageIds":[]}`, 500, ""},
	{"POST", "/iserver/questions/suppress", `{"messageIds":["o99999"]}`, 200, ""},
	{"POST", "/iserver/account", `{"acctId":"INVALID999"}`, 500, ""},
	{"POST", "/iserver/account", `{}`, 400, ""},
	{"GET", "/iserver/account/INVALID999/summary", "", 400, ""},
	{"GET", "/iserver/account/INVALID999/summary/balances", "", 400, ""},
	{"GET", "/portfolio/INVALID999/positions/0", "", 401, "EMPTY"},
	{"GET", "/portfolio/INVALID999/summary", "", 401, "EMPTY"},
	{"GET", "/portfolio/INVALID999/ledger", "", 401, "EMPTY"},
	{"GET", "/portfolio/INVALID999/meta", "", 401, "EMPTY"},
	{"GET", "/portfolio/INVALID999/allocation", "", 401, "EMPTY"},
	{"GET", "/acesws/INVALID999/signatures-and-owners", "", 401, "EMPTY"},
	{"GET", "/iserver/account/search/DU1", "", 503, ""},
	{"POST", "/iserver/dynaccount", `{"acctId":"DU1000001"}`, 401, ""},
	{"GET", "/portfolio/DU1000001/position/999999999", "", 200, ""},
	{"GET", "/portfolio/positions/999999999", "", 200, ""},
	{"GET", "/portfolio/DU1000001/positions/999?sort=position&direction=d", "", 200, "[]"},

	{"POST", "/pa/performance", `{"acctIds":["DU1000001"],"period":"INVALID"}`, 400, ""},
	{"POST", "/pa/performance", `{"acctIds":[],"period":"1M"}`, 400, ""},
	{"POST", "/pa/transactions", `{"acctIds":["DU1000001"],"conids":[],"currency":"USD","days":30}`, 400, ""},
	{"POST", "/pa/transactions", `{"acctIds":["INVALID999"],"conids":[756733],"currency":"USD","days":30}`, 500, ""},
	{"POST", "/pa/allperiods", `{"acctIds":["INVALID999"]}`, 500, ""},

	{"GET", "/iserver/secdef/info?conid=756733&sectype=OPT&month=202701&strike=650&right=C", "", 400, ""},
	{"GET", "/iserver/secdef/strikes?conid=756733&sectype=OPT&month=999999", "", 200, `{"call":[],"put":[]}`},
	{"GET", "/iserver/secdef/strikes?conid=756733&sectype=OPT&month=202701", "", 200, `{"call":[],"put":[]}`},
	{"GET", "/trsrv/secdef/schedule?assetClass=STK&symbol=SPY", "", 400, ""},
	{"GET", "/iserver/contract/999999999/info", "", 400, ""},
	{"GET", "/iserver/contract/999999999/info-and-rules", "", 400, ""},
	{"GET", "/iserver/contract/999999999/algos", "", 503, ""},
	{"POST", "/iserver/contract/rules", `{"conid":0,"isBuy":true}`, 400, ""},
	{"GET", "/contract/trading-schedule?conid=0", "", 400, ""},
	{"GET", "/iserver/secdef/search?symbol=ZZZZZZ", "", 200, ""},
	{"GET", "/trsrv/stocks?symbols=ZZZZZZ", "", 200, ""},
	{"GET", "/trsrv/futures?symbols=ZZZZZZ", "", 200, ""},
	{"GET", "/iserver/secdef/bond-filters?symbol=BOND&issuerId=e0000000", "", 200, ""},

	{"GET", "/iserver/marketdata/snapshot?conids=0&fields=31", "", 200, ""},
	{"GET", "/iserver/marketdata/history?conid=756733&period=INVALID&bar=1min", "", 200, `{"error":`},
	{"GET", "/md/regsnapshot?conid=756733", "", 404, ""},
	{"POST", "/iserver/marketdata/unsubscribe", `{"conid":265598}`, 500, ""},
	{"POST", "/iserver/scanner/run", strings.Replace(gainers, "TOP_PERC_GAIN", "NO_SUCH_SCAN", 1), 500, ""},
	{"POST", "/hmds/scanner", `{"instrument":"STK","locations":"STK.US.MAJOR","scanCode":"TOP_PERC_GAIN","secType":"STK"}`, 404, ""},

	{"POST", "/iserver/account/DU1000001/alert", wholeAlert, 403, ""},
	{"POST", "/iserver/account/DU1000001/alert", `{}`, 400, ""},
	{"POST", "/iserver/account/DU1000001/alert", `{"alertName":"x"}`, 500, ""},
	{"GET", "/iserver/account/alert/0", "", 200, ""},
	{"GET", "/iserver/account/alert/0?type=Q", "", 200, ""},
	{"POST", "/iserver/account/DU1000001/alert/activate", `{"alertId":0,"alertActive":1}`, 503, ""},
	{"DELETE", "/iserver/account/DU1000001/alert/0", "", 503, ""},

	{"DELETE", "/iserver/watchlist?id=12345", "", 503, ""}, // before the lists are read
	{"GET", "/iserver/watchlists", "", 200, ""},
	{"POST", "/iserver/watchlist", `{}`, 400, ""},
	{"POST", "/iserver/watchlist", `{"id":"1","rows":[{"C":756733}]}`, 503, ""},
	{"POST", "/iserver/watchlist", `{"id":"text","name":"x","rows":[{"C":756733}]}`, 503, ""},
	{"GET", "/iserver/watchlist?id=12345", "", 503, ""},
	{"DELETE", "/iserver/watchlist?id=12345", "", 200, ""},

	{"GET", "/fyi/disclaimer/XX", "", 200, ""},
	{"POST", "/fyi/settings/XX", `{"enabled":true}`, 200, ""},
	{"PUT", "/fyi/disclaimer/XX", "", 200, ""},
	{"PUT", "/fyi/notifications/0", "", 200, ""},
	{"DELETE", "/fyi/deliveryoptions/nobody", "", 404, "<html>"},

	{"GET", "/iserver/account/order/status/000000000", "", 400, ""},
	{"DELETE", "/iserver/account/DU1000001/order/000000000", "", 400, ""},
	{"POST", "/iserver/account/DU1000001/orders/whatif", strings.Replace(below, "756733", "0", 1), 400, ""},
	{"POST", "/iserver/account/DU1000001/orders", `{"orders":[{"conidex":"28812380;;;756733/1,320227571/-1","orderType":"MKT",` +
		`"side":"BUY","quantity":1,"tif":"DAY"}]}`, 200, `"messageIds":["o354"]`},
	{"GET", "/forecast/contract/market?underlyingConid=0", "", 500, ""},
	{"GET", "/forecast/contract/rules?conid=0", "", 500, ""},
}

const wholeAlert = `{"alertName":"SPY","alertMessage":"SPY is above 500","alertRepeatable":0,"outsideRth":1,"tif":"GTC",` +
	`"sendMessage":1,"showPopup":1,"conditions":[{"conidex":"756733@SMART","logicBind":"n","operator":">=",` +
	`"triggerMethod":"0","type":1,"value":"500.00","timeZone":"US/Eastern"}]}`

// Odd requests are answered with the statuses of the real API, of which many
// are not what anybody would guess: a client has to live with them.
func TestStatusesOfRecordings(t *testing.T) {
	c := shapeServer(t)
	for _, one := range statuses {
		got := c.call(one.method, one.path, one.body)
		if got.status != one.status || !strings.Contains(cmp.Or(got.text, "EMPTY"), one.text) {
			t.Errorf("%s %s %s:\ngot  %d %.300s\nwant %d %s", one.method, one.path, one.body, got.status, got.text, one.status, one.text)
		}
	}
}
