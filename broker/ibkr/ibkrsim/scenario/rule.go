package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule is a misbehaviour of the requests for an endpoint or of the frames of
// a topic.
type Rule struct {
	Name string // for the log; empty is On

	// On says which requests or frames: an endpoint by its method and pattern
	// (PlaceOrder), a topic ("sor", "smd+265598"), or part of one with * for
	// any text ("GET /portfolio/*", "smd+*"). Without a method it is any. "WS
	// *" are all frames; "*" and nothing are all requests, or all frames when
	// the effect is one that only frames have.
	On string

	Skip        int     // the first so many that it could affect are left alone
	Count       int     // how many are affected; 0 is no end
	Probability float64 // of each to be affected; 0 is always

	From, Until time.Duration // scenario time in which the rule holds; Until 0 is no end

	// Queue has the rule wait while an earlier Queue rule affects the same
	// request or frame, whatever their effects, so that they happen one after
	// the other. Without it different effects happen together.
	Queue bool

	Effects

	Line int // of the file it was read from; 0 for none
}

// maxCount is the largest Skip and Count.
const maxCount = 1_000_000_000

// target is what the rule is about.
func (r *Rule) target() (pattern, error) {
	p, err := parsePattern(r.On)
	if _, _, frame := r.used(); p == (pattern{glob: "*"}) && frame != 0 {
		p.topic = true
	}
	return p, err
}

// Check says what is wrong with the rule.
func (r *Rule) Check() error {
	p, err := r.target()
	if err != nil {
		return err
	}
	switch {
	case r.Skip < 0 || r.Skip > maxCount || r.Count < 0 || r.Count > maxCount:
		return fmt.Errorf("skip %d, count %d: want 0 to %d", r.Skip, r.Count, maxCount)
	case !(r.Probability >= 0 && r.Probability <= 1):
		return fmt.Errorf("probability %v: want 0 to 1", r.Probability)
	case r.From < 0 || r.From > MaxSpan || r.Until < 0 || r.Until > MaxSpan:
		return fmt.Errorf("from %v until %v: want 0 to %v", r.From, r.Until, MaxSpan)
	case r.Until != 0 && r.Until <= r.From:
		return fmt.Errorf("until %v is not after from %v", r.Until, r.From)
	}
	if r.Empty != "" && !slices.ContainsFunc(lists, func(l list) bool { return p.endpoint(l.endpoint) }) {
		return fmt.Errorf("empty: %q does not answer a list", r.On)
	}
	return r.check(p.topic)
}

// label is how the rule is named in a log.
func (r *Rule) label() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.On != "":
		return r.On
	}
	return "*"
}

// Scenario is what goes wrong: rules for requests and frames, and events at
// times counted from its start.
type Scenario struct {
	Name   string
	About  string // one line
	Rules  []Rule
	Events []Event
}

// Limits of one engine, and so of one scenario.
const (
	maxRules  = 1000
	maxEvents = 1000
)

// Check says all that is wrong with the scenario, each with its line if it
// was read from a file.
func (s *Scenario) Check() error {
	var wrong []error
	if len(s.Rules) > maxRules || len(s.Events) > maxEvents {
		wrong = append(wrong, fmt.Errorf("%d rules and %d events: want at most %d and %d",
			len(s.Rules), len(s.Events), maxRules, maxEvents))
	}
	for i := range s.Rules {
		if err := s.Rules[i].Check(); err != nil {
			wrong = append(wrong, place("rule", i, s.Rules[i].Line, err))
		}
	}
	for i := range s.Events {
		if err := s.Events[i].Check(); err != nil {
			wrong = append(wrong, place("event", i, s.Events[i].Line, err))
		}
	}
	return errors.Join(wrong...)
}

// place says where the mistake is.
func place(what string, index, line int, err error) error {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	if line > 0 {
		return fmt.Errorf("line %d: %s", line, text)
	}
	return fmt.Errorf("%s %d: %s", what, index+1, text)
}

// oneOf refuses a word that is none of the list; empty is not given.
func oneOf[T ~string](what string, v T, all []T) error {
	if v == "" || slices.Contains(all, v) {
		return nil
	}
	return unknown(what, string(v), all)
}
