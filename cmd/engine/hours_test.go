package main

import (
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr"
	"gannet/configs"
	"gannet/market"
)

// The session keeper knows when IBKR is expected to be away, and the market's
// opening; a zone that is not known is the user's mistake, with its place.
func TestKeepHours(t *testing.T) {
	cfg := ibkr.Config{}
	p := hoursPlan(t, "Asia/Hong_Kong")
	if err := p.keepHours(&cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.Maintenance.Loc.String() != "Asia/Hong_Kong" || cfg.Session.Open.Loc.String() != "America/New_York" || cfg.Session.Open.At != 9*time.Hour+30*time.Minute {
		t.Errorf("hours %+v, opening %+v", cfg.Maintenance, cfg.Session.Open)
	}
	if err := hoursPlan(t, "Mars").keepHours(&cfg); err == nil || !strings.Contains(err.Error(), "Mars") {
		t.Errorf("error %v", err)
	}
}

func hoursPlan(t *testing.T, zone string) *plan {
	t.Helper()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zones here")
	}
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Session: market.USEquity(newYork)})
	if err != nil {
		t.Fatal(err)
	}
	c := &configs.Config{}
	c.Broker.IBKR.ResetZone = zone
	return &plan{cfg: c, newYork: newYork, instruments: table}
}
