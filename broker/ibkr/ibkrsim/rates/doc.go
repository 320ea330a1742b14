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
// Each figure names the public page that it is from, and when; they hold for
// customers without special terms. They were entered by hand and those pages
// change without notice, so do not take them for the page of today: fees of
// exchanges, the options regulatory fee, margins of futures and haircuts of
// currencies move most.
//
// Not promised: rebates for adding liquidity (counted as 0), special margin
// of single stocks and of leveraged ETFs, portfolio margin, spreads of
// futures, and futures margin by scenario: that is a percentage here.
package rates
