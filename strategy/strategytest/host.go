package strategytest

import (
	"gannet/market"
	"gannet/strategy"
)

// T is the part of *testing.T that is needed.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Strategy is the id under which the strategy runs; its orders are
// <Strategy>-test-<n>.
const Strategy market.StrategyID = "s"

// Start is when the time of a new host begins: 2026-01-05 14:30 UTC, a Monday.
const Start = market.Nanos(1_767_623_400) * market.Second

// Host runs one strategy. Its time stands still until Advance, Tick or Bar
// moves it.
type Host struct {
	Instruments *market.Instruments

	t       T
	host    *strategy.Host
	now     market.Nanos
	fx      strategy.Effects
	last    market.Tick // of the first instrument, carried forward by Trade and Quote
	signals []market.Signal
	logs    []string
	timers  []market.Timer
	desk    desk
}

// New makes a host for s over the named instruments, which have no session
// hours, ticks or lots, and starts it at Start.
func New(t T, s strategy.Strategy, names ...string) *Host {
	t.Helper()
	list := make([]market.Instrument, len(names))
	for i, name := range names {
		list[i].Name = name
	}
	h, err := Open(t, s, Start, list...)
	if err != nil {
		t.Fatalf("strategytest: %v", err)
	}
	return h
}

// Open is New with whole instruments and the time of the start. It returns the
// error of the strategy's Start.
func Open(t T, s strategy.Strategy, start market.Nanos, list ...market.Instrument) (*Host, error) {
	t.Helper()
	table, err := market.NewInstruments(list...)
	if err != nil {
		return nil, err
	}
	ids := make([]market.InstrumentID, table.Len())
	for i := range ids {
		ids[i] = table.All()[i].ID
	}
	host, err := strategy.NewHost(strategy.HostConfig{
		Instruments: table, Run: "test",
		Strategies: []strategy.Instance{{ID: Strategy, Strategy: s, Instruments: ids}},
	})
	if err != nil {
		return nil, err
	}
	h := &Host{Instruments: table, t: t, host: host, now: start, desk: newDesk(table)}
	h.last.Instrument = 1
	err = host.Start(h.now, &h.fx)
	h.take()
	return h, err
}

// Now is the time.
func (h *Host) Now() market.Nanos { return h.now }

// Send hands any event to the strategy's host at the present time.
func (h *Host) Send(body market.Body) {
	h.host.Step(&market.Event{TsEvent: h.now, TsInit: h.now, Body: body}, &h.fx)
	h.take()
}

// take moves effects to where the test can see them.
func (h *Host) take() {
	for _, s := range h.fx.Signals {
		h.signals = append(h.signals, s)
		h.desk.signal(s)
	}
	for _, l := range h.fx.Logs {
		h.logs = append(h.logs, l.Text)
	}
	h.timers = append(h.timers, h.fx.Timers...)
	h.fx.Reset()
}

// Advance lets time pass to at and fires the timers that come due, in the
// order of their times.
func (h *Host) Advance(at market.Nanos) {
	for i := h.due(at); i >= 0; i = h.due(at) {
		timer := h.timers[i]
		h.timers = append(h.timers[:i], h.timers[i+1:]...)
		h.now = max(h.now, timer.At)
		h.Send(&timer)
	}
	h.now = max(h.now, at)
}

// move lets time pass to at, the time of market data, which comes before the
// timers of that time.
func (h *Host) move(at market.Nanos) {
	if at > h.now {
		h.Advance(at - 1)
		h.now = at
	}
}

// due is the index of the first timer that is due at a time, or -1.
func (h *Host) due(at market.Nanos) int {
	first := -1
	for i := range h.timers {
		if h.timers[i].At <= at && (first < 0 || h.timers[i].At < h.timers[first].At) {
			first = i
		}
	}
	return first
}

// Tick sends a tick at its TsEvent, or now when it has none. Timers due before
// are fired before.
func (h *Host) Tick(t market.Tick) {
	h.move(t.TsEvent)
	t.TsEvent, t.TsInit = h.now, h.now
	if t.Instrument == h.last.Instrument {
		h.last = t
	}
	h.Send(&t)
}

// Trade sends a trade of one unit in the first instrument.
func (h *Host) Trade(price string) {
	h.t.Helper()
	t := h.last
	t.Mask, t.Flags, t.TsEvent = market.HasLast|market.HasLastSize, t.Flags&^market.FlagLastClose, h.now
	t.Last, t.LastSize = h.price(price), market.Shares(1)
	h.Tick(t)
}

// Quote sends a quote of a hundred units each side in the first instrument.
func (h *Host) Quote(bid, ask string) {
	h.t.Helper()
	t := h.last
	t.Mask, t.TsEvent = market.HasBid|market.HasBidSize|market.HasAsk|market.HasAskSize, h.now
	t.Bid, t.Ask = h.price(bid), h.price(ask)
	t.BidSize, t.AskSize = market.Shares(100), market.Shares(100)
	h.Tick(t)
}

// Bar sends a bar at its TsEvent, or now when it has none. Timers due before
// are fired before.
func (h *Host) Bar(b market.Bar) {
	h.move(b.TsEvent)
	b.TsEvent, b.TsInit = h.now, h.now
	h.Send(&b)
}

// Minute sends a trade bar of the first instrument that ends one minute from
// now, and then fires the timers of that time.
func (h *Host) Minute(open, high, low, closing string) {
	h.t.Helper()
	at := h.now + market.Minute
	h.Bar(market.Bar{
		Instrument: 1, Interval: market.Minute, TsEvent: at,
		Open: h.price(open), High: h.price(high), Low: h.price(low), Close: h.price(closing),
	})
	h.Advance(at)
}

// Signals are the signals since the last look.
func (h *Host) Signals() []market.Signal {
	signals := h.signals
	h.signals = nil
	return signals
}

// Signal is the one signal since the last look; none or several fail the test.
func (h *Host) Signal() market.Signal {
	h.t.Helper()
	signals := h.Signals()
	if len(signals) != 1 {
		h.t.Fatalf("strategytest: got %d signals, want 1: %+v", len(signals), signals)
		return market.Signal{}
	}
	return signals[0]
}

// Logs are the lines that the strategy logged since the last look.
func (h *Host) Logs() []string {
	logs := h.logs
	h.logs = nil
	return logs
}

// Stop calls the strategy's Stop.
func (h *Host) Stop() {
	h.host.Stop(h.now, &h.fx)
	h.take()
}

func (h *Host) price(text string) market.Price {
	h.t.Helper()
	p, err := market.ParsePrice(text)
	if err != nil {
		h.t.Fatalf("strategytest: %v", err)
	}
	return p
}
