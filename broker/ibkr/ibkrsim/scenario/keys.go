package scenario

import (
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// spanKey is a time, or a mapping with a shape.
func spanKey[T any](name string, field func(*T) *Span) key[T] {
	return key[T]{name, func(v *T, n *node) error {
		s := field(v)
		if n.kind == scalarNode && n.text == "" {
			return nil
		}
		if n.kind == scalarNode {
			one := durationKey(name, func(s *Span) *time.Duration { return &s.Typical })
			return one.read(s, n)
		}
		if err := readKeys(n, name, spanKeys, s); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return mistake(n.line, "%s: %v", name, err)
		}
		return nil
	}}
}

var spanKeys = []key[Span]{
	wordKey("shape", func(s *Span) *Shape { return &s.Shape }),
	durationKey("mean", func(s *Span) *time.Duration { return &s.Typical }),
	durationKey("median", func(s *Span) *time.Duration { return &s.Typical }),
	durationKey("min", func(s *Span) *time.Duration { return &s.Min }),
	durationKey("max", func(s *Span) *time.Duration { return &s.Max }),
	durationKey("deviation", func(s *Span) *time.Duration { return &s.Deviation }),
	floatKey("sigma", func(s *Span) *float64 { return &s.Sigma }),
	floatKey("alpha", func(s *Span) *float64 { return &s.Alpha }),
}

// ruleText is a rule while it is read: its answer is put together from three
// keys.
type ruleText struct {
	Rule
	status     int
	kind, body string
}

var ruleKeys = []key[ruleText]{
	textKey("name", func(r *ruleText) *string { return &r.Name }),
	textKey("on", func(r *ruleText) *string { return &r.On }),
	intKey("skip", func(r *ruleText) *int { return &r.Skip }),
	intKey("count", func(r *ruleText) *int { return &r.Count }),
	floatKey("probability", func(r *ruleText) *float64 { return &r.Probability }),
	durationKey("from", func(r *ruleText) *time.Duration { return &r.From }),
	durationKey("until", func(r *ruleText) *time.Duration { return &r.Until }),
	boolKey("queue", func(r *ruleText) *bool { return &r.Queue }),
	spanKey("delay", func(r *ruleText) *Span { return &r.Delay }),
	wordKey("damage", func(r *ruleText) *Damage { return &r.Damage }),
	wordKeyOrNone("cut", func(r *ruleText) *Cut { return &r.Cut }),
	intKey("status", func(r *ruleText) *int { return &r.status }),
	textKey("type", func(r *ruleText) *string { return &r.kind }),
	bodyKey("body", func(r *ruleText) *string { return &r.body }),
	boolKey("handled", func(r *ruleText) *bool { return &r.Handled }),
	wordKey("empty", func(r *ruleText) *Empty { return &r.Empty }),
	boolKey("stale", func(r *ruleText) *bool { return &r.Stale }),
	intKey("deliver", func(r *ruleText) *int { return &r.Deliver }),
	spanKey("delay_answer", func(r *ruleText) *Span { return &r.DelayAnswer }),
	{"drip", func(r *ruleText, n *node) error { return readKeys(n, "drip", dripKeys, &r.Drip) }},
	durationKey("skew", func(r *ruleText) *time.Duration { return &r.Skew }),
	boolKey("drop", func(r *ruleText) *bool { return &r.Drop }),
	intKey("copies", func(r *ruleText) *int { return &r.Copies }),
	intKey("reorder", func(r *ruleText) *int { return &r.Reorder }),
	durationKey("hold", func(r *ruleText) *time.Duration { return &r.Hold }),
	boolKey("silence", func(r *ruleText) *bool { return &r.Silence }),
	boolKey("kill", func(r *ruleText) *bool { return &r.Kill }),
	intKey("close", func(r *ruleText) *int { return &r.Close }),
}

// wordKeyOrNone is wordKey for a word that may be "".
func wordKeyOrNone[T any, V ~string](name string, field func(*T) *V) key[T] {
	return scalar(name, "a word", func(s string) (V, bool) { return V(s), true }, field)
}

var dripKeys = []key[Drip]{
	intKey("bytes", func(d *Drip) *int { return &d.Bytes }),
	durationKey("every", func(d *Drip) *time.Duration { return &d.Every }),
}

// readRule reads a rule and checks it.
func readRule(n *node) (Rule, error) {
	var r ruleText
	r.Line = n.line
	if err := readKeys(n, "rule", ruleKeys, &r); err != nil {
		return Rule{}, err
	}
	switch body := n.get("body"); {
	case r.status != 0:
		r.Answer = StatusAnswer(r.status)
		if body != nil {
			r.Answer.Body, r.Answer.Type = r.body, ""
		}
		if r.kind != "" {
			r.Answer.Type = r.kind
		}
	case r.body != "" || r.kind != "":
		return Rule{}, mistake(n.line, "rule: a body or type without a status")
	}
	if err := r.Check(); err != nil {
		return Rule{}, mistake(n.line, "rule: %v", err)
	}
	return r.Rule, nil
}

