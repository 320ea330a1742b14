package ibkrsim

import (
	"net/http"
	"slices"
	"strings"
)

// routes are the endpoints that are simulated. The first that fits answers.
var routes = []route{
	{"GET", "/sso/validate", 0, (*Server).ssoValidate},
	{"POST", "/iserver/auth/ssodh/init", 0, (*Server).initSession},
	{"GET POST", "/iserver/auth/status", 0, (*Server).getStatus},
	{"GET POST", "/tickle", 0, (*Server).tickle},
	{"GET POST", "/logout", 0, (*Server).logout},
	{"GET POST", "/iserver/reauthenticate", 0, (*Server).reauthenticate},

	{"GET", "/iserver/accounts", bridge, (*Server).getAccounts},
	{"POST", "/iserver/account", bridge, (*Server).switchAccount},
	{"GET", "/iserver/account/orders", bridge, (*Server).getOrders},
	{"GET", "/iserver/account/trades", bridge, (*Server).getTrades},
	{"GET", "/iserver/account/pnl/partitioned", bridge, (*Server).getPnL},
	{"GET", "/iserver/account/order/status/{orderId}", bridge, (*Server).getOrderStatus},
	{"GET", "/iserver/account/{accountId}/summary", bridge, (*Server).getSummary},
	{"POST", "/iserver/account/{accountId}/orders", bridge, (*Server).place},
	{"POST", "/iserver/account/{accountId}/orders/whatif", bridge, (*Server).whatif},
	{"POST", "/iserver/account/{accountId}/order/{orderId}", bridge | accounts, (*Server).modify},
	{"DELETE", "/iserver/account/{accountId}/order/{orderId}", bridge | accounts, (*Server).cancel},
	{"POST", "/iserver/reply/{replyId}", bridge, (*Server).postReply},
	{"POST", "/iserver/questions/suppress", bridge, (*Server).suppress},
	{"POST", "/iserver/questions/suppress/reset", bridge, (*Server).suppressReset},
	{"POST", "/iserver/notification", bridge, (*Server).notification},

	{"GET", "/iserver/marketdata/snapshot", bridge | accounts, (*Server).getSnapshot},
	{"POST", "/iserver/marketdata/unsubscribe", bridge, (*Server).unsubscribe},
	{"GET", "/iserver/marketdata/unsubscribeall", bridge, (*Server).unsubscribeAll},
	{"GET", historyPattern, bridge, (*Server).getHistory},

	{"GET", "/iserver/secdef/search", bridge, (*Server).searchByQuery},
	{"POST", "/iserver/secdef/search", bridge, (*Server).searchByBody},
	{"GET", "/iserver/contract/{conid}/info", bridge, (*Server).contractInfo},
	{"GET", "/iserver/contract/{conid}/info-and-rules", bridge, (*Server).contractInfoAndRules},
	{"POST", "/iserver/contract/rules", bridge, (*Server).contractRules},
	{"GET", "/contract/trading-schedule", 0, (*Server).tradingSchedule},
	{"GET", "/trsrv/stocks", 0, (*Server).stocks},
	{"GET", "/trsrv/secdef", 0, (*Server).secdef},

	{"GET", "/portfolio/accounts", 0, (*Server).portfolioAccounts},
	{"GET", "/portfolio/subaccounts", 0, (*Server).portfolioAccounts},
	{"GET", "/portfolio/subaccounts2", 0, (*Server).portfolioAccounts},
	{"GET", "/portfolio/positions/{conid}", 0, (*Server).getPositionEverywhere},
	{"GET", "/portfolio/{accountId}/meta", 0, (*Server).portfolioMeta},
	{"GET", "/portfolio/{accountId}/positions/{pageId}", 0, (*Server).getPositions},
	{"POST", "/portfolio/{accountId}/positions/invalidate", 0, (*Server).invalidatePositions},
	{"GET", "/portfolio/{accountId}/position/{conid}", 0, (*Server).getPosition},
	{"GET", "/portfolio/{accountId}/combo/positions", 0, (*Server).comboPositions},
	{"GET", "/portfolio/{accountId}/summary", 0, (*Server).portfolioSummary},
	{"GET", "/portfolio/{accountId}/ledger", 0, (*Server).ledger},
	{"GET", "/portfolio2/{accountId}/positions", 0, (*Server).getPositions2},
}

// takes says that the route answers to the method.
func (r *route) takes(method string) bool { return slices.Contains(strings.Fields(r.methods), method) }

// named says that an endpoint's name, as in Fault.On, is this route.
func (r *route) named(endpoint string) bool {
	method, pattern, _ := strings.Cut(endpoint, " ")
	return pattern == r.pattern && r.takes(method)
}

// unsimulated are operations that the API has and the simulator has not.
var unsimulated = []string{
	"/acesws/{accountId}/signatures-and-owners",
	"/fa/{a}/{b}",
	"/forecast/{a}/{b}",
	"/fyi/{a}",
	"/fyi/{a}/{b}",
	"/hmds/{a}",
	"/iserver/account/alert/{alertId}",
	"/iserver/account/allocation/{a}",
	"/iserver/account/allocation/{a}/{b}",
	"/iserver/account/mta",
	"/iserver/account/search/{pattern}",
	"/iserver/account/{accountId}/alert",
	"/iserver/account/{accountId}/alert/{alertId}",
	"/iserver/account/{accountId}/alerts",
	"/iserver/account/{accountId}/summary/{report}",
	"/iserver/contract/{conid}/algos",
	"/iserver/currency/pairs",
	"/iserver/dynaccount",
	"/iserver/exchangerate",
	"/iserver/scanner/{a}",
	"/iserver/secdef/{a}",
	"/iserver/watchlist",
	"/iserver/watchlists",
	"/oauth/{a}",
	"/pa/{a}",
	"/portfolio/allocation",
	"/portfolio/{accountId}/allocation",
	"/trsrv/all-conids",
	"/trsrv/futures",
	"/trsrv/secdef/schedule",
}

// missing answers for a path that no route takes.
func missing(method, path string) reply {
	for _, pattern := range unsimulated {
		if _, ok := match(pattern, path); ok {
			return failCode(http.StatusNotImplemented, method+" "+path+" is not simulated")
		}
	}
	return notFound
}
