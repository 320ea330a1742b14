package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/configs"
	"gannet/market"
)

func load(t *testing.T, env ...string) *configs.Config {
	t.Helper()
	cfg, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: env})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// What the gate judges by is what was written, for each instrument.
func TestPlan(t *testing.T) {
	p, err := newPlan(load(t, "GANNET__INSTRUMENTS__1__HOURS=us-equity", "GANNET__RISK__INSTRUMENTS__SPY_ARCA__MAX_DATA_AGE=2s"), selection{})
	if err != nil {
		t.Fatal(err)
	}
	spy, ibm := p.instruments.Get(1), p.instruments.Get(2)
	if spy.Name != "SPY.ARCA" || spy.TickSize != market.MustPrice("0.01") || spy.LotSize != market.Shares(1) || !spy.Session.AlwaysOpen() {
		t.Errorf("%+v", spy)
	}
	if ibm.Conid != 8314 || ibm.SecType != "STK" || ibm.Session.AlwaysOpen() {
		t.Errorf("%+v", ibm)
	}
	if got := p.gate.For(1); got.MaxOrderQty != market.Shares(100) || got.MaxDataAge != 2*market.Second || got.MaxOrderNotional.String() != "200000" {
		t.Errorf("SPY limits %+v", got)
	}
	if got := p.gate.For(2); got.MaxOrderQty != market.Shares(500) || got.MaxDataAge != 5*market.Second {
		t.Errorf("IBM limits %+v", got)
	}
	if a := p.gate.Account(); a.Account != "DU1000001" || !a.Paper || a.MaxSubmitsPerSecond != 5 || a.MaxSubmitsPerMinute != 60 {
		t.Errorf("account limits %+v", a)
	}
	if len(p.strategies) != 2 || p.strategies[1].Instruments[0] != 2 || len(p.bars) != 1 || p.bars[0] != market.Second {
		t.Errorf("strategies %+v bars %v", p.strategies, p.bars)
	}
}

// A live account is never taken for a paper one.
func TestPlanLive(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{
		Files: []string{"../../configs/live.example.yaml"},
		Flags: []configs.Override{{Path: "live.arm", Value: "U0000000", Flag: "--arm"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(cfg, selection{})
	if err != nil {
		t.Fatal(err)
	}
	if p.gate.Account().Paper {
		t.Error("the gate takes a live account for paper")
	}
}

// What does not fit the exact types is a mistake with a place, not a rounding.
func TestPlanRange(t *testing.T) {
	_, err := newPlan(load(t, "GANNET__INSTRUMENTS__0__TICK=0.0000000001", "GANNET__INSTRUMENTS__1__LOT=99999999999999"), selection{})
	var mistakes configs.Errors
	if !errors.As(err, &mistakes) || len(mistakes) != 2 {
		t.Fatalf("%v", err)
	}
	if mistakes[0].Path != "instruments[0].tick" || mistakes[1].Path != "instruments[1].lot" {
		t.Errorf("%v", err)
	}
}

func TestSelection(t *testing.T) {
	p, err := newPlan(load(t), selection{names: []string{"ibm", "BAC", "aig", "X.Y", "IBM.NYSE"}, usEquity: true})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range p.instruments.All() {
		names = append(names, one.Name)
	}
	if got := strings.Join(names, " "); got != "IBM.NYSE BAC.NYSE AIG.SMART X.Y" {
		t.Errorf("instruments %s", got)
	}
	if bac := p.instruments.Get(2); bac.Session.AlwaysOpen() || bac.LotSize != market.Shares(1) || bac.TickSize != market.MustPrice("0.01") {
		t.Errorf("a US stock of LEAN data: %+v", bac)
	}
	for _, one := range p.strategies {
		if len(one.Instruments) != 4 {
			t.Errorf("%s trades %v, want all 4", one.ID, one.Instruments)
		}
	}
}

// LEAN's own published result comes out of the command line.
func TestBacktestLean(t *testing.T) {
	data := filepath.Join("..", "..", "..", "shared", "market", "lean")
	if _, err := os.Stat(data); err != nil {
		t.Skip("no recorded data at ../shared/market/lean beside the project")
	}
	out, err := execute(t, "backtest", "--data", data, "--instrument", "SPY", "--strategy", "hold", "--param", "weight=1",
		"--profile", "lean-equity", "--cash", "100000", "-o", "json")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"orders":1,"denied":0`, `"fees":3.44,`, `"start_equity":100000,"end_equity":101691.91983728,`,
		`"time":"2013-10-07T13:31:00Z","instrument":"SPY.ARCA"`, `"side":"BUY","qty":688,"price":144.78172417,"fee":3.44}`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

// execute runs the program in this process and returns stdout.
func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr strings.Builder
	root := newRoot(&app{out: &stdout, err: &stderr})
	root.SetArgs(args)
	root.SetOut(&stdout)
	err := root.ExecuteContext(t.Context())
	return stdout.String(), err
}

// What was configured for IBKR's questions is what the broker is given.
func TestPlanQuestions(t *testing.T) {
	p, err := newPlan(load(t,
		"GANNET__BROKER__IBKR__QUESTIONS__CONFIRM=[o403]", "GANNET__BROKER__IBKR__QUESTIONS__REFUSE=[o10335]", "GANNET__BROKER__IBKR__QUESTIONS__SUPPRESS=[o10151]",
		"GANNET__BROKER__IBKR__QUESTIONS__WITHIN={o451: {max_notional: 5000.5}, o163: {max_percent: 2.5, max_qty: 10}}",
	), selection{})
	if err != nil {
		t.Fatal(err)
	}
	q := p.questions
	if len(q.Confirm) != 1 || q.Confirm[0] != "o403" || len(q.Refuse) != 1 || q.Refuse[0] != "o10335" || len(q.Suppress) != 1 || q.Suppress[0] != "o10151" {
		t.Errorf("questions %+v", q)
	}
	if l := q.Within["o451"]; l.MaxNotional.String() != "5000.5" || l.MaxQty != 0 || l.MaxPercent.IsPositive() {
		t.Errorf("o451 %+v", l)
	}
	if l := q.Within["o163"]; l.MaxPercent.String() != "2.5" || l.MaxQty != market.Shares(10) {
		t.Errorf("o163 %+v", l)
	}
	if _, err := newPlan(load(t, "GANNET__BROKER__IBKR__QUESTIONS__WITHIN={o383: {max_qty: 0.000000001}}"), selection{}); err == nil {
		t.Error("a quantity that cannot be held exactly is taken")
	}
}
