package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/workspace"
)

// A list is there as it was saved, sparse at the first read of a session and
// full from the second.
func TestWatchlistRoundTrip(t *testing.T) {
	d := start(t)
	wants(t, d.must("POST", "/iserver/watchlist", `{"id":"99999","name":"mine","rows":[{"C":756733},{"H":"other"},{"C":"7"}]}`),
		`{"id":"99999","hash":"1775226600000","name":"mine","readOnly":false,"instruments":[]}`)
	d.restart()
	wants(t, d.must("GET", "/iserver/watchlists?SC=USER_WATCHLIST", ""), `"name":"mine","modified":1775226600000,"id":"99999"`)
	wants(t, d.must("GET", "/iserver/watchlist?id=99999", ""),
		`[{"C":"756733","conid":756733,"name":"SS SPDR S&P 500 ETF TRUST-US"},{"H":"other"},{"C":"7","conid":7,"name":""}]`)
	wants(t, d.must("GET", "/iserver/watchlist?id=99999", ""), `{"ST":"STK","C":"756733","conid":756733,`, `"ticker":"SPY"`)
	d.must("POST", "/iserver/watchlist", `{"id":"99999","name":"new"}`) // the same id overwrites
	wants(t, d.must("GET", "/iserver/watchlist?id=99999", ""), `"name":"new"`, `"instruments":[]`)
	wants(t, d.must("DELETE", "/iserver/watchlist?id=99999", ""), `{"MID":"3","action":"context","data":{"deleted":"99999"}}`)
	wants(t, d.must("DELETE", "/iserver/watchlist?id=99999", ""), `"deleted":"99999"`)
	d.restart()
	wants(t, d.must("GET", "/iserver/watchlists", ""), `"user_lists":[]`)
}

// In a new session nothing works until the lists were asked for.
func TestColdSession(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/watchlist", `{"id":"1","name":"mine"}`)
	d.NewSession("trader")
	d.refused(503, "GET", "/iserver/watchlist?id=1", "")
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"1","name":"mine"}`)
	d.refused(503, "DELETE", "/iserver/watchlist?id=1", "")
	wants(t, d.must("GET", "/iserver/watchlists", ""), `"MID":"1"`)
	d.must("GET", "/iserver/watchlist?id=1", "")
}

func TestWatchlistRefusals(t *testing.T) {
	d := start(t)
	d.refused(400, "POST", "/iserver/watchlist", `{}`)
	d.refused(400, "POST", "/iserver/watchlist", `{"id"`)
	d.refused(400, "POST", "/iserver/watchlist", `[]`)
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"1"}`)
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"abc","name":"x"}`)
	d.refused(503, "POST", "/iserver/watchlist", `{"name":"x"}`)
	d.refused(503, "GET", "/iserver/watchlist?id=77", "")
	rows := strings.Repeat(`{"C":1},`, workspace.MaxRows) + `{"C":1}`
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"1","name":"x","rows":[`+rows+`]}`)
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"1","name":"`+strings.Repeat("x", workspace.MaxName+1)+`"}`)
	for i := range workspace.MaxWatchlists {
		d.must("POST", "/iserver/watchlist", fmt.Sprintf(`{"id":"%d","name":"x"}`, i))
	}
	d.refused(503, "POST", "/iserver/watchlist", `{"id":"100000","name":"x"}`)
	d.must("POST", "/iserver/watchlist", `{"id":"0","name":"y"}`)
}

// What one user keeps another does not see, and there is an end to users.
func TestUsersApart(t *testing.T) {
	d := start(t)
	d.must("POST", "/iserver/watchlist", `{"id":"1","name":"mine"}`)
	for i := range workspace.MaxUsers {
		_, ok := d.Notify(fmt.Sprint("user/", i), "SM", "hello", "", d.now)
		if wanted := i < workspace.MaxUsers-1; ok != wanted {
			t.Fatalf("user %d: %t", i, ok)
		}
	}
	d.restart()
	wants(t, d.must("GET", "/iserver/watchlists", ""), `"name":"mine"`)
	if err := d.Restore("workspace.watchlist", "one-more/1", []byte(`{"name":"x"}`)); err == nil {
		t.Error("a user too many was taken")
	}
}
