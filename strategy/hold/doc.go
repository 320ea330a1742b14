// Package hold is the strategy "hold": on the first tick or bar without a
// position it buys a part of the account's equity, and holds it. Where that
// was refused it asks again, at most once a minute for each instrument.
//
//	weight: 1   # of the equity, for each instrument; negative is short
package hold
