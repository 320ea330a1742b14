package backtest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
	_ "time/tzdata"

	"gannet/backtest"
	"gannet/broker/venue"
	"gannet/feed"
	"gannet/market"
	"gannet/risk"
	"gannet/strategy"
	_ "gannet/strategy/all"
)

// leanData is the recorded LEAN folder beside the project, or a skip.
func leanData(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../../shared/market/lean")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recorded data at %s", dir)
	}
	return dir
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// spy is a table of SPY alone, whose adjusted prices lie on no tick.
func spy(t testing.TB) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(market.Instrument{
		Name: "SPY.ARCA", Currency: "USD", LotSize: market.Shares(1), Multiplier: 1, Session: market.USEquity(newYork(t)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// wideGate is set so wide that no order of these tests meets it.
func wideGate(t testing.TB) *risk.Gate {
	t.Helper()
	gate, err := risk.NewGate(
		risk.AccountLimits{Account: "DBACKTEST", Paper: true, MaxSubmitsPerSecond: 10_000, MaxSubmitsPerMinute: 10_000},
		risk.Limits{
			MaxOrderQty: market.Shares(1_000_000), MaxOrderNotional: market.MustMoney("1000000000"),
			PriceCollarPercent: market.MustMoney("100"), MaxDataAge: 7 * market.Day, MaxPositionQty: market.Shares(1_000_000),
		})
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func profile(t testing.TB, name string) *venue.Profile {
	t.Helper()
	p, err := venue.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runLean runs one strategy over SPY minutes of 7 to 11 October 2013.
func runLean(t *testing.T, name string, params string, files map[string]string) *backtest.Result {
	t.Helper()
	table := spy(t)
	source, err := feed.Lean{Root: leanData(t), Instruments: table, Resolution: feed.Minute}.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	s, err := strategy.New(name, []byte(params))
	if err != nil {
		t.Fatal(err)
	}
	if err := strategy.LoadFiles(s, func(name string) ([]byte, error) { return []byte(files[name]), nil }); err != nil {
		t.Fatal(err)
	}
	result, err := backtest.Run(backtest.Config{
		Instruments: table, Profile: profile(t, "lean-equity"), Gate: wideGate(t), Cash: market.MustMoney("100000"),
		Strategies: []strategy.Instance{{ID: "test", Strategy: s, Instruments: []market.InstrumentID{1}}},
		Source:     source,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// wantFill is a fill as LEAN publishes it: New York time, price to 8 decimals.
type wantFill struct{ at, order, qty, price, fee string }

func checkFills(t *testing.T, got []market.Fill, want []wantFill) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d fills, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		at := got[i].TsEvent.Time().In(newYork(t)).Format("2006-01-02 15:04:05")
		if at != w.at || got[i].VenueOrderID != w.order || got[i].Qty.String() != w.qty ||
			got[i].Price.Decimal().StringFixed(8) != w.price || got[i].Commission.StringFixed(2) != w.fee {
			t.Errorf("fill %d: %s order %s %s @ %s fee %s, want %+v", i, at, got[i].VenueOrderID, got[i].Qty, got[i].Price, got[i].Commission, w)
		}
	}
}

// TestLeanBasicTemplate holds LEAN's BasicTemplateAlgorithm.
func TestLeanBasicTemplate(t *testing.T) {
	r := runLean(t, "hold", "weight: 1", nil)
	checkFills(t, r.Fills, []wantFill{{"2013-10-07 09:31:00", "1", "688", "144.78172417", "3.44"}})
	if got := r.EndEquity.StringFixed(2); got != "101691.92" {
		t.Errorf("end equity %s, want 101691.92", got)
	}
	if r.Orders != 1 {
		t.Errorf("%d orders, want 1", r.Orders)
	}
}

const timeInForceOrders = `time,instrument,side,qty,type,limit,stop,trail,tif,gtd
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,100,,,GTC,
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,160,,,GTC,
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,140,,,DAY,
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,180,,,DAY,
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,100,,,GTD,2013-10-10T00:00:00-04:00
2013-10-07T09:31:00-04:00,SPY.ARCA,BUY,10,LMT,160,,,GTD,2013-10-10T00:00:00-04:00
`

// TestLeanTimeInForce holds LEAN's TimeInForceAlgorithm.
func TestLeanTimeInForce(t *testing.T) {
	r := runLean(t, "orderfile", "file: orders.csv", map[string]string{"orders.csv": timeInForceOrders})
	checkFills(t, r.Fills, []wantFill{
		{"2013-10-07 09:32:00", "2", "10", "144.79901670", "1.00"},
		{"2013-10-07 09:32:00", "4", "10", "144.79901670", "1.00"},
		{"2013-10-07 09:32:00", "6", "10", "144.79901670", "1.00"},
	})
	if got := r.EndEquity.StringFixed(2); got != "100070.41" {
		t.Errorf("end equity %s, want 100070.41", got)
	}
	for i, want := range []struct {
		status market.OrdStatus
		at     string
	}{
		{market.Submitted, ""}, {market.Filled, ""}, {market.Expired, "2013-10-07 16:00:00"},
		{market.Filled, ""}, {market.Expired, "2013-10-10 16:00:00"}, {market.Filled, ""},
	} {
		o := r.OrderList[i]
		at := o.TsEvent.Time().In(newYork(t)).Format("2006-01-02 15:04:05")
		if o.Status != want.status || want.at != "" && at != want.at {
			t.Errorf("order %d is %s at %s, want %s %s", i+1, o.Status, at, want.status, want.at)
		}
	}
	if r.Fees.StringFixed(2) != "3.00" {
		t.Errorf("fees %s, want 3.00", r.Fees)
	}
}
