// Package workspace is what a user keeps at IBKR besides orders and money:
// watchlists, alerts, FYI notifications, an advisor's allocation groups and
// model portfolios. It also answers for event contracts and for the figures of
// the portfolio analyst, which it computes from daily values it is given.
//
//	w := workspace.New(workspace.Config{Store: log, Contracts: x, Logins: book, History: book})
//	route, vars := workspace.Routes.Find("GET", "/iserver/watchlists")
//	reply := route.Handle(w, &web.Request{User: "trader", Vars: vars, Now: now})
//
// The caller makes sure that the user is logged in, that an {accountId} in the
// path is one of the user's, and that nobody asks more often than IBKR allows.
// It calls NewSession when a brokerage session begins, and feeds OnPrice,
// OnTime and Observe, which return the alerts that went off.
//
// There is no clock, no randomness, no lock and no goroutine in it. Everything
// that a user can make is bounded; see the Max constants.
//
// What it does not promise: models hold money but do not trade, so a model that
// is invested in shows its targets as missed. Emails are not sent; a Notice
// says to whom one would go.
package workspace
