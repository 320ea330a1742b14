// Package oms is the order management system: the desk that turns signals into
// orders, judges them with package risk, follows each through its life, books
// fills into positions and cash, and compares all of it with the broker.
//
// The desk is a pure machine: Desk.Step takes one event and appends to Effects
// what the world should do. It has no clock, no I/O and no goroutine; the same
// events in the same order always give the same state (Desk.Hash) and the same
// effects. That is what makes a restart a replay.
//
// What the caller must do, in this order:
//
//  1. Give every input event a TsInit that never goes back, and keep it (in a
//     journal) before or together with the Step.
//  2. For each Request that submits or replaces, make a *market.Sent event
//     durable, Step it, and only then hand the request to the broker.
//  3. Publish the Events.
//  4. After a restart: Step all kept events, drop their effects, then Step a
//     Command with VerbStart. Orders that were never handed over become
//     Denied, those whose fate is open become Unknown.
//  5. Ask the broker for a Snapshot at every connect and every few seconds;
//     Step it unless Desk.Agrees with it.
//
// The desk does not retry: an order whose outcome is not known stays Unknown,
// with its full risk reservation, until the broker proves what became of it.
package oms
