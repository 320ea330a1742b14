package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"gannet/backtest"
	"gannet/engine"
	"gannet/feed"
	"gannet/market"
)

func instruments(t *testing.T) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Multiplier: 1}, market.Instrument{Name: "ES.CME", Multiplier: 50})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func fill() market.Fill {
	return market.Fill{
		ExecID: "E1", ClientOrderID: "a-bt-1", VenueOrderID: "1", Strategy: "a", Instrument: 1, Side: market.Buy,
		Qty: market.MustQty("0.00000001"), Price: market.MustPrice("144.781724170"), Commission: market.MustMoney("3.440"), TsEvent: market.Second,
	}
}

func position() market.Position {
	p := market.Position{Strategy: "a", Instrument: 2, RealizedPnL: market.MustMoney("-12.5"), Fees: market.MustMoney("2")}
	p.Apply(market.Shares(-3), market.MustPrice("4500.25"), 50)
	return p
}

// A script that compares money must find every digit and no float.
func TestBacktestJSON(t *testing.T) {
	result := &backtest.Result{
		DataPoints: 10, From: market.Second, To: 2 * market.Second, Orders: 2, Denied: 2,
		StartEquity: market.MustMoney("100000"), EndEquity: market.MustMoney("99999999999999999999.123456789"), Fees: market.MustMoney("3.44"),
		Positions: []market.Position{position()}, Fills: []market.Fill{fill()},
		OrderList: []market.Order{
			{Status: market.Filled}, {Status: market.Denied, Text: "MAX_ORDER_QTY: 9 is over 1"}, {Status: market.Denied, Text: "MAX_ORDER_QTY: 8 is over 1"},
		},
		Hash: 255,
	}
	var out strings.Builder
	a := &app{out: &out, output: choice{value: "json"}}
	if err := a.printBacktest(newBacktestReport("x.csv", instruments(t), result, 2*time.Second)); err != nil {
		t.Fatal(err)
	}
	const want = `{"data":"x.csv","data_points":10,"seconds":2,"data_points_per_second":5,` +
		`"from":"1970-01-01T00:00:01Z","to":"1970-01-01T00:00:02Z","orders":2,"denied":2,` +
		`"denial_reasons":[{"code":"MAX_ORDER_QTY","count":2,"text":"MAX_ORDER_QTY: 9 is over 1"}],"fills":1,` +
		`"fees":3.44,"start_equity":100000,"end_equity":99999999999999999999.123456789,"net_profit":99999999999999899999.123456789,` +
		`"positions":[{"strategy":"a","instrument":"ES.CME","qty":-3,"avg_px":4500.25,"realized_pnl":-12.5,"fees":2}],` +
		`"fills_list":[{"time":"1970-01-01T00:00:01Z","instrument":"SPY.ARCA","strategy":"a","order":"1","client_order_id":"a-bt-1",` +
		`"side":"BUY","qty":0.00000001,"price":144.78172417,"fee":3.44}],"hash":"00000000000000ff"}` + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestRunReport(t *testing.T) {
	summary := &engine.Summary{
		Mode: "sim", Seconds: 1.5, Ticks: 9, TicksDropped: 1, Signals: 3,
		Orders: engine.OrderCounts{Submitted: 2, Filled: 1, Unknown: 1}, Fills: 1, Positions: []market.Position{position()},
		Equity: market.MustMoney("100000.10"), Reconciled: false, Breaks: []string{"SPY.ARCA: 10 here, 0 there"},
	}
	report := newRunReport(instruments(t), summary)
	var out strings.Builder
	a := &app{out: &out, output: choice{value: "json"}}
	if err := a.printRun(report); err != nil {
		t.Fatal(err)
	}
	const want = `{"mode":"sim","seconds":1.5,"ticks":9,"ticks_dropped":1,"signals":3,` +
		`"orders":{"submitted":2,"filled":1,"canceled":0,"rejected":0,"denied":0,"expired":0,"unknown":1},"fills":1,"fees":0,"equity":100000.1,` +
		`"positions":[{"strategy":"a","instrument":"ES.CME","qty":-3,"avg_px":4500.25,"realized_pnl":-12.5,"fees":2}],` +
		`"reconciled":false,"breaks":["SPY.ARCA: 10 here, 0 there"],"broker_positions_match":false,"hash":"0000000000000000"}` + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	out.Reset()
	a.output.value = "text"
	if err := a.printRun(report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 unknown", "reconciled              no", "differs from the broker: SPY.ARCA: 10 here, 0 there", "a         ES.CME      -3   4500.25"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// Working orders come first, a price that is not set is a dash, and a break
// with the broker or a halt is not overlooked.
func TestControlText(t *testing.T) {
	var out strings.Builder
	a := &app{out: &out}
	reply := &engine.ControlReply{Orders: []engine.OrderView{
		{ID: "done", Side: market.Buy, Status: "Filled", Time: 1},
		{ID: "open", Side: market.Sell, Status: "Unknown", Limit: market.MustPrice("1.5"), Time: 2},
	}}
	if err := a.printReply("orders", reply); err != nil {
		t.Fatal(err)
	}
	if open, done := strings.Index(out.String(), "open"), strings.Index(out.String(), "done"); open < 0 || done < open || !strings.Contains(out.String(), "1.5") {
		t.Errorf("%s", out.String())
	}
	out.Reset()
	status := &engine.Status{Mode: "paper", Account: "DU1", Breaks: []string{"cash differs"}, States: []engine.StateView{{Strategy: "dip", State: "Halted", Reason: "by hand"}}}
	if err := a.printReply("status", &engine.ControlReply{Status: status}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"differs from the broker: cash differs", "Halted: strategy dip by hand", "reconciled  no"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := a.printReply("fills", &engine.ControlReply{}); err != nil || out.String() != "no fills\n" {
		t.Errorf("%v %q", err, out.String())
	}
	if err := a.printReply("status", &engine.ControlReply{}); err == nil {
		t.Error("an answer without a status is printed as one")
	}
}

// The numbers of a control answer are exact in JSON, too.
func TestControlJSON(t *testing.T) {
	fill, position := fill(), position()
	reply := &engine.ControlReply{
		Orders:    []engine.OrderView{{ID: "a", Side: market.Buy, Qty: market.Shares(1), Limit: market.MustPrice("0.1")}},
		Positions: []engine.PositionView{engine.ViewPosition(instruments(t), &position, market.MustPrice("4500"))},
		Fills:     []engine.FillView{engine.ViewFill(instruments(t), &fill)},
		Status:    &engine.Status{Equity: "1.10", Cash: "0.3"},
	}
	for verb, want := range map[string]string{
		"orders":    `"qty":1,"limit":0.1,"stop":0,"filled":0,"avg_px":0`,
		"positions": `"qty":-3,"avg_px":4500.25,"last":4500,"realized_pnl":-12.5,"unrealized_pnl":37.5,"fees":2`,
		"fills":     `"qty":0.00000001,"price":144.78172417,"commission":3.44`,
		"status":    `"equity":1.10,"cash":0.3`,
	} {
		text, err := json.Marshal(exactReply(verb, reply))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %s %v, want %s", verb, text, err, want)
		}
	}
}

// The same seed is the same week; it stays in the session and makes sense.
func TestSample(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	session := market.USEquity(newYork)
	read := func(seed uint64) []market.Bar {
		var bars []market.Bar
		s := newSample(instruments(t), newYork, seed)
		for {
			body, err := s.Next()
			if errors.Is(err, io.EOF) {
				return bars
			}
			b := *body.(*market.Bar)
			bars = append(bars, b)
			if !session.IsOpen(b.TsEvent-b.Interval) || b.Low > min(b.Open, b.Close) || b.High < max(b.Open, b.Close) || b.Low <= 0 || b.Size <= 0 {
				t.Fatalf("%+v", b)
			}
		}
	}
	one, again, other := read(1), read(1), read(2)
	if len(one) != 2*5*390 || !reflect.DeepEqual(one, again) || reflect.DeepEqual(one, other) {
		t.Errorf("%d bars, same seed same bars %v, other seed same bars %v", len(one), reflect.DeepEqual(one, again), reflect.DeepEqual(one, other))
	}
}

// bars is a source of one-minute bars that end at the given minutes.
type bars struct {
	ends []market.Nanos
	bar  market.Bar
}

func (s *bars) Next() (market.Body, error) {
	if len(s.ends) == 0 {
		return nil, io.EOF
	}
	s.bar = market.Bar{TsEvent: s.ends[0], Interval: market.Minute}
	s.ends = s.ends[1:]
	return &s.bar, nil
}

func (s *bars) Close() error { return nil }

// The bar that ends at midnight belongs to the day before.
func TestDays(t *testing.T) {
	first := time.Date(2024, 1, 9, 0, 0, 0, 0, time.UTC)
	midnight := market.NanosOf(first)
	source := &bars{ends: []market.Nanos{midnight, midnight + market.Minute, midnight + market.Day, midnight + market.Day + market.Minute}}
	var d feed.Source = newDays(source, first, first, instruments(t))
	var got []string
	for {
		body, err := d.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		got = append(got, feed.TsEvent(body).String())
	}
	if want := "[2024-01-09T00:01:00Z 2024-01-10T00:00:00Z]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestBuildVersion(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26", Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}}
	info.Main.Version = "v1.2.3"
	if got := buildVersion(info, true); got != (version{"v1.2.3", "abc+modified", "go1.26"}) {
		t.Errorf("%+v", got)
	}
	if got := buildVersion(nil, false); got.Revision != "unknown" {
		t.Errorf("%+v", got)
	}
}
