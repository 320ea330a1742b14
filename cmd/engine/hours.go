package main

import (
	"fmt"
	"time"

	"gannet/broker/ibkr"
)

// keepHours tells the session when IBKR is expected to be away, and when the
// market opens, before which a person is called if there is no session.
func (p *plan) keepHours(cfg *ibkr.Config) error {
	zone := p.newYork
	if name := p.cfg.Broker.IBKR.ResetZone; name != "" {
		var err error
		if zone, err = time.LoadLocation(name); err != nil {
			return p.wrong(fmt.Errorf("time zone %q is not known, want one such as America/New_York", name), "broker", "ibkr", "reset_zone")
		}
	}
	cfg.KeepHours(zone)
	for _, one := range p.instruments.All() {
		if s := one.Session; !s.AlwaysOpen() {
			cfg.Session.Open = ibkr.Opening{Loc: s.Loc, At: time.Duration(s.Open)}
			break
		}
	}
	return nil
}
