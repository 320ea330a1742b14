package workspace_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// startAdvisor is an advisor with three clients.
func startAdvisor(t testing.TB) *desk {
	d := start(t)
	account := func(id, worth, cash string) workspace.Account {
		return workspace.Account{ID: id, NetLiquidation: money(worth), AvailableEquity: money(cash), Cash: money(cash)}
	}
	d.login.Master = "F1"
	d.login.Accounts = []workspace.Account{account("F1", "0", "0"), account("U1", "300", "100"),
		account("U2", "100", "100"), account("U3", "100.5", "0")}
	return d
}

func (d *desk) group(method string, amounts ...string) {
	d.t.Helper()
	rows := []string{}
	for i, a := range amounts {
		rows = append(rows, fmt.Sprintf(`{"name":"U%d","amount":%s}`, i+1, a))
	}
	d.must("POST", "/iserver/account/allocation/group",
		fmt.Sprintf(`{"name":"g%s","default_method":%q,"accounts":[%s]}`, method, method, strings.Join(rows, ",")))
}

// Groups are for advisors; a trader gets no answer that looks like one.
func TestAllocationIsForAdvisors(t *testing.T) {
	d := start(t)
	d.refused(403, "GET", "/iserver/account/allocation/accounts", "")
	d.refused(403, "POST", "/fa/model/list", `{"reqID":1}`)
	d.refused(503, "GET", "/iserver/account/search/U", "")
	d.refused(401, "POST", "/iserver/dynaccount", `{"acctId":"U1"}`)
}

func TestDynamicAccount(t *testing.T) {
	d := start(t)
	d.login.DynAccount = true
	wants(t, d.must("GET", "/iserver/account/search/u", ""), `"accountId":"U1"`, `"pattern":"u"`)
	wants(t, d.must("GET", "/iserver/account/search/X", ""), `{"matchedAccounts":[],"pattern":"X"}`)
	wants(t, d.must("POST", "/iserver/dynaccount", `{"acctId":"U1"}`), `{"acctId":"U1","set":true}`)
	d.refused(500, "POST", "/iserver/dynaccount", `{"acctId":"U9"}`)
	if d.login.Selected != "U1" {
		t.Errorf("selected %q", d.login.Selected)
	}
}

func TestGroups(t *testing.T) {
	d := startAdvisor(t)
	wants(t, d.must("GET", "/iserver/account/allocation/accounts", ""),
		`{"accounts":[{"data":[{"value":"300.00","key":"NetLiquidation"},{"value":"100.00","key":"AvailableEquity"}],"name":"U1"}`)
	d.group("E", "0", "0")
	d.group("S", "3", "1.5")
	wants(t, d.must("GET", "/iserver/account/allocation/group", ""),
		`{"data":[{"allocation_method":"E","name":"gE","size":2},{"allocation_method":"S","name":"gS","size":2}]}`)
	wants(t, d.must("POST", "/iserver/account/allocation/group/single", `{"name":"gS"}`),
		`{"accounts":[{"amount":3.0,"name":"U1"},{"amount":1.5,"name":"U2"}],"default_method":"S","name":"gS"}`)
	d.must("PUT", "/iserver/account/allocation/group", `{"name":"half","prev_name":"gE","accounts":[{"name":"U3"}]}`)
	d.must("PUT", "/iserver/account/allocation/group", `{"name":"half","default_method":"N"}`)
	d.restart()
	wants(t, d.must("POST", "/iserver/account/allocation/group/single", `{"name":"half"}`),
		`{"accounts":[{"name":"U3"}],"default_method":"N","name":"half"}`)
	if got := d.Groups("trader"); len(got) != 2 {
		t.Errorf("%+v, want two groups", got)
	}
	d.must("POST", "/iserver/account/allocation/group/delete", `{"name":"half"}`)
	for _, path := range []string{"group/single", "group/delete"} {
		d.refused(500, "POST", "/iserver/account/allocation/"+path, `{"name":"half"}`)
	}
	d.refused(500, "PUT", "/iserver/account/allocation/group", `{"name":"half"}`)
}

