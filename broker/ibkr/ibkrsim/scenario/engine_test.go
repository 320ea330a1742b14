package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// fates are what becomes of n requests, one a second: a cut, a status, or "-".
func fates(e *scenario.Engine, endpoint string, n int) string {
	var out []string
	for i := range n {
		d := e.Request(call(endpoint), at(time.Duration(i)*time.Second))
		switch {
		case d.Cut != "":
			out = append(out, string(d.Cut))
		case d.Answer != nil:
			out = append(out, fmt.Sprint(d.Answer.Status))
		case d.Delay != 0:
			out = append(out, d.Delay.String())
		default:
			out = append(out, "-")
		}
	}
	return strings.Join(out, " ")
}

// A rule affects the requests that were written down, and no others.
func TestRuleTurns(t *testing.T) {
	for name, c := range map[string]struct{ rules, endpoint, want string }{
		"count":              {`{on: POST /tickle, count: 2, status: 500}`, "POST /tickle", "500 500 - -"},
		"skip":               {`{on: POST /tickle, skip: 2, count: 1, status: 500}`, "POST /tickle", "- - 500 -"},
		"no end":             {`{on: POST /tickle, status: 500}`, "POST /tickle", "500 500 500 500"},
		"window":             {`{on: POST /tickle, from: 1s, until: 3s, status: 500}`, "POST /tickle", "- 500 500 -"},
		"skip in window":     {`{on: POST /tickle, from: 1s, skip: 1, status: 500}`, "POST /tickle", "- - 500 500"},
		"always":             {`{on: POST /tickle, probability: 1, status: 500}`, "POST /tickle", "500 500 500 500"},
		"other method":       {`{on: GET /tickle, status: 500}`, "POST /tickle", "- - - -"},
		"any method":         {`{on: /tickle, status: 500, count: 1}`, "POST /tickle", "500 - - -"},
		"any request":        {`{on: "*", status: 500, count: 1}`, "POST /tickle", "500 - - -"},
		"nothing said":       {`{status: 500, count: 1}`, "POST /tickle", "500 - - -"},
		"wildcard":           {`{on: GET /portfolio/*, status: 500, count: 1}`, "GET /portfolio/{accountId}/ledger", "500 - - -"},
		"wildcard elsewhere": {`{on: GET /portfolio/*, status: 500}`, "GET /portfolio2/{accountId}/positions", "- - - -"},
		"one after other":    {"{count: 1, cut: request}\n  - {count: 1, status: 429}", "POST /tickle", "request 429 - -"},
		"together":           {"{delay: 1s, count: 2}\n  - {on: /tickle, count: 1, status: 429}", "POST /tickle", "429 1s - -"},
		"in a queue":         {"{delay: 1s, count: 2, queue: true}\n  - {queue: true, count: 1, status: 429}", "POST /tickle", "1s 1s 429 -"},
		"first delay only":   {"{delay: 1s, count: 1}\n  - {delay: 2s, count: 1}", "POST /tickle", "1s 2s - -"},
	} {
		e := engine(t, 1, "rules:\n  - "+c.rules+"\n")
		if got := fates(e, c.endpoint, 4); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// One in ten is about one in ten, and used-up rules are forgotten.
func TestProbability(t *testing.T) {
	e := engine(t, 3, `rules: [{on: POST /tickle, probability: 0.1, cut: response}]`)
	n := strings.Count(fates(e, "POST /tickle", 5000), "response")
	if n < 400 || n > 600 {
		t.Errorf("%d of 5000 at probability 0.1", n)
	}
	e = engine(t, 3, `rules: [{probability: 0.5, count: 3, cut: response}, {on: sor, until: 1s, drop: true}]`)
	if got := strings.Count(fates(e, "GET /tickle", 100), "response"); got != 3 {
		t.Errorf("count 3 at probability 0.5: %d", got)
	}
	if left := e.Rules(); len(left) != 0 {
		t.Errorf("left over: %+v", left)
	}
}

// A run can be repeated: the same seed, requests and times give the same
// faults. What happens to orders does not depend on other requests.
func TestSameSeed(t *testing.T) {
	everything, err := scenario.Named("everything")
	if err != nil {
		t.Fatal(err)
	}
	run := func(seed uint64, others bool) (orders []scenario.Decision, frames []scenario.FrameDecision, log []string) {
		e, h := scenario.New(seed, nil), &hands{}
		order := scenario.Rule{Name: "own", On: scenario.PlaceOrder, Probability: 0.5,
			Effects: scenario.Effects{Cut: scenario.CutResponse, Deliver: 2, Damage: scenario.Truncate}}
		own := scenario.Scenario{Rules: []scenario.Rule{order}}
		if err := e.Start(own, start); err != nil {
			t.Fatal(err)
		}
		if err := e.Start(everything, start); err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			now := at(time.Duration(i) * time.Second)
			if err := e.Turn(now, h); err != nil {
				t.Fatal(err)
			}
			if others {
				e.Request(call("GET /iserver/account/orders"), now)
			}
			orders = append(orders, e.Request(call(scenario.PlaceOrder), now))
			frames = append(frames, e.Frame("sor", now))
		}
		for _, a := range h.acts {
			log = append(log, fmt.Sprintf("%+v", a))
		}
		return orders, frames, log
	}
	hidden := cmp.AllowUnexported(scenario.Decision{}, scenario.FrameDecision{})
	o1, f1, l1 := run(5, false)
	o2, f2, l2 := run(5, false)
	if d := cmp.Diff(o1, o2, hidden) + cmp.Diff(f1, f2, hidden) + cmp.Diff(l1, l2); d != "" {
		t.Error("same seed: ", d)
	}
	if o3, _, _ := run(6, false); cmp.Equal(o1, o3, hidden) {
		t.Error("another seed decides the same")
	}
	o4, _, _ := run(5, true)
	for i := range o1 {
		if slices.Contains(o1[i].Rules, "own") != slices.Contains(o4[i].Rules, "own") {
			t.Fatalf("order %d: the first rule's decision depends on other requests", i)
		}
	}
}

// What a request needs to be told: handled or not, how often, what instead.
func TestDecisions(t *testing.T) {
	type want struct {
		handle int
		cut    scenario.Cut
		wire   string
		length int
	}
	const real = `{"real":true}`
	for name, c := range map[string]struct {
		rule string
		want want
	}{
		"nothing":           {`{on: sor, drop: true}`, want{1, "", "200 json " + real, 13}},
		"cut request":       {`{cut: request}`, want{0, "request", "200 json " + real, 13}},
		"cut response":      {`{cut: response}`, want{1, "response", "200 json " + real, 13}},
		"status":            {`{status: 503}`, want{0, "", `503 json {"error":"Service Unavailable","statusCode":503}`, 48}},
		"handled status":    {`{status: 504, handled: true}`, want{1, "", `504 html <html><head><title>504 Gateway Time-out</title></head><body><h1>504 Gateway Time-out</h1></body></html>`, 103}},
		"unauthorised":      {`{status: 401}`, want{0, "", `401 json `, 0}},
		"empty 200":         {`{status: 200, body: ""}`, want{0, "", `200 json `, 0}},
		"json mapping":      {`{status: 200, body: {error: "no session", n: [1, "2", null]}}`, want{0, "", `200 json {"error":"no session","n":[1,"2",null]}`, 39}},
		"text":              {`{status: 200, body: not json}`, want{0, "", `200 json "not json"`, 10}},
		"page":              {`{status: 429, type: text/html, body: <h1>}`, want{0, "", `429 html <h1>`, 4}},
		"twice":             {`{deliver: 2}`, want{2, "", "200 json " + real, 13}},
		"false empty":       {`{on: GET /iserver/account/orders, empty: unsure}`, want{1, "", `200 json {"orders":[],"snapshot":false}`, 30}},
		"false empty, sure": {`{on: "*", empty: sure}`, want{1, "", `200 json {"orders":[],"snapshot":true}`, 29}},
		"blank":             {`{damage: blank}`, want{1, "", `200 json `, 0}},
		"long":              {`{damage: long-length}`, want{1, "", "200 json " + real, 77}},
		"short":             {`{damage: short-length}`, want{1, "", "200 json " + real, 9}},
	} {
		e := engine(t, 1, "rules:\n  - "+c.rule+"\n")
		d := e.Request(call("GET /iserver/account/orders"), start)
		w := e.Answer(call("GET /iserver/account/orders"), d, 200, "application/json; charset=utf-8", []byte(real))
		kind := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(w.Type, "; charset=utf-8"), "application/"), "text/")
		got := want{d.Handle, d.Cut, fmt.Sprintf("%d %s %s", w.Status, kind, w.Body), w.Length}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Damage cannot be read as what it was, and leaves the original alone.
func TestDamage(t *testing.T) {
	body := []byte(`{"orders":[{"orderId":1}],"snapshot":true}`)
	for seed := range uint64(50) {
		for _, damage := range []string{"truncate", "garble"} {
			e := engine(t, seed, `rules: [{damage: `+damage+`}, {on: "WS *", damage: `+damage+`}]`)
			d, f := e.Request(call("GET /tickle"), start), e.Frame("sor", start)
			w := e.Answer(call("GET /tickle"), d, 200, "", body)
			for _, got := range []string{string(w.Body), string(f.Text(body))} {
				if got == string(body) || got == "" || len(got) > len(body) {
					t.Errorf("%s: %s", damage, got)
				}
			}
			if w.Length != len(w.Body) || string(body) != `{"orders":[{"orderId":1}],"snapshot":true}` {
				t.Fatalf("length %d of %q; original %s", w.Length, w.Body, body)
			}
		}
	}
	e := engine(t, 1, `rules: [{damage: truncate}]`)
	if w := e.Answer(call("GET /tickle"), e.Request(call("GET /tickle"), start), 200, "", []byte("1")); w.Length != 0 {
		t.Errorf("one byte truncated: %q", w.Body)
	}
}

// A stale span repeats what was there when it began, for each request and user
// on its own, and ends.
func TestStale(t *testing.T) {
	e := scenario.New(1, nil)
	ask := func(user, target, real string, sec int) string {
		c := scenario.Call{Endpoint: "GET /portfolio/{accountId}/positions/{pageId}", Target: target, User: user}
		d := e.Request(c, at(time.Duration(sec)*time.Second))
		return string(e.Answer(c, d, 200, "application/json", []byte(real)).Body)
	}
	ask("ann", "/portfolio/A/positions/0", "old", 0)
	s := read(t, `rules: [{on: "GET /portfolio/*", until: 10s, stale: true}]`)
	if err := e.Start(s, start); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, target string
		sec          int
		want         string
	}{
		{"ann", "/portfolio/A/positions/0", 1, "old"},
		{"ann", "/portfolio/A/positions/0", 9, "old"},
		{"ann", "/portfolio/B/positions/0", 1, "new"},
		{"bob", "/portfolio/A/positions/0", 1, "new"},
		{"ann", "/portfolio/A/positions/0", 10, "new"},
	} {
		if got := ask(c.user, c.target, "new", c.sec); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// What is remembered for stale answers stays bounded, whatever is asked.
func TestStaleMemory(t *testing.T) {
	e := scenario.New(1, nil)
	big := []byte(strings.Repeat("x", 1<<20))
	for i := range 200 {
		c := scenario.Call{Endpoint: "GET /portfolio/accounts", Target: fmt.Sprint(i)}
		e.Answer(c, e.Request(c, start), 200, "", append(big, make([]byte, i%2)...))
	}
	for i := range 100 {
		c := scenario.Call{Endpoint: "GET /portfolio/accounts", Target: fmt.Sprint(-i)}
		e.Answer(c, e.Request(c, start), 500, "", []byte("bad"))
	}
	if err := e.Start(read(t, `rules: [{on: "GET /portfolio/accounts", stale: true}]`), start); err != nil {
		t.Fatal(err)
	}
	d := e.Request(scenario.Call{Endpoint: "GET /portfolio/accounts", Target: "198"}, start)
	if d.Answer == nil || len(d.Answer.Body) != 1<<20 {
		t.Error("the newest is not remembered")
	}
	for _, old := range []string{"2", "199", "-5"} { // long ago, too large, not good
		if d := e.Request(scenario.Call{Endpoint: "GET /portfolio/accounts", Target: old}, start); d.Answer != nil {
			t.Errorf("%s is remembered", old)
		}
	}
}

// A rule for an endpoint that the server does not have is a typing mistake.
func TestUnknownEndpoint(t *testing.T) {
	e := scenario.New(1, endpoints)
	for on, want := range map[string]string{
		"POST /tickel":    `did you mean "POST /tickle"?`,
		"GET /no/such/*":  "want a method and a pattern",
		"DELETE /tickle":  "no endpoint",
		"POST /tickle":    "",
		"/tickle":         "",
		"GET /portfolio*": "",
		"WS anything":     "",
	} {
		r := scenario.Rule{On: on, Effects: scenario.Effects{Delay: scenario.Exactly(1)}}
		err := e.Start(scenario.Scenario{Rules: []scenario.Rule{r}}, start)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", on, err, want)
		}
	}
}

// The number of rules and events at work is bounded.
func TestBounds(t *testing.T) {
	e := scenario.New(1, nil)
	one := scenario.Scenario{Rules: []scenario.Rule{{Effects: scenario.Effects{Cut: scenario.CutRequest}}},
		Events: []scenario.Event{{Do: scenario.Logout, At: scenario.Exactly(time.Hour)}}}
	var err error
	n := 0
	for ; err == nil && n < 2000; n++ {
		err = e.Start(one, start)
	}
	if err == nil || n != 1001 {
		t.Errorf("after %d: %v", n, err)
	}
}

// Whatever is asked of whatever rules, a decision is within what they allow.
func TestDecisionsWithinRules(t *testing.T) {
	everything, err := scenario.Named("everything")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := scenario.New(rapid.Uint64().Draw(t, "seed"), nil)
		if err := e.Start(everything, start); err != nil {
			t.Fatal(err)
		}
		now := start
		for range 100 {
			now += market.Nanos(rapid.Int64Range(-1e9, 1e11).Draw(t, "step"))
			d := e.Request(call(rapid.SampledFrom(endpoints).Draw(t, "endpoint")), now)
			if d.Delay < 0 || d.Delay > 20*time.Second || d.Handle < 0 || d.Handle > 1 || d.Cut != "" && d.Answer != nil {
				t.Fatalf("%+v", d)
			}
			f := e.Frame("sor", now)
			if f.Copies < 0 || f.Copies > 2 || f.Copies > 0 && (f.Kill || f.Silence || f.Close > 0) {
				t.Fatalf("%+v", f)
			}
		}
	})
}

// Rules reports what is still at work, in the form in which it was given.
func TestRulesLeft(t *testing.T) {
	s := read(t, "rules:\n  - {on: POST /tickle, count: 3, cut: request}\n  - {on: sor, drop: true}\n")
	e := scenario.New(1, nil)
	if err := e.Start(s, start); err != nil {
		t.Fatal(err)
	}
	e.Request(call("POST /tickle"), start)
	s.Rules[0].Count = 2
	if d := cmp.Diff(s.Rules, e.Rules(), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}
