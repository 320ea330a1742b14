package configs_test

import (
	"strings"
	"testing"

	"gannet/configs"
)

// Every limit, in the account and for one instrument, with every way in which
// somebody may hope to switch it off.
func TestNoValueStandsForUnlimited(t *testing.T) {
	limits := []string{
		"RISK__MAX_ORDER_QTY", "RISK__MAX_ORDER_NOTIONAL", "RISK__PRICE_COLLAR_PERCENT", "RISK__MAX_DATA_AGE",
		"RISK__MAX_POSITION_QTY", "RISK__MAX_SUBMITS_PER_SECOND", "RISK__MAX_SUBMITS_PER_MINUTE",
		"RISK__INSTRUMENTS__SPY_ARCA__MAX_ORDER_QTY", "RISK__INSTRUMENTS__IBM_NYSE__MAX_ORDER_NOTIONAL",
		"RISK__INSTRUMENTS__SPY_ARCA__PRICE_COLLAR_PERCENT", "RISK__INSTRUMENTS__SPY_ARCA__MAX_DATA_AGE",
		"RISK__INSTRUMENTS__SPY_ARCA__MAX_POSITION_QTY",
	}
	for _, limit := range limits {
		for _, value := range []string{"0", "-1", "-5s", "0s", "unlimited", "inf", ".inf", "-.inf", ".nan", "none", "", "1e400", "null", "~", "off", "0x10", "1_000", "99999999999999999999999999999999999999999"} {
			_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__" + limit + "=" + value}})
			if err == nil || !strings.Contains(err.Error(), "no value stands for unlimited") {
				t.Errorf("%s=%q: %v", limit, value, err)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	for variable, want := range map[string]string{
		"LOG__LEVEL=inof":                         `"inof" is not known; did you mean info?`,
		"LOG__FORMAT=xml":                         "want one of console, json",
		"ON_STOP=kep":                             "did you mean keep?",
		"DATA_DIR=":                               "must name a folder",
		"BUS__URL=127.0.0.1":                      "must be an address such as nats://",
		"BUS__LISTEN=4222":                        "must be HOST:PORT",
		"SIM__LISTEN=127.0.0.1:99999":             "must be HOST:PORT",
		"SIM__SPEED=0":                            "must be a number greater than 0",
		"SIM__SPEED=fast":                         "want a number such as 12.5",
		"SIM__SEED=-1":                            "must be from 0",
		"SIM__CASH=-1":                            "must be a number greater than 0",
		"SIM__PROFILE=":                           "must name a fill profile",
		"BACKTEST__PROFILE=":                      "must name a fill profile",
		"BACKTEST__RESOLUTION=minutes":            "did you mean minute?",
		"BACKTEST__FROM=7.10.2013":                "want a day such as 2013-10-07",
		"BROKER__IBKR__ORDER_TIMEOUT=1h":          "must be from 100ms to 1m0s, got 1h0m0s",
		"BROKER__IBKR__REQUESTS_PER_SECOND=0":     "must be from 1 to 1000, got 0",
		"BROKER__IBKR__PIN=abc":                   "must be sha256/ and 32 bytes in base64",
		"BROKER__IBKR__BASE_URL=localhost":        "must be an address such as https://",
		"RECONCILE__EVERY=1h":                     "must be from 10ms to 10m0s",
		"INSTRUMENTS__0__ID=SPY":                  "want SYMBOL.EXCHANGE in capitals",
		"INSTRUMENTS__0__ID=IBM.NYSE":             "IBM.NYSE is given twice",
		"INSTRUMENTS__0__CONID=8314":              "8314 is already SPY.ARCA",
		"INSTRUMENTS__0__CONID=-1":                "must be IBKR's contract id",
		"INSTRUMENTS__0__SEC_TYPE=STOCK":          "want one of STK, FUT",
		"INSTRUMENTS__0__CURRENCY=dollar":         "want a currency such as USD",
		"INSTRUMENTS__0__TICK=0":                  "must be a number greater than 0",
		"INSTRUMENTS__0__LOT=-1":                  "must be a number greater than 0",
		"INSTRUMENTS=[]":                          "must list at least one instrument",
		"STRATEGIES__0__ID=a.b":                   "want up to 32 letters, digits",
		"STRATEGIES__0__ID=ema-ibm":               "ema-ibm is given twice",
		"STRATEGIES__0__NAME=":                    "must name a strategy",
		"STRATEGIES__0__INSTRUMENTS=[]":           "must list at least one instrument",
		"RISK__INSTRUMENTS__TSLA__X=1":            `"tsla" is not in instruments`,
		"RISK__PRICE_COLLAR_PERCENT=51":           "must be at most 50",
		"RISK__MAX_SUBMITS_PER_SECOND=9999":       "must be from 1 to 1000",
		"BROKER__IBKR__QUESTIONS__CONFIRM=[1]":    "want a message id such as o403",
		"BROKER__IBKR__QUESTIONS__CONFIRM=[o383]": "o383 warns of a price, tick, size or value limit; it is never confirmed",
	} {
		_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__" + variable}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", variable, err, want)
		}
	}
	_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__BACKTEST__FROM=2013-10-08", "GANNET__BACKTEST__TO=2013-10-07"}})
	if err == nil || !strings.Contains(err.Error(), "is before backtest.from") {
		t.Errorf("to before from: %v", err)
	}
}

// The pace and the questions of a simulator are not those of the real thing.
func TestStricterAtIBKR(t *testing.T) {
	live := configs.Sources{Files: []string{"live.example.yaml"}, Unarmed: true}
	for variable, want := range map[string]string{
		"BROKER__IBKR__REQUESTS_PER_SECOND=11":      "must be from 1 to 10, got 11",
		"RECONCILE__EVERY=1s":                       "must be from 5s to 10m0s",
		"INSTRUMENTS__0__CONID=0":                   "must be IBKR's contract id",
		"BROKER__IBKR__QUESTIONS__CONFIRM=[o354]":   "never confirmed in mode live",
		"BROKER__IBKR__QUESTIONS__SUPPRESS=[o354]":  "never confirmed in mode live",
		"RISK__ALLOW_DELAYED_DATA=1":                "want true or false",
		"BROKER__IBKR__BASE_URL=http://127.0.0.1:1": "must be https",
	} {
		live.Env = []string{"GANNET__" + variable}
		if _, err := configs.Load(live); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", variable, err, want)
		}
	}
}

// A Config that was built by hand has no places to name, but is judged the same.
func TestValidateByHand(t *testing.T) {
	var cfg configs.Config
	errs := cfg.Validate()
	if len(errs) == 0 {
		t.Fatal("an empty configuration is accepted")
	}
	unlimited := 0
	for _, e := range errs {
		if e.Path == "" || strings.Contains(e.Error(), "\n") {
			t.Errorf("%q has no path or names a place", e.Error())
		}
		if strings.Contains(e.Message, "no value stands for unlimited") {
			unlimited++
		}
	}
	if unlimited != 7 {
		t.Errorf("%d limits refused, want all 7", unlimited)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"risk", "sim", "strategies", "instruments"}
	for word, want := range map[string]string{
		"rsik": "risk", "strategy": "", "strategie": "strategies", "Instrument": "instruments", "xyz": "", "smi": "sim", "": "",
		strings.Repeat("x", 100): "",
	} {
		if got := configs.Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := configs.Nearest("sped", []string{"seed", "speed"}); got != "speed" {
		t.Errorf("of two words with one mistake %q, want the one that begins alike", got)
	}
}
