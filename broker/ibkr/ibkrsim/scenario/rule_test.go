package scenario_test

import (
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// A rule made in Go is held to the same limits as one in a file.
func TestRuleMistakes(t *testing.T) {
	type effects = scenario.Effects
	for name, c := range map[string]struct {
		on      string
		effects effects
		want    string
	}{
		"two fates of a frame": {"sor", effects{Drop: true, Kill: true}, "only one of drop, silence, kill and close"},
		"copies":               {"sor", effects{Copies: 11}, "copies 11"},
		"window":               {"sor", effects{Reorder: 1001}, "reorder 1001"},
		"hold alone":           {"sor", effects{Drop: true, Hold: time.Second}, "hold 1s"},
		"close code":           {"sor", effects{Close: 99}, "close 99"},
		"frame length":         {"sor", effects{Damage: scenario.LongLength}, "no Content-Length"},
		"frame damage":         {"sor", effects{Damage: "melt"}, `unknown damage "melt"`},
		"deliver":              {"*", effects{Deliver: 1}, "deliver 1"},
		"skew":                 {"*", effects{Skew: 9 * 24 * time.Hour}, "skew"},
		"drip":                 {"*", effects{Drip: scenario.Drip{Bytes: 1}}, "drip"},
		"empty":                {"*", effects{Empty: "maybe"}, `unknown empty "maybe"`},
		"large body":           {"*", effects{Answer: &scenario.Answer{Status: 200, Body: strings.Repeat("x", 64<<10+1)}}, "larger than 64 KiB"},
		"long pattern":         {strings.Repeat("x", 201), effects{Drop: true}, "longer than 200"},
	} {
		s := scenario.Scenario{Rules: []scenario.Rule{{On: c.on, Effects: c.effects}}}
		err := scenario.New(1, nil).Start(s, start)
		if err == nil || !strings.HasPrefix(err.Error(), "rule 1: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for _, r := range []scenario.Rule{{Skip: -1}, {Count: -1}, {From: -1}, {Probability: -0.1}, {Until: 9 * 24 * time.Hour}} {
		r.Cut = scenario.CutRequest
		if r.Check() == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}

// IBKR's servers say something else with each status; a default answer is one
// that a client has to cope with.
func TestStatusAnswers(t *testing.T) {
	for status, want := range map[int]string{
		400: "no bridge", 401: "", 403: "<html>", 404: "<html>", 410: "", 429: "Too many requests",
		500: `"error"`, 502: "<html>", 503: "Service Unavailable", 504: "<html>",
	} {
		a := scenario.StatusAnswer(status)
		if a.Status != status || !strings.Contains(a.Body, want) || want == "" && a.Body != "" ||
			strings.HasPrefix(a.Type, "text/html") != (want == "<html>") {
			t.Errorf("%d: %+v", status, a)
		}
	}
}
