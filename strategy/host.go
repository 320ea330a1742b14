package strategy

import (
	"fmt"
	"slices"

	"gannet/market"
)

// HostConfig is what a host is made of.
type HostConfig struct {
	Instruments *market.Instruments
	// Run makes client order ids unique among runs: <strategy>-<run>-<n>.
	Run        string
	Strategies []Instance
}

// Instance is a strategy of a run with the instruments that it trades. The
// same kind of strategy can be there several times under different ids.
type Instance struct {
	ID          market.StrategyID
	Strategy    Strategy
	Instruments []market.InstrumentID
}

// Host calls strategies. It is not safe for concurrent use: one goroutine
// owns it.
type Host struct {
	instruments *market.Instruments
	slots       []*slot
	ticks       [][]*slot     // index InstrumentID: who gets its ticks
	bars        [][]*slot     // index InstrumentID: who gets its bars
	quotes      []market.Tick // index InstrumentID
	owner       map[market.StrategyID]*slot
	open        map[market.ClientOrderID]*order
	now         market.Nanos
	out         *Effects // of the call that runs
}

// NewHost makes a host. The ids of strategies are letters, digits, '-' and
// '_', at most 40 of them together with the run.
func NewHost(cfg HostConfig) (*Host, error) {
	n := cfg.Instruments.Len() + 1
	h := &Host{
		instruments: cfg.Instruments,
		ticks:       make([][]*slot, n),
		bars:        make([][]*slot, n),
		quotes:      make([]market.Tick, n),
		owner:       make(map[market.StrategyID]*slot, len(cfg.Strategies)),
		open:        make(map[market.ClientOrderID]*order),
	}
	for _, one := range cfg.Strategies {
		if err := h.add(one, cfg.Run); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *Host) add(one Instance, run string) error {
	if err := h.check(one, run); err != nil {
		return fmt.Errorf("strategy: %s: %w", one.ID, err)
	}
	s := newSlot(one, run, h.instruments.Len())
	h.slots = append(h.slots, s)
	h.owner[s.id] = s
	for _, id := range s.instruments {
		h.ticks[id] = append(h.ticks[id], s)
		if s.onBar != nil {
			h.bars[id] = append(h.bars[id], s)
		}
	}
	return nil
}

func (h *Host) check(one Instance, run string) error {
	switch {
	case !isToken(string(one.ID)):
		return fmt.Errorf("id %q: want letters, digits, - and _", one.ID)
	case !isToken(run):
		return fmt.Errorf("run %q: want letters, digits, - and _", run)
	case len(one.ID)+len(run) > maxIDAndRun:
		return fmt.Errorf("id and run %q are longer than %d characters together", run, maxIDAndRun)
	case h.owner[one.ID] != nil:
		return fmt.Errorf("id is given twice")
	case one.Strategy == nil:
		return fmt.Errorf("no strategy")
	case len(one.Instruments) == 0:
		return fmt.Errorf("no instruments: name at least one")
	}
	for i, id := range one.Instruments {
		if h.instruments.Get(id) == nil {
			return fmt.Errorf("instrument %d is not in the table", id)
		}
		if slices.Contains(one.Instruments[:i], id) {
			return fmt.Errorf("instrument %s is given twice", h.instruments.Name(id))
		}
	}
	return nil
}

// maxIDAndRun leaves room for two dashes and twenty digits in the 64
// characters of a ClientOrderID.
const maxIDAndRun = 40

func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// Start calls Start of every strategy that has it, in the order of the
// configuration, up to the first error.
func (h *Host) Start(now market.Nanos, out *Effects) error {
	h.begin(now, out)
	for _, s := range h.slots {
		if starter, ok := s.strategy.(Starter); ok {
			if err := starter.Start(Context{h, s}); err != nil {
				return fmt.Errorf("strategy: %s: %w", s.id, err)
			}
		}
	}
	return nil
}

// Stop calls Stop of every strategy that has it. What they ask for then can
// still be done by the caller.
func (h *Host) Stop(now market.Nanos, out *Effects) {
	h.begin(now, out)
	for _, s := range h.slots {
		if stopper, ok := s.strategy.(Stopper); ok {
			stopper.Stop(Context{h, s})
		}
	}
}

// Step hands one event to the strategies that it concerns and appends what
// they ask for to out. Ticks and bars go to those that trade the instrument,
// orders, fills, positions and timers to their owner; other events, and those
// of nobody here, change nothing.
func (h *Host) Step(ev *market.Event, out *Effects) {
	switch body := ev.Body.(type) {
	case *market.Tick:
		h.onTick(ev, body, out)
	case *market.Bar:
		h.onBar(ev, body, out)
	case *market.Order:
		h.onOrder(ev, body, out)
	case *market.Fill:
		if s := h.owner[body.Strategy]; s != nil && s.onFill != nil {
			h.begin(taken(ev), out)
			s.onFill.OnFill(Context{h, s}, *body)
		}
	case *market.Position:
		h.onPosition(body)
	case *market.Timer:
		if s := h.owner[body.Owner]; s != nil && s.onTimer != nil {
			h.begin(taken(ev), out)
			s.onTimer.OnTimer(Context{h, s}, *body)
		}
	}
}

// begin sets what a Context reads and writes during the calls that follow.
func (h *Host) begin(now market.Nanos, out *Effects) {
	h.now, h.out = max(h.now, now), out
}

// taken is when the event was taken in, or when it happened if that is not known.
func taken(ev *market.Event) market.Nanos {
	if ev.TsInit != 0 {
		return ev.TsInit
	}
	return ev.TsEvent
}

func (h *Host) onTick(ev *market.Event, t *market.Tick, out *Effects) {
	if int(t.Instrument) >= len(h.ticks) {
		return
	}
	slots := h.ticks[t.Instrument]
	if len(slots) == 0 {
		return
	}
	h.begin(taken(ev), out)
	h.quotes[t.Instrument] = *t
	for _, s := range slots {
		s.strategy.OnTick(Context{h, s}, *t)
	}
}

func (h *Host) onBar(ev *market.Event, b *market.Bar, out *Effects) {
	if int(b.Instrument) >= len(h.bars) {
		return
	}
	for _, s := range h.bars[b.Instrument] {
		if s.wants(b.Interval) {
			h.begin(taken(ev), out)
			s.onBar.OnBar(Context{h, s}, *b)
		}
	}
}
