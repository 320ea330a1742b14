// Package indicator holds indicators that are updated one value at a time, in
// constant time and without allocating: EMA, SMA, RSI and ATR.
//
// This is the one place of Gannet's deciding code where floats are right: an
// indicator is a statistic, not an amount of money. Feed them with
// market.Price.Float. Products are rounded before they are added, so that a
// machine with fused multiply-add gives the same bits as one without.
//
// Value is defined from the first update on; Ready says whether it has seen
// as many values as its period asks for. A period under 1 counts as 1. Values
// must be finite; a NaN or infinity stays in the EMA, RSI and ATR for good.
package indicator
