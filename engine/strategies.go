package engine

import (
	"context"
	"fmt"
	"sync/atomic"

	"gannet/bus"
	"gannet/market"
	"gannet/strategy"
)

// Strategies is the strategy stage: one goroutine that feeds the host from the
// bus and publishes the signals it gives.
type Strategies struct {
	host    *strategy.Host
	bus     bus.Bus
	clock   Clock
	inbox   *Inbox
	out     strategy.Effects
	log     func(strategy.LogLine)
	begin   chan struct{} // closed: the strategies may start
	end     chan chan struct{}
	running bool
	signals atomic.Uint64
}

// strategyKinds is what the stage listens to.
var strategyKinds = []market.Kind{market.KindTick, market.KindBar, market.KindOrder, market.KindFill, market.KindPosition}

func newStrategies(host *strategy.Host, b bus.Bus, clock Clock, inbox *Inbox, log func(strategy.LogLine)) *Strategies {
	return &Strategies{host: host, bus: b, clock: clock, inbox: inbox, log: log, begin: make(chan struct{}), end: make(chan chan struct{})}
}

// Run takes events until ctx ends or the strategies were stopped. Until they
// are started it only follows orders and positions.
func (s *Strategies) Run(ctx context.Context) error {
	begin := s.begin
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-begin:
			begin = nil
			if err := s.start(); err != nil {
				return err
			}
		case done := <-s.end:
			s.stop()
			close(done)
			return nil
		case <-s.inbox.Ready():
			s.takeAll()
		}
	}
}

func (s *Strategies) start() error {
	s.takeAll()
	s.out.Reset()
	s.running = true
	if err := s.host.Start(s.clock.Now(), &s.out); err != nil {
		return fmt.Errorf("engine: start: %w", err)
	}
	s.perform()
	return nil
}

// stop lets the strategies say their last word and ends the stage.
func (s *Strategies) stop() {
	s.inbox.Close()
	if !s.running {
		return
	}
	s.out.Reset()
	s.host.Stop(s.clock.Now(), &s.out)
	s.perform()
}

// Stop ends the strategies and returns when their last signals are published.
func (s *Strategies) Stop(ctx context.Context) {
	done := make(chan struct{})
	select {
	case s.end <- done:
		<-done
	case <-ctx.Done():
	}
}

func (s *Strategies) takeAll() {
	events := s.inbox.Take()
	for i := range events {
		ev := &events[i]
		if kind := ev.Kind(); !s.running && (kind == market.KindTick || kind == market.KindBar) {
			continue
		}
		s.out.Reset()
		s.host.Step(ev, &s.out)
		if !s.out.Empty() {
			s.perform()
		}
	}
}

// perform publishes signals, arms timers and passes on log lines. A signal
// that the bus does not take is answered with a denial: it will not arrive
// later.
func (s *Strategies) perform() {
	for i := range s.out.Signals {
		signal := s.out.Signals[i]
		s.signals.Add(1)
		ev := market.Event{TsEvent: signal.TsEvent, TsInit: s.clock.Now(), Body: &signal}
		if err := s.bus.Publish(&ev); err != nil {
			s.deny(&signal, err)
		}
	}
	for _, t := range s.out.Timers {
		s.arm(t)
	}
	for _, line := range s.out.Logs {
		s.log(line)
	}
}

func (s *Strategies) deny(signal *market.Signal, why error) {
	o := market.Order{
		Ticket: signal.Ticket, ClientOrderID: signal.ID, Strategy: signal.Strategy,
		Status: market.Denied, Text: "BUS_DOWN: " + why.Error(), TsEvent: signal.TsEvent,
	}
	go s.inbox.Put(&market.Event{TsEvent: signal.TsEvent, TsInit: s.clock.Now(), Body: &o})
}

func (s *Strategies) arm(t market.Timer) {
	s.clock.AfterFunc(t.At-s.clock.Now(), func() {
		s.inbox.Put(&market.Event{TsEvent: t.At, TsInit: s.clock.Now(), Body: &t})
	})
}
