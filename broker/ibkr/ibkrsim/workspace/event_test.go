package workspace_test

import (
	"testing"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
)

// Each event contract can be found from its market, has details and rules that
// fit, and can be put on the exchange.
func TestEventContractsFit(t *testing.T) {
	d := start(t)
	all := workspace.EventInstruments()
	if len(all) < 10 {
		t.Fatalf("%d contracts", len(all))
	}
	if _, err := exchange.New(exchange.Config{Instruments: all}); err != nil {
		t.Error(err)
	}
	for _, one := range all {
		id := web.Int(one.Conid)
		_, ours := d.call("GET", "/forecast/contract/details?conid="+id, "")
		details := ours.(map[string]any)
		side, own := "Y", "conid_yes"
		if one.Right == "P" {
			side, own = "N", "conid_no"
		}
		if details["side"] != side || details[own] != float64(one.Conid) || details["expiration"] != one.Expiry {
			t.Errorf("%s: %v", one.Name(), details)
		}
		wants(t, d.must("GET", "/forecast/contract/market?exchange=FORECASTX&underlyingConid="+web.Int(one.Underlying), ""),
			`{"conid":`+id+`,"side":"`+side+`"`)
		wants(t, d.must("GET", "/forecast/contract/rules?conid="+id, ""), `"threshold":"`+one.Strike.String()+`"`)
	}
	wants(t, d.must("GET", "/forecast/contract/details?conid=722489372", ""),
		"Will the US Fed Funds Target Rate be set above 3.125% at the FOMC meeting ending January 27, 2027?")
	wants(t, d.must("GET", "/forecast/contract/schedules?conid=722489372", ""), `[{"day_of_week":"Saturday"`, `"Friday"`)
}

func TestUnknownEvents(t *testing.T) {
	d := start(t)
	for _, path := range []string{"details?conid=0", "rules?conid=x", "schedules", "market?underlyingConid=0", "market?underlyingConid=658663572&exchange=CME"} {
		d.refused(500, "GET", "/forecast/contract/"+path, "")
	}
}
