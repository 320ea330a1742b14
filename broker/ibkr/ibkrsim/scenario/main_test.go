package scenario_test

import (
	"fmt"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// start is when the tests' scenarios begin.
const start = 1_700_000_000 * market.Second

// at is a point in scenario time.
func at(d time.Duration) market.Nanos { return start + market.Nanos(d) }

// hands write down what they are asked to do.
type hands struct {
	log  []string
	acts []scenario.Action
	fail map[scenario.Kind]error
}

func (h *hands) note(method string, a scenario.Action) error {
	text := method + " " + string(a.Do)
	if a.End {
		text += " end"
	}
	h.log, h.acts = append(h.log, text), append(h.acts, a)
	return h.fail[a.Do]
}

func (h *hands) Session(a scenario.Action) error  { return h.note("session", a) }
func (h *hands) Outage(a scenario.Action) error   { return h.note("outage", a) }
func (h *hands) Socket(a scenario.Action) error   { return h.note("socket", a) }
func (h *hands) Market(a scenario.Action) error   { return h.note("market", a) }
func (h *hands) Order(a scenario.Action) error    { return h.note("order", a) }
func (h *hands) Fill(a scenario.Action) error     { return h.note("fill", a) }
func (h *hands) Position(a scenario.Action) error { return h.note("position", a) }
func (h *hands) Pacing(a scenario.Action) error   { return h.note("pacing", a) }

// read reads a scenario file.
func read(t testing.TB, text string) scenario.Scenario {
	t.Helper()
	s, err := scenario.Read([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// engine starts a scenario file.
func engine(t testing.TB, seed uint64, text string) *scenario.Engine {
	t.Helper()
	e := scenario.New(seed, nil)
	if err := e.Start(read(t, text), start); err != nil {
		t.Fatal(err)
	}
	return e
}

// call is a request for an endpoint.
func call(endpoint string) scenario.Call { return scenario.Call{Endpoint: endpoint, Target: endpoint} }

// list is a list in words.
func list[T any](items []T) string { return fmt.Sprintf("%v", items) }
