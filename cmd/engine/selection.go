package main

import (
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// selection changes the instruments of a configuration for one run.
type selection struct {
	names    []string // SPY or SPY.ARCA; none: as configured
	usEquity bool     // what a name that is not configured is: a US stock, or anything
	noTicks  bool     // any price is allowed
}

// pick returns the named instruments: configured ones as they are, others as
// a US stock or as something of any price and size that always trades.
func (s *selection) pick(configured []market.Instrument, newYork market.Session) []market.Instrument {
	var list []market.Instrument
	for _, name := range s.names {
		name = strings.TrimSpace(name)
		is := func(one market.Instrument) bool {
			return strings.EqualFold(one.Name, name) || strings.EqualFold(one.Symbol(), name)
		}
		if slices.ContainsFunc(list, is) {
			continue
		}
		if i := slices.IndexFunc(configured, is); i >= 0 {
			list = append(list, configured[i])
			continue
		}
		one := market.Instrument{Name: fullName(name), SecType: "STK", Currency: "USD", Multiplier: 1}
		if s.usEquity {
			one.TickSize, one.LotSize, one.Session = market.MustPrice("0.01"), market.Shares(1), newYork
		}
		list = append(list, one)
	}
	return list
}

// fullName puts an exchange behind a bare symbol: the listing exchange where
// the simulator knows it, IBKR's router SMART otherwise.
func fullName(name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	for _, one := range ibkrsim.DefaultInstruments() {
		if strings.EqualFold(one.Symbol, name) {
			return one.Name()
		}
	}
	return strings.ToUpper(name) + ".SMART"
}
