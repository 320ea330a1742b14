package backtest

import (
	"errors"
	"fmt"
	"io"

	"gannet/broker/venue"
	"gannet/bus"
	"gannet/bus/membus"
	"gannet/feed"
	"gannet/market"
	"gannet/oms"
	"gannet/risk"
	"gannet/strategy"
)

// Config is what a backtest is made of.
type Config struct {
	Instruments *market.Instruments
	Profile     *venue.Profile
	Gate        *risk.Gate
	Cash        market.Money
	Strategies  []strategy.Instance
	Bars        []market.Nanos // intervals to build from the data
	Source      feed.Source    // raw or whole ticks, and bars; it is normalized
	// Progress is called now and then with the data points so far and the
	// time they have reached. nil is allowed.
	Progress func(points uint64, at market.Nanos)
	// Log takes what strategies say. nil is allowed.
	Log func(strategy.LogLine)
}

// progressEvery is how many data points lie between two calls of Progress.
const progressEvery = 1 << 18

// Run replays the source to its end.
func Run(cfg Config) (*Result, error) {
	m, err := newMachine(cfg)
	if err != nil {
		return nil, err
	}
	defer m.bus.Close()
	if err := m.replay(); err != nil {
		return nil, err
	}
	return m.result(), nil
}

// machine is all stages of a backtest, joined by the bus.
type machine struct {
	cfg    Config
	bus    bus.Bus
	venue  *venue.Venue
	desk   *oms.Desk
	host   *strategy.Host
	bars   *feed.Bars
	fx     oms.Effects
	out    strategy.Effects
	event  market.Event
	tick   market.Event
	slice  slice
	now    market.Nanos
	points uint64
	begun  bool
	timers timers
	sum    tally
	err    error
}

func newMachine(cfg Config) (*machine, error) {
	cfg.Source = feed.Normalize(cfg.Source, feed.NewNormalizer(feed.NormalizerConfig{Instruments: cfg.Instruments}))
	m := &machine{cfg: cfg, bus: membus.New(), slice: newSlice(cfg.Instruments)}
	m.venue = venue.New(venue.Config{Instruments: cfg.Instruments, Profile: cfg.Profile})
	m.desk = oms.NewDesk(oms.Config{Instruments: cfg.Instruments, Gate: cfg.Gate, Cash: cfg.Cash, SizeWeight: m.sizeWeight})
	var err error
	if m.host, err = strategy.NewHost(strategy.HostConfig{Instruments: cfg.Instruments, Run: "bt", Strategies: cfg.Strategies}); err != nil {
		return nil, err
	}
	if len(cfg.Bars) > 0 {
		m.bars, err = feed.NewBars(feed.BarsConfig{Instruments: cfg.Instruments, Intervals: cfg.Bars, Emit: m.onBuiltBar})
		if err != nil {
			return nil, err
		}
	}
	return m, m.join()
}

// sizeWeight is the profile's rule for target weights.
func (m *machine) sizeWeight(in oms.SizeInput) market.Qty {
	return m.cfg.Profile.SizeForWeight(venue.SizeInput{
		Weight: in.Weight, Equity: in.Equity, Held: in.Held, Price: in.Price,
		Multiplier: in.Instrument.Multiplier, Lot: in.Instrument.LotSize,
	})
}

// join connects the stages. Whatever a handler publishes is delivered after
// the event at hand, in order.
func (m *machine) join() error {
	_, err1 := m.bus.SubscribeMany(hostKinds, m.toHost)
	_, err2 := m.bus.SubscribeMany(deskKinds, m.toDesk)
	_, err3 := m.bus.SubscribeMany(tallyKinds, m.toTally)
	return errors.Join(err1, err2, err3)
}

var (
	hostKinds  = []market.Kind{market.KindTick, market.KindBar, market.KindOrder, market.KindFill, market.KindPosition, market.KindTimer}
	deskKinds  = []market.Kind{market.KindSignal, market.KindReport, market.KindBroker, market.KindSnapshot}
	tallyKinds = []market.Kind{market.KindTick, market.KindOrder, market.KindFill, market.KindAlert}
)

// replay gives every data point of the source to the machine.
func (m *machine) replay() error {
	for m.err == nil {
		body, err := m.cfg.Source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("backtest: %w", err)
		}
		m.points++
		switch b := body.(type) {
		case *market.Tick:
			m.endSlice()
			m.onTick(b)
		case *market.Bar:
			m.onBar(b)
		}
		if m.cfg.Progress != nil && m.points%progressEvery == 0 {
			m.cfg.Progress(m.points, m.now)
		}
	}
	m.endSlice()
	m.stop()
	return m.err
}

// begin opens the simulated session and starts the strategies a day before the
// first data point, so that they can ask for a time before it.
func (m *machine) begin(at market.Nanos) {
	m.begun, m.now = true, at-market.Day
	defer func() { m.now = at }()
	account := m.cfg.Gate.Account().Account
	m.publish(&market.BrokerState{Ready: true, Account: account, Paper: true, Name: "Brokerage", TsEvent: m.now})
	m.publish(&market.Snapshot{
		TsEvent: m.now, Account: account, Orders: market.Known[market.Order](nil),
		Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil),
	})
	m.out.Reset()
	if err := m.host.Start(m.now, &m.out); err != nil {
		m.err = fmt.Errorf("backtest: %w", err)
		return
	}
	m.performHost()
}

func (m *machine) stop() {
	if !m.begun || m.err != nil {
		return
	}
	m.out.Reset()
	m.host.Stop(m.now, &m.out)
	m.performHost()
}

// advance moves time to a data point's. Timers before it fire at their own
// time; those before the first data point fire with it, when there are prices.
func (m *machine) advance(at market.Nanos) {
	if !m.begun {
		m.begin(at)
		return
	}
	for m.timers.due(at - 1) {
		timer := m.timers.take()
		m.now = max(m.now, timer.At)
		m.venue.Advance(m.now)
		m.publishReports()
		m.publish(timer)
	}
	m.now = max(m.now, at)
}

// fireTimers fires those of the present time, after resting orders were looked
// at and before the strategies see the data.
func (m *machine) fireTimers() {
	for m.timers.due(m.now) {
		m.publish(m.timers.take())
	}
}

// publish sends a body at the present time.
func (m *machine) publish(body market.Body) {
	m.event = market.Event{TsEvent: m.now, TsInit: m.now, Body: body}
	if err := m.bus.Publish(&m.event); err != nil {
		m.err = fmt.Errorf("backtest: %w", err)
	}
}
