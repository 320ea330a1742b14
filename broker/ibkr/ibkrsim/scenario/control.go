package scenario

import (
	"bytes"
	"slices"
)

// Command is what a control request asks for.
type Command struct {
	Scenario
	Stop bool // Engine.Stop first
}

// verbs are the control requests, and what their bodies mean.
var verbs = []struct {
	name string
	read func(body []byte) (Command, error)
}{
	{"fault", readFault},
	{"stream", readStream},
	{"event", readEventBody},
	{"scenario", readScenarioBody},
	{"ask", readAsk},
	{"price", readPrice},
	{"logout", justDo(Logout)},
	{"compete", justDo(Compete)},
	{"drop", justDo(DropSockets)},
}

// Verbs are the last parts of the paths that ParseControl knows: POST
// /_sim/{verb}.
func Verbs() []string {
	names := make([]string, len(verbs))
	for i, v := range verbs {
		names[i] = v.name
	}
	return names
}

// ParseControl reads the body of POST /_sim/{verb}:
//
//	fault     a rule about requests, or a list of them; count 0 is one
//	stream    {"fault":"drop-trades","count":2}, or a rule about frames
//	event     an event, or a list of them
//	scenario  {"name":"lost-response"} of Names, a scenario in JSON or YAML, {"stop":true}
//	ask       the message ids that the next order is asked: ["o354"]
//	price     an instrument and its quote
//	logout, compete, drop   no body
//
// Rules of fault and stream wait for each other (Rule.Queue) unless they say
// otherwise.
func ParseControl(verb string, body []byte) (Command, error) {
	i := slices.IndexFunc(verbs, func(v struct {
		name string
		read func([]byte) (Command, error)
	}) bool {
		return v.name == verb
	})
	if i < 0 {
		return Command{}, mistake(0, "%v", unknown("control", verb, Verbs()))
	}
	return verbs[i].read(body)
}

func justDo(k Kind) func([]byte) (Command, error) {
	return func([]byte) (Command, error) {
		return Command{Scenario: Scenario{Events: []Event{{Do: k}}}}, nil
	}
}

// each reads a JSON value, or each of a list.
func each(body []byte, do func(*node) error) error {
	n, err := parseJSON(body)
	if err != nil {
		return err
	}
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
	}
	if len(items) == 0 || len(items) > maxRules {
		return mistake(0, "want 1 to %d of them", maxRules)
	}
	for _, item := range items {
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

// readFault reads rules about requests.
func readFault(body []byte) (Command, error) { return readRules(body, false) }

func readRules(body []byte, topic bool) (Command, error) {
	var c Command
	err := each(body, func(n *node) error {
		r, err := readRule(n)
		if err != nil {
			return err
		}
		if p, err := r.target(); err != nil || p.topic != topic {
			return mistake(n.line, "on %q: endpoints belong to fault, topics to stream", clip(r.On))
		}
		r.Count = max(r.Count, 1)
		r.Queue = r.Queue || n.get("queue") == nil
		c.Rules = append(c.Rules, r)
		return nil
	})
	return c, err
}

// streamFaults are the names for rules about frames.
type streamFault string

const (
	dropOrders      streamFault = "drop-orders"
	dropTrades      streamFault = "drop-trades"
	duplicateTrades streamFault = "duplicate-trades"
	reorderTrades   streamFault = "reorder-trades"
	silence         streamFault = "silence"
)

var streamFaults = []streamFault{dropOrders, dropTrades, duplicateTrades, reorderTrades, silence}

type streamText struct {
	fault streamFault
	count int
}

var streamKeys = []key[streamText]{
	wordKey("fault", func(s *streamText) *streamFault { return &s.fault }),
	intKey("count", func(s *streamText) *int { return &s.count }),
}

func readStream(body []byte) (Command, error) {
	n, err := parseJSON(body)
	if err != nil {
		return Command{}, err
	}
	if n.kind == listNode || n.get("fault") == nil {
		return readRules(body, true)
	}
	var s streamText
	if err := readKeys(n, "stream", streamKeys, &s); err != nil {
		return Command{}, err
	}
	if s.fault == silence {
		return justDo(SilenceSockets)(nil)
	}
	r := Rule{Name: string(s.fault), On: "str", Count: max(s.count, 1), Queue: true}
	switch s.fault {
	case dropOrders:
		r.On, r.Drop = "sor", true
	case dropTrades:
		r.Drop = true
	case duplicateTrades:
		r.Copies = 2
	case reorderTrades:
		r.Reorder = min(r.Count, maxWindow)
	default:
		return Command{}, mistake(n.line, "%v", unknown("stream fault", string(s.fault), streamFaults))
	}
	if err := r.Check(); err != nil {
		return Command{}, mistake(n.line, "%v", err)
	}
	return Command{Scenario: Scenario{Rules: []Rule{r}}}, nil
}

func readEventBody(body []byte) (Command, error) {
	var c Command
	err := each(body, func(n *node) error {
		v, err := readEvent(n)
		c.Events = append(c.Events, v)
		return err
	})
	return c, err
}

// orderText is the body that starts or stops a scenario by its name.
type orderText struct {
	name string
	stop bool
}

var orderKeys = []key[orderText]{
	textKey("name", func(o *orderText) *string { return &o.name }),
	boolKey("stop", func(o *orderText) *bool { return &o.stop }),
}

func readScenarioBody(body []byte) (Command, error) {
	if first := bytes.TrimSpace(body); len(first) == 0 || first[0] != '{' {
		s, err := Read(body)
		return Command{Scenario: s}, err
	}
	n, err := parseJSON(body)
	if err != nil {
		return Command{}, err
	}
	if n.get("rules") != nil || n.get("events") != nil {
		s, err := readScenario(n)
		return Command{Scenario: s}, err
	}
	var o orderText
	if err := readKeys(n, "scenario", orderKeys, &o); err != nil {
		return Command{}, err
	}
	if o.name == "" {
		if !o.stop {
			return Command{}, mistake(0, "want a name, stop, or rules and events")
		}
		return Command{Stop: true}, nil
	}
	s, err := Named(o.name)
	return Command{Scenario: s, Stop: o.stop}, err
}

func readAsk(body []byte) (Command, error) {
	n, err := parseJSON(body)
	if err != nil {
		return Command{}, err
	}
	v := Event{Do: Ask}
	if err := textsKey("ask", func(v *Event) *[]string { return &v.Messages }).read(&v, n); err != nil {
		return Command{}, err
	}
	if err := v.Check(); err != nil {
		return Command{}, mistake(n.line, "%v", err)
	}
	return Command{Scenario: Scenario{Events: []Event{v}}}, nil
}

// readPrice reads the body of an event whose kind is known.
func readPrice(body []byte) (Command, error) {
	n, err := parseJSON(body)
	if err != nil {
		return Command{}, err
	}
	if n.kind == mapNode && n.get("do") == nil {
		n.fields = append(n.fields, pair{"do", n.line, &node{kind: scalarNode, line: n.line, text: string(SetPrice)}})
	}
	v, err := readEvent(n)
	return Command{Scenario: Scenario{Events: []Event{v}}}, err
}
