package ibkrsim

import (
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// The nights of the API, as its documentation has them, in New York: sessions
// end at midnight and cannot be opened for a while, and on Saturday evening
// nothing answers. How long both last is not documented.
const (
	resetSpan       = 2 * time.Minute
	maintenanceHour = 20 // on Saturdays
	maintenanceSpan = time.Hour
)

// nights are the resets and maintenances by the clock.
type nights struct {
	zone *time.Location // nil: there are none
	next market.Nanos
	do   scenario.Event
}

// begin has nights in a zone; nil has none.
func (n *nights) begin(zone *time.Location, now market.Nanos) {
	if n.zone = zone; zone != nil {
		n.plan(now)
	}
}

// plan finds what comes next after a time.
func (n *nights) plan(after market.Nanos) {
	at := after.Time().In(n.zone)
	year, month, day := at.Date()
	midnight := time.Date(year, month, day+1, 0, 0, 0, 0, n.zone)
	n.next = market.NanosOf(midnight)
	n.do = scenario.Event{Name: "nightly reset", Do: scenario.NightlyReset, For: scenario.Exactly(resetSpan)}
	evening := time.Date(year, month, day, maintenanceHour, 0, 0, 0, n.zone)
	if at.Weekday() == time.Saturday && evening.After(at) {
		n.next = market.NanosOf(evening)
		n.do = scenario.Event{Name: "maintenance", Do: scenario.Maintenance, For: scenario.Exactly(maintenanceSpan)}
	}
}

// keepNights does what is due of the nights.
func (s *Server) keepNights(now market.Nanos) {
	n := &s.nights
	if n.zone == nil || now < n.next {
		return
	}
	do := n.do
	n.plan(now)
	if err := s.engine.Do(scenario.Command{Scenario: scenario.Scenario{Events: []scenario.Event{do}}}, now, hands{s}); err != nil {
		s.opt.Log.Warn().Err(err).Msg("ibkrsim: nights")
	}
}
