package scenario

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"gannet/market"
)

// Engine decides what goes wrong. It is not safe for several goroutines.
type Engine struct {
	seed   uint64
	known  []string
	made   int // rules and events so far: each has its own randomness
	rules  []*rule
	due    []due // events to come, the next one first
	memory memory
}

// rule is a Rule at work.
type rule struct {
	Rule
	pattern pattern
	number  int
	start   market.Nanos // of the scenario
	slots   slots
	random  *rand.Rand
	seen    int
	fired   int
}

// New makes an engine without rules. All chance comes from the seed: engines
// with the same seed that are told the same things decide the same. What one
// rule draws does not depend on what others see. Endpoints are the names of
// those that there are ("GET /tickle"); a rule for any other is refused. With
// none, all are taken.
func New(seed uint64, endpoints []string) *Engine {
	return &Engine{seed: seed, known: slices.Clone(endpoints)}
}

// Start adds a scenario to what is already going on: its time begins now. A
// scenario with a mistake is refused as a whole.
func (e *Engine) Start(s Scenario, now market.Nanos) error {
	if err := s.Check(); err != nil {
		return err
	}
	if len(e.rules)+len(s.Rules) > maxRules || len(e.due)+len(s.Events) > maxEvents {
		return fmt.Errorf("too much at once: want at most %d rules and %d events", maxRules, maxEvents)
	}
	rules := make([]*rule, len(s.Rules))
	for i, r := range s.Rules {
		made, err := e.rule(r, now)
		if err != nil {
			return place("rule", i, r.Line, err)
		}
		rules[i] = made
	}
	e.rules = append(e.rules, rules...)
	for _, v := range s.Events {
		e.schedule(v, now)
	}
	return nil
}

// rule makes a rule that has been checked ready for work.
func (e *Engine) rule(r Rule, now market.Nanos) (*rule, error) {
	p, err := r.target()
	if err != nil {
		return nil, err
	}
	if !p.topic && len(e.known) > 0 && !slices.ContainsFunc(e.known, p.endpoint) {
		return nil, unknownEndpoint(r.On, e.known)
	}
	both, request, frame := r.used()
	out := &rule{Rule: r, pattern: p, start: now, slots: both | request | frame}
	if r.Queue {
		out.slots |= slotQueue
	}
	out.number, out.random = e.randomness()
	return out, nil
}

func unknownEndpoint(on string, known []string) error {
	if near := nearest(on, known); near != "" && !strings.Contains(on, "*") {
		return fmt.Errorf("no endpoint %q; did you mean %q?", on, near)
	}
	return fmt.Errorf("no endpoint %q; want a method and a pattern such as %q", on, PlaceOrder)
}

// randomness is a source for one rule or event.
func (e *Engine) randomness() (int, *rand.Rand) {
	e.made++
	return e.made, rand.New(rand.NewPCG(e.seed, uint64(e.made)))
}

// Rules are the rules that are still at work or will be, in order, with what
// is left of their Count.
func (e *Engine) Rules() []Rule {
	rules := make([]Rule, len(e.rules))
	for i, r := range e.rules {
		rules[i] = r.Rule
		if r.Count > 0 {
			rules[i].Count -= r.fired
		}
	}
	return rules
}

// Request decides about a request that has come. Rules are asked in order. A
// rule whose effects are of a kind that the request already has is passed
// over and loses no turn.
func (e *Engine) Request(c Call, now market.Nanos) Decision {
	d := Decision{Handle: 1}
	var taken slots
	for _, r := range e.rules {
		if !r.pattern.endpoint(c.Endpoint) || !r.open(taken, now) {
			continue
		}
		answer, ok := e.answer(r, c)
		if !ok || !r.fires() {
			continue
		}
		taken |= r.slots
		d.add(r, answer)
		if d.Cut == CutRequest {
			break // nothing else can happen to it
		}
	}
	e.sweep(now)
	return d
}

// answer is the rule's own answer, if it has one; false when it should have
// one and this request has none.
func (e *Engine) answer(r *rule, c Call) (*Answer, bool) {
	switch {
	case r.Answer != nil:
		return r.Answer, true
	case r.Empty != "":
		return emptyAnswer(c.Endpoint, r.Empty)
	case r.Stale:
		a := e.memory.last(c)
		return a, a != nil
	}
	return nil, true
}

// Answer is what goes out after a request has been handled, or has not: the
// handler's answer (ignored when the decision has its own) with the
// decision's damage. It remembers good answers for later stale ones.
func (e *Engine) Answer(c Call, d Decision, status int, kind string, body []byte) Wire {
	if d.Answer == nil && d.Handle > 0 && status == 200 && (cached(c.Endpoint) || e.wantsStale(c.Endpoint)) {
		e.memory.keep(c, kind, body)
	}
	return d.wire(status, kind, body)
}

func (e *Engine) wantsStale(endpoint string) bool {
	return slices.ContainsFunc(e.rules, func(r *rule) bool { return r.Stale && r.pattern.endpoint(endpoint) })
}

// Frame decides about a frame that is about to be published: once for a frame
// that several sockets hear.
func (e *Engine) Frame(topic string, now market.Nanos) FrameDecision {
	d := FrameDecision{Copies: 1}
	var taken slots
	for _, r := range e.rules {
		if !r.pattern.frame(topic) || !r.open(taken, now) || !r.fires() {
			continue
		}
		taken |= r.slots
		d.add(r)
		if d.Copies == 0 {
			break // nothing else can happen to it
		}
	}
	e.sweep(now)
	return d
}

// open says that the rule holds now and that its effects are still free.
func (r *rule) open(taken slots, now market.Nanos) bool {
	at := (now - r.start).Duration()
	return taken&r.slots == 0 && at >= r.From && !r.over(now) && (r.Count == 0 || r.fired < r.Count)
}

func (r *rule) over(now market.Nanos) bool {
	return r.Until > 0 && (now-r.start).Duration() >= r.Until
}

// fires counts one more that matches and says whether it is affected.
func (r *rule) fires() bool {
	if r.seen < r.Skip {
		r.seen++
		return false
	}
	if r.Probability > 0 && r.Probability < 1 && r.random.Float64() >= r.Probability {
		return false
	}
	r.fired++
	return true
}

// sweep forgets rules that are over.
func (e *Engine) sweep(now market.Nanos) {
	e.rules = slices.DeleteFunc(e.rules, func(r *rule) bool {
		return r.Count > 0 && r.fired >= r.Count || r.over(now)
	})
}

// Stop forgets all rules and events. Spans that are open end now, through the
// hands.
func (e *Engine) Stop(hands Hands) error {
	pending := e.due
	e.rules, e.due = nil, nil
	var wrong []error
	for _, p := range pending {
		if p.end != nil {
			wrong = append(wrong, p.end.perform(hands))
		}
	}
	return errors.Join(wrong...)
}