func TestGroupRefusals(t *testing.T) {
	d := startAdvisor(t)
	for _, body := range []string{
		`{}`, `{"name":"g"}`, `{"name":"g","default_method":"Z","accounts":[{"name":"U1"}]}`,
		`{"name":"g","default_method":"E","accounts":[]}`, `{"name":"g","default_method":"E","accounts":[{"name":"U9"}]}`,
		`{"name":"g","default_method":"E","accounts":[{"name":"U1"},{"name":"U1"}]}`,
		`{"name":"g","default_method":"E","accounts":[{"name":"F1"}]}`,
		`{"name":"g","default_method":"S","accounts":[{"name":"U1"}]}`,
		`{"name":"g","default_method":"P","accounts":[{"name":"U1","amount":60},{"name":"U2","amount":30}]}`,
		`{"name":"g","default_method":"S","accounts":[{"name":"U1","amount":1e99}]}`,
	} {
		d.refused(400, "POST", "/iserver/account/allocation/group", body)
	}
	d.group("E", "0")
	d.refused(500, "POST", "/iserver/account/allocation/group", `{"name":"gE","default_method":"E","accounts":[{"name":"U1"}]}`)
	for i := range workspace.MaxGroups - 1 {
		d.must("POST", "/iserver/account/allocation/group", fmt.Sprintf(`{"name":"x%d","default_method":"E","accounts":[{"name":"U1"}]}`, i))
	}
	d.refused(500, "POST", "/iserver/account/allocation/group", `{"name":"more","default_method":"E","accounts":[{"name":"U1"}]}`)
}

// An order of a group is divided by its method, in whole lots.
func TestSplit(t *testing.T) {
	d := startAdvisor(t)
	d.group("E", "0", "0", "0")
	d.group("N", "0", "0", "0")
	d.group("A", "0", "0", "0")
	d.group("P", "50", "30", "20")
	d.group("R", "1", "2")
	for _, one := range []struct {
		group, qty, want string
	}{
		{"gE", "10", "4 3 3"}, {"gN", "10", "6 2 2"}, {"gA", "11", "6 5 0"}, {"gP", "11", "6 3 2"}, {"gR", "9", "3 6"}, {"gE", "1", "1 0 0"},
	} {
		got, err := d.Split("trader", one.group, market.MustQty(one.qty), market.Shares(1))
		text := []string{}
		for _, s := range got {
			text = append(text, s.Qty.String())
		}
		if err != nil || strings.Join(text, " ") != one.want {
			t.Errorf("%s of %s: %v %v, want %s", one.qty, one.group, text, err, one.want)
		}
	}
	for _, qty := range []string{"0", "-1", "1.5"} {
		if got, err := d.Split("trader", "gE", market.MustQty(qty), market.Shares(1)); err == nil {
			t.Errorf("%s: %+v", qty, got)
		}
	}
	if _, err := d.Split("trader", "none", market.Shares(1), 0); err == nil {
		t.Error("a group that is not there")
	}
	d.login.Accounts[3].NetLiquidation = money("-1")
	d.must("POST", "/iserver/account/allocation/group", `{"name":"poor","default_method":"N","accounts":[{"name":"U3"}]}`)
	if _, err := d.Split("trader", "poor", market.Shares(1), 0); err == nil {
		t.Error("a group of one account with nothing")
	}
}

// Whatever the weights, the parts are lots and add up to the order.
func TestSplitAddsUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := startAdvisor(t)
		amounts := []string{}
		for range rapid.IntRange(1, 3).Draw(rt, "members") {
			amounts = append(amounts, fmt.Sprint(rapid.IntRange(1, 1e6).Draw(rt, "amount")))
		}
		d.group("R", amounts...)
		lot := market.Qty(rapid.Int64Range(1, 1e10).Draw(rt, "lot"))
		qty := lot * market.Qty(rapid.Int64Range(1, int64(math.MaxInt64/lot)).Draw(rt, "lots"))
		got, err := d.Split("trader", "gR", qty, lot)
		if err != nil {
			rt.Fatal(err)
		}
		sum := market.Qty(0)
		for _, s := range got {
			if s.Qty < 0 || s.Qty%lot != 0 {
				rt.Fatalf("%s in lots of %s: %+v", qty, lot, got)
			}
			sum += s.Qty
		}
		if sum != qty {
			rt.Fatalf("%s divided into %s", qty, sum)
		}
	})
}

