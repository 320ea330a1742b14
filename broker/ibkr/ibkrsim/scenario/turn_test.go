package scenario_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// run turns an engine once a second and says what happened when.
func run(t *testing.T, e *scenario.Engine, h *hands, seconds int) []string {
	t.Helper()
	var out []string
	for i := range seconds + 1 {
		before := len(h.log)
		if err := e.Turn(at(time.Duration(i)*time.Second), h); err != nil {
			t.Error(err)
		}
		for _, text := range h.log[before:] {
			out = append(out, (time.Duration(i)*time.Second).String()+" "+text)
		}
	}
	return out
}

// Events come when they should, in order, end when they should, and repeat.
func TestEvents(t *testing.T) {
	for name, c := range map[string]struct{ events, want string }{
		"at once":   {`{do: logout}`, "0s session logout"},
		"in order":  {"{do: logout, at: 2s}\n  - {do: compete, at: 1s}\n  - {do: drop-sockets, at: 1s}", "1s session compete, 1s socket drop-sockets, 2s session logout"},
		"span":      {`{do: maintenance, at: 1s, for: 3s}`, "1s outage maintenance, 4s outage maintenance end"},
		"no end":    {`{do: read-only, at: 1s}`, "1s session read-only"},
		"no gap":    {`{do: halt, at: 1s, every: 2s, times: 2, for: 2s}`, "1s market halt, 3s market halt end, 3s market halt, 5s market halt end"},
		"overlap":   {"{do: halt, at: 1s, for: 3s}\n  - {do: halt, at: 2s, for: 5s}", "1s market halt, 2s market halt, 7s market halt end"},
		"within":    {"{do: halt, at: 1s, for: 6s}\n  - {do: halt, at: 2s, for: 1s, instrument: SPY}", "1s market halt, 2s market halt, 7s market halt end"},
		"apart":     {"{do: halt, for: 2s, instrument: IBM}\n  - {do: halt, for: 5s, instrument: SPY}", "0s market halt, 0s market halt, 2s market halt end, 5s market halt end"},
		"every":     {`{do: halt, at: 1s, every: 2s, times: 2, for: 1s}`, "1s market halt, 2s market halt end, 3s market halt, 4s market halt end"},
		"for ever":  {`{do: logout, at: 4s, every: 2s}`, "4s session logout, 6s session logout, 8s session logout, 10s session logout"},
		"not yet":   {`{do: logout, at: 11s}`, ""},
		"each hand": {"{do: bust-fill}\n  - {do: stale-reply}\n  - {do: pacing, on: true}\n  - {do: liquidate, instrument: SPY}", "0s fill bust-fill, 0s order stale-reply, 0s pacing pacing, 0s position liquidate"},
	} {
		h := &hands{}
		got := strings.Join(run(t, engine(t, 1, "events:\n  - "+c.events+"\n"), h, 10), ", ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The hands get what was written down, with chance decided.
func TestActions(t *testing.T) {
	h := &hands{}
	run(t, engine(t, 1, `events:
  - {name: up, do: price, instrument: SPY, bid: 500.01, ask: 500.02, bid_size: 100}
  - {do: gap, percent: -7.5%}
  - {do: external-order, account: DU1, instrument: IBM, side: SELL, qty: 10, price: 120.5}
  - {do: clock-skew, by: -10m}
  - {do: send-status, competing: true, text: taken}
  - {do: no-bridge, for: {shape: uniform, min: 1s, max: 1m}}
  - {do: ask, messages: [o163, o354], count: 2}
  - {do: ask, messages: []}
  - {do: reject-later, text: no, delay: 20ms}
`), h, 0)
	a := h.acts
	if len(a) != 9 {
		t.Fatalf("%d actions", len(a))
	}
	if q := a[0].Quote; a[0].Name != "up" || q.Bid.String() != "500.01" || q.Ask.String() != "500.02" || q.BidSize != market.Shares(100) || q.Last != 0 {
		t.Errorf("price %+v", a[0])
	}
	if a[1].Percent.String() != "-7.5" {
		t.Errorf("gap %v", a[1].Percent)
	}
	if x := a[2]; x.Account != "DU1" || x.Instrument != "IBM" || x.Side != market.Sell || x.Qty != market.Shares(10) || x.Price.String() != "120.5" {
		t.Errorf("external order %+v", x)
	}
	if a[3].By != -10*time.Minute || !a[4].Competing || a[4].Authenticated || a[4].Text != "taken" {
		t.Errorf("skew %v, status %+v", a[3].By, a[4])
	}
	if a[5].For < time.Second || a[5].For > time.Minute {
		t.Errorf("no bridge for %v", a[5].For)
	}
	if got := list(a[6].Chains) + list(a[7].Chains); got != "[[o163 o354] [o163 o354]][[]]" {
		t.Errorf("questions %s", got)
	}
	if a[8].Count != 1 || a[8].Delay != 20*time.Millisecond {
		t.Errorf("reject %+v", a[8])
	}
}

// Random questions are 0 to 4 deep, all depths come, and some cannot be
// suppressed.
func TestRandomQuestions(t *testing.T) {
	h := &hands{}
	run(t, engine(t, 1, `events: [{do: ask, depth: 4, count: 500}]`), h, 0)
	depths, hard := map[int]int{}, false
	for _, chain := range h.acts[0].Chains {
		depths[len(chain)]++
		hard = hard || slices.Contains(chain, "p12")
	}
	if len(h.acts[0].Chains) != 500 || len(depths) != 5 || depths[0] < 50 || depths[4] < 50 || !hard {
		t.Errorf("%d chains, depths %v, p12 %v", len(h.acts[0].Chains), depths, hard)
	}
}

// Half of the seeds have the fault that is as likely as not.
func TestEventProbability(t *testing.T) {
	n := 0
	for seed := range uint64(200) {
		h := &hands{}
		run(t, engine(t, seed, `events: [{do: logout, probability: 0.5}]`), h, 0)
		n += len(h.log)
	}
	if n < 70 || n > 130 {
		t.Errorf("%d of 200", n)
	}
}

// What one hand cannot do does not keep the rest from happening, and is told.
func TestHandFails(t *testing.T) {
	nothing := errors.New("nothing has been filled")
	h := &hands{fail: map[scenario.Kind]error{scenario.BustFill: nothing, scenario.Halt: nothing}}
	e := engine(t, 1, "events:\n  - {do: bust-fill}\n  - {name: stop it, do: halt, for: 1s}\n  - {do: logout}\n")
	err := e.Turn(start, h)
	if !errors.Is(err, nothing) || err.Error() != "bust-fill: nothing has been filled\nstop it: nothing has been filled" {
		t.Errorf("error %v", err)
	}
	if got := list(h.log); got != "[fill bust-fill market halt session logout]" {
		t.Errorf("did %s", got)
	}
	if _, more := e.Next(); more {
		t.Error("a halt that has not begun is to end")
	}
}

// Stop leaves a world without faults: open spans end, nothing more comes.
func TestStop(t *testing.T) {
	e, h := engine(t, 1, `
rules: [{cut: request}]
events:
  - {do: maintenance, for: 1h}
  - {do: logout, at: 1s, every: 1s}
`), &hands{}
	if err := e.Turn(start, h); err != nil {
		t.Fatal(err)
	}
	if next, ok := e.Next(); !ok || next != at(time.Second) {
		t.Errorf("next %v %v", next, ok)
	}
	if err := e.Do(scenario.Command{Stop: true}, at(time.Second), h); err != nil {
		t.Fatal(err)
	}
	if err := e.Turn(at(2*time.Hour), h); err != nil {
		t.Fatal(err)
	}
	if got := list(h.log); got != "[outage maintenance outage maintenance end]" {
		t.Errorf("did %s", got)
	}
	if d := e.Request(call("POST /tickle"), start); d.Cut != "" || len(e.Rules()) != 0 {
		t.Errorf("still %+v", d)
	}
}

// A clock that jumps does not make one Turn work for ever.
func TestTurnIsBounded(t *testing.T) {
	e, h := engine(t, 1, `events: [{do: logout, every: 10ms}]`), &hands{}
	if err := e.Turn(at(24*time.Hour), h); err != nil || len(h.log) != 1000 {
		t.Errorf("%d events, %v", len(h.log), err)
	}
}

// Events that make no sense are refused before anything starts.
func TestEventMistakes(t *testing.T) {
	for name, v := range map[string]scenario.Event{
		"no kind":         {},
		"unknown kind":    {Do: "logot"},
		"no instrument":   {Do: scenario.SetPrice},
		"no span":         {Do: scenario.Maintenance},
		"lasts":           {Do: scenario.Logout, For: scenario.Exactly(1)},
		"span over every": {Do: scenario.Halt, For: scenario.Exactly(time.Minute), Every: time.Second},
		"too often":       {Do: scenario.Logout, Every: time.Millisecond},
		"times":           {Do: scenario.Logout, Times: 2},
		"percent":         {Do: scenario.Gap},
		"too deep":        {Do: scenario.Ask, Depth: 5},
		"nothing asked":   {Do: scenario.Ask},
		"asked twice":     {Do: scenario.Ask, Depth: 1, Args: scenario.Args{Messages: []string{"o163"}}},
		"many":            {Do: scenario.SwallowOrders, Args: scenario.Args{Count: 1001}},
		"negative price":  {Do: scenario.CorrectFill, Args: scenario.Args{Trade: scenario.Trade{Price: -1}}},
		"probability":     {Do: scenario.Logout, Probability: 1.5},
		"code":            {Do: scenario.CloseSockets, Args: scenario.Args{Code: 999}},
	} {
		e := scenario.New(1, nil)
		if err := e.Start(scenario.Scenario{Events: []scenario.Event{v}}, start); err == nil || !strings.HasPrefix(err.Error(), "event 1: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
