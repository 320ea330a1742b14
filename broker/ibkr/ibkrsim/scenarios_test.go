package ibkrsim_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// stage is a client in the middle of its day: ten SPY held, an order that
// works, a socket that listens.
type stage struct {
	*client
	ws     *socket
	clock  *clock
	began  time.Time
	log    *journal
	placed int
}

func newStage(t *testing.T, change ...func(*ibkrsim.Options)) *stage {
	t.Helper()
	s := &stage{clock: newClock(), log: &journal{}}
	opt := quiet()
	opt.Now, opt.PlainHTTP, opt.Log = s.clock.Now, true, zerolog.New(s.log).Level(zerolog.WarnLevel)
	for _, one := range change {
		one(&opt)
	}
	s.client, s.ws = session(t, opt)
	s.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o451","o10151"]}`)
	s.place("held", `"orderType":"MKT","side":"BUY","quantity":10,"tif":"DAY"`)
	s.place("rest", resting)
	s.ws.await("str")
	s.ws.send(`smd+756733+{"fields":["31","84","86"]}`)
	s.ws.await("smd+756733")
	s.began = s.clock.Now()
	return s
}

// control is what another process of this machine asks for.
func (s *stage) control(verb, body string) {
	s.t.Helper()
	s.must("POST", "/_sim/"+verb, body)
}

// pass lets time go by, and what is due by then happen.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	s.clock.add(d)
	if err := s.srv.Do(scenario.Command{}); err != nil {
		s.t.Errorf("after %v: %v", s.clock.Now().Sub(s.began), err)
	}
}

// again is a session anew, with another socket that listens.
func (s *stage) again() {
	s.t.Helper()
	s.login()
	s.ws = s.dial()
	s.ws.await("sts")
	s.ws.send(`sor+{}`)
	s.ws.send(`str+{"realtimeUpdatesOnly":true}`)
	s.ws.barrier()
}

const buyOne = `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`

// meddle is a client that goes on working while things go wrong, and gives up
// soon.
func (s *stage) meddle() {
	s.placed++
	s.web.Timeout = 100 * time.Millisecond
	for _, one := range [][3]string{{"POST", "/tickle"}, {"GET", "/iserver/account/orders"}, {"GET", "/portfolio/" + account + "/positions/0"},
		{"POST", placePath(), orderBody(fmt.Sprint("meddle", s.placed), buyOne)}} {
		_, _ = s.try(one[0], one[1], one[2])
	}
	s.web.Timeout = 10 * time.Second
}

// turnsOf are the moments at which events of a scenario may happen: of those
// that repeat the first few.
func turnsOf(play scenario.Scenario) []time.Duration {
	const few = 4
	var all []time.Duration
	latest := func(v scenario.Span) time.Duration { return max(v.Typical, v.Max) }
	for _, v := range play.Events {
		for n := range few {
			at := latest(v.At) + time.Duration(n)*v.Every
			all = append(all, at, at+latest(v.For))
			if v.Every == 0 || v.Times > 0 && n+1 == v.Times {
				break
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// adjusted is by how much a scenario changes the holding without an execution.
var adjusted = map[string]int64{"split": 10}

// addsUp says what of the books is not the sum of what happened.
func (s *stage) addsUp(name string) {
	s.t.Helper()
	for currency, gap := range s.srv.LedgerGap(account) {
		if !gap.IsZero() {
			s.t.Errorf("cash is %s %s more than its activity", gap, currency)
		}
	}
	st := s.srv.State()
	want := market.Shares(adjusted[name])
	for _, e := range st.Executions { // what is taken back is there with the other side
		want += e.Qty * market.Qty(e.Side.Sign())
	}
	if held := st.Positions[0].Qty; held != want {
		s.t.Errorf("%s held, executions make %s: %+v", held, want, st.Executions)
	}
}

// Every ready-made scenario plays to its end without a mistake of its own, and
// when all is stopped there is a broker again that trades and whose books add
// up. A scenario that fails half-way tests nothing and nobody notices.
func TestNamedScenarios(t *testing.T) {
	for _, info := range scenario.Names() {
		t.Run(info.Name, func(t *testing.T) {
			t.Parallel()
			play, err := scenario.Named(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			s := newStage(t)
			s.control("scenario", `{"name":"`+info.Name+`"}`)
			for i, at := range turnsOf(play) {
				s.pass(max(s.began.Add(at+time.Millisecond).Sub(s.clock.Now()), 0))
				if i < 3 {
					s.meddle()
				}
			}
			if len(play.Events) == 0 {
				s.meddle()
			}
			s.recovers(info.Name)
			if text := s.log.String(); strings.Contains(text, "scenario") {
				t.Errorf("log: %s", text)
			}
		})
	}
}

// recovers stops what goes on and trades.
func (s *stage) recovers(name string) {
	s.t.Helper()
	s.control("scenario", `{"stop":true}`)
	if left := s.srv.State().Rules; len(left) > 0 {
		s.t.Errorf("rules left: %v", left)
	}
	s.again()
	s.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163","o354","o383","o451","o10151"]}`)
	s.quote("500.00", "500.02", 1000)
	s.place("after", buyOne)
	if got := s.order("after").Status; got != "Filled" {
		s.t.Errorf("an order afterwards is %s", got)
	}
	hasAll(s.t, "execution", s.ws.await("str")["args"].([]any)[0], "size=1 price=500.02 order_ref=after")
	s.addsUp(name)
}
