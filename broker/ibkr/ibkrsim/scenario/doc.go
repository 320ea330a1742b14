// Package scenario decides what goes wrong in the simulator: with requests,
// with the frames of its sockets, and with everything that happens by itself,
// from a lost answer to a nightly reset. It decides only. The server asks it,
// and carries out what it says:
//
//  1. For each request it calls Engine.Request, does what the Decision says in
//     the order of its fields, and sends the Wire that Engine.Answer returns.
//     Content-Length is Wire.Length, which may be a lie: a server that checks
//     it must write such an answer by itself and close the connection.
//  2. For each frame it calls Engine.Frame once, and pushes the frame's Text to
//     the Line of every socket that hears it; it sends what Line.Due returns.
//  3. From its clock, and after each command, it calls Engine.Turn (or
//     Engine.Do), which performs events through the server's Hands.
//
// What goes wrong is a Scenario: Rules about requests and frames, and Events.
// It is a Go value, a YAML file (Read; testdata/example.yaml explains each
// key), a ready-made one (Named, Names), or the body of a control request
// (ParseControl):
//
//	rules:
//	  - {on: "POST /iserver/account/{accountId}/orders", skip: 2, count: 1, cut: response}
//	  - {on: sor, probability: 0.1, drop: true}
//	events:
//	  - {at: 30s, do: nightly-reset, for: 5m}
//
// All chance comes from the seed of New. Each rule and event draws from a
// source of its own, so that what happens to orders does not depend on how
// often somebody looks at positions.
//
// There is no clock, no goroutine and no lock here: time comes in with each
// call, and one goroutine uses an Engine at a time. It knows nothing of HTTP,
// sessions, accounts or orders, and does not promise that a Hand can do what
// it is asked to: that a fill can be corrected, there must have been one.
package scenario
