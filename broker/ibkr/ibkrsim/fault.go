package ibkrsim

import (
	"fmt"
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Cut is where a request's connection is cut.
type Cut string

// Cuts. After CutRequest nothing has happened; after CutResponse it has, and
// the client cannot know.
const (
	CutRequest  Cut = "request"
	CutResponse Cut = "response"
)

// Fault is a misbehaviour of the REST side for the next requests that match.
type Fault struct {
	// On is a method and an endpoint's pattern, such as PlaceOrder or
	// "GET /portfolio/accounts"; empty is any request.
	On     string        `json:"on"`
	Count  int           `json:"count"`  // how many requests; 0 is one
	Delay  time.Duration `json:"-"`      // before it is handled
	Cut    Cut           `json:"cut"`    // empty: the connection stays
	Status int           `json:"status"` // answer this status with Body instead of handling it
	Body   string        `json:"body"`   // JSON
}

// PlaceOrder is the endpoint that places orders, for Fault.On.
const PlaceOrder = "POST /iserver/account/{accountId}/orders"

// Fault has the next requests go wrong. Faults of one endpoint happen in the
// order they were given.
func (s *Server) Fault(f Fault) error {
	f.Count = max(f.Count, 1)
	switch f.Cut {
	case "", CutRequest, CutResponse:
	default:
		return fmt.Errorf("ibkrsim: fault: cut %q: want request or response", f.Cut)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("ibkrsim: fault: status %d: want 200 to 599", f.Status)
	}
	if f.On != "" && !slices.ContainsFunc(routes.All, func(r web.Route[*Server]) bool { return r.Named(f.On) }) {
		return fmt.Errorf("ibkrsim: fault: endpoint %q: want a method and a pattern such as %q", f.On, PlaceOrder)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
	return nil
}

// takeFault is the fault of this request, or none.
func (s *Server) takeFault(endpoint string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.On == "" || f.On == endpoint })
	if i < 0 {
		return Fault{}
	}
	f := s.faults[i]
	if f.Count--; f.Count == 0 {
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	return *f
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
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f {
	case DropOrders, DropTrades, DuplicateTrades, ReorderTrades:
		s.stream.faults[f] += max(n, 0)
	case Silence:
		for c := range s.stream.sockets {
			c.silent = true
		}
	default:
		return fmt.Errorf("ibkrsim: stream fault %q: want one of %s %s %s %s %s", f,
			DropOrders, DropTrades, DuplicateTrades, ReorderTrades, Silence)
	}
	return nil
}

// DropSockets closes every WebSocket without a close frame.
func (s *Server) DropSockets() {
	s.locked(func(market.Nanos) {
		for c := range s.stream.sockets {
			c.shut()
		}
	})
}
