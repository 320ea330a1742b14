package configs_test

import (
	"strings"
	"testing"

	"gannet/configs"
)

// A mistake in the answers to IBKR's questions could let an order through.
func TestQuestions(t *testing.T) {
	for given, want := range map[string]string{
		"CONFIRM=[o403]":                                  "",
		"REFUSE=[o10335]":                                 "",
		"SUPPRESS=[o10151, o10331]":                       "",
		"WITHIN={o451: {max_notional: 50000}}":            "",
		"WITHIN={o163: {max_percent: 2.5, max_qty: 10}}":  "",
		"CONFIRM=[o163]":                                  "never confirmed but within a limit",
		"SUPPRESS=[o451]":                                 "never confirmed but within a limit",
		"CONFIRM=[403]":                                   `want a message id such as o403, got "403"`,
		"REFUSE=[o403, o403]":                             "o403 is listed twice",
		"WITHIN={o451: {}}":                               "must give max_qty, max_notional or max_percent",
		"WITHIN={o451: {max_notional: 0}}":                "must be greater than 0",
		"WITHIN={o451: {max_notional: -1}}":               "must be greater than 0",
		"WITHIN={o451: {max_notionl: 5}}":                 "did you mean",
		"WITHIN={x: {max_qty: 5}}":                        "want a message id",
		"SUPPRESS=[" + strings.Repeat("o1, ", 51) + "o2]": "must be at most 51 ids, got 52",
	} {
		cfg, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__BROKER__IBKR__QUESTIONS__" + given}})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", given, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v\nwant %s", given, err, want)
		case want == "" && len(cfg.Broker.IBKR.Questions.Within)+len(cfg.Broker.IBKR.Questions.Suppress)+len(cfg.Broker.IBKR.Questions.Refuse)+len(cfg.Broker.IBKR.Questions.Confirm) == 0:
			t.Errorf("%s: was lost", given)
		}
	}
	both := []string{"GANNET__BROKER__IBKR__QUESTIONS__CONFIRM=[o403]", "GANNET__BROKER__IBKR__QUESTIONS__WITHIN={o403: {max_qty: 1}}"}
	if _, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: both}); err == nil || !strings.Contains(err.Error(), "listed twice") {
		t.Errorf("an id with two answers: %v", err)
	}
	live := configs.Sources{Files: []string{"live.example.yaml"}, Unarmed: true, Env: []string{"GANNET__BROKER__IBKR__QUESTIONS__WITHIN={o354: {max_qty: 1}}"}}
	if _, err := configs.Load(live); err == nil || !strings.Contains(err.Error(), "never confirmed in mode live") {
		t.Errorf("o354 within a limit in mode live: %v", err)
	}
}