var eventKeys = []key[Event]{
	textKey("name", func(v *Event) *string { return &v.Name }),
	spanKey("at", func(v *Event) *Span { return &v.At }),
	wordKey("do", func(v *Event) *Kind { return &v.Do }),
	durationKey("every", func(v *Event) *time.Duration { return &v.Every }),
	intKey("times", func(v *Event) *int { return &v.Times }),
	floatKey("probability", func(v *Event) *float64 { return &v.Probability }),
	spanKey("for", func(v *Event) *Span { return &v.For }),
	spanKey("delay", func(v *Event) *Span { return &v.Delay }),
	intKey("depth", func(v *Event) *int { return &v.Depth }),
	textKey("user", func(v *Event) *string { return &v.User }),
	textKey("account", func(v *Event) *string { return &v.Account }),
	textKey("instrument", func(v *Event) *string { return &v.Instrument }),
	textKey("order", func(v *Event) *string { return &v.Order }),
	textKey("execution", func(v *Event) *string { return &v.Execution }),
	textKey("text", func(v *Event) *string { return &v.Text }),
	textsKey("messages", func(v *Event) *[]string { return &v.Messages }),
	intKey("count", func(v *Event) *int { return &v.Count }),
	intKey("leg", func(v *Event) *int { return &v.Leg }),
	intKey("code", func(v *Event) *int { return &v.Code }),
	boolKey("on", func(v *Event) *bool { return &v.On }),
	durationKey("by", func(v *Event) *time.Duration { return &v.By }),
	percentKey("percent", func(v *Event) *market.Money { return &v.Percent }),
	exactKey("bid", wantPrice, func(v *Event) *market.Price { return &v.Quote.Bid }),
	exactKey("ask", wantPrice, func(v *Event) *market.Price { return &v.Quote.Ask }),
	exactKey("last", wantPrice, func(v *Event) *market.Price { return &v.Quote.Last }),
	exactKey("bid_size", wantQty, func(v *Event) *market.Qty { return &v.Quote.BidSize }),
	exactKey("ask_size", wantQty, func(v *Event) *market.Qty { return &v.Quote.AskSize }),
	exactKey("last_size", wantQty, func(v *Event) *market.Qty { return &v.Quote.LastSize }),
	exactKey("side", "BUY or SELL", func(v *Event) *market.Side { return &v.Side }),
	exactKey("qty", wantQty, func(v *Event) *market.Qty { return &v.Qty }),
	exactKey("price", wantPrice, func(v *Event) *market.Price { return &v.Price }),
	boolKey("authenticated", func(v *Event) *bool { return &v.Authenticated }),
	boolKey("competing", func(v *Event) *bool { return &v.Competing }),
}

const (
	wantPrice = "a price such as 457.25"
	wantQty   = "a quantity such as 100"
)

// everyEvent are the keys that any event may have.
var everyEvent = []string{"name", "at", "do", "every", "times", "probability"}

// readEvent reads an event, asks for the keys of its kind and checks it.
func readEvent(n *node) (Event, error) {
	v := Event{Line: n.line}
	if err := readKeys(n, "event", eventKeys, &v); err != nil {
		return Event{}, err
	}
	if v.Do == "" {
		return Event{}, mistake(n.line, "event: do is missing")
	}
	row, ok := info(v.Do)
	if !ok {
		return Event{}, mistake(n.get("do").line, "%v", unknown("event", string(v.Do), kindNames()))
	}
	for _, word := range strings.Fields(row.Keys) {
		if name, must := strings.CutSuffix(word, "!"); must && (n.get(name) == nil || n.get(name).kind == nullNode) {
			return Event{}, mistake(n.line, "event %s: %s is missing", v.Do, name)
		}
	}
	for _, f := range n.fields {
		if may, _ := row.allows(f.key); !may && !slices.Contains(everyEvent, f.key) {
			want := append(slices.Clone(everyEvent), strings.Fields(strings.ReplaceAll(row.Keys, "!", ""))...)
			return Event{}, mistake(f.line, "event %s: %v", v.Do, unknown("key", f.key, want))
		}
	}
	if err := v.Check(); err != nil {
		return Event{}, mistake(n.line, "event: %v", err)
	}
	return v, nil
}

// scenarioKeys are those of a scenario file.
var scenarioKeys = []key[Scenario]{
	textKey("name", func(s *Scenario) *string { return &s.Name }),
	textKey("about", func(s *Scenario) *string { return &s.About }),
	listKey("rules", maxRules, readRule, func(s *Scenario) *[]Rule { return &s.Rules }),
	listKey("events", maxEvents, readEvent, func(s *Scenario) *[]Event { return &s.Events }),
}

// listKey is a list of mappings.
func listKey[T, V any](name string, limit int, read func(*node) (V, error), field func(*T) *[]V) key[T] {
	return key[T]{name, func(v *T, n *node) error {
		if n.kind != listNode || len(n.items) > limit {
			return mistake(n.line, "%s: want a list of at most %d", name, limit)
		}
		for _, item := range n.items {
			one, err := read(item)
			if err != nil {
				return err
			}
			*field(v) = append(*field(v), one)
		}
		return nil
	}}
}

func readScenario(n *node) (Scenario, error) {
	var s Scenario
	if err := readKeys(n, "scenario", scenarioKeys, &s); err != nil {
		return Scenario{}, err
	}
	if len(s.Rules)+len(s.Events) == 0 {
		return Scenario{}, mistake(n.line, "a scenario without rules and events")
	}
	return s, nil
}

// Read reads a scenario file: YAML, or JSON with the same keys. A mistake
// names its line, and an unknown key the known one that it is most like.
func Read(text []byte) (Scenario, error) {
	n, err := parseYAML(text)
	if err != nil {
		return Scenario{}, err
	}
	return readScenario(n)
}
