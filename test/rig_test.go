package test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/bus/natsbus"
	"gannet/engine"
	"gannet/market"
	"gannet/oms"
	"gannet/risk"
	"gannet/strategy"
)

// rig is an engine, its bus and its broker in this process, with waits that
// are short and a clock that can be set forward.
type rig struct {
	t     *testing.T
	sim   *ibkrsim.Server
	table *market.Instruments
	gate  *risk.Gate
	nats  *natsbus.Server
	bus   *natsbus.Bus
	dir   string // of the journal
	log   text
	clock *leapClock
	given manual
	end   func() engine.Summary
}

// leapClock is the machine's clock, and how far it was set forward.
type leapClock struct {
	*engine.SystemClock
	leap atomic.Int64
}

func (c *leapClock) Now() market.Nanos { return c.SystemClock.Now() + market.Nanos(c.leap.Load()) }

// manual is a strategy that submits what a test gives it, at the next tick of
// the first instrument.
type manual chan market.Ticket

func (m manual) OnTick(ctx strategy.Context, t market.Tick) {
	for t.Instrument == 1 {
		select {
		case ticket := <-m:
			ctx.Submit(ticket)
		default:
			return
		}
	}
}

const account = "DU1000001"

// testGate lets everything through that a test wants.
func testGate(t testing.TB) *risk.Gate {
	t.Helper()
	gate, err := risk.NewGate(risk.AccountLimits{Account: account, Paper: true, MaxSubmitsPerSecond: 1000, MaxSubmitsPerMinute: 10_000},
		risk.Limits{MaxOrderQty: market.Shares(500), MaxOrderNotional: market.MustMoney("500000"), PriceCollarPercent: market.MustMoney("3"),
			MaxDataAge: market.Hour, MaxPositionQty: market.Shares(5000)})
	check(t, err)
	return gate
}

// testTable is the first n of the instruments.
func testTable(t testing.TB, n int) *market.Instruments {
	t.Helper()
	var list []market.Instrument
	for _, one := range instruments[:n] {
		list = append(list, market.Instrument{Name: one.name, Conid: int64(one.conid), SecType: "STK", Currency: "USD",
			TickSize: market.MustPrice("0.01"), LotSize: market.Shares(1), Multiplier: 1})
	}
	table, err := market.NewInstruments(list...)
	check(t, err)
	return table
}

// newRig starts an engine and waits until it may trade. Close it with end.
func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, table: testTable(t, 2), gate: testGate(t), dir: filepath.Join(t.TempDir(), "journal"),
		clock: &leapClock{SystemClock: engine.NewSystemClock()}, given: make(manual, 8192)}
	log := zerolog.New(&r.log)
	var err error
	now := func() time.Time { return r.clock.Now().Time() }
	r.sim, err = ibkrsim.Start(ibkrsim.Options{Seed: 1, Now: now, Timing: ibkrsim.Timing{
		Bridge: 20 * time.Millisecond, Heartbeat: 50 * time.Millisecond, Cancel: 10 * time.Millisecond}})
	check(t, err)
	adapter, err := ibkr.New(ibkr.Config{
		BaseURL: r.sim.URL(), Pin: r.sim.Pin(), Account: account, Paper: true, Compete: true, Instruments: r.table, Log: log,
		Now:    now,
		Pacing: ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: 5 * time.Millisecond, Tickle: time.Millisecond},
		Timeouts: ibkr.Timeouts{Order: 2 * time.Second, Retry: 2 * time.Millisecond, Status: 5 * time.Millisecond,
			Silence: time.Second, BackoffMin: 20 * time.Millisecond, BackoffMax: 100 * time.Millisecond},
	})
	check(t, err)
	r.nats, err = natsbus.StartServer(natsbus.ServerOptions{Listen: "127.0.0.1:0"})
	check(t, err)
	r.bus, err = r.nats.Connect(natsbus.EngineUser, natsbus.Options{Instruments: r.table})
	check(t, err)
	e, err := engine.Open(engine.Config{
		Instruments: r.table, Session: engine.Session{Account: account, Mode: "sim", Run: "test"}, JournalDir: r.dir,
		Desk: r.desk(), Strategies: []strategy.Instance{{ID: "manual", Strategy: r.given, Instruments: []market.InstrumentID{1, 2}}},
		Broker: adapter, Bus: r.bus, Clock: r.clock, ReconcileEvery: 50 * time.Millisecond, CancelOnStop: true, Log: log,
	})
	check(t, err)
	adapter.OnTick(e.Feed().OnTick)
	r.run(e)
	r.await("strategies start", func() bool { return r.logs("strategies start") > 0 })
	return r
}

// desk is what the engine's desk is made of.
func (r *rig) desk() oms.Config {
	return oms.Config{Instruments: r.table, Gate: r.gate, CashFromBroker: true}
}

func (r *rig) run(e *engine.Engine) {
	ctx, cancel := context.WithCancel(context.Background())
	stop, err := e.ServeControl(ctx, r.bus)
	check(r.t, err)
	var summary engine.Summary
	ended := make(chan error, 1)
	go func() {
		var err error
		summary, err = e.Run(ctx)
		ended <- err
	}()
	r.end = func() engine.Summary {
		r.t.Helper()
		cancel()
		check(r.t, <-ended)
		stop()
		check(r.t, r.bus.Close())
		r.nats.Close()
		check(r.t, r.sim.Close())
		return summary
	}
}

func (r *rig) logs(s string) int { return strings.Count(r.log.String(), s) }

func (r *rig) await(what string, holds func() bool) {
	r.t.Helper()
	defer func() {
		if r.t.Failed() {
			r.t.Logf("the broker has %+v, the engine %+v; log:\n%s", r.sim.State().Orders, r.ask("orders", engine.ControlRequest{}).Orders, tail(r.log.String()))
		}
	}()
	await(r.t, what, holds)
}

// ask is a control verb.
func (r *rig) ask(verb string, request engine.ControlRequest) engine.ControlReply {
	r.t.Helper()
	text, err := json.Marshal(request)
	check(r.t, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := r.bus.Request(ctx, engine.ControlSubject(verb), text)
	check(r.t, err)
	var reply engine.ControlReply
	check(r.t, json.Unmarshal(answer, &reply))
	if reply.Error != "" {
		r.t.Fatalf("%s: %s", verb, reply.Error)
	}
	return reply
}

// status is that of the only order that was given since the test began, or of
// the n-th.
func (r *rig) status(n int) string {
	r.t.Helper()
	if orders := r.ask("orders", engine.ControlRequest{}).Orders; n < len(orders) {
		return orders[n].Status
	}
	return ""
}

// reaches waits until the n-th order has a status.
func (r *rig) reaches(n int, status string) {
	r.t.Helper()
	r.await("order is "+status, func() bool { return r.status(n) == status })
}

// once fails when an order reached the broker more than once.
func (r *rig) once() {
	r.t.Helper()
	for id, n := range r.sim.State().Received {
		if n != 1 {
			r.t.Errorf("order %s reached the broker %d times", id, n)
		}
	}
}
