// Package web is what every part of the simulator that answers requests is
// made of: a Request, a Reply, a table of Routes, and the ways in which IBKR's
// servers write numbers. It knows nothing of accounts, orders or sessions.
//
// A handler is a method that takes a Request and returns a Reply:
//
//	var routes = web.NewRoutes(
//		web.Route[*Desk]{Methods: "GET", Pattern: "/iserver/watchlist", Handle: (*Desk).watchlist},
//	)
//	route, vars := routes.Find("GET", "/iserver/watchlist")
//
// It does not check who asks: the server does before it calls a handler.
package web
