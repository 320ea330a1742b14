// Package contracts answers the questions that come before a trade: which
// contract a symbol means, which options and futures there are, when and in
// which price steps a contract trades. It knows the order in which IBKR's Web
// API has to be asked, and remembers answers for a while.
//
//	find := contracts.New(api.New(client), contracts.Config{})
//	c, err := find.Find(ctx, contracts.Query{Symbol: "AAPL"})            // the US listing
//	chain, err := find.Chain(ctx, c.Underlying(), contracts.ChainQuery{Month: "JAN26"})
//	text, err := contracts.Combo("USD", "", contracts.Leg{Conid: 756733, Ratio: 1}, contracts.Leg{Conid: 320227571, Ratio: -1})
//
// It never guesses: a symbol that more than one contract answers to is an
// AmbiguousError that lists them, and what was found is checked against what
// was asked for before it is given back.
//
// What it does not promise: that an answer is of this minute. Config.Keep says
// how old one can be; Forget drops them all.
package contracts
