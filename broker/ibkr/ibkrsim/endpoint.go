package ibkrsim

import (
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
	web.Route[*Server]{Methods: "GET", Pattern: "/acesws/{accountId}/signatures-and-owners", Handle: (*Server).owners},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/orders", Handle: (*Server).getOrders},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/trades", Handle: (*Server).getTrades},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/pnl/partitioned", Handle: (*Server).getPnL},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/order/status/{orderId}", Handle: (*Server).getOrderStatus},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/{accountId}/summary", Handle: (*Server).getSummary},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/account/{accountId}/summary/{report}", Handle: (*Server).summaryReport},
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

	web.Route[*Server]{Methods: "GET POST", Pattern: "/hmds/auth/init", Handle: (*Server).hmdsInit},
	web.Route[*Server]{Methods: "GET", Pattern: "/hmds/history", Handle: (*Server).hmdsHistory},
	web.Route[*Server]{Methods: "POST", Pattern: "/hmds/scanner", Handle: (*Server).hmdsScanner},

	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/secdef/search", Handle: (*Server).searchByQuery},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/secdef/search", Handle: (*Server).searchByBody},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/secdef/strikes", Handle: (*Server).strikes},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/secdef/info", Handle: (*Server).secdefInfo},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/secdef/bond-filters", Handle: (*Server).bondFilters},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/contract/{conid}/info", Handle: (*Server).contractInfo},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/contract/{conid}/info-and-rules", Handle: (*Server).contractInfoAndRules},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/contract/{conid}/algos", Handle: (*Server).contractAlgos},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/contract/rules", Handle: (*Server).contractRules},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/currency/pairs", Handle: (*Server).currencyPairs},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/exchangerate", Handle: (*Server).exchangeRate},
	web.Route[*Server]{Methods: "GET", Pattern: "/iserver/scanner/params", Handle: (*Server).scannerParams},
	web.Route[*Server]{Methods: "POST", Pattern: "/iserver/scanner/run", Handle: (*Server).scannerRun},
	web.Route[*Server]{Methods: "GET", Pattern: "/contract/trading-schedule", Handle: (*Server).tradingSchedule},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/stocks", Handle: (*Server).stocks},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/futures", Handle: (*Server).futures},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/secdef", Handle: (*Server).secdef},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/secdef/schedule", Handle: (*Server).venueSchedule},
	web.Route[*Server]{Methods: "GET", Pattern: "/trsrv/all-conids", Handle: (*Server).allConids},

	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/accounts", Handle: (*Server).portfolioAccounts},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/subaccounts", Handle: (*Server).subaccounts},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/subaccounts2", Handle: (*Server).subaccounts2},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/positions/{conid}", Handle: (*Server).getPositionEverywhere},
	web.Route[*Server]{Methods: "POST", Pattern: "/portfolio/allocation", Handle: (*Server).allocations},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/allocation", Handle: (*Server).allocation},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/meta", Handle: (*Server).portfolioMeta},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/positions/{pageId}", Handle: (*Server).getPositions},
	web.Route[*Server]{Methods: "POST", Pattern: "/portfolio/{accountId}/positions/invalidate", Handle: (*Server).invalidatePositions},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/position/{conid}", Handle: (*Server).getPosition},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/combo/positions", Handle: (*Server).comboPositions},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/summary", Handle: (*Server).portfolioSummary},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio/{accountId}/ledger", Handle: (*Server).ledger},
	web.Route[*Server]{Methods: "GET", Pattern: "/portfolio2/{accountId}/positions", Handle: (*Server).getPositions2},
)

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
