package test

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"gannet/broker/venue"
	"gannet/bus"
	"gannet/bus/membus"
	"gannet/bus/natsbus"
	"gannet/market"
	"gannet/oms"
	"gannet/strategy"
)

// stages are a strategy stage and an order stage that know each other only
// over a bus, with a venue behind the order stage.
type stages struct {
	t     *testing.T
	bus   bus.Bus
	host  *strategy.Host
	desk  *oms.Desk
	venue *venue.Venue

	now     atomic.Int64
	waiting sync.WaitGroup // deliveries that are still to come
	failed  atomic.Pointer[error]
	heard   atomic.Int64
}

var (
	hostKinds = []market.Kind{market.KindTick, market.KindOrder, market.KindFill, market.KindPosition}
	deskKinds = []market.Kind{market.KindTick, market.KindSignal, market.KindReport, market.KindBroker, market.KindSnapshot}
)

// listeners is how many stages hear of a kind.
func listeners(kind market.Kind) (n int) {
	for _, kinds := range [][]market.Kind{hostKinds, deskKinds} {
		for _, k := range kinds {
			if k == kind {
				n++
			}
		}
	}
	return n
}

func newStages(t *testing.T, b bus.Bus, table *market.Instruments) *stages {
	t.Helper()
	profile, err := venue.Lookup("gannet")
	check(t, err)
	s := &stages{t: t, bus: b, venue: venue.New(venue.Config{Instruments: table, Profile: profile})}
	s.desk = oms.NewDesk(oms.Config{Instruments: table, Gate: testGate(t), Cash: market.MustMoney("1000000")})
	s.host, err = strategy.NewHost(strategy.HostConfig{Instruments: table, Run: "r", Strategies: []strategy.Instance{cross(t, "a", 1, 2)}})
	check(t, err)
	_, err = b.SubscribeMany(hostKinds, s.handling(s.toHost))
	check(t, err)
	_, err = b.SubscribeMany(deskKinds, s.handling(s.toDesk))
	check(t, err)
	return s
}

func (s *stages) handling(fn func(*market.Event)) func(*market.Event) {
	return func(ev *market.Event) {
		defer s.waiting.Done()
		s.heard.Add(1)
		fn(ev)
	}
}

func (s *stages) publish(body market.Body) {
	now := market.Nanos(s.now.Load())
	ev := market.Event{TsEvent: now, TsInit: now, Body: body}
	s.waiting.Add(listeners(ev.Kind()))
	if err := s.bus.Publish(&ev); err != nil {
		s.failed.Store(&err)
	}
}

func (s *stages) toHost(ev *market.Event) {
	var out strategy.Effects
	s.host.Step(ev, &out)
	for _, signal := range out.Signals {
		s.publish(&signal)
	}
}

func (s *stages) toDesk(ev *market.Event) {
	var fx oms.Effects
	s.desk.Step(ev, &fx)
	for _, one := range fx.Events {
		s.publish(one.Body)
	}
	for _, r := range fx.Requests {
		s.venue.Submit(&r.Order)
	}
	for _, r := range append([]market.ExecReport(nil), s.venue.Reports()...) {
		s.publish(&r)
	}
}

// replay gives the stages one tick after the other, each when all that the one
// before led to is over, and returns the state of the desk.
func (s *stages) replay(n int) (hash uint64, fills int) {
	s.t.Helper()
	s.now.Store(int64(sessionStart))
	s.publish(&market.BrokerState{Ready: true, Account: account, Paper: true, Name: "Brokerage"})
	s.publish(&market.Snapshot{Account: account, Orders: market.Known[market.Order](nil),
		Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil)})
	check(s.t, s.host.Start(sessionStart, new(strategy.Effects)))
	s.waiting.Wait()
	for source := generated(s.t, testTable(s.t, 2), n); ; {
		body, err := source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(s.t, err)
		tick := *body.(*market.Tick)
		s.now.Store(int64(tick.TsEvent))
		s.venue.OnTick(&tick)
		for _, r := range append([]market.ExecReport(nil), s.venue.Reports()...) {
			s.publish(&r)
		}
		s.publish(&tick)
		s.waiting.Wait()
	}
	if err := s.failed.Load(); err != nil {
		s.t.Fatal(*err)
	}
	return s.desk.Hash(), s.desk.Counts().Fills
}

// Stages that speak over NATS come to the same as those over the bus in
// memory: nothing is lost, reordered or rounded on the way.
func TestMemoryAndNATS(t *testing.T) {
	defer goleak.VerifyNone(t)
	table := testTable(t, 2)
	near := newStages(t, membus.New(), table)
	server, err := natsbus.StartServer(natsbus.ServerOptions{})
	check(t, err)
	defer server.Close()
	link, err := server.Connect(natsbus.EngineUser, natsbus.Options{Instruments: table})
	check(t, err)
	defer link.Close()
	far := newStages(t, link, table)
	const n = 1000
	hash, fills := near.replay(n)
	again, _ := far.replay(n)
	if fills < 20 || hash != again || near.heard.Load() != far.heard.Load() {
		t.Errorf("after %d fills: hash %x in memory, %x over NATS; %d and %d events heard",
			fills, hash, again, near.heard.Load(), far.heard.Load())
	}
}
