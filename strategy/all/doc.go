// Package all registers every bundled strategy. A program that imports it can
// make each of them by name with strategy.New:
//
//	import _ "gannet/strategy/all"
//
// To add a strategy of your own to a build, put its import into the list here,
// or beside this one in the program. It promises nothing else.
package all
