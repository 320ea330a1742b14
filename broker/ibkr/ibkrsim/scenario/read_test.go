package scenario_test

import (
	"os"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// The commented example is valid, and shows each key that a rule can have.
func TestExampleFile(t *testing.T) {
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := scenario.New(1, nil).Start(s, start); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(contents(s), " ")
	for _, word := range strings.Fields("cut answer handled empty stale deliver delay delay_answer damage drip drop copies reorder kill close silence") {
		if !strings.Contains(all, word) {
			t.Errorf("no example of %s", word)
		}
	}
	for _, key := range scenario.KeyNames() {
		if !strings.Contains(string(text), key+":") {
			t.Errorf("no example of the key %s", key)
		}
	}
}

// A mistake in a file is told with its line and what was probably meant.
func TestReadMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"top key":        {"about: x\nrule: []\n", `line 2: scenario: unknown key "rule"; did you mean "rules"?`},
		"rule key":       {"rules:\n  - on: sor\n    dorp: true\n", `line 3: rule: unknown key "dorp"; did you mean "drop"?`},
		"nothing like":   {"rules:\n  - {zzzzzz: 1}\n", `line 2: rule: unknown key "zzzzzz"; want one of name, on, skip`},
		"shape key":      {"rules:\n  - delay:\n      shape: uniform\n      mux: 5ms\n", `line 4: delay: unknown key "mux"; did you mean "max"?`},
		"shape":          {"rules:\n  - delay: {shape: unifrom, max: 5ms}\n", `line 2: delay: unknown shape "unifrom"; did you mean "uniform"?`},
		"no max":         {"rules:\n  - delay: {shape: pareto, min: 5ms, alpha: 1}\n", `line 2: delay: max 0s: want more than 0`},
		"unit":           {"rules:\n  - delay: 5\n", `line 2: delay: "5" is not a time with a unit, such as 250ms`},
		"span list":      {"rules:\n  - delay: [5ms]\n", `line 2: delay: want keys and values`},
		"cut":            {"rules:\n  - {cut: respnse}\n", `line 2: rule: unknown cut "respnse"; did you mean "response"?`},
		"damage":         {"rules:\n  - {damage: trunkate}\n", `line 2: rule: unknown damage "trunkate"; did you mean "truncate"?`},
		"empty":          {"rules:\n  - {on: POST /tickle, empty: sure}\n", `line 2: rule: empty: "POST /tickle" does not answer a list`},
		"number":         {"rules:\n  - {cut: request, count: many}\n", `line 2: count: "many" is not a whole number`},
		"boolean":        {"rules:\n  - {on: sor, drop: yes please}\n", `line 2: drop: "yes please" is not true or false`},
		"probability":    {"rules:\n  - {cut: request, probability: 2}\n", `line 2: rule: probability 2: want 0 to 1`},
		"not a number":   {"rules:\n  - {cut: request, probability: .nan}\n", `line 2: probability`},
		"two fates":      {"rules:\n  - {cut: request, status: 500}\n", `line 2: rule: only one of cut, status, empty and stale`},
		"no effect":      {"rules:\n  - {on: sor}\n", `line 2: rule: a rule without an effect`},
		"wrong side":     {"rules:\n  - {on: POST /tickle, drop: true}\n", `line 2: rule: an effect that only frames have, on an endpoint`},
		"wrong side too": {"rules:\n  - {on: sor, cut: request}\n", `line 2: rule: an effect that only requests have, on a topic`},
		"both":           {"rules:\n  - {on: '*', drop: true, cut: request}\n", `line 2: rule: an effect that only requests have`},
		"endpoint":       {"rules:\n  - {on: FETCH /tickle, cut: request}\n", `line 2: rule: on "FETCH /tickle": want an endpoint such as`},
		"window":         {"rules:\n  - {cut: request, from: 2s, until: 1s}\n", `line 2: rule: until 1s is not after from 2s`},
		"body alone":     {"rules:\n  - {body: x}\n", `line 2: rule: a body or type without a status`},
		"handled alone":  {"rules:\n  - {delay: 1s, handled: true}\n", `line 2: rule: handled: without a status`},
		"status":         {"rules:\n  - {status: 99}\n", `line 2: rule: status 99: want 200 to 599`},
		"type":           {"rules:\n  - {status: 200, type: \"a\\r\\nb\"}\n", `line 2: rule: type`},
		"event":          {"events:\n  - at: 1s\n    do: logot\n", `line 3: unknown event "logot"; did you mean "logout"?`},
		"no event":       {"events:\n  - at: 1s\n", `line 2: event: do is missing`},
		"event key":      {"events:\n  - do: logout\n    acount: DU1\n", `line 3: event: unknown key "acount"; did you mean "account"?`},
		"other's key":    {"events:\n  - do: logout\n    instrument: SPY\n", `line 3: event logout: unknown key "instrument"; want one of name, at, do`},
		"key missing":    {"events:\n  - {do: external-order, instrument: SPY, qty: 1}\n", `line 2: event external-order: side is missing`},
		"on missing":     {"events:\n  - {do: pacing}\n", `line 2: event pacing: on is missing`},
		"side":           {"events:\n  - {do: external-order, instrument: SPY, qty: 1, side: LONG}\n", `line 2: side: "LONG" is not BUY or SELL`},
		"price":          {"events:\n  - {do: price, instrument: SPY, bid: cheap}\n", `line 2: bid: "cheap" is not a price such as 457.25`},
		"percent":        {"events:\n  - {do: gap, percent: 1e9}\n", `line 2: percent: "1e9" is not a percentage`},
		"crash":          {"events:\n  - {do: gap, percent: -100}\n", `line 2: event: percent: want more than -100`},
		"messages":       {"events:\n  - {do: ask, messages: {a: b}}\n", `line 2: messages: want a list`},
		"twice":          {"rules:\n  - cut: request\n    cut: response\n", `line 3: `},
		"list":           {"rules: {cut: request}\n", `line 1: rules: want a list`},
		"scalar":         {"hello\n", `line 1: scenario: want keys and values`},
		"nothing":        {"about: x\n", `line 1: a scenario without rules and events`},
		"no text":        {"", `an empty file`},
		"anchor":         {"rules:\n  - &a {cut: request}\n  - *a\n", `line 2: anchors, aliases and tags`},
		"syntax":         {"rules:\n  - {cut: request\n", `line `},
		"two documents":  {"rules: [{cut: request}]\n---\nrules: [{cut: request}]\n", `more than one YAML document`},
		"binary":         {"rules: \xff", `not UTF-8 text`},
		"deep":           {strings.Repeat("[", 1000), `nested too deeply`},
		"deep and back":  {strings.Repeat("{a: [", 500) + strings.Repeat("]}", 500), `nested too deeply`},
		"large":          {strings.Repeat("#\n", 200_000), `larger than 256 KiB`},
	} {
		_, err := scenario.Read([]byte(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), "scenario: ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}

// A key without a value is as if it were not there.
func TestNoValue(t *testing.T) {
	s := read(t, "rules:\n  - {on: null, cut: request, count: , delay: ~}\n")
	if r := s.Rules[0]; r.On != "" || r.Count != 0 || !r.Delay.IsZero() || r.Line != 2 {
		t.Errorf("%+v", r)
	}
}

// Each kind of event can be written down with each of the keys that its row
// in the table of kinds names, and not without those that it must have.
func TestEachKind(t *testing.T) {
	values := map[string]string{"for": "1m", "delay": "1s", "instrument": "SPY", "side": "BUY", "qty": "5", "price": "1.5",
		"percent": "-5", "by": "-1m", "count": "2", "on": "true", "code": "1001", "authenticated": "true", "competing": "true",
		"messages": "[o163]", "depth": "2", "leg": "1", "bid": "1", "ask": "2", "last": "1", "bid_size": "1", "ask_size": "1", "last_size": "1"}
	event := func(kind scenario.Kind, keys []string) string {
		text := "events:\n  - do: " + string(kind) + "\n"
		for _, key := range keys {
			value := values[key]
			if value == "" {
				value = "some"
			}
			text += "    " + key + ": " + value + "\n"
		}
		return text
	}
	for _, k := range scenario.Kinds() {
		var may, must []string
		for _, word := range strings.Fields(k.Keys) {
			key, needed := strings.CutSuffix(word, "!")
			if needed {
				must = append(must, key)
			}
			if key != "depth" { // an ask has either
				may = append(may, key)
			}
		}
		h := &hands{}
		run(t, engine(t, 1, event(k.Kind, may)), h, 0)
		if want := string(k.Group) + " " + string(k.Kind); list(h.log) != "["+want+"]" {
			t.Errorf("%s: %v", want, h.log)
		}
		for i := range must {
			text := event(k.Kind, append(append([]string{}, must[:i]...), must[i+1:]...))
			if _, err := scenario.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), must[i]+" is missing") {
				t.Errorf("%s without %s: %v", k.Kind, must[i], err)
			}
		}
	}
}
