package scenario_test

import (
	"os"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// exercise has a scenario decide for a while: whatever was read can be run.
func exercise(t *testing.T, c scenario.Command) {
	t.Helper()
	e, h := scenario.New(1, nil), &hands{}
	if err := e.Do(c, start, h); err != nil {
		t.Fatalf("what was read is refused: %v", err)
	}
	var line scenario.Line[int]
	for i := range 20 {
		now := at(time.Duration(i) * 7 * time.Second)
		for _, name := range endpoints {
			e.Answer(call(name), e.Request(call(name), now), 200, "application/json", []byte(`{"a":1}`))
		}
		for _, topic := range []string{"sor", "str", "smd+265598"} {
			f := e.Frame(topic, now)
			f.Text([]byte("{}"))
			line.Push(i, f, now)
		}
		line.Due(now)
		if err := e.Turn(now, h); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Stop(h); err != nil {
		t.Fatal(err)
	}
}

// Any file is a scenario that can be run or a mistake in words, never a panic.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("rules:\n- {on: '*', delay: {shape: pareto, min: 1ns, alpha: 0.1, max: 192h}}\n"))
	f.Add([]byte("events: [{do: ask, depth: 4, every: 10ms}]\n? a\n: b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := scenario.Read(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("a mistake without a word")
			}
			return
		}
		exercise(t, scenario.Command{Scenario: s})
	})
}

// Any control body is a command that can be run or a mistake in words.
func FuzzParseControl(f *testing.F) {
	for _, seed := range [][2]string{
		{"fault", `{"on":"POST /tickle","count":2,"status":503,"body":{"a":[1,null,"x"]},"delay":"1s"}`},
		{"stream", `{"fault":"reorder-trades","count":3}`},
		{"stream", `[{"on":"sor","reorder":2,"hold":"1s","damage":"garble"}]`},
		{"event", `[{"do":"gap","percent":-3,"every":"1s","for":null}]`},
		{"scenario", `{"name":"everything"}`}, {"scenario", `{"rules":[{"drip":{"bytes":1,"every":"1ms"}}]}`},
		{"ask", `["o354"]`}, {"price", `{"instrument":"SPY","bid":1.5}`}, {"logout", ``},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, verb string, body []byte) {
		c, err := scenario.ParseControl(verb, body)
		if err != nil {
			if err.Error() == "" {
				t.Error("a mistake without a word")
			}
			return
		}
		exercise(t, c)
	})
}
