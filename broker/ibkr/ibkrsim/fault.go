package ibkrsim

import (
	"errors"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Cut is where a request's connection is cut.
type Cut = scenario.Cut

// Cuts. After CutRequest nothing has happened; after CutResponse it has, and
// the client cannot know.
const (
	CutRequest  = scenario.CutRequest
	CutResponse = scenario.CutResponse
)

// PlaceOrder is the endpoint that places orders, for Fault.On.
const PlaceOrder = scenario.PlaceOrder

// Fault is a misbehaviour of the REST side for the next requests that match:
// the plain part of what a scenario.Rule can say.
type Fault struct {
	// On is a method and an endpoint's pattern, such as PlaceOrder or
	// "GET /portfolio/accounts"; empty is any request.
	On     string
	Count  int           // how many requests; 0 is one
	Delay  time.Duration // before it is handled
	Cut    Cut           // empty: the connection stays
	Status int           // answer this status with Body instead of handling it
	Body   string        // JSON
}

// Fault has the next requests go wrong. Faults of one endpoint happen in the
// order they were given.
func (s *Server) Fault(f Fault) error {
	r := scenario.Rule{On: f.On, Count: max(f.Count, 1), Queue: true}
	r.Cut, r.Delay = f.Cut, scenario.Exactly(f.Delay)
	if f.Status != 0 {
		r.Answer = &scenario.Answer{Status: f.Status, Body: f.Body}
	}
	return s.Do(scenario.Command{Scenario: scenario.Scenario{Rules: []scenario.Rule{r}}})
}

// StreamFault is a misbehaviour of the WebSocket.
type StreamFault string

// Stream faults. Reordered executions are held until all of them are there,
// or for three seconds.
const (
	DropOrders      StreamFault = "drop-orders"      // the next sor frames are lost
	DropTrades      StreamFault = "drop-trades"      // the next executions are lost
	DuplicateTrades StreamFault = "duplicate-trades" // the next executions come twice
	ReorderTrades   StreamFault = "reorder-trades"   // the next executions come last one first
	Silence         StreamFault = "silence"          // open sockets stay open and say nothing more
)

// FaultStream has the next n frames go wrong; n does not matter for Silence.
func (s *Server) FaultStream(f StreamFault, n int) error {
	body := `{"fault":"` + string(f) + `","count":` + web.Int(int64(max(n, 1))) + `}`
	c, err := scenario.ParseControl("stream", []byte(body))
	if err != nil {
		return err
	}
	return s.Do(c)
}

// Do carries out a command: rules and events begin now. Stop ends all that
// events have begun or are waiting to do; what they have done stays: fills,
// lost sessions, closed sockets. The error says what is wrong with it or what
// cannot be done.
func (s *Server) Do(c scenario.Command) (err error) {
	s.locked(func(now market.Nanos) {
		if c.Stop {
			err = s.engine.Stop(hands{s})
			hands{s}.calm(now)
			c.Stop = false
		}
		err = errors.Join(err, s.engine.Do(c, now, hands{s}))
	})
	return err
}

// happen is Do for one event, now.
func (s *Server) happen(v scenario.Event) error {
	return s.Do(scenario.Command{Scenario: scenario.Scenario{Events: []scenario.Event{v}}})
}

// must is for events that cannot be wrong.
func (s *Server) must(v scenario.Event) {
	if err := s.happen(v); err != nil {
		s.opt.Log.Error().Err(err).Msg("ibkrsim: event")
	}
}

// Ask has the next order that arrives answered with these questions, one
// after the other, even when the client has suppressed them.
func (s *Server) Ask(messageIDs ...string) {
	s.must(scenario.Event{Do: scenario.Ask, Args: scenario.Args{Messages: messageIDs}})
}

// Logout ends all brokerage sessions from outside: /iserver answers "no
// bridge" until the next ssodh/init. Sockets stay open.
func (s *Server) Logout() { s.must(scenario.Event{Do: scenario.Logout}) }

// Compete has somebody else log in with the same users. Their sessions are
// lost until an ssodh/init with compete:true takes them back.
func (s *Server) Compete() { s.must(scenario.Event{Do: scenario.Compete}) }

// Reset is the nightly reset: all sessions and logins end, and all sockets are
// cut.
func (s *Server) Reset() { s.must(scenario.Event{Do: scenario.NightlyReset}) }

// DropSockets closes every WebSocket without a close frame.
func (s *Server) DropSockets() { s.must(scenario.Event{Do: scenario.DropSockets}) }
