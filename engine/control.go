package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gannet/bus"
	"gannet/market"
	"gannet/oms"
)

// controlTimeout is how long a control request may take.
const controlTimeout = 5 * time.Second

// ControlRequest is what an operator sends to a control subject. Fields that a
// verb does not need are ignored; an empty scope is the whole account.
type ControlRequest struct {
	Strategy   string `json:"strategy,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	Order      string `json:"order,omitempty"` // cancel: client or venue order id
	From       int    `json:"from,omitempty"`  // orders, fills: leave out so many, oldest first
	By         string `json:"by,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// ControlReply is the answer to a control request: either Error, or one of
// the others. An answer has at most a thousand orders or fills; when there are
// more, Next is the From with which to ask for them.
type ControlReply struct {
	Next      int            `json:"next,omitempty"`
	Error     string         `json:"error,omitempty"`
	Status    *Status        `json:"status,omitempty"`
	Orders    []OrderView    `json:"orders,omitempty"`
	Positions []PositionView `json:"positions,omitempty"`
	Fills     []FillView     `json:"fills,omitempty"`
}

// ControlSubject is the bus subject of a control verb, such as "ctl.status".
func ControlSubject(verb string) string { return "ctl." + verb }

// ServeControl answers operators on the bus until the returned function is
// called: status, orders, positions and fills tell; halt, reduce, resume,
// flatten, cancel and cancel-all act and answer with the status after it.
func (e *Engine) ServeControl(ctx context.Context, b bus.Bus) (func(), error) {
	var ends []func()
	end := func() {
		for _, one := range ends {
			one()
		}
	}
	for verb, fn := range e.verbs() {
		one, err := b.Serve(ControlSubject(verb), func(request []byte) []byte { return e.answer(ctx, request, fn) })
		if err != nil {
			end()
			return nil, fmt.Errorf("engine: control %s: %w", verb, err)
		}
		ends = append(ends, one)
	}
	return end, nil
}

// controlFunc handles one verb in the runner's goroutine.
type controlFunc func(d *oms.Desk, reply *ControlReply)

// verbs maps each verb to what prepares its answer: a command to be stepped
// first (or nil), and what to read from the desk then.
func (e *Engine) verbs() map[string]func(ControlRequest) (*market.Command, controlFunc, error) {
	tell := func(fn controlFunc) func(ControlRequest) (*market.Command, controlFunc, error) {
		return func(ControlRequest) (*market.Command, controlFunc, error) { return nil, fn, nil }
	}
	list := func(fn func(*oms.Desk, int, *ControlReply)) func(ControlRequest) (*market.Command, controlFunc, error) {
		return func(r ControlRequest) (*market.Command, controlFunc, error) {
			return nil, func(d *oms.Desk, reply *ControlReply) { fn(d, r.From, reply) }, nil
		}
	}
	act := func(verb market.Verb) func(ControlRequest) (*market.Command, controlFunc, error) {
		return func(r ControlRequest) (*market.Command, controlFunc, error) {
			c, err := e.command(verb, r)
			return c, e.tellStatus, err
		}
	}
	return map[string]func(ControlRequest) (*market.Command, controlFunc, error){
		"status": tell(e.tellStatus), "orders": list(e.tellOrders),
		"positions": tell(e.tellPositions), "fills": list(e.tellFills),
		"halt": act(market.VerbHalt), "reduce": act(market.VerbReduce), "resume": act(market.VerbResume),
		"flatten": act(market.VerbFlatten), "cancel": act(market.VerbCancel), "cancel-all": act(market.VerbCancelAll),
	}
}

func (e *Engine) command(verb market.Verb, r ControlRequest) (*market.Command, error) {
	c := &market.Command{
		Verb: verb, Strategy: market.StrategyID(r.Strategy), ClientOrderID: market.ClientOrderID(r.Order),
		By: r.By, Reason: r.Reason, TsEvent: e.cfg.Clock.Now(),
	}
	if r.Strategy != "" && !e.hasStrategy(c.Strategy) {
		return nil, fmt.Errorf("strategy %q: there is none of that id", r.Strategy)
	}
	if r.Instrument != "" {
		id, ok := e.cfg.Instruments.Lookup(r.Instrument)
		if !ok {
			return nil, fmt.Errorf("instrument %q: it is not configured", r.Instrument)
		}
		c.Instrument = id
	}
	if verb == market.VerbCancel && r.Order == "" {
		return nil, fmt.Errorf("cancel: name an order id")
	}
	return c, nil
}

func (e *Engine) hasStrategy(id market.StrategyID) bool {
	for _, s := range e.cfg.Strategies {
		if s.ID == id {
			return true
		}
	}
	return false
}

func (e *Engine) answer(ctx context.Context, request []byte, prepare func(ControlRequest) (*market.Command, controlFunc, error)) []byte {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	reply := &ControlReply{}
	if err := e.handle(ctx, request, prepare, reply); err != nil {
		reply = &ControlReply{Error: err.Error()}
	}
	b, err := json.Marshal(reply)
	if err != nil {
		return []byte(`{"error":"answer could not be encoded"}`)
	}
	return b
}

func (e *Engine) handle(ctx context.Context, request []byte, prepare func(ControlRequest) (*market.Command, controlFunc, error), reply *ControlReply) error {
	var r ControlRequest
	if len(request) > 0 {
		if err := json.Unmarshal(request, &r); err != nil {
			return fmt.Errorf("request is not JSON of a control request: %w", err)
		}
	}
	command, read, err := prepare(r)
	if err != nil {
		return err
	}
	if command != nil {
		if command.Verb == market.VerbCancel && !e.knows(ctx, r.Order) {
			return fmt.Errorf("order %q: there is none of that id", r.Order)
		}
		e.cfg.Log.Warn().Str("verb", string(command.Verb)).Str("by", r.By).Str("reason", r.Reason).Msg("operator")
		e.runner.inbox.Put(&market.Event{TsEvent: command.TsEvent, Body: command})
	}
	if !e.runner.Do(ctx, func(d *oms.Desk) { read(d, reply) }) {
		return fmt.Errorf("engine is stopping or did not answer in %s", controlTimeout)
	}
	return nil
}

func (e *Engine) knows(ctx context.Context, id string) (known bool) {
	e.runner.Do(ctx, func(d *oms.Desk) { _, known = d.Order(market.ClientOrderID(id)) })
	return known
}
