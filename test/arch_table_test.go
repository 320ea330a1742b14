package test

// row is what a package may import of ours, and what else is asked of it. A
// package without a row fails the test: decide where it belongs first.
type row struct {
	pkg   string   // path below the module; "x/..." is x and all below it
	may   []string // in the same notation
	pure  bool     // decides only: no clock, goroutine, lock, I/O, randomness, map order
	money bool     // no floats either
	job   string
}

// table is the house. What is not listed is forbidden. Test files are exempt.
var table = []row{
	{pkg: "market", pure: true, money: true, job: "the field's values; imports nothing of ours"},
	{pkg: "market/wire", may: []string{"market"}, pure: true, money: true, job: "events to bytes and back"},
	{pkg: "market/wire/wiretest", may: []string{"market", "market/wire"}, job: "sample events for tests"},
	{pkg: "risk", may: []string{"market"}, pure: true, money: true, job: "the gate; knows neither desk nor broker"},
	{pkg: "oms", may: []string{"market", "risk"}, pure: true, money: true, job: "the desk; reaches the world through Effects only"},
	{pkg: "strategy/...", may: []string{"market", "strategy/..."}, pure: true, job: "strategies see the market and their context, nothing else"},
	{pkg: "strategy/strategytest", may: []string{"market", "strategy"}, job: "a desk and a clock for tests of strategies"},
	{pkg: "broker", may: []string{"market"}, job: "what Gannet asks of a broker, one small interface"},
	{pkg: "broker/brokertest", may: []string{"market", "broker"}, job: "the suite every broker passes"},
	{pkg: "broker/venue", may: []string{"market"}, pure: true, money: true, job: "the simulated venue; used by backtest and simulator alike"},
	{pkg: "broker/ibkr", may: []string{"market", "broker"}, job: "the IBKR Web API client"},
	{pkg: "broker/ibkr/api", may: []string{"market", "broker/ibkr"}, job: "every operation of the IBKR Web API, typed"},
	{pkg: "broker/ibkr/contracts", may: []string{"market", "broker/ibkr", "broker/ibkr/api"}, job: "which contract is meant, from the typed operations"},
	{pkg: "broker/ibkr/api/internal/specgen", job: "writes the types of account management; run by go generate, never by the engine"},
	{
		pkg: "broker/ibkr/ibkrsim/...", may: []string{"market", "broker/venue", "broker/ibkr/ibkrsim/..."},
		job: "the IBKR Web API served offline; never imports broker/ibkr, so that a mistake in one shows in the other",
	},
	{pkg: "bus", may: []string{"market", "market/wire"}, job: "events between stages"},
	{pkg: "bus/membus", may: []string{"market", "market/wire", "bus"}, job: "the bus of one goroutine"},
	{pkg: "bus/natsbus", may: []string{"market", "market/wire", "bus"}, job: "the bus over NATS, and all that knows NATS"},
	{pkg: "bus/bustest", may: []string{"market", "market/wire/...", "bus"}, job: "the suite every bus passes"},
	{pkg: "feed", may: []string{"market", "bus"}, job: "data in; a feed does not know where orders go"},
	{pkg: "engine/journal", job: "bytes in order, durably; knows nothing of what they mean"},
	{
		pkg: "engine", job: "runners, clock, recovery, control",
		may: []string{
			"market", "market/wire", "risk", "oms", "strategy", "broker", "bus", "feed", "engine/journal",
		},
	},
	{
		pkg: "backtest", job: "replay and report: the same machines in one goroutine",
		may: []string{
			"market", "market/wire", "risk", "oms", "strategy", "strategy/indicator", "broker", "broker/venue",
			"bus", "bus/membus", "feed", "engine", "engine/journal",
		},
	},
	{pkg: "configs", job: "strict YAML and the shipped files; knows no other package"},
	{pkg: "cmd/...", may: []string{"..."}, job: "wiring: the only place that knows all"},
	{pkg: "test", may: []string{"..."}, job: "whole-program tests"},
}

// homes are the only packages that may import a library, by the beginning of
// its path. A library that is not listed may be imported by any package that
// is not pure.
var homes = map[string][]string{
	"github.com/nats-io/":          {"bus/natsbus"},
	"github.com/gorilla/websocket": {"broker/ibkr", "broker/ibkr/ibkrsim"},
	"github.com/spf13/":            {"cmd/..."},
	"github.com/goccy/go-yaml":     {"configs", "strategy", "broker/ibkr/ibkrsim/scenario"},
	// What only tests need is out of place in what ships.
	"testing":                         {"broker/brokertest", "bus/bustest", "strategy/strategytest", "market/wire/wiretest"},
	"go.uber.org/goleak":              {},
	"pgregory.net/rapid":              {},
	"github.com/google/go-cmp":        {"broker/brokertest", "bus/bustest", "strategy/strategytest"},
	"github.com/rogpeppe/go-internal": {},
}

// pureStd is the part of the standard library that a pure package may use.
var pureStd = []string{
	"bytes", "cmp", "container/heap", "embed", "encoding", "encoding/binary", "encoding/csv", "encoding/hex",
	"encoding/json", "errors", "fmt", "hash/crc32", "io", "iter", "math", "math/big", "math/bits", "reflect",
	"slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8",
}

// pureLibraries are those that compute and do nothing else.
var pureLibraries = []string{"github.com/shopspring/decimal", "github.com/goccy/go-yaml"}

// banned are names of allowed packages that a pure package must not use.
var banned = map[string]string{
	"time.Now":                           "a clock: take the time from the event",
	"time.Since":                         "a clock: take the time from the event",
	"time.Until":                         "a clock: take the time from the event",
	"time.Sleep":                         "a clock: ask for a Timer effect",
	"time.After":                         "a clock: ask for a Timer effect",
	"time.AfterFunc":                     "a clock: ask for a Timer effect",
	"time.Tick":                          "a clock: ask for a Timer effect",
	"time.NewTimer":                      "a clock: ask for a Timer effect",
	"time.NewTicker":                     "a clock: ask for a Timer effect",
	"time.LoadLocation":                  "reads files: take the *time.Location as an argument",
	"time.Local":                         "different on each machine",
	"fmt.Print":                          "output: return it",
	"fmt.Printf":                         "output: return it",
	"fmt.Println":                        "output: return it",
	"fmt.Scan":                           "input: take it as an argument",
	"fmt.Scanf":                          "input: take it as an argument",
	"fmt.Scanln":                         "input: take it as an argument",
	"(reflect.Value).MapKeys":            "map order",
	"(reflect.Value).MapRange":           "map order",
	"(reflect.Value).Seq":                "map order",
	"(reflect.Value).Seq2":               "map order",
	"print":                              "output: return it",
	"println":                            "output: return it",
	"github.com/goccy/go-yaml.Unmarshal": "not strict: decode node by node and refuse unknown keys",
}

// floats are the functions of money packages in which a float is right.
var floats = map[string]string{
	"market.Price.Float": "the door to indicators and statistics",
	"market.Qty.Float":   "the door to indicators and statistics",
}
