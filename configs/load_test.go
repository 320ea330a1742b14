package configs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gannet/configs"
)

func Example() {
	cfg, err := configs.Load(configs.Sources{
		Builtin: "sim.yaml",
		Env:     []string{"GANNET__RISK__MAX_ORDER_QTY=50"},
		Flags:   []configs.Override{{Path: "log.level", Value: "debug", Flag: "--log-level"}},
	})
	fmt.Println(err, cfg.Mode, cfg.Risk.MaxOrderQty, cfg.Log.Level)

	_, err = configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__RISK__MAX_ODER_QTY=50"}})
	fmt.Println(err)
	// Output:
	// <nil> sim 50 debug
	// GANNET__RISK__MAX_ODER_QTY: risk: unknown key "max_oder_qty"; did you mean GANNET__RISK__MAX_ORDER_QTY?
}

// write puts a file into a fresh folder and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func sim(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A shipped configuration that does not load is the first thing a new user
// would meet.
func TestShippedLoad(t *testing.T) {
	names := configs.Shipped()
	if len(names) != 4 {
		t.Fatalf("shipped: %v", names)
	}
	for _, name := range names {
		cfg, err := configs.Load(configs.Sources{Files: []string{name}, Unarmed: true})
		if err != nil {
			t.Errorf("%s:\n%v", name, err)
			continue
		}
		again := write(t, name, cfg.YAML(false))
		if _, err := configs.Load(configs.Sources{Files: []string{again}, Unarmed: true}); err != nil {
			t.Errorf("%s as config show prints it:\n%v\n%s", name, err, cfg.YAML(false))
		}
	}
}

func TestSimHasTwoStrategies(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{Builtin: "sim.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Strategies) != 2 || len(cfg.Instruments) != 2 {
		t.Fatalf("%d strategies on %d instruments, want 2 on 2", len(cfg.Strategies), len(cfg.Instruments))
	}
	if got, want := cfg.Strategies[1].Params, configs.Params("bar: 1s\nfast: 2\nslow: 5\nqty: 10\nshort: false\n"); got != want {
		t.Errorf("params\n%s\nwant\n%s", got, want)
	}
	if cfg.Broker.IBKR.OrderTimeout != 10*time.Second {
		t.Errorf("order_timeout %s: the defaults were not laid under", cfg.Broker.IBKR.OrderTimeout)
	}
	if got := cfg.Risk.Instruments["SPY.ARCA"].MaxOrderQty; got != "100" {
		t.Errorf("SPY.ARCA max_order_qty %q, want 100", got)
	}
}

// Later wins, mappings merge, lists replace: the order in which a user's own
// file, environment and flags count.
func TestPrecedence(t *testing.T) {
	base := write(t, "base.yaml", sim(t))
	mine := write(t, "mine.yaml", "log: {level: warn}\nrisk: {max_order_qty: 7}\nstrategies: []\n")
	src := configs.Sources{Files: []string{base, mine}}
	check := func(level string, qty configs.Decimal, origin configs.Layer) {
		t.Helper()
		cfg, err := configs.Load(src)
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Log.Level != level || cfg.Risk.MaxOrderQty != qty || len(cfg.Strategies) != 0 || cfg.Risk.MaxPositionQty != "1000" {
			t.Errorf("level %s qty %s strategies %d position %s", cfg.Log.Level, cfg.Risk.MaxOrderQty, len(cfg.Strategies), cfg.Risk.MaxPositionQty)
		}
		for _, e := range cfg.Entries() {
			if e.Path == "risk.max_order_qty" && e.Origin.Layer != origin {
				t.Errorf("origin %v, want layer %d", e.Origin, origin)
			}
		}
	}
	check("warn", "7", configs.File)
	src.Env = []string{"gannet__log__level=error", "GANNET__RISK__MAX_ORDER_QTY=8", "GANNET_OTHER=x", "PATH=/bin"}
	check("error", "8", configs.Env)
	src.Flags = []configs.Override{{Path: "risk.max_order_qty", Value: "9", Flag: "--qty"}}
	check("error", "9", configs.Flag)
}

func TestEnvironmentReachesEverywhere(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{
		"GANNET__STRATEGIES__0__PARAMS__QTY=20",
		"GANNET__STRATEGIES__1__INSTRUMENTS=[SPY.ARCA, IBM.NYSE]",
		"GANNET__RISK__INSTRUMENTS__SPY_ARCA__MAX_ORDER_QTY=50",
		"GANNET__BROKER__IBKR__QUESTIONS__CONFIRM__0=o403",
		"GANNET__SIM__MARKET=",
		"GANNET__BUS__LISTEN=127.0.0.1:4222",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(cfg.Strategies[0].Params), "qty: 20\n") {
		t.Errorf("params %s", cfg.Strategies[0].Params)
	}
	if len(cfg.Strategies[1].Instruments) != 2 || cfg.Risk.Instruments["SPY.ARCA"].MaxOrderQty != "50" {
		t.Errorf("%v %v", cfg.Strategies[1].Instruments, cfg.Risk.Instruments)
	}
	if got := cfg.Broker.IBKR.Questions.Confirm; len(got) != 1 || got[0] != "o403" {
		t.Errorf("confirm %v", got)
	}
	if got := cfg.Variables(); len(got) != 6 {
		t.Errorf("applied variables %v, want all 6", got)
	}
}

