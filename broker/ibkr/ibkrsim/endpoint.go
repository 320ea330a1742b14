package ibkrsim

import (
	"net/http"
	"strings"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
)

// own are the endpoints that the server answers itself.
var own = web.NewRoutes(
	web.Route[*Server]{Methods: "GET", Pattern: "/sso/validate", Handle: (*Server).ssoValidate},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/auth/ssodh/init", Handle: (*Server).initSession},
	web.Route[*Server]{Methods: "GET POST", Pattern: "/iserver/auth/status", Handle: (*Server).getStatus},
	web.Route[*Server]{Methods: "GET POST", Pattern: "/tickle", Handle: (*Server).tickle},
	web.Route[*Server]{Methods: "GET POST", Pattern: "/logout", Handle: (*Server).logout},
	web.Route[*Server]{Methods: "GET POST", Pattern: "/iserver/reauthenticate", Handle: (*Server).reauthenticate},

	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/accounts", Handle: (*Server).getAccounts},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/account", Handle: (*Server).switchAccount},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/orders", Handle: (*Server).getOrders},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/trades", Handle: (*Server).getTrades},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/pnl/partitioned", Handle: (*Server).getPnL},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/order/status/{orderId}", Handle: (*Server).getOrderStatus},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/{accountId}/summary", Handle: (*Server).getSummary},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/account/{accountId}/orders", Handle: (*Server).place},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/account/{accountId}/orders/whatif", Handle: (*Server).whatif},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/account/{accountId}/order/{orderId}", Handle: (*Server).modify},
	web.Route[*Server]{Methods: "DELETE", Pattern: "/iserver/account/{accountId}/order/{orderId}", Handle: (*Server).cancel},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/reply/{replyId}", Handle: (*Server).postReply},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/questions/suppress", Handle: (*Server).suppress},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/questions/suppress/reset", Handle: (*Server).suppressReset},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/notification", Handle: (*Server).notification},

	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/marketdata/snapshot", Handle: (*Server).getSnapshot},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/marketdata/unsubscribe", Handle: (*Server).unsubscribe},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/marketdata/{conid}/unsubscribe", Handle: (*Server).unsubscribePath},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/marketdata/unsubscribeall", Handle: (*Server).unsubscribeAll},
	web.Route[*Server]{Methods: "GET", Pattern: historyPattern, Handle: (*Server).getHistory},

	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/secdef/search", Handle: (*Server).searchByQuery},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/secdef/search", Handle: (*Server).searchByBody},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/contract/{conid}/info", Handle: (*Server).contractInfo},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/contract/{conid}/info-and-rules", Handle: (*Server).contractInfoAndRules},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/contract/rules", Handle: (*Server).contractRules},
	web.Route[*Server]{Methods: "GET", Pattern: "/contract/trading-schedule", Handle: (*Server).tradingSchedule},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/stocks", Handle: (*Server).stocks},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/secdef", Handle: (*Server).secdef},

	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/accounts", Handle: (*Server).portfolioAccounts},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/subaccounts", Handle: (*Server).portfolioAccounts},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/subaccounts2", Handle: (*Server).portfolioAccounts},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/positions/{conid}", Handle: (*Server).getPositionEverywhere},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/meta", Handle: (*Server).portfolioMeta},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/positions/{pageId}", Handle: (*Server).getPositions},
	web.Route[*Server]{Methods: "POST", Pattern: "/portfolio/{accountId}/positions/invalidate", Handle: (*Server).invalidatePositions},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/position/{conid}", Handle: (*Server).getPosition},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/combo/positions", Handle: (*Server).comboPositions},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/summary", Handle: (*Server).portfolioSummary},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/ledger", Handle: (*Server).ledger},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio2/{accountId}/positions", Handle: (*Server).getPositions2},
)

// unsimulated are operations that the API has and the simulator has not.
var unsimulated = web.NewRoutes(
	web.Route[*Server]{Pattern: "/acesws/{accountId}/signatures-and-owners"},
	web.Route[*Server]{Pattern: "/hmds/{a}"},
	web.Route[*Server]{Pattern: "/iserver/account/{accountId}/summary/{report}"},
	web.Route[*Server]{Pattern: "/iserver/contract/{conid}/algos"},
	web.Route[*Server]{Pattern: "/iserver/currency/pairs"},
	web.Route[*Server]{Pattern: "/iserver/exchangerate"},
	web.Route[*Server]{Pattern: "/iserver/scanner/{a}"},
	web.Route[*Server]{Pattern: "/iserver/secdef/{a}"},
	web.Route[*Server]{Pattern: "/portfolio/allocation"},
	web.Route[*Server]{Pattern: "/portfolio/{accountId}/allocation"},
	web.Route[*Server]{Pattern: "/trsrv/all-conids"},
	web.Route[*Server]{Pattern: "/trsrv/futures"},
	web.Route[*Server]{Pattern: "/trsrv/secdef/schedule"},
)

// missing answers for a path that no route takes.
func missing(method, path string) web.Reply {
	if unsimulated.Has(path) {
		return web.FailCode(http.StatusNotImplemented, method+" "+path+" is not simulated")
	}
	return web.NotFound()
}

// endpoints are the names of all that rules may be about.
func endpoints() []string {
	var names []string
	for i := range routes.All {
		for _, method := range strings.Fields(routes.All[i].Methods) {
			names = append(names, method+" "+routes.All[i].Pattern)
		}
	}
	for i := range identity.Routes.All {
		for _, method := range strings.Fields(identity.Routes.All[i].Methods) {
			names = append(names, method+" "+identity.Routes.All[i].Pattern)
		}
	}
	return names
}
