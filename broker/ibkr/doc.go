// Package ibkr speaks to Interactive Brokers through the Web API: REST for
// questions and orders, a WebSocket for what changes. Client has the typed
// requests; Adapter makes a broker.Broker of them.
//
// # Contract
//
//   - A request that can create or change an order is sent once. No layer
//     repeats it, neither this package nor the HTTP transport. Without a
//     readable answer its report is ExecUnknown; ExecRejected says that the
//     order is provably not with IBKR: it was refused, or no connection was
//     ever handed to the request.
//
//   - Orders go one after the other, from the first byte to the answer of the
//     last question. Questions are answered from a list; one that is not on it
//     is declined and the order Rejected with the question's words.
//
//   - Fills come from executions (str, trades) and from nothing else, each
//     once per Run by its execution id. Stream rows are deltas: a field that is
//     absent did not change.
//
//   - BrokerState is Ready only while the brokerage session and the stream are
//     both up, the account is the configured one, and it is paper or live as
//     configured. It is not Ready the moment one of them is lost.
//
//   - Numbers are exact. What cannot be read makes an answer unavailable or a
//     row an Alert, and never a zero.
//
//   - The documented pace is kept, cancels before orders before questions.
//     After two 429 answers in a minute only cancels go out for 15 minutes.
//
//   - A login is behind Auth: Gateway, OAuth1 or OAuth2. Those that log in by
//     themselves do it once for all who wait, before the login ends and when it
//     is refused, and never in a loop. After a 401 only what may be repeated is
//     sent again. Secrets are Secrets, which are never printed.
//
//   - Orders are not sent by a clock that is ten seconds off IBKR's.
//
//   - A Stream's topics are subscribed again on every connection, after it is
//     authenticated. Market data and account values are conflated for a slow
//     reader, by contract and key; orders, executions and notices never.
//
//   - Whoever subscribes to a Stream hears of rows that could not be read, and
//     why a connection was lost (Stream.OnTrouble).
//
//   - What a frame costs in memory is bounded by its size, and a frame's by
//     1 MiB. Nothing that a frame holds ends the stream.
//
// # What it does not promise
//
//   - That reports come in the venue's order: a fill can precede the status
//     that explains it.
//   - Fills that the stream lost: Snapshot has them, and whoever calls it
//     compares. Commissions are learned from Snapshot only.
//   - A login at a Client Portal Gateway, which needs a person with a browser;
//     see docs/ibkr.md for it and the others.
//
// # Use
//
//	a, err := ibkr.New(ibkr.Config{
//		BaseURL: "https://localhost:5000", Pin: "sha256/...",
//		Account: "DU1234567", Paper: true, Instruments: instruments,
//	})
//	a.OnTick(func(t *market.Tick) { ... })
//	go a.Submit(order)
//	err = a.Run(ctx, func(body market.Body) { ... })
//
// A client alone:
//
//	auth, err := ibkr.OAuth1Files{ConsumerKey: "ABCDEFGHI", ...}.Open()
//	c, err := ibkr.NewClient(ibkr.ClientConfig{BaseURL: "api", Auth: auth})
//	resp, err := c.Call(ctx, ibkr.Call{Method: http.MethodGet, Path: "/iserver/accounts"})
package ibkr
