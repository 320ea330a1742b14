package ibkrsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
)

// sameAnswer is how the simulator is brought to answer as a recording does.
type sameAnswer struct {
	file               string        // of the recording
	prepare            func(*client) // what comes before; nil: nothing
	method, path, body string        // ORDER, REPLY and NOTICE in the path are ids
}

const (
	gainers = `{"instrument":"STK","type":"TOP_PERC_GAIN","location":"STK.US.MAJOR","filter":[]}`
	market1 = `{"orders":[{"conid":756733,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`
	unread  = `{"orders":[{"conid":320227571,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`
	below   = `{"orders":[{"conid":756733,"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00}]}`
)

var recordings = []sameAnswer{
	{"Session/GET-auth-status", nil, "GET", "/iserver/auth/status", ""},
	{"Session/POST-ssodh-init", nil, "POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`},
	{"Session/POST-tickle", nil, overOAuth, "/tickle", ""},
	{"Session/POST-suppress", nil, "POST", "/iserver/questions/suppress", `{"messageIds":["o451"]}`},
	{"Session/POST-suppress-reset", nil, "POST", "/iserver/questions/suppress/reset", ""},

	{"Accounts/GET-iserver-accounts", nil, "GET", "/iserver/accounts", ""},
	{"Accounts/POST-switch-account", nil, "POST", "/iserver/account", `{"acctId":"DU1000001"}`},
	{"Accounts/GET-account-summary", bought, "GET", "/iserver/account/DU1000001/summary", ""},
	{"Accounts/GET-account-summary-available-funds", bought, "GET", "/iserver/account/DU1000001/summary/available_funds", ""},
	{"Accounts/GET-account-summary-balances", bought, "GET", "/iserver/account/DU1000001/summary/balances", ""},
	{"Accounts/GET-account-summary-margins", bought, "GET", "/iserver/account/DU1000001/summary/margins", ""},
	{"Accounts/GET-account-summary-market-value", bought, "GET", "/iserver/account/DU1000001/summary/market_value", ""},
	{"Accounts/GET-signatures-and-owners", nil, "GET", "/acesws/DU1000001/signatures-and-owners", ""},

	{"Contracts/GET-bond-filters", nil, "GET", "/iserver/secdef/bond-filters?symbol=BOND&issuerId=e1400715", ""},
	{"Contracts/GET-contract-algos", nil, "GET", "/iserver/contract/265598/algos?addParams=1", ""},
	{"Contracts/GET-contract-info", nil, "GET", "/iserver/contract/756733/info", ""},
	{"Contracts/GET-contract-info-and-rules", nil, "GET", "/iserver/contract/265598/info-and-rules", ""},
	{"Contracts/POST-contract-rules", nil, "POST", "/iserver/contract/rules", `{"conid":756733,"isBuy":true}`},
	{"Contracts/GET-currency-pairs", nil, "GET", "/iserver/currency/pairs?currency=USD", ""},
	{"Contracts/GET-exchangerate", nil, "GET", "/iserver/exchangerate?source=USD&target=EUR", ""},
	{"Contracts/GET-secdef-search", nil, "GET", "/iserver/secdef/search?symbol=SPY&secType=STK", ""},
	{"Contracts/POST-secdef-search", nil, "POST", "/iserver/secdef/search", `{"symbol":"AAPL","secType":"STK","name":false}`},
	{"Contracts/GET-secdef-strikes", searched, "GET", "/iserver/secdef/strikes?conid=756733&sectype=OPT&month=JUL26", ""},
	{"Contracts/GET-trading-schedule", nil, "GET", "/contract/trading-schedule?conid=756733", ""},
	{"Contracts/GET-trsrv-all-conids", nil, "GET", "/trsrv/all-conids?exchange=NASDAQ", ""},
	{"Contracts/GET-trsrv-futures", nil, "GET", "/trsrv/futures?symbols=ES", ""},
	{"Contracts/GET-trsrv-secdef", nil, "GET", "/trsrv/secdef?conids=756733", ""},
	{"Contracts/GET-trsrv-stocks", nil, "GET", "/trsrv/stocks?symbols=AAPL", ""},

	{"EventContracts/GET-category-tree", nil, "GET", "/forecast/category/tree", ""},
	{"EventContracts/GET-market", nil, "GET", "/forecast/contract/market?underlyingConid=658663572", ""},
	{"EventContracts/GET-contract-details", nil, "GET", "/forecast/contract/details?conid=722489372", ""},
	{"EventContracts/GET-contract-rules", nil, "GET", "/forecast/contract/rules?conid=722489372", ""},
	{"EventContracts/GET-contract-schedules", nil, "GET", "/forecast/contract/schedules?conid=722489372", ""},

	{"Fyi/GET-unread-count", nil, "GET", "/fyi/unreadnumber", ""},
	{"Fyi/GET-settings", nil, "GET", "/fyi/settings", ""},
	{"Fyi/POST-update-setting", nil, "POST", "/fyi/settings/BA", `{"enabled":true}`},
	{"Fyi/GET-disclaimer", nil, "GET", "/fyi/disclaimer/BA", ""},
	{"Fyi/PUT-mark-disclaimer-read", nil, "PUT", "/fyi/disclaimer/BA", ""},
	{"Fyi/GET-delivery-options", device, "GET", "/fyi/deliveryoptions", ""},
	{"Fyi/GET-notifications", notified, "GET", "/fyi/notifications?max=10", ""},
	{"Fyi/GET-more-notifications", notified, "GET", "/fyi/notifications/more", ""},
	{"Fyi/PUT-mark-notification-read", notified, "PUT", "/fyi/notifications/NOTICE", ""},

	{"MarketData/GET-history", nil, "GET", "/iserver/marketdata/history?conid=756733&period=1d&bar=1min", ""},
	{"MarketData/GET-unsubscribeall", nil, "GET", "/iserver/marketdata/unsubscribeall", ""},
	{"MarketData/POST-unsubscribe", watched, "POST", "/iserver/marketdata/unsubscribe", `{"conid":756733}`},
	{"MarketData/GET-scanner-params", nil, "GET", "/iserver/scanner/params", ""},
	{"MarketData/POST-scanner-run", nil, "POST", "/iserver/scanner/run", gainers},
	{"Scanner/GET-scanner-params", nil, "GET", "/iserver/scanner/params", ""},
	{"Scanner/POST-scanner-run", nil, "POST", "/iserver/scanner/run", gainers},

	{"Orders/GET-live-orders", bought, "GET", "/iserver/account/orders", ""},
	{"Orders/GET-live-orders-empty", relogin, "GET", "/iserver/account/orders", ""},
	{"Orders/GET-trades-empty", relogin, "GET", "/iserver/account/trades", ""},
	{"Orders/POST-place-order-submitted", watched, "POST", "/iserver/account/DU1000001/orders", market1},
	{"Orders/POST-place-order-confirmation", nil, "POST", "/iserver/account/DU1000001/orders", unread},
	{"Orders/POST-reply-submitted", asked, "POST", "/iserver/reply/REPLY", `{"confirmed":true}`},
	{"Orders/DELETE-cancel-order", working, "DELETE", "/iserver/account/DU1000001/order/ORDER", ""},
	{"Orders/POST-modify-order-submitted", stop, "POST", "/iserver/account/DU1000001/order/ORDER",
		`{"conid":756733,"orderType":"STP","side":"SELL","quantity":1,"tif":"GTC","price":481.00}`},
	{"Orders/POST-whatif-order", nil, "POST", "/iserver/account/DU1000001/orders/whatif", strings.Replace(below, "499.00", "1.00", 1)},

	{"Portfolio/GET-iserver-account-pnl-partitioned", nil, "GET", "/iserver/account/pnl/partitioned", ""},
	{"Portfolio/GET-portfolio-accounts", nil, "GET", "/portfolio/accounts", ""},
	{"Portfolio/GET-portfolio-subaccounts", nil, "GET", "/portfolio/subaccounts", ""},
	{"Portfolio/GET-subaccounts2", nil, "GET", "/portfolio/subaccounts2", ""},
	{"Portfolio/GET-portfolio-meta", nil, "GET", "/portfolio/DU1000001/meta", ""},
	{"Portfolio/GET-portfolio-ledger", bought, "GET", "/portfolio/DU1000001/ledger", ""},
	{"Portfolio/GET-portfolio-summary", bought, "GET", "/portfolio/DU1000001/summary", ""},
	{"Portfolio/GET-portfolio-allocation", bought, "GET", "/portfolio/DU1000001/allocation", ""},
	{"Portfolio/POST-portfolio-consolidated-allocation", bought, "POST", "/portfolio/allocation", `{"acctIds":["DU1000001"]}`},
	{"Portfolio/GET-portfolio-combo-positions-empty", nil, "GET", "/portfolio/DU1000001/combo/positions", ""},
	{"Portfolio/GET-portfolio-position-by-conid", bought, "GET", "/portfolio/DU1000001/position/756733", ""},
	{"Portfolio/GET-portfolio-positions-by-conid", bought, "GET", "/portfolio/positions/756733", ""},
	{"Portfolio/GET-portfolio-positions-page0", bought, "GET", "/portfolio/DU1000001/positions/0", ""},
	{"Portfolio/GET-portfolio-positions-empty", bought, "GET", "/portfolio/DU1000001/positions/999?sort=position&direction=d", ""},
	{"Portfolio/GET-portfolio2-positions", bought, "GET", "/portfolio2/DU1000001/positions", ""},
	{"Portfolio/POST-portfolio-invalidate", bought, "POST", "/portfolio/DU1000001/positions/invalidate", ""},
	{"Portfolio/POST-pa-performance", daysLater, "POST", "/pa/performance", `{"acctIds":["DU1000001"],"period":"1M"}`},
	{"Portfolio/POST-pa-allperiods", daysLater, "POST", "/pa/allperiods", `{"acctIds":["DU1000001"]}`},
	{"Portfolio/POST-pa-transactions", daysLater, "POST", "/pa/transactions",
		`{"acctIds":["DU1000001"],"conids":[756733],"currency":"USD","days":30}`},

	{"Watchlists/POST-create-watchlist", lists, "POST", "/iserver/watchlist", `{"id":"99999","name":"x","rows":[{"C":756733}]}`},
	{"Watchlists/GET-watchlists", list, "GET", "/iserver/watchlists", ""},
	{"Watchlists/GET-watchlist-by-id", listRead, "GET", "/iserver/watchlist?id=99999", ""},
	{"Watchlists/DELETE-watchlist", list, "DELETE", "/iserver/watchlist?id=99999", ""},
}

// shapeServer has an open session, all kinds of contracts and a quiet market.
func shapeServer(t *testing.T) *client {
	opt := quiet()
	clock := newClock()
	opt.Universe, opt.Events, opt.Now = true, true, clock.Now
	c := start(t, opt).login()
	c.clock = clock
	c.quote("500.00", "500.02", 1000)
	c.trade("SPY", "500.01")
	c.trade("AAPL", "200.00")
	return c
}

// overOAuth has a POST come from a client that logged in by OAuth 1.0a.
const overOAuth = "POST over OAuth"

// ask makes the request of a recording.
func (one *sameAnswer) ask(c *client) response {
	if one.method != overOAuth {
		return c.call(one.method, c.filled(one.path), one.body)
	}
	out := c.srv.AskedOver(identity.OAuth1, "POST", one.path)
	kind, body := out.Bytes()
	return response{out.Status, http.Header{"Content-Type": {kind}}, string(body)}
}

// filled is a path with the ids of the preparation.
func (c *client) filled(path string) string {
	for name, id := range c.ids {
		path = strings.Replace(path, name, id, 1)
	}
	return path
}

func (c *client) named(name, id string) { c.ids = map[string]string{name: id} }

func watched(c *client) {
	c.must("GET", "/iserver/marketdata/snapshot?conids=756733&fields=31,84,86", "")
}

func bought(c *client) {
	watched(c)
	c.must("POST", placePath(), market1)
}

func working(c *client) {
	watched(c)
	c.named("ORDER", c.place("shape-2", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`))
}

func stop(c *client) {
	bought(c)
	got := c.must("POST", placePath(), `{"orders":[{"conid":756733,"orderType":"STP","side":"SELL","quantity":1,"tif":"GTC","price":480.00}]}`)
	c.named("ORDER", at(c.t, got, 0, "order_id").(string))
}

func asked(c *client) {
	got := c.must("POST", placePath(), unread)
	c.named("REPLY", at(c.t, got, 0, "id").(string))
}

// relogin is a new session that has read nothing yet.
func relogin(c *client) {
	bought(c)
	c.must("POST", "/logout", "")
	c.must("POST", "/iserver/auth/ssodh/init", `{"publish":true,"compete":true}`)
	c.must("GET", "/iserver/accounts", "")
}

func searched(c *client) { c.must("GET", "/iserver/secdef/search?symbol=SPY", "") }

// daysLater is some days after a purchase.
func daysLater(c *client) {
	bought(c)
	for range 3 {
		c.clock.add(24 * time.Hour)
		c.must("POST", "/tickle", "")
	}
	c.login()
}

func device(c *client) {
	c.must("POST", "/fyi/deliveryoptions/device", `{"deviceName":"Phone","deviceId":"phone-1","uiName":"Phone","enabled":true}`)
}

func lists(c *client) { c.must("GET", "/iserver/watchlists", "") }

func list(c *client) {
	lists(c)
	c.must("POST", "/iserver/watchlist", `{"id":"99999","name":"x","rows":[{"C":756733}]}`)
}

// listRead is a watchlist that was read once, which is sparse.
func listRead(c *client) {
	list(c)
	c.must("GET", "/iserver/watchlist?id=99999", "")
}

// without are recorded keys that are not served, with the reason.
var without = []difference{
	{"Contracts/GET-secdef-search", "sections/*/conid", "of a CFD, which the simulator has not"},
}

// beyond are keys that are served though a recording lacks them, or of another
// type, with the reason.
var beyond = []difference{
	{"Contracts/GET-contract-algos", "defaultValue", "of switches it is a boolean"},
	{"Contracts/GET-contract-info-and-rules", "text classifier contract_clarification_type contract_month multiplier underlying_issuer",
		"the recording is cut: the whole object has them, as that of SPY shows"},
	{"Contracts/GET-contract-info-and-rules Contracts/POST-contract-rules", `overnightEligible error costReport canTradeAcctIds
		ibAlgoTypes fraqTypes forceOrderPreview cqtTypes orderDefaults orderTypesOutside tifTypes tifDefaults orderOrigination
		preview displaySize fraqInt cashQtyIncr priceMagnifier negativeCapable incrementType incrementRules hasSecondary`,
		"the recording is cut: IBKR documents them"},
	{"Contracts/GET-trsrv-secdef", "chineseName time allExchanges incrementRules displayRule",
		"the recording is cut: IBKR documents them"},
	{"MarketData/POST-scanner-run Scanner/POST-scanner-run", "scan_data", "the figure by which rows are ranked: IBKR documents it"},
	{"Scanner/GET-scanner-params", "location_tree/*/locations/*/locations", "null below the leaves, as another recording has it"},
	{"Orders/POST-whatif-order", "position", "the recording is cut: IBKR documents it"},
	{"Portfolio/GET-iserver-account-pnl-partitioned", "DU1000001.Core", "nothing was traded yet in the recording"},
	{"Portfolio/GET-portfolio-summary", "*", "the recording is cut to five of some 120 rows; see TestSummaryRows"},
	{"Portfolio/GET-portfolio-position-by-conid", `allExchanges baseAvgCost baseAvgPrice baseMktPrice baseMktValue baseRealizedPnl
		baseUnrealizedPnl chineseName displayRule group incrementRules lastTradingDay sector sectorGroup time`,
		"the recording is cut: in others the row has 46 keys"},
	{"Portfolio/POST-pa-allperiods", "MTD 1M YTD 1Y", "the recording is cut to two periods"},
	{"MarketData/GET-history", "points travelTime", "the recording is cut: IBKR documents them"},
}

// notified has got two notifications: the mobile trading assistant tells of trades.
func notified(c *client) {
	c.must("GET", "/iserver/account/mta", "")
	bought(c)
}
