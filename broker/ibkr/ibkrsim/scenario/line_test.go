package scenario_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// pushed sends frames numbered from 1 through an engine's rules for str, 100 ms
// apart, and says what has come out by the end.
func pushed(t *testing.T, rules string, n int, end time.Duration) string {
	t.Helper()
	e := engine(t, 1, "rules:\n  - "+rules+"\n")
	var line scenario.Line[int]
	var out []int
	for i := range n {
		now := at(time.Duration(i) * 100 * time.Millisecond)
		line.Push(i+1, e.Frame("str", now), now)
		out = append(out, line.Due(now)...)
	}
	return list(append(out, line.Due(at(end))...))
}

// Frames are lost, doubled, turned round and late as the rule says.
func TestFrames(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		end   time.Duration
		want  string
	}{
		"untouched":        {`{on: sor, drop: true}`, 0, "[1 2 3 4 5]"},
		"drop":             {`{on: str, skip: 1, count: 2, drop: true}`, 0, "[1 4 5]"},
		"duplicate":        {`{on: str, count: 2, copies: 2}`, 0, "[1 1 2 2 3 4 5]"},
		"reorder":          {`{on: str, count: 3, reorder: 3}`, 0, "[3 2 1 4 5]"},
		"reorder, waiting": {`{on: str, count: 4, reorder: 3}`, 0, "[3 2 1 5]"},
		"reorder, time up": {`{on: str, count: 4, reorder: 3}`, 4 * time.Second, "[3 2 1 5 4]"},
		"own hold":         {`{on: str, count: 1, reorder: 3, hold: 100ms}`, 0, "[2 1 3 4 5]"},
		"delay":            {`{on: str, count: 1, delay: 250ms}`, 0, "[2 3 1 4 5]"},
		"delay, waiting":   {`{on: str, count: 1, delay: 1h}`, time.Minute, "[2 3 4 5]"},
		"two rules":        {"{on: str, count: 1, drop: true}\n  - {on: WS *, count: 1, copies: 2}", 0, "[2 2 3 4 5]"},
		"silence":          {`{on: str, count: 1, silence: true}`, 0, "[2 3 4 5]"},
	} {
		if got := pushed(t, c.rules, 5, c.end); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What ends a socket is said once, and the frame is not sent.
func TestSocketEnds(t *testing.T) {
	e := engine(t, 1, "rules:\n  - {on: sor, count: 1, kill: true}\n  - {on: sor, count: 1, close: 1001}\n"+
		"  - {on: sor, count: 1, silence: true}\n")
	for i, want := range []scenario.FrameDecision{{Kill: true}, {Close: 1001}, {Silence: true}, {Copies: 1}} {
		got := e.Frame("sor", start)
		if got.Kill != want.Kill || got.Close != want.Close || got.Silence != want.Silence || got.Copies != want.Copies {
			t.Errorf("frame %d: %+v, want %+v", i, got, want)
		}
	}
}

// No frame is lost or made up by waiting; what is due comes by the time that
// Next names, in the end.
func TestLineKeepsFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := scenario.New(rapid.Uint64().Draw(t, "seed"), nil)
		rules := []scenario.Rule{
			{On: "str", Probability: 0.5, Effects: scenario.Effects{Copies: 2}},
			{On: "str", Probability: 0.3, Effects: scenario.Effects{Reorder: 4}},
			{On: "str", Probability: 0.5, Effects: scenario.Effects{Delay: scenario.Span{Shape: scenario.Uniform, Max: 3 * time.Second}}},
		}
		if err := e.Start(scenario.Scenario{Rules: rules}, start); err != nil {
			t.Fatal(err)
		}
		var line scenario.Line[int]
		now, want, got := start, map[int]int{}, map[int]int{}
		for i := range rapid.IntRange(1, 60).Draw(t, "frames") {
			d := e.Frame("str", now)
			want[i] = d.Copies
			if !line.Push(i, d, now) {
				t.Fatal("full")
			}
			now += market.Nanos(rapid.Int64Range(0, 1e9).Draw(t, "step"))
			for _, f := range line.Due(now) {
				got[f]++
			}
		}
		for next, ok := line.Next(); ok; next, ok = line.Next() {
			before := line.Len()
			for _, f := range line.Due(max(next, now)) {
				got[f]++
			}
			if next <= now && line.Len() == before {
				t.Fatalf("Next is %d and nothing came", next)
			}
			now = max(now, next)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("frame %d: %d times, want %d", i, got[i], want[i])
			}
		}
	})
}

// A reader that does not read is found out.
func TestLineIsBounded(t *testing.T) {
	var line scenario.Line[int]
	n := 0
	for line.Push(n, scenario.FrameDecision{Copies: 1}, start) && n < 1_000_000 {
		n++
	}
	if n != 100_000 {
		t.Errorf("%d frames wait", n)
	}
}
