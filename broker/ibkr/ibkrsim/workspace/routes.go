package workspace

import "gannet/broker/ibkr/ibkrsim/web"

// Routes is every endpoint of this package.
var Routes = web.NewRoutes(
	route("GET", "/iserver/watchlists", (*desk).watchlists),
	route("GET", "/iserver/watchlist", (*desk).readWatchlist),
	route("POST", "/iserver/watchlist", (*desk).saveWatchlist),
	route("DELETE", "/iserver/watchlist", (*desk).deleteWatchlist),

	route("GET", "/iserver/account/mta", (*desk).readMTA),
	route("GET", "/iserver/account/alert/{alertId}", (*desk).readAlert),
	route("GET", "/iserver/account/{accountId}/alerts", (*desk).listAlerts),
	route("POST", "/iserver/account/{accountId}/alert", (*desk).saveAlert),
	route("POST", "/iserver/account/{accountId}/alert/activate", (*desk).activateAlert),
	route("DELETE", "/iserver/account/{accountId}/alert/{alertId}", (*desk).deleteAlert),

	route("GET", "/fyi/unreadnumber", (*desk).unread),
	route("GET", "/fyi/settings", (*desk).settings),
	route("POST", "/fyi/settings/{typecode}", (*desk).changeSetting),
	route("GET", "/fyi/disclaimer/{typecode}", (*desk).disclaimer),
	route("PUT", "/fyi/disclaimer/{typecode}", (*desk).acceptDisclaimer),
	route("GET", "/fyi/deliveryoptions", (*desk).deliveryOptions),
	route("PUT", "/fyi/deliveryoptions/email", (*desk).emailDelivery),
	route("POST", "/fyi/deliveryoptions/device", (*desk).addDevice),
	route("DELETE", "/fyi/deliveryoptions/{deviceId}", (*desk).deleteDevice),
	route("GET", "/fyi/notifications", (*desk).notifications),
	route("GET", "/fyi/notifications/more", (*desk).notifications),
	route("PUT", "/fyi/notifications/{notificationId}", (*desk).markRead),

	route("GET", "/iserver/account/search/{pattern}", (*desk).searchAccounts),
	route("POST", "/iserver/dynaccount", (*desk).selectAccount),
	route("GET", "/iserver/account/allocation/accounts", advisor((*desk).allocatable)),
	route("GET", "/iserver/account/allocation/group", advisor((*desk).listGroups)),
	route("POST", "/iserver/account/allocation/group", advisor((*desk).createGroup)),
	route("PUT", "/iserver/account/allocation/group", advisor((*desk).changeGroup)),
	route("POST", "/iserver/account/allocation/group/single", advisor((*desk).readGroup)),
	route("POST", "/iserver/account/allocation/group/delete", advisor((*desk).deleteGroup)),
	route("GET", "/iserver/account/allocation/presets", advisor((*desk).readPresets)),
	route("POST", "/iserver/account/allocation/presets", advisor((*desk).changePresets)),

	route("POST", "/fa/model/list", advisor((*desk).listModels)),
	route("POST", "/fa/model/summary", advisor((*desk).modelSummary)),
	route("POST", "/fa/model/positions", advisor((*desk).modelPositions)),
	route("POST", "/fa/model/accounts-details", advisor((*desk).modelAccounts)),
	route("POST", "/fa/model/invest-divest", advisor((*desk).investModel)),
	route("POST", "/fa/model/invest-divest-positions", advisor((*desk).modelInvested)),
	route("POST", "/fa/model/save", advisor((*desk).saveModel)),
	route("POST", "/fa/model/submit-transfers", advisor((*desk).submitTransfers)),
	route("POST", "/fa/fa-preset/get", advisor((*desk).readModelPresets)),
	route("POST", "/fa/fa-preset/save", advisor((*desk).saveModelPresets)),

	route("GET", "/forecast/category/tree", (*desk).categories),
	route("GET", "/forecast/contract/market", (*desk).eventMarket),
	route("GET", "/forecast/contract/details", (*desk).eventDetails),
	route("GET", "/forecast/contract/rules", (*desk).eventRules),
	route("GET", "/forecast/contract/schedules", (*desk).eventSchedules),

	route("POST", "/pa/performance", (*desk).performance),
	route("POST", "/pa/allperiods", (*desk).allPeriods),
	route("POST", "/pa/transactions", (*desk).transactions),
	route("POST", "/pa/summary", (*desk).analystSummary),
)

func route(methods, pattern string, handle func(*desk, *web.Request) web.Reply) web.Route[*Workspace] {
	return web.Route[*Workspace]{Methods: methods, Pattern: pattern, Handle: mine(handle)}
}
