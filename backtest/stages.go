package backtest

import (
	"slices"

	"gannet/market"
	"gannet/oms"
)

// toHost is the strategy stage.
func (m *machine) toHost(ev *market.Event) {
	m.out.Reset()
	m.host.Step(ev, &m.out)
	if !m.out.Empty() {
		m.performHost()
	}
}

// performHost carries out what the strategies asked for. The signals are
// copied: publishing one can bring the host new events.
func (m *machine) performHost() {
	for _, t := range m.out.Timers {
		m.timers.add(t)
	}
	if m.cfg.Log != nil {
		for _, line := range m.out.Logs {
			m.cfg.Log(line)
		}
	}
	for _, signal := range slices.Clone(m.out.Signals) {
		m.publish(&signal)
	}
}

// toDesk is the order stage. A request reaches the venue at once, and what
// the venue says comes back over the bus.
func (m *machine) toDesk(ev *market.Event) {
	m.fx.Reset()
	ev.TsInit = m.now
	m.desk.Step(ev, &m.fx)
	for i := range m.fx.Events {
		m.publish(m.fx.Events[i].Body)
	}
	for i := range m.fx.Requests {
		m.request(&m.fx.Requests[i])
	}
	m.publishReports()
}

func (m *machine) request(r *oms.Request) {
	switch r.Kind {
	case oms.RequestSubmit:
		m.venue.Submit(&r.Order)
	case oms.RequestReplace:
		m.venue.Replace(&r.Order)
	case oms.RequestCancel:
		m.venue.Cancel(r.Order.ClientOrderID)
	}
}

// publishReports passes on what the venue has to say.
func (m *machine) publishReports() {
	reports := m.venue.Reports()
	if len(reports) == 0 {
		return
	}
	for _, r := range slices.Clone(reports) {
		m.publish(&r)
	}
}

// timers are the times that strategies asked for, the earliest first.
type timers []market.Timer

func (t *timers) add(timer market.Timer) {
	i, _ := slices.BinarySearchFunc(*t, timer, func(a, b market.Timer) int {
		if a.At <= b.At {
			return -1
		}
		return 1
	})
	*t = slices.Insert(*t, i, timer)
}

// due says whether a timer's time has come.
func (t timers) due(now market.Nanos) bool { return len(t) > 0 && t[0].At <= now }

// take removes and returns the first timer.
func (t *timers) take() *market.Timer {
	first := (*t)[0]
	*t = slices.Delete(*t, 0, 1)
	return &first
}
