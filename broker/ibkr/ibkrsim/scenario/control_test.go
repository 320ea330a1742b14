package scenario_test

import (
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// The bodies that control requests had before there were scenarios still mean
// what they meant.
func TestFaultBodies(t *testing.T) {
	for _, c := range []struct{ body, endpoint, want string }{
		{`{"on":"POST /iserver/account/{accountId}/orders","cut":"response"}`, scenario.PlaceOrder, "response -"},
		{`{"cut":"request"}`, "GET /tickle", "request -"},
		{`{"on":"GET /iserver/account/orders","delay":"20s"}`, "GET /iserver/account/orders", "20s -"},
		{`{"on":"POST /tickle","count":2,"status":503,"body":"{}"}`, "POST /tickle", "503 503"},
		{`{"on":"","count":0,"delay":"","cut":"","status":500,"body":"{}"}`, "POST /tickle", "500 -"},
		{`{"on":"POST /tickle","delay":"1ms","status":500,"body":"{}"}`, "POST /tickle", "500 -"},
		{`[{"cut":"request"},{"cut":"response"}]`, "POST /tickle", "request response"},
		{`[{"delay":"1s"},{"cut":"response"}]`, "POST /tickle", "1s response"},
		{`[{"delay":"1s","queue":false},{"cut":"response"}]`, "POST /tickle", "response -"},
	} {
		e, h := scenario.New(1, nil), &hands{}
		command, err := scenario.ParseControl("fault", []byte(c.body))
		if err == nil {
			err = e.Do(command, start, h)
		}
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if got := fates(e, c.endpoint, 2); got != c.want {
			t.Errorf("%s: %s, want %s", c.body, got, c.want)
		}
	}
}

func TestStreamBodies(t *testing.T) {
	for _, c := range []struct{ body, topic, want string }{
		{`{"fault":"drop-trades"}`, "str", "[2 3 4]"},
		{`{"fault":"drop-orders","count":2}`, "sor", "[3 4]"},
		{`{"fault":"drop-orders","count":2}`, "str", "[1 2 3 4]"},
		{`{"fault":"duplicate-trades","count":1}`, "str", "[1 1 2 3 4]"},
		{`{"fault":"reorder-trades","count":3}`, "str", "[3 2 1 4]"},
		{`{"fault":"reorder-trades"}`, "str", "[1 2 3 4]"},
		{`{"on":"str","drop":true,"skip":1}`, "str", "[1 3 4]"},
	} {
		e := scenario.New(1, nil)
		command, err := scenario.ParseControl("stream", []byte(c.body))
		if err == nil {
			err = e.Start(command.Scenario, start)
		}
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		var line scenario.Line[int]
		for i := range 4 {
			line.Push(i+1, e.Frame(c.topic, start), start)
		}
		if got := list(line.Due(start)); got != c.want {
			t.Errorf("%s: %s, want %s", c.body, got, c.want)
		}
	}
}

// What happens at once on command.
func TestEventBodies(t *testing.T) {
	for _, c := range []struct{ verb, body, want string }{
		{"logout", ``, "[session logout]"},
		{"compete", ``, "[session compete]"},
		{"drop", ``, "[socket drop-sockets]"},
		{"stream", `{"fault":"silence"}`, "[socket silence-sockets]"},
		{"ask", `["o354"]`, "[order ask]"},
		{"ask", `[]`, "[order ask]"},
		{"price", `{"instrument":"SPY.ARCA","bid":"300.00","ask":"300.10","bid_size":"500","ask_size":"500"}`, "[market price]"},
		{"event", `{"do":"correct-fill","price":"10.5"}`, "[fill correct-fill]"},
		{"event", `[{"do":"logout"},{"do":"halt","for":"1m"},{"do":"logout","at":"1s"}]`, "[session logout market halt]"},
		{"scenario", `{"name":"bracket-reject"}`, "[order reject-leg order reject-leg order reject-leg]"},
		{"scenario", `{"stop":true}`, "[]"},
		{"scenario", `{"name":"bracket-reject","stop":true}`, "[order reject-leg order reject-leg order reject-leg]"},
		{"scenario", `{"name":"mine","events":[{"do":"logout"}]}`, "[session logout]"},
		{"scenario", "about: mine\nevents:\n  - {do: logout}\n", "[session logout]"},
	} {
		e, h := scenario.New(1, endpoints), &hands{}
		command, err := scenario.ParseControl(c.verb, []byte(c.body))
		if err == nil {
			err = e.Do(command, start, h)
		}
		if got := list(h.log); err != nil || got != c.want {
			t.Errorf("%s %s: %s, %v, want %s", c.verb, c.body, got, err, c.want)
		}
	}
	if _, err := scenario.ParseControl("ask", []byte(`["o163","o10331"]`)); err != nil {
		t.Error(err)
	}
}

// A mistake on command is told as one in a file is.
func TestControlMistakes(t *testing.T) {
	for _, c := range []struct{ verb, body, want string }{
		{"fualt", `{}`, `unknown control "fualt"; did you mean "fault"?`},
		{"fault", `{`, `line 1: not JSON`},
		{"fault", `{"cut":"request"} x`, `more than one JSON value`},
		{"fault", "{\n\"cut\":\"request\",\n\"cuont\":1}", `line 3: rule: unknown key "cuont"; did you mean "count"?`},
		{"fault", `{"delay":"soon"}`, `delay: "soon" is not a time with a unit`},
		{"fault", `{"delay":20}`, `delay: "20" is not a time with a unit`},
		{"fault", `{"cut":"both"}`, `unknown cut "both"`},
		{"fault", `{"status":99}`, `status 99: want 200 to 599`},
		{"fault", `{"on":"sor","drop":true}`, `endpoints belong to fault, topics to stream`},
		{"fault", `[]`, `want 1 to 1000 of them`},
		{"fault", `"x"`, `rule: want keys and values`},
		{"fault", `{"cut":"request","cut":"request"}`, `key "cut" is given twice`},
		{"stream", `{"fault":"x"}`, `unknown stream fault "x"; want one of drop-orders`},
		{"stream", `{"fault":"drop-trdes"}`, `did you mean "drop-trades"?`},
		{"stream", `{"on":"POST /tickle","cut":"request"}`, `topics to stream`},
		{"price", `{"instrument":"SPY","last":"x"}`, `last: "x" is not a price`},
		{"price", `{"last":"1"}`, `instrument is missing`},
		{"price", `[]`, `event: want keys and values`},
		{"ask", `{"a":1}`, `ask: want a list`},
		{"ask", `null`, `ask: want`},
		{"event", `{"do":"halt","for":"-1s"}`, `want 0 to`},
		{"scenario", `{"name":"lost-respons"}`, `did you mean "lost-response"?`},
		{"scenario", `{}`, `want a name, stop, or rules and events`},
		{"scenario", `{"nam":"x"}`, `did you mean "name"?`},
		{"scenario", ``, `an empty file`},
	} {
		_, err := scenario.ParseControl(c.verb, []byte(c.body))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %s", c.verb, c.body, err, c.want)
		}
	}
}

// Each verb that is listed can be used.
func TestVerbs(t *testing.T) {
	if got := list(scenario.Verbs()); got != "[fault stream event scenario ask price logout compete drop]" {
		t.Error(got)
	}
	deep := strings.Repeat("[", 1_000_000)
	if _, err := scenario.ParseControl("event", []byte(deep[:200_000])); err == nil {
		t.Error("nested without end")
	}
	started := time.Now()
	if _, err := scenario.ParseControl("event", []byte(deep)); err == nil || time.Since(started) > time.Minute {
		t.Error("too large")
	}
}
