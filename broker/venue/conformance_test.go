package venue_test

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"gannet/broker/venue"
	"gannet/market"
)

// These tests replay what QuantConnect LEAN publishes for two of its
// regression algorithms, over the same minute bars.

// fillRow is a fill as lean_fills.json has it: prices have eight decimals there.
type fillRow struct {
	Time  string       `json:"time_ny"`
	Order int          `json:"order"`
	Qty   market.Money `json:"qty"`
	Price market.Money `json:"price"`
	Fee   market.Money `json:"fee"`
}

type leanCase struct {
	EndEquity market.Money `json:"end_equity"`
	TotalFees market.Money `json:"total_fees"`
	Orders    int          `json:"total_orders"`
	Fills     []fillRow    `json:"fills"`
}

func TestLeanBasicTemplate(t *testing.T) {
	run := newLeanRun(t)
	run.play(func(v *venue.Venue, at market.Nanos) {
		if run.held != 0 {
			return
		}
		q := run.profile.SizeForWeight(venue.SizeInput{
			Weight: market.MustMoney("1"), Equity: run.equity(), Held: run.held, Price: run.price,
		})
		run.submit(market.BuyMarket(1, q))
	})
	run.compare("BasicTemplateAlgorithm")
}

func TestLeanTimeInForce(t *testing.T) {
	run := newLeanRun(t)
	// Any moment of 2013-10-10 is that date: its first, and midnight UTC.
	dates := []market.Nanos{newYork("2013-10-10 00:00:00"), market.Nanos(1381363200) * market.Second}
	limits := []struct {
		tif   market.TimeInForce
		price string
		date  market.Nanos
	}{
		{market.GTC, "100", 0}, {market.GTC, "160", 0}, {market.DAY, "140", 0},
		{market.DAY, "180", 0}, {market.GTD, "100", dates[0]}, {market.GTD, "160", dates[1]},
	}
	run.play(func(v *venue.Venue, at market.Nanos) {
		if run.orders > 0 {
			return
		}
		for _, l := range limits {
			ticket := market.BuyLimit(1, market.Shares(10), market.MustPrice(l.price))
			ticket.TimeInForce, ticket.ExpireTime = l.tif, l.date
			run.submit(ticket)
		}
	})
	run.compare("TimeInForce")
	want := []string{"3 2013-10-07 16:00:00", "5 2013-10-10 16:00:00"}
	if diff := cmp.Diff(want, run.expired); diff != "" {
		t.Errorf("expired orders (-want +got):\n%s", diff)
	}
	open := run.v.Open(nil)
	if len(open) != 1 || open[0].ClientOrderID != "1" {
		t.Errorf("open orders at the end: %v, want the GTC order 1 only", open)
	}
}

// leanRun is a minimal backtest: bars to the venue, fills to cash and holding.
type leanRun struct {
	t       *testing.T
	root    string
	profile *venue.Profile
	v       *venue.Venue
	cash    market.Money
	fees    market.Money
	held    market.Qty
	price   market.Price // last trade close
	orders  int
	fills   []fillRow
	expired []string
}

func newLeanRun(t *testing.T) *leanRun {
	profile, err := venue.Lookup("lean-equity")
	check(err)
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Session: market.USEquity(nyc)})
	check(err)
	return &leanRun{
		t: t, root: shared(t), profile: profile,
		v:    venue.New(venue.Config{Instruments: table, Profile: profile}),
		cash: market.MustMoney("100000"),
	}
}

// shared is the folder of public reference data beside the project.
func shared(t *testing.T) string {
	root, err := filepath.Abs("../../../shared")
	check(err)
	if _, err := os.Stat(filepath.Join(root, "market/lean")); err != nil {
		t.Skip("no reference data: ", err)
	}
	return root
}

func (r *leanRun) equity() market.Money { return r.cash.Add(market.Notional(r.price, r.held, 1)) }

func (r *leanRun) submit(ticket market.Ticket) {
	r.orders++
	id := market.ClientOrderID(strconv.Itoa(r.orders))
	r.v.Submit(&market.Order{Ticket: ticket, ClientOrderID: id})
	r.book()
}

