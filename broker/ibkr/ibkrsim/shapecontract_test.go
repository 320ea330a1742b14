package ibkrsim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// contractShapes pairs all recordings about contracts and scanners with the
// calls that should look like them.
var contractShapes = []struct{ recording, method, path, body string }{
	{"Contracts/GET-bond-filters", "GET", "/iserver/secdef/bond-filters?symbol=BOND&issuerId=e1400715", ""},
	{"Contracts/GET-contract-algos", "GET", "/iserver/contract/265598/algos?addParams=1", ""},
	{"Contracts/GET-contract-info", "GET", "/iserver/contract/756733/info", ""},
	{"Contracts/GET-contract-info-and-rules", "GET", "/iserver/contract/265598/info-and-rules", ""},
	{"Contracts/POST-contract-rules", "POST", "/iserver/contract/rules", `{"conid":756733,"isBuy":true}`},
	{"Contracts/GET-currency-pairs", "GET", "/iserver/currency/pairs?currency=USD", ""},
	{"Contracts/GET-exchangerate", "GET", "/iserver/exchangerate?source=USD&target=EUR", ""},
	{"Contracts/GET-secdef-search", "GET", "/iserver/secdef/search?symbol=SPY&secType=STK", ""},
	{"Contracts/POST-secdef-search", "POST", "/iserver/secdef/search", `{"symbol":"AAPL","secType":"STK","name":false}`},
	{"Contracts/GET-secdef-strikes", "GET", "/iserver/secdef/strikes?conid=756733&sectype=OPT&month=JUL26", ""},
	{"Contracts/GET-trading-schedule", "GET", "/contract/trading-schedule?conid=756733", ""},
	{"Contracts/GET-trsrv-all-conids", "GET", "/trsrv/all-conids?exchange=NASDAQ", ""},
	{"Contracts/GET-trsrv-futures", "GET", "/trsrv/futures?symbols=ES", ""},
	{"Contracts/GET-trsrv-secdef", "GET", "/trsrv/secdef?conids=756733", ""},
	{"Contracts/GET-trsrv-stocks", "GET", "/trsrv/stocks?symbols=AAPL", ""},
	{"MarketData/GET-scanner-params", "GET", "/iserver/scanner/params", ""},
	{"Scanner/GET-scanner-params", "GET", "/iserver/scanner/params", ""},
	{"MarketData/POST-scanner-run", "POST", "/iserver/scanner/run", gainers},
	{"Scanner/POST-scanner-run", "POST", "/iserver/scanner/run", gainers},
}

const gainers = `{"instrument":"STK","type":"TOP_PERC_GAIN","location":"STK.US.MAJOR","filter":[]}`

// without are recorded keys that are not served, with the reason.
var without = map[string]string{
	"Contracts/GET-secdef-search */sections/*/conid": "of a CFD, which the simulator has not",
}

// beyond are keys that are served though a recording lacks them, with the
// reason.
var beyond = []struct{ recording, keys, reason string }{
	{"Contracts/GET-contract-algos", "algos/*/parameters/*/defaultValue", "of switches it is a boolean"},
	{"Contracts/GET-contract-info-and-rules", "text classifier contract_clarification_type contract_month multiplier underlying_issuer",
		"the recording is cut: the whole object has them, as that of SPY shows"},
	{"Contracts/GET-contract-info-and-rules", rulesBeyond, "the recording is cut: IBKR documents them"},
	{"Contracts/POST-contract-rules", rulesBeyond, "the recording is cut: IBKR documents them"},
	{"Contracts/GET-trsrv-secdef", "chineseName time allExchanges incrementRules displayRule", "the recording is cut: IBKR documents them"},
	{"MarketData/POST-scanner-run", "scan_data", "the figure by which rows are ranked: IBKR documents it"},
	{"Scanner/POST-scanner-run", "scan_data", "the figure by which rows are ranked: IBKR documents it"},
	{"Scanner/GET-scanner-params", "location_tree/*/locations/*/locations", "null below the leaves, as another recording has it"},
}

const rulesBeyond = `overnightEligible error costReport canTradeAcctIds ibAlgoTypes fraqTypes forceOrderPreview cqtTypes
	orderDefaults orderTypesOutside tifTypes tifDefaults orderOrigination preview displaySize fraqInt cashQtyIncr priceMagnifier
	negativeCapable incrementType incrementRules hasSecondary`

// Answers about contracts have the keys that the real API was seen to send, of
// the same JSON types, and no others but those that are listed with a reason.
func TestShapesOfContracts(t *testing.T) {
	opt := quiet()
	opt.Universe, opt.Now = true, newClock().Now
	c := start(t, opt).login()
	c.quote("655.00", "655.02", 1000)
	for _, name := range []string{"SPY", "AAPL"} {
		if err := c.srv.SetPrice(name, ibkrsim.Quote{Last: market.MustPrice("660.00")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range contractShapes {
		t.Run(one.recording, func(t *testing.T) {
			want := shape{}
			want.take("", loadRecording(t, one.recording))
			var ours any
			if err := json.Unmarshal([]byte(c.call(one.method, one.path, one.body).text), &ours); err != nil {
				t.Fatal(err)
			}
			got := shape{}
			got.take("", ours)
			compareKeys(t, one.recording, want, got)
		})
	}
}

// shape is the JSON types at each path; a list's rows share one.
type shape map[string][]string

func (s shape) take(at string, v any) {
	if kind := kindOf(v); !slices.Contains(s[at], kind) {
		s[at] = append(s[at], kind)
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			s.take(at+"/*", one)
		}
	case map[string]any:
		for key, one := range v {
			if _, err := time.Parse("20060102", key); err == nil {
				key = "DATE"
			}
			s.take(at+"/"+key, one)
		}
	}
}

func compareKeys(t *testing.T, recording string, want, got shape) {
	t.Helper()
	for at, kinds := range want {
		if got[at] == nil && without[recording+" "+strings.TrimPrefix(at, "/")] == "" {
			t.Errorf("%s: missing, the API sends %v", at, kinds)
		}
	}
	for at, kinds := range got {
		if allowed(recording, at) {
			continue
		}
		for _, kind := range kinds {
			if want[at] == nil {
				t.Errorf("%s: the API does not send it", at)
			} else if !slices.Contains(want[at], kind) {
				t.Errorf("%s: %s, the API sends %v", at, kind, want[at])
			}
		}
	}
}

// allowed says that a path is listed as more than was recorded.
func allowed(recording, at string) bool {
	for _, one := range beyond {
		for _, key := range strings.Fields(one.keys) {
			if one.recording == recording && strings.Contains(at+"/", "/"+key+"/") {
				return true
			}
		}
	}
	return false
}
