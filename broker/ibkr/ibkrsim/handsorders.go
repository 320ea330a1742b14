package ibkrsim

import (
	"errors"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// Order has orders questioned.
func (h hands) Order(a scenario.Action) error {
	if a.Do != scenario.Ask {
		return errors.New("not simulated")
	}
	h.asked = append(h.asked, a.Chains...)
	return nil
}

// Fill changes executions.
func (h hands) Fill(scenario.Action) error { return errors.New("not simulated") }

// Position changes holdings.
func (h hands) Position(scenario.Action) error { return errors.New("not simulated") }
