package brokerage

import "gannet/market"

// commission is what an execution costs.
func (h *House) commission(_ *Order, e *Execution) market.Money { return e.Commission }
