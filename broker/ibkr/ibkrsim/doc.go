// Package ibkrsim serves the Interactive Brokers Web API offline, the way the
// Client Portal Gateway serves it on a trader's own machine: real HTTPS with a
// certificate of its own (or plain HTTP), the REST endpoints a trading client
// uses under /v1/api and /v1/portal, account management under /gw/api/v1, and
// the WebSocket at /v1/api/ws. Its parts are packages of their own: what is
// traded (exchange), accounts and orders (brokerage), who calls (identity),
// costs and margin (rates), texts (wording), what goes wrong (scenario), what
// users keep (workspace), account management (management). This package is
// HTTP, sockets, sessions and the clock.
//
// Start gives a running Server. Point any client of the Client Portal Gateway
// at Server.URL; nothing in this package shares code with Gannet's own client,
// so a wrong idea about the wire in one of them shows in a test of both.
//
//	srv, err := ibkrsim.Start(ibkrsim.Options{Seed: 7, StatePath: "var/sim.state"})
//	// a client at srv.URL() that trusts srv.Pin()
//	srv.Fault(ibkrsim.Fault{On: ibkrsim.PlaceOrder, Cut: ibkrsim.CutResponse})
//	// its next order is taken, and it never hears of it
//	truth := srv.State()
//
// # Contract
//
//   - Keys, JSON types and oddities are those seen on the wire, not those of
//     the documentation: the first answer of a session for orders and trades is
//     empty, an order id is text in an order's answer and a number in the list
//     of orders, 85 is the ask size, a market order's price is "".
//   - Orders live here, not in a session: they outlive logouts, sockets and,
//     with Options.StatePath, the process. What has been answered or streamed
//     was written to the state file first, so killing the process at any moment
//     loses nothing that a client could know.
//   - Fills come from package broker/venue, costs and margin from package rates.
//   - The same Seed gives the same sequence of synthetic prices.
//   - Server.State is the truth to compare a client with. Server.Fault,
//     Server.FaultStream and their neighbours make the server misbehave.
//
// # What it does not promise
//
// What of account management is not simulated answers 501 and says so. Bonds,
// foreign listings and indices can be looked up and not traded. Contracts are
// those of the day of the start, and those that the state file knows: none is
// listed later. They expire, and are settled in cash; nothing is delivered. The
// state file survives the death of the process, not a loss of power: it is
// written, not fsynced.
package ibkrsim