// All mistakes at once: a user who fixes one at a time gives up.
func TestAllMistakesAreListed(t *testing.T) {
	text := strings.NewReplacer(
		"mode: sim", "mode: smi",
		"max_order_qty: 500", "max_ordr_qty: 500",
		"max_data_age: 5s", "max_data_age: 5",
		"multiplier: 1, hours: always}\n  - {id: IBM", "multiplier: 0, hours: weekdays}\n  - {id: IBM",
		"instruments: [IBM.NYSE]", "instruments: [IBM.NYES]",
	).Replace(sim(t))
	_, err := configs.Load(configs.Sources{Files: []string{write(t, "my.yaml", text)}, Env: []string{"GANNET__SIM__SEED=abc"}})
	var errs configs.Errors
	if !errors.As(err, &errs) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{
		`mode: "smi" is not known; did you mean sim?`,
		`unknown key "max_ordr_qty"; did you mean max_order_qty?`,
		`risk: missing: max_order_qty; every limit must be given; no value stands for unlimited`,
		`max_data_age: want a time with its unit`,
		`instruments[0].multiplier: must be from 1 to 1000000, got 0`,
		`instruments[0].hours: "weekdays" is not known; want one of always, us-equity`,
		`strategies[1].instruments[0]: "IBM.NYES" is not in instruments; did you mean IBM.NYSE?`,
		`GANNET__SIM__SEED: sim.seed: want a whole number, got "abc"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not listed: %s", want)
		}
	}
	if len(errs) != 8 {
		t.Errorf("%d mistakes, want 8:\n%v", len(errs), err)
	}
}

func TestUnreadable(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"duplicate":  {"mode: sim\nmode: live\n", "my.yaml:2:1: mapping key \"mode\" already defined at [1:1]\n   2 | mode: live\n     | ^"},
		"tab":        {"log:\n\tlevel: info\n", "my.yaml:2:1: "},
		"bracket":    {"log: {level: info\n", "my.yaml:1:"},
		"two":        {"mode: sim\n---\nmode: live\n", "only one YAML document is read"},
		"alias":      {"mode: *x\n", "anchors, aliases and tags are not read here"},
		"anchor":     {"mode: &x sim\n", "anchors, aliases and tags are not read here"},
		"tag":        {"mode: !!str sim\n", "anchors, aliases and tags are not read here"},
		"merge":      {"<<: {mode: sim}\n", "a key must be a plain word"},
		"scalar":     {"42\n", "my.yaml:1:1: want a mapping, got a single value"},
		"list":       {"- mode\n", "want a mapping, got a list"},
		"binary":     {"mode: \x00\n", "zero byte"},
		"not utf-8":  {"mode: \xff\n", "not UTF-8"},
		"brackets":   {"a: " + strings.Repeat("[", 5000), "too many open brackets"},
		"dashes":     {strings.Repeat("- ", 5000), "nested too deeply"},
		"too deep":   {"a: " + strings.Repeat("{a: ", 40) + "1" + strings.Repeat("}", 40), "nested too deeply"},
		"too large":  {"# " + strings.Repeat("x", 300<<10), "larger than 256 KiB"},
		"no content": {"# nothing here\n", "missing: instruments, strategies, risk"},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, "my.yaml", test.text)
			_, err := configs.Load(configs.Sources{Files: []string{file}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
	_, err := configs.Load(configs.Sources{Files: []string{"absent.yaml"}})
	if err == nil || err.Error() != "absent.yaml: no such file or directory" {
		t.Errorf("absent file: %v", err)
	}
	_, err = configs.Load(configs.Sources{Builtin: "smi.yaml"})
	if err == nil || !strings.Contains(err.Error(), "did you mean sim.yaml?") {
		t.Errorf("unknown builtin: %v", err)
	}
}

func TestEnvironmentMistakes(t *testing.T) {
	for variable, want := range map[string]string{
		"GANNET__=1":                             "GANNET__: names no key",
		"GANNET__LOG____LEVEL=1":                 "GANNET__LOG____LEVEL: names no key",
		"GANNET__BROKERS__X=1":                   `unknown key "brokers"; did you mean GANNET__BROKER?`,
		"GANNET__INSTRUMENTS__7__TICK=1":         `"7" is not a place in a list of 2; count from 0`,
		"GANNET__INSTRUMENTS__FIRST__TICK=1":     `"FIRST" is not a place in a list of 2`,
		"GANNET__MODE__X=1":                      "mode: want a text, got a mapping",
		"GANNET__RISK__MAX_ORDER_QTY=":           `want a number such as 12.5, got "" in quotes; no value stands for unlimited`,
		"GANNET__RISK__MAX_DATA_AGE=forever":     "no value stands for unlimited",
		"GANNET__BACKTEST__DATA=[a, b":           "GANNET__BACKTEST__DATA: ",
		"GANNET__BROKER__IBKR__COMPETE=maybe":    `want true or false, got "maybe"`,
		"GANNET__BROKER__IBKR__COMPETE=" + "yes": `want true or false, got "yes"`,
	} {
		_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{variable}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", variable, err, want)
		}
	}
	_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__MODE=sim", "gannet__mode=sim"}})
	if err == nil || !strings.Contains(err.Error(), "gannet__mode: sets the same value as GANNET__MODE") {
		t.Errorf("the same variable twice: %v", err)
	}
}

// Real money is refused unless mode, account and arming agree.
func TestModeAndAccount(t *testing.T) {
	const gateway = "https://127.0.0.1:5000"
	for _, test := range []struct{ mode, account, url, arm, want string }{
		{"sim", "DU1", "", "", ""},
		{"sim", "U1234567", "", "", "mode sim needs a paper account"},
		{"sim", "DU1", "http://127.0.0.1:5000", "", ""},
		{"sim", "DU1", "http://10.0.0.1:5000", "", "must be https"},
		{"sim", "DU1", "https://127.0.0.1:5000/v1/api", "", ""},
		{"sim", "DU1", "https://127.0.0.1:5000/v2", "", "the address alone"},
		{"paper", "DU1234567", gateway, "", ""},
		{"paper", "DF1234567", gateway, "", ""},
		{"paper", "U1234567", gateway, "", "mode paper needs a paper account"},
		{"paper", "", gateway, "", "must name the account"},
		{"paper", "DU1", "", "", "mode paper needs the address of the gateway"},
		{"paper", "DU1", "http://127.0.0.1:5000", "", "must be https"},
		{"live", "U1234567", gateway, "U1234567", ""},
		{"live", "DU1234567", gateway, "DU1234567", "DU1234567 is a paper account and mode is live"},
		{"live", "U1234567", gateway, "", "must be armed at start with --arm ACCOUNT"},
		{"live", "U1234567", gateway, "U7654321", `arms "U7654321", but broker.ibkr.account is "U1234567"`},
		{"live", "X1", gateway, "X1", "want a live account such as U1234567"},
		{"paper", "DU1", gateway, "U1", `arms "U1", but broker.ibkr.account is "DU1"`},
	} {
		text := strings.NewReplacer("mode: sim", "mode: "+test.mode, "account: DU1000001", "account: \""+test.account+"\"",
			`base_url: ""`, "base_url: \""+test.url+"\"").Replace(sim(t))
		src := configs.Sources{Files: []string{write(t, "my.yaml", text)}}
		if test.arm != "" {
			src.Flags = []configs.Override{{Path: "live.arm", Value: test.arm, Flag: "--arm"}}
		}
		_, err := configs.Load(src)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestNotFromAFile(t *testing.T) {
	for name, test := range map[string]struct {
		text, want string
		builtin    string
	}{
		"armed in a file":   {"live: {arm: DU1000001}\n", "live.arm: is never read from a file", ""},
		"password":          {"strategies: [{id: a, name: b, instruments: [SPY.ARCA], params: {api_password: hunter2}}]\n", "a secret must not stand in a configuration file", ""},
		"password in url":   {"bus: {url: \"nats://me:hunter2@127.0.0.1:4222\"}\n", "a secret must not stand in a configuration file", ""},
		"paper from sample": {"mode: paper\n", "needs a configuration of your own", "sim.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			src := configs.Sources{Builtin: test.builtin, Files: []string{write(t, "my.yaml", test.text)}}
			if test.builtin == "" {
				src.Files = append([]string{write(t, "base.yaml", sim(t))}, src.Files...)
			}
			_, err := configs.Load(src)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v\nwant %s", err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the message shows the secret: %v", err)
			}
		})
	}
}

func TestShowMasksSecrets(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{
		"GANNET__BUS__URL=nats://me:hunter2@127.0.0.1:4222", "GANNET__STRATEGIES__0__PARAMS__API_KEY=hunter2",
	}})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := cfg.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	shown := cfg.YAML(true) + string(asJSON) + fmt.Sprint(cfg.Entries())
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "nats://***@127.0.0.1:4222") {
		t.Errorf("not masked:\n%s", shown)
	}
	if !strings.Contains(string(cfg.Strategies[0].Params), "hunter2") {
		t.Error("the strategy itself does not get the key")
	}
}

func TestErrorAt(t *testing.T) {
	file := write(t, "my.yaml", sim(t))
	cfg, err := configs.Load(configs.Sources{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	got := cfg.ErrorAt(`unknown parameter "drop"`, "strategies", "0", "params", "drop").Error()
	if !strings.HasPrefix(got, file+":23:") || !strings.Contains(got, "strategies[0].params.drop: unknown parameter") {
		t.Errorf("got %s", got)
	}
}