func TestPresets(t *testing.T) {
	d := startAdvisor(t)
	wants(t, d.must("GET", "/iserver/account/allocation/presets", ""), `{"group_auto_close_positions":false,`+
		`"default_method_for_all":"AvailableEquity","profiles_auto_close_positions":false,"strict_credit_check":false,`+
		`"group_proportional_allocation":false}`)
	d.must("POST", "/iserver/account/allocation/presets", `{"default_method_for_all":"N","strict_credit_check":true}`)
	d.refused(400, "POST", "/iserver/account/allocation/presets", `{"default_method_for_all":"X"}`)
	wants(t, d.must("POST", "/fa/fa-preset/save", `{"reqID":128,"keepModelOpen":true}`),
		`{"error":"None","reqID":128,"subscriptionStatus":1,"success":true}`)
	d.refused(400, "POST", "/fa/fa-preset/save", `{"keepModelOpen":"x"}`)
	d.restart()
	wants(t, d.must("GET", "/iserver/account/allocation/presets", ""), `"default_method_for_all":"N"`, `"strict_credit_check":true`)
	wants(t, d.must("POST", "/fa/fa-preset/get", `{"reqID":127}`), `"cashQtyEstimateFactor":25`, `"keepModelOpen":true`, `"reqID":127`)
}

// Money goes into a model and out of it once the transfers are submitted.
func TestModels(t *testing.T) {
	d := startAdvisor(t)
	save := `{"reqId":1,"model":"M","desc":"a model","isStatic":false,"cashTargets":[{"ccy":"USD","trgt":"0.1"}],` +
		`"positionTargets":[{"cid":756733,"trgt":0.9}]}`
	wants(t, d.must("POST", "/fa/model/save", save), `{"reqID":1,"success":true}`)
	wants(t, d.must("POST", "/fa/model/list", `{"reqID":2}`), `"baseCcy":"USD","masterAccount":"F1"`,
		`{"bootstrapped":true,"customIndex":false,"desc":"a model","isStatic":false,"mismatch":false,"model":"M","nlv":"0","numAccounts":0}`)
	wants(t, d.must("POST", "/fa/model/invest-divest", `{"reqID":3,"model":"M","accountList":[{"account":"U1","amount":"60"},{"account":"U2","amount":40}]}`),
		`{"reqID":"3","subscriptionKey":"1","subscriptionStatus":0,"transfersInstructionId":1}`)
	d.refused(400, "POST", "/fa/model/invest-divest", `{"model":"M","accountList":[{"account":"U1","amount":"40.01"}]}`)
	wants(t, d.must("POST", "/fa/model/summary", `{"reqID":4,"model":"M"}`), `"nlv":"0"`)
	d.restart()
	d.must("POST", "/fa/model/submit-transfers", `{"reqID":5}`)
	d.restart()
	wants(t, d.must("POST", "/fa/model/summary", `{"reqID":4,"model":"M"}`), `"mismatch":true`, `"nlv":"100"`, `"numAccounts":2`, `"reqID":4`)
	wants(t, d.must("POST", "/fa/model/positions", `{"reqID":6,"model":"M"}`), `"cash":[{"actl":"1","ccy":"USD"`, `"instrImbalance":"90"`,
		`"instrument":"SPY"`, `"instrImbalance":"-90"`, `"nlv":100.0`, `"stkOnly":true`)
	wants(t, d.must("POST", "/fa/model/accounts-details", `{"reqID":7,"model":"M"}`), `"account":"U1"`, `"indCash":"40"`, `"account":"TOTAL"`)
	wants(t, d.must("POST", "/fa/model/invest-divest-positions", `{"reqID":8,"model":"M"}`),
		`{"account":"U1","accountModelNlv":"60","accountOtherModelsNlv":"0","alias":"","baseCcyAccount":"USD","baseCcyAccountPrc":"0.01",`+
			`"exrt":1.0,"indCashNlv":"40","indPosNlv":"200","nlv":"300"}`)
	d.must("POST", "/fa/model/invest-divest", `{"reqID":9,"model":"M","accountList":[{"account":"U2","amount":"-40"}]}`)
	d.must("POST", "/fa/model/submit-transfers", `{"reqID":10}`)
	wants(t, d.must("POST", "/fa/model/summary", `{"reqID":4,"model":"M"}`), `"nlv":"60"`, `"numAccounts":1`)
}

