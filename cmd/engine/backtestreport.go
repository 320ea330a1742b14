package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gannet/backtest"
	"gannet/market"
)

// backtestReport is the JSON of backtest. Prices, quantities and money are
// exact.
type backtestReport struct {
	Data                string        `json:"data"`
	DataPoints          uint64        `json:"data_points"`
	Seconds             float64       `json:"seconds"` // of computing
	DataPointsPerSecond float64       `json:"data_points_per_second"`
	From                market.Nanos  `json:"from"`
	To                  market.Nanos  `json:"to"`
	Orders              int           `json:"orders"`
	Denied              int           `json:"denied"`
	DenialReasons       []reasonCount `json:"denial_reasons"`
	Fills               int           `json:"fills"`
	Fees                number        `json:"fees"`
	StartEquity         number        `json:"start_equity"`
	EndEquity           number        `json:"end_equity"`
	NetProfit           number        `json:"net_profit"`
	Positions           []positionRow `json:"positions"`
	FillsList           []fillRow     `json:"fills_list"`
	Hash                string        `json:"hash"`
}

// reasonCount is how often the risk gate gave a reason.
type reasonCount struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
	Text  string `json:"text"` // of the first
}

func newBacktestReport(data string, t *market.Instruments, r *backtest.Result, took time.Duration) *backtestReport {
	report := &backtestReport{
		Data:       data,
		DataPoints: r.DataPoints, Seconds: took.Seconds(), From: r.From, To: r.To,
		Orders: r.Orders, Denied: r.Denied, DenialReasons: denialReasons(r.OrderList), Fills: len(r.Fills),
		Fees: moneyOf(r.Fees), StartEquity: moneyOf(r.StartEquity), EndEquity: moneyOf(r.EndEquity), NetProfit: moneyOf(r.NetProfit()),
		Positions: positionRows(t, r.Positions), FillsList: fillRows(t, r.Fills), Hash: fmt.Sprintf("%016x", r.Hash),
	}
	if took > 0 {
		report.DataPointsPerSecond = float64(r.DataPoints) / took.Seconds()
	}
	return report
}

// denialReasons counts the codes of denied orders in order of appearance.
func denialReasons(orders []market.Order) []reasonCount {
	list := []reasonCount{}
	at := map[string]int{}
	for i := range orders {
		if orders[i].Status != market.Denied {
			continue
		}
		code, _, _ := strings.Cut(orders[i].Text, ":")
		if _, seen := at[code]; !seen {
			at[code] = len(list)
			list = append(list, reasonCount{Code: code, Text: orders[i].Text})
		}
		list[at[code]].Count++
	}
	return list
}

// shownFills is how many of the last fills the text shows.
const shownFills = 10

func (a *app) printBacktest(r *backtestReport) error {
	if a.json() {
		return a.printJSON(r)
	}
	err := pairs(a.out,
		[2]string{"data", r.Data},
		[2]string{"data points", fmt.Sprintf("%d in %.3f s (%.0f/s)", r.DataPoints, r.Seconds, r.DataPointsPerSecond)},
		[2]string{"period", r.From.String() + " to " + r.To.String()},
		[2]string{"orders", fmt.Sprintf("%d sent, %d denied", r.Orders, r.Denied)},
		[2]string{"fills", strconv.Itoa(r.Fills)},
		[2]string{"fees", string(r.Fees)},
		[2]string{"start equity", string(r.StartEquity)},
		[2]string{"end equity", string(r.EndEquity)},
		[2]string{"net profit", string(r.NetProfit)},
		[2]string{"hash", r.Hash},
	)
	if err != nil {
		return err
	}
	for _, one := range r.DenialReasons {
		fmt.Fprintf(a.out, "denied %d: %s\n", one.Count, one.Text)
	}
	if err := a.section("positions", positionHead, len(r.Positions), func(i int) []string { return r.Positions[i].cells() }); err != nil {
		return err
	}
	last := r.FillsList[max(0, len(r.FillsList)-shownFills):]
	return a.section(fmt.Sprintf("last %d of %d fills", len(last), r.Fills), fillHead, len(last), func(i int) []string { return last[i].cells() })
}

// section prints a titled table, and nothing when it has no rows.
func (a *app) section(title, head string, n int, row func(i int) []string) error {
	if n == 0 {
		return nil
	}
	fmt.Fprintf(a.out, "\n%s\n", title)
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = row(i)
	}
	return table(a.out, head, rows)
}
