// Package wiretest has one event of every kind, with every field set, for
// tests of whatever carries or keeps events.
//
//	for _, ev := range wiretest.Events() { ... }
//
// Each call gives new values, so a test may change them.
package wiretest