// The names that clients of live advisor accounts send, and what those accounts
// answer to a name that is no model's and to a draft that is none.
func TestModelsOfLiveClients(t *testing.T) {
	d := startAdvisor(t)
	d.must("POST", "/fa/model/save", `{"reqID":1,"model":"M","desc":"","isStatic":true,"cashTargets":[{"ccy":"USD","target":0.1}],`+
		`"positionTargets":[{"conid":756733,"target":0.9}]}`)
	d.refused(500, "POST", "/fa/model/submit-transfers", `{"reqID":2,"fpOrderId":1}`)
	wants(t, d.must("POST", "/fa/model/invest-divest", `{"reqID":3,"model":"M","accountList":[{"account":"U1","amtToInvest":60.0}]}`),
		`"transfersInstructionId":1`)
	d.refused(500, "POST", "/fa/model/submit-transfers", `{"reqID":4,"fpOrderId":-1}`)
	d.must("POST", "/fa/model/submit-transfers", `{"reqID":4,"fpOrderId":1}`)
	wants(t, d.must("POST", "/fa/model/positions", `{"reqID":5,"model":"M"}`), `"instrument":"SPY"`, `"nlv":60.0`, `"trgt":"0.9"`)
	wants(t, d.must("POST", "/fa/model/summary", `{"reqID":6,"model":"m"}`), `"model":"m"`, `"nlv":"0"`, `"numAccounts":0`)
	d.refused(500, "POST", "/fa/model/invest-divest", `{"reqID":7,"model":"m","accountList":[{"account":"U1","amtToInvest":1}]}`)
}

func TestModelRefusals(t *testing.T) {
	d := startAdvisor(t)
	body := func(name, cash, positions string) string {
		return fmt.Sprintf(`{"reqID":1,"model":%q,"desc":"","isStatic":true,"cashTargets":[%s],"positionTargets":[%s]}`, name, cash, positions)
	}
	for _, bad := range []string{
		`{"reqID":1,"model":"M"}`, body("", "", ""), body("M", `{"ccy":"USD","trgt":2}`, ""), body("M", `{"ccy":"USD","trgt":-0.1}`, ""),
		body("M", `{"ccy":"USD","trgt":0.6}`, `{"cid":756733,"trgt":0.6}`), body("M", "", `{"cid":1,"trgt":0.6}`),
		body("M", strings.Repeat(`{"ccy":"USD","trgt":0},`, workspace.MaxTargets)+`{"ccy":"EUR","trgt":0}`, ""),
	} {
		d.refused(400, "POST", "/fa/model/save", bad)
	}
	d.refused(500, "POST", "/fa/model/invest-divest", `{"model":"M","accountList":[{"account":"U1","amount":1}]}`)
	d.must("POST", "/fa/model/save", body("M", "", ""))
	for _, rows := range []string{
		``, `{"account":"U9","amount":1}`, `{"account":"F1","amount":1}`, `{"account":"U1","amount":0}`, `{"account":"U1","amount":-1}`,
		`{"account":"U1","amount":1000}`, `{"account":"U1","amount":60},{"account":"U1","amount":60}`,
	} {
		d.refused(400, "POST", "/fa/model/invest-divest", `{"model":"M","accountList":[`+rows+`]}`)
	}
	for i := range workspace.MaxModels - 1 {
		d.must("POST", "/fa/model/save", body(fmt.Sprint("m", i), "", ""))
	}
	d.refused(400, "POST", "/fa/model/save", body("more", "", ""))
}
