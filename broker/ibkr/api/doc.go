// Package api is every operation of the IBKR Web API as a typed method, grouped
// the way IBKR groups them: session, accounts, portfolio, portfolio analyst,
// contracts, market data, scanners, orders, alerts, watchlists, notifications
// (FYI), allocation and models, forecast contracts, and account management.
//
//	c, err := ibkr.NewClient(cfg)
//	a := api.New(c)
//	ledger, err := a.Portfolio.Ledger(ctx, "DU1234567")
//	cash, ok := ledger["USD"].CashBalance.Decimal()
//
// Adding an operation is one small place: an Op beside its types, and a method
// of three lines. Ops lists all of them.
//
// Answers are read tolerantly and kept whole. The scalars Num, Text and Bool
// take a number, text or boolean in any of the forms in which IBKR writes it
// and write it back as it came; a struct that embeds Extra keeps the fields
// that it does not name. So decoding and encoding an answer loses nothing, and
// no number ever passes through a float.
//
// The writes of account management are JWTs, which the client's OAuth 2.0 login
// or a Signer signs. Their requests and answers are written by specgen from
// IBKR's OpenAPI document; instructions have a Go type for each kind. An answer
// that was lost leaves open whether money moved (OutcomeUnknown): nothing is
// sent again by itself, and Instructions.Fate tells.
//
// What it does not promise: that an order request is safe to repeat. Orders
// that are to be traded go through ibkr.Adapter, which knows what to do about
// a lost answer; here a lost answer is an error and nothing more.
package api
