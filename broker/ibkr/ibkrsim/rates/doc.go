// Package rates is what trading costs and what it ties up, by the prices and
// margins that IBKR publishes: commissions and fees of the fixed and the
// tiered plan, margin requirements, settlement and buying power. All of it is
// pure and exact: the caller keeps what has been charged, and the book.
//
//	plan, err := rates.Named("fixed")
//	charge, tally, err := plan.Charge(trade, tally) // once for each fill of an order
//	funds := rates.Default("USD").Funds(holdings)
//
// A minimum and a maximum hold for an order over all its fills, so that an
// order costs the same however it was filled.
//
// The figures are those of the public pages as of the date beside them, for
// customers without special terms. Not promised: rebates for adding liquidity
// (counted as 0), special margin of single stocks and of leveraged ETFs,
// portfolio margin, and futures margin by scenario: that is a percentage here.
package rates
