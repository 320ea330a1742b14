// Package wording is how IBKR puts orders, trades, contracts and money into
// words: the texts of live orders, order status, trades, order previews,
// questions and refusals. Pure functions of small structs; the same struct
// always reads the same.
//
//	o := wording.Order{Side: market.Buy, Qty: market.Shares(1), Type: "LMT", TIF: "GTC", ...}
//	o.Describe(true)  // Buy 1 SPY Limit 457.00, GTC
//	o.SizeAndFills()  // 0/1
//
// Texts that IBKR publishes or sends are used as they are. Where none is known
// (combinations, the prices of trailing orders, some questions) the wording is
// its own: a client must go by ids and fields, never by such a text.
package wording
