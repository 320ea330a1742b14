package ibkrsim_test

import (
	"fmt"
	"testing"
	"time"

	"gannet/market"
)

// The day's profit and loss begins anew each day; money that comes in is none.
// What an account was worth before the day is that of its last day.
func TestDailyPnL(t *testing.T) {
	r := newRig(t, "12:00", nil)
	daily := func(want string) {
		t.Helper()
		rows := r.must("GET", "/iserver/account/pnl/partitioned", "").(map[string]any)["upnl"].(map[string]any)
		if fmt.Sprint(rows[account+".Core"].(map[string]any)["dpl"]) != want {
			t.Errorf("daily P&L of %v, want %s", rows, want)
		}
	}
	before := func(want string) {
		t.Helper()
		body := r.must("GET", "/iserver/account/"+account+"/summary/balances", "").(map[string]any)
		if got := body["total"].(map[string]any)["previous_day_equity_with_loan"]; got != want {
			t.Errorf("equity of the day before %v, want %s", got, want)
		}
	}
	daily("0.0")
	r.must("POST", placePath(), `{"orders":[{"conid":756733,"orderType":"MKT","side":"BUY","quantity":100,"tif":"DAY"}]}`)
	r.trade("SPY", "510.01") // bought at 500.01 for a commission of 1
	daily("999.0")
	before("1,000,000 USD")
	r.pass(13 * time.Hour)
	daily("0.0")
	before("1,000,999 USD")
	r.trade("SPY", "509.01")
	daily("-100.0")
	if err := r.srv.Deposit(account, "USD", market.MustMoney("5000")); err != nil {
		t.Fatal(err)
	}
	daily("-100.0")
}
