package risk

import (
	"fmt"

	"gannet/market"
)

// Limits is what one instrument may do. Every limit must be set; no value
// stands for unlimited.
type Limits struct {
	MaxOrderQty        market.Qty   // of one order
	MaxOrderNotional   market.Money // of one order, in the instrument's currency
	PriceCollarPercent market.Money // how far through the market a limit may reach
	MaxDataAge         market.Nanos // of the quote an order is judged by
	MaxPositionQty     market.Qty   // held plus all that may still trade, long or short
	AllowDelayedData   bool         // judge by market data that is not real time
}

// AccountLimits is what the account may do as a whole.
type AccountLimits struct {
	Account             market.AccountID // the only account orders may go to
	Paper               bool             // the account must be a paper account
	MaxSubmitsPerSecond int
	MaxSubmitsPerMinute int
}

// Validate says which limit is missing.
func (l *Limits) Validate() error {
	switch {
	case l.MaxOrderQty <= 0:
		return unset("max_order_qty")
	case l.MaxOrderNotional.Sign() <= 0:
		return unset("max_order_notional")
	case l.PriceCollarPercent.Sign() <= 0:
		return unset("price_collar_percent")
	case l.MaxDataAge <= 0:
		return unset("max_data_age")
	case l.MaxPositionQty <= 0:
		return unset("max_position_qty")
	}
	return nil
}

// Validate says which limit is missing.
func (l *AccountLimits) Validate() error {
	switch {
	case l.Account == "":
		return fmt.Errorf("risk: account: not set")
	case l.MaxSubmitsPerSecond <= 0:
		return unset("max_submits_per_second")
	case l.MaxSubmitsPerMinute <= 0:
		return unset("max_submits_per_minute")
	}
	return nil
}

func unset(name string) error {
	return fmt.Errorf("risk: %s: must be set and greater than zero; no value stands for unlimited", name)
}