// play runs the five days; act is the strategy, called at the end of each bar.
func (r *leanRun) play(act func(v *venue.Venue, at market.Nanos)) {
	for day := 7; day <= 11; day++ {
		bars := r.bars(fmt.Sprintf("201310%02d", day))
		for len(bars) > 0 {
			at := bars[0].TsEvent
			for len(bars) > 0 && bars[0].TsEvent == at {
				if bars[0].Source == market.TradeBar {
					r.price = bars[0].Close
				}
				r.v.OnBar(&bars[0])
				bars = bars[1:]
			}
			r.v.Match(at)
			r.book()
			act(r.v, at)
		}
	}
}

func (r *leanRun) book() {
	for _, e := range r.v.Reports() {
		at := e.TsEvent.Time().In(nyc).Format("2006-01-02 15:04:05")
		n, err := strconv.Atoi(string(e.ClientOrderID))
		check(err)
		switch e.ExecType {
		case market.ExecTrade:
			r.fills = append(r.fills, fillRow{at, n, e.LastQty.Decimal(), e.LastPx.Decimal().RoundBank(8), e.Commission})
			r.held += e.LastQty * market.Qty(e.Side.Sign())
			r.cash = r.cash.Sub(market.Notional(e.LastPx, e.LastQty, 1)).Sub(e.Commission)
			r.fees = r.fees.Add(e.Commission)
		case market.ExecExpired:
			r.expired = append(r.expired, strconv.Itoa(n)+" "+at)
		case market.ExecRejected:
			r.t.Errorf("order %d rejected: %s", n, e.Text)
		}
	}
}

func (r *leanRun) compare(name string) {
	text, err := os.ReadFile(filepath.Join(r.root, "conformance/lean_fills.json"))
	check(err)
	var cases []struct {
		Case string `json:"case"`
		leanCase
	}
	check(json.Unmarshal(text, &cases))
	for _, c := range cases {
		if c.Case != name {
			continue
		}
		got := leanCase{r.equity().Round(2), r.fees, r.orders, r.fills}
		if diff := cmp.Diff(c.leanCase, got); diff != "" {
			r.t.Errorf("%s (-published +got):\n%s", name, diff)
		}
		return
	}
	r.t.Fatalf("%s is not in lean_fills.json", name)
}

// bars are the trade, bid and ask bars of a day's regular session by their
// end, adjusted for dividends and splits.
func (r *leanRun) bars(day string) []market.Bar {
	midnight := newYork(day[:4] + "-" + day[4:6] + "-" + day[6:] + " 00:00:00")
	var bars []market.Bar
	add := func(source market.BarSource, row []string, prices []string) {
		start, err := strconv.ParseInt(row[0], 10, 64)
		check(err)
		b := market.Bar{Instrument: 1, Source: source, Interval: market.Minute}
		b.TsEvent = midnight + market.Nanos(start)*market.Millisecond + market.Minute
		if after := b.TsEvent - midnight; after <= 9*market.Hour+30*market.Minute || after > 16*market.Hour {
			return
		}
		b.Open, b.High, b.Low, b.Close = r.adjusted(prices[0]), r.adjusted(prices[1]), r.adjusted(prices[2]), r.adjusted(prices[3])
		bars = append(bars, b)
	}
	for _, row := range r.rows(day + "_trade.zip") {
		add(market.TradeBar, row, row[1:5])
	}
	for _, row := range r.rows(day + "_quote.zip") {
		add(market.BidBar, row, row[1:5])
		add(market.AskBar, row, row[6:10])
	}
	slices.SortStableFunc(bars, func(a, b market.Bar) int { return int(a.TsEvent/market.Second - b.TsEvent/market.Second) })
	return bars
}

// adjusted is a price in 1/10,000 USD times SPY's factor of October 2013.
func (r *leanRun) adjusted(text string) market.Price {
	raw, err := decimal.NewFromString(text)
	check(err)
	px, err := market.PriceFromDecimal(raw.Shift(-4).Mul(market.MustMoney("0.8646266")))
	check(err)
	return px
}

func (r *leanRun) rows(name string) [][]string {
	file, err := zip.OpenReader(filepath.Join(r.root, "market/lean/equity/usa/minute/spy", name))
	check(err)
	defer file.Close()
	body, err := file.File[0].Open()
	check(err)
	defer body.Close()
	rows, err := csv.NewReader(body).ReadAll()
	check(err)
	return rows
}
