package test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// trader is an engine with its data folder, over all its restarts.
type trader struct {
	*process // the present or last run
	t        *testing.T
	folder   string
	flags    []string // of every verb: -c FILE, --data-dir FOLDER
	env      []string
}

// newTrader is an engine in a folder of its own. An empty config is the one
// that is built in.
func newTrader(t *testing.T, config string, env ...string) *trader {
	t.Helper()
	e := &trader{t: t, folder: filepath.Join(t.TempDir(), "var"), env: env}
	e.flags = []string{"--data-dir", e.folder}
	if config != "" {
		e.flags = append(e.flags, "-c", write(t, t.TempDir(), "engine.yaml", config))
	}
	return e
}

// run starts the engine.
func (e *trader) run(args ...string) {
	e.t.Helper()
	args = append(append([]string{"run", "-o", "json"}, e.flags...), args...)
	e.process = start(e.t, e.env, args...)
}

// trading waits until the engine has agreed with the broker and its
// strategies have started.
func (e *trader) trading() {
	e.t.Helper()
	e.await("agrees with the broker; strategies start", func() bool { return e.logs("strategies start") > 0 })
}

// verb asks the running engine from another process.
func (e *trader) verb(args ...string) done {
	e.t.Helper()
	return run(e.t, e.env, append(append(args[:1:1], e.flags...), append(args[1:], "-o", "json")...)...)
}

// must is verb for what has to work.
func (e *trader) must(args ...string) string {
	e.t.Helper()
	d := e.verb(args...)
	if d.code != 0 {
		e.t.Fatalf("%v: exit code %d\n%s", args, d.code, d.log)
	}
	return d.out
}

func (e *trader) status() statusRow { e.t.Helper(); return decoded[statusRow](e.t, e.must("status")) }
func (e *trader) orders() []orderRow {
	e.t.Helper()
	return decoded[struct{ Orders []orderRow }](e.t, e.must("orders")).Orders
}
func (e *trader) fills() []fillRow {
	e.t.Helper()
	return decoded[struct{ Fills []fillRow }](e.t, e.must("fills")).Fills
}

// held is what is held of each instrument, over all strategies.
func (e *trader) held() map[string]market.Qty {
	e.t.Helper()
	return sum(e.t, decoded[struct{ Positions []positionRow }](e.t, e.must("positions")).Positions)
}

// report is what a run prints at its end.
func (e *trader) report() runReport {
	e.t.Helper()
	if code := e.wait(); code != 0 {
		e.t.Fatalf("run: exit code %d", code)
	}
	return decoded[runReport](e.t, e.out.String())
}

// The JSON of the verbs, as far as it is tested here.
type (
	runReport struct {
		Ticks                uint64
		Signals              uint64
		Orders               orderCounts
		Fills                int
		Positions            []positionRow
		Reconciled           bool
		Breaks               []string
		BrokerPositionsMatch bool `json:"broker_positions_match"`
		Hash                 string
	}
	orderCounts struct{ Submitted, Filled, Canceled, Rejected, Denied, Unknown int }
	statusRow   struct {
		Broker     string
		Ready      bool
		Reconciled bool
		Breaks     []string
		States     []struct{ Strategy, Instrument, State, Reason string }
		Orders     orderCounts
		Working    int
		Fills      int
		Cash       json.Number
	}
	orderRow struct {
		ID         string
		VenueID    string `json:"venue_id"`
		Strategy   string
		Instrument string
		Side       string
		Qty        json.Number
		Status     string
		Filled     json.Number
		Text       string
	}
	positionRow struct {
		Strategy, Instrument string
		Qty                  json.Number
	}
	fillRow struct {
		ExecID                  string `json:"exec_id"`
		Order, Instrument, Side string
		Qty, Price, Commission  json.Number
	}
)

func sum(t *testing.T, rows []positionRow) map[string]market.Qty {
	t.Helper()
	held := map[string]market.Qty{}
	for _, r := range rows {
		held[r.Instrument] += qty(t, r.Qty)
	}
	return held
}

func qty(t *testing.T, n json.Number) market.Qty {
	t.Helper()
	q, err := market.ParseQty(string(n))
	check(t, err)
	return q
}

// simulator is a broker in a process of its own, over all its restarts.
type simulator struct {
	*process
	t      *testing.T
	state  string // file
	url    string
	pin    string
	client *http.Client
}

// newSimulator starts a broker whose orders outlast it.
func newSimulator(t *testing.T, args ...string) *simulator {
	t.Helper()
	s := &simulator{t: t, state: filepath.Join(t.TempDir(), "sim.jsonl")}
	s.client = &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	s.serve("127.0.0.1:0", args...)
	return s
}

// restart brings the broker back at the same address after it was killed.
func (s *simulator) restart(args ...string) {
	s.t.Helper()
	u, err := url.Parse(s.url)
	check(s.t, err)
	s.serve(u.Host, args...)
}

func (s *simulator) serve(address string, args ...string) {
	s.t.Helper()
	args = append([]string{"sim", "--listen", address, "--state", s.state, "-o", "json"}, args...)
	s.process = start(s.t, nil, args...)
	s.await("serves", func() bool { return strings.HasSuffix(s.out.String(), "\n") })
	at := decoded[struct{ URL, Pin string }](s.t, s.out.String())
	s.url, s.pin = at.URL, at.Pin
}

// truth is what the broker has.
func (s *simulator) truth() (state ibkrsim.State) {
	s.t.Helper()
	check(s.t, json.Unmarshal(s.call(http.MethodGet, "state", nil), &state))
	return state
}

// make has something happen at the broker: see the simulator's control verbs.
func (s *simulator) make(verb string, body any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	check(s.t, err)
	s.call(http.MethodPost, verb, text)
}

func (s *simulator) call(method, verb string, body []byte) []byte {
	s.t.Helper()
	request, err := http.NewRequest(method, s.url+"/_sim/"+verb, bytes.NewReader(body))
	check(s.t, err)
	response, err := s.client.Do(request)
	check(s.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	check(s.t, err)
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s: %s", method, verb, response.Status, answer)
	}
	return answer
}

// heldAt is what the broker holds of each instrument.
func heldAt(state *ibkrsim.State) map[string]market.Qty {
	held := map[string]market.Qty{}
	for _, p := range state.Positions {
		held[p.Instrument] = p.Qty
	}
	return held
}
