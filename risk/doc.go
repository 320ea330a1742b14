// Package risk is the gate in front of the broker: an ordered list of small
// checks over a View of one order and the account around it, and the trading
// states an operator can set.
//
// A refusal is a Denial with a stable Code, not an error. The package is pure:
// time comes in with the View, and the same View always gets the same answer.
// Exposure is judged on what is held plus everything that may still trade:
// working, in flight and Unknown orders alike.
//
// Cancels do not pass through Gate.Check. They are always let through, except
// to the wrong account or without a session: see Gate.CheckCancel.
package risk
