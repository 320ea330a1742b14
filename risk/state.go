package risk

import "gannet/market"

// State is what an account, a strategy or an instrument may do.
type State uint8

// Trading states, each stricter than the one before.
const (
	Active     State = iota
	ReduceOnly       // only orders that bring a position nearer to zero
	Halted           // no new orders; cancels still pass
)

func (s State) String() string {
	return [...]string{"Active", "ReduceOnly", "Halted"}[min(s, Halted)]
}

// Scope names what a state is set on: an instrument, a strategy, both at once
// (that strategy on that instrument), or, when empty, the account.
type Scope struct {
	Strategy   market.StrategyID
	Instrument market.InstrumentID
}

// ScopedState is one entry of States.
type ScopedState struct {
	Scope  Scope
	State  State
	Reason string
}

// States holds the trading states in force. The zero value is all Active.
type States struct {
	list []ScopedState
}

// Set puts a scope into a state. Active removes the entry.
func (s *States) Set(scope Scope, state State, reason string) {
	kept := s.list[:0]
	for _, one := range s.list {
		if one.Scope != scope {
			kept = append(kept, one)
		}
	}
	s.list = kept
	if state != Active {
		s.list = append(s.list, ScopedState{Scope: scope, State: state, Reason: reason})
	}
}

// Clear makes everything inside the scope Active again. The empty scope
// clears all.
func (s *States) Clear(scope Scope) {
	kept := s.list[:0]
	for _, one := range s.list {
		if !inside(one.Scope, scope) {
			kept = append(kept, one)
		}
	}
	s.list = kept
}

// inside says whether everything that inner covers is covered by outer.
func inside(inner, outer Scope) bool {
	return (outer.Strategy == "" || outer.Strategy == inner.Strategy) &&
		(outer.Instrument == 0 || outer.Instrument == inner.Instrument)
}

// For returns the strictest state that covers an order, and why.
func (s *States) For(strategy market.StrategyID, instrument market.InstrumentID) (State, string) {
	state, reason := Active, ""
	for _, one := range s.list {
		if one.State > state && inside(Scope{strategy, instrument}, one.Scope) {
			state, reason = one.State, one.Reason
		}
	}
	return state, reason
}

// List returns the entries in the order they were set. Do not change it.
func (s *States) List() []ScopedState { return s.list }
